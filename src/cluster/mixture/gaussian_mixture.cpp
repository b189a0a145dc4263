#include "grove/cluster/gaussian_mixture.hpp"

#include <Eigen/Cholesky>
#include <array>
#include <cmath>
#include <limits>

#include "cluster/magnitude.hpp"
#include "cluster/mixture/mixture.hpp"
#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "data/fit_report_value.hpp"
#include "grove/cluster/k_means.hpp"
#include "grove/core/error.hpp"
#include "grove/core/fit_scope.hpp"
#include "grove/core/parallel.hpp"
#include "grove/core/random.hpp"

namespace grove {

std::span<const EnumName<CovarianceType>> enum_names(CovarianceType) {
  static constexpr std::array<EnumName<CovarianceType>, 4> names{
      {{CovarianceType::full, "full"},
       {CovarianceType::tied, "tied"},
       {CovarianceType::diag, "diag"},
       {CovarianceType::spherical, "spherical"}}};
  return names;
}

std::span<const EnumName<MixtureInit>> enum_names(MixtureInit) {
  static constexpr std::array<EnumName<MixtureInit>, 2> names{
      {{MixtureInit::kmeans, "kmeans"}, {MixtureInit::random, "random"}}};
  return names;
}

const Schema<GaussianMixtureParams>& GaussianMixtureParams::schema() {
  using P = GaussianMixtureParams;
  static const Schema<P> table =
      Schema<P>()
          .add("n_components", &P::n_components, at_least(1), "Normal distributions to mix.")
          .add("covariance_type", &P::covariance_type, "What the covariances share.")
          .add("tol", &P::tol, at_least(0),
               "Change of the mean log likelihood that counts as none.")
          .add("reg_covar", &P::reg_covar, at_least(0), "Added to every variance.")
          .add("max_iter", &P::max_iter, at_least(1), "Iterations of one start at most.")
          .add("n_init", &P::n_init, at_least(1), "Starts, of which the best is kept.")
          .add("init_params", &P::init_params, "How the first responsibilities are found.")
          .add("weights_init", &P::weights_init, anything("a list of numbers"),
               "First weights; empty = from init_params.")
          .add("means_init", &P::means_init, anything("a list of numbers"),
               "First means, row by row; empty = from init_params.")
          .add("precisions_init", &P::precisions_init, anything("a list of numbers"),
               "First inverse covariances, row by row; empty = from init_params.")
          .add("seed", &P::seed, at_least(0), "Seed of the starts.")
          .search("n_components", integers(1, 20))
          .search("covariance_type", choices({"full", "tied", "diag", "spherical"}));
  return table;
}

struct GaussianMixture::State {
  TrainedOn trained_on;
  FitReport report;
  cluster::Mixture mixture;
  double lower_bound = 0;
  Labels labels;
};

namespace {

constexpr std::string_view who = GaussianMixture::type_name;

struct Shape {
  Index count, rows, cols;
  Index size() const { return count * rows * cols; }
};
Shape covariance_shape(CovarianceType type, Index k, Index d) {
  if (type == CovarianceType::full) return {k, d, d};
  if (type == CovarianceType::tied) return {1, d, d};
  return {1, k, type == CovarianceType::diag ? d : 1};
}

void check_list(const std::vector<double>& values, std::string_view name, Index size) {
  if (values.empty()) return;
  if (static_cast<Index>(values.size()) != size)
    throw InvalidParameter(
        concat(who, ": ", name, " must hold ", size, " numbers, got ", values.size()));
  for (const double value : values)
    if (!(std::abs(value) <= cluster::largest_value))
      throw InvalidParameter(concat(who, ": ", name, " holds ", number_text(value)));
}

void check_start(const GaussianMixtureParams& params, Index d) {
  const Index k = params.n_components;
  check_list(params.weights_init, "weights_init", k);
  check_list(params.means_init, "means_init", k * d);
  check_list(params.precisions_init, "precisions_init",
             covariance_shape(params.covariance_type, k, d).size());
  if (params.weights_init.empty()) return;
  double sum = 0;
  for (const double weight : params.weights_init) {
    if (!(weight > 0))
      throw InvalidParameter(
          concat(who, ": weights_init must be greater than 0, got ", number_text(weight)));
    sum += weight;
  }
  if (std::abs(sum - 1) > 1e-6)
    throw InvalidParameter(
        concat(who, ": weights_init must sum to 1, they sum to ", number_text(sum)));
}

Matrix inverse_of(const Matrix& precision, Index component) {
  const Eigen::LLT<Eigen::MatrixXd> cholesky{Eigen::MatrixXd(precision)};
  const double slip = (precision - precision.transpose()).cwiseAbs().maxCoeff();
  if (cholesky.info() != Eigen::Success || !(slip <= 1e-8 * precision.cwiseAbs().maxCoeff()))
    throw InvalidParameter(concat(who, ": precisions_init, matrix ", component,
                                  ", must be symmetric and positive definite"));
  const Matrix inverse =
      cholesky.solve(Eigen::MatrixXd::Identity(precision.rows(), precision.cols()));
  return (inverse + inverse.transpose()) / 2;
}

std::vector<Matrix> given_covariances(const GaussianMixtureParams& params, Index d) {
  const Shape shape = covariance_shape(params.covariance_type, params.n_components, d);
  const bool matrices = params.covariance_type == CovarianceType::full ||
                        params.covariance_type == CovarianceType::tied;
  std::vector<Matrix> covariances;
  for (Index c = 0; c < shape.count; ++c) {
    const Matrix precision = Eigen::Map<const Matrix>(
        params.precisions_init.data() + c * shape.rows * shape.cols, shape.rows, shape.cols);
    if (matrices) {
      covariances.push_back(inverse_of(precision, c));
      continue;
    }
    if (!(precision.minCoeff() > 0))
      throw InvalidParameter(concat(who, ": precisions_init must be greater than 0, got ",
                                    number_text(precision.minCoeff())));
    covariances.push_back(precision.cwiseInverse());
  }
  return covariances;
}

/// Every row belongs to the k-means cluster that it is in.
cluster::Mixture kmeans_start(const GaussianMixtureParams& params, const Dataset& data,
                              const cluster::MixturePoints& points, Rng rng,
                              const Context& context) {
  KMeans kmeans({.n_clusters = params.n_components, .n_init = 1, .seed = rng() >> 1});
  try {
    kmeans.fit(data.without_target(), context);
  } catch (const InvalidData& error) {
    throw InvalidData(concat(who, ": no start by k-means: ", error.what()), error.hint());
  }
  const Labels& labels = kmeans.labels();
  const Matrix& centers = kmeans.cluster_centers();
  const cluster::Moments moments = cluster::moments_of(
      points, params.covariance_type, centers,
      [&](Index begin, Index end, Matrix& out) {
        out.setZero();
        for (Index i = begin; i < end; ++i) out(i - begin, labels(i)) = 1;
      },
      context);
  return cluster::maximization(points, params.covariance_type, centers, moments, params.reg_covar);
}

cluster::Mixture random_start(const GaussianMixtureParams& params,
                              const cluster::MixturePoints& points, const Rng& rng,
                              const Context& context) {
  const Matrix centers = points.mean.transpose().replicate(params.n_components, 1);
  const cluster::Moments moments = cluster::moments_of(
      points, params.covariance_type, centers,
      [&](Index begin, Index end, Matrix& out) {
        for (Index i = begin; i < end; ++i) {
          Rng own = rng.split(static_cast<std::uint64_t>(i));
          for (Index c = 0; c < out.cols(); ++c) out(i - begin, c) = own.uniform() + 0x1p-53;
          out.row(i - begin) /= out.row(i - begin).sum();
        }
      },
      context);
  return cluster::maximization(points, params.covariance_type, centers, moments, params.reg_covar);
}

bool start_is_given(const GaussianMixtureParams& params) {
  return !params.weights_init.empty() && !params.means_init.empty() &&
         !params.precisions_init.empty();
}

cluster::Mixture start_of(const GaussianMixtureParams& params, const Dataset& data,
                          const cluster::MixturePoints& points, int run, const Context& context) {
  const Index k = params.n_components, d = data.n_columns();
  const Rng rng = Rng(params.seed).split(static_cast<std::uint64_t>(run));
  cluster::Mixture mixture;
  mixture.type = params.covariance_type;
  if (!start_is_given(params))
    mixture = params.init_params == MixtureInit::kmeans
                  ? kmeans_start(params, data, points, rng, context)
                  : random_start(params, points, rng, context);
  if (!params.weights_init.empty())
    mixture.weights = Eigen::Map<const Vector>(params.weights_init.data(), k);
  if (!params.means_init.empty())
    mixture.means = Eigen::Map<const Matrix>(params.means_init.data(), k, d);
  if (!params.precisions_init.empty()) {
    mixture.covariances = given_covariances(params, d);
    cluster::set_precisions(who, mixture);
  }
  return mixture;
}

struct Run {
  cluster::Mixture mixture;
  double lower_bound = -std::numeric_limits<double>::infinity();
  bool converged = false;
  std::vector<double> loss_curve = {};
};

Run climb(const GaussianMixtureParams& params, const cluster::MixturePoints& points,
          cluster::Mixture start, const Context& context) {
  Run run{std::move(start)};
  for (int iteration = 0; iteration < params.max_iter && !run.converged; ++iteration) {
    const cluster::Moments moments = cluster::expectation(points, run.mixture, context);
    const Matrix centers = run.mixture.means;
    run.mixture =
        cluster::maximization(points, params.covariance_type, centers, moments, params.reg_covar);
    const double bound = moments.log_likelihood / points.total_weight;
    run.converged = std::abs(bound - run.lower_bound) < params.tol;
    run.lower_bound = bound;
    run.loss_curve.push_back(-bound);
  }
  return run;
}

void check_rows(const GaussianMixtureParams& params, const Dataset& data) {
  Index n = data.n_rows();
  if (data.weights() != nullptr) n = (data.weights()->array() > 0).count();
  if (n < params.n_components)
    throw InvalidData(concat(who, ": n_components = ", params.n_components,
                             ", but the data have only ", n, n == 1 ? " row" : " rows"),
                      "use fewer components");
}

double n_parameters(const cluster::Mixture& mixture) {
  const auto k = static_cast<double>(mixture.means.rows());
  const auto d = static_cast<double>(mixture.means.cols());
  const double matrix = d * (d + 1) / 2;
  double covariances = k;
  if (mixture.type == CovarianceType::full) covariances = k * matrix;
  if (mixture.type == CovarianceType::tied) covariances = matrix;
  if (mixture.type == CovarianceType::diag) covariances = k * d;
  return covariances + k * d + k - 1;
}

/// The covariance of a component, d x d.
Matrix covariance_of(const cluster::Mixture& mixture, Index c) {
  if (mixture.type == CovarianceType::full) return mixture.covariances[static_cast<std::size_t>(c)];
  const Matrix& first = mixture.covariances[0];
  if (mixture.type == CovarianceType::tied) return first;
  Vector variances(mixture.means.cols());
  for (Index j = 0; j < variances.size(); ++j) variances(j) = first(c, first.cols() == 1 ? 0 : j);
  return variances.asDiagonal();
}

}  // namespace

GaussianMixture& GaussianMixture::fit(const Dataset& data, const Context& context) {
  GaussianMixtureParams::schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::none, capabilities);
  check_start(params_, data.n_columns());
  check_rows(params_, data);
  const FitScope scope(context);
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn(data);
  cluster::check_magnitude(type_name, data.x(), state->trained_on.columns);
  const cluster::MixturePoints points =
      cluster::mixture_points(type_name, data, params_.covariance_type, scope.context());
  const int n_runs = start_is_given(params_) ? 1 : params_.n_init;
  Run best;
  for (int run = 0; run < n_runs; ++run) {
    Run found = climb(params_, points, start_of(params_, data, points, run, scope.context()),
                      scope.context());
    if (run == 0 || found.lower_bound > best.lower_bound) best = std::move(found);
    if (context.progress) context.progress({"starts", run + 1, n_runs});
  }
  state->labels.resize(data.n_rows());
  cluster::answer(type_name, best.mixture, data.x(), {&state->labels, nullptr, nullptr},
                  scope.context());
  state->mixture = std::move(best.mixture);
  state->lower_bound = best.lower_bound;
  FitReport report;
  report.iterations = static_cast<Index>(best.loss_curve.size());
  report.converged = best.converged;
  report.loss_curve = std::move(best.loss_curve);
  if (!report.converged)
    report.warnings.push_back(concat(type_name, " did not converge in ", params_.max_iter,
                                     " iterations; raise max_iter or tol"));
  state->report = scope.finish(std::move(report));
  state_ = std::move(state);
  return *this;
}

GaussianMixture& GaussianMixture::fit(const MatrixView& x, const Context& context) {
  return fit(Dataset::borrow(x), context);
}

Labels GaussianMixture::predict(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  Labels labels(x.rows());
  cluster::answer(type_name, state.mixture, x, {&labels, nullptr, nullptr}, context);
  return labels;
}

Matrix GaussianMixture::predict_proba(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  Matrix proba(x.rows(), state.mixture.means.rows());
  cluster::answer(type_name, state.mixture, x, {nullptr, &proba, nullptr}, context);
  return proba;
}

Vector GaussianMixture::score_samples(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  Vector densities(x.rows());
  cluster::answer(type_name, state.mixture, x, {nullptr, nullptr, &densities}, context);
  return densities;
}

double GaussianMixture::score(const MatrixView& x, const Context& context) const {
  if (x.rows() == 0) throw InvalidData(concat(type_name, ": the score of 0 rows is not defined"));
  return score_samples(x, context).mean();
}

double GaussianMixture::bic(const MatrixView& x, const Context& context) const {
  const auto n = static_cast<double>(x.rows());
  return -2 * score(x, context) * n + n_parameters(state_->mixture) * std::log(n);
}

double GaussianMixture::aic(const MatrixView& x, const Context& context) const {
  const auto n = static_cast<double>(x.rows());
  return -2 * score(x, context) * n + 2 * n_parameters(state_->mixture);
}

GaussianMixture::Samples GaussianMixture::sample(Index n, std::uint64_t seed) const {
  const State& state = fitted(state_, type_name);
  if (n < 0) throw InvalidParameter(concat(type_name, ": sample needs n >= 0, got ", n));
  const cluster::Mixture& mixture = state.mixture;
  std::vector<Matrix> factors;
  for (Index c = 0; c < mixture.means.rows(); ++c)
    factors.emplace_back(
        Eigen::LLT<Eigen::MatrixXd>(Eigen::MatrixXd(covariance_of(mixture, c))).matrixL());
  const Index d = mixture.means.cols();
  Samples samples{Matrix(n, d), Labels(n)};
  Vector normal(d);
  for (Index i = 0; i < n; ++i) {
    Rng rng = Rng(seed).split(static_cast<std::uint64_t>(i));
    const Index c = rng.choice(mixture.weights);
    for (Index j = 0; j < d; ++j) normal(j) = rng.normal();
    samples.components(i) = static_cast<int>(c);
    samples.x.row(i) =
        mixture.means.row(c) + (factors[static_cast<std::size_t>(c)] * normal).transpose();
  }
  return samples;
}

const Labels& GaussianMixture::labels() const { return fitted(state_, type_name).labels; }
const Vector& GaussianMixture::weights() const { return fitted(state_, type_name).mixture.weights; }
const Matrix& GaussianMixture::means() const { return fitted(state_, type_name).mixture.means; }
const std::vector<Matrix>& GaussianMixture::covariances() const {
  return fitted(state_, type_name).mixture.covariances;
}
const std::vector<Matrix>& GaussianMixture::precisions_cholesky() const {
  return fitted(state_, type_name).mixture.precisions_cholesky;
}
bool GaussianMixture::converged() const { return fitted(state_, type_name).report.converged; }
double GaussianMixture::lower_bound() const { return fitted(state_, type_name).lower_bound; }
const TrainedOn& GaussianMixture::trained_on() const {
  return fitted(state_, type_name).trained_on;
}
const FitReport& GaussianMixture::report() const { return fitted(state_, type_name).report; }

Value GaussianMixture::save_state() const {
  const State& state = fitted(state_, type_name);
  Value::List covariances;
  for (const Matrix& covariance : state.mixture.covariances)
    covariances.push_back(Value::Map{{"values", Value(covariance)}});
  return Value::Map{{"trained_on", state.trained_on.to_value()},
                    {"report", report_to_value(state.report)},
                    {"weights", Value(state.mixture.weights)},
                    {"means", Value(state.mixture.means)},
                    {"covariances", std::move(covariances)},
                    {"lower_bound", state.lower_bound},
                    {"n_rows", state.labels.size()},
                    {"labels", Value(state.labels)}};
}

GaussianMixture GaussianMixture::load_state(const GaussianMixtureParams& params,
                                            const StateReader& reader) {
  GaussianMixtureParams::schema().check(params, type_name);
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn::from_value(reader.at("trained_on"));
  state->report = report_from_value(reader.at("report"));
  const Index k = params.n_components, d = state->trained_on.n_columns();
  cluster::Mixture& mixture = state->mixture;
  mixture.type = params.covariance_type;
  mixture.weights = reader.vector("weights", k);
  if (!(mixture.weights.minCoeff() > 0)) reader.fail("has a weight that is not positive");
  mixture.means = reader.matrix("means", k, d);
  if (mixture.means.size() == 0) reader.fail("has no columns");
  const Shape shape = covariance_shape(mixture.type, k, d);
  const std::vector<StateReader> covariances = reader.list("covariances");
  if (static_cast<Index>(covariances.size()) != shape.count)
    reader.fail(concat("must hold ", shape.count, " covariances"));
  for (const StateReader& covariance : covariances)
    mixture.covariances.push_back(covariance.matrix("values", shape.rows, shape.cols));
  try {
    cluster::set_precisions(type_name, mixture);
  } catch (const InvalidData&) {
    reader.fail("has a covariance that is not positive definite");
  }
  state->lower_bound = reader.real("lower_bound");
  const Index n = reader.integer("n_rows", 1, std::numeric_limits<std::int32_t>::max());
  state->labels = reader.labels("labels", n, 0, params.n_components - 1);
  GaussianMixture model(params);
  model.state_ = std::move(state);
  return model;
}

}  // namespace grove
