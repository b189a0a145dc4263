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

std::span<const EnumName<Ties>> enum_names(Ties) {
  static constexpr std::array<EnumName<Ties>, 2> names{
      {{Ties::lowest_row, "lowest_row"}, {Ties::all, "all"}}};
  return names;
}

// Search: n_neighbors up to 30 as in Kühn, Probst, Thomas & Bischl 2018. The metric is left alone:
// it says which columns are welcome.
const Schema<KNeighborsParams>& KNeighborsParams::schema() {
  using P = KNeighborsParams;
  static const Schema<P> table =
      Schema<P>()
          .add("n_neighbors", &P::n_neighbors, at_least(1), "How many neighbours are asked.")
          .add("weights", &P::weights, vote_weights_constraint(),
               "Whether near neighbours weigh more.")
          .add("ties", &P::ties, "Who votes if several are as far as the last one.")
          .add("algorithm", &P::algorithm, "How to search; never changes the answer.")
          .add("metric", &P::metric, metric_constraint(), "Distance between points.")
          .add("p", &P::p, at_least(1), "Power of the minkowski metric.")
          .add("leaf_size", &P::leaf_size, at_least(1), "Points in a leaf of the tree.")
          .search("n_neighbors", log_integers(1, 30))
          .search("weights", choices({"uniform", "distance"}));
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
/// counts: the last one may count in part; with ties = all, as a whole and with all that tie with
/// it. Empty if these hits do not suffice.
std::vector<double> shares_of(const Voters& voters, const KNeighborsParams& params,
                              const std::vector<Hit>& hits) {
  std::vector<double> shares;
  double reached = 0;
  for (const Hit& hit : hits) {
    const double weight = voters.weight(hit.row);
    const bool enough = reached >= params.n_neighbors;
    if (enough &&
        (params.ties == Ties::lowest_row || hit.distance > hits[shares.size() - 1].distance))
      return shares;
    shares.push_back(params.ties == Ties::all ? weight
                                              : std::min(weight, params.n_neighbors - reached));
    reached += weight;
  }
  if (reached < params.n_neighbors && static_cast<Index>(hits.size()) < voters.index.n_points())
    shares.clear();
  return shares;
}

/// The hits of queries, whatever the rule for ties.
class HitsOfQueries {
 public:
  HitsOfQueries(std::string_view who, const Voters& voters, Ties ties, const MatrixView& x, Index k,
                const Context& context)
      : ties_(ties) {
    if (ties == Ties::all) {
      ragged_ = voters.index.nearest_with_ties(who, &x, k, context);
    } else {
      nearest_ = voters.index.nearest(who, &x, k, context);
    }
  }
  void get(Index query, std::vector<Hit>& hits) const {
    hits.clear();
    if (ties_ == Ties::all) {
      const auto at = static_cast<std::size_t>(query);
      for (Index i = ragged_.offsets[at]; i < ragged_.offsets[at + 1]; ++i)
        hits.push_back({ragged_.distances[static_cast<std::size_t>(i)],
                        ragged_.rows[static_cast<std::size_t>(i)]});
    } else {
      for (Index h = 0; h < nearest_.rows.cols(); ++h)
        hits.push_back({nearest_.distances(query, h), nearest_.rows(query, h)});
    }
  }

 private:
  Ties ties_;
  Neighbors nearest_;
  RadiusNeighbors ragged_;
};

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
    const HitsOfQueries found(who, voters, params.ties, slice, k, context);
    parallel_for(context, count, 256, [&](Index begin, Index end) {
      std::vector<Hit> hits;
      std::vector<Vote> votes;
      for (Index i = begin; i < end; ++i) {
        found.get(i, hits);
        std::vector<double> shares = shares_of(voters, params, hits);
        for (Index more = 2 * k; shares.empty(); more *= 2) {
          const MatrixView row = slice.middleRows(i, 1);
          HitsOfQueries(who, voters, params.ties, row, std::min(n, more), context).get(0, hits);
          shares = shares_of(voters, params, hits);
        }
        weigh(who, params.weights, hits, shares, votes);
        f(first + i, votes);
      }
    });
  }
}

Neighbors explain(std::string_view who, const Voters& voters, const Distance& metric,
                  const MatrixView& x, Index k, const Context& context) {
  check_predict_data(who, x, voters.trained_on, with_metric({}, metric));
  check_k(who, k, voters.index.n_points());
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
  check_fit_data(type_name, data, TargetKind::labels, with_metric(capabilities, params_.metric));
  const FitScope scope(context);
  auto state =
      std::make_shared<State>(State{enough_voters(type_name, params_, data, scope.context()), {}});
  state->labels = of_voters(state->voters, data.labels());
  state->report = scope.finish(state->voters.index.report());
  state_ = std::move(state);
  return *this;
}

KNeighborsClassifier& KNeighborsClassifier::fit(const MatrixView& x, const Labels& y,
                                                const Context& context) {
  return fit(dataset_from(type_name, x, y), context);
}

Matrix KNeighborsClassifier::predict_proba(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.voters.trained_on,
                     with_metric(capabilities, params_.metric));
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
  return explain(type_name, fitted(state_, type_name).voters, params_.metric, x,
                 k.value_or(params_.n_neighbors), context);
}

const TrainedOn& KNeighborsClassifier::trained_on() const {
  return fitted(state_, type_name).voters.trained_on;
}
const FitReport& KNeighborsClassifier::report() const { return fitted(state_, type_name).report; }

Value KNeighborsClassifier::save_state() const {
  const State& state = fitted(state_, type_name);
  check_savable(type_name, params_.weights);
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
  Matrix targets;  // one column per output
  FitReport report = {};
};

KNeighborsRegressor& KNeighborsRegressor::fit(const Dataset& data, const Context& context) {
  params_.schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::real, with_metric(capabilities, params_.metric));
  const FitScope scope(context);
  auto state =
      std::make_shared<State>(State{enough_voters(type_name, params_, data, scope.context()), {}});
  state->targets = of_voters(state->voters, data.target());
  state->report = scope.finish(state->voters.index.report());
  state_ = std::move(state);
  return *this;
}

KNeighborsRegressor& KNeighborsRegressor::fit(const MatrixView& x, const Vector& y,
                                              const Context& context) {
  return fit(dataset_from(type_name, x, y), context);
}

KNeighborsRegressor& KNeighborsRegressor::fit_outputs(const MatrixView& x, const MatrixView& y,
                                                      const Context& context) {
  params_.schema().check(params_, type_name);
  if (y.rows() != x.rows() || y.cols() < 1 || !y.allFinite())
    throw InvalidData(concat(type_name, ": the outputs must be ", x.rows(),
                             " rows of at least 1 column of finite numbers, got ", y.rows(), " x ",
                             y.cols(), y.allFinite() ? "" : " with some that are not finite"),
                      "give one row of outputs for each row of x");
  const Dataset data = Dataset::borrow(x);
  check_fit_data(type_name, data, TargetKind::none, with_metric(capabilities, params_.metric));
  const FitScope scope(context);
  auto state =
      std::make_shared<State>(State{enough_voters(type_name, params_, data, scope.context()), y});
  state->report = scope.finish(state->voters.index.report());
  state_ = std::move(state);
  return *this;
}

Matrix KNeighborsRegressor::predict_outputs(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.voters.trained_on,
                     with_metric(capabilities, params_.metric));
  Matrix values(x.rows(), state.targets.cols());
  for_each_vote(type_name, state.voters, params_, x, context,
                [&](Index row, const std::vector<Vote>& votes) {
                  mean_of_votes(votes, state.targets, values.row(row));
                });
  return values;
}

Vector KNeighborsRegressor::predict(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  if (state.targets.cols() != 1)
    throw Unsupported(concat(type_name, "::predict answers with one output, but ",
                             state.targets.cols(), " were fitted"),
                      "call predict_outputs");
  return predict_outputs(x, context).col(0);
}

Neighbors KNeighborsRegressor::kneighbors(const MatrixView& x, std::optional<Index> k,
                                          const Context& context) const {
  return explain(type_name, fitted(state_, type_name).voters, params_.metric, x,
                 k.value_or(params_.n_neighbors), context);
}

const TrainedOn& KNeighborsRegressor::trained_on() const {
  return fitted(state_, type_name).voters.trained_on;
}
const FitReport& KNeighborsRegressor::report() const { return fitted(state_, type_name).report; }

Value KNeighborsRegressor::save_state() const {
  const State& state = fitted(state_, type_name);
  check_savable(type_name, params_.weights);
  Value::Map map = save_voters(type_name, state.voters, settings_of(params_));
  if (state.targets.cols() == 1) {
    map["targets"] = Value(Vector(state.targets.col(0)));
  } else {
    map["n_outputs"] = state.targets.cols();
    map["outputs"] = Value(state.targets);
  }
  return map;
}

KNeighborsRegressor KNeighborsRegressor::load_state(const KNeighborsParams& params,
                                                    const StateReader& reader) {
  KNeighborsRegressor model(params);
  auto state = std::make_shared<State>(State{load_enough_voters(type_name, params, reader), {}});
  const Index n = state->voters.index.n_points();
  if (reader.has("n_outputs")) {
    const Index n_outputs = reader.integer("n_outputs", 2, std::numeric_limits<int>::max());
    state->targets = reader.matrix("outputs", n, n_outputs);
  } else {
    state->targets = reader.vector("targets", n);
  }
  model.state_ = std::move(state);
  return model;
}

}  // namespace grove
