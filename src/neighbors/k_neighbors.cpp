#include "grove/neighbors/k_neighbors.hpp"

#include <array>
#include <cmath>

#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/fit_scope.hpp"
#include "grove/core/parallel.hpp"
#include "neighbors/voters.hpp"

namespace grove {

std::span<const EnumName<Weights>> enum_names(Weights) {
  static constexpr std::array<EnumName<Weights>, 2> names{
      {{Weights::uniform, "uniform"}, {Weights::distance, "distance"}}};
  return names;
}

const Schema<KNeighborsParams>& KNeighborsParams::schema() {
  using P = KNeighborsParams;
  static const Schema<P> table =
      Schema<P>()
          .add("n_neighbors", &P::n_neighbors, at_least(1), "How many neighbours are asked.")
          .add("weights", &P::weights, "Whether near neighbours weigh more.")
          .add("algorithm", &P::algorithm, "How to search; never changes the answer.")
          .add("metric", &P::metric, metric_constraint(), "Distance between points.")
          .add("p", &P::p, at_least(1), "Power of the minkowski metric.")
          .add("leaf_size", &P::leaf_size, at_least(1), "Points in a leaf of the tree.");
  return table;
}

namespace {

PointIndex::Settings settings_of(const KNeighborsParams& params) {
  return {params.algorithm, params.metric, params.p, params.leaf_size};
}

Voters enough_voters(std::string_view who, const KNeighborsParams& params, const Dataset& data,
                     const Context& context) {
  Voters voters = voters_of(who, settings_of(params), data, context);
  if (voters.total_weight() < params.n_neighbors)
    throw InvalidData(
        concat(who, ": n_neighbors = ", params.n_neighbors, ", but the training data have only ",
               voters.total_weight(), voters.weights.size() > 0 ? " rows by weight" : " rows"),
        "use fewer neighbours");
  return voters;
}

Voters load_enough_voters(std::string_view who, const KNeighborsParams& params,
                          const StateReader& reader) {
  params.schema().check(params, who);
  Voters voters = load_voters(who, settings_of(params), reader);
  if (voters.total_weight() < params.n_neighbors)
    reader.fail("holds fewer points than n_neighbors");
  return voters;
}

/// How many of the nearest it takes to reach n_neighbors by weight, and the part of each that
/// counts (the last one may count in part). Empty if these hits do not suffice.
std::vector<double> shares_of(const Voters& voters, double wanted, const std::vector<Hit>& hits) {
  std::vector<double> shares;
  double reached = 0;
  for (const Hit& hit : hits) {
    const double weight = voters.weight(hit.row);
    shares.push_back(std::min(weight, wanted - reached));
    reached += shares.back();
    if (reached >= wanted) return shares;
  }
  if (static_cast<Index>(hits.size()) < voters.index.n_points()) shares.clear();
  return shares;
}

/// Queries whose neighbours are held at a time.
constexpr Index queries_a_slice = 16384;

/// f(row, votes) for every row of x.
template <class F>
void for_each_vote(std::string_view who, const Voters& voters, const KNeighborsParams& params,
                   const MatrixView& x, const Context& context, const F& f) {
  voters.index.check_queries(who, x, context);  // of all, so that an error names the right row
  const Index n = voters.index.n_points();
  const Index k = std::min<Index>(params.n_neighbors, n);
  for (Index first = 0; first < x.rows(); first += queries_a_slice) {
    const Index count = std::min(queries_a_slice, x.rows() - first);
    const MatrixView slice = x.middleRows(first, count);
    const Neighbors nearest = voters.index.nearest(who, &slice, k, context);
    parallel_for(context, count, 256, [&](Index begin, Index end) {
      std::uint64_t evaluations = 0;
      std::vector<Hit> hits;
      std::vector<Vote> votes;
      for (Index i = begin; i < end; ++i) {
        hits.clear();
        for (Index h = 0; h < k; ++h) hits.push_back({nearest.distances(i, h), nearest.rows(i, h)});
        std::vector<double> shares = shares_of(voters, params.n_neighbors, hits);
        for (Index more = 2 * k; shares.empty(); more *= 2) {
          const double* query = x.data() + (first + i) * x.outerStride();
          hits = voters.index.nearest(query, std::min(n, more), evaluations);
          shares = shares_of(voters, params.n_neighbors, hits);
        }
        weigh(params.weights, hits, shares, votes);
        f(first + i, votes);
      }
      context.count(work::distance_evaluations, evaluations);
    });
  }
}

Neighbors explain(std::string_view who, const Voters& voters, const MatrixView& x, Index k,
                  const Context& context) {
  check_predict_data(who, x, voters.trained_on, {});
  if (k < 1 || k > voters.index.n_points())
    throw InvalidParameter(concat(who, ": the number of neighbours must be in 1..",
                                  voters.index.n_points(), ", got ", k));
  Neighbors result = voters.index.nearest(who, &x, k, context);
  for (Index i = 0; i < result.rows.size(); ++i)
    result.rows.data()[i] = voters.rows[static_cast<std::size_t>(result.rows.data()[i])];
  return result;
}

}  // namespace

struct KNeighborsClassifier::State {
  Voters voters;
  Labels labels;  // of the points
  FitReport report = {};
};

KNeighborsClassifier& KNeighborsClassifier::fit(const Dataset& data, const Context& context) {
  params_.schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::labels, capabilities);
  const FitScope scope(context);
  auto state =
      std::make_shared<State>(State{enough_voters(type_name, params_, data, scope.context()), {}});
  state->labels = of_voters(state->voters, data.labels());
  state->report = scope.finish();
  state_ = std::move(state);
  return *this;
}

KNeighborsClassifier& KNeighborsClassifier::fit(const MatrixView& x, const Labels& y,
                                                const Context& context) {
  return fit(dataset_from(type_name, x, y), context);
}

Matrix KNeighborsClassifier::predict_proba(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.voters.trained_on, capabilities);
  Matrix proba = Matrix::Zero(x.rows(), state.voters.trained_on.n_classes());
  for_each_vote(type_name, state.voters, params_, x, context,
                [&](Index row, const std::vector<Vote>& votes) {
                  count_votes(votes, state.labels, proba.row(row));
                });
  return proba;
}

Labels KNeighborsClassifier::predict(const MatrixView& x, const Context& context) const {
  return winners(predict_proba(x, context));
}

Neighbors KNeighborsClassifier::kneighbors(const MatrixView& x, std::optional<Index> k,
                                           const Context& context) const {
  return explain(type_name, fitted(state_, type_name).voters, x, k.value_or(params_.n_neighbors),
                 context);
}

const TrainedOn& KNeighborsClassifier::trained_on() const {
  return fitted(state_, type_name).voters.trained_on;
}
const FitReport& KNeighborsClassifier::report() const { return fitted(state_, type_name).report; }

Value KNeighborsClassifier::save_state() const {
  const State& state = fitted(state_, type_name);
  Value::Map map = save_voters(type_name, state.voters, settings_of(params_));
  map["labels"] = Value(state.labels);
  return map;
}

KNeighborsClassifier KNeighborsClassifier::load_state(const KNeighborsParams& params,
                                                      const StateReader& reader) {
  KNeighborsClassifier model(params);
  auto state = std::make_shared<State>(State{load_enough_voters(type_name, params, reader), {}});
  const Index n_classes = state->voters.trained_on.n_classes();
  state->labels =
      reader.labels("labels", state->voters.index.n_points(), 0, static_cast<int>(n_classes) - 1);
  model.state_ = std::move(state);
  return model;
}

struct KNeighborsRegressor::State {
  Voters voters;
  Vector targets;
  FitReport report = {};
};

KNeighborsRegressor& KNeighborsRegressor::fit(const Dataset& data, const Context& context) {
  params_.schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::real, capabilities);
  const FitScope scope(context);
  auto state =
      std::make_shared<State>(State{enough_voters(type_name, params_, data, scope.context()), {}});
  state->targets = of_voters(state->voters, data.target());
  state->report = scope.finish();
  state_ = std::move(state);
  return *this;
}

KNeighborsRegressor& KNeighborsRegressor::fit(const MatrixView& x, const Vector& y,
                                              const Context& context) {
  return fit(dataset_from(type_name, x, y), context);
}

Vector KNeighborsRegressor::predict(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.voters.trained_on, capabilities);
  Vector values(x.rows());
  for_each_vote(type_name, state.voters, params_, x, context,
                [&](Index row, const std::vector<Vote>& votes) {
                  values(row) = mean_of_votes(votes, state.targets);
                });
  return values;
}

Neighbors KNeighborsRegressor::kneighbors(const MatrixView& x, std::optional<Index> k,
                                          const Context& context) const {
  return explain(type_name, fitted(state_, type_name).voters, x, k.value_or(params_.n_neighbors),
                 context);
}

const TrainedOn& KNeighborsRegressor::trained_on() const {
  return fitted(state_, type_name).voters.trained_on;
}
const FitReport& KNeighborsRegressor::report() const { return fitted(state_, type_name).report; }

Value KNeighborsRegressor::save_state() const {
  const State& state = fitted(state_, type_name);
  Value::Map map = save_voters(type_name, state.voters, settings_of(params_));
  map["targets"] = Value(state.targets);
  return map;
}

KNeighborsRegressor KNeighborsRegressor::load_state(const KNeighborsParams& params,
                                                    const StateReader& reader) {
  KNeighborsRegressor model(params);
  auto state = std::make_shared<State>(State{load_enough_voters(type_name, params, reader), {}});
  state->targets = reader.vector("targets", state->voters.index.n_points());
  model.state_ = std::move(state);
  return model;
}

}  // namespace grove
