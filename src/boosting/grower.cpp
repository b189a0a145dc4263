#include "boosting/grower.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "grove/core/parallel.hpp"

namespace grove {

namespace {

constexpr double least_hessian = 1e-3;  // of a child, as in scikit-learn
constexpr double category_smoothing =
    10.0;  // added to a category's hessian when categories are ordered
constexpr double least_category = 10.0;  // weight that a category needs to be moved by itself
constexpr Index small_node = 4096;       // rows below which threads cost more than they bring

struct Sums {
  std::int64_t gradient = 0, hessian = 0, weight = 0;
  Sums& operator+=(const Sums& other) {
    gradient += other.gradient;
    hessian += other.hessian;
    weight += other.weight;
    return *this;
  }
  Sums operator-(const Sums& other) const {
    return {gradient - other.gradient, hessian - other.hessian, weight - other.weight};
  }
};

struct Split {
  double gain = 0;
  int feature = -1;
  int last_bin = 0;                          // numeric: bins up to this go left
  std::vector<std::uint8_t> bins_left = {};  // categorical: 1 = left
  bool missing_left = false;
};

using Histogram = std::vector<Sums>;

/// A leaf that may still be split.
struct Leaf {
  int node = 0;
  int depth = 0;
  std::size_t begin = 0, end = 0;  // of the rows
  Sums total;
  Histogram histogram;
  Split split;
};

class Grower {
 public:
  Grower(const BinnedData& data, const FixedPoint& sums, std::vector<std::int32_t> rows,
         const GradientBoostingParams& params, const Context& context)
      : data_(data),
        sums_(sums),
        rows_(std::move(rows)),
        buffer_(rows_.size()),
        params_(params),
        context_(context) {
    for (const ColumnBins& column : data.columns) {
      offsets_.push_back(n_cells_);
      n_cells_ += static_cast<std::size_t>(column.n_bins) + 1;
    }
  }

  Tree grow(Eigen::Ref<Vector> scores) {
    Leaf root;
    root.end = rows_.size();
    for (const std::int32_t row : rows_) root.total += sums_of(row);
    add_node(root);
    build(root);
    find_split(root);
    std::vector<Leaf> leaves;
    leaves.push_back(std::move(root));
    while (static_cast<int>(leaves.size()) < params_.max_leaf_nodes) {
      const auto best =
          std::max_element(leaves.begin(), leaves.end(), [](const Leaf& a, const Leaf& b) {
            return a.split.gain < b.split.gain || (a.split.gain == b.split.gain && a.node > b.node);
          });
      if (best->split.feature < 0) break;
      Leaf parent = std::move(*best);
      leaves.erase(best);
      divide(std::move(parent), leaves);
    }
    for (const Leaf& leaf : leaves)
      for (std::size_t i = leaf.begin; i < leaf.end; ++i)
        scores(rows_[i]) += *tree_.value(leaf.node);
    context_.count(work::histogram_updates, updates_);
    context_.count(work::split_candidates, candidates_);
    return std::move(tree_);
  }

 private:
  double gradient(const Sums& s) const {
    return static_cast<double>(s.gradient) * sums_.gradient_unit;
  }
  double hessian(const Sums& s) const {
    return static_cast<double>(s.hessian) * sums_.hessian_unit;
  }
  double weight(const Sums& s) const { return static_cast<double>(s.weight) * sums_.weight_unit; }
  double score(const Sums& s) const {
    const double h = hessian(s) + params_.l2_regularization;
    return h > 0 ? gradient(s) * gradient(s) / h : 0;
  }
  Sums sums_of(std::int32_t row) const {
    const auto i = static_cast<std::size_t>(row);
    return {sums_.gradients[i], sums_.hessians[i], sums_.weights[i]};
  }
  Index grain(std::size_t n_rows) const {
    const auto d = static_cast<Index>(data_.columns.size());
    return static_cast<Index>(n_rows) < small_node ? d : 1;
  }

  void build(Leaf& leaf) {
    leaf.histogram.assign(n_cells_, {});
    const std::size_t n = leaf.end - leaf.begin;
    std::vector<Sums> ordered(n);
    for (std::size_t i = 0; i < n; ++i) ordered[i] = sums_of(rows_[leaf.begin + i]);
    parallel_for(context_, static_cast<Index>(data_.columns.size()), grain(n),
                 [&](Index begin, Index end) {
                   for (Index j = begin; j < end; ++j) {
                     Sums* cells = leaf.histogram.data() + offsets_[static_cast<std::size_t>(j)];
                     const std::uint8_t* bins = data_.column(static_cast<std::size_t>(j));
                     for (std::size_t i = 0; i < n; ++i)
                       cells[bins[rows_[leaf.begin + i]]] += ordered[i];
                   }
                 });
    updates_ += n * data_.columns.size();
  }

  bool admissible(const Sums& left, const Sums& right) const {
    return weight(left) >= params_.min_samples_leaf && weight(right) >= params_.min_samples_leaf &&
           hessian(left) >= least_hessian && hessian(right) >= least_hessian;
  }

  /// Offers the split of `total` into `left` and the rest; true if it is the best so far.
  bool offer(const Sums& left, const Sums& total, double floor, Split& best) const {
    const Sums right = total - left;
    if (!admissible(left, right)) return false;
    const double gain = score(left) + score(right) - score(total);
    if (!(gain > std::max(best.gain, floor))) return false;
    best.gain = gain;
    return true;
  }

  void find_numeric(const Leaf& leaf, std::size_t j, double floor, Split& best) const {
    const Sums* cells = leaf.histogram.data() + offsets_[j];
    const int n_bins = data_.columns[j].n_bins;
    const Sums& missing = cells[n_bins];
    Sums left;
    for (int bin = 0; bin < n_bins; ++bin) {
      left += cells[bin];
      const bool last = bin + 1 == n_bins;  // then only missing values go right
      if (last && missing.weight == 0) break;
      const auto take = [&](bool missing_left) {
        best.feature = static_cast<int>(j);
        best.last_bin = bin;
        best.bins_left.clear();
        best.missing_left = missing_left;
      };
      if (offer(left, leaf.total, floor, best))
        take(missing.weight == 0 && weight(left) > weight(leaf.total - left));
      if (missing.weight == 0 || last) continue;
      Sums with_missing = left;
      with_missing += missing;
      if (offer(with_missing, leaf.total, floor, best)) take(true);
    }
  }

  void find_categorical(const Leaf& leaf, std::size_t j, double floor, Split& best) const {
    const Sums* cells = leaf.histogram.data() + offsets_[j];
    const int n_bins = data_.columns[j].n_bins;
    // Missing values take part as one more category; categories with little weight stay on the
    // right.
    std::vector<int> order;
    for (int bin = 0; bin <= n_bins; ++bin)
      if (cells[bin].weight > 0 &&
          weight(cells[bin]) >= std::min(least_category, weight(leaf.total) / 4))
        order.push_back(bin);
    const auto key = [&](int bin) {
      return gradient(cells[bin]) / (hessian(cells[bin]) + category_smoothing);
    };
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return key(a) < key(b); });
    for (const bool reversed : {false, true}) {
      Sums left;
      for (std::size_t i = 0; i < order.size(); ++i) {
        left += cells[order[i]];
        if (!offer(left, leaf.total, floor, best)) continue;
        best.feature = static_cast<int>(j);
        best.bins_left.assign(static_cast<std::size_t>(n_bins) + 1, 0);
        for (std::size_t k = 0; k <= i; ++k) best.bins_left[static_cast<std::size_t>(order[k])] = 1;
        best.missing_left = cells[n_bins].weight > 0
                                ? best.bins_left[static_cast<std::size_t>(n_bins)] == 1
                                : weight(left) > weight(leaf.total - left);
      }
      if (!reversed) std::reverse(order.begin(), order.end());
    }
  }

  void find_split(Leaf& leaf) {
    leaf.split = {};
    if (params_.max_depth && leaf.depth >= *params_.max_depth) return;
    if (weight(leaf.total) < 2.0 * params_.min_samples_leaf) return;
    // Gains below the rounding of the scores themselves are none.
    const double floor = std::max(params_.min_split_gain, 1e-12 * score(leaf.total));
    std::vector<Split> found(data_.columns.size());
    parallel_for(context_, static_cast<Index>(found.size()), grain(leaf.end - leaf.begin),
                 [&](Index begin, Index end) {
                   for (Index j = begin; j < end; ++j) {
                     Split& split = found[static_cast<std::size_t>(j)];
                     if (data_.columns[static_cast<std::size_t>(j)].categorical) {
                       find_categorical(leaf, static_cast<std::size_t>(j), floor, split);
                     } else {
                       find_numeric(leaf, static_cast<std::size_t>(j), floor, split);
                     }
                   }
                 });
    candidates_ += n_cells_;
    for (Split& split : found)
      if (split.feature >= 0 && split.gain > leaf.split.gain) leaf.split = std::move(split);
  }

  bool goes_left(const Split& split, const ColumnBins& column, std::uint8_t bin) const {
    if (bin == column.n_bins) return split.missing_left;
    return column.categorical ? split.bins_left[bin] != 0 : bin <= split.last_bin;
  }

  void add_node(const Leaf& leaf) {
    TreeNode node;
    node.cover = hessian(leaf.total);
    node.weight = weight(leaf.total);
    tree_.nodes.push_back(node);
    const double h = std::max(node.cover + params_.l2_regularization, 1e-300);
    tree_.values.push_back(-gradient(leaf.total) / h * params_.learning_rate);
  }

  void write_split(const Leaf& leaf, int left) {
    const Split& split = leaf.split;
    const ColumnBins& column = data_.columns[static_cast<std::size_t>(split.feature)];
    TreeNode& node = tree_.nodes[static_cast<std::size_t>(leaf.node)];
    node.feature = split.feature;
    node.gain = split.gain;
    node.missing_left = split.missing_left;
    node.left = left;
    node.right = left + 1;
    if (!column.categorical) {
      node.threshold = split.last_bin < column.n_bins - 1
                           ? column.edges[static_cast<std::size_t>(split.last_bin)]
                           : std::numeric_limits<double>::max();
      return;
    }
    node.categories = static_cast<int>(tree_.sets.size());
    std::vector<std::uint8_t> set;
    for (const std::uint8_t bin : column.bin_of_category)
      set.push_back(bin == column.n_bins ? std::uint8_t{2} : split.bins_left[bin]);
    tree_.sets.push_back(std::move(set));
  }

  void divide(Leaf parent, std::vector<Leaf>& leaves) {
    const auto first = static_cast<int>(tree_.nodes.size());
    write_split(parent, first);
    const ColumnBins& column = data_.columns[static_cast<std::size_t>(parent.split.feature)];
    const std::uint8_t* bins = data_.column(static_cast<std::size_t>(parent.split.feature));
    std::size_t next_left = parent.begin, n_right = 0;
    Leaf left, right;
    for (std::size_t i = parent.begin; i < parent.end; ++i) {
      const std::int32_t row = rows_[i];
      if (goes_left(parent.split, column, bins[row])) {
        rows_[next_left++] = row;
        left.total += sums_of(row);
      } else {
        buffer_[n_right++] = row;
      }
    }
    std::copy_n(buffer_.begin(), n_right, rows_.begin() + static_cast<std::ptrdiff_t>(next_left));
    right.total = parent.total - left.total;
    left.node = first;
    right.node = first + 1;
    left.depth = right.depth = parent.depth + 1;
    left.begin = parent.begin;
    left.end = right.begin = next_left;
    right.end = parent.end;
    add_node(left);
    add_node(right);
    // Only the smaller child is counted; the other is what remains.
    const bool left_smaller = left.end - left.begin <= right.end - right.begin;
    Leaf& smaller = left_smaller ? left : right;
    Leaf& larger = left_smaller ? right : left;
    build(smaller);
    larger.histogram = std::move(parent.histogram);
    for (std::size_t i = 0; i < n_cells_; ++i)
      larger.histogram[i] = larger.histogram[i] - smaller.histogram[i];
    find_split(left);
    find_split(right);
    leaves.push_back(std::move(left));
    leaves.push_back(std::move(right));
  }

  const BinnedData& data_;
  const FixedPoint& sums_;
  std::vector<std::int32_t> rows_, buffer_;
  const GradientBoostingParams& params_;
  const Context& context_;
  std::vector<std::size_t> offsets_;
  std::size_t n_cells_ = 0;
  Tree tree_;
  std::uint64_t updates_ = 0, candidates_ = 0;
};

struct Scale {
  int bits = 40;         // of the largest value per unit of weight
  int weight_shift = 0;  // weights are multiplied by this power of two
};

/// Values per unit weight as multiples of a power of two, times the weight. A whole weight gives
/// exactly that many times the integer of weight 1, so that weights equal repeated rows. Returns
/// the unit of the sums.
double quantise(const Vector& values, const Vector& weights, const std::vector<std::int32_t>& rows,
                const Scale& scale, std::vector<std::int64_t>& out) {
  double largest = 0;
  for (const std::int32_t row : rows) largest = std::max(largest, std::abs(values(row)));
  const int exponent = largest > 0 ? std::ilogb(largest) + 1 : 0;
  out.assign(static_cast<std::size_t>(values.size()), 0);
  for (const std::int32_t row : rows) {
    const double units = std::nearbyint(std::ldexp(values(row), scale.bits - exponent));
    const double weight = std::ldexp(weights(row), scale.weight_shift);
    out[static_cast<std::size_t>(row)] = static_cast<std::int64_t>(std::nearbyint(units * weight));
  }
  return std::ldexp(1.0, exponent - scale.bits - scale.weight_shift);
}

}  // namespace

FixedPoint to_fixed_point(const Vector& gradients, const Vector& hessians, const Vector& weights,
                          const std::vector<std::int32_t>& rows) {
  double total = 0;
  for (const std::int32_t row : rows) total += weights(row);
  // Very small and very large weights are brought into range by a power of two; others stay as they
  // are, so that whole weights stay whole.
  const int magnitude = std::ilogb(total) + 1;
  const int shift = magnitude < 1 || magnitude > 40 ? 20 - magnitude : 0;
  const int bits = std::min(40, 61 - (magnitude + shift));
  FixedPoint result;
  result.gradient_unit = quantise(gradients, weights, rows, {bits, shift}, result.gradients);
  result.hessian_unit = quantise(hessians, weights, rows, {bits, shift}, result.hessians);
  result.weight_unit = quantise(Vector::Ones(weights.size()), weights, rows,
                                {std::min(bits, 30), shift}, result.weights);
  return result;
}

Tree grow_tree(const BinnedData& data, const FixedPoint& sums, std::vector<std::int32_t> rows,
               const GradientBoostingParams& params, const Context& context,
               Eigen::Ref<Vector> scores) {
  return Grower(data, sums, std::move(rows), params, context).grow(scores);
}

}  // namespace grove
