#include <catch2/catch.hpp>
#include <vector>

#include "core/parallel_sort.hpp"
#include "grove/core/random.hpp"

using namespace grove;

namespace {

struct Item {
  std::uint64_t key;
  std::uint32_t place;
  bool operator==(const Item&) const = default;
};

}  // namespace

TEST_CASE("The parallel sort is stable and the same for any threads") {
  Rng rng(1);
  for (const std::size_t n : {0U, 1U, 1499U, 1500U, 40000U, 200000U})
    for (const std::uint64_t mask :
         {std::uint64_t{0}, std::uint64_t{7}, std::uint64_t{0xff} << 40, ~std::uint64_t{0}}) {
      std::vector<Item> expected(n);
      for (std::size_t i = 0; i < n; ++i)
        expected[i] = {(rng() & mask) | 1, static_cast<std::uint32_t>(i)};
      const std::vector<Item> unsorted = expected;
      std::stable_sort(expected.begin(), expected.end(),
                       [](const Item& a, const Item& b) { return a.key < b.key; });
      for (const int threads : {1, 2, 3}) {
        Buffer<Item> items(n);
        std::copy(unsorted.begin(), unsorted.end(), items.begin());
        parallel_sort(items, [](const Item& item) { return item.key; }, {.threads = threads});
        CHECK(std::equal(items.begin(), items.end(), expected.begin(), expected.end()));
      }
    }
}
