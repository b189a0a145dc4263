#include "grove/core/random.hpp"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>
#include <numeric>

#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove {

namespace {

std::array<std::uint64_t, 4> philox(const std::array<std::uint64_t, 4>& counter,
                                    const std::array<std::uint64_t, 2>& key) {
  const r123::Philox4x64::ctr_type in = {{counter[0], counter[1], counter[2], counter[3]}};
  const r123::Philox4x64::key_type k = {{key[0], key[1]}};
  const auto out = r123::Philox4x64()(in, k);
  return {out[0], out[1], out[2], out[3]};
}

}  // namespace

Rng Rng::split(std::uint64_t stream) const {
  // The second counter word sets key derivation apart from drawing.
  const auto derived = philox({stream, 1, 0, 0}, key_);
  Rng child;
  child.key_ = {derived[0], derived[1]};
  return child;
}

void Rng::refill() {
  block_ = philox({counter_++, 0, 0, 0}, key_);
  used_ = 0;
}

Index Rng::below(Index n) {
  if (n < 1) throw InvalidParameter(concat("Rng::below needs n >= 1, got ", n));
  const auto range = static_cast<std::uint64_t>(n);
  // Lemire, "Fast random integer generation in an interval", ACM TOMACS 29 (2019).
  __extension__ using Wide = unsigned __int128;
  Wide product = static_cast<Wide>((*this)()) * range;
  if (static_cast<std::uint64_t>(product) < range) {
    const std::uint64_t threshold = (0 - range) % range;
    while (static_cast<std::uint64_t>(product) < threshold)
      product = static_cast<Wide>((*this)()) * range;
  }
  return static_cast<Index>(product >> 64);
}

double Rng::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

Index Rng::choice(VectorView weights) {
  const double target = uniform() * weights.sum();
  double running = 0;
  Index last = 0;
  for (Index i = 0; i < weights.size(); ++i) {
    if (weights(i) <= 0) continue;
    running += weights(i);
    last = i;
    if (running > target) return i;
  }
  return last;
}

std::vector<Index> Rng::permutation(Index n) {
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  shuffle(order);
  return order;
}

std::vector<Index> Rng::sample(Index n, Index count) {
  if (count < 0 || count > n)
    throw InvalidParameter(
        concat("Rng::sample cannot draw ", count, " different indices out of ", n));
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  for (Index i = 0; i < count; ++i)
    std::swap(order[static_cast<std::size_t>(i)],
              order[static_cast<std::size_t>(i + below(n - i))]);
  order.resize(static_cast<std::size_t>(count));
  return order;
}

}  // namespace grove
