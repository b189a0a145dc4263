#include "grove/cluster/optics.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "cluster/distinct_rows.hpp"
#include "cluster/reachability/reachability_plot.hpp"
#include "cluster/reachability/reachability_walk.hpp"
#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "data/fit_report_value.hpp"
#include "grove/core/error.hpp"
#include "grove/core/fit_scope.hpp"
#include "grove/core/parallel.hpp"
#include "neighbors/point_index.hpp"

namespace grove {

std::span<const EnumName<OpticsMethod>> enum_names(OpticsMethod) {
  static constexpr std::array<EnumName<OpticsMethod>, 2> names{
      {{OpticsMethod::xi, "xi"}, {OpticsMethod::dbscan, "dbscan"}}};
  return names;
}

const Schema<OPTICSParams>& OPTICSParams::schema() {
  using P = OPTICSParams;
  static const Schema<P> table =
      Schema<P>()
          .add("min_samples", &P::min_samples, at_least(2),
               "Points within the core distance, the point itself among them.")
          .add("max_eps", &P::max_eps, at_least(0),
               "Points farther apart do not reach each other; 0: no limit.")
          .add("metric", &P::metric, metric_constraint(), "Distance between points.")
          .add("p", &P::p, at_least(1), "Power of the minkowski metric.")
          .add("cluster_method", &P::cluster_method, "How clusters are taken from the plot.")
          .add("eps", &P::eps, at_least(0), "Cut of dbscan, at most max_eps; 0: max_eps.")
          .add("xi", &P::xi, strictly_between(0, 1), "Change that counts as steep, as a share.")
          .add("predecessor_correction", &P::predecessor_correction,
               "Whether ends of a cluster that no point of it reaches are cut off.")
          .add("min_cluster_size", &P::min_cluster_size, at_least(0),
               "Points of a xi cluster at least; 0: min_samples.")
          .search("min_samples", log_integers(3, 50));
  return table;
}

struct OPTICS::State {
  TrainedOn trained_on;
  FitReport report = {};
  cluster::Walk walk = {};
  Vector core_distances = {};
  Labels labels = {};
  Eigen::Matrix<int, Eigen::Dynamic, 2, Eigen::RowMajor> hierarchy = {};
};

namespace {

constexpr std::string_view who = OPTICS::type_name;
constexpr double infinity = std::numeric_limits<double>::infinity();

double limit_of(const OPTICSParams& params) {
  return params.max_eps > 0 ? params.max_eps : infinity;
}

void check_eps(double eps, const OPTICSParams& params) {
  if (!(eps > 0 && eps <= limit_of(params)))
    throw InvalidParameter(concat(who, ": eps must be above 0 and at most max_eps = ",
                                  limit_of(params), ", got ", eps),
                           "a cut above max_eps would need links that the walk has not looked at");
}

void check_params(const OPTICSParams& params, const Dataset& data) {
  params.schema().check(params, who);
  if (params.cluster_method == OpticsMethod::dbscan)
    check_eps(params.eps > 0 ? params.eps : limit_of(params), params);
  if (params.min_cluster_size == 1)
    throw InvalidParameter(concat(who, ": parameter 'min_cluster_size' must be 0 or >= 2, got 1"));
  if (data.n_rows() < params.min_samples)
    throw InvalidData(
        concat(who, ": min_samples = ", params.min_samples, ", but there ",
               data.n_rows() == 1 ? "is only 1 row" : concat("are only ", data.n_rows(), " rows")),
        "lower min_samples, or give more data");
}

/// Which rows are one point. Metrics by which equal rows may be apart keep them apart, as does one
/// that is made from all rows.
cluster::DistinctRows collect(const OPTICSParams& params, const Dataset& data,
                              const Context& context) {
  const Metric metric = params.metric.metric();
  if (metric == Metric::user || metric == Metric::gower || metric == Metric::mahalanobis)
    return cluster::rows_apart(data.n_rows(), nullptr);
  return cluster::distinct_rows(data.x(), nullptr, context);
}

/// The distance to the min_samples-th nearest row, a block of points at a time.
Vector core_distances_of(const OPTICSParams& params, const Dataset& data,
                         const cluster::DistinctRows& rows, const Context& context) {
  constexpr Index points_at_once = 16384;
  Matrix gathered;
  if (!rows.all_differ()) gathered = rows.gather(data.x());
  const MatrixView points = rows.all_differ() ? MatrixView(data.x()) : MatrixView(gathered);
  const Index n = points.rows();
  std::vector<int> counts(static_cast<std::size_t>(n), 0);
  for (const std::uint32_t group : rows.group) ++counts[group];
  const PointIndex index(who, points, data.columns(),
                         {Algorithm::automatic, params.metric, params.p, 30}, context);
  Vector of_points(n);
  for (Index begin = 0; begin < n; begin += points_at_once) {
    const MatrixView block = points.middleRows(begin, std::min(points_at_once, n - begin));
    const Neighbors near =
        index.nearest(who, &block, std::min<Index>(params.min_samples, n), context);
    for (Index i = 0; i < block.rows(); ++i) {
      int found = 0;
      for (Index h = 0; h < near.rows.cols() && found < params.min_samples; ++h) {
        found += counts[static_cast<std::size_t>(near.rows(i, h))];
        of_points(begin + i) = near.distances(i, h);
      }
    }
  }
  Vector cores(data.n_rows());
  for (Index i = 0; i < cores.size(); ++i) {
    cores(i) = of_points(rows.group[static_cast<std::size_t>(i)]);
    if (cores(i) > limit_of(params)) cores(i) = infinity;
  }
  return cores;
}

cluster::Walk walk_of(const OPTICSParams& params, const Dataset& data,
                      const cluster::DistinctRows& rows, const Vector& cores,
                      const Context& context) {
  const MetricSpace space(who, params.metric, params.p, data.x(), data.columns(), context);
  Matrix prepared;
  if (space.prepares()) prepared = space.prepare(data.x(), context);
  const MatrixView points = space.prepares() ? MatrixView(prepared) : MatrixView(data.x());
  return cluster::walk(
      {who, points, space.reduced(), cores, rows.group, limit_of(params), context});
}

Labels cut(const cluster::Walk& walk, const Vector& cores, double eps) {
  Labels labels(cores.size());
  int label = -1;
  for (const Index row : walk.ordering) {
    const bool far = walk.reachability(row) > eps;
    const bool is_core = cores(row) <= eps;
    if (far && is_core) ++label;
    labels(row) = far && !is_core ? -1 : label;
  }
  return labels;
}

template <class State>
void take_xi(const OPTICSParams& params, State& state) {
  cluster::Plot plot;
  Labels places(state.core_distances.size());
  int place = 0;
  for (const Index row : state.walk.ordering) places(row) = place++;
  for (const Index row : state.walk.ordering) {
    const int from = state.walk.predecessor(row);
    plot.reachability.push_back(state.walk.reachability(row));
    plot.predecessor.push_back(from < 0 ? -1 : places(from));
  }
  const std::vector<cluster::Span> spans = cluster::xi_clusters(
      std::move(plot), {params.xi, params.min_samples,
                        params.min_cluster_size > 0 ? params.min_cluster_size : params.min_samples,
                        params.predecessor_correction});
  state.hierarchy.resize(static_cast<Index>(spans.size()), 2);
  for (std::size_t i = 0; i < spans.size(); ++i)
    state.hierarchy.row(static_cast<Index>(i)) << spans[i][0], spans[i][1];
  const std::vector<int> labels = cluster::labels_of_spans(spans, state.walk.ordering.size());
  state.labels.resize(state.core_distances.size());
  for (std::size_t i = 0; i < labels.size(); ++i) state.labels(state.walk.ordering[i]) = labels[i];
}

}  // namespace

OPTICS& OPTICS::fit(const Dataset& data, const Context& context) {
  params_.schema().check(params_, who);
  check_fit_data(who, data, TargetKind::none, with_metric(capabilities, params_.metric));
  check_params(params_, data);
  const FitScope scope(context);
  auto state = std::make_shared<State>(State{TrainedOn(data)});
  const cluster::DistinctRows rows = collect(params_, data, scope.context());
  state->core_distances = core_distances_of(params_, data, rows, scope.context());
  state->walk = walk_of(params_, data, rows, state->core_distances, scope.context());
  if (params_.cluster_method == OpticsMethod::xi) {
    take_xi(params_, *state);
  } else {
    state->labels =
        cut(state->walk, state->core_distances, params_.eps > 0 ? params_.eps : limit_of(params_));
  }
  FitReport report;
  if (data.n_rows() > 1 && state->walk.reachability.minCoeff() == infinity)
    report.warnings.push_back(
        concat("no point reaches another within max_eps = ", limit_of(params_), "; raise it"));
  state->report = scope.finish(std::move(report));
  state_ = std::move(state);
  return *this;
}

OPTICS& OPTICS::fit(const MatrixView& x, const Context& context) {
  return fit(Dataset::borrow(x), context);
}

const Labels& OPTICS::labels() const { return fitted(state_, type_name).labels; }
const std::vector<Index>& OPTICS::ordering() const {
  return fitted(state_, type_name).walk.ordering;
}
const Vector& OPTICS::reachability() const { return fitted(state_, type_name).walk.reachability; }
const Vector& OPTICS::core_distances() const { return fitted(state_, type_name).core_distances; }
const Labels& OPTICS::predecessor() const { return fitted(state_, type_name).walk.predecessor; }
const Eigen::Matrix<int, Eigen::Dynamic, 2, Eigen::RowMajor>& OPTICS::cluster_hierarchy() const {
  return fitted(state_, type_name).hierarchy;
}
const TrainedOn& OPTICS::trained_on() const { return fitted(state_, type_name).trained_on; }
const FitReport& OPTICS::report() const { return fitted(state_, type_name).report; }

Labels OPTICS::labels_at(double eps) const {
  const State& state = fitted(state_, type_name);
  check_eps(eps, params_);
  return cut(state.walk, state.core_distances, eps);
}

std::string OPTICS::to_svg() const {
  const State& state = fitted(state_, type_name);
  std::vector<double> heights;
  std::vector<int> labels;
  for (const Index row : state.walk.ordering) {
    heights.push_back(state.walk.reachability(row));
    labels.push_back(state.labels(row));
  }
  return cluster::draw_plot(heights, labels);
}

Value OPTICS::save_state() const {
  const State& state = fitted(state_, type_name);
  std::vector<std::int64_t> spans(state.hierarchy.data(),
                                  state.hierarchy.data() + state.hierarchy.size());
  return Value::Map{{"trained_on", state.trained_on.to_value()},
                    {"report", report_to_value(state.report)},
                    {"n_rows", state.labels.size()},
                    {"ordering", std::vector<std::int64_t>(state.walk.ordering.begin(),
                                                           state.walk.ordering.end())},
                    {"reachability", Value(state.walk.reachability)},
                    {"predecessor", Value(state.walk.predecessor)},
                    {"core_distances", Value(state.core_distances)},
                    {"labels", Value(state.labels)},
                    {"n_spans", state.hierarchy.rows()},
                    {"spans", std::move(spans)}};
}

OPTICS OPTICS::load_state(const OPTICSParams& params, const StateReader& reader) {
  params.schema().check(params, who);
  auto state = std::make_shared<State>(State{TrainedOn::from_value(reader.at("trained_on")),
                                             report_from_value(reader.at("report"))});
  const Index n = reader.integer("n_rows", 1, std::numeric_limits<std::int32_t>::max());
  const int last = static_cast<int>(n) - 1;
  std::vector<char> seen(static_cast<std::size_t>(n), 0);
  for (const std::int64_t row : reader.integers("ordering", n, 0, last)) {
    if (seen[static_cast<std::size_t>(row)] != 0) reader.fail("orders a row twice");
    seen[static_cast<std::size_t>(row)] = 1;
    state->walk.ordering.push_back(row);
  }
  state->walk.reachability = reader.vector("reachability", n, false);
  state->walk.predecessor = reader.labels("predecessor", n, -1, last);
  state->core_distances = reader.vector("core_distances", n, false);
  for (Index i = 0; i < n; ++i)
    if (!(state->walk.reachability(i) >= 0 && state->core_distances(i) >= 0))
      reader.fail("has a distance that is none");
  state->labels = reader.labels("labels", n, -1, last);
  const Index n_spans = reader.integer("n_spans", 0, std::numeric_limits<std::int32_t>::max());
  const auto spans = reader.integers("spans", 2 * n_spans, 0, last);
  state->hierarchy.resize(n_spans, 2);
  for (Index i = 0; i < 2 * n_spans; ++i)
    state->hierarchy.data()[i] = static_cast<int>(spans[static_cast<std::size_t>(i)]);
  for (Index i = 0; i < n_spans; ++i)
    if (state->hierarchy(i, 0) > state->hierarchy(i, 1)) reader.fail("has a span that ends early");
  OPTICS model(params);
  model.state_ = std::move(state);
  return model;
}

}  // namespace grove
