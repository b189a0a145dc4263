#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "grove/core/error.hpp"
#include "grove/core/random.hpp"

using namespace grove;

TEST_CASE("Rng reproduces the published Philox 4x64-10 vector for key 0 and counter 0") {
  // Random123's known-answer file, kat_vectors: philox4x64 10, counter 0, key 0.
  Rng rng(0);
  CHECK(rng() == 0x16554d9eca36314cULL);
  CHECK(rng() == 0xdb20fe9d672d0fdcULL);
  CHECK(rng() == 0xd7e772cee186176bULL);
  CHECK(rng() == 0x7e68b68aec7ba23bULL);
}

TEST_CASE("Streams are reproducible, different, and independent of use") {
  Rng parent(42);
  Rng early = parent.split(7);
  for (int i = 0; i < 100; ++i) parent();
  Rng late = parent.split(7);
  Rng other = parent.split(8);
  const std::uint64_t first = early();
  CHECK(first == late());
  CHECK(first != other());
  CHECK(Rng(42).split(7).split(1)() != Rng(42).split(1).split(7)());
}

TEST_CASE("Distributions have the right moments and ranges") {
  Rng rng(1);
  const int n = 200000;
  double sum = 0, square = 0, mean = 0;
  for (int i = 0; i < n; ++i) {
    const double u = rng.uniform();
    REQUIRE(u >= 0);
    REQUIRE(u < 1);
    mean += u / n;
    const double z = rng.normal();
    sum += z;
    square += z * z;
  }
  CHECK(std::abs(mean - 0.5) < 4 * std::sqrt(1.0 / 12 / n));
  CHECK(std::abs(sum / n) < 4 / std::sqrt(n));
  CHECK(std::abs(square / n - 1) < 4 * std::sqrt(2.0 / n));
  std::vector<int> counts(6);
  for (int i = 0; i < 60000; ++i) ++counts[static_cast<std::size_t>(rng.below(6))];
  for (const int count : counts) CHECK(std::abs(count - 10000) < 4 * std::sqrt(10000 * 5.0 / 6));
}

TEST_CASE("Permutations and samples hold each index at most once") {
  Rng rng(3);
  std::vector<Index> order = rng.permutation(1000);
  CHECK_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  for (Index i = 0; i < 1000; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
  std::vector<Index> few = rng.sample(50, 20);
  std::sort(few.begin(), few.end());
  CHECK(few.size() == 20);
  CHECK(std::unique(few.begin(), few.end()) == few.end());
  CHECK(few.back() < 50);
  CHECK(rng.permutation(0).empty());
}

TEST_CASE("choice follows its weights and never takes a weight of zero") {
  Rng rng(4);
  Vector weights(4);
  weights << 0, 1, 3, 0;
  int twos = 0;
  for (int i = 0; i < 40000; ++i) {
    const Index drawn = rng.choice(weights);
    REQUIRE((drawn == 1 || drawn == 2));
    twos += drawn == 2 ? 1 : 0;
  }
  CHECK(std::abs(twos - 30000) < 4 * std::sqrt(40000 * 0.75 * 0.25));
}

TEST_CASE("Impossible draws are refused") {
  Rng rng(5);
  CHECK_THROWS_WITH(rng.below(0), "Rng::below needs n >= 1, got 0");
  CHECK_THROWS_AS(rng.sample(3, 4), InvalidParameter);
}
