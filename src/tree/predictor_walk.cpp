#include "tree/predictor_walk.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace grove {

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr std::uint32_t no_category = 0xffffffffu;

/// The same row for every place of a walk.
struct OneRow {
  const double* row;
  const double* operator[](Index) const { return row; }
};

}  // namespace

WalkTrees::WalkTrees(const TreeEnsemble& ensemble) {
  add_set({}, true);
  slot_of(0, Missing::right);  // of the leaves
  const auto a_round = static_cast<std::size_t>(ensemble.trees_a_round());
  for (std::size_t t = 0; t < ensemble.trees.size(); ++t)
    lay_out(ensemble.trees[t], static_cast<std::int32_t>(t % a_round));
}

std::uint32_t WalkTrees::add_set(const std::vector<std::uint8_t>& sides, bool missing_left) {
  const std::size_t n = sides.size();
  sets_.push_back({static_cast<std::uint32_t>(words_.size()), static_cast<std::uint32_t>(n)});
  words_.resize(words_.size() + n / 32 + 1, 0);
  std::uint32_t* const words = words_.data() + sets_.back().first_word;
  for (std::size_t code = 0; code <= n; ++code) {
    const bool left = code == n || sides[code] == 2 ? missing_left : sides[code] == 1;
    if (!left) words[code / 32] |= 1u << (code % 32);
  }
  return static_cast<std::uint32_t>(sets_.size() - 1);
}

std::uint32_t WalkTrees::slot_of(int feature, Missing missing) {
  const auto [at, is_new] =
      slot_places_.try_emplace({feature, missing}, static_cast<std::uint32_t>(slots_.size()));
  if (!is_new) return at->second;
  const bool is_category = missing == Missing::category;
  if (is_category) category_slots_.push_back(at->second);
  slots_.push_back({feature, is_category, missing == Missing::left ? -inf : inf});
  return at->second;
}

/// A category is kept in the bits of the double.
inline double WalkTrees::Slot::of(const double* row) const noexcept {
  const double x = row[feature];
  if (!is_category) return x == x ? x : missing;
  return std::bit_cast<double>(
      std::uint64_t{x >= 0 && x < no_category ? static_cast<std::uint32_t>(x) : no_category});
}

/// Level by level.
void WalkTrees::lay_out(const Tree& tree, std::int32_t output) {
  const auto root = static_cast<std::uint32_t>(links_.size());
  Header header{root, tree.n_outputs, output, -1, false, values_.size()};
  std::vector<int> order{0};
  for (std::size_t i = 0; i < order.size(); ++i) {
    const TreeNode& node = tree.nodes[static_cast<std::size_t>(order[i])];
    const auto here = root + static_cast<std::uint32_t>(i);
    std::uint32_t set = 0;
    if (node.left == 0) {
      thresholds_.push_back(inf);
      links_.push_back({0, here});
    } else {
      const auto left = root + static_cast<std::uint32_t>(order.size());
      order.push_back(node.left);
      order.push_back(node.right);
      const bool is_set = node.categories >= 0;
      if (is_set)
        set = add_set(tree.sets[static_cast<std::size_t>(node.categories)], node.missing_left);
      const Missing missing = is_set              ? Missing::category
                              : node.missing_left ? Missing::left
                                                  : Missing::right;
      thresholds_.push_back(is_set ? inf : node.threshold);
      links_.push_back({slot_of(node.feature, missing), left});
    }
    header.has_sets = header.has_sets || set != 0;
    set_of_.push_back(set);
    original_.push_back(order[i]);
    const double* const value = tree.value(order[i]);
    values_.insert(values_.end(), value, value + tree.n_outputs);
  }
  if (!tree.linear_leaves.empty()) {
    header.lines = static_cast<std::int32_t>(lines_.size());
    Tree lines;
    lines.values = tree.values;
    lines.linear_leaves = tree.linear_leaves;
    lines_.push_back(std::move(lines));
  }
  any_sets_ = any_sets_ || header.has_sets;
  trees_.push_back(header);
}

void WalkTrees::prepare(const double* row, double* values) const noexcept {
  double* value = values;
  for (const Slot& slot : slots_) {
    const double x = row[slot.feature];
    *value++ = x == x ? x : slot.missing;
  }
  for (const std::uint32_t s : category_slots_) values[s] = slots_[s].of(row);
}

template <bool prepared, bool with_sets>
inline std::uint32_t WalkTrees::step(std::uint32_t at, const double* row) const noexcept {
  const Link link = links_[at];
  const double x = prepared ? row[link.slot] : slots_[link.slot].of(row);
  auto right = static_cast<std::uint32_t>(x > thresholds_[at]);
  if constexpr (with_sets) {
    // A node without a set has the empty one, whose only bit is 0.
    const Set set = sets_[set_of_[at]];
    const auto category = static_cast<std::uint32_t>(std::bit_cast<std::uint64_t>(x));
    const std::uint32_t code = std::min(category, set.n_codes);
    right |= words_[set.first_word + code / 32] >> (code % 32) & 1;
  }
  return link.left + right;
}

template <bool prepared, bool with_sets, class Rows>
inline void WalkTrees::walk(std::uint32_t (&at)[width], const Rows& rows) const noexcept {
  std::uint32_t places[width];
  std::copy(at, at + width, places);
  std::uint32_t moved = 1;
  while (moved != 0) {
#pragma GCC unroll 8
    for (Index j = 0; j < width; ++j) places[j] = step<prepared, with_sets>(places[j], rows[j]);
#pragma GCC unroll 8
    for (Index j = 0; j < width; ++j) places[j] = step<prepared, with_sets>(places[j], rows[j]);
    moved = 0;
#pragma GCC unroll 8
    for (Index j = 0; j < width; ++j) {
      const std::uint32_t next = step<prepared, with_sets>(places[j], rows[j]);
      moved |= next ^ places[j];
      places[j] = next;
    }
  }
  std::copy(places, places + width, at);
}

template <class Rows>
void WalkTrees::walk(bool with_sets, std::uint32_t (&at)[width], const Rows& rows) const noexcept {
  if (fits_slots())
    with_sets ? walk<true, true>(at, rows) : walk<true, false>(at, rows);
  else
    with_sets ? walk<false, true>(at, rows) : walk<false, false>(at, rows);
}

/// The last of the rows stands for those beyond it.
template <class Visit>
void WalkTrees::visit_leaves(const Header& tree, const double* x, Index x_stride,
                             const double* prepared, Index n, Visit&& visit) const {
  const Index stride = fits_slots() ? n_slots() : x_stride;
  const double* const from = fits_slots() ? prepared : x;
  for (Index i = 0; i < n; i += width) {
    std::uint32_t at[width];
    const double* rows[width];
    for (Index j = 0; j < width; ++j) {
      rows[j] = from + std::min(i + j, n - 1) * stride;
      at[j] = tree.root;
    }
    walk(tree.has_sets, at, rows);
    for (Index j = 0; j < std::min(width, n - i); ++j) visit(i + j, at[j]);
  }
}

inline void WalkTrees::add_answer(const Header& tree, std::uint32_t at, const double* row,
                                  double* scores, Index stride) const noexcept {
  if (tree.lines >= 0) {
    scores[tree.output * stride] +=
        lines_[static_cast<std::size_t>(tree.lines)].answer(original_[at], row);
    return;
  }
  const auto n_outputs = static_cast<std::size_t>(tree.n_outputs);
  const double* const value = values_.data() + tree.first_value + (at - tree.root) * n_outputs;
  if (n_outputs == 1) {
    scores[tree.output * stride] += *value;
    return;
  }
  for (Index k = 0; k < tree.n_outputs; ++k) scores[k * stride] += value[k];
}

void WalkTrees::add_row(const double* row, Index first, Index end, double* scores) const noexcept {
  double values[most_slots];
  if (fits_slots()) prepare(row, values);
  const OneRow rows{fits_slots() ? values : row};
  for (Index t = first; t < end; t += width) {
    std::uint32_t at[width];
    const Index n = std::min(width, end - t);
    for (Index j = 0; j < width; ++j)
      at[j] = trees_[static_cast<std::size_t>(t + std::min(j, n - 1))].root;
    walk(any_sets_, at, rows);
    for (Index j = 0; j < n; ++j)
      add_answer(trees_[static_cast<std::size_t>(t + j)], at[j], row, scores, 1);
  }
}

void WalkTrees::add_tree(Index tree, const double* x, Index x_stride, const double* prepared,
                         Index n, double* scores, Index stride) const {
  const Header& header = trees_[static_cast<std::size_t>(tree)];
  visit_leaves(header, x, x_stride, prepared, n, [&](Index i, std::uint32_t at) {
    add_answer(header, at, x + i * x_stride, scores + i, stride);
  });
}

void WalkTrees::find_leaves(Index tree, const double* x, Index x_stride, const double* prepared,
                            Index n, int* leaves, Index stride) const {
  visit_leaves(trees_[static_cast<std::size_t>(tree)], x, x_stride, prepared, n,
               [&](Index i, std::uint32_t at) { leaves[i * stride] = original_[at]; });
}

}  // namespace grove
