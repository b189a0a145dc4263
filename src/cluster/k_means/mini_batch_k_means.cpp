#include "grove/cluster/mini_batch_k_means.hpp"

#include <cmath>
#include <limits>
#include <numeric>

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

namespace grove {

const Schema<MiniBatchKMeansParams>& MiniBatchKMeansParams::schema() {
  using P = MiniBatchKMeansParams;
  static const Schema<P> table =
      Schema<P>()
          .add("n_clusters", &P::n_clusters, at_least(1), "Clusters to find.")
          .add("init", &P::init, "How the first centres are drawn.")
          .add("n_init", &P::n_init, at_least(1), "Starts, of which the best goes on.")
          .add("max_iter", &P::max_iter, at_least(1), "Epochs at most.")
          .add("batch_size", &P::batch_size, at_least(1), "Points drawn for a step.")
          .add("tol", &P::tol, at_least(0),
               "Shift of the centres that counts as none, in mean variances of a column.")
          .add("max_no_improvement", &P::max_no_improvement, at_least(1),
               "Steps without a better batch after which to stop.")
          .add("init_size", &P::init_size, at_least(1), "Points drawn for a start.")
          .add("reassignment_ratio", &P::reassignment_ratio, at_least(0),
               "Share of the largest count below which a centre is moved.")
          .add("seed", &P::seed, at_least(0), "Seed of all draws.")
          .search("n_clusters", integers(2, 20));
  return table;
}

struct MiniBatchKMeans::State {
  TrainedOn trained_on;
  FitReport report;
  Matrix centers;
  Vector counts;
  Labels labels;
  double inertia = 0;
  Index n_steps = 0;
  double since_moved = 0;  // weight of the points since centres were last moved
};

namespace {

constexpr std::string_view who = MiniBatchKMeans::type_name;

/// Streams of the seed.
enum Stream : std::uint64_t { starts, trial, batches, moves };

/// Draws points by weight, with replacement.
class WeightedDraw {
 public:
  explicit WeightedDraw(const cluster::Points& points) : points_(points) {
    if (points.weights == nullptr) {
      total_ = epoch_ = static_cast<double>(points.size());
      return;
    }
    double least = std::numeric_limits<double>::infinity();
    running_.reserve(static_cast<std::size_t>(points.size()));
    for (Index i = 0; i < points.size(); ++i) {
      least = std::min(least, points.weight(i));
      running_.push_back(total_ += points.weight(i));
    }
    epoch_ = std::min(total_ / least, 10 * static_cast<double>(points.size()));
  }

  /// Rows of the data.
  std::vector<Index> operator()(Index n, Rng rng) const {
    std::vector<Index> rows(static_cast<std::size_t>(n));
    for (Index& row : rows) row = points_.source(one(rng.uniform()));
    return rows;
  }
  /// Draws that stand for all points once.
  double epoch() const { return epoch_; }

 private:
  Index one(double uniform) const {
    const double target = uniform * total_;
    const Index found =
        running_.empty()
            ? static_cast<Index>(target)
            : std::upper_bound(running_.begin(), running_.end(), target) - running_.begin();
    return std::min(found, points_.size() - 1);
  }

  const cluster::Points& points_;
  std::vector<double> running_;
  double total_ = 0;
  double epoch_ = 0;
};

/// The centres, and the weight of the points that each has had.
struct Moving {
  Matrix centers;
  Vector counts;
  double since_moved = 0;
};

struct StepResult {
  double inertia = 0;  // before the step
  double weight = 0;
  double shift = 0;
};

/// Moves centres that have had few points to random ones of the batch, at most half of it.
void move_idle(const MiniBatchKMeansParams& params, const cluster::Points& batch, double weight,
               Rng rng, Moving& moving) {
  moving.since_moved += weight;
  const Index k = moving.centers.rows();
  if (moving.counts.minCoeff() > 0 && moving.since_moved < 10 * static_cast<double>(k)) return;
  moving.since_moved = 0;
  const double least = params.reassignment_ratio * moving.counts.maxCoeff();
  std::vector<Index> idle;
  double least_kept = std::numeric_limits<double>::infinity();
  for (Index c = 0; c < k; ++c) {
    if (moving.counts(c) < least) {
      idle.push_back(c);
    } else {
      least_kept = std::min(least_kept, moving.counts(c));
    }
  }
  std::stable_sort(idle.begin(), idle.end(),
                   [&](Index a, Index b) { return moving.counts(a) < moving.counts(b); });
  const auto most = static_cast<std::size_t>(batch.size() / 2);
  if (idle.size() > most) {
    least_kept = std::min(least_kept, moving.counts(idle[most]));
    idle.resize(most);
  }
  const std::vector<Index> chosen = rng.sample(batch.size(), static_cast<Index>(idle.size()));
  for (std::size_t i = 0; i < idle.size(); ++i) {
    moving.centers.row(idle[i]) =
        Eigen::Map<const Eigen::RowVectorXd>(batch.row(chosen[i]), moving.centers.cols());
    moving.counts(idle[i]) = least_kept;
  }
}

StepResult step(const MiniBatchKMeansParams& params, const cluster::Points& batch, double largest,
                Rng rng, Moving& moving, const Context& context) {
  const auto n = static_cast<std::size_t>(batch.size());
  StepResult result;
  std::vector<int> labels(n);
  std::vector<double> squared(n);
  cluster::nearest_centers(who, batch, moving.centers, largest, labels.data(), squared.data(),
                           context);
  const Matrix before = moving.centers;
  for (Index i = 0; i < batch.size(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    const double weight = batch.weight(i);
    if (!(weight > 0)) continue;
    const int label = labels[at];
    const Eigen::Map<const Eigen::RowVectorXd> point(batch.row(i), batch.dimension());
    moving.counts(label) += weight;
    moving.centers.row(label) +=
        (point - moving.centers.row(label)) * (weight / moving.counts(label));
    result.inertia += weight * squared[at];
    result.weight += weight;
  }
  if (!std::isfinite(result.inertia))
    throw InvalidData(concat(who, ": values or weights are too large to compute with"),
                      "scale the columns or the weights");
  result.shift = (moving.centers - before).squaredNorm();
  move_idle(params, batch, result.weight, rng, moving);
  return result;
}

/// The start with the least inertia on a draw of its own.
Matrix best_start(const MiniBatchKMeansParams& params, const cluster::Points& points,
                  const WeightedDraw& draw, double largest, const Context& context) {
  const Index k = params.n_clusters;
  const Index size =
      params.init_size ? *params.init_size : std::max<Index>(3 * Index{params.batch_size}, 3 * k);
  const Rng rng = Rng(params.seed).split(starts);
  const bool all = draw.epoch() <= static_cast<double>(size) || size < k;
  const std::vector<Index> trial_rows = draw(size, Rng(params.seed).split(trial));
  const cluster::Points trial_points{points.x, nullptr, &trial_rows};
  std::vector<int> labels(trial_rows.size());
  std::vector<double> squared(trial_rows.size());
  Matrix best;
  double least = std::numeric_limits<double>::infinity();
  for (int run = 0; run < params.n_init; ++run) {
    const Rng own = rng.split(static_cast<std::uint64_t>(run));
    const std::vector<Index> rows = all ? std::vector<Index>() : draw(size, own.split(0));
    const cluster::Points few{points.x, nullptr, &rows};
    const bool enough = !all && cluster::count_distinct(few) >= k;
    Matrix centers = cluster::draw_centers(who, enough ? few : points, k, params.init, largest,
                                           own.split(1), context);
    if (params.n_init == 1) return centers;
    cluster::nearest_centers(who, trial_points, centers, largest, labels.data(), squared.data(),
                             context);
    const double inertia = std::accumulate(squared.begin(), squared.end(), 0.0);
    if (run > 0 && !(inertia < least)) continue;
    least = inertia;
    best = std::move(centers);
  }
  return best;
}

/// When to stop: Bottou's running mean of the batches, as scikit-learn keeps it.
class Patience {
 public:
  Patience(const MiniBatchKMeansParams& params, double share, double least_shift)
      : params_(params), share_(std::min(1.0, 2 * share)), least_shift_(least_shift) {}

  bool ends(Index step, double batch_inertia, double shift) {
    if (step == 0) return false;
    mean_ = step == 1 ? batch_inertia : mean_ * (1 - share_) + batch_inertia * share_;
    if (params_.tol > 0 && shift <= least_shift_) return true;
    if (step == 1 || mean_ < least_) {
      least_ = mean_;
      n_worse_ = 0;
    } else {
      ++n_worse_;
    }
    return params_.max_no_improvement && n_worse_ >= *params_.max_no_improvement;
  }

 private:
  const MiniBatchKMeansParams& params_;
  double share_;
  double least_shift_;
  double mean_ = 0;
  double least_ = 0;
  int n_worse_ = 0;
};

FitReport take_steps(const MiniBatchKMeansParams& params, const cluster::Points& points,
                     const WeightedDraw& draw, const cluster::PointSurvey& survey, Moving& moving,
                     const Context& context) {
  const double size = std::min(static_cast<double>(params.batch_size), draw.epoch());
  const auto batch_size = std::max<Index>(1, static_cast<Index>(size));
  const double n_most = std::max(1.0, std::floor(params.max_iter * draw.epoch() / size));
  const auto n_steps = static_cast<Index>(std::min(n_most, 1e15));
  Patience patience(params, size / (draw.epoch() + 1), params.tol * survey.mean_variance);
  const Rng rng(params.seed);
  FitReport report;
  report.converged = false;
  for (Index i = 0; i < n_steps && !report.converged; ++i) {
    context.check_stop(who);
    const auto stream = static_cast<std::uint64_t>(i);
    const std::vector<Index> rows = draw(batch_size, rng.split(batches).split(stream));
    const StepResult result = step(params, {points.x, nullptr, &rows}, survey.largest_value,
                                   rng.split(moves).split(stream), moving, context);
    report.loss_curve.push_back(result.inertia / result.weight);
    report.converged = patience.ends(i, report.loss_curve.back(), result.shift);
    if (context.progress) context.progress({"batches", i + 1, n_steps});
  }
  report.iterations = static_cast<Index>(report.loss_curve.size());
  if (!report.converged)
    report.warnings.push_back(concat("MiniBatchKMeans did not converge in ", params.max_iter,
                                     " iterations; raise max_iter"));
  return report;
}

}  // namespace

MiniBatchKMeans& MiniBatchKMeans::fit(const Dataset& data, const Context& context) {
  MiniBatchKMeansParams::schema().check(params_, who);
  check_fit_data(who, data, TargetKind::none, capabilities);
  const FitScope scope(context);
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn(data);
  const double largest =
      cluster::check_magnitude(who, data.x(), state->trained_on.columns, scope.context());
  const auto rows = cluster::rows_with_weight(data);
  const cluster::Points points{data.x(), data.weights(), rows ? &*rows : nullptr};
  const cluster::PointSurvey survey = cluster::survey(points, scope.context());
  Moving moving;
  FitReport report;
  {
    const WeightedDraw draw(points);
    moving.centers = best_start(params_, points, draw, survey.largest_value, scope.context());
    moving.counts = Vector::Zero(params_.n_clusters);
    report = take_steps(params_, points, draw, survey, moving, scope.context());
  }
  cluster::KMeansResult last =
      cluster::run_k_means({who, KMeansAlgorithm::lloyd, 0, 0}, points, survey,
                           std::move(moving.centers), scope.context());
  state->labels.resize(data.n_rows());
  if (!rows) {
    std::copy(last.labels.begin(), last.labels.end(), state->labels.data());
  } else {
    cluster::nearest_centers(who, {data.x()}, last.centers, largest, state->labels.data(), nullptr,
                             scope.context());
  }
  state->centers = std::move(last.centers);
  state->counts = std::move(moving.counts);
  state->inertia = last.inertia;
  state->n_steps = report.iterations;
  state->since_moved = moving.since_moved;
  state->report = scope.finish(std::move(report));
  state_ = std::move(state);
  return *this;
}

MiniBatchKMeans& MiniBatchKMeans::fit(const MatrixView& x, const Context& context) {
  return fit(Dataset::borrow(x), context);
}

MiniBatchKMeans& MiniBatchKMeans::partial_fit(const Dataset& data, const Context& context) {
  MiniBatchKMeansParams::schema().check(params_, who);
  check_fit_data(who, data, TargetKind::none, capabilities);
  const FitScope scope(context);
  auto state = state_ ? std::make_shared<State>(*state_) : std::make_shared<State>();
  if (state_) {
    check_predict_data(who, data.x(), state->trained_on, capabilities);
  } else {
    state->trained_on = TrainedOn(data);
  }
  const double largest =
      cluster::check_magnitude(who, data.x(), state->trained_on.columns, scope.context());
  const auto rows = cluster::rows_with_weight(data);
  const cluster::Points points{data.x(), data.weights(), rows ? &*rows : nullptr};
  const Rng rng(params_.seed);
  if (!state_) {
    state->centers = cluster::draw_centers(who, points, params_.n_clusters, params_.init, largest,
                                           rng.split(starts), scope.context());
    state->counts = Vector::Zero(params_.n_clusters);
  }
  Moving moving{std::move(state->centers), std::move(state->counts), state->since_moved};
  const auto stream = static_cast<std::uint64_t>(state->n_steps);
  const StepResult result =
      step(params_, points, largest, rng.split(moves).split(stream), moving, scope.context());
  state->centers = std::move(moving.centers);
  state->counts = std::move(moving.counts);
  state->since_moved = moving.since_moved;
  Vector squared(data.n_rows());
  state->labels.resize(data.n_rows());
  cluster::nearest_centers(who, {data.x()}, state->centers, largest, state->labels.data(),
                           squared.data(), scope.context());
  state->inertia = data.weights() == nullptr ? squared.sum() : squared.dot(*data.weights());
  FitReport report;
  report.iterations = ++state->n_steps;
  report.loss_curve = state->report.loss_curve;
  report.loss_curve.push_back(result.inertia / result.weight);
  state->report = scope.finish(std::move(report));
  state_ = std::move(state);
  return *this;
}

MiniBatchKMeans& MiniBatchKMeans::partial_fit(const MatrixView& x, const Context& context) {
  return partial_fit(Dataset::borrow(x), context);
}

Labels MiniBatchKMeans::predict(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  return cluster::FittedCenters{type_name, state.trained_on, state.centers}.predict(x, context);
}

Matrix MiniBatchKMeans::transform(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  return cluster::FittedCenters{type_name, state.trained_on, state.centers}.transform(x, context);
}

double MiniBatchKMeans::score(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  return cluster::FittedCenters{type_name, state.trained_on, state.centers}.score(x, context);
}

const Labels& MiniBatchKMeans::labels() const { return fitted(state_, type_name).labels; }
const Matrix& MiniBatchKMeans::cluster_centers() const { return fitted(state_, type_name).centers; }
double MiniBatchKMeans::inertia() const { return fitted(state_, type_name).inertia; }
const Vector& MiniBatchKMeans::counts() const { return fitted(state_, type_name).counts; }
const TrainedOn& MiniBatchKMeans::trained_on() const {
  return fitted(state_, type_name).trained_on;
}
const FitReport& MiniBatchKMeans::report() const { return fitted(state_, type_name).report; }

Value MiniBatchKMeans::save_state() const {
  const State& state = fitted(state_, type_name);
  return Value::Map{{"trained_on", state.trained_on.to_value()},
                    {"report", report_to_value(state.report)},
                    {"centers", Value(state.centers)},
                    {"counts", Value(state.counts)},
                    {"n_rows", state.labels.size()},
                    {"labels", Value(state.labels)},
                    {"inertia", state.inertia},
                    {"n_steps", state.n_steps},
                    {"since_moved", state.since_moved}};
}

MiniBatchKMeans MiniBatchKMeans::load_state(const MiniBatchKMeansParams& params,
                                            const StateReader& reader) {
  MiniBatchKMeansParams::schema().check(params, type_name);
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn::from_value(reader.at("trained_on"));
  state->report = report_from_value(reader.at("report"));
  state->centers = reader.matrix("centers", params.n_clusters, state->trained_on.n_columns());
  if (!(state->centers.cwiseAbs().maxCoeff() <= cluster::largest_value))
    reader.fail("has a centre beyond 1e140");
  state->counts = reader.vector("counts", params.n_clusters);
  if (state->counts.minCoeff() < 0) reader.fail("has a negative count");
  const Index n = reader.integer("n_rows", 1, std::numeric_limits<std::int32_t>::max());
  state->labels = reader.labels("labels", n, 0, params.n_clusters - 1);
  state->inertia = reader.real("inertia");
  if (state->inertia < 0) reader.fail("has a negative inertia");
  state->n_steps = reader.integer("n_steps", 1, std::numeric_limits<std::int64_t>::max() - 1);
  state->since_moved = reader.real("since_moved");
  if (state->since_moved < 0) reader.fail("has a negative weight");
  MiniBatchKMeans model(params);
  model.state_ = std::move(state);
  return model;
}

}  // namespace grove
