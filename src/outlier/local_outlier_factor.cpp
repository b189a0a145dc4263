#include "grove/outlier/local_outlier_factor.hpp"

#include "core/not_fitted.hpp"
#include "grove/core/fit_scope.hpp"
#include "outlier/neighborhood.hpp"

namespace grove {

// Search: Breunig, Kriegel, Ng & Sander 2000 look at 10 to 50 neighbours.
const Schema<LocalOutlierFactorParams>& LocalOutlierFactorParams::schema() {
  using P = LocalOutlierFactorParams;
  static const Schema<P> table =
      Schema<P>()
          .add("n_neighbors", &P::n_neighbors, at_least(1),
               "Neighbours that a point is compared with.")
          .add("contamination", &P::contamination, between(0, 0.5),
               "Share of outliers among the fitted points; 0: factors above 1.5.")
          .add("algorithm", &P::algorithm, "How to search; never changes the answer.")
          .add("metric", &P::metric, metric_constraint(), "Distance between points.")
          .add("p", &P::p, at_least(1), "Power of the minkowski metric.")
          .add("leaf_size", &P::leaf_size, at_least(1), "Points in a leaf of a tree.")
          .search("n_neighbors", log_integers(5, 50));
  return table;
}

struct LocalOutlierFactor::State {
  Neighborhood hood;
  Vector reach = {};    // of each point: the distance to its k-th neighbour
  Vector density = {};  // local reachability density
  Vector training_scores = {};
  double threshold = -1.5;
  FitReport report = {};
};

namespace {

PointIndex::Settings settings_of(const LocalOutlierFactorParams& params) {
  return {params.algorithm, params.metric, params.p, params.leaf_size};
}

/// Density about query i: one over the mean distance to its neighbours, each at least the
/// neighbour's own reach. Points at distance 0 from all would have none; what is added keeps it
/// finite.
double density_of(const Neighbors& found, Index i, const Vector& reach) {
  const auto k = static_cast<double>(found.rows.cols());
  double mean = 0;
  for (Index h = 0; h < found.rows.cols(); ++h)
    mean += std::max(found.distances(i, h), reach(found.rows(i, h))) / k;
  return 1 / (mean + 1e-10);
}

double score_of(const Neighbors& found, Index i, const Vector& density, double own) {
  const auto k = static_cast<double>(found.rows.cols());
  double factor = 0;
  for (Index h = 0; h < found.rows.cols(); ++h) factor += density(found.rows(i, h)) / own / k;
  return -std::min(factor, std::numeric_limits<double>::max());
}

}  // namespace

LocalOutlierFactor& LocalOutlierFactor::fit(const Dataset& data, const Context& context) {
  params_.schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::none, with_metric(capabilities, params_.metric));
  const FitScope scope(context);
  auto state = std::make_shared<State>(State{neighborhood_of(
      type_name, data, params_.n_neighbors, settings_of(params_), scope.context())});
  const Neighbors found =
      state->hood.index.nearest(type_name, nullptr, state->hood.k, scope.context());
  const Index n = found.rows.rows();
  state->reach = found.distances.col(state->hood.k - 1);
  state->density.resize(n);
  for (Index i = 0; i < n; ++i) state->density(i) = density_of(found, i, state->reach);
  state->training_scores.resize(n);
  for (Index i = 0; i < n; ++i)
    state->training_scores(i) = score_of(found, i, state->density, state->density(i));
  if (params_.contamination > 0)
    state->threshold = threshold_at(state->training_scores, params_.contamination);
  state->report = scope.finish(state->hood.report);
  state_ = std::move(state);
  return *this;
}

LocalOutlierFactor& LocalOutlierFactor::fit(const MatrixView& x, const Context& context) {
  return fit(Dataset::borrow(x), context);
}

Vector LocalOutlierFactor::score_samples(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.hood.trained_on,
                     with_metric(capabilities, params_.metric));
  const Neighbors found = state.hood.index.nearest(type_name, &x, state.hood.k, context);
  Vector scores(x.rows());
  for (Index i = 0; i < x.rows(); ++i)
    scores(i) = score_of(found, i, state.density, density_of(found, i, state.reach));
  return scores;
}

Labels LocalOutlierFactor::predict(const MatrixView& x, const Context& context) const {
  return labels_of(score_samples(x, context), threshold());
}

const Vector& LocalOutlierFactor::training_scores() const {
  return fitted(state_, type_name).training_scores;
}
double LocalOutlierFactor::threshold() const { return fitted(state_, type_name).threshold; }
const TrainedOn& LocalOutlierFactor::trained_on() const {
  return fitted(state_, type_name).hood.trained_on;
}
const FitReport& LocalOutlierFactor::report() const { return fitted(state_, type_name).report; }

Value LocalOutlierFactor::save_state() const {
  const State& state = fitted(state_, type_name);
  Value::Map map = save_neighborhood(type_name, state.hood, params_.metric);
  map["reach"] = Value(state.reach);
  map["density"] = Value(state.density);
  map["training_scores"] = Value(state.training_scores);
  map["threshold"] = state.threshold;
  return map;
}

LocalOutlierFactor LocalOutlierFactor::load_state(const LocalOutlierFactorParams& params,
                                                  const StateReader& reader) {
  params.schema().check(params, type_name);
  auto state = std::make_shared<State>(
      State{load_neighborhood(type_name, params.n_neighbors, settings_of(params), reader)});
  const Index n = state->hood.index.n_points();
  state->reach = reader.vector("reach", n);
  state->density = reader.vector("density", n);
  state->training_scores = reader.vector("training_scores", n);
  state->threshold = reader.real("threshold");
  LocalOutlierFactor model(params);
  model.state_ = std::move(state);
  return model;
}

}  // namespace grove
