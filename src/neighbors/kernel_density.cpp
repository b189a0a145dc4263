#include "grove/neighbors/kernel_density.hpp"

#include <array>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <numbers>

#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/fit_scope.hpp"
#include "grove/core/parallel.hpp"
#include "grove/core/random.hpp"
#include "neighbors/voters.hpp"

namespace grove {

std::span<const EnumName<Kernel>> enum_names(Kernel) {
  static constexpr std::array<EnumName<Kernel>, 6> names{{{Kernel::gaussian, "gaussian"},
                                                          {Kernel::tophat, "tophat"},
                                                          {Kernel::epanechnikov, "epanechnikov"},
                                                          {Kernel::exponential, "exponential"},
                                                          {Kernel::linear, "linear"},
                                                          {Kernel::cosine, "cosine"}}};
  return names;
}

std::span<const EnumName<BandwidthRule>> enum_names(BandwidthRule) {
  static constexpr std::array<EnumName<BandwidthRule>, 3> names{
      {{BandwidthRule::given, "given"},
       {BandwidthRule::scott, "scott"},
       {BandwidthRule::silverman, "silverman"}}};
  return names;
}

// Search: as scikit-learn's example, for columns of about unit variance.
const Schema<KernelDensityParams>& KernelDensityParams::schema() {
  using P = KernelDensityParams;
  static const Schema<P> table =
      Schema<P>()
          .add("bandwidth", &P::bandwidth, greater_than(0), "Width of the kernels.")
          .add("bandwidth_rule", &P::bandwidth_rule, "The bandwidth given, or a rule of thumb.")
          .add("kernel", &P::kernel, "Shape of the bump about each point.")
          .add("algorithm", &P::algorithm, "How to search; never changes the answer.")
          .add("metric", &P::metric, metric_constraint(), "Distance between points.")
          .add("p", &P::p, at_least(1), "Power of the minkowski metric.")
          .add("leaf_size", &P::leaf_size, at_least(1), "Points in a leaf of a tree.")
          .search("bandwidth", log_reals(0.1, 10));
  return table;
}

struct KernelDensity::State {
  Voters voters;
  double bandwidth = 1;
  FitReport report = {};
};

namespace {

PointIndex::Settings settings_of(const KernelDensityParams& params) {
  return {params.algorithm, params.metric, params.p, params.leaf_size};
}

double bandwidth_of(const KernelDensityParams& params, double n, double d) {
  switch (params.bandwidth_rule) {
    case BandwidthRule::scott:
      return std::pow(n, -1 / (d + 4));
    case BandwidthRule::silverman:
      return std::pow(n * (d + 2) / 4, -1 / (d + 4));
    default:
      return params.bandwidth;
  }
}

/// Logarithm of the kernel at u, where it is not 0.
double log_kernel(Kernel kernel, double u) {
  switch (kernel) {
    case Kernel::gaussian:
      return -0.5 * u * u;
    case Kernel::exponential:
      return -u;
    case Kernel::epanechnikov:
      return std::log1p(-u * u);
    case Kernel::linear:
      return std::log1p(-u);
    case Kernel::cosine:
      return std::log(std::cos(0.5 * std::numbers::pi * u));
    default:
      return 0;
  }
}

double log_volume_of_ball(double d) {
  return 0.5 * d * std::log(std::numbers::pi) - std::lgamma(0.5 * d + 1);
}
/// Of the surface of the ball in d dimensions.
double log_surface(double d) { return std::log(d) + log_volume_of_ball(d); }

/// The cosine kernel's integral over the radius: of cos(pi r / 2) r^(d - 1) from 0 to 1.
double cosine_moment(double d) {
  const auto f = [&](double r) {
    return std::cos(0.5 * std::numbers::pi * r) * std::pow(r, d - 1);
  };
  return boost::math::quadrature::gauss_kronrod<double, 31>::integrate(f, 0.0, 1.0, 15, 1e-14);
}

/// Logarithm of the kernel's integral over all of space, for bandwidth 1.
double log_integral(Kernel kernel, Index columns) {
  const auto d = static_cast<double>(columns);
  switch (kernel) {
    case Kernel::gaussian:
      return 0.5 * d * std::log(2 * std::numbers::pi);
    case Kernel::exponential:
      return log_surface(d) + std::lgamma(d);
    case Kernel::tophat:
      return log_volume_of_ball(d);
    case Kernel::epanechnikov:
      return log_volume_of_ball(d) + std::log(2 / (d + 2));
    case Kernel::linear:
      return log_volume_of_ball(d) - std::log(d + 1);
    default:
      return log_surface(d) + std::log(cosine_moment(d));
  }
}

/// Beyond this distance all points together add less than half an ulp to what one at `nearest`
/// does; `spread` is the logarithm of the total weight over the nearest one's.
double radius_that_counts(Kernel kernel, double bandwidth, double nearest, double spread) {
  constexpr double negligible = 40;  // exp(-40) < 2^-57
  const double u = nearest / bandwidth;
  if (kernel == Kernel::gaussian)
    return bandwidth * std::sqrt(u * u + 2 * (negligible + spread)) * (1 + 1e-12);
  if (kernel == Kernel::exponential) return bandwidth * (u + negligible + spread) * (1 + 1e-12);
  return bandwidth;
}

bool ends(Kernel kernel) { return kernel != Kernel::gaussian && kernel != Kernel::exponential; }

/// log(sum of w exp(log kernel)) over the hits.
double log_sum(const std::vector<Hit>& hits, const Voters& voters, Kernel kernel,
               double bandwidth) {
  double largest = -std::numeric_limits<double>::infinity();
  std::vector<double> terms;
  for (const Hit& hit : hits) {
    const double u = hit.distance / bandwidth;
    if (ends(kernel) && (kernel == Kernel::tophat ? u > 1 : u >= 1)) continue;
    terms.push_back(log_kernel(kernel, u) + std::log(voters.weight(hit.row)));
    largest = std::max(largest, terms.back());
  }
  if (std::isinf(largest)) return largest;
  double sum = 0;
  for (const double term : terms) sum += std::exp(term - largest);
  return largest + std::log(sum);
}

}  // namespace

KernelDensity& KernelDensity::fit(const Dataset& data, const Context& context) {
  params_.schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::none, with_metric(capabilities, params_.metric));
  const FitScope scope(context);
  auto state = std::make_shared<State>(
      State{voters_of(type_name, settings_of(params_), data, scope.context())});
  state->bandwidth =
      bandwidth_of(params_, state->voters.total_weight(), static_cast<double>(data.n_columns()));
  state->report = scope.finish(state->voters.index.report());
  state_ = std::move(state);
  return *this;
}

KernelDensity& KernelDensity::fit(const MatrixView& x, const Context& context) {
  return fit(Dataset::borrow(x), context);
}

Vector KernelDensity::score_samples(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  const Voters& voters = state.voters;
  check_predict_data(type_name, x, voters.trained_on, with_metric(capabilities, params_.metric));
  const double total = voters.total_weight();
  const double least = voters.weights.size() > 0 ? voters.weights.minCoeff() : 1;
  const double spread = std::log(total / least);
  const double log_scale = log_integral(params_.kernel, x.cols()) +
                           static_cast<double>(x.cols()) * std::log(state.bandwidth) +
                           std::log(total);
  const Neighbors nearest = voters.index.nearest(type_name, &x, 1, context);
  Vector scores(x.rows());
  voters.index.for_each_within(
      type_name, x,
      [&](Index i) {
        return radius_that_counts(params_.kernel, state.bandwidth, nearest.distances(i, 0), spread);
      },
      [&](Index i, const std::vector<Hit>& hits) {
        const double sum = log_sum(hits, voters, params_.kernel, state.bandwidth);
        scores(i) = std::max(sum - log_scale, std::numeric_limits<double>::lowest());
      },
      context);
  return scores;
}

Matrix KernelDensity::sample(Index n, std::uint64_t seed) const {
  const State& state = fitted(state_, type_name);
  const bool gaussian = params_.kernel == Kernel::gaussian;
  if ((!gaussian && params_.kernel != Kernel::tophat) ||
      params_.metric.metric() != Metric::euclidean)
    throw Unsupported(concat(type_name,
                             ": samples are drawn for the kernels gaussian and tophat "
                             "with the metric euclidean"),
                      "fit with one of these kernels");
  if (n < 0)
    throw InvalidParameter(concat(type_name, ": the number of samples must be >= 0, got ", n));
  const Matrix points = state.voters.index.points();
  const Index d = points.cols();
  Vector cumulated(points.rows());
  double total = 0;
  for (Index i = 0; i < points.rows(); ++i) cumulated(i) = total += state.voters.weight(i);
  Rng rng(seed);
  Matrix drawn(n, d);
  for (Index i = 0; i < n; ++i) {
    const double* const first = cumulated.data();
    const double* const place =
        std::upper_bound(first, first + cumulated.size() - 1, rng.uniform() * total);
    Eigen::RowVectorXd step(d);
    for (double& value : step) value = rng.normal();
    if (!gaussian)  // uniform in the ball: any direction, radius by volume
      step *= std::pow(rng.uniform(), 1 / static_cast<double>(d)) / step.norm();
    drawn.row(i) = points.row(place - first) + state.bandwidth * step;
  }
  return drawn;
}

double KernelDensity::bandwidth() const { return fitted(state_, type_name).bandwidth; }
const TrainedOn& KernelDensity::trained_on() const {
  return fitted(state_, type_name).voters.trained_on;
}
const FitReport& KernelDensity::report() const { return fitted(state_, type_name).report; }

Value KernelDensity::save_state() const {
  const State& state = fitted(state_, type_name);
  return save_voters(type_name, state.voters, settings_of(params_));
}

KernelDensity KernelDensity::load_state(const KernelDensityParams& params,
                                        const StateReader& reader) {
  params.schema().check(params, type_name);
  auto state = std::make_shared<State>(State{load_voters(type_name, settings_of(params), reader)});
  state->bandwidth = bandwidth_of(params, state->voters.total_weight(),
                                  static_cast<double>(state->voters.trained_on.n_columns()));
  KernelDensity model(params);
  model.state_ = std::move(state);
  return model;
}

}  // namespace grove
