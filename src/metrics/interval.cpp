#include "grove/metrics/interval.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"
#include "grove/core/random.hpp"

namespace grove::metrics {
namespace {

void check_confidence(std::string_view who, double confidence) {
  if (confidence > 0 && confidence < 1) return;
  throw InvalidParameter(concat(who, ": confidence must lie between 0 and 1, got ", confidence),
                         "write 95 % as 0.95");
}

/// Linear between order statistics.
double quantile(const std::vector<double>& sorted, double q) {
  const double position = q * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(position);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (position - std::floor(position));
}

}  // namespace

double normal_quantile(double p) {
  if (!(p > 0 && p < 1)) {
    throw InvalidParameter(concat("normal_quantile: p must lie between 0 and 1, got ", p));
  }
  if (p == 0.5) return 0;
  if (p > 0.5) return -normal_quantile(1 - p);
  // Newton's steps on log(cdf), which is concave: from the left they rise to the root and never
  // pass.
  const double goal = std::log(p);
  double x = -40;
  for (int step = 0; step < 200; ++step) {
    const double cdf = std::erfc(-x / std::sqrt(2.0)) / 2;
    const double density = std::exp(-x * x / 2) / std::sqrt(2 * 3.14159265358979323846);
    if (!(cdf > 0 && density > 0)) {
      x += 1;
      continue;
    }
    const double next = x - (std::log(cdf) - goal) * cdf / density;
    if (std::fabs(next - x) <= 1e-15 * std::fabs(x)) return next;
    x = next;
  }
  return x;
}

Interval wilson_interval(double successes, double n, double confidence) {
  check_confidence("wilson_interval", confidence);
  if (!(n >= 1 && std::isfinite(n) && successes >= 0 && successes <= n)) {
    throw InvalidParameter(concat("wilson_interval: expected 0 <= successes <= n and n >= 1, got ",
                                  successes, " of ", n),
                           "give the number of right rows, not the accuracy");
  }
  const double z = -normal_quantile((1 - confidence) / 2);
  const double share = successes / n;
  const double z2n = z * z / n;
  const double middle = (share + z2n / 2) / (1 + z2n);
  const double half = z * std::sqrt(share * (1 - share) / n + z2n / (4 * n)) / (1 + z2n);
  return {successes == 0 ? 0 : std::max(0.0, middle - half),
          successes == n ? 1 : std::min(1.0, middle + half)};
}

Interval bootstrap_interval(Index n,
                            const std::function<double(const std::vector<Index>&)>& statistic,
                            const BootstrapOptions& options, const Context& context) {
  check_confidence("bootstrap_interval", options.confidence);
  if (n < 1) throw InvalidData(concat("bootstrap_interval: expected at least 1 row, got ", n));
  if (options.n_resamples < 2) {
    throw InvalidParameter(
        concat("bootstrap_interval: n_resamples must be at least 2, got ", options.n_resamples));
  }
  if (!statistic) throw InvalidParameter("bootstrap_interval: the statistic is an empty function");
  std::vector<double> values(static_cast<std::size_t>(options.n_resamples));
  parallel_for(context, options.n_resamples, 1, [&](Index resample, Index) {
    context.check_stop("bootstrap_interval");
    Rng rng = Rng(options.seed).split(static_cast<std::uint64_t>(resample));
    std::vector<Index> rows(static_cast<std::size_t>(n));
    for (Index& row : rows) row = rng.below(n);
    const double value = statistic(rows);
    if (std::isnan(value)) {
      throw InvalidData(concat("bootstrap_interval: the statistic is NaN on resample ", resample));
    }
    values[static_cast<std::size_t>(resample)] = value;
  });
  std::sort(values.begin(), values.end());
  const double tail = (1 - options.confidence) / 2;
  return {quantile(values, tail), quantile(values, 1 - tail)};
}

}  // namespace grove::metrics
