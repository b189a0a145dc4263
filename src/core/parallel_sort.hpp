#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "core/buffer.hpp"
#include "grove/core/parallel.hpp"

namespace grove {

/// Sorts by key(item), an unsigned 64-bit integer, stably and on all threads: least significant
/// digit first, digits that all items share are skipped. O(n) time, n items of scratch.
template <class Item, class Key>
void parallel_sort(Buffer<Item>& items, const Key& key, const Context& context) {
  constexpr Index grain = Index{1} << 15;
  constexpr int digit_bits = 11;
  constexpr std::size_t buckets = std::size_t{1} << digit_bits;
  const auto n = static_cast<Index>(items.size());
  if (n < 1500) {
    std::stable_sort(items.begin(), items.end(),
                     [&](const Item& a, const Item& b) { return key(a) < key(b); });
    return;
  }
  struct Range {
    std::uint64_t all, any;  // bits that every key, or some key, has
  };
  const Range bits = parallel_reduce(
      context, n, grain, Range{~std::uint64_t{0}, 0},
      [&](Index begin, Index end) {
        Range range{~std::uint64_t{0}, 0};
        for (Index i = begin; i < end; ++i) {
          const std::uint64_t k = key(items[static_cast<std::size_t>(i)]);
          range.all &= k;
          range.any |= k;
        }
        return range;
      },
      [](Range& total, const Range& part) {
        total.all &= part.all;
        total.any |= part.any;
      });
  const std::uint64_t differing = bits.all ^ bits.any;
  Buffer<Item> other(items.size());
  const Index n_blocks = (n + grain - 1) / grain;
  std::vector<std::uint32_t> counts(static_cast<std::size_t>(n_blocks) * buckets);
  int shift = 0;
  while (shift < 64 && (differing >> shift) != 0) {
    shift += std::countr_zero(differing >> shift);
    const auto digit = [&](const Item& item) {
      return static_cast<std::size_t>(key(item) >> shift) & (buckets - 1);
    };
    parallel_for(context, n, grain, [&](Index begin, Index end) {
      std::uint32_t* const count =
          counts.data() + static_cast<std::size_t>(begin / grain) * buckets;
      std::fill_n(count, buckets, 0U);
      for (Index i = begin; i < end; ++i) ++count[digit(items[static_cast<std::size_t>(i)])];
    });
    std::uint32_t first = 0;
    for (std::size_t bucket = 0; bucket < buckets; ++bucket)
      for (std::size_t block = 0; block < static_cast<std::size_t>(n_blocks); ++block) {
        std::uint32_t& count = counts[block * buckets + bucket];
        const std::uint32_t size = count;
        count = first;
        first += size;
      }
    parallel_for(context, n, grain, [&](Index begin, Index end) {
      std::uint32_t* const next = counts.data() + static_cast<std::size_t>(begin / grain) * buckets;
      for (Index i = begin; i < end; ++i) {
        const Item& item = items[static_cast<std::size_t>(i)];
        other[next[digit(item)]++] = item;
      }
    });
    items.swap(other);
    shift += digit_bits;
  }
}

}  // namespace grove
