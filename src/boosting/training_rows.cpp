#include "boosting/training_rows.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"

namespace grove {

namespace {

constexpr double largest_weight = 1e100;  // of all rows together: squares must not overflow

/// Per class the factor that makes all classes weigh the same.
/// To multiples of a power of two whose sum stays below 2^52 of them.
void round_weights(Vector& weights) {
  const double total = weights.sum();
  const double unit = std::ldexp(1.0, std::ilogb(total) - 51);
  weights = weights.unaryExpr([&](double w) { return std::nearbyint(w / unit) * unit; });
}

Vector weights_of(const TrainingTask& task) {
  const Dataset& data = task.data;
  Vector weights = data.weights_or_ones();
  if (task.rows != nullptr) {
    Vector part = Vector::Zero(weights.size());
    for (const Index row : *task.rows) part(row) = weights(row);
    weights = std::move(part);
  }
  if (data.has_labels()) {
    const Vector factors =
        class_factors(task.params.class_weight, data.labels(), weights, data.n_classes());
    for (Index i = 0; i < data.n_rows(); ++i) weights(i) *= factors(data.labels()(i));
  }
  const double total = weights.sum();
  if (!(total <= largest_weight))
    throw InvalidData(concat(task.who, ": the weights sum to ", total, ", beyond ", largest_weight),
                      "scale the weights");
  if (!(total > 0))
    throw InvalidData(concat(task.who, ": the rows to train on have no weight"),
                      "give at least one row a positive weight");
  if (!(weights.array() == 1).all()) round_weights(weights);
  return weights;
}

/// Every 1 / fraction-th of the shuffled rows, class by class.
std::vector<char> held_out_rows(const TrainingTask& task, std::vector<std::uint32_t> rows) {
  const Dataset& data = task.data;
  Rng(task.params.seed).split(0).shuffle(rows);
  if (data.has_labels())
    std::stable_sort(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) {
      return data.labels()(a) < data.labels()(b);
    });
  std::vector<char> out(static_cast<std::size_t>(data.n_rows()), 0);
  double due = 0;
  for (const std::uint32_t row : rows) {
    due += task.params.validation_fraction;
    if (due < 1) continue;
    out[row] = 1;
    due -= 1;
  }
  return out;
}

/// The same of the groups, so that no group is on both sides.
std::vector<char> held_out_groups(const TrainingTask& task,
                                  const std::vector<std::uint32_t>& rows) {
  const Labels& groups = *task.data.groups();
  std::set<int> present;
  for (const std::uint32_t row : rows) present.insert(groups(row));
  std::vector<int> order(present.begin(), present.end());
  Rng(task.params.seed).split(0).shuffle(order);
  const auto n = static_cast<std::size_t>(
      std::ceil(task.params.validation_fraction * static_cast<double>(order.size())));
  const std::set<int> chosen(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(std::min(n, order.size())));
  std::vector<char> out(static_cast<std::size_t>(task.data.n_rows()), 0);
  for (const std::uint32_t row : rows) out[row] = chosen.count(groups(row)) != 0 ? 1 : 0;
  return out;
}

}  // namespace

TrainingRows training_rows(const TrainingTask& task) {
  TrainingRows result;
  result.weights = weights_of(task);
  std::vector<std::uint32_t> rows;
  for (Index i = 0; i < result.weights.size(); ++i)
    if (result.weights(i) > 0) rows.push_back(static_cast<std::uint32_t>(i));
  if (task.params.early_stopping && task.options.validation == nullptr) {
    const std::vector<char> out =
        task.data.groups() != nullptr ? held_out_groups(task, rows) : held_out_rows(task, rows);
    result.held_out_weights = Vector::Zero(result.weights.size());
    for (const std::uint32_t row : rows) {
      if (out[row] == 0) {
        result.training.push_back(row);
        continue;
      }
      result.held_out.push_back(static_cast<std::int32_t>(row));
      std::swap(result.held_out_weights(row), result.weights(row));
    }
    if (result.held_out.empty() || result.training.empty())
      throw InvalidData(concat(task.who, ": ", rows.size(), " rows are too few to hold out ",
                               task.params.validation_fraction, " of them for early stopping"),
                        "use another validation_fraction, give a validation set, or "
                        "early_stopping = false");
  } else {
    result.training = std::move(rows);
  }
  result.unweighted = std::all_of(result.training.begin(), result.training.end(),
                                  [&](std::uint32_t row) { return result.weights(row) == 1; });
  return result;
}

}  // namespace grove
