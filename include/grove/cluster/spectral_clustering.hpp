#pragma once

#include <cstdint>
#include <memory>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/params/schema.hpp"

namespace grove {

/// How alike two rows are. rbf: exp(-gamma * squared euclidean distance); nearest_neighbors: 1 if
/// each is among the other's nearest, 1/2 if one is, else 0.
enum class Affinity { rbf, nearest_neighbors };
std::span<const EnumName<Affinity>> enum_names(Affinity);

/// From eigenvectors to labels: KMeans, or pivots of a QR decomposition (Damle, Minden & Ying
/// 2019).
enum class AssignLabels { kmeans, cluster_qr };
std::span<const EnumName<AssignLabels>> enum_names(AssignLabels);

struct SpectralClusteringParams {
  int n_clusters = 8;
  Affinity affinity = Affinity::rbf;
  double gamma = 1.0;
  /// Neighbours of a row, itself among them as in scikit-learn.
  int n_neighbors = 10;
  AssignLabels assign_labels = AssignLabels::kmeans;
  /// Starts of KMeans.
  int n_init = 10;
  std::uint64_t seed = 0;
  static const Schema<SpectralClusteringParams>& schema();
};

/// Cuts the graph of affinities where it is thin: k-means on the eigenvectors of the n_clusters
/// largest eigenvalues of its normalised matrix (Shi & Malik 2000; von Luxburg 2007), each row
/// divided by the root of its degree. Connected parts are found first and give eigenvectors
/// themselves; the others come by Lanczos iterations from a seeded start, up to 256 rows by a full
/// decomposition. Of each eigenvector the largest entry is positive. Works for new rows not at all.
///
/// affinity=rbf takes memory and time with the SQUARE of the rows: above 4 GiB (23170 rows) it is
/// refused with InvalidData. nearest_neighbors takes O(n n_neighbors) memory. Also InvalidData:
/// more rows wanted than there are, a graph of more parts than n_clusters (to the precision of the
/// numbers), eigenvectors that do not converge, values beyond 1e140.
class SpectralClustering {
 public:
  using Params = SpectralClusteringParams;
  static constexpr std::string_view type_name = "SpectralClustering";
  static constexpr Capabilities capabilities{.sample_weights = false};

  explicit SpectralClustering(SpectralClusteringParams params = {}) : params_(std::move(params)) {}
  const SpectralClusteringParams& params() const { return params_; }

  /// A target is not looked at. Throws InvalidParameter, InvalidData, Unsupported (weights) or
  /// Cancelled; the old model is then kept.
  SpectralClustering& fit(const Dataset& data, const Context& context = {});
  SpectralClustering& fit(const MatrixView& x, const Context& context = {});

  /// One per training row.
  const Labels& labels() const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static SpectralClustering load_state(const SpectralClusteringParams& params,
                                       const StateReader& reader);

 private:
  struct State;
  SpectralClusteringParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
