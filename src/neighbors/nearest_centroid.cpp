#include "grove/neighbors/nearest_centroid.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/not_fitted.hpp"
#include "core/quantile.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/fit_scope.hpp"
#include "grove/core/parallel.hpp"

namespace grove {

std::span<const EnumName<CentroidMetric>> enum_names(CentroidMetric) {
  static constexpr std::array<EnumName<CentroidMetric>, 2> names{
      {{CentroidMetric::euclidean, "euclidean"}, {CentroidMetric::manhattan, "manhattan"}}};
  return names;
}

// Search: Tibshirani, Hastie, Narasimhan & Chu 2002 look at thresholds from 0 to about 5.
const Schema<NearestCentroidParams>& NearestCentroidParams::schema() {
  using P = NearestCentroidParams;
  static const Schema<P> table =
      Schema<P>()
          .add("metric", &P::metric, "Distance to a centroid; manhattan takes medians.")
          .add("shrink_threshold", &P::shrink_threshold, at_least(0),
               "Standard errors by which centroids are moved to the overall mean.")
          .search("metric", choices({"euclidean", "manhattan"}))
          .search("shrink_threshold", reals(0, 5));
  return table;
}

struct NearestCentroid::State {
  TrainedOn trained_on;
  Matrix centroids;
  Labels present;  // classes with rows, ascending
  FitReport report = {};
};

namespace {

/// Values beyond this would overflow when squared and summed.
constexpr double largest_value = 1e150;

Vector class_weights(const Dataset& data) {
  Vector total = Vector::Zero(data.n_classes());
  const Vector weights = data.weights_or_ones();
  for (Index i = 0; i < data.n_rows(); ++i) total(data.labels()(i)) += weights(i);
  return total;
}

Labels classes_with_rows(const Vector& class_weight) {
  std::vector<int> found;
  for (int k = 0; k < static_cast<int>(class_weight.size()); ++k)
    if (class_weight(k) > 0) found.push_back(k);
  return Eigen::Map<const Labels>(found.data(), static_cast<Index>(found.size()));
}

Matrix class_means(const Dataset& data, const Vector& class_weight) {
  Matrix means = Matrix::Zero(data.n_classes(), data.n_columns());
  const Vector weights = data.weights_or_ones();
  for (Index i = 0; i < data.n_rows(); ++i) {
    const Index k = data.labels()(i);
    if (weights(i) > 0) means.row(k) += data.x().row(i) * (weights(i) / class_weight(k));
  }
  return means;
}

Matrix class_medians(const Dataset& data, const Labels& present) {
  Matrix medians = Matrix::Zero(data.n_classes(), data.n_columns());
  const Vector weights = data.weights_or_ones();
  std::vector<Weighted> values;
  for (const int k : present)
    for (Index j = 0; j < data.n_columns(); ++j) {
      values.clear();
      for (Index i = 0; i < data.n_rows(); ++i)
        if (data.labels()(i) == k && weights(i) > 0) values.push_back({data.x()(i, j), weights(i)});
      medians(k, j) = quantile(values, 0.5);
    }
  return medians;
}

/// Spread of each column within the classes, about the centroids.
Eigen::RowVectorXd spread_within(const Dataset& data, const Matrix& centroids, double divisor) {
  Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(data.n_columns());
  const Vector weights = data.weights_or_ones();
  for (Index i = 0; i < data.n_rows(); ++i)
    sum += weights(i) * (data.x().row(i) - centroids.row(data.labels()(i))).cwiseAbs2();
  return (sum / divisor).cwiseSqrt();
}

double median_of(const Eigen::RowVectorXd& row) {
  std::vector<Weighted> values;
  for (const double value : row) values.push_back({value, 1});
  return quantile(values, 0.5);
}

void shrink(const Dataset& data, const Vector& class_weight, const Labels& present,
            double threshold, Matrix& centroids) {
  const double n = class_weight.sum();
  const double freedom = n - static_cast<double>(present.size());
  if (!(freedom > 0))
    throw InvalidData(concat(NearestCentroid::type_name, ": shrink_threshold needs more rows (", n,
                             " by weight) than classes (", present.size(), ")"),
                      "set shrink_threshold = 0");
  Eigen::RowVectorXd overall = Eigen::RowVectorXd::Zero(data.n_columns());
  const Vector weights = data.weights_or_ones();
  for (Index i = 0; i < data.n_rows(); ++i) overall += data.x().row(i) * (weights(i) / n);
  Eigen::RowVectorXd spread = spread_within(data, centroids, freedom);
  spread.array() += median_of(spread);
  for (const int k : present) {
    const double m = std::sqrt(std::max(0.0, 1 / class_weight(k) - 1 / n));
    for (Index j = 0; j < centroids.cols(); ++j) {
      const double error = m * spread(j);
      if (error == 0) continue;
      const double deviation = (centroids(k, j) - overall(j)) / error;
      const double kept = std::max(0.0, std::abs(deviation) - threshold);
      centroids(k, j) = overall(j) + std::copysign(kept, deviation) * error;
    }
  }
}

}  // namespace

NearestCentroid& NearestCentroid::fit(const Dataset& data, const Context& context) {
  params_.schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::labels, capabilities);
  if (data.x().cwiseAbs().maxCoeff() > largest_value)
    throw InvalidData(concat(type_name, ": the data hold values beyond ", largest_value),
                      "scale the columns first, as with StandardScaler()");
  const FitScope scope(context);
  scope.context().check_stop(type_name);
  const Vector class_weight = class_weights(data);
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn(data);
  state->present = classes_with_rows(class_weight);
  state->centroids = params_.metric == CentroidMetric::euclidean
                         ? class_means(data, class_weight)
                         : class_medians(data, state->present);
  if (params_.shrink_threshold > 0)
    shrink(data, class_weight, state->present, params_.shrink_threshold, state->centroids);
  state->report = scope.finish();
  state_ = std::move(state);
  return *this;
}

NearestCentroid& NearestCentroid::fit(const MatrixView& x, const Labels& y,
                                      const Context& context) {
  return fit(dataset_from(type_name, x, y), context);
}

Labels NearestCentroid::predict(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  const bool squared = params_.metric == CentroidMetric::euclidean;
  Labels labels(x.rows());
  parallel_for(context, x.rows(), 1024, [&](Index begin, Index end) {
    context.check_stop(type_name);
    for (Index i = begin; i < end; ++i) {
      double nearest = std::numeric_limits<double>::infinity();
      labels(i) = state.present(0);
      for (const int k : state.present) {
        double distance = 0;
        for (Index j = 0; j < x.cols(); ++j) {
          const double difference = std::abs(x(i, j) - state.centroids(k, j));
          distance += squared ? difference * difference : difference;
        }
        if (distance < nearest) {
          nearest = distance;
          labels(i) = k;
        }
      }
      if (std::isinf(nearest))
        throw InvalidData(concat(type_name, ": distances from row ", i, " overflow a double"),
                          "scale the columns first, as with StandardScaler()");
    }
  });
  return labels;
}

const Matrix& NearestCentroid::centroids() const { return fitted(state_, type_name).centroids; }
const TrainedOn& NearestCentroid::trained_on() const {
  return fitted(state_, type_name).trained_on;
}
const FitReport& NearestCentroid::report() const { return fitted(state_, type_name).report; }

Value NearestCentroid::save_state() const {
  const State& state = fitted(state_, type_name);
  return Value::Map{{"trained_on", state.trained_on.to_value()},
                    {"centroids", Value(state.centroids)},
                    {"present", Value(state.present)}};
}

NearestCentroid NearestCentroid::load_state(const NearestCentroidParams& params,
                                            const StateReader& reader) {
  params.schema().check(params, type_name);
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn::from_value(reader.at("trained_on"));
  const Index n_classes = state->trained_on.n_classes();
  if (n_classes == 0) reader.fail("has no classes");
  state->centroids = reader.matrix("centroids", n_classes, state->trained_on.n_columns());
  state->present = reader.labels("present", -1, 0, static_cast<int>(n_classes) - 1);
  if (state->present.size() == 0) reader.fail("has no class with rows");
  for (Index i = 1; i < state->present.size(); ++i)
    if (state->present(i) <= state->present(i - 1)) reader.fail("has classes that do not ascend");
  NearestCentroid model(params);
  model.state_ = std::move(state);
  return model;
}

}  // namespace grove
