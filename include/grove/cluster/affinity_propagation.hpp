#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/params/schema.hpp"

namespace grove {

struct AffinityPropagationParams {
  /// Share of the old message that is kept.
  double damping = 0.5;
  int max_iter = 200;
  /// Converged when the exemplars stay the same for so many iterations.
  int convergence_iter = 15;
  /// How readily a row becomes an exemplar: minus a squared distance; larger gives more clusters.
  /// None = the median of all n x n similarities.
  std::optional<double> preference = {};
  std::uint64_t seed = 0;
  static const Schema<AffinityPropagationParams>& schema();
};

/// Clusters about rows of the data, exemplars, which rows choose by passing messages (Frey & Dueck
/// 2007), with similarity = minus the squared euclidean distance, and scikit-learn's steps and
/// stopping rule. Ties are broken as there by noise of about a rounding error, drawn here evenly
/// from a stream of the seed for each row. As there each exemplar then gives way to the member with
/// the least sum of squared distances to the cluster (the lowest row of equal ones). In the end
/// every row belongs to the nearest exemplar, the lowest label of equally near ones; exemplars at
/// one point count as one; labels ascend with the rows of their exemplars. If all rows are equally
/// far apart they form one cluster, or each its own if the preference is at least their similarity.
/// Without any exemplar after max_iter all labels are -1 and report().converged is false.
///
/// Memory 24 n^2 bytes and O(n^2) an iteration: above 4 GiB (13377 rows) InvalidData. Values beyond
/// 1e140 throw InvalidData.
class AffinityPropagation {
 public:
  using Params = AffinityPropagationParams;
  static constexpr std::string_view type_name = "AffinityPropagation";
  static constexpr Capabilities capabilities{.sample_weights = false};

  explicit AffinityPropagation(AffinityPropagationParams params = {})
      : params_(std::move(params)) {}
  const AffinityPropagationParams& params() const { return params_; }

  /// A target is not looked at. Throws InvalidParameter, InvalidData, Unsupported (weights) or
  /// Cancelled; the old model is then kept.
  AffinityPropagation& fit(const Dataset& data, const Context& context = {});
  AffinityPropagation& fit(const MatrixView& x, const Context& context = {});

  /// The nearest exemplar of each row; -1 if there is none. Of the training rows these are
  /// labels().
  Labels predict(const MatrixView& x, const Context& context = {}) const;

  /// One per training row.
  const Labels& labels() const;
  /// Rows of the training data, ascending.
  const std::vector<Index>& cluster_centers_indices() const;
  /// Those rows.
  const Matrix& cluster_centers() const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static AffinityPropagation load_state(const AffinityPropagationParams& params,
                                        const StateReader& reader);

 private:
  struct State;
  AffinityPropagationParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
