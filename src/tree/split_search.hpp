#pragma once

#include <cmath>
#include <limits>
#include <optional>

#include "tree/cart_statistics.hpp"
#include "tree/column_entries.hpp"

namespace grove {

/// How a node is divided.
template <class Sums>
struct CartSplit {
  double score = -std::numeric_limits<double>::infinity();
  std::size_t column = 0;
  double threshold = 0;
  std::uint32_t cut = 0;  // numeric: the last rank that goes left
  std::vector<std::uint32_t> left_codes = {};
  bool missing_left = false;
  bool has_missing = false;  // else the heavier side takes them
  Sums left = {};
};

/// Looks for the best split of a node on one column after another.
template <class Statistics>
class SplitSearch {
 public:
  using Item = typename Statistics::Item;
  using Sums = typename Statistics::Sums;
  using Entries = ColumnEntries<Statistics>;
  using Entry = typename Entries::Entry;
  using Split = CartSplit<Sums>;

  SplitSearch(const Statistics& statistics, const RankTable& columns, SplitRule rule,
              std::size_t n_items)
      : statistics_(statistics),
        columns_(columns),
        rule_(rule),
        entries_(statistics, columns, n_items),
        ranks_(rule == SplitRule::random ? n_items : 0),
        left_(statistics.none()),
        right_(statistics.none()) {}

  /// What each side of a split needs.
  void set_least_weight(std::int64_t weight) { least_weight_ = weight; }

  /// Betters `best`, where column `j` has a better split. False if the column is constant.
  bool look_at(std::size_t j, std::span<const Item> items, const Sums& total, Rng& rng,
               Split& best) {
    const RankedColumn& column = columns_[j];
    if (rule_ == SplitRule::random && !column.categorical)
      return look_at_random(j, items, total, rng, best);
    entries_.collect(column, items);
    if (entries_.is_constant()) return false;
    if (column.categorical) order_categories(total, rng);
    const std::span<const Entry> entries = entries_.entries();
    const double old_score = best.score;
    std::size_t last = 0;
    const bool random = rule_ == SplitRule::random;
    const std::size_t only = random ? random_cut(entries, rng) : entries.size();
    const auto sweep_all = [&](bool missing_left) {
      if (const auto found = sweep(entries, total, missing_left, only, best)) last = *found;
    };
    sweep_all(false);
    if (entries_.has_missing()) sweep_all(true);
    if (!(best.score > old_score)) return true;
    best.column = j;
    best.has_missing = entries_.has_missing();
    if (column.categorical) {
      best.left_codes.clear();
      for (std::size_t i = 0; i <= last; ++i)
        if (i == 0 || entries[i].rank != entries[i - 1].rank)
          best.left_codes.push_back(categories_[entries[i].rank].code);
    } else {
      best.cut = entries[last].rank;
      best.threshold = last + 1 == entries.size() ? std::numeric_limits<double>::max()
                                                  : half_way(column.values[best.cut],
                                                             column.values[entries[last + 1].rank]);
    }
    return true;
  }

 private:
  struct Category {
    std::uint32_t code;
    double key;
  };

  /// A value m with a <= m < b, half-way where that can be told apart.
  static double half_way(double a, double b) {
    const double middle = a / 2 + b / 2;
    return middle >= a && middle < b ? middle : a;
  }

  /// Tries the cuts behind each rank (or behind entry `only`); the place of the best that betters
  /// `best`.
  std::optional<std::size_t> sweep(std::span<const Entry> entries, const Sums& total,
                                   bool missing_left, std::size_t only, Split& best) {
    std::optional<std::size_t> found;
    left_ = missing_left ? entries_.missing() : statistics_.none();
    right_ = total;
    if (missing_left) statistics_.subtract(right_, entries_.missing());
    const bool all_may_go_left = entries_.has_missing() && !missing_left;
    const std::size_t end = all_may_go_left ? entries.size() : entries.size() - 1;
    for (std::size_t i = 0; i < end; ++i) {
      statistics_.add(left_, entries[i].cell);
      statistics_.remove(right_, entries[i].cell);
      if (i + 1 < entries.size() && entries[i + 1].rank == entries[i].rank) continue;
      if (statistics_.weight(left_) < least_weight_) continue;
      if (statistics_.weight(right_) < least_weight_) break;
      if (only < entries.size() && i != only) continue;
      const double score = statistics_.score(left_, right_);
      if (!(score > best.score)) continue;
      best.score = score;
      best.missing_left = missing_left;
      best.left = left_;
      found = i;
    }
    return found;
  }

  /// Gives the categories of the node new ranks: by their key, or at random.
  void order_categories(const Sums& total, Rng& rng) {
    const std::span<Entry> entries = entries_.entries();
    const int main_class = statistics_.main_class(total);
    categories_.clear();
    for (std::size_t i = 0; i < entries.size();) {
      const std::uint32_t code = entries[i].rank;
      Sums sums = statistics_.none();
      for (; i < entries.size() && entries[i].rank == code; ++i)
        statistics_.add(sums, entries[i].cell);
      categories_.push_back({code, statistics_.category_key(sums, main_class)});
    }
    if (rule_ == SplitRule::random) {
      rng.shuffle(categories_);
    } else {
      std::stable_sort(categories_.begin(), categories_.end(),
                       [](const Category& a, const Category& b) { return a.key < b.key; });
    }
    place_of_code_.resize(std::max(place_of_code_.size(), std::size_t{entries.back().rank} + 1));
    for (std::size_t i = 0; i < categories_.size(); ++i)
      place_of_code_[categories_[i].code] = static_cast<std::uint32_t>(i);
    for (Entry& entry : entries) entry.rank = place_of_code_[entry.rank];
    std::stable_sort(entries.begin(), entries.end(),
                     [](const Entry& a, const Entry& b) { return a.rank < b.rank; });
  }

  /// The last entry of a random rank but the last one, which is among them if missing values can be
  /// set apart.
  std::size_t random_cut(std::span<const Entry> entries, Rng& rng) const {
    const auto n_ranks = static_cast<Index>(categories_.size());
    const Index n_cuts =
        std::max<Index>(1, entries_.has_missing() && n_ranks == 1 ? 1 : n_ranks - 1);
    const auto rank = static_cast<std::uint32_t>(rng.below(n_cuts));
    std::size_t at = 0;
    while (at + 1 < entries.size() && entries[at + 1].rank <= rank) ++at;
    return at;
  }

  /// Ranks of the rows in a numeric column, and which there are.
  struct RankRange {
    std::uint32_t low, high;
    bool has_missing;
  };
  RankRange read_ranks(const RankedColumn& column, std::span<const Item> items) {
    return column.visit([&](const auto* ranks) {
      RankRange range{column.n_ranks, 0, false};
      for (std::size_t i = 0; i < items.size(); ++i) {
        const std::uint32_t rank = ranks[items[i].row];
        ranks_[i] = rank;
        range.low = std::min(range.low, rank);
        range.high = std::max(range.high, rank == column.n_ranks ? 0 : rank);
        range.has_missing |= rank == column.n_ranks;
      }
      return range;
    });
  }

  bool look_at_random(std::size_t j, std::span<const Item> items, const Sums& total, Rng& rng,
                      Split& best) {
    const RankedColumn& column = columns_[j];
    const auto [low, high, has_missing] = read_ranks(column, items);
    if (low == column.n_ranks || (low == high && !has_missing)) return false;
    const double bottom = column.values[low], top = column.values[high];
    const double share = rng.uniform();
    double threshold = bottom * (1 - share) + top * share;
    if (!(threshold >= bottom && threshold < top)) threshold = bottom;
    if (low == high) threshold = std::numeric_limits<double>::max();
    const auto above =
        std::upper_bound(column.values.begin() + low, column.values.begin() + high + 1, threshold);
    const auto cut = static_cast<std::uint32_t>(above - column.values.begin() - 1);
    for (const bool missing_left : {false, true}) {
      if (missing_left && (!has_missing || low == high)) continue;
      left_ = statistics_.none();
      const std::uint32_t also_left = missing_left ? column.n_ranks : cut;
      for (std::size_t i = 0; i < items.size(); ++i)
        statistics_.add_if(ranks_[i] <= cut || ranks_[i] == also_left, left_,
                           Statistics::cell(items[i]));
      right_ = total;
      statistics_.subtract(right_, left_);
      if (statistics_.weight(left_) < least_weight_ || statistics_.weight(right_) < least_weight_)
        continue;
      const double score = statistics_.score(left_, right_);
      if (score > best.score)
        best = {score, j, threshold, cut, {}, missing_left, has_missing, left_};
    }
    return true;
  }

  const Statistics& statistics_;
  const RankTable& columns_;
  SplitRule rule_;
  std::int64_t least_weight_ = 1;
  Entries entries_;
  std::vector<std::uint32_t> ranks_;
  Sums left_, right_;
  std::vector<Category> categories_;
  std::vector<std::uint32_t> place_of_code_;
};

}  // namespace grove
