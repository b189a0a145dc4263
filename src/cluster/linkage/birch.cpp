#include "grove/cluster/birch.hpp"

#include <limits>

#include "cluster/k_means/center_blocks.hpp"
#include "cluster/linkage/cf_tree.hpp"
#include "cluster/linkage/linkage.hpp"
#include "cluster/magnitude.hpp"
#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "data/fit_report_value.hpp"
#include "grove/core/error.hpp"
#include "grove/core/fit_scope.hpp"
#include "grove/core/parallel.hpp"
#include "neighbors/point_index.hpp"

namespace grove {

const Schema<BirchParams>& BirchParams::schema() {
  using P = BirchParams;
  static const Schema<P> table =
      Schema<P>()
          .add("threshold", &P::threshold, greater_than(0),
               "Root mean squared distance to its mean that a subcluster may reach.")
          .add("branching_factor", &P::branching_factor, at_least(2),
               "Entries of a node of the tree at most.")
          .add("n_clusters", &P::n_clusters, at_least(1),
               "Clusters to make of the subclusters; none: each is one.")
          .search("n_clusters", integers(2, 20));
  return table;
}

struct Birch::State {
  TrainedOn trained_on;
  FitReport report;
  Matrix centers;
  Labels center_labels;
  Labels labels;
  PointIndex index;  // of the centres
};

namespace {

constexpr std::string_view who = Birch::type_name;

Matrix subclusters_of(const BirchParams& params, const MatrixView& x, const Context& context) {
  cluster::CfTree tree(x.cols(), params.threshold, params.branching_factor);
  for (Index i = 0; i < x.rows(); ++i) {
    if (i % 1024 == 0) context.check_stop(who);
    tree.insert(x.data() + i * x.outerStride());
  }
  context.count(work::distance_evaluations, tree.distance_evaluations());
  return tree.centers();
}

Labels cluster_centers(const BirchParams& params, const Matrix& centers, FitReport& report,
                       const Context& context) {
  report.notes.push_back(concat(centers.rows(), " subclusters"));
  if (params.n_clusters && centers.rows() > *params.n_clusters)
    return cluster::dendrogram_of(
               cluster::ward_linkage(
                   who, centers, std::vector<double>(static_cast<std::size_t>(centers.rows()), 1),
                   context),
               cluster::MergeOrder::by_height)
        .cut(*params.n_clusters);
  if (params.n_clusters && centers.rows() < *params.n_clusters)
    report.warnings.push_back(concat(who, ": there are only ", centers.rows(),
                                     " subclusters for n_clusters = ", *params.n_clusters,
                                     "; lower the threshold"));
  return Labels::LinSpaced(centers.rows(), 0, static_cast<int>(centers.rows()) - 1);
}

PointIndex index_of(const Matrix& centers) { return PointIndex(who, centers, {}, {}); }

Labels nearest_labels(const PointIndex& index, const Labels& center_labels, const MatrixView& x,
                      const Context& context) {
  Labels labels(x.rows());
  const Neighbors found = index.nearest(who, &x, 1, context);
  for (Index i = 0; i < x.rows(); ++i) labels(i) = center_labels(found.rows(i, 0));
  return labels;
}

/// Numbers labels by the lowest row that has them, then those that no row has.
void number_by_rows(Labels& labels, Labels& center_labels) {
  std::vector<int> numbers(static_cast<std::size_t>(center_labels.maxCoeff()) + 1, -1);
  int next = 0;
  const auto renumber = [&](Labels& values) {
    for (int& label : values) {
      int& number = numbers[static_cast<std::size_t>(label)];
      if (number < 0) number = next++;
      label = number;
    }
  };
  renumber(labels);
  renumber(center_labels);
}

}  // namespace

Birch& Birch::fit(const Dataset& data, const Context& outer) {
  BirchParams::schema().check(params_, who);
  check_fit_data(who, data, TargetKind::none, capabilities);
  const FitScope scope(outer);
  const Context& context = scope.context();
  cluster::check_magnitude(who, data.x(), data.columns());
  FitReport report;
  Matrix centers = subclusters_of(params_, data.x(), context);
  Labels center_labels = cluster_centers(params_, centers, report, context);
  PointIndex index = index_of(centers);
  Labels labels = nearest_labels(index, center_labels, data.x(), context);
  number_by_rows(labels, center_labels);
  report.iterations = 1;
  state_ = std::make_shared<State>(State{TrainedOn(data), scope.finish(std::move(report)),
                                         std::move(centers), std::move(center_labels),
                                         std::move(labels), std::move(index)});
  return *this;
}

Birch& Birch::fit(const MatrixView& x, const Context& context) {
  return fit(Dataset::borrow(x), context);
}

Labels Birch::predict(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  cluster::check_magnitude(type_name, x, state.trained_on.columns);
  if (x.rows() == 0) return Labels(0);
  return nearest_labels(state.index, state.center_labels, x, context);
}

Matrix Birch::transform(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  cluster::check_magnitude(type_name, x, state.trained_on.columns);
  const cluster::CenterBlocks blocks(state.centers);
  Matrix distances(x.rows(), state.centers.rows());
  parallel_for(context, x.rows(), 512, [&](Index begin, Index end) {
    context.check_stop(type_name);
    for (Index i = begin; i < end; ++i) {
      blocks.squared(x.data() + i * x.outerStride(), distances.row(i).data());
      distances.row(i) = distances.row(i).array().sqrt();
    }
  });
  context.count(work::distance_evaluations, static_cast<std::uint64_t>(distances.size()));
  return distances;
}

const Labels& Birch::labels() const { return fitted(state_, type_name).labels; }
const Matrix& Birch::subcluster_centers() const { return fitted(state_, type_name).centers; }
const Labels& Birch::subcluster_labels() const { return fitted(state_, type_name).center_labels; }
const TrainedOn& Birch::trained_on() const { return fitted(state_, type_name).trained_on; }
const FitReport& Birch::report() const { return fitted(state_, type_name).report; }

Value Birch::save_state() const {
  const State& state = fitted(state_, type_name);
  return Value::Map{{"trained_on", state.trained_on.to_value()},
                    {"report", report_to_value(state.report)},
                    {"n_subclusters", state.centers.rows()},
                    {"centers", Value(state.centers)},
                    {"center_labels", Value(state.center_labels)},
                    {"n_rows", state.labels.size()},
                    {"labels", Value(state.labels)}};
}

Birch Birch::load_state(const BirchParams& params, const StateReader& reader) {
  BirchParams::schema().check(params, type_name);
  constexpr Index most = std::numeric_limits<std::int32_t>::max();
  TrainedOn trained_on = TrainedOn::from_value(reader.at("trained_on"));
  const Index k = reader.integer("n_subclusters", 1, most);
  Matrix centers = reader.matrix("centers", k, trained_on.n_columns());
  if (centers.size() == 0) reader.fail("has no columns");
  if (!(centers.cwiseAbs().maxCoeff() <= cluster::largest_value))
    reader.fail("has a subcluster beyond 1e140");
  Labels center_labels = reader.labels("center_labels", k, 0, static_cast<int>(k) - 1);
  const Index n = reader.integer("n_rows", 1, most);
  Labels labels = reader.labels("labels", n, 0, center_labels.maxCoeff());
  PointIndex index = index_of(centers);
  Birch model(params);
  model.state_ = std::make_shared<State>(
      State{std::move(trained_on), report_from_value(reader.at("report")), std::move(centers),
            std::move(center_labels), std::move(labels), std::move(index)});
  return model;
}

}  // namespace grove
