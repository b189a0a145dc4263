#include "grove/compare/statistics/distributions.hpp"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/tools/roots.hpp>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "compare/statistics/checks.hpp"
#include "compare/statistics/tails.hpp"

namespace grove::statistics {

double student_t_cdf(double t, double degrees_of_freedom) {
  if (std::isinf(t)) return t > 0 ? 1 : 0;
  return boost::math::cdf(boost::math::students_t(degrees_of_freedom), t);
}

double normal_survival(double z) { return 0.5 * std::erfc(z / std::numbers::sqrt2); }

double normal_critical_value(double p) {
  check_level("normal_critical_value", "p", p);
  return boost::math::quantile(boost::math::complement(boost::math::normal(), p));
}

double f_survival(double f, double numerator_df, double denominator_df) {
  if (std::isinf(f)) return 0;
  return boost::math::cdf(
      boost::math::complement(boost::math::fisher_f(numerator_df, denominator_df), f));
}

double chi_squared_survival(double x, double degrees_of_freedom) {
  return boost::math::cdf(boost::math::complement(boost::math::chi_squared(degrees_of_freedom), x));
}

namespace {

void check_range_count(Index k) {
  if (k < 2) throw InvalidParameter(concat("the studentised range needs k >= 2, got ", k));
}

/// Integrand of P(Q > q) by the largest of the k variables, at z: k phi(z) Phi(z)^(k-1) times the
/// chance that not all others lie within q below it.
double range_tail_density(double z, double q, double k) {
  const double below = normal_survival(-z);
  if (below <= 0) return 0;
  const double far_below = normal_survival(q - z) / below;
  const double others = k - 1;
  const double log_below = z > 0 ? std::log1p(-normal_survival(z)) : std::log(below);
  const double some_far = far_below >= 1 ? 1 : -std::expm1(others * std::log1p(-far_below));
  return k * std::exp(others * log_below - z * z / 2) * some_far;
}

}  // namespace

double studentized_range_survival(double q, Index k) {
  check_range_count(k);
  if (std::isnan(q)) throw InvalidParameter("the studentised range cannot be compared with NaN");
  if (q <= 0) return 1;
  if (std::isinf(q)) return 0;
  // Smooth and zero at both ends, so that the trapezoidal rule converges faster than any power.
  constexpr double step = 1.0 / 32;
  constexpr double reach = 10;
  const auto first = static_cast<std::int64_t>(-reach / step);
  const auto last = static_cast<std::int64_t>((q / 2 + reach) / step);
  double sum = 0;
  for (std::int64_t i = first; i <= last; ++i)
    sum += range_tail_density(static_cast<double>(i) * step, q, static_cast<double>(k));
  const double p = sum * step / std::sqrt(2 * std::numbers::pi);
  return std::min(p, 1.0);
}

double studentized_range_critical_value(double alpha, Index k) {
  check_range_count(k);
  check_level("studentized_range_critical_value", "alpha", alpha);
  double high = 1;
  while (studentized_range_survival(high, k) > alpha) high *= 2;
  const auto excess = [&](double q) { return studentized_range_survival(q, k) - alpha; };
  const double low = high == 1 ? 0 : high / 2;
  const double at_low = excess(low);
  const double at_high = excess(high);
  if (at_low == 0) return low;
  if (at_high == 0) return high;
  std::uintmax_t iterations = 100;
  const auto [left, right] =
      boost::math::tools::toms748_solve(excess, low, high, at_low, at_high,
                                        boost::math::tools::eps_tolerance<double>(50), iterations);
  return left + (right - left) / 2;
}

}  // namespace grove::statistics
