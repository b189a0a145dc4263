#include "grove/cluster/spectral_clustering.hpp"

#include <Eigen/QR>
#include <Eigen/SVD>
#include <array>
#include <limits>
#include <set>

#include "cluster/affinity/spectral.hpp"
#include "cluster/magnitude.hpp"
#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "data/fit_report_value.hpp"
#include "grove/cluster/k_means.hpp"
#include "grove/core/error.hpp"
#include "grove/core/fit_scope.hpp"

namespace grove {

std::span<const EnumName<Affinity>> enum_names(Affinity) {
  static constexpr std::array<EnumName<Affinity>, 2> names{
      {{Affinity::rbf, "rbf"}, {Affinity::nearest_neighbors, "nearest_neighbors"}}};
  return names;
}

std::span<const EnumName<AssignLabels>> enum_names(AssignLabels) {
  static constexpr std::array<EnumName<AssignLabels>, 2> names{
      {{AssignLabels::kmeans, "kmeans"}, {AssignLabels::cluster_qr, "cluster_qr"}}};
  return names;
}

const Schema<SpectralClusteringParams>& SpectralClusteringParams::schema() {
  using P = SpectralClusteringParams;
  static const Schema<P> table =
      Schema<P>()
          .add("n_clusters", &P::n_clusters, at_least(1), "Clusters to find.")
          .add("affinity", &P::affinity, "How alike two rows are.")
          .add("gamma", &P::gamma, greater_than(0), "Of rbf: exp(-gamma * squared distance).")
          .add("n_neighbors", &P::n_neighbors, at_least(2),
               "Of nearest_neighbors: neighbours of a row, itself among them.")
          .add("assign_labels", &P::assign_labels, "From eigenvectors to labels.")
          .add("n_init", &P::n_init, at_least(1), "Starts of k-means.")
          .add("seed", &P::seed, at_least(0), "Seed of the eigenvectors and of k-means.")
          .search("n_clusters", integers(2, 20));
  return table;
}

struct SpectralClustering::State {
  TrainedOn trained_on;
  FitReport report;
  Labels labels;
};

namespace {

constexpr std::string_view who = SpectralClustering::type_name;

Labels kmeans_labels(const SpectralClusteringParams& params, const Matrix& vectors, Rng rng,
                     const Context& context) {
  KMeans kmeans({.n_clusters = params.n_clusters, .n_init = params.n_init, .seed = rng() >> 1});
  try {
    kmeans.fit(vectors, context);
  } catch (const InvalidData& error) {
    throw InvalidData(concat(who, ": no clusters among the eigenvectors: ", error.what()),
                      error.hint());
  }
  return kmeans.labels();
}

/// Turns the eigenvectors so that the rows chosen by pivots lie along the axes; a row goes to the
/// axis it is nearest to. Axes that stay empty get no label.
Labels pivot_labels(const Matrix& vectors) {
  const Index k = vectors.cols();
  const Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr{Eigen::MatrixXd(vectors.transpose())};
  Eigen::MatrixXd pivots(k, k);
  for (Index c = 0; c < k; ++c)
    pivots.col(c) = vectors.row(qr.colsPermutation().indices()(c)).transpose();
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(pivots, Eigen::ComputeFullU | Eigen::ComputeFullV);
  const Matrix turned = (vectors * (svd.matrixU() * svd.matrixV().transpose())).cwiseAbs();
  Labels labels(vectors.rows());
  std::vector<int> names(static_cast<std::size_t>(k), -1);
  for (Index i = 0; i < labels.size(); ++i) {
    Index axis = 0;
    turned.row(i).maxCoeff(&axis);
    labels(i) = static_cast<int>(axis);
    names[static_cast<std::size_t>(axis)] = 0;
  }
  int used = 0;
  for (int& name : names)
    if (name == 0) name = used++;
  for (int& label : labels) label = names[static_cast<std::size_t>(label)];
  return labels;
}

/// Equal rows cannot be told apart, but rounding might.
void check_distinct(const SpectralClusteringParams& params, const MatrixView& x) {
  std::set<std::vector<double>> seen;
  for (Index i = 0; i < x.rows() && static_cast<Index>(seen.size()) < params.n_clusters; ++i)
    seen.emplace(x.row(i).begin(), x.row(i).end());
  const auto distinct = static_cast<Index>(seen.size());
  if (distinct < params.n_clusters)
    throw InvalidData(concat(who, ": n_clusters = ", params.n_clusters, ", but the data have only ",
                             distinct, distinct == 1 ? " distinct point" : " distinct points"),
                      "use fewer clusters");
}

void check_counts(const SpectralClusteringParams& params, Index n) {
  if (params.n_clusters > n)
    throw InvalidData(concat(who, ": n_clusters = ", params.n_clusters, ", but the data have only ",
                             n, n == 1 ? " row" : " rows"),
                      "use fewer clusters");
  if (params.affinity == Affinity::nearest_neighbors && params.n_neighbors > n)
    throw InvalidData(concat(who, ": n_neighbors = ", params.n_neighbors,
                             ", but the data have only ", n, n == 1 ? " row" : " rows"),
                      "use fewer neighbours");
}

}  // namespace

SpectralClustering& SpectralClustering::fit(const Dataset& data, const Context& context) {
  SpectralClusteringParams::schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::none, capabilities);
  check_counts(params_, data.n_rows());
  const FitScope scope(context);
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn(data);
  cluster::check_magnitude(type_name, data.x(), state->trained_on.columns);
  check_distinct(params_, data.x());
  cluster::AffinityGraph graph =
      params_.affinity == Affinity::rbf
          ? cluster::rbf_graph(type_name, data.x(), params_.gamma, scope.context())
          : cluster::neighbor_graph(data.x(), params_.n_neighbors, scope.context());
  const Rng rng(params_.seed);
  const cluster::Embedding embedding = cluster::spectral_embedding(
      type_name, graph, params_.n_clusters, rng.split(0), scope.context());
  graph = {};
  state->labels = params_.assign_labels == AssignLabels::kmeans
                      ? kmeans_labels(params_, embedding.vectors, rng.split(1), scope.context())
                      : pivot_labels(embedding.vectors);
  FitReport report;
  if (embedding.n_parts > 1)
    report.notes.push_back(
        concat("the graph of affinities falls into ", embedding.n_parts, " parts"));
  state->report = scope.finish(std::move(report));
  state_ = std::move(state);
  return *this;
}

SpectralClustering& SpectralClustering::fit(const MatrixView& x, const Context& context) {
  return fit(Dataset::borrow(x), context);
}

const Labels& SpectralClustering::labels() const { return fitted(state_, type_name).labels; }
const TrainedOn& SpectralClustering::trained_on() const {
  return fitted(state_, type_name).trained_on;
}
const FitReport& SpectralClustering::report() const { return fitted(state_, type_name).report; }

Value SpectralClustering::save_state() const {
  const State& state = fitted(state_, type_name);
  return Value::Map{{"trained_on", state.trained_on.to_value()},
                    {"report", report_to_value(state.report)},
                    {"n_rows", state.labels.size()},
                    {"labels", Value(state.labels)}};
}

SpectralClustering SpectralClustering::load_state(const SpectralClusteringParams& params,
                                                  const StateReader& reader) {
  SpectralClusteringParams::schema().check(params, type_name);
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn::from_value(reader.at("trained_on"));
  state->report = report_from_value(reader.at("report"));
  const Index n = reader.integer("n_rows", 1, std::numeric_limits<std::int32_t>::max());
  state->labels = reader.labels("labels", n, 0, params.n_clusters - 1);
  SpectralClustering model(params);
  model.state_ = std::move(state);
  return model;
}

}  // namespace grove
