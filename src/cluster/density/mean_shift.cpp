#include "grove/cluster/mean_shift.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "cluster/density/mean_tree.hpp"
#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "data/fit_report_value.hpp"
#include "grove/core/error.hpp"
#include "grove/core/fit_scope.hpp"
#include "grove/core/parallel.hpp"
#include "grove/core/random.hpp"
#include "neighbors/point_index.hpp"

namespace grove {

using cluster::MeanTree;
using cluster::Within;

const Schema<MeanShiftParams>& MeanShiftParams::schema() {
  using P = MeanShiftParams;
  static const Schema<P> table =
      Schema<P>()
          .add("bandwidth", &P::bandwidth, greater_than(0),
               "Radius of the flat kernel; none: estimated.")
          .add("bin_seeding", &P::bin_seeding, "Whether seeds are lattice corners, not the rows.")
          .add("min_bin_freq", &P::min_bin_freq, at_least(1), "Rows that make a corner a seed.")
          .add("cluster_all", &P::cluster_all, "Whether rows far from every centre get a label.")
          .add("max_iter", &P::max_iter, at_least(1), "Steps of a seed at most.");
  return table;
}

struct MeanShift::State {
  TrainedOn trained_on = {};
  FitReport report = {};
  Matrix centers = {};
  Labels labels = {};
  double bandwidth = 0;
  std::shared_ptr<const PointIndex> index = {};  // of the centres
};

namespace {

constexpr std::string_view who = MeanShift::type_name;

const double* row(const MatrixView& x, Index i) { return x.data() + i * x.outerStride(); }

/// Where seeds ended, and how many rows were within the bandwidth of the last stop but one.
struct Ends {
  Matrix centers;
  std::vector<Index> n_rows;  // 0: none, the seed is dropped
  Index most_steps = 0;
  bool converged = true;
};

Ends shift(const MatrixView& x, const Matrix& seeds, double bandwidth, int max_iter,
           const Context& context) {
  const MeanTree tree(x, context);
  const Within within({.d = x.cols(), .kernel = kernel_of(Metric::euclidean, 2)}, bandwidth);
  Ends ends{seeds, std::vector<Index>(static_cast<std::size_t>(seeds.rows()))};
  const double short_step = 1e-3 * bandwidth;
  const Index most_steps = parallel_reduce(
      context, seeds.rows(), 16, Index{0},
      [&](Index begin, Index end) {
        SearchWork work;
        Eigen::RowVectorXd sum(x.cols());
        Index most = 0;
        for (Index s = begin; s < end; ++s) {
          auto center = ends.centers.row(s);
          for (Index steps = 0;; ++steps) {
            context.check_stop(who);
            const Index n = tree.sum_within(center.data(), within, sum.data(), work);
            ends.n_rows[static_cast<std::size_t>(s)] = n;
            most = std::max(most, steps);
            if (n == 0) break;
            sum /= static_cast<double>(n);
            const double step = (sum - center).norm();
            center = sum;
            if (step < short_step || steps == max_iter) break;
          }
        }
        work.count_in(context);
        return most;
      },
      [](Index& total, Index part) { total = std::max(total, part); });
  ends.most_steps = most_steps;
  ends.converged = most_steps < max_iter;
  return ends;
}

bool later(const Eigen::RowVectorXd& a, const Eigen::RowVectorXd& b) {
  return std::lexicographical_compare(b.data(), b.data() + b.size(), a.data(), a.data() + a.size());
}

/// The ends of the most rows, none within the bandwidth of another.
Matrix modes_of(const Ends& ends, double bandwidth, const Context& context) {
  std::vector<Index> order;
  for (Index i = 0; i < ends.centers.rows(); ++i)
    if (ends.n_rows[static_cast<std::size_t>(i)] > 0) order.push_back(i);
  if (order.empty())
    throw InvalidData(concat(who, ": no row is within bandwidth = ", bandwidth, " of any seed"),
                      "raise the bandwidth, or give other seeds");
  const auto n_rows = [&](Index i) { return ends.n_rows[static_cast<std::size_t>(i)]; };
  std::sort(order.begin(), order.end(), [&](Index a, Index b) {
    if (n_rows(a) != n_rows(b)) return n_rows(a) > n_rows(b);
    if (ends.centers.row(a) != ends.centers.row(b))
      return later(ends.centers.row(a), ends.centers.row(b));
    return a < b;
  });
  order.erase(
      std::unique(order.begin(), order.end(),
                  [&](Index a, Index b) { return ends.centers.row(a) == ends.centers.row(b); }),
      order.end());
  Matrix centers(static_cast<Index>(order.size()), ends.centers.cols());
  for (Index i = 0; i < centers.rows(); ++i)
    centers.row(i) = ends.centers.row(order[static_cast<std::size_t>(i)]);
  const PointIndex index(who, centers, {}, {}, context);
  std::vector<char> removed(order.size());
  Matrix modes(centers.rows(), centers.cols());
  Index n_modes = 0;
  for (Index i = 0; i < centers.rows(); ++i) {
    if (removed[static_cast<std::size_t>(i)] != 0) continue;
    context.check_stop(who);
    const MatrixView own = centers.middleRows(i, 1);
    for (const Index other : index.within(who, &own, bandwidth, context).rows)
      removed[static_cast<std::size_t>(other)] = 1;
    modes.row(n_modes++) = centers.row(i);
  }
  return modes.topRows(n_modes);
}

/// Lattice corners that enough rows are nearest to, half-way ones to the even side.
Matrix bin_seeds(const MatrixView& x, double width, int min_bin_freq) {
  Matrix bins(x.rows(), x.cols());
  for (Index i = 0; i < x.rows(); ++i)
    for (Index j = 0; j < x.cols(); ++j) bins(i, j) = std::nearbyint(x(i, j) / width) + 0.0;
  std::vector<Index> order(static_cast<std::size_t>(x.rows()));
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](Index a, Index b) {
    return std::lexicographical_compare(row(bins, a), row(bins, a) + x.cols(), row(bins, b),
                                        row(bins, b) + x.cols());
  });
  Matrix seeds(x.rows(), x.cols());
  Index n_seeds = 0;
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && bins.row(order[end]) == bins.row(order[begin])) ++end;
    if (static_cast<int>(end - begin) >= min_bin_freq)
      seeds.row(n_seeds++) = bins.row(order[begin]) * width;
  }
  if (n_seeds == 0)
    throw InvalidData(
        concat(who, ": no lattice corner is the nearest of min_bin_freq = ", min_bin_freq, " rows"),
        "lower min_bin_freq, or raise the bandwidth");
  if (n_seeds == x.rows()) return x;
  return seeds.topRows(n_seeds);
}

Labels nearest_centers(const PointIndex& index, const MatrixView& x, bool all, double bandwidth,
                       const Context& context) {
  if (x.rows() == 0) return Labels(0);
  const Neighbors found = index.nearest(who, &x, 1, context);
  Labels labels(x.rows());
  for (Index i = 0; i < x.rows(); ++i)
    labels(i) = all || found.distances(i, 0) <= bandwidth ? static_cast<int>(found.rows(i, 0)) : -1;
  return labels;
}

/// Leaves out the centres without rows; the others move up.
void drop_unused(Matrix& centers, Labels& labels) {
  std::vector<int> number(static_cast<std::size_t>(centers.rows()), -1);
  for (const int label : labels)
    if (label >= 0) number[static_cast<std::size_t>(label)] = 0;
  int n_used = 0;
  for (Index c = 0; c < centers.rows(); ++c) {
    int& own = number[static_cast<std::size_t>(c)];
    if (own < 0) continue;
    own = n_used++;
    if (own != c) centers.row(own) = centers.row(c).eval();
  }
  centers.conservativeResize(n_used, Eigen::NoChange);
  for (int& label : labels)
    if (label >= 0) label = number[static_cast<std::size_t>(label)];
}

double bandwidth_for(const MeanShiftParams& params, const MatrixView& x, const Context& context) {
  if (params.bandwidth) return *params.bandwidth;
  const double bandwidth = estimate_bandwidth(x, {}, context);
  if (bandwidth > 0) return bandwidth;
  throw InvalidData(concat(who, ": the estimated bandwidth of ", x.rows(),
                           " rows is 0; too many of them are equal"),
                    "give a bandwidth");
}

}  // namespace

std::shared_ptr<const MeanShift::State> MeanShift::fit_state(const MeanShiftParams& params,
                                                             const Dataset& data,
                                                             const Matrix* seeds,
                                                             const Context& context) {
  MeanShiftParams::schema().check(params, who);
  check_fit_data(who, data, TargetKind::none, capabilities);
  const FitScope scope(context);
  const Context& inner = scope.context();
  const MatrixView x = data.x();
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn(data);
  const MetricSpace space(who, Metric::euclidean, 2, x, data.columns(), inner);
  if (seeds != nullptr) space.check(who, *seeds, inner);
  state->bandwidth = bandwidth_for(params, x, inner);
  const Ends ends = shift(x,
                          seeds != nullptr     ? *seeds
                          : params.bin_seeding ? bin_seeds(x, state->bandwidth, params.min_bin_freq)
                                               : Matrix(x),
                          state->bandwidth, params.max_iter, inner);
  state->centers = modes_of(ends, state->bandwidth, inner);
  const PointIndex all(who, state->centers, data.columns(), {}, inner);
  state->labels = nearest_centers(all, x, params.cluster_all, state->bandwidth, inner);
  drop_unused(state->centers, state->labels);
  if (state->centers.rows() == 0)
    throw InvalidData(
        concat(who, ": no row is within bandwidth = ", state->bandwidth, " of a centre"),
        "set cluster_all = true, or raise the bandwidth");
  state->index = std::make_shared<const PointIndex>(who, state->centers, data.columns(),
                                                    PointIndex::Settings{}, inner);
  FitReport report;
  report.iterations = ends.most_steps;
  report.converged = ends.converged;
  if (!ends.converged)
    report.warnings.push_back(concat(who, ": a seed did not come to rest in ", params.max_iter,
                                     " steps; raise max_iter"));
  if (!params.bandwidth)
    report.notes.push_back(concat("bandwidth estimated as ", state->bandwidth));
  state->report = scope.finish(std::move(report));
  return state;
}

MeanShift& MeanShift::fit(const Dataset& data, const Context& context) {
  state_ = fit_state(params_, data, nullptr, context);
  return *this;
}

MeanShift& MeanShift::fit(const MatrixView& x, const Context& context) {
  return fit(Dataset::borrow(x), context);
}

MeanShift& MeanShift::fit_from(const Dataset& data, const MatrixView& seeds,
                               const Context& context) {
  if (seeds.rows() < 1 || seeds.cols() != data.n_columns())
    throw InvalidData(concat(who, ": the seeds must be at least one row of ", data.n_columns(),
                             " columns, got ", seeds.rows(), " x ", seeds.cols()));
  if (!seeds.allFinite()) throw InvalidData(concat(who, ": a seed is not finite"));
  const Matrix start = seeds;
  state_ = fit_state(params_, data, &start, context);
  return *this;
}

MeanShift& MeanShift::fit_from(const MatrixView& x, const MatrixView& seeds,
                               const Context& context) {
  return fit_from(Dataset::borrow(x), seeds, context);
}

Labels MeanShift::predict(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  return nearest_centers(*state.index, x, params_.cluster_all, state.bandwidth, context);
}

const Labels& MeanShift::labels() const { return fitted(state_, type_name).labels; }
const Matrix& MeanShift::cluster_centers() const { return fitted(state_, type_name).centers; }
double MeanShift::bandwidth() const { return fitted(state_, type_name).bandwidth; }
const TrainedOn& MeanShift::trained_on() const { return fitted(state_, type_name).trained_on; }
const FitReport& MeanShift::report() const { return fitted(state_, type_name).report; }

Value MeanShift::save_state() const {
  const State& state = fitted(state_, type_name);
  return Value::Map{{"trained_on", state.trained_on.to_value()},
                    {"report", report_to_value(state.report)},
                    {"bandwidth", state.bandwidth},
                    {"n_clusters", state.centers.rows()},
                    {"centers", Value(state.centers)},
                    {"n_rows", state.labels.size()},
                    {"labels", Value(state.labels)}};
}

MeanShift MeanShift::load_state(const MeanShiftParams& params, const StateReader& reader) {
  MeanShiftParams::schema().check(params, type_name);
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn::from_value(reader.at("trained_on"));
  state->report = report_from_value(reader.at("report"));
  state->bandwidth = reader.real("bandwidth");
  if (!(state->bandwidth > 0)) reader.fail("has a bandwidth that is not > 0");
  const Index n = reader.integer("n_rows", 1, std::numeric_limits<std::int32_t>::max());
  const Index k = reader.integer("n_clusters", 1, n);
  state->labels = reader.labels("labels", n, -1, static_cast<int>(k) - 1);
  state->centers = reader.matrix("centers", k, state->trained_on.n_columns());
  try {
    state->index = std::make_shared<const PointIndex>(
        type_name, state->centers, state->trained_on.columns, PointIndex::Settings{});
  } catch (const InvalidData& error) {
    reader.fail(error.what());
  }
  MeanShift model(params);
  model.state_ = std::move(state);
  return model;
}

double estimate_bandwidth(const MatrixView& x, const BandwidthParams& params,
                          const Context& context) {
  constexpr std::string_view name = "estimate_bandwidth";
  if (!(params.quantile >= 0 && params.quantile <= 1))
    throw InvalidParameter(concat(name, ": quantile must be in [0, 1], got ", params.quantile));
  if (params.n_samples && *params.n_samples < 1)
    throw InvalidParameter(concat(name, ": n_samples must be >= 1, got ", *params.n_samples));
  if (x.rows() == 0 || x.cols() == 0)
    throw InvalidData(concat(name, ": needs rows and columns, got ", x.rows(), " x ", x.cols()));
  if (!x.allFinite()) throw InvalidData(concat(name, ": a value is missing or infinite"));
  Matrix points = x;
  if (params.n_samples && *params.n_samples < x.rows()) {
    const std::vector<Index> rows = Rng(params.seed).sample(x.rows(), *params.n_samples);
    points.resize(*params.n_samples, x.cols());
    for (Index i = 0; i < points.rows(); ++i)
      points.row(i) = x.row(rows[static_cast<std::size_t>(i)]);
  }
  const MetricSpace space(name, Metric::euclidean, 2, points, {}, context);
  const Index n = points.rows();
  const Index k = std::max<Index>(1, static_cast<Index>(static_cast<double>(n) * params.quantile));
  const Eigen::MatrixXd columns = points;  // a column after the other
  const double sum = parallel_reduce(
      context, n, 16, 0.0,
      [&](Index begin, Index end) {
        context.check_stop(name);
        Eigen::ArrayXd squared(n);
        double part = 0;
        for (Index i = begin; i < end; ++i) {
          squared.setZero();
          for (Index j = 0; j < columns.cols(); ++j)
            squared += (columns.col(j).array() - points(i, j)).square();
          std::nth_element(squared.data(), squared.data() + (k - 1), squared.data() + n);
          part += std::sqrt(squared(k - 1));
        }
        context.count(work::distance_evaluations, static_cast<std::uint64_t>((end - begin) * n));
        return part;
      },
      [](double& total, double part) { total += part; });
  return sum / static_cast<double>(n);
}

}  // namespace grove
