#pragma once

#include <cstdint>
#include <memory>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/params/schema.hpp"

namespace grove {

/// Where the centres start. k_means_plus_plus ("k-means++"): greedy, 2 + log(k) trials a centre
/// (Arthur & Vassilvitskii 2007); k_means_parallel ("k-means||"): five rounds that draw 2 k points
/// each, and k-means++ among them (Bahmani et al. 2012), for many centres; random: rows drawn by
/// weight, no point twice.
enum class KMeansInit { k_means_plus_plus, k_means_parallel, random };
std::span<const EnumName<KMeansInit>> enum_names(KMeansInit);

/// How points find their centres; the result is the same to the last bit. lloyd measures every
/// pair. hamerly keeps one lower bound a point (Hamerly 2010); elkan one for each centre, 4 k bytes
/// a point (Elkan 2003); yinyang one for each group of centres, at most 64 bytes a point or 32 MB
/// (Ding et al. 2015). automatic: hamerly for n_clusters * columns < 49152, else elkan from 384
/// columns on if its bounds fit in 32 MB + 60 bytes a point, else yinyang.
enum class KMeansAlgorithm { automatic, lloyd, hamerly, elkan, yinyang };
std::span<const EnumName<KMeansAlgorithm>> enum_names(KMeansAlgorithm);

struct KMeansParams {
  int n_clusters = 8;
  KMeansInit init = KMeansInit::k_means_plus_plus;
  /// Starts; the one with the least inertia is kept, the first of equal ones.
  int n_init = 10;
  int max_iter = 300;
  /// Converged when the squared shifts of the centres sum up to at most tol times the mean
  /// variance of the columns, or when no label changes.
  double tol = 1e-4;
  std::uint64_t seed = 0;
  KMeansAlgorithm algorithm = KMeansAlgorithm::automatic;
  static const Schema<KMeansParams>& schema();
};

/// k-means. A point belongs to the nearest centre (euclidean), to the lowest
/// label of equally near ones. A centre that loses all its points moves to the point farthest from
/// its own centre, the lowest row of equally far ones. Every label 0..k-1 is used. Weighted; rows
/// of weight 0 take no part and are labelled afterwards. O(n k d) an iteration at most; at most 100
/// bytes a point + 64 MB beyond the data, unless elkan is asked for.
///
/// Fewer distinct points than n_clusters, and values beyond 1e140, throw InvalidData.
/// report(): iterations and loss_curve (inertia at the start of each, to about 1e-15 of the points'
/// scatter about their mean) of the run that was kept.
class KMeans {
 public:
  using Params = KMeansParams;
  static constexpr std::string_view type_name = "KMeans";
  static constexpr Capabilities capabilities{};

  explicit KMeans(KMeansParams params = {}) : params_(std::move(params)) {}
  const KMeansParams& params() const { return params_; }

  /// A target is not looked at. Throws InvalidParameter, InvalidData or Cancelled; the old model is
  /// then kept.
  KMeans& fit(const Dataset& data, const Context& context = {});
  KMeans& fit(const MatrixView& x, const Context& context = {});
  /// One run from these centres (n_clusters x d) in the place of `init` and `n_init`.
  KMeans& fit_from(const Dataset& data, const MatrixView& centers, const Context& context = {});
  KMeans& fit_from(const MatrixView& x, const MatrixView& centers, const Context& context = {});

  /// The nearest centre of each row; of the training rows these are labels().
  Labels predict(const MatrixView& x, const Context& context = {}) const;
  /// n x k: euclidean distances to the centres.
  Matrix transform(const MatrixView& x, const Context& context = {}) const;
  /// Minus the sum of squared distances to the nearest centre.
  double score(const MatrixView& x, const Context& context = {}) const;

  /// One per training row.
  const Labels& labels() const;
  /// k x d.
  const Matrix& cluster_centers() const;
  /// Weighted sum of the squared distances of the training rows to their centres.
  double inertia() const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static KMeans load_state(const KMeansParams& params, const StateReader& reader);

 private:
  struct State;
  static std::shared_ptr<const State> fit_state(const KMeansParams& params, const Dataset& data,
                                                const Matrix* start, const Context& context);
  KMeansParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
