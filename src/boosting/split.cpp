#include "boosting/split.hpp"

#include <algorithm>
#include <cmath>

#include "boosting/split_scan.hpp"

namespace grove {

namespace {

constexpr double category_smoothing = 10.0;  // added to a category's hessian to order them
constexpr double least_category = 10.0;      // weight that a category needs to be moved by itself
/// Gains below the rounding of the scores themselves are none.
constexpr double rounding = 1e-12;

ScanSplits scan_for_this_processor() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
    return avx512::scan_splits;
  if (__builtin_cpu_supports("avx2")) return avx2::scan_splits;
#endif
  return baseline::scan_splits;
}

double thresholded(double gradient, double l1) {
  return std::copysign(std::max(std::abs(gradient) - l1, 0.0), gradient);
}

}  // namespace

/// One column of one node, with the penalties in the units of its sums.
struct SplitFinder::Candidates {
  int column;
  const ColumnBins& bins;
  const ColumnSums& sums;
  const NodeTotals& node;
  double l1, l2, least_hessian, parent_score;

  /// Turns scores in whole units into real gains.
  double gain(double score) const {
    return (score - parent_score) * node.gradient_unit * (node.gradient_unit / node.hessian_unit);
  }
  double weight_left(int at, bool missing_left) const {
    return sums.weights[static_cast<std::size_t>(at)] + (missing_left ? sums.missing_weight : 0);
  }
};

SplitFinder::SplitFinder(const GradientBoostingParams& params, const Constraints& constraints)
    : params_(params), constraints_(constraints) {}

double SplitFinder::value(double gradient, double hessian, const ValueRange& range) const {
  const double h = std::max(hessian + params_.l2_regularization, 1e-300);
  const double step = std::clamp(-thresholded(gradient, params_.l1_regularization) / h,
                                 -constraints_.largest_value, constraints_.largest_value);
  return std::clamp(step, range.low, range.high);
}

double SplitFinder::score(double gradient, double hessian, const ValueRange& range) const {
  const double v = value(gradient, hessian, range);
  return -(2 * gradient * v + (hessian + params_.l2_regularization) * v * v +
           2 * params_.l1_regularization * std::abs(v));
}

void SplitFinder::scan(const Candidates& c, bool missing_left, Split& best) const {
  static const ScanSplits scan_splits = scan_for_this_processor();
  static thread_local std::vector<double> scores;
  const ColumnSums& sums = c.sums;
  const NodeTotals& node = c.node;
  // The last bin on the left leaves the missing values alone on the right, if there are any.
  int first = 0, n = sums.size() - (sums.has_missing && !missing_left ? 0 : 1);
  if (!sums.weights.empty()) {
    // Sides that weigh too little are at both ends.
    const double least = params_.min_samples_leaf;
    while (first < n && c.weight_left(first, missing_left) < least) ++first;
    while (n > first && node.weight - c.weight_left(n - 1, missing_left) < least) --n;
  }
  n -= first;
  if (n <= 0) return;
  scores.resize(std::max(scores.size(), static_cast<std::size_t>(n)));
  SplitScan task;
  task.gradients = sums.gradients.data() + first;
  task.hessians = sums.hessians.data() + first;
  task.n = n;
  task.gradient_shift = missing_left ? sums.missing_gradient : 0;
  task.hessian_shift = missing_left ? sums.missing_hessian : 0;
  task.gradient_total = node.gradient;
  task.hessian_total = node.hessian;
  task.l1 = c.l1;
  task.l2 = c.l2;
  task.least_hessian = c.least_hessian;
  task.scores = scores.data();
  const int at = scan_splits(task);
  if (at < 0) return;
  const double gain = c.gain(scores[static_cast<std::size_t>(at)]);
  if (!(gain > best.gain)) return;
  best.gain = gain;
  best.column = c.column;
  best.last_bin = first + at;
  best.missing_left = missing_left;
}

void SplitFinder::scan_constrained(const Candidates& c, bool missing_left, Split& best) const {
  const ColumnSums& sums = c.sums;
  const NodeTotals& node = c.node;
  const int sign = constraints_.monotonic[static_cast<std::size_t>(c.column)];
  const double g_total = node.gradient * node.gradient_unit;
  const double h_total = node.hessian * node.hessian_unit;
  const double parent = score(g_total, h_total, node.range);
  const int n = sums.size() - (sums.has_missing && !missing_left ? 0 : 1);
  for (int at = 0; at < n; ++at) {
    if (!sums.weights.empty() &&
        (c.weight_left(at, missing_left) < params_.min_samples_leaf ||
         node.weight - c.weight_left(at, missing_left) < params_.min_samples_leaf))
      continue;
    const auto i = static_cast<std::size_t>(at);
    const double left_h_units = sums.hessians[i] + (missing_left ? sums.missing_hessian : 0);
    if (left_h_units < c.least_hessian || node.hessian - left_h_units < c.least_hessian) continue;
    const double left_g =
        (sums.gradients[i] + (missing_left ? sums.missing_gradient : 0)) * node.gradient_unit;
    const double left_h = left_h_units * node.hessian_unit;
    const double right_g = g_total - left_g, right_h = h_total - left_h;
    if (sign * (value(right_g, right_h, node.range) - value(left_g, left_h, node.range)) < 0)
      continue;
    const double gain =
        score(left_g, left_h, node.range) + score(right_g, right_h, node.range) - parent;
    if (!(gain > best.gain)) continue;
    best.gain = gain;
    best.column = c.column;
    best.last_bin = at;
    best.missing_left = missing_left;
  }
}

Split SplitFinder::best_numeric(const Candidates& c) const {
  Split best;
  best.gain = std::max(params_.min_split_gain, rounding * std::abs(c.gain(2 * c.parent_score)));
  for (const bool missing_left : {false, true}) {
    if (missing_left && !c.sums.has_missing) break;
    if (constraints_.monotonic.empty()) {
      scan(c, missing_left, best);
    } else {
      scan_constrained(c, missing_left, best);
    }
  }
  if (!best.exists()) return best;
  const int at = best.last_bin;
  const auto i = static_cast<std::size_t>(at);
  const double left_h = c.sums.hessians[i] + (best.missing_left ? c.sums.missing_hessian : 0);
  if (!c.sums.has_missing) best.missing_left = 2 * left_h > c.node.hessian;
  if (c.sums.weights.empty()) {
    const double smaller = std::min(left_h, c.node.hessian - left_h);
    best.certain = smaller >= params_.min_samples_leaf * c.node.hessian_a_weight;
  }
  best.last_bin = c.sums.bin(at);
  best.next_bin = at + 1 < c.sums.size() ? c.sums.bin(at + 1) : c.bins.n_bins;
  return best;
}

Split SplitFinder::best_categorical(const Candidates& c) const {
  // Missing values take part as one more category; those with little weight stay on the right.
  struct Category {
    int bin;
    double gradient, hessian, weight;
    double key(double unit_g, double unit_h) const {
      return gradient * unit_g / (hessian * unit_h + category_smoothing);
    }
  };
  const NodeTotals& node = c.node;
  const double weight_a_hessian = node.weight / node.hessian;
  std::vector<Category> order;
  double g = 0, h = 0, w = 0;
  const auto add = [&](int bin, double gradient, double hessian, double weight) {
    if (c.sums.weights.empty()) weight = hessian * weight_a_hessian;
    if (weight > 0 && weight >= std::min(least_category, node.weight / 4))
      order.push_back({bin, gradient, hessian, weight});
  };
  for (int at = 0; at < c.sums.size(); ++at) {
    const auto i = static_cast<std::size_t>(at);
    const double weight = c.sums.weights.empty() ? 0 : c.sums.weights[i];
    add(c.sums.bin(at), c.sums.gradients[i] - g, c.sums.hessians[i] - h, weight - w);
    g = c.sums.gradients[i];
    h = c.sums.hessians[i];
    w = weight;
  }
  if (c.sums.has_missing)
    add(c.bins.n_bins, c.sums.missing_gradient, c.sums.missing_hessian, c.sums.missing_weight);
  std::stable_sort(order.begin(), order.end(), [&](const Category& a, const Category& b) {
    return a.key(node.gradient_unit, node.hessian_unit) <
           b.key(node.gradient_unit, node.hessian_unit);
  });
  Split best;
  best.gain = std::max(params_.min_split_gain, rounding * std::abs(c.gain(2 * c.parent_score)));
  for (const bool reversed : {false, true}) {
    double left_g = 0, left_h = 0, left_w = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
      left_g += order[i].gradient;
      left_h += order[i].hessian;
      left_w += order[i].weight;
      const double right_h = node.hessian - left_h;
      if (left_h < c.least_hessian || right_h < c.least_hessian) continue;
      if (!c.sums.weights.empty() &&
          (left_w < params_.min_samples_leaf || node.weight - left_w < params_.min_samples_leaf))
        continue;
      const auto square = [&](double x) { return std::pow(thresholded(x, c.l1), 2); };
      const double gain = c.gain(square(left_g) / (left_h + c.l2) +
                                 square(node.gradient - left_g) / (right_h + c.l2));
      if (!(gain > best.gain)) continue;
      best.gain = gain;
      best.column = c.column;
      best.side.assign(static_cast<std::size_t>(c.bins.n_bins) + 1, 0);
      for (std::size_t k = 0; k <= i; ++k) best.side[static_cast<std::size_t>(order[k].bin)] = 1;
      best.missing_left = c.sums.has_missing
                              ? best.side[static_cast<std::size_t>(c.bins.n_bins)] == 1
                              : 2 * left_h > node.hessian;
      best.certain = !c.sums.weights.empty() ||
                     std::min(left_h, right_h) >= params_.min_samples_leaf * node.hessian_a_weight;
    }
    if (!reversed) std::reverse(order.begin(), order.end());
  }
  return best;
}

Split SplitFinder::best(int column, const ColumnBins& bins, const ColumnSums& sums,
                        const NodeTotals& node) const {
  Candidates c{column,
               bins,
               sums,
               node,
               params_.l1_regularization / node.gradient_unit,
               params_.l2_regularization / node.hessian_unit,
               std::max(params_.min_child_weight / node.hessian_unit, 1.0),
               0};
  if (node.hessian_is_weight)
    c.least_hessian = std::max(c.least_hessian, params_.min_samples_leaf * node.hessian_a_weight);
  const double g = thresholded(node.gradient, c.l1);
  c.parent_score = node.hessian + c.l2 > 0 ? g * g / (node.hessian + c.l2) : 0;
  return bins.categorical ? best_categorical(c) : best_numeric(c);
}

}  // namespace grove
