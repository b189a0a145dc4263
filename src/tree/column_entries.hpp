#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "tree/rank_table.hpp"

namespace grove {

/// The rows of a node in the order of one column.
template <class Statistics>
class ColumnEntries {
 public:
  using Item = typename Statistics::Item;
  using Cell = typename Statistics::Cell;
  using Sums = typename Statistics::Sums;
  struct Entry {
    std::uint32_t rank;
    Cell cell;
  };

  ColumnEntries(const Statistics& statistics, const RankTable& columns, std::size_t n_items)
      : statistics_(statistics), entries_(n_items), missing_(statistics.none()) {
    std::uint32_t largest = 0;
    for (const RankedColumn& column : columns) largest = std::max(largest, column.n_ranks + 1);
    occupied_.assign(largest / 64 + 1, 0);
    slots_.resize(largest);
  }

  /// Sorts by rank; several entries may share one. Rows with a missing value are summed apart.
  void collect(const RankedColumn& column, std::span<const Item> items) {
    column.visit([&](const auto* ranks) {
      if (column.n_ranks < 64 || column.n_ranks <= (items.size() < 24 ? 4 : 128) * items.size()) {
        scatter(ranks, column.n_ranks, items);
      } else {
        sort(ranks, items);
      }
    });
    missing_ = statistics_.none();
    while (n_entries_ > 0 && entries_[n_entries_ - 1].rank == column.n_ranks)
      statistics_.add(missing_, entries_[--n_entries_].cell);
  }

  std::span<Entry> entries() { return {entries_.data(), n_entries_}; }
  const Sums& missing() const { return missing_; }
  bool has_missing() const { return statistics_.weight(missing_) > 0; }
  bool is_constant() const {
    return n_entries_ == 0 || (entries_[0].rank == entries_[n_entries_ - 1].rank && !has_missing());
  }

 private:
  /// What rows leave at their rank: the sum of their cells, or their number.
  using Slot = std::conditional_t<Statistics::cells_add, Cell, std::uint32_t>;

  template <class Rank>
  void sort(const Rank* ranks, std::span<const Item> items) {
    n_entries_ = items.size();
    for (std::size_t i = 0; i < items.size(); ++i)
      entries_[i] = {ranks[items[i].row], Statistics::cell(items[i])};
    const auto by_rank = [](const Entry& a, const Entry& b) { return a.rank < b.rank; };
    if (items.size() > 24) {
      std::sort(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(n_entries_),
                by_rank);
      return;
    }
    for (std::size_t i = 1; i < n_entries_; ++i) {
      const Entry entry = entries_[i];
      std::size_t at = i;
      for (; at > 0 && entries_[at - 1].rank > entry.rank; --at) entries_[at] = entries_[at - 1];
      entries_[at] = entry;
    }
  }

  template <class Rank>
  std::uint32_t drop(const Rank* ranks, const Item& item) {
    const std::uint32_t rank = ranks[item.row];
    if constexpr (Statistics::cells_add) {
      slots_[rank] += Statistics::cell(item);
    } else {
      ++slots_[rank];
    }
    return rank;
  }

  /// Turns the slot of a rank into an entry, or into the place of the first of its entries.
  void pick_up(std::uint32_t rank) {
    if constexpr (Statistics::cells_add) {
      entries_[n_entries_++] = {rank, slots_[rank]};
      slots_[rank] = {};
    } else {
      const std::uint32_t count = slots_[rank];
      slots_[rank] = static_cast<std::uint32_t>(n_entries_);
      n_entries_ += count;
    }
  }
  void pick_up(std::uint32_t first, std::uint64_t bits) {
    for (; bits != 0; bits &= bits - 1)
      pick_up(first + static_cast<std::uint32_t>(std::countr_zero(bits)));
  }
  bool is_empty(std::uint32_t rank) const {
    if constexpr (Statistics::cells_add) {
      return Statistics::weight(slots_[rank]) == 0;
    } else {
      return slots_[rank] == 0;
    }
  }

  /// Sums by rank, then the ranks that occur in order: known from one word of bits, from looking at
  /// each, or from as many words as it takes.
  template <class Rank>
  void scatter(const Rank* ranks, std::uint32_t n_ranks, std::span<const Item> items) {
    n_entries_ = 0;
    if (n_ranks < 64) {
      std::uint64_t bits = 0;
      for (const Item& item : items) bits |= std::uint64_t{1} << drop(ranks, item);
      pick_up(0, bits);
    } else if (n_ranks <= items.size()) {
      for (const Item& item : items) drop(ranks, item);
      for (std::uint32_t rank = 0; rank <= n_ranks; ++rank)
        if (!is_empty(rank)) pick_up(rank);
    } else {
      for (const Item& item : items) {
        const std::uint32_t rank = drop(ranks, item);
        occupied_[rank / 64] |= std::uint64_t{1} << (rank % 64);
      }
      for (std::uint32_t word = 0; word <= n_ranks / 64; ++word)
        pick_up(word * 64, std::exchange(occupied_[word], 0));
    }
    if constexpr (!Statistics::cells_add) {
      for (const Item& item : items) {
        const std::uint32_t rank = ranks[item.row];
        entries_[slots_[rank]++] = {rank, Statistics::cell(item)};
      }
      for (const Entry& entry : entries()) slots_[entry.rank] = 0;
    }
  }

  const Statistics& statistics_;
  std::vector<Entry> entries_;
  std::size_t n_entries_ = 0;
  Sums missing_;
  std::vector<Slot> slots_;  // by rank; 0 between calls
  std::vector<std::uint64_t> occupied_;
};

}  // namespace grove
