#include "grove/cluster/k_means.hpp"

#include <array>
#include <cmath>
#include <limits>

#include "cluster/k_means/center_filter.hpp"
#include "cluster/k_means/fitted_centers.hpp"
#include "cluster/k_means/k_means_init.hpp"
#include "cluster/k_means/k_means_run.hpp"
#include "cluster/magnitude.hpp"
#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "data/fit_report_value.hpp"
#include "grove/core/error.hpp"
#include "grove/core/fit_scope.hpp"
#include "grove/core/parallel.hpp"

namespace grove {

std::span<const EnumName<KMeansInit>> enum_names(KMeansInit) {
  static constexpr std::array<EnumName<KMeansInit>, 3> names{
      {{KMeansInit::k_means_plus_plus, "k-means++"},
       {KMeansInit::k_means_parallel, "k-means||"},
       {KMeansInit::random, "random"}}};
  return names;
}

std::span<const EnumName<KMeansAlgorithm>> enum_names(KMeansAlgorithm) {
  static constexpr std::array<EnumName<KMeansAlgorithm>, 5> names{
      {{KMeansAlgorithm::automatic, "auto"},
       {KMeansAlgorithm::lloyd, "lloyd"},
       {KMeansAlgorithm::hamerly, "hamerly"},
       {KMeansAlgorithm::elkan, "elkan"},
       {KMeansAlgorithm::yinyang, "yinyang"}}};
  return names;
}

const Schema<KMeansParams>& KMeansParams::schema() {
  using P = KMeansParams;
  static const Schema<P> table =
      Schema<P>()
          .add("n_clusters", &P::n_clusters, at_least(1), "Clusters to find.")
          .add("init", &P::init, "How the first centres are drawn.")
          .add("n_init", &P::n_init, at_least(1), "Starts, of which the best is kept.")
          .add("max_iter", &P::max_iter, at_least(1), "Iterations of one start at most.")
          .add("tol", &P::tol, at_least(0),
               "Shift of the centres that counts as none, in mean variances of a column.")
          .add("seed", &P::seed, at_least(0), "Seed of the first centres.")
          .add("algorithm", &P::algorithm, "How points find their centres; changes no result.")
          .search("n_clusters", integers(2, 20));
  return table;
}

struct KMeans::State {
  TrainedOn trained_on;
  FitReport report;
  Matrix centers;
  Labels labels;
  double inertia = 0;
};

namespace {

constexpr std::string_view who = KMeans::type_name;

cluster::KMeansResult best_run(const KMeansParams& params, const cluster::Points& points,
                               const Matrix* start, const Context& context) {
  const cluster::PointSurvey survey = cluster::survey(points, context);
  const cluster::KMeansRun options{who, params.algorithm, params.max_iter,
                                   params.tol * survey.mean_variance};
  const int n_runs = start != nullptr ? 1 : params.n_init;
  cluster::KMeansResult best;
  for (int run = 0; run < n_runs; ++run) {
    Matrix centers = start != nullptr
                         ? *start
                         : cluster::draw_centers(
                               who, points, params.n_clusters, params.init, survey.largest_value,
                               Rng(params.seed).split(static_cast<std::uint64_t>(run)), context);
    cluster::KMeansResult result =
        cluster::run_k_means(options, points, survey, std::move(centers), context);
    if (run == 0 || result.inertia < best.inertia) best = std::move(result);
    if (context.progress) context.progress({"starts", run + 1, n_runs});
  }
  return best;
}

}  // namespace

std::shared_ptr<const KMeans::State> KMeans::fit_state(const KMeansParams& params,
                                                       const Dataset& data, const Matrix* start,
                                                       const Context& context) {
  KMeansParams::schema().check(params, who);
  check_fit_data(who, data, TargetKind::none, capabilities);
  const FitScope scope(context);
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn(data);
  const double largest =
      cluster::check_magnitude(who, data.x(), state->trained_on.columns, scope.context());
  const auto rows = cluster::rows_with_weight(data);
  const cluster::Points points{data.x(), data.weights(), rows ? &*rows : nullptr};
  cluster::KMeansResult result = best_run(params, points, start, scope.context());
  state->labels.resize(data.n_rows());
  if (!rows) {
    std::copy(result.labels.begin(), result.labels.end(), state->labels.data());
  } else {
    cluster::nearest_centers(who, {data.x()}, result.centers, largest, state->labels.data(),
                             nullptr, scope.context());
  }
  state->centers = std::move(result.centers);
  state->inertia = result.inertia;
  FitReport report;
  report.iterations = static_cast<Index>(result.loss_curve.size());
  report.converged = result.converged;
  report.loss_curve = std::move(result.loss_curve);
  if (!report.converged)
    report.warnings.push_back(
        concat("KMeans did not converge in ", params.max_iter, " iterations; raise max_iter"));
  state->report = scope.finish(std::move(report));
  return state;
}

KMeans& KMeans::fit(const Dataset& data, const Context& context) {
  state_ = fit_state(params_, data, nullptr, context);
  return *this;
}

KMeans& KMeans::fit(const MatrixView& x, const Context& context) {
  return fit(Dataset::borrow(x), context);
}

KMeans& KMeans::fit_from(const Dataset& data, const MatrixView& centers, const Context& context) {
  if (centers.rows() != params_.n_clusters || centers.cols() != data.n_columns())
    throw InvalidData(
        concat(who, ": the centres must be n_clusters x columns = ", params_.n_clusters, " x ",
               data.n_columns(), ", got ", centers.rows(), " x ", centers.cols()));
  if (!centers.allFinite()) throw InvalidData(concat(who, ": a starting centre is not finite"));
  const Matrix start = centers;
  if (start.size() > 0) cluster::check_magnitude(who, start, data.columns(), context);
  state_ = fit_state(params_, data, &start, context);
  return *this;
}

KMeans& KMeans::fit_from(const MatrixView& x, const MatrixView& centers, const Context& context) {
  return fit_from(Dataset::borrow(x), centers, context);
}

Labels KMeans::predict(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  return cluster::FittedCenters{type_name, state.trained_on, state.centers}.predict(x, context);
}

Matrix KMeans::transform(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  return cluster::FittedCenters{type_name, state.trained_on, state.centers}.transform(x, context);
}

double KMeans::score(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  return cluster::FittedCenters{type_name, state.trained_on, state.centers}.score(x, context);
}

const Labels& KMeans::labels() const { return fitted(state_, type_name).labels; }
const Matrix& KMeans::cluster_centers() const { return fitted(state_, type_name).centers; }
double KMeans::inertia() const { return fitted(state_, type_name).inertia; }
const TrainedOn& KMeans::trained_on() const { return fitted(state_, type_name).trained_on; }
const FitReport& KMeans::report() const { return fitted(state_, type_name).report; }

Value KMeans::save_state() const {
  const State& state = fitted(state_, type_name);
  return Value::Map{{"trained_on", state.trained_on.to_value()},
                    {"report", report_to_value(state.report)},
                    {"centers", Value(state.centers)},
                    {"n_rows", state.labels.size()},
                    {"labels", Value(state.labels)},
                    {"inertia", state.inertia}};
}

KMeans KMeans::load_state(const KMeansParams& params, const StateReader& reader) {
  KMeansParams::schema().check(params, type_name);
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn::from_value(reader.at("trained_on"));
  state->report = report_from_value(reader.at("report"));
  state->centers = reader.matrix("centers", params.n_clusters, state->trained_on.n_columns());
  if (state->centers.size() == 0) reader.fail("has no columns");
  if (!(state->centers.cwiseAbs().maxCoeff() <= cluster::largest_value))
    reader.fail("has a centre beyond 1e140");
  const Index n = reader.integer("n_rows", 1, std::numeric_limits<std::int32_t>::max());
  state->labels = reader.labels("labels", n, 0, params.n_clusters - 1);
  state->inertia = reader.real("inertia");
  if (state->inertia < 0) reader.fail("has a negative inertia");
  KMeans model(params);
  model.state_ = std::move(state);
  return model;
}

}  // namespace grove
