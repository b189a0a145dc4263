#include "boosting/objective_losses.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace grove {

namespace {

constexpr double smallest_share = 1e-15;  // of a class, and mean of counts, before the logarithm

template <class Term>
double weighted_mean(const VectorView& weights, const Term& term) {
  double sum = 0, total = 0;
  for (Index i = 0; i < weights.size(); ++i) {
    sum += weights(i) * term(i);
    total += weights(i);
  }
  return sum / total;
}

double mean_of(const VectorView& values, const VectorView& weights) {
  return weighted_mean(weights, [&](Index i) { return values(i); });
}

double log_of_mean(const VectorView& target, const VectorView& weights) {
  return std::log(std::max(mean_of(target, weights), smallest_share));
}

std::string_view rejects_large(double target) {
  return std::abs(target) > largest_target ? "beyond 1e+100" : "";
}

std::string_view rejects_negative(double target) {
  return target < 0 ? "below 0" : rejects_large(target);
}

}  // namespace

double weighted_quantile(const VectorView& residuals, const VectorView& weights, double level) {
  using Item = std::pair<double, double>;  // value, weight
  std::vector<Item> items;
  items.reserve(static_cast<std::size_t>(residuals.size()));
  double total = 0;
  for (Index i = 0; i < residuals.size(); ++i)
    if (weights(i) > 0) {
      items.emplace_back(residuals(i), weights(i));
      total += weights(i);
    }
  if (items.empty()) return 0;
  const auto by_value = [](const Item& a, const Item& b) { return a.first < b.first; };
  // Quickselect by weight: the first value with `due` weight up to and with it lies in [first,
  // last).
  const double due = level * total, slack = 1e-12 * total;
  auto first = items.begin(), last = items.end();
  double before = 0;
  while (last - first > 1) {
    const auto middle = first + (last - first) / 2;
    std::nth_element(first, middle, last, by_value);
    double left = before;
    for (auto item = first; item != middle; ++item) left += item->second;
    if (left >= due - slack) {
      last = middle;
    } else {
      before = left;
      first = middle;
    }
  }
  const double value = first->first;
  if (std::abs(before + first->second - due) > slack) return value;
  // Exactly `due` weight lies up to here: every v up to the next value is as good.
  double next = std::numeric_limits<double>::infinity();
  for (auto item = last; item != items.end(); ++item) next = std::min(next, item->first);
  return next < std::numeric_limits<double>::infinity() ? value + (next - value) / 2 : value;
}

void SquaredError::gradients(VectorView scores, VectorView target, Eigen::Ref<Vector> gradients,
                             Eigen::Ref<Vector> hessians) const {
  gradients = scores - target;
  hessians.setOnes();
}

double SquaredError::loss(VectorView scores, VectorView target, VectorView weights) const {
  return weighted_mean(weights, [&](Index i) {
    const double difference = scores(i) - target(i);
    return difference * difference;
  });
}

double SquaredError::start(VectorView target, VectorView weights) const {
  return mean_of(target, weights);
}

std::string_view SquaredError::rejects(double target) const { return rejects_large(target); }

void AbsoluteError::gradients(VectorView scores, VectorView target, Eigen::Ref<Vector> gradients,
                              Eigen::Ref<Vector> hessians) const {
  gradients = (scores - target).array().sign();
  hessians.setOnes();
}

double AbsoluteError::loss(VectorView scores, VectorView target, VectorView weights) const {
  return weighted_mean(weights, [&](Index i) { return std::abs(scores(i) - target(i)); });
}

double AbsoluteError::leaf_value(VectorView residuals, VectorView weights) const {
  return weighted_quantile(residuals, weights, 0.5);
}

std::string_view AbsoluteError::rejects(double target) const { return rejects_large(target); }

void HuberLoss::gradients(VectorView scores, VectorView target, Eigen::Ref<Vector> gradients,
                          Eigen::Ref<Vector> hessians) const {
  gradients = (scores - target).array().max(-delta).min(delta);
  hessians.setOnes();
}

double HuberLoss::loss(VectorView scores, VectorView target, VectorView weights) const {
  return weighted_mean(weights, [&](Index i) {
    const double distance = std::abs(scores(i) - target(i));
    return distance <= delta ? distance * distance / 2 : delta * (distance - delta / 2);
  });
}

double HuberLoss::leaf_value(VectorView residuals, VectorView weights) const {
  double low = std::numeric_limits<double>::infinity(), high = -low, total = 0;
  for (Index i = 0; i < residuals.size(); ++i)
    if (weights(i) > 0) {
      low = std::min(low, residuals(i));
      high = std::max(high, residuals(i));
      total += weights(i);
    }
  if (total == 0) return 0;
  // The root of sum w clip(r - v, -delta, delta), which falls in v, in straight pieces: Newton's
  // steps are exact once they meet its piece, and every other step halves the interval.
  double v = low + (high - low) / 2;
  for (int step = 0; step < 200 && low < high; ++step) {
    double sum = 0, slope = 0;
    for (Index i = 0; i < residuals.size(); ++i) {
      const double r = residuals(i) - v;
      sum += weights(i) * std::clamp(r, -delta, delta);
      slope += std::abs(r) <= delta ? weights(i) : 0;
    }
    if (std::abs(sum) <= 1e-15 * total * delta) break;
    (sum > 0 ? low : high) = v;
    const double newton = v + sum / slope;
    const double next =
        step % 2 == 0 && newton > low && newton < high ? newton : low + (high - low) / 2;
    if (next == v) break;
    v = next;
  }
  return v;
}

std::string_view HuberLoss::rejects(double target) const { return rejects_large(target); }

void QuantileLoss::gradients(VectorView scores, VectorView target, Eigen::Ref<Vector> gradients,
                             Eigen::Ref<Vector> hessians) const {
  for (Index i = 0; i < scores.size(); ++i)
    gradients(i) = scores(i) > target(i) ? 1 - level : scores(i) < target(i) ? -level : 0;
  hessians.setOnes();
}

double QuantileLoss::loss(VectorView scores, VectorView target, VectorView weights) const {
  return weighted_mean(weights, [&](Index i) {
    const double over = scores(i) - target(i);
    return over > 0 ? (1 - level) * over : -level * over;
  });
}

double QuantileLoss::leaf_value(VectorView residuals, VectorView weights) const {
  return weighted_quantile(residuals, weights, level);
}

std::string_view QuantileLoss::rejects(double target) const { return rejects_large(target); }

void PoissonLoss::gradients(VectorView scores, VectorView target, Eigen::Ref<Vector> gradients,
                            Eigen::Ref<Vector> hessians) const {
  hessians = scores;
  exp_in_place(hessians);
  gradients = hessians - target;
}

double PoissonLoss::loss(VectorView scores, VectorView target, VectorView weights) const {
  return weighted_mean(weights,
                       [&](Index i) { return std::exp(scores(i)) - target(i) * scores(i); });
}

double PoissonLoss::start(VectorView target, VectorView weights) const {
  return log_of_mean(target, weights);
}

std::string_view PoissonLoss::rejects(double target) const { return rejects_negative(target); }

void GammaLoss::gradients(VectorView scores, VectorView target, Eigen::Ref<Vector> gradients,
                          Eigen::Ref<Vector> hessians) const {
  hessians = -scores;
  exp_in_place(hessians);
  hessians.array() *= target.array();
  gradients = 1 - hessians.array();
}

double GammaLoss::loss(VectorView scores, VectorView target, VectorView weights) const {
  return weighted_mean(weights,
                       [&](Index i) { return scores(i) + target(i) * std::exp(-scores(i)); });
}

double GammaLoss::start(VectorView target, VectorView weights) const {
  return log_of_mean(target, weights);
}

std::string_view GammaLoss::rejects(double target) const {
  return target <= 0 ? "not above 0" : rejects_large(target);
}

void TweedieLoss::gradients(VectorView scores, VectorView target, Eigen::Ref<Vector> gradients,
                            Eigen::Ref<Vector> hessians) const {
  Vector of_target = (1 - power) * scores, of_mean = (2 - power) * scores;
  exp_in_place(of_target);
  exp_in_place(of_mean);
  of_target.array() *= target.array();
  gradients = of_mean - of_target;
  hessians = (2 - power) * of_mean - (1 - power) * of_target;
}

double TweedieLoss::loss(VectorView scores, VectorView target, VectorView weights) const {
  return weighted_mean(weights, [&](Index i) {
    return std::exp((2 - power) * scores(i)) / (2 - power) -
           target(i) * std::exp((1 - power) * scores(i)) / (1 - power);
  });
}

double TweedieLoss::start(VectorView target, VectorView weights) const {
  return log_of_mean(target, weights);
}

std::string_view TweedieLoss::rejects(double target) const { return rejects_negative(target); }

void BinaryLogLoss::gradients(VectorView scores, VectorView target, Eigen::Ref<Vector> gradients,
                              Eigen::Ref<Vector> hessians) const {
  hessians = -scores;
  exp_in_place(hessians);
  hessians = 1 / (1 + hessians.array());
  gradients = hessians - target;
  hessians = (hessians.array() * (1 - hessians.array())).max(smallest_hessian);
}

double BinaryLogLoss::loss(VectorView scores, VectorView target, VectorView weights) const {
  Vector away = -scores.cwiseAbs();
  exp_in_place(away);
  return weighted_mean(weights, [&](Index i) {
    const double margin = (2 * target(i) - 1) * scores(i);
    return std::log(1 + away(i)) + std::max(-margin, 0.0);
  });
}

double BinaryLogLoss::start(VectorView target, VectorView weights) const {
  const double share = mean_of(target, weights);
  return std::log(std::max(share, smallest_share)) - std::log(std::max(1 - share, smallest_share));
}

void MultinomialLogLoss::gradients(const MatrixView& scores, VectorView target,
                                   Eigen::Ref<Matrix> gradients,
                                   Eigen::Ref<Matrix> hessians) const {
  const Eigen::RowVectorXd top = scores.colwise().maxCoeff();
  Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(scores.cols());
  for (Index k = 0; k < scores.rows(); ++k) {
    hessians.row(k) = scores.row(k) - top;
    exp_in_place(Eigen::Map<Vector>(hessians.row(k).data(), hessians.cols()));
    sum += hessians.row(k);
  }
  for (Index k = 0; k < scores.rows(); ++k) {
    gradients.row(k) = hessians.row(k).array() / sum.array();
    hessians.row(k) =
        (gradients.row(k).array() * (1 - gradients.row(k).array())).max(smallest_hessian);
  }
  for (Index i = 0; i < scores.cols(); ++i) gradients(static_cast<Index>(target(i)), i) -= 1;
}

double MultinomialLogLoss::loss(const MatrixView& scores, VectorView target,
                                VectorView weights) const {
  const Eigen::RowVectorXd top = scores.colwise().maxCoeff();
  Vector sum = Vector::Zero(scores.cols());
  for (Index k = 0; k < scores.rows(); ++k) {
    Vector odds = scores.row(k) - top;
    exp_in_place(odds);
    sum += odds;
  }
  return weighted_mean(weights, [&](Index i) {
    return std::log(sum(i)) + top(i) - scores(static_cast<Index>(target(i)), i);
  });
}

Vector MultinomialLogLoss::start(VectorView target, VectorView weights, Index n_outputs) const {
  Vector share = Vector::Zero(n_outputs);
  for (Index i = 0; i < target.size(); ++i) share(static_cast<Index>(target(i))) += weights(i);
  share /= share.sum();
  return share.unaryExpr([](double p) { return std::log(std::max(p, smallest_share)); });
}

}  // namespace grove
