#include "boosting/sampling.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace grove {

namespace {

SampledRows uniform(const GradientBoostingParams& params,
                    const std::vector<std::uint32_t>& training, Rng rng) {
  const auto n = static_cast<Index>(training.size());
  const Index count =
      std::max<Index>(1, static_cast<Index>(params.subsample * static_cast<double>(n)));
  SampledRows sampled;
  for (const Index i : rng.sample(n, count))
    sampled.drawn.push_back(training[static_cast<std::size_t>(i)]);
  std::sort(sampled.drawn.begin(), sampled.drawn.end());
  return sampled;
}

void scale_row(std::uint32_t row, double factor, Matrix& gradients, Matrix& hessians) {
  gradients.col(row) *= factor;
  hessians.col(row) *= factor;
}

SampledRows goss(const GradientBoostingParams& params, const std::vector<std::uint32_t>& training,
                 Rng rng, Matrix& gradients, Matrix& hessians) {
  const std::size_t n = training.size();
  std::vector<double> size(n);
  for (std::size_t i = 0; i < n; ++i)
    size[i] = (gradients.col(training[i]).array() * hessians.col(training[i]).array()).abs().sum();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto n_top =
      static_cast<std::size_t>(std::max(1.0, std::floor(params.top_rate * static_cast<double>(n))));
  std::nth_element(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(n_top) - 1,
                   order.end(), [&](std::size_t a, std::size_t b) {
                     return size[a] > size[b] || (size[a] == size[b] && a < b);
                   });
  SampledRows sampled;
  for (std::size_t i = 0; i < n_top; ++i) sampled.drawn.push_back(training[order[i]]);
  const auto n_rest = static_cast<Index>(n - n_top);
  const Index n_other = std::min(
      n_rest, std::max<Index>(1, static_cast<Index>(params.other_rate * static_cast<double>(n))));
  // nth_element leaves the rest in no particular order.
  std::sort(order.begin() + static_cast<std::ptrdiff_t>(n_top), order.end());
  const double factor =
      n_other > 0 ? static_cast<double>(n_rest) / static_cast<double>(n_other) : 1;
  for (const Index i : rng.sample(n_rest, n_other)) {
    const std::uint32_t row = training[order[n_top + static_cast<std::size_t>(i)]];
    scale_row(row, factor, gradients, hessians);
    sampled.drawn.push_back(row);
  }
  std::sort(sampled.drawn.begin(), sampled.drawn.end());
  return sampled;
}

/// The threshold mu with sum(min(1, size / mu)) = count, for sizes in descending order.
double threshold_for(const std::vector<double>& descending, double count) {
  double rest = std::accumulate(descending.begin(), descending.end(), 0.0);
  for (std::size_t n_sure = 0; n_sure < descending.size(); ++n_sure) {
    const double mu = rest / std::max(count - static_cast<double>(n_sure), 1e-12);
    if (descending[n_sure] <= mu) return mu;
    rest -= descending[n_sure];
  }
  return 0;
}

SampledRows mvs(const GradientBoostingParams& params, const std::vector<std::uint32_t>& training,
                Rng rng, Matrix& gradients, Matrix& hessians) {
  const std::size_t n = training.size();
  // The regularising constant: the mean squared value of a first leaf.
  double lambda = 0;
  std::vector<double> size(n);
  for (std::size_t i = 0; i < n; ++i) size[i] = gradients.col(training[i]).norm();
  lambda = std::pow(std::accumulate(size.begin(), size.end(), 0.0) / static_cast<double>(n), 2);
  for (std::size_t i = 0; i < n; ++i)
    size[i] = std::sqrt(size[i] * size[i] + lambda * hessians.col(training[i]).squaredNorm());
  std::vector<double> descending = size;
  std::sort(descending.begin(), descending.end(), std::greater<>());
  const double mu = threshold_for(descending, params.subsample * static_cast<double>(n));
  SampledRows sampled;
  for (std::size_t i = 0; i < n; ++i) {
    const double probability = mu > 0 ? std::min(1.0, size[i] / mu) : 1;
    if (!(rng.uniform() < probability)) continue;
    scale_row(training[i], 1 / probability, gradients, hessians);
    sampled.drawn.push_back(training[i]);
  }
  if (sampled.drawn.empty()) sampled.drawn.push_back(training.front());
  return sampled;
}

}  // namespace

SampledRows sample_rows(const GradientBoostingParams& params,
                        const std::vector<std::uint32_t>& training, const Rng& rng,
                        Matrix& gradients, Matrix& hessians) {
  if (params.sampling == RowSampling::goss && params.top_rate + params.other_rate < 1)
    return goss(params, training, rng, gradients, hessians);
  if (params.sampling == RowSampling::mvs && params.subsample < 1)
    return mvs(params, training, rng, gradients, hessians);
  if (params.sampling == RowSampling::uniform && params.subsample < 1)
    return uniform(params, training, rng);
  return {{}, &training};
}

std::vector<int> rounds_to_drop(const GradientBoostingParams& params, int n_rounds, Rng rng) {
  std::vector<int> dropped;
  if (rng.uniform() < params.skip_drop) return dropped;
  for (int round = 0; round < n_rounds; ++round)
    if (rng.uniform() < params.rate_drop) dropped.push_back(round);
  // Leaving none out would be plain boosting at the full rate.
  if (dropped.empty() && n_rounds > 0) dropped.push_back(static_cast<int>(rng.below(n_rounds)));
  return dropped;
}

}  // namespace grove
