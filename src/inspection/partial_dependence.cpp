#include "grove/inspection/partial_dependence.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <limits>
#include <ostream>
#include <sstream>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"

namespace grove {

namespace {

constexpr const char* who = "partial_dependence";

void check(const Estimator& fitted, const Dataset& data, const PartialDependenceOptions& options) {
  if (options.grid_resolution < 2)
    throw InvalidParameter(
        concat(who, ": grid_resolution must be at least 2, got ", options.grid_resolution));
  const auto [low, high] = options.percentiles;
  if (!(low >= 0 && low < high && high <= 1))
    throw InvalidParameter(
        concat(who, ": percentiles must be two rising shares in [0, 1], got ", low, " and ", high));
  if (!needs_target(fitted.kind()))
    throw Unsupported(concat(who, ": ", fitted.name(), " predicts no target"),
                      "give it a classifier or a regressor");
  if (fitted.kind() == EstimatorKind::classifier && !fitted.has_predict_proba())
    throw Unsupported(concat(who, ": ", fitted.name(), " does not predict probabilities"),
                      "use a classifier with predict_proba");
  if (data.n_rows() == 0) throw InvalidData(concat(who, ": the data has no rows"));
}

std::vector<Index> places_of(const std::vector<std::string>& wanted, const Columns& columns) {
  if (wanted.empty() || wanted.size() > 2)
    throw InvalidParameter(concat(who, ": expected one or two columns, got ", wanted.size()));
  std::vector<std::string> names;
  for (const Column& column : columns) names.push_back(column.name);
  std::vector<Index> places;
  for (const std::string& name : wanted) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end())
      throw InvalidParameter(concat(who, ": the data has no column '", printable(name), "'",
                                    did_you_mean(name, names)),
                             concat("it has ", join(names)));
    places.push_back(found - names.begin());
  }
  if (places.size() == 2 && places[0] == places[1])
    throw InvalidParameter(concat(who, ": column '", printable(wanted[0]), "' is asked for twice"),
                           "leave one out");
  return places;
}

/// The p-quantile of sorted values as scipy's mquantiles gives it (alpha = beta = 0.4).
double quantile_of(const std::vector<double>& sorted, double p) {
  const auto n = static_cast<double>(sorted.size());
  const double position = n * p + 0.4 + 0.2 * p;  // counts from 1
  const double below = std::floor(std::clamp(position, 1.0, n - 1));
  const double share = std::clamp(position - below, 0.0, 1.0);
  const auto at = static_cast<std::size_t>(below);
  return (1 - share) * sorted[at - 1] + share * sorted[at];
}

/// `n` equal steps from a to b, both included.
std::vector<double> steps_between(double a, double b, int n) {
  std::vector<double> steps(static_cast<std::size_t>(n), b);
  const double step = (b - a) / (n - 1);
  for (int i = 0; i + 1 < n; ++i) steps[static_cast<std::size_t>(i)] = i * step + a;
  return steps;
}

Vector grid_of(const Dataset& data, Index place, const PartialDependenceOptions& options) {
  const Column& column = data.columns()[static_cast<std::size_t>(place)];
  std::vector<double> sorted;
  for (Index i = 0; i < data.n_rows(); ++i)
    if (!std::isnan(data.x()(i, place))) sorted.push_back(data.x()(i, place));
  const bool missing = static_cast<Index>(sorted.size()) < data.n_rows();
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> values = sorted;
  values.erase(std::unique(values.begin(), values.end()), values.end());
  if (column.kind == ColumnKind::numeric &&
      values.size() >= static_cast<std::size_t>(options.grid_resolution)) {
    const double low = quantile_of(sorted, options.percentiles[0]);
    const double high = quantile_of(sorted, options.percentiles[1]);
    if (low == high)
      throw InvalidParameter(
          concat(who, ": both percentiles of column '", printable(column.name), "' are ", low),
          "choose percentiles that are further apart");
    values = steps_between(low, high, options.grid_resolution);
  }
  if (missing) values.push_back(std::numeric_limits<double>::quiet_NaN());
  return Eigen::Map<const Vector>(values.data(), static_cast<Index>(values.size()));
}

/// One column per output.
Matrix answers_of(const Estimator& fitted, const Dataset& data, const Context& context) {
  if (fitted.kind() == EstimatorKind::classifier) return fitted.predict_proba(data, context);
  return fitted.predict_values(data, context);
}

std::vector<std::string> outputs_of(const Estimator& fitted, const Dataset& data, Index n_outputs) {
  const TrainedOn trained_on =
      fitted.trained_on() != nullptr ? *fitted.trained_on() : TrainedOn(data);
  if (fitted.kind() == EstimatorKind::regressor) return {trained_on.target_name};
  if (trained_on.n_classes() == n_outputs) return trained_on.class_names;
  std::vector<std::string> numbers;
  for (Index k = 0; k < n_outputs; ++k) numbers.push_back(std::to_string(k));
  return numbers;
}

Vector average_of(const Matrix& answers, const Vector& weights) {
  Vector sums = Vector::Zero(answers.cols());
  for (Index i = 0; i < answers.rows(); ++i) sums += weights(i) * answers.row(i).transpose();
  return sums / weights.sum();
}

}  // namespace

double PartialDependence::value(Index point, Index c) const {
  if (grid.size() == 1) return grid[0](point);
  return c == 0 ? grid[0](point / grid[1].size()) : grid[1](point % grid[1].size());
}

PartialDependence partial_dependence(const Estimator& fitted, const Dataset& data,
                                     const std::vector<std::string>& columns,
                                     const PartialDependenceOptions& options,
                                     const Context& context) {
  check(fitted, data, options);
  const std::vector<Index> places = places_of(columns, data.columns());
  PartialDependence result;
  result.model = fitted.expression();
  Index n_points = 1;
  for (const Index place : places) {
    result.columns.push_back(data.columns()[static_cast<std::size_t>(place)]);
    result.grid.push_back(grid_of(data, place, options));
    n_points *= result.grid.back().size();
  }
  const Index n_outputs = answers_of(fitted, data.take({0}), context).cols();
  result.outputs = outputs_of(fitted, data, n_outputs);
  result.average.resize(n_points, n_outputs);
  if (options.individual)
    result.individual.assign(static_cast<std::size_t>(n_outputs), Matrix(data.n_rows(), n_points));
  const Vector weights = data.weights_or_ones();
  parallel_tasks(context, n_points, [&](Index point, const Context& inner) {
    inner.check_stop(who);
    Matrix x = data.x();
    for (std::size_t c = 0; c < places.size(); ++c)
      x.col(places[c]).setConstant(result.value(point, static_cast<Index>(c)));
    const Matrix answers = answers_of(fitted, Dataset::borrow(x, data.columns()), inner);
    result.average.row(point) = average_of(answers, weights);
    for (std::size_t k = 0; k < result.individual.size(); ++k)
      result.individual[k].col(point) = answers.col(static_cast<Index>(k));
  });
  return result;
}

std::ostream& operator<<(std::ostream& out, const PartialDependence& result) {
  const auto text_of = [&](Index point, std::size_t c) {
    const double value = result.value(point, static_cast<Index>(c));
    if (std::isnan(value)) return std::string("missing");
    const Column& column = result.columns[c];
    if (column.kind == ColumnKind::numeric) return short_text(value);
    return printable(column.categories[static_cast<std::size_t>(value)]);
  };
  std::vector<std::vector<std::string>> lines(1);
  for (const Column& column : result.columns) lines[0].push_back(printable(column.name));
  for (const std::string& output : result.outputs) lines[0].push_back(printable(output));
  for (Index point = 0; point < result.n_points(); ++point) {
    std::vector<std::string> line;
    for (std::size_t c = 0; c < result.columns.size(); ++c) line.push_back(text_of(point, c));
    for (Index k = 0; k < result.average.cols(); ++k)
      line.push_back(short_text(result.average(point, k)));
    lines.push_back(std::move(line));
  }
  std::vector<std::size_t> widths(lines[0].size());
  for (const auto& line : lines)
    for (std::size_t c = 0; c < line.size(); ++c) widths[c] = std::max(widths[c], line[c].size());
  std::ostringstream text;
  text << result.model << ", averages\n";
  for (const auto& line : lines)
    for (std::size_t c = 0; c < line.size(); ++c)
      text << (c == 0 ? "" : "  ") << std::setw(static_cast<int>(widths[c])) << line[c]
           << (c + 1 == line.size() ? "\n" : "");
  return out << text.str();
}

}  // namespace grove
