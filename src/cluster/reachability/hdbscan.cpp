#include "grove/cluster/hdbscan.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "cluster/distinct_rows.hpp"
#include "cluster/reachability/condense.hpp"
#include "cluster/reachability/spanning_tree.hpp"
#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "data/fit_report_value.hpp"
#include "grove/core/error.hpp"
#include "grove/core/fit_scope.hpp"
#include "grove/core/parallel.hpp"
#include "neighbors/point_index.hpp"

namespace grove {

std::span<const EnumName<ClusterSelection>> enum_names(ClusterSelection) {
  static constexpr std::array<EnumName<ClusterSelection>, 2> names{
      {{ClusterSelection::eom, "eom"}, {ClusterSelection::leaf, "leaf"}}};
  return names;
}

const Schema<HDBSCANParams>& HDBSCANParams::schema() {
  using P = HDBSCANParams;
  static const Schema<P> table =
      Schema<P>()
          .add("min_cluster_size", &P::min_cluster_size, at_least(2),
               "Points that a part must have to be a cluster.")
          .add("min_samples", &P::min_samples, at_least(0),
               "Points within the core distance, the point itself among them; 0: min_cluster_size.")
          .add("cluster_selection_epsilon", &P::cluster_selection_epsilon, at_least(0),
               "Clusters that split at a smaller distance are not split.")
          .add("max_cluster_size", &P::max_cluster_size, at_least(0),
               "Points of a cluster that eom takes at most; 0: any.")
          .add("metric", &P::metric, metric_constraint(), "Distance between points.")
          .add("p", &P::p, at_least(1), "Power of the minkowski metric.")
          .add("alpha", &P::alpha, greater_than(0),
               "Distances are divided by it before they meet core distances.")
          .add("cluster_selection_method", &P::cluster_selection_method,
               "Clusters of the largest excess of mass, or the leaves.")
          .add("allow_single_cluster", &P::allow_single_cluster,
               "Whether all points may be one cluster.")
          .search("min_cluster_size", log_integers(5, 100));
  return table;
}

struct HDBSCAN::State {
  TrainedOn trained_on;
  FitReport report = {};
  PointIndex index;                  // of the different rows
  std::vector<std::uint32_t> first;  // where each of them stands first
  Vector cores;                      // of each of them
  Vector counts;                     // how many rows each of them is; empty: one
  Labels labels = {};
  Vector probabilities = {};
  Vector outlier_scores = {};
  CondensedTree tree = {};
};

namespace {

constexpr std::string_view who = HDBSCAN::type_name;

PointIndex::Settings settings_of(const HDBSCANParams& params) {
  return {Algorithm::automatic, params.metric, params.p, 30};
}

Index min_samples_of(const HDBSCANParams& params) {
  return params.min_samples > 0 ? params.min_samples : params.min_cluster_size;
}

void check_weights(const Dataset& data) {
  if (data.weights() == nullptr) return;
  double total = 0;
  for (Index i = 0; i < data.n_rows(); ++i) {
    const double weight = (*data.weights())(i);
    if (weight != std::floor(weight))
      throw InvalidData(
          concat(who, ": weights must be whole numbers, got ", weight, " in row ", i),
          "a row of weight w is w equal rows here; scale and round the weights, or drop them");
    total += weight;
  }
  constexpr double most = 9007199254740992;  // 2^53
  if (!(total > 0 && total <= most))
    throw InvalidData(
        concat(who, ": weights must sum up to 1 at least and 2^53 at most, got ", total));
}

/// Which rows are one point. Metrics that equal rows may be apart by keep them apart.
cluster::DistinctRows collect(const HDBSCANParams& params, const Dataset& data,
                              const Context& context) {
  const double* const weights = data.weights() == nullptr ? nullptr : data.weights()->data();
  const Metric metric = params.metric.metric();
  if (metric == Metric::user || metric == Metric::gower)
    return cluster::rows_apart(data.n_rows(), weights);
  return cluster::distinct_rows(data.x(), weights, context);
}

std::vector<std::uint32_t> every_row(Index n) {
  std::vector<std::uint32_t> rows(static_cast<std::size_t>(n));
  std::iota(rows.begin(), rows.end(), std::uint32_t{0});
  return rows;
}

/// How many rows each point is; empty: one.
Vector counts_of(const cluster::DistinctRows& rows, const Dataset& data) {
  if (rows.all_differ() && data.weights() == nullptr) return {};
  Vector counts = Vector::Zero(static_cast<Index>(rows.first.size()));
  for (Index i = 0; i < data.n_rows(); ++i) {
    const std::uint32_t group = rows.group[static_cast<std::size_t>(i)];
    if (group != cluster::DistinctRows::none)
      counts(group) += data.weights() == nullptr ? 1 : (*data.weights())(i);
  }
  return counts;
}

cluster::SpanningTree tree_of(const HDBSCANParams& params, const MatrixView& points,
                              const std::vector<Column>& columns, const Vector& counts,
                              const Context& context) {
  const MetricSpace space(who, params.metric, params.p, points, columns, context);
  const cluster::Reachability reachability{min_samples_of(params), params.alpha,
                                           counts.size() > 0 ? counts.data() : nullptr};
  if (!space.prepares())
    return cluster::spanning_tree(who, points, space.reduced(), reachability, context);
  return cluster::spanning_tree(who, space.prepare(points, context), space.reduced(), reachability,
                                context);
}

/// Labels in the order of the clusters' first points.
void label_clusters(CondensedTree& tree, const std::vector<char>& selected) {
  std::vector<int> holder(tree.clusters.size(), -1);
  for (std::size_t i = 0; i < holder.size(); ++i) {
    if (selected[i] != 0) {
      holder[i] = static_cast<int>(i);
    } else if (i > 0) {
      holder[i] = holder[static_cast<std::size_t>(tree.clusters[i].parent)];
    }
  }
  int next = 0;
  for (const int cluster : tree.point_clusters) {
    const int chosen = holder[static_cast<std::size_t>(cluster)];
    if (chosen < 0) continue;
    int& label = tree.clusters[static_cast<std::size_t>(chosen)].label;
    if (label < 0) label = next++;
  }
}

CondensedTree selected_tree(const HDBSCANParams& params, const cluster::SpanningTree& spanning,
                            const Vector& counts) {
  CondensedTree tree =
      cluster::condense(spanning, static_cast<Index>(spanning.edges.size()) + 1,
                        counts.size() > 0 ? counts.data() : nullptr, params.min_cluster_size);
  const cluster::Selection selection{params.cluster_selection_method == ClusterSelection::leaf,
                                     params.allow_single_cluster, params.cluster_selection_epsilon,
                                     static_cast<double>(params.max_cluster_size)};
  label_clusters(tree, cluster::select_clusters(tree, selection));
  return tree;
}

/// From points to rows; rows that were left out have none yet. No groups: rows are points.
CondensedTree by_row(CondensedTree tree, const std::vector<std::uint32_t>& groups) {
  if (groups.empty()) return tree;
  const auto n = static_cast<Index>(groups.size());
  Labels clusters = Labels::Constant(n, -1);
  Vector levels = Vector::Zero(n);
  for (Index i = 0; i < n; ++i) {
    const std::uint32_t group = groups[static_cast<std::size_t>(i)];
    if (group == cluster::DistinctRows::none) continue;
    clusters(i) = tree.point_clusters(group);
    levels(i) = tree.point_lambdas(group);
  }
  tree.point_clusters = std::move(clusters);
  tree.point_lambdas = std::move(levels);
  return tree;
}

/// Memberships of queries from those of the rows near them.
class Joiner {
 public:
  Joiner(const HDBSCANParams& params, const PointIndex& index,
         const std::vector<std::uint32_t>& first, const Vector& cores, const Vector& counts,
         const CondensedTree& tree)
      : params_(params),
        index_(index),
        first_(first),
        cores_(cores),
        counts_(counts),
        tree_(tree),
        memberships_(tree.clusters, params.cluster_selection_epsilon) {}

  ClusterMembership of_queries(const MatrixView& x, const Context& context) const {
    constexpr Index rows_at_once = 16384;
    ClusterMembership found{Labels(x.rows()), Vector(x.rows()), Vector(x.rows())};
    const Index k = std::min(2 * min_samples_of(params_), index_.n_points());
    for (Index begin = 0; begin < x.rows(); begin += rows_at_once) {
      const MatrixView block = x.middleRows(begin, std::min(rows_at_once, x.rows() - begin));
      const Neighbors near = index_.nearest(who, &block, k, context);
      for (Index i = 0; i < block.rows(); ++i) put(found, begin + i, of_query(near, i));
    }
    return found;
  }

  /// Of the training rows; those that were left out are queries.
  ClusterMembership of_rows(const MatrixView& x, const Context& context) const {
    const Index n = x.rows();
    ClusterMembership found{Labels(n), Vector(n), Vector(n)};
    std::vector<Index> apart;
    for (Index i = 0; i < n; ++i) {
      const int cluster = tree_.point_clusters(i);
      if (cluster >= 0) {
        put(found, i, memberships_(cluster, tree_.point_lambdas(i)));
      } else {
        apart.push_back(i);
      }
    }
    if (apart.empty()) return found;
    Matrix queries(static_cast<Index>(apart.size()), x.cols());
    for (std::size_t i = 0; i < apart.size(); ++i)
      queries.row(static_cast<Index>(i)) = x.row(apart[i]);
    const ClusterMembership others = of_queries(queries, context);
    for (std::size_t i = 0; i < apart.size(); ++i) {
      const auto from = static_cast<Index>(i);
      put(found, apart[i],
          {others.labels(from), others.probabilities(from), others.outlier_scores(from)});
    }
    return found;
  }

 private:
  using Membership = cluster::Memberships::Membership;

  static void put(ClusterMembership& found, Index i, const Membership& one) {
    found.labels(i) = one.label;
    found.probabilities(i) = one.probability;
    found.outlier_scores(i) = one.outlier_score;
  }

  Membership of_query(const Neighbors& near, Index query) const {
    const auto wanted = static_cast<double>(min_samples_of(params_));
    const Index k = near.rows.cols();
    double points = 1;
    double core = 0;
    for (Index h = 0; h < k && points < wanted; ++h) {
      points += counts_.size() > 0 ? counts_(near.rows(query, h)) : 1;
      core = near.distances(query, h);
    }
    double least = std::numeric_limits<double>::infinity();
    Index nearest = near.rows(query, 0);
    const bool known = near.distances(query, 0) == 0;
    for (Index h = 0; h < k && !known; ++h) {
      const double reach =
          std::max({core, cores_(near.rows(query, h)), near.distances(query, h) / params_.alpha});
      if (reach >= least) continue;
      least = reach;
      nearest = near.rows(query, h);
    }
    const Index row = first_[static_cast<std::size_t>(nearest)];
    int cluster = tree_.point_clusters(row);
    const double own = tree_.point_lambdas(row);
    const double level = known ? own : std::min(own, cluster::level_of(least));
    const auto cluster_at = [&](int c) { return tree_.clusters[static_cast<std::size_t>(c)]; };
    if (level < own)
      while (cluster > 0 && cluster_at(cluster).birth >= level)
        cluster = cluster_at(cluster).parent;
    return memberships_(cluster, level);
  }

  const HDBSCANParams& params_;
  const PointIndex& index_;
  const std::vector<std::uint32_t>& first_;
  const Vector& cores_;
  const Vector& counts_;
  const CondensedTree& tree_;
  cluster::Memberships memberships_;
};

template <class State>
Joiner joiner_of(const HDBSCANParams& params, const State& state) {
  return {params, state.index, state.first, state.cores, state.counts, state.tree};
}

template <class State>
void take_rows(State& state, const HDBSCANParams& params, const MatrixView& x,
               const Context& context) {
  ClusterMembership rows = joiner_of(params, state).of_rows(x, context);
  state.labels = std::move(rows.labels);
  state.probabilities = std::move(rows.probabilities);
  state.outlier_scores = std::move(rows.outlier_scores);
}

}  // namespace

HDBSCAN& HDBSCAN::fit(const Dataset& data, const Context& context) {
  params_.schema().check(params_, who);
  check_fit_data(who, data, TargetKind::none, with_metric(capabilities, params_.metric));
  check_weights(data);
  const FitScope scope(context);
  cluster::DistinctRows rows = collect(params_, data, scope.context());
  const bool all_differ = rows.all_differ();
  Matrix gathered;
  if (!all_differ) gathered = rows.gather(data.x());
  const MatrixView points = all_differ ? MatrixView(data.x()) : MatrixView(gathered);
  Vector counts = counts_of(rows, data);
  if (all_differ) rows = {};
  cluster::SpanningTree spanning =
      tree_of(params_, points, data.columns(), counts, scope.context());
  // What is left runs on one thread each.
  CondensedTree tree;
  std::optional<PointIndex> index;
  parallel_tasks(scope.context(), 2, [&](Index task, const Context& inner) {
    if (task == 0) {
      tree = selected_tree(params_, spanning, counts);
    } else {
      index.emplace(who, points, data.columns(), settings_of(params_), inner);
    }
  });
  if (all_differ) rows.first = every_row(points.rows());
  Vector cores = Vector::Zero(points.rows());
  if (!spanning.core_distances.empty())
    cores = Eigen::Map<const Vector>(spanning.core_distances.data(), points.rows());
  spanning = {};
  auto state = std::make_shared<State>(State{TrainedOn(data),
                                             {},
                                             std::move(*index),
                                             std::move(rows.first),
                                             std::move(cores),
                                             std::move(counts)});
  state->tree = by_row(std::move(tree), rows.group);
  take_rows(*state, params_, data.x(), scope.context());
  FitReport report;
  if (state->tree.clusters.front().size < params_.min_cluster_size)
    report.warnings.push_back(concat(
        "fewer points than min_cluster_size = ", params_.min_cluster_size, ": all are noise"));
  state->report = scope.finish(std::move(report));
  state_ = std::move(state);
  return *this;
}

HDBSCAN& HDBSCAN::fit(const MatrixView& x, const Context& context) {
  return fit(Dataset::borrow(x), context);
}

ClusterMembership HDBSCAN::approximate_predict(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(who, x, state.trained_on, with_metric(capabilities, params_.metric));
  return joiner_of(params_, state).of_queries(x, context);
}

Labels HDBSCAN::predict(const MatrixView& x, const Context& context) const {
  return approximate_predict(x, context).labels;
}

const Labels& HDBSCAN::labels() const { return fitted(state_, type_name).labels; }
const Vector& HDBSCAN::probabilities() const { return fitted(state_, type_name).probabilities; }
const Vector& HDBSCAN::outlier_scores() const { return fitted(state_, type_name).outlier_scores; }
const CondensedTree& HDBSCAN::condensed_tree() const { return fitted(state_, type_name).tree; }
const TrainedOn& HDBSCAN::trained_on() const { return fitted(state_, type_name).trained_on; }
const FitReport& HDBSCAN::report() const { return fitted(state_, type_name).report; }

Value HDBSCAN::save_state() const {
  const State& state = fitted(state_, type_name);
  Value::Map map = save_index(who, state.index, params_.metric);
  map["trained_on"] = state.trained_on.to_value();
  map["report"] = report_to_value(state.report);
  map["first"] = std::vector<std::int64_t>(state.first.begin(), state.first.end());
  map["cores"] = Value(state.cores);
  if (state.counts.size() > 0) map["counts"] = Value(state.counts);
  map["n_rows"] = state.labels.size();
  map["labels"] = Value(state.labels);
  map["probabilities"] = Value(state.probabilities);
  map["outlier_scores"] = Value(state.outlier_scores);
  map["tree"] = cluster::tree_to_value(state.tree);
  return map;
}

HDBSCAN HDBSCAN::load_state(const HDBSCANParams& params, const StateReader& reader) {
  params.schema().check(params, who);
  TrainedOn trained_on = TrainedOn::from_value(reader.at("trained_on"));
  PointIndex index = load_index(who, settings_of(params), trained_on.columns, reader);
  const Index n = reader.integer("n_rows", 1, std::numeric_limits<std::int32_t>::max());
  const Index n_points = index.n_points();
  if (n_points > n) reader.fail("has more points than rows");
  std::vector<std::uint32_t> first;
  for (const std::int64_t row : reader.integers("first", n_points, 0, n - 1))
    first.push_back(static_cast<std::uint32_t>(row));
  auto state = std::make_shared<State>(
      State{std::move(trained_on), report_from_value(reader.at("report")), std::move(index),
            std::move(first), reader.vector("cores", n_points),
            reader.has("counts") ? reader.vector("counts", n_points) : Vector()});
  if (state->cores.minCoeff() < 0 || (state->counts.array() < 1).any())
    reader.fail("has a core distance below 0 or a count below 1");
  state->tree = cluster::tree_from_value(reader.at("tree"), n);
  for (const std::uint32_t row : state->first)
    if (state->tree.point_clusters(row) < 0) reader.fail("has a point outside the tree");
  state->labels = reader.labels("labels", n, -1, static_cast<int>(state->tree.clusters.size()) - 1);
  state->probabilities = reader.vector("probabilities", n);
  state->outlier_scores = reader.vector("outlier_scores", n);
  HDBSCAN model(params);
  model.state_ = std::move(state);
  return model;
}

}  // namespace grove
