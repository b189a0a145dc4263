#include "grove/cluster/agglomerative_clustering.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "cluster/distinct_rows.hpp"
#include "cluster/linkage/linkage.hpp"
#include "cluster/magnitude.hpp"
#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "data/fit_report_value.hpp"
#include "grove/core/error.hpp"
#include "grove/core/fit_scope.hpp"
#include "neighbors/point_index.hpp"

namespace grove {

std::span<const EnumName<Linkage>> enum_names(Linkage) {
  static constexpr std::array<EnumName<Linkage>, 7> names{{{Linkage::ward, "ward"},
                                                           {Linkage::complete, "complete"},
                                                           {Linkage::average, "average"},
                                                           {Linkage::single, "single"},
                                                           {Linkage::weighted, "weighted"},
                                                           {Linkage::centroid, "centroid"},
                                                           {Linkage::median, "median"}}};
  return names;
}

const Schema<AgglomerativeClusteringParams>& AgglomerativeClusteringParams::schema() {
  using P = AgglomerativeClusteringParams;
  static const Schema<P> table =
      Schema<P>()
          .add("n_clusters", &P::n_clusters, at_least(1), "Clusters to cut the tree into.")
          .add("linkage", &P::linkage, "How far apart two clusters are.")
          .add("metric", &P::metric, metric_constraint(), "Distance between points.")
          .add("p", &P::p, at_least(1), "Power of the minkowski metric.")
          .add("distance_threshold", &P::distance_threshold, at_least(0),
               "Distance from which on clusters stay apart; in the place of n_clusters.")
          .add("connectivity_neighbors", &P::connectivity_neighbors, at_least(1),
               "Merge only along the graph of so many nearest neighbours.")
          .search("n_clusters", integers(2, 20))
          .search("linkage", choices({"ward", "complete", "average", "single"}));
  return table;
}

struct AgglomerativeClustering::State {
  TrainedOn trained_on;
  FitReport report;
  Dendrogram tree;
  Index n_connected_components;
  Labels labels;
};

namespace {

constexpr std::string_view who = AgglomerativeClustering::type_name;
using Params = AgglomerativeClusteringParams;

bool by_centers(Linkage linkage) {
  return linkage == Linkage::ward || linkage == Linkage::centroid || linkage == Linkage::median;
}

void check_choice(const Params& params) {
  Params::schema().check(params, who);
  if (params.n_clusters.has_value() == params.distance_threshold.has_value())
    throw InvalidParameter(
        concat(who, ": exactly one of n_clusters and distance_threshold must be given, got ",
               params.n_clusters.has_value() ? "both" : "none"),
        params.n_clusters.has_value() ? "set n_clusters=none to cut by distance"
                                      : "set n_clusters to cut by number");
  if (by_centers(params.linkage) && params.metric.metric() != Metric::euclidean)
    throw InvalidParameter(
        concat(who, ": linkage = ",
               ParamType<Linkage>::to(params.linkage).get_if<std::string>()->c_str(),
               " works with metric = euclidean, got ", params.metric.name()),
        "linkage=complete, average, weighted and single take any metric");
}

void check_size(const Params& params, Index n_rows) {
  if (params.n_clusters && *params.n_clusters > n_rows)
    throw InvalidData(concat(who, ": n_clusters = ", *params.n_clusters, ", but there are only ",
                             n_rows, " rows"));
  if (n_rows > std::numeric_limits<std::int32_t>::max())
    throw InvalidData(concat(who, ": at most 2147483647 rows, got ", n_rows));
}

Labels cut(const Params& params, const Dendrogram& tree) {
  return params.n_clusters ? tree.cut(*params.n_clusters) : tree.cut_at(*params.distance_threshold);
}

std::vector<cluster::Edge> sorted_edges(std::vector<cluster::Edge> edges) {
  const auto key = [](const cluster::Edge& edge) { return std::pair(edge.b, edge.a); };
  std::sort(edges.begin(), edges.end(),
            [&](const auto& a, const auto& b) { return key(a) < key(b); });
  edges.erase(std::unique(edges.begin(), edges.end(),
                          [&](const auto& a, const auto& b) { return key(a) == key(b); }),
              edges.end());
  return edges;
}

void add_edge(std::vector<cluster::Edge>& edges, Index i, Index j) {
  if (i != j)
    edges.push_back({static_cast<std::uint32_t>(std::min(i, j)),
                     static_cast<std::uint32_t>(std::max(i, j)), 0});
}

std::vector<cluster::Edge> edges_of(const Graph& graph, Index n) {
  if (graph.rows() != n || graph.cols() != n)
    throw InvalidData(concat(who,
                             ": the connectivity must have a row and a column for each of the ", n,
                             " rows, got ", graph.rows(), " x ", graph.cols()));
  std::vector<cluster::Edge> edges;
  for (Index i = 0; i < n; ++i)
    for (Graph::InnerIterator entry(graph, i); entry; ++entry) add_edge(edges, i, entry.col());
  return sorted_edges(std::move(edges));
}

std::vector<cluster::Edge> nearest_edges(const Params& params, const Dataset& data,
                                         const Context& context) {
  const Index k = *params.connectivity_neighbors;
  if (k >= data.n_rows())
    throw InvalidData(concat(who, ": connectivity_neighbors = ", k, ", but each of the ",
                             data.n_rows(), " rows has only ", data.n_rows() - 1, " others"));
  const PointIndex index(who, data.x(), data.columns(), {.metric = params.metric, .p = params.p},
                         context);
  const Neighbors found = index.nearest(who, nullptr, k, context);
  std::vector<cluster::Edge> edges;
  for (Index i = 0; i < data.n_rows(); ++i)
    for (Index j = 0; j < k; ++j) add_edge(edges, i, found.rows(i, j));
  return sorted_edges(std::move(edges));
}

/// Row-major without gaps, prepared for the metric.
Matrix points_of(const MatrixView& x, const MetricSpace& space, const Context& context) {
  return space.prepares() ? space.prepare(x, context) : Matrix(x);
}

/// Whether points at distance 0 of each other are as far from all others, and the nearest of all
/// points can be found without measuring all pairs, or by products of matrices.
bool is_regular(Metric metric) {
  return metric != Metric::hamming && metric != Metric::gower && metric != Metric::user;
}

/// The nearest of each of these rows, by the metric of prepared points.
cluster::NearestRows nearest_rows(const Params& params, const MatrixView& points,
                                  const Context& context) {
  if (points.rows() < 2 || !is_regular(params.metric.metric())) return {};
  const bool prepared = params.metric.metric() == Metric::mahalanobis;
  const PointIndex index(
      who, points, {},
      {.metric = prepared ? Distance(Metric::euclidean) : params.metric, .p = params.p}, context);
  const Neighbors found = index.nearest(who, nullptr, 1, context);
  return {std::vector<Index>(found.rows.data(), found.rows.data() + found.rows.size()),
          std::vector<double>(found.distances.data(), found.distances.data() + found.rows.size())};
}

std::vector<cluster::PointMerge> merges_of(const Params& params, const MatrixView& points,
                                           const std::vector<double>& sizes,
                                           const MetricSpace& space, const Context& context) {
  if (params.linkage == Linkage::ward) return cluster::ward_linkage(who, points, sizes, context);
  if (by_centers(params.linkage))
    return cluster::center_linkage(who, points, sizes, params.linkage, context);
  cluster::check_matrix_room(who, points, space, is_regular(params.metric.metric()));
  return cluster::matrix_linkage(who, points, sizes, space, params.linkage,
                                 nearest_rows(params, points, context), context);
}

/// Rows that all differ, each the last of those that equal it.
struct LastRows {
  std::vector<std::uint32_t> rows;
  std::vector<double> sizes;
  std::vector<cluster::PointMerge> merges;  // of equal rows
};

LastRows last_rows(const Params& params, const Matrix& points, const Context& context) {
  const cluster::DistinctRows distinct = is_regular(params.metric.metric())
                                             ? cluster::distinct_rows(points, nullptr, context)
                                             : cluster::rows_apart(points.rows(), nullptr);
  const std::vector<std::uint32_t>& groups = distinct.group;
  std::vector<std::uint32_t> last(distinct.first.size());
  std::vector<double> sizes(distinct.first.size(), 0);
  for (std::uint32_t i = 0; i < groups.size(); ++i) {
    last[groups[i]] = i;
    sizes[groups[i]] += 1;
  }
  LastRows kept;
  for (std::uint32_t i = 0; i < groups.size(); ++i) {
    if (last[groups[i]] == i) {
      kept.rows.push_back(i);
      kept.sizes.push_back(sizes[groups[i]]);
    } else {
      kept.merges.push_back({i, last[groups[i]], 0});
    }
  }
  return kept;
}

/// Equal rows are merged first, then what is left of them.
Dendrogram tree_of(const Params& params, const Matrix& points, const MetricSpace& space,
                   const Context& context) {
  if (params.linkage == Linkage::single && points.rows() > 1)
    return cluster::single_linkage_tree(who, points, space, context);
  const LastRows kept = last_rows(params, points, context);
  std::vector<cluster::PointMerge> merges = kept.merges;
  const bool all_differ = merges.empty();
  Matrix distinct;
  if (!all_differ) {
    distinct.resize(static_cast<Index>(kept.rows.size()), points.cols());
    for (Index i = 0; i < distinct.rows(); ++i)
      distinct.row(i) = points.row(kept.rows[static_cast<std::size_t>(i)]);
  }
  for (const cluster::PointMerge& merge :
       merges_of(params, all_differ ? points : distinct, kept.sizes, space, context))
    merges.push_back({kept.rows[merge.a], kept.rows[merge.b], merge.height});
  const bool steps_back = params.linkage == Linkage::centroid || params.linkage == Linkage::median;
  return cluster::dendrogram_of(std::move(merges), steps_back ? cluster::MergeOrder::as_given
                                                              : cluster::MergeOrder::by_height);
}

}  // namespace

std::shared_ptr<const AgglomerativeClustering::State> AgglomerativeClustering::fit_state(
    const Params& params, const Dataset& data, const Graph* connectivity, const Context& outer) {
  check_choice(params);
  check_fit_data(who, data, TargetKind::none, with_metric(capabilities, params.metric));
  check_size(params, data.n_rows());
  const FitScope scope(outer);
  const Context& context = scope.context();
  if (by_centers(params.linkage)) cluster::check_magnitude(who, data.x(), data.columns());
  const MetricSpace space(who, params.metric, params.p, data.x(), data.columns(), context);
  const Matrix points = points_of(data.x(), space, context);
  FitReport report;
  cluster::ConnectedTree found{Dendrogram(1, {}), 1};
  if (connectivity == nullptr && !params.connectivity_neighbors) {
    found.tree = tree_of(params, points, space, context);
  } else {
    found =
        cluster::connected_linkage(who, points, space, params.linkage,
                                   connectivity != nullptr ? edges_of(*connectivity, data.n_rows())
                                                           : nearest_edges(params, data, context),
                                   context);
    if (found.n_components > 1)
      report.warnings.push_back(
          concat(who, ": the connectivity graph has ", found.n_components,
                 " parts; it was completed by the shortest edge between each two of them"));
  }
  Labels labels = cut(params, found.tree);
  report.iterations = data.n_rows() - 1;
  return std::make_shared<State>(State{TrainedOn(data), scope.finish(std::move(report)),
                                       std::move(found.tree), found.n_components,
                                       std::move(labels)});
}

AgglomerativeClustering& AgglomerativeClustering::fit(const Dataset& data, const Context& context) {
  state_ = fit_state(params_, data, nullptr, context);
  return *this;
}

AgglomerativeClustering& AgglomerativeClustering::fit(const MatrixView& x, const Context& context) {
  return fit(Dataset::borrow(x), context);
}

AgglomerativeClustering& AgglomerativeClustering::fit_connected(const Dataset& data,
                                                                const Graph& connectivity,
                                                                const Context& context) {
  state_ = fit_state(params_, data, &connectivity, context);
  return *this;
}

AgglomerativeClustering& AgglomerativeClustering::fit_connected(const MatrixView& x,
                                                                const Graph& connectivity,
                                                                const Context& context) {
  return fit_connected(Dataset::borrow(x), connectivity, context);
}

const Labels& AgglomerativeClustering::labels() const { return fitted(state_, type_name).labels; }
Index AgglomerativeClustering::n_clusters() const { return labels().maxCoeff() + 1; }
const Dendrogram& AgglomerativeClustering::dendrogram() const {
  return fitted(state_, type_name).tree;
}
Index AgglomerativeClustering::n_connected_components() const {
  return fitted(state_, type_name).n_connected_components;
}
const TrainedOn& AgglomerativeClustering::trained_on() const {
  return fitted(state_, type_name).trained_on;
}
const FitReport& AgglomerativeClustering::report() const {
  return fitted(state_, type_name).report;
}

Value AgglomerativeClustering::save_state() const {
  const State& state = fitted(state_, type_name);
  if (params_.metric.metric() == Metric::user || params_.metric.inverse_covariance() != nullptr)
    throw Unsupported(concat(type_name, ": a model with a distance of the user's cannot be saved"),
                      "save dendrogram() as JSON");
  return Value::Map{{"trained_on", state.trained_on.to_value()},
                    {"report", report_to_value(state.report)},
                    {"tree", state.tree.to_value()},
                    {"n_connected_components", state.n_connected_components}};
}

AgglomerativeClustering AgglomerativeClustering::load_state(const Params& params,
                                                            const StateReader& reader) {
  check_choice(params);
  Dendrogram tree = Dendrogram::from_value(reader.at("tree"));
  if (params.n_clusters && *params.n_clusters > tree.n_points())
    reader.fail("has fewer points than n_clusters");
  const Index n_components = reader.integer("n_connected_components", 1, tree.n_points());
  Labels labels = cut(params, tree);
  AgglomerativeClustering model(params);
  model.state_ = std::make_shared<State>(State{TrainedOn::from_value(reader.at("trained_on")),
                                               report_from_value(reader.at("report")),
                                               std::move(tree), n_components, std::move(labels)});
  return model;
}

}  // namespace grove
