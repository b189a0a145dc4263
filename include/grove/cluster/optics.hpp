#pragma once

#include <limits>
#include <memory>
#include <string>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/neighbors/distance.hpp"
#include "grove/params/schema.hpp"

namespace grove {

/// How clusters are taken from the reachability plot. xi: between steep falls and rises (Ankerst et
/// al. 1999); dbscan: where it stays within eps.
enum class OpticsMethod { xi, dbscan };
std::span<const EnumName<OpticsMethod>> enum_names(OpticsMethod);

struct OPTICSParams {
  /// The core distance of a point is the least radius about it that holds so many points, itself
  /// among them.
  int min_samples = 5;
  /// Points farther apart do not reach each other; 0: no limit.
  double max_eps = 0;
  Distance metric = Metric::euclidean;
  double p = 2;
  OpticsMethod cluster_method = OpticsMethod::xi;
  /// Of dbscan, at most max_eps; 0: max_eps.
  double eps = 0;
  /// Steep is a change by this share at least from one point to the next.
  double xi = 0.05;
  /// Whether an end of a cluster that no point of it reaches is cut off (Schubert & Gertz 2018).
  bool predecessor_correction = true;
  /// Points of a xi cluster at least; 0: min_samples.
  int min_cluster_size = 0;
  static const Schema<OPTICSParams>& schema();
};

/// Orders points so that each is reached as cheaply as may be from those before it (Ankerst,
/// Breunig, Kriegel & Sander 1999), as scikit-learn does (with the predecessors of its
/// version 1.3): q is reached from p at max(core distance of p, distance), and of equally cheap
/// points the lowest row is next; a point is its predecessor that came first of equal ones. Unlike
/// scikit-learn, whose time is quadratic without max_eps, the next point is found in a KD-tree
/// whose nodes know what is left in them: about O(n log n) for norms, cosine and mahalanobis in up
/// to 32 columns, O(n^2) for other metrics; O(n) memory in any case. The walk itself runs on one
/// thread.
///
/// It does not predict: labels of new points would depend on an order that they change. Throws
/// InvalidData for fewer rows than min_samples.
class OPTICS {
 public:
  using Params = OPTICSParams;
  static constexpr std::string_view type_name = "OPTICS";
  static constexpr Capabilities capabilities{.sample_weights = false};

  explicit OPTICS(OPTICSParams params = {}) : params_(std::move(params)) {}
  const OPTICSParams& params() const { return params_; }

  OPTICS& fit(const Dataset& data, const Context& context = {});
  OPTICS& fit(const MatrixView& x, const Context& context = {});

  /// -1: noise. Of xi, the labels are the innermost clusters of cluster_hierarchy().
  const Labels& labels() const;
  /// The rows in the order of the walk.
  const std::vector<Index>& ordering() const;
  /// Of each row (not in the order of the walk): what it was reached at; inf where it starts anew.
  const Vector& reachability() const;
  /// Of each row; inf beyond max_eps.
  const Vector& core_distances() const;
  /// Of each row: the row that it was reached from; -1: none.
  const Labels& predecessor() const;
  /// k x 2, of xi only: first and last place of each cluster in the order of the walk, ends
  /// included; smaller clusters before those that hold them.
  const Eigen::Matrix<int, Eigen::Dynamic, 2, Eigen::RowMajor>& cluster_hierarchy() const;
  /// Labels by a cut at eps of the same walk: DBSCAN's, but for border points. Throws
  /// InvalidParameter unless 0 < eps <= max_eps.
  Labels labels_at(double eps) const;
  /// The reachability plot: a bar for each point in the order of the walk, coloured by label.
  std::string to_svg() const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static OPTICS load_state(const OPTICSParams& params, const StateReader& reader);

 private:
  struct State;
  OPTICSParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
