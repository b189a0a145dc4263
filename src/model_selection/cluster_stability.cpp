#include "grove/model_selection/cluster_stability.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"
#include "grove/core/random.hpp"
#include "grove/metrics/clustering.hpp"

namespace grove {

namespace {

constexpr std::string_view who = "cluster_stability";

void check(const Estimator& clusterer, const Dataset& data, const StabilityOptions& options) {
  if (clusterer.kind() != EstimatorKind::clusterer)
    throw InvalidParameter(concat(who, " needs a clusterer, and ", clusterer.expression(), " is a ",
                                  to_string(clusterer.kind())),
                           "grove models lists the clusterers");
  if (options.n_pairs < 1)
    throw InvalidParameter(concat(who, ": n_pairs must be at least 1, got ", options.n_pairs));
  if (!(options.fraction > 0.5 && options.fraction < 1))
    throw InvalidParameter(concat(who, ": fraction must lie in (0.5, 1), got ", options.fraction),
                           "two samples must share rows and differ");
  if (data.n_rows() < 10)
    throw InvalidData(concat(who, ": expected at least 10 rows, got ", data.n_rows()));
}

struct Sample {
  std::vector<Index> rows;  // increasing
  Labels labels;
};

Sample fitted_sample(const Estimator& clusterer, const Dataset& data, Index size, Rng rng,
                     const Context& context) {
  context.check_stop(who);
  Sample sample{rng.sample(data.n_rows(), size), {}};
  std::sort(sample.rows.begin(), sample.rows.end());
  Estimator model = clusterer.unfitted();
  model.fit(data.take(sample.rows), context);
  sample.labels = model.labels();
  return sample;
}

double agreement(const Sample& a, const Sample& b) {
  std::vector<int> left, right;
  for (std::size_t i = 0, j = 0; i < a.rows.size() && j < b.rows.size();) {
    if (a.rows[i] == b.rows[j]) {
      left.push_back(a.labels[static_cast<Index>(i)]);
      right.push_back(b.labels[static_cast<Index>(j)]);
    }
    const bool advance_left = a.rows[i] <= b.rows[j];
    j += a.rows[i] >= b.rows[j] ? 1 : 0;
    i += advance_left ? 1 : 0;
  }
  const auto n = static_cast<Index>(left.size());
  return metrics::adjusted_rand(Eigen::Map<const Labels>(left.data(), n),
                                Eigen::Map<const Labels>(right.data(), n));
}

}  // namespace

double Stability::mean() const { return agreements.mean(); }

double Stability::std() const {
  if (agreements.size() < 2) return 0;
  return std::sqrt((agreements.array() - mean()).square().sum() /
                   static_cast<double>(agreements.size() - 1));
}

Stability cluster_stability(const Estimator& clusterer, const Dataset& data,
                            const StabilityOptions& options, const Context& context) {
  check(clusterer, data, options);
  const auto size =
      static_cast<Index>(std::ceil(options.fraction * static_cast<double>(data.n_rows())));
  const Dataset points = data.without_target();
  std::vector<Sample> samples(static_cast<std::size_t>(options.n_pairs) * 2);
  parallel_tasks(context, options.n_pairs * 2, [&](Index i, const Context& inner) {
    samples[static_cast<std::size_t>(i)] = fitted_sample(
        clusterer, points, size, Rng(options.seed).split(static_cast<std::uint64_t>(i)), inner);
  });
  Stability result{Vector(options.n_pairs)};
  for (std::size_t p = 0; p < static_cast<std::size_t>(options.n_pairs); ++p)
    result.agreements[static_cast<Index>(p)] = agreement(samples[2 * p], samples[2 * p + 1]);
  return result;
}

}  // namespace grove
