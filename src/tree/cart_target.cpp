#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "tree/cart.hpp"

namespace grove {

Impurity impurity_of(ClassCriterion criterion) {
  return criterion == ClassCriterion::gini ? Impurity::gini : Impurity::entropy;
}
Impurity impurity_of(RegressionCriterion criterion) {
  return criterion == RegressionCriterion::poisson ? Impurity::poisson : Impurity::squared_error;
}

bool are_whole(const Vector& weights) {
  return weights.sum() < 0x1p31 && (weights.array() == weights.array().floor()).all();
}

namespace {

constexpr double largest_target = 1e100;  // and sum of weights: squares of both must not overflow

/// The power of two p for which bound * p comes nearest to `capacity` from below.
int exponent_for(double bound, int capacity_bits) {
  if (!(bound > 0)) return 0;
  int exponent = 0;
  std::frexp(bound, &exponent);  // bound < 2^exponent
  return std::clamp(capacity_bits - exponent, -1000, 1000);
}

CartTarget weigh(std::string_view who, const Vector& weights, double n_draws) {
  if (!(weights.sum() <= largest_target))
    throw InvalidData(
        concat(who, ": the weights sum to ", weights.sum(), ", beyond ", largest_target),
        "scale the weights");
  CartTarget target;
  target.whole_weights = are_whole(weights);
  int exponent = 0;
  if (!target.whole_weights) {
    const double top = weights.maxCoeff();
    const double share = (weights / top).sum();
    exponent = exponent_for(top, 52) -
               static_cast<int>(std::ceil(std::log2(std::max(share, std::max(1.0, n_draws)))));
  }
  target.weight_unit = std::ldexp(1.0, -exponent);
  target.weights.reserve(static_cast<std::size_t>(weights.size()));
  for (const double weight : weights)
    target.weights.push_back(static_cast<std::int64_t>(std::llround(std::ldexp(weight, exponent))));
  return target;
}

}  // namespace

CartTarget class_target(std::string_view who, const Dataset& data, const Vector& weights,
                        const Vector& class_weights, double n_draws) {
  CartTarget target = weigh(who, weights, n_draws);
  target.labels = &data.labels();
  target.class_weights = class_weights;
  return target;
}

CartTarget real_target(std::string_view who, const Dataset& data, const Vector& weights,
                       Impurity impurity, double n_draws) {
  CartTarget result = weigh(who, weights, n_draws);
  const Vector& y = data.target();
  result.target = &y;
  double low = largest_target, high = -largest_target;
  for (Index i = 0; i < y.size(); ++i) {
    if (std::abs(y(i)) > largest_target)
      throw InvalidData(
          concat(who, ": the target is ", y(i), " at row ", i, ", beyond ", largest_target),
          "scale the target");
    if (impurity == Impurity::poisson && y(i) < 0)
      throw InvalidData(
          concat(who, ": criterion=poisson needs targets >= 0, got ", y(i), " at row ", i),
          "use criterion=squared_error");
    if (weights(i) == 0) continue;
    low = std::min(low, y(i));
    high = std::max(high, y(i));
  }
  if (impurity == Impurity::poisson && high == 0)
    throw InvalidData(concat(who, ": criterion=poisson needs a positive target, all are 0"));
  // A round number near the middle, so that differences to it are exact.
  const double middle = low / 2 + high / 2;
  const double spread = std::max(high - middle, std::abs(low) * 0x1p-52);
  if (impurity != Impurity::poisson && spread > 0) {
    const int exponent = exponent_for(spread, 0);
    result.center = std::ldexp(std::round(std::ldexp(middle, exponent)), -exponent);
  }
  const double reach = std::max(high - result.center, result.center - low);
  const double total =
      n_draws > 0 ? n_draws * weights.maxCoeff() : weights.sum();  // bounds all sums of weights
  const int exponent = exponent_for(reach * total, 61);
  result.target_unit = std::ldexp(1.0, -exponent);
  result.weighted_targets.reserve(static_cast<std::size_t>(y.size()));
  for (Index i = 0; i < y.size(); ++i) {
    const double scaled = std::ldexp(y(i) - result.center, exponent);
    const auto weight = weights(i);
    result.weighted_targets.push_back(
        weight == 0 ? 0
        : result.whole_weights
            ? static_cast<std::int64_t>(weight) * static_cast<std::int64_t>(std::llround(scaled))
            : static_cast<std::int64_t>(std::llround(weight * scaled)));
  }
  return result;
}

}  // namespace grove
