#include "neighbors/reduced_distance.hpp"

#include <cmath>
#include <limits>

namespace grove {

namespace {

struct Squared {
  static constexpr bool is_metric = true;  // its root is
  double term(double a, double b) const { return (a - b) * (a - b); }
};

struct Absolute {
  static constexpr bool is_metric = true;
  double term(double a, double b) const { return std::abs(a - b); }
};

struct Largest {
  static constexpr bool is_metric = true;
  double term(double a, double b) const { return std::abs(a - b); }
  double combine(double sum, double term) const { return std::max(sum, term); }
};

struct Power {
  static constexpr bool is_metric = true;
  double p;
  double term(double a, double b) const { return std::pow(std::abs(a - b), p); }
};

struct Differs {
  static constexpr bool is_metric = true;
  double term(double a, double b) const { return a == b ? 0 : 1; }
};

struct Haversine {
  static constexpr bool is_metric = true;
  double operator()(const double* a, const double* b, Index) const {
    const double latitude = std::sin(0.5 * (a[0] - b[0]));
    const double longitude = std::sin(0.5 * (a[1] - b[1]));
    const double h =
        latitude * latitude + std::cos(a[0]) * std::cos(b[0]) * (longitude * longitude);
    return 2 * std::asin(std::sqrt(std::min(1.0, h)));
  }
};

template <class D>
std::shared_ptr<const detail::DistanceKernel> make(D distance) {
  return std::make_shared<const detail::KernelOf<D>>(distance);
}

}  // namespace

std::shared_ptr<const detail::DistanceKernel> kernel_of(Metric metric, double p) {
  switch (metric) {
    case Metric::manhattan:
      return make(Absolute{});
    case Metric::chebyshev:
      return make(Largest{});
    case Metric::minkowski:
      return make(Power{p});
    case Metric::hamming:
      return make(Differs{});
    case Metric::haversine:
      return make(Haversine{});
    default:
      return make(Squared{});
  }
}

double ReducedDistance::term(double difference) const {
  switch (metric) {
    case Metric::euclidean:
    case Metric::cosine:
      return difference * difference;
    case Metric::minkowski:
      return std::pow(std::abs(difference), p);
    case Metric::hamming:
      return difference == 0 ? 0 : 1;
    default:
      return std::abs(difference);
  }
}

double ReducedDistance::operator()(const double* a, const double* b, Index n) const {
  double sum = 0;
  if (metric == Metric::chebyshev) {
    for (Index j = 0; j < n; ++j) sum = std::max(sum, std::abs(a[j] - b[j]));
  } else if (is_squared()) {
    for (Index j = 0; j < n; ++j) sum += (a[j] - b[j]) * (a[j] - b[j]);
  } else {
    for (Index j = 0; j < n; ++j) sum += term(a[j] - b[j]);
  }
  return sum;
}

double ReducedDistance::finish(double reduced) const {
  switch (metric) {
    case Metric::euclidean:
      return std::sqrt(reduced);
    case Metric::minkowski:
      return std::pow(reduced, 1 / p);
    case Metric::cosine:  // of vectors of length 1
      return reduced / 2;
    case Metric::hamming:
      return reduced / static_cast<double>(d);
    default:
      return reduced;
  }
}

double ReducedDistance::reach(double distance) const {
  double reduced = distance;
  if (metric == Metric::euclidean) reduced = distance * distance;
  if (metric == Metric::minkowski) reduced = std::pow(distance, p);
  if (metric == Metric::cosine) reduced = distance * 2;
  if (metric == Metric::hamming) reduced = distance * static_cast<double>(d);
  // Squares below the smallest normal number have lost their digits.
  return reduced * (1 + 1e-10) + std::numeric_limits<double>::min();
}

}  // namespace grove
