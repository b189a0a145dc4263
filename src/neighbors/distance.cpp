#include "grove/neighbors/distance.hpp"

#include <array>
#include <cmath>
#include <limits>

#include "core/text.hpp"
#include "neighbors/point_index.hpp"

namespace grove {

namespace {

constexpr std::array<EnumName<Metric>, 4> metric_names{{{Metric::euclidean, "euclidean"},
                                                        {Metric::manhattan, "manhattan"},
                                                        {Metric::chebyshev, "chebyshev"},
                                                        {Metric::minkowski, "minkowski"}}};

}  // namespace

std::string Distance::name() const {
  for (const auto& entry : metric_names)
    if (entry.value == metric_) return std::string(entry.name);
  return "user";
}

std::optional<Distance> ParamType<Distance>::from(const Value& value) {
  const auto* word = value.get_if<std::string>();
  if (word == nullptr) return std::nullopt;
  for (const auto& entry : metric_names)
    if (entry.name == *word) return Distance(entry.value);
  return std::nullopt;
}

Constraint metric_constraint() {
  std::vector<std::string> names{"user"};
  for (const auto& entry : metric_names) names.emplace_back(entry.name);
  Constraint constraint = one_of(names);
  names.erase(names.begin());
  constraint.text = concat("one of ", join(names), ", or a distance of yours from C++");
  return constraint;
}

double ReducedDistance::term(double difference) const {
  switch (metric) {
    case Metric::euclidean:
      return difference * difference;
    case Metric::minkowski:
      return std::pow(std::abs(difference), p);
    default:
      return std::abs(difference);
  }
}

double ReducedDistance::operator()(const double* a, const double* b, Index n) const {
  double sum = 0;
  if (metric == Metric::chebyshev) {
    for (Index j = 0; j < n; ++j) sum = std::max(sum, std::abs(a[j] - b[j]));
  } else if (metric == Metric::euclidean) {
    for (Index j = 0; j < n; ++j) sum += (a[j] - b[j]) * (a[j] - b[j]);
  } else {
    for (Index j = 0; j < n; ++j) sum += term(a[j] - b[j]);
  }
  return sum;
}

double ReducedDistance::finish(double reduced) const {
  if (metric == Metric::euclidean) return std::sqrt(reduced);
  if (metric == Metric::minkowski) return std::pow(reduced, 1 / p);
  return reduced;
}

double ReducedDistance::reach(double distance) const {
  double reduced = distance;
  if (metric == Metric::euclidean) reduced = distance * distance;
  if (metric == Metric::minkowski) reduced = std::pow(distance, p);
  // Squares below the smallest normal number have lost their digits.
  return reduced * (1 + 1e-10) + std::numeric_limits<double>::min();
}

}  // namespace grove
