#include "grove/cluster/affinity_propagation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cluster/affinity/messages.hpp"
#include "cluster/affinity/point_panels.hpp"
#include "cluster/magnitude.hpp"
#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "data/fit_report_value.hpp"
#include "grove/core/error.hpp"
#include "grove/core/fit_scope.hpp"
#include "grove/core/parallel.hpp"
#include "grove/core/random.hpp"

namespace grove {

const Schema<AffinityPropagationParams>& AffinityPropagationParams::schema() {
  using P = AffinityPropagationParams;
  static const Schema<P> table =
      Schema<P>()
          .add("damping", &P::damping,
               Constraint{[](const Value& value) {
                            const auto number = ParamType<double>::from(value);
                            return number && *number >= 0.5 && *number < 1;
                          },
                          "a number in [0.5, 1)"},
               "Share of the old message that is kept.")
          .add("max_iter", &P::max_iter, at_least(1), "Iterations at most.")
          .add("convergence_iter", &P::convergence_iter, at_least(1),
               "Iterations without another exemplar that end the search.")
          .add("preference", &P::preference,
               Constraint{[](const Value& value) {
                            const auto number = ParamType<double>::from(value);
                            return value.is_null() || (number && std::isfinite(*number));
                          },
                          "a number or none"},
               "How readily a row becomes an exemplar; none = the median similarity.")
          .add("seed", &P::seed, at_least(0), "Seed of the noise that breaks ties.")
          .search("damping", reals(0.5, 0.95));
  return table;
}

struct AffinityPropagation::State {
  TrainedOn trained_on;
  FitReport report;
  std::vector<Index> indices;
  Matrix centers;
  Labels labels;
};

namespace {

constexpr std::string_view who = AffinityPropagation::type_name;

/// Minus the squared distances.
Matrix similarities_of(const MatrixView& x, const Context& context) {
  const Index n = x.rows();
  const cluster::PointPanels panels(x);
  Matrix similarities(n, n);
  parallel_for(context, n, 64, [&](Index begin, Index end) {
    context.check_stop(who);
    for (Index i = begin; i < end; ++i) {
      panels.squared(x.data() + i * x.outerStride(), similarities.data() + i * n);
      similarities.row(i) *= -1;
    }
  });
  context.count(work::distance_evaluations, static_cast<std::uint64_t>(n * n));
  return similarities;
}

double median(const Matrix& values) {
  Matrix sorted = values;
  double* const begin = sorted.data();
  double* const end = begin + sorted.size();
  double* const middle = begin + sorted.size() / 2;
  std::nth_element(begin, middle, end);
  if (sorted.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(begin, middle)) / 2;
}

bool all_equally_far(const Matrix& similarities) {
  const Index n = similarities.rows();
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j)
      if (i != j && similarities(i, j) != similarities(0, n - 1)) return false;
  return true;
}

/// About a rounding error, in proportion to the similarity.
void add_noise(Matrix& similarities, std::uint64_t seed, const Context& context) {
  constexpr double eps = std::numeric_limits<double>::epsilon();
  constexpr double tiny = 100 * std::numeric_limits<double>::min();
  parallel_for(context, similarities.rows(), 64, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      Rng rng = Rng(seed).split(static_cast<std::uint64_t>(i));
      for (double& value : similarities.row(i))
        value += (eps * value + tiny) * (2 * rng.uniform() - 1);
    }
  });
}

cluster::Exemplars exemplars_of(const AffinityPropagationParams& params, const MatrixView& x,
                                const Context& context) {
  const Index n = x.rows();
  Matrix similarities = similarities_of(x, context);
  const double preference = params.preference ? *params.preference : median(similarities);
  if (n == 1 || all_equally_far(similarities)) {
    cluster::Exemplars found{{0}, 0, true};
    if (preference >= similarities(0, n - 1))
      for (Index i = 1; i < n; ++i) found.rows.push_back(i);
    return found;
  }
  similarities.diagonal().setConstant(preference);
  add_noise(similarities, params.seed, context);
  cluster::Exemplars found = cluster::pass_messages(
      who, similarities, {params.damping, params.max_iter, params.convergence_iter}, context);
  if (!found.rows.empty()) found.rows = cluster::refined(x, std::move(found.rows));
  return found;
}

Labels nearest(const MatrixView& x, const Matrix& centers, const Context& context) {
  Labels labels = Labels::Constant(x.rows(), -1);
  if (centers.rows() == 0) return labels;
  const cluster::PointPanels panels(centers);
  parallel_for(context, x.rows(), 512, [&](Index begin, Index end) {
    context.check_stop(who);
    std::vector<double> squared(static_cast<std::size_t>(centers.rows()));
    for (Index i = begin; i < end; ++i) {
      panels.squared(x.data() + i * x.outerStride(), squared.data());
      labels(i) =
          static_cast<int>(std::min_element(squared.begin(), squared.end()) - squared.begin());
    }
  });
  context.count(work::distance_evaluations, static_cast<std::uint64_t>(x.rows() * centers.rows()));
  return labels;
}

Matrix rows_of(const MatrixView& x, const std::vector<Index>& rows) {
  Matrix result(static_cast<Index>(rows.size()), x.cols());
  for (std::size_t c = 0; c < rows.size(); ++c) result.row(static_cast<Index>(c)) = x.row(rows[c]);
  return result;
}

/// Without those that are not the nearest exemplar of themselves: another lies at their point.
std::vector<Index> distinct(const MatrixView& x, const std::vector<Index>& rows,
                            const Context& context) {
  const Matrix centers = rows_of(x, rows);
  const Labels labels = nearest(centers, centers, context);
  std::vector<Index> kept;
  for (std::size_t c = 0; c < rows.size(); ++c)
    if (labels(static_cast<Index>(c)) == static_cast<int>(c)) kept.push_back(rows[c]);
  return kept;
}

}  // namespace

AffinityPropagation& AffinityPropagation::fit(const Dataset& data, const Context& context) {
  AffinityPropagationParams::schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::none, capabilities);
  cluster::check_square_memory(type_name, "the messages", data.n_rows(), 3,
                               "fit on a sample of the rows and predict the others");
  const FitScope scope(context);
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn(data);
  cluster::check_magnitude(type_name, data.x(), state->trained_on.columns);
  const cluster::Exemplars found = exemplars_of(params_, data.x(), scope.context());
  state->indices = distinct(data.x(), found.rows, scope.context());
  state->centers = rows_of(data.x(), state->indices);
  state->labels = nearest(data.x(), state->centers, scope.context());
  FitReport report;
  report.iterations = found.iterations;
  report.converged = found.converged;
  if (!report.converged)
    report.warnings.push_back(concat(
        type_name, " did not converge in ", params_.max_iter, " iterations",
        state->indices.empty() ? " and found no exemplar" : "", "; raise max_iter or damping"));
  state->report = scope.finish(std::move(report));
  state_ = std::move(state);
  return *this;
}

AffinityPropagation& AffinityPropagation::fit(const MatrixView& x, const Context& context) {
  return fit(Dataset::borrow(x), context);
}

Labels AffinityPropagation::predict(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  cluster::check_magnitude(type_name, x, state.trained_on.columns);
  return nearest(x, state.centers, context);
}

const Labels& AffinityPropagation::labels() const { return fitted(state_, type_name).labels; }
const std::vector<Index>& AffinityPropagation::cluster_centers_indices() const {
  return fitted(state_, type_name).indices;
}
const Matrix& AffinityPropagation::cluster_centers() const {
  return fitted(state_, type_name).centers;
}
const TrainedOn& AffinityPropagation::trained_on() const {
  return fitted(state_, type_name).trained_on;
}
const FitReport& AffinityPropagation::report() const { return fitted(state_, type_name).report; }

Value AffinityPropagation::save_state() const {
  const State& state = fitted(state_, type_name);
  return Value::Map{{"trained_on", state.trained_on.to_value()},
                    {"report", report_to_value(state.report)},
                    {"n_clusters", state.centers.rows()},
                    {"indices", Value::Integers(state.indices.begin(), state.indices.end())},
                    {"centers", Value(state.centers)},
                    {"n_rows", state.labels.size()},
                    {"labels", Value(state.labels)}};
}

AffinityPropagation AffinityPropagation::load_state(const AffinityPropagationParams& params,
                                                    const StateReader& reader) {
  AffinityPropagationParams::schema().check(params, type_name);
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn::from_value(reader.at("trained_on"));
  state->report = report_from_value(reader.at("report"));
  const Index n = reader.integer("n_rows", 1, std::numeric_limits<std::int32_t>::max());
  const Index k = reader.integer("n_clusters", 0, n);
  for (const std::int64_t row : reader.integers("indices", k, 0, n - 1)) {
    if (!state->indices.empty() && row <= state->indices.back())
      reader.fail("has exemplars that do not ascend");
    state->indices.push_back(row);
  }
  state->centers = reader.matrix("centers", k, state->trained_on.n_columns());
  if (k > 0 && !(state->centers.cwiseAbs().maxCoeff() <= cluster::largest_value))
    reader.fail("has a centre beyond 1e140");
  const int least = k > 0 ? 0 : -1;
  state->labels = reader.labels("labels", n, least, static_cast<int>(k) - 1);
  AffinityPropagation model(params);
  model.state_ = std::move(state);
  return model;
}

}  // namespace grove
