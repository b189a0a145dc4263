#include "tree/cart.hpp"

#include <algorithm>
#include <numeric>

#include "tree/pruning.hpp"
#include "tree/split_search.hpp"

namespace grove {

namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

/// Weights, in whole units, that nodes and leaves need.
struct NodeLimits {
  std::int64_t node = 1;
  std::int64_t leaf = 1;
};

/// Whole weights count rows; others are taken for a mean of 1 per row. The least admissible counts
/// (2 and 1) set no limit.
NodeLimits limits_of(const CartParams& params, bool whole_weights, double weight, double n_rows) {
  const double row = whole_weights ? 1 : weight / n_rows;
  const auto rows = [&](int count, int no_limit) {
    return count == no_limit ? 1 : static_cast<std::int64_t>(std::ceil(count * row));
  };
  NodeLimits limits;
  limits.leaf = std::max(rows(params.min_samples_leaf, 1),
                         static_cast<std::int64_t>(std::ceil(params.min_weight_fraction_leaf *
                                                             weight * (1 - 2 * epsilon))));
  limits.leaf = std::max(limits.leaf, std::int64_t{1});
  limits.node = rows(params.min_samples_split, 2);
  return limits;
}

template <class Statistics>
class Grower final : public CartGrower {
 public:
  Grower(std::string_view who, const RankTable& columns, const CartTarget& target,
         const CartParams& params)
      : who_(who),
        columns_(columns),
        target_(target),
        params_(params),
        statistics_(target, params.impurity),
        buffer_(target.weights.size()),
        all_(statistics_.none()),
        search_(statistics_, columns, params.splitter, target.weights.size()),
        order_(columns.size()),
        n_words_(columns.size() / 64 + 1) {
    grown_.tree.n_outputs = target.n_outputs();
  }

  GrownTree grow(std::span<const std::uint32_t> multiplicities, const Rng& rng,
                 const Context& context) override {
    start(multiplicities, rng);
    add_node(0, items_.size(), 0, all_, 0);
    for (int n_leaves = 1; !open_.empty() && n_leaves < params_.max_leaf_nodes; ++n_leaves) {
      if (n_leaves % 128 == 1) context.check_stop(who_);
      expand(next());
    }
    context.count(work::split_candidates, n_candidates_);
    return prune(grown_, params_.ccp_alpha);
  }

 private:
  using Item = typename Statistics::Item;
  using Sums = typename Statistics::Sums;
  using Split = CartSplit<Sums>;

  /// A node whose split is found and not yet made.
  struct Open {
    std::size_t node, begin, end;
    int depth;
    double gain;
    Sums sums;
    Split split;
  };

  /// Forgets the last tree and takes the rows of the next.
  void start(std::span<const std::uint32_t> multiplicities, const Rng& rng) {
    rng_ = rng;
    items_.clear();
    all_ = statistics_.none();
    const auto n_rows = static_cast<std::uint32_t>(target_.weights.size());
    for (std::uint32_t row = 0; row < n_rows; ++row) {
      const std::uint32_t times = multiplicities.empty() ? 1 : multiplicities[row];
      if (times == 0 || target_.weights[row] == 0) continue;
      items_.push_back(statistics_.item(row, times));
      statistics_.add(all_, Statistics::cell(items_.back()));
    }
    limits_ =
        limits_of(params_, target_.whole_weights, static_cast<double>(statistics_.weight(all_)),
                  static_cast<double>(items_.size()));
    search_.set_least_weight(limits_.leaf);
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    constants_.assign(n_words_, 0);
    open_.clear();
    grown_.tree.nodes.clear();
    grown_.tree.values.clear();
    grown_.tree.sets.clear();
    grown_.risks.clear();
    n_candidates_ = 0;
  }

  std::span<const Item> items(std::size_t begin, std::size_t end) const {
    return {items_.data() + begin, end - begin};
  }

  /// Adds a node, and puts it into the queue if it has a split.
  int add_node(std::size_t begin, std::size_t end, int depth, const Sums& sums,
               std::size_t parent) {
    const std::size_t node = grown_.tree.nodes.size();
    const double effective = statistics_.effective(sums);
    const double impurity = statistics_.impurity(sums, items(begin, end));
    grown_.tree.nodes.push_back(
        {.cover = effective,
         .weight = static_cast<double>(statistics_.weight(sums)) * target_.weight_unit});
    const auto n_outputs = static_cast<std::size_t>(grown_.tree.n_outputs);
    grown_.tree.values.resize((node + 1) * n_outputs);
    statistics_.answer(sums, grown_.tree.values.data() + node * n_outputs);
    grown_.risks.push_back(impurity * effective / statistics_.effective(all_));
    constants_.resize((node + 1) * n_words_);  // what is constant in the parent is so here
    std::copy_n(constants_.data() + parent * n_words_, n_words_,
                constants_.data() + node * n_words_);
    if (depth >= params_.max_depth || statistics_.weight(sums) < limits_.node ||
        statistics_.weight(sums) < 2 * limits_.leaf || impurity <= epsilon)
      return static_cast<int>(node);
    Open open{node, begin, end, depth, 0, sums, find_split(node, items(begin, end), sums)};
    if (open.split.score == -std::numeric_limits<double>::infinity()) return static_cast<int>(node);
    Sums right = sums;
    statistics_.subtract(right, open.split.left);
    open.gain = statistics_.gain(open.split.left, right);
    if (open.gain / statistics_.effective(all_) + epsilon >= params_.min_impurity_decrease)
      push(std::move(open));
    return static_cast<int>(node);
  }

  bool best_first() const { return params_.max_leaf_nodes < std::numeric_limits<int>::max(); }
  static bool comes_later(const Open& a, const Open& b) {
    return a.gain != b.gain ? a.gain < b.gain : a.node > b.node;
  }
  void push(Open open) {
    open_.push_back(std::move(open));
    if (best_first()) std::push_heap(open_.begin(), open_.end(), comes_later);
  }
  Open next() {
    if (best_first()) std::pop_heap(open_.begin(), open_.end(), comes_later);
    Open open = std::move(open_.back());
    open_.pop_back();
    return open;
  }

  /// Looks at max_features columns drawn at random, at more only while all of them are constant.
  Split find_split(std::size_t node, std::span<const Item> node_items, const Sums& sums) {
    Split best;
    const std::size_t n_columns = columns_.size();
    const auto max_features = static_cast<std::size_t>(params_.max_features);
    bool found_one = false;
    for (std::size_t i = 0; i < n_columns && (i < max_features || !found_one); ++i) {
      if (max_features < n_columns)
        std::swap(
            order_[i],
            order_[i + static_cast<std::size_t>(rng_.below(static_cast<Index>(n_columns - i)))]);
      const std::size_t j = order_[i];
      std::uint64_t& word = constants_[node * n_words_ + j / 64];
      const std::uint64_t bit = std::uint64_t{1} << (j % 64);
      if ((word & bit) != 0) continue;
      n_candidates_ += node_items.size();
      if (search_.look_at(j, node_items, sums, rng_, best)) {
        found_one = true;
      } else {
        word |= bit;
      }
    }
    return best;
  }

  void expand(Open open) {
    const Split& split = open.split;
    const RankedColumn& column = columns_[split.column];
    Sums right = open.sums;
    statistics_.subtract(right, split.left);
    const bool missing_left = split.has_missing
                                  ? split.missing_left
                                  : statistics_.weight(split.left) > statistics_.weight(right);
    TreeNode& node = grown_.tree.nodes[open.node];
    node.feature = static_cast<int>(split.column);
    node.threshold = split.threshold;
    node.missing_left = missing_left;
    node.gain = open.gain;
    if (column.categorical) {
      node.categories = static_cast<int>(grown_.tree.sets.size());
      grown_.tree.sets.push_back(sides_of(open, column));
    }
    const std::size_t middle = partition(open, missing_left);
    const int left_child = add_node(open.begin, middle, open.depth + 1, split.left, open.node);
    const int right_child = add_node(middle, open.end, open.depth + 1, right, open.node);
    grown_.tree.nodes[open.node].left = left_child;
    grown_.tree.nodes[open.node].right = right_child;
  }

  /// For every category: left, right, or, if the node has no rows of it, where missing values go.
  std::vector<std::uint8_t> sides_of(const Open& open, const RankedColumn& column) const {
    std::vector<std::uint8_t> sides(column.n_ranks, 2);
    column.visit([&](const auto* ranks) {
      for (const Item& item : items(open.begin, open.end))
        if (ranks[item.row] < column.n_ranks) sides[ranks[item.row]] = 0;
    });
    for (const std::uint32_t code : open.split.left_codes) sides[code] = 1;
    return sides;
  }

  /// Rows that go left first, each side in its old order; the place of the first on the right.
  std::size_t partition(const Open& open, bool missing_left) {
    const RankedColumn& column = columns_[open.split.column];
    const auto divide = [&](const auto& goes_left) {
      std::size_t left = open.begin, right = 0;
      for (std::size_t i = open.begin; i < open.end; ++i) {
        const Item item = items_[i];
        const bool to_left = goes_left(item.row);
        items_[left] = item;
        buffer_[right] = item;
        left += to_left ? 1 : 0;
        right += to_left ? 0 : 1;
      }
      std::copy_n(buffer_.begin(), right, items_.begin() + static_cast<std::ptrdiff_t>(left));
      return left;
    };
    return column.visit([&](const auto* ranks) {
      if (!column.categorical) {
        const std::uint32_t cut = open.split.cut;
        const std::uint32_t missing = missing_left ? column.n_ranks : cut;
        return divide(
            [=](std::uint32_t row) { return ranks[row] <= cut || ranks[row] == missing; });
      }
      std::vector<std::uint8_t> left(column.n_ranks + 1, 0);
      for (const std::uint32_t code : open.split.left_codes) left[code] = 1;
      left[column.n_ranks] = missing_left ? 1 : 0;
      return divide([&](std::uint32_t row) { return left[ranks[row]] != 0; });
    });
  }

  std::string_view who_;
  const RankTable& columns_;
  const CartTarget& target_;
  const CartParams params_;
  Rng rng_;
  Statistics statistics_;
  std::vector<Item> items_, buffer_;
  Sums all_;
  NodeLimits limits_;
  SplitSearch<Statistics> search_;
  std::vector<std::size_t> order_;  // columns, as they were drawn last
  std::size_t n_words_;
  std::vector<std::uint64_t> constants_;  // n_words_ per node: a bit per constant column
  std::vector<Open> open_;
  GrownTree grown_;
  std::uint64_t n_candidates_ = 0;
};

}  // namespace

std::unique_ptr<CartGrower> cart_grower(std::string_view who, const RankTable& columns,
                                        const CartTarget& target, const CartParams& params) {
  if (target.labels == nullptr)
    return std::make_unique<Grower<RealStatistics>>(who, columns, target, params);
  if (target.whole_weights && target.n_outputs() <= 2)
    return std::make_unique<Grower<BinaryStatistics>>(who, columns, target, params);
  return std::make_unique<Grower<ClassStatistics>>(who, columns, target, params);
}

}  // namespace grove
