#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace grove {

/// A finite double as an integer of the same order; -0.0 and 0.0 are equal.
inline std::uint64_t order_key(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value + 0.0);
  constexpr std::uint64_t sign = std::uint64_t{1} << 63;
  return (bits & sign) != 0 ? ~bits : bits | sign;
}

inline double key_value(std::uint64_t key) {
  constexpr std::uint64_t sign = std::uint64_t{1} << 63;
  return std::bit_cast<double>((key & sign) != 0 ? key & ~sign : ~key);
}

/// Sorts by key(item), an unsigned 64-bit integer, stably: least significant digit first, digits
/// that all items share are skipped. O(n) time, n items of scratch.
template <class Item, class Key>
void radix_sort(std::vector<Item>& items, Key&& key) {
  constexpr int digit_bits = 11;
  constexpr int passes = 6;
  constexpr std::size_t buckets = std::size_t{1} << digit_bits;
  if (items.size() < 1500) {
    std::stable_sort(items.begin(), items.end(),
                     [&](const Item& a, const Item& b) { return key(a) < key(b); });
    return;
  }
  const auto digit = [](std::uint64_t k, int pass) {
    return static_cast<std::size_t>(k >> (pass * digit_bits)) & (buckets - 1);
  };
  std::vector<std::array<std::size_t, buckets>> counts(passes);
  for (auto& count : counts) count.fill(0);
  for (const Item& item : items) {
    const std::uint64_t k = key(item);
    for (int pass = 0; pass < passes; ++pass) {
      ++counts[static_cast<std::size_t>(pass)][digit(k, pass)];
    }
  }
  std::vector<Item> other(items.size());
  for (int pass = 0; pass < passes; ++pass) {
    auto& next = counts[static_cast<std::size_t>(pass)];
    if (next[digit(key(items.front()), pass)] == items.size()) continue;
    std::size_t begin = 0;
    for (std::size_t& count : next) {
      const std::size_t size = count;
      count = begin;
      begin += size;
    }
    for (const Item& item : items) other[next[digit(key(item), pass)]++] = item;
    items.swap(other);
  }
}

}  // namespace grove
