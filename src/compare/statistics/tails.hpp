#pragma once

namespace grove::statistics {

/// P(F > f) and P(chi2 > x); 0 at infinity.
double f_survival(double f, double numerator_df, double denominator_df);
double chi_squared_survival(double x, double degrees_of_freedom);

}  // namespace grove::statistics
