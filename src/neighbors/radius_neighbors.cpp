#include "grove/neighbors/radius_neighbors.hpp"

#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/fit_scope.hpp"
#include "neighbors/voters.hpp"

namespace grove {

// Search: wide, since the radius has the unit of the columns; narrow it where that is known.
const Schema<RadiusNeighborsParams>& RadiusNeighborsParams::schema() {
  using P = RadiusNeighborsParams;
  static const Schema<P> table =
      Schema<P>()
          .add("radius", &P::radius, at_least(0), "Largest distance of a neighbour.")
          .add("weights", &P::weights, vote_weights_constraint(),
               "Whether near neighbours weigh more.")
          .add("algorithm", &P::algorithm, "How to search; never changes the answer.")
          .add("metric", &P::metric, metric_constraint(), "Distance between points.")
          .add("p", &P::p, at_least(1), "Power of the minkowski metric.")
          .add("leaf_size", &P::leaf_size, at_least(1), "Points in a leaf of the tree.")
          .search("radius", log_reals(1e-2, 1e2))
          .search("weights", choices({"uniform", "distance"}));
  return table;
}

namespace {

/// Queries whose neighbours are held at a time.
constexpr Index queries_a_slice = 4096;

PointIndex::Settings settings_of(const RadiusNeighborsParams& params) {
  return {params.algorithm, params.metric, params.p, params.leaf_size};
}

/// Every point votes with its sample weight: what a query without neighbours is answered with.
std::vector<Vote> votes_of_all(const Voters& voters) {
  std::vector<Vote> votes;
  for (Index point = 0; point < voters.index.n_points(); ++point)
    votes.push_back({point, voters.weight(point)});
  return votes;
}

/// f(row, votes) for every row of x that has neighbours.
template <class F>
void for_each_vote(std::string_view who, const Voters& voters, const RadiusNeighborsParams& params,
                   const MatrixView& x, const Context& context, const F& f) {
  voters.index.check_queries(who, x, context);  // of all, so that an error names the right row
  std::vector<Hit> hits;
  std::vector<double> shares;
  std::vector<Vote> votes;
  for (Index first = 0; first < x.rows(); first += queries_a_slice) {
    const MatrixView slice = x.middleRows(first, std::min(queries_a_slice, x.rows() - first));
    const RadiusNeighbors found = voters.index.within(who, &slice, params.radius, context);
    for (Index i = 0; i < slice.rows(); ++i) {
      hits.clear();
      shares.clear();
      for (Index at = found.offsets[static_cast<std::size_t>(i)];
           at < found.offsets[static_cast<std::size_t>(i + 1)]; ++at) {
        const auto place = static_cast<std::size_t>(at);
        hits.push_back({found.distances[place], found.rows[place]});
        shares.push_back(voters.weight(found.rows[place]));
      }
      if (hits.empty()) continue;
      weigh(who, params.weights, hits, shares, votes);
      f(first + i, votes);
    }
  }
}

RadiusNeighbors explain(std::string_view who, const Voters& voters, const Distance& metric,
                        const MatrixView& x, double radius, const Context& context) {
  check_predict_data(who, x, voters.trained_on, with_metric({}, metric));
  if (!(radius >= 0))
    throw InvalidParameter(concat(who, ": the radius must be >= 0, got ", radius));
  RadiusNeighbors result = voters.index.within(who, &x, radius, context);
  for (Index& row : result.rows) row = voters.rows[static_cast<std::size_t>(row)];
  return result;
}

}  // namespace

struct RadiusNeighborsClassifier::State {
  Voters voters;
  Labels labels = {};                   // of the points
  Eigen::RowVectorXd class_share = {};  // of a query without neighbours
  FitReport report = {};

  void prepare() {
    class_share = Eigen::RowVectorXd::Zero(voters.trained_on.n_classes());
    count_votes(votes_of_all(voters), labels, class_share);
  }
};

RadiusNeighborsClassifier& RadiusNeighborsClassifier::fit(const Dataset& data,
                                                          const Context& context) {
  params_.schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::labels, with_metric(capabilities, params_.metric));
  const FitScope scope(context);
  auto state = std::make_shared<State>(
      State{voters_of(type_name, settings_of(params_), data, scope.context())});
  state->labels = of_voters(state->voters, data.labels());
  state->prepare();
  state->report = scope.finish(state->voters.index.report());
  state_ = std::move(state);
  return *this;
}

RadiusNeighborsClassifier& RadiusNeighborsClassifier::fit(const MatrixView& x, const Labels& y,
                                                          const Context& context) {
  return fit(dataset_from(type_name, x, y), context);
}

Matrix RadiusNeighborsClassifier::predict_proba(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.voters.trained_on,
                     with_metric(capabilities, params_.metric));
  Matrix proba = state.class_share.replicate(x.rows(), 1);
  for_each_vote(type_name, state.voters, params_, x, context,
                [&](Index row, const std::vector<Vote>& votes) {
                  proba.row(row).setZero();
                  count_votes(votes, state.labels, proba.row(row));
                });
  return proba;
}

Labels RadiusNeighborsClassifier::predict(const MatrixView& x, const Context& context) const {
  return winners(predict_proba(x, context));
}

RadiusNeighbors RadiusNeighborsClassifier::radius_neighbors(const MatrixView& x,
                                                            std::optional<double> radius,
                                                            const Context& context) const {
  return explain(type_name, fitted(state_, type_name).voters, params_.metric, x,
                 radius.value_or(params_.radius), context);
}

const TrainedOn& RadiusNeighborsClassifier::trained_on() const {
  return fitted(state_, type_name).voters.trained_on;
}
const FitReport& RadiusNeighborsClassifier::report() const {
  return fitted(state_, type_name).report;
}

Value RadiusNeighborsClassifier::save_state() const {
  const State& state = fitted(state_, type_name);
  check_savable(type_name, params_.weights);
  Value::Map map = save_voters(type_name, state.voters, settings_of(params_));
  map["labels"] = Value(state.labels);
  return map;
}

RadiusNeighborsClassifier RadiusNeighborsClassifier::load_state(const RadiusNeighborsParams& params,
                                                                const StateReader& reader) {
  params.schema().check(params, type_name);
  auto state = std::make_shared<State>(State{load_voters(type_name, settings_of(params), reader)});
  const Index n_classes = state->voters.trained_on.n_classes();
  state->labels =
      reader.labels("labels", state->voters.index.n_points(), 0, static_cast<int>(n_classes) - 1);
  state->prepare();
  RadiusNeighborsClassifier model(params);
  model.state_ = std::move(state);
  return model;
}

struct RadiusNeighborsRegressor::State {
  Voters voters;
  Matrix targets = {};           // n x 1
  Eigen::RowVectorXd mean = {};  // of a query without neighbours
  FitReport report = {};

  void prepare() {
    mean.resize(1);
    mean_of_votes(votes_of_all(voters), targets, mean);
  }
};

RadiusNeighborsRegressor& RadiusNeighborsRegressor::fit(const Dataset& data,
                                                        const Context& context) {
  params_.schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::real, with_metric(capabilities, params_.metric));
  const FitScope scope(context);
  auto state = std::make_shared<State>(
      State{voters_of(type_name, settings_of(params_), data, scope.context())});
  state->targets = of_voters(state->voters, data.target());
  state->prepare();
  state->report = scope.finish(state->voters.index.report());
  state_ = std::move(state);
  return *this;
}

RadiusNeighborsRegressor& RadiusNeighborsRegressor::fit(const MatrixView& x, const Vector& y,
                                                        const Context& context) {
  return fit(dataset_from(type_name, x, y), context);
}

Vector RadiusNeighborsRegressor::predict(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.voters.trained_on,
                     with_metric(capabilities, params_.metric));
  Matrix values = state.mean.replicate(x.rows(), 1);
  for_each_vote(type_name, state.voters, params_, x, context,
                [&](Index row, const std::vector<Vote>& votes) {
                  mean_of_votes(votes, state.targets, values.row(row));
                });
  return values;
}

RadiusNeighbors RadiusNeighborsRegressor::radius_neighbors(const MatrixView& x,
                                                           std::optional<double> radius,
                                                           const Context& context) const {
  return explain(type_name, fitted(state_, type_name).voters, params_.metric, x,
                 radius.value_or(params_.radius), context);
}

const TrainedOn& RadiusNeighborsRegressor::trained_on() const {
  return fitted(state_, type_name).voters.trained_on;
}
const FitReport& RadiusNeighborsRegressor::report() const {
  return fitted(state_, type_name).report;
}

Value RadiusNeighborsRegressor::save_state() const {
  const State& state = fitted(state_, type_name);
  check_savable(type_name, params_.weights);
  Value::Map map = save_voters(type_name, state.voters, settings_of(params_));
  map["targets"] = Value(Vector(state.targets.col(0)));
  return map;
}

RadiusNeighborsRegressor RadiusNeighborsRegressor::load_state(const RadiusNeighborsParams& params,
                                                              const StateReader& reader) {
  params.schema().check(params, type_name);
  auto state = std::make_shared<State>(State{load_voters(type_name, settings_of(params), reader)});
  state->targets = reader.vector("targets", state->voters.index.n_points());
  state->prepare();
  RadiusNeighborsRegressor model(params);
  model.state_ = std::move(state);
  return model;
}

}  // namespace grove
