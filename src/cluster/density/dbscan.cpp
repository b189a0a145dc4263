#include "grove/cluster/dbscan.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "cluster/density/density_index.hpp"
#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "data/fit_report_value.hpp"
#include "grove/core/error.hpp"
#include "grove/core/fit_scope.hpp"
#include "grove/core/parallel.hpp"

namespace grove {

using cluster::CoreRule;
using cluster::Density;
using cluster::DensityIndex;
using cluster::nobody;
using cluster::PointId;

std::span<const EnumName<DBSCANAlgorithm>> enum_names(DBSCANAlgorithm) {
  static constexpr std::array<EnumName<DBSCANAlgorithm>, 5> names{
      {{DBSCANAlgorithm::automatic, "auto"},
       {DBSCANAlgorithm::grid, "grid"},
       {DBSCANAlgorithm::kd_tree, "kd_tree"},
       {DBSCANAlgorithm::ball_tree, "ball_tree"},
       {DBSCANAlgorithm::brute, "brute"}}};
  return names;
}

const Schema<DBSCANParams>& DBSCANParams::schema() {
  using P = DBSCANParams;
  static const Schema<P> table =
      Schema<P>()
          .add("eps", &P::eps, greater_than(0), "Largest distance of neighbours.")
          .add("min_samples", &P::min_samples, at_least(1),
               "Points within eps, itself included, that make a core point.")
          .add("metric", &P::metric, metric_constraint(), "Distance between points.")
          .add("algorithm", &P::algorithm, "How to search; never changes the answer.")
          .add("p", &P::p, at_least(1), "Power of the minkowski metric.")
          .add("leaf_size", &P::leaf_size, at_least(1), "Points in a leaf of a tree.");
  return table;
}

struct DBSCAN::State {
  TrainedOn trained_on = {};
  FitReport report = {};
  Labels labels = {};
  std::vector<Index> core = {};
  std::vector<Index> rows = {};  // of the points in the index; empty: all
  Index n_clusters = 0;
  std::unique_ptr<DensityIndex> index = {};

  Index row(std::size_t point) const {
    return rows.empty() ? static_cast<Index>(point) : rows[point];
  }
  Labels cluster_of(const std::vector<PointId>& core_points) const {
    Labels found(static_cast<Index>(core_points.size()));
    for (std::size_t i = 0; i < core_points.size(); ++i)
      found(static_cast<Index>(i)) = core_points[i] == nobody ? -1 : labels(row(core_points[i]));
    return found;
  }
};

namespace {

/// Rows of weight > 0; empty: all.
std::vector<Index> rows_that_weigh(const Dataset& data) {
  if (data.weights() == nullptr || data.weights()->minCoeff() > 0) return {};
  std::vector<Index> rows;
  for (Index i = 0; i < data.n_rows(); ++i)
    if ((*data.weights())(i) > 0) rows.push_back(i);
  return rows;
}

}  // namespace

DBSCAN& DBSCAN::fit(const Dataset& data, const Context& context) {
  params_.schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::none, with_metric(capabilities, params_.metric));
  if (data.n_rows() > std::numeric_limits<std::int32_t>::max())
    throw InvalidData(concat(type_name, " takes at most 2^31 - 1 rows, got ", data.n_rows()));
  const FitScope scope(context);
  const Context& inner = scope.context();
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn(data);
  state->rows = rows_that_weigh(data);
  const Dataset kept = state->rows.empty() ? data : data.take(state->rows);
  state->index =
      std::make_unique<DensityIndex>(type_name, kept.x(), kept.columns(), params_, inner);
  const CoreRule rule(params_.min_samples, kept.weights());
  Density density = state->index->find(rule, inner);

  const std::size_t n = density.core.size();
  state->labels.resize(data.n_rows());
  state->core.reserve(
      static_cast<std::size_t>(std::count(density.core.begin(), density.core.end(), 1)));
  std::vector<int> number(static_cast<std::size_t>(density.n_names), -1);  // of the clusters
  for (std::size_t i = 0; i < n; ++i) {
    if (density.core[i] == 0) continue;
    int& cluster = number[density.owner[i]];
    if (cluster < 0) cluster = static_cast<int>(state->n_clusters++);
    state->core.push_back(state->row(i));
    state->labels(state->row(i)) = cluster;
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (density.core[i] != 0) continue;
    const PointId owner = density.owner[i];
    state->labels(state->row(i)) = owner == nobody ? -1 : state->labels(state->row(owner));
  }
  if (!state->rows.empty()) {
    const Labels found = state->cluster_of(state->index->lowest_core(data.x(), inner));
    for (Index i = 0; i < data.n_rows(); ++i)
      if ((*data.weights())(i) == 0) state->labels(i) = found(i);
  }
  FitReport report;
  if (!state->index->note().empty()) report.notes.push_back(state->index->note());
  if (state->n_clusters == 0)
    report.warnings.push_back(concat(type_name, " found no core point; raise eps (", params_.eps,
                                     ") or lower min_samples (", params_.min_samples, ")"));
  state->report = scope.finish(std::move(report));
  state_ = std::move(state);
  return *this;
}

DBSCAN& DBSCAN::fit(const MatrixView& x, const Context& context) {
  return fit(Dataset::borrow(x), context);
}

Labels DBSCAN::predict(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, with_metric(capabilities, params_.metric));
  return state.cluster_of(state.index->lowest_core(x, context));
}

const Labels& DBSCAN::labels() const { return fitted(state_, type_name).labels; }
const std::vector<Index>& DBSCAN::core_sample_indices() const {
  return fitted(state_, type_name).core;
}
Index DBSCAN::n_clusters() const { return fitted(state_, type_name).n_clusters; }
const TrainedOn& DBSCAN::trained_on() const { return fitted(state_, type_name).trained_on; }
const FitReport& DBSCAN::report() const { return fitted(state_, type_name).report; }

Value DBSCAN::save_state() const {
  const State& state = fitted(state_, type_name);
  check_savable(type_name, params_.metric);
  const Matrix points = state.index->points();
  Value::Map map{{"trained_on", state.trained_on.to_value()},
                 {"report", report_to_value(state.report)},
                 {"n_points", points.rows()},
                 {"points", Value(points)},
                 {"n_rows", state.labels.size()},
                 {"labels", Value(state.labels)},
                 {"n_core", static_cast<Index>(state.core.size())},
                 {"core", Value::Integers(state.core.begin(), state.core.end())}};
  if (!state.rows.empty()) map["rows"] = Value::Integers(state.rows.begin(), state.rows.end());
  return map;
}

namespace {

/// Ascending rows of the model.
std::vector<Index> read_rows(const StateReader& reader, const char* key, Index size, Index n_rows) {
  const std::vector<std::int64_t> numbers = reader.integers(key, size, 0, n_rows - 1);
  for (std::size_t i = 1; i < numbers.size(); ++i)
    if (numbers[i] <= numbers[i - 1]) reader.fail(concat("has '", key, "' that do not ascend"));
  return {numbers.begin(), numbers.end()};
}

}  // namespace

DBSCAN DBSCAN::load_state(const DBSCANParams& params, const StateReader& reader) {
  params.schema().check(params, type_name);
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn::from_value(reader.at("trained_on"));
  state->report = report_from_value(reader.at("report"));
  const Index n_rows = reader.integer("n_rows", 1, std::numeric_limits<std::int32_t>::max());
  const Index n_points = reader.integer("n_points", 1, n_rows);
  if (reader.has("rows")) {
    state->rows = read_rows(reader, "rows", n_points, n_rows);
  } else if (n_points != n_rows) {
    reader.fail("has not one point for each row");
  }
  state->labels = reader.labels("labels", n_rows, -1, static_cast<int>(n_rows) - 1);
  state->core = read_rows(reader, "core", reader.integer("n_core", 0, n_points), n_rows);
  Buffer<char> core(static_cast<std::size_t>(n_points));
  auto next = state->core.begin();
  for (std::size_t i = 0; i < core.size(); ++i) {
    core[i] = next != state->core.end() && *next == state->row(i) ? 1 : 0;
    if (core[i] == 0) continue;
    const int cluster = state->labels(*next++);
    if (cluster < 0 || cluster > state->n_clusters)
      reader.fail("has core points whose clusters are not numbered in their order");
    state->n_clusters = std::max<Index>(state->n_clusters, cluster + 1);
  }
  if (next != state->core.end()) reader.fail("has a core row that is not among its points");
  const bool finite = !with_metric({}, params.metric).missing_values;
  const Matrix points = reader.matrix("points", n_points, state->trained_on.n_columns(), finite);
  try {
    state->index = std::make_unique<DensityIndex>(type_name, points, state->trained_on.columns,
                                                  params, Context{});
  } catch (const Error& error) {
    reader.fail(error.what());
  }
  state->index->set_core(core);
  DBSCAN model(params);
  model.state_ = std::move(state);
  return model;
}

}  // namespace grove
