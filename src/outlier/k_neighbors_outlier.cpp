#include "grove/outlier/k_neighbors_outlier.hpp"

#include <array>

#include "core/not_fitted.hpp"
#include "grove/core/fit_scope.hpp"
#include "outlier/neighborhood.hpp"

namespace grove {

std::span<const EnumName<NeighborDistance>> enum_names(NeighborDistance) {
  static constexpr std::array<EnumName<NeighborDistance>, 3> names{
      {{NeighborDistance::largest, "largest"},
       {NeighborDistance::mean, "mean"},
       {NeighborDistance::median, "median"}}};
  return names;
}

const Schema<KNeighborsOutlierParams>& KNeighborsOutlierParams::schema() {
  using P = KNeighborsOutlierParams;
  static const Schema<P> table =
      Schema<P>()
          .add("n_neighbors", &P::n_neighbors, at_least(1), "Neighbours that are looked at.")
          .add("method", &P::method, "Which of the distances to them counts.")
          .add("contamination", &P::contamination, between(0, 0.5),
               "Share of outliers among the fitted points.")
          .add("algorithm", &P::algorithm, "How to search; never changes the answer.")
          .add("metric", &P::metric, metric_constraint(), "Distance between points.")
          .add("p", &P::p, at_least(1), "Power of the minkowski metric.")
          .add("leaf_size", &P::leaf_size, at_least(1), "Points in a leaf of a tree.")
          .search("n_neighbors", log_integers(1, 50))
          .search("method", choices({"largest", "mean", "median"}));
  return table;
}

struct KNeighborsOutlier::State {
  Neighborhood hood;
  Vector training_scores = {};
  double threshold = 0;
  FitReport report = {};
};

namespace {

PointIndex::Settings settings_of(const KNeighborsOutlierParams& params) {
  return {params.algorithm, params.metric, params.p, params.leaf_size};
}

Vector scores_of(const Neighbors& found, NeighborDistance method) {
  const Index k = found.distances.cols();
  switch (method) {
    case NeighborDistance::mean:
      return -found.distances.rowwise().mean();
    case NeighborDistance::median:
      return -(found.distances.col((k - 1) / 2) / 2 + found.distances.col(k / 2) / 2);
    default:
      return -found.distances.col(k - 1);
  }
}

}  // namespace

KNeighborsOutlier& KNeighborsOutlier::fit(const Dataset& data, const Context& context) {
  params_.schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::none, with_metric(capabilities, params_.metric));
  const FitScope scope(context);
  auto state = std::make_shared<State>(State{neighborhood_of(
      type_name, data, params_.n_neighbors, settings_of(params_), scope.context())});
  state->training_scores =
      scores_of(state->hood.index.nearest(type_name, nullptr, state->hood.k, scope.context()),
                params_.method);
  state->threshold = threshold_at(state->training_scores, params_.contamination);
  state->report = scope.finish(state->hood.report);
  state_ = std::move(state);
  return *this;
}

KNeighborsOutlier& KNeighborsOutlier::fit(const MatrixView& x, const Context& context) {
  return fit(Dataset::borrow(x), context);
}

Vector KNeighborsOutlier::score_samples(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.hood.trained_on,
                     with_metric(capabilities, params_.metric));
  return scores_of(state.hood.index.nearest(type_name, &x, state.hood.k, context), params_.method);
}

Labels KNeighborsOutlier::predict(const MatrixView& x, const Context& context) const {
  return labels_of(score_samples(x, context), threshold());
}

const Vector& KNeighborsOutlier::training_scores() const {
  return fitted(state_, type_name).training_scores;
}
double KNeighborsOutlier::threshold() const { return fitted(state_, type_name).threshold; }
const TrainedOn& KNeighborsOutlier::trained_on() const {
  return fitted(state_, type_name).hood.trained_on;
}
const FitReport& KNeighborsOutlier::report() const { return fitted(state_, type_name).report; }

Value KNeighborsOutlier::save_state() const {
  const State& state = fitted(state_, type_name);
  Value::Map map = save_neighborhood(type_name, state.hood, params_.metric);
  map["training_scores"] = Value(state.training_scores);
  map["threshold"] = state.threshold;
  return map;
}

KNeighborsOutlier KNeighborsOutlier::load_state(const KNeighborsOutlierParams& params,
                                                const StateReader& reader) {
  params.schema().check(params, type_name);
  auto state = std::make_shared<State>(
      State{load_neighborhood(type_name, params.n_neighbors, settings_of(params), reader)});
  state->training_scores = reader.vector("training_scores", state->hood.index.n_points());
  state->threshold = reader.real("threshold");
  KNeighborsOutlier model(params);
  model.state_ = std::move(state);
  return model;
}

}  // namespace grove
