#pragma once

#include "grove/core/types.hpp"

namespace grove::statistics {

/// P(T <= t) of Student's distribution.
double student_t_cdf(double t, double degrees_of_freedom);

/// P(Z > z) of the standard normal distribution, exact to the last digits in both tails.
double normal_survival(double z);

/// z with P(Z > z) = p. Throws InvalidParameter unless 0 < p < 1.
double normal_critical_value(double p);

/// P(Q > q) for the range Q of `k` independent standard normal variables, which is the studentised
/// range with infinitely many degrees of freedom. Q > 0, so 1 for q <= 0. Computed by the
/// trapezoidal rule on an integrand without cancellation: about 13 digits, also far in the tail,
/// for any k. Throws InvalidParameter for k < 2 or q NaN. O((1 + q) / step). Source: Lund & Lund,
/// "Algorithm AS 190", Applied Statistics 32 (1983), for the integral.
double studentized_range_survival(double q, Index k);

/// q with P(Q > q) = alpha, by bracketing. Nemenyi's table holds it divided by sqrt(2). Throws
/// InvalidParameter for k < 2 or unless 0 < alpha < 1.
double studentized_range_critical_value(double alpha, Index k);

}  // namespace grove::statistics
