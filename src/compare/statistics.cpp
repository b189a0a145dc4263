#include "grove/compare/statistics.hpp"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove::statistics {

double student_t_cdf(double t, double degrees_of_freedom) {
  if (std::isinf(t)) return t > 0 ? 1 : 0;
  return boost::math::cdf(boost::math::students_t(degrees_of_freedom), t);
}

TestResult corrected_resampled_t(const Vector& differences, double test_train_ratio) {
  const Index n = differences.size();
  if (n < 2)
    throw InvalidData(concat("corrected_resampled_t needs at least 2 differences, got ", n));
  if (!differences.allFinite())
    throw InvalidData("corrected_resampled_t: a difference is not finite");
  if (!(test_train_ratio > 0))
    throw InvalidParameter(
        concat("corrected_resampled_t: the ratio of test to training rows must be > 0, got ",
               test_train_ratio));
  const double mean = differences.mean();
  const double variance = (differences.array() - mean).square().sum() / static_cast<double>(n - 1);
  TestResult result;
  result.degrees_of_freedom = static_cast<double>(n - 1);
  if (mean == 0) return result;
  const double spread = std::sqrt(variance * (1 / static_cast<double>(n) + test_train_ratio));
  result.statistic =
      spread > 0 ? mean / spread : std::copysign(std::numeric_limits<double>::infinity(), mean);
  result.p_value = 2 * student_t_cdf(-std::abs(result.statistic), result.degrees_of_freedom);
  return result;
}

}  // namespace grove::statistics
