#pragma once

#include "grove/core/types.hpp"

namespace grove::statistics {

enum class WilcoxonZeros {
  drop,   // zeros are left out before ranking (Wilcoxon 1945; default of R and scipy)
  pratt,  // zeros are ranked, then their ranks are left out (Pratt 1959)
  split   // zeros are ranked and their ranks go half to each side (Demsar 2006; scipy's zsplit)
};

enum class WilcoxonMethod { automatic, exact, normal };

struct WilcoxonOptions {
  WilcoxonZeros zeros = WilcoxonZeros::drop;
  /// Automatic: exact for at most 50 differences that are not zero, else normal.
  WilcoxonMethod method = WilcoxonMethod::automatic;
  /// Normal method: variance smaller by the ties, as in R and scipy.
  bool tie_correction = true;
  /// Normal method: continuity correction by 1/2, as R's default; scipy has none by default.
  bool continuity_correction = false;
  /// Absolute differences that lie closer than this count as equal, and those below it as zero:
  /// 0.768 - 0.763 and 0.936 - 0.931 differ in the 17th digit only.
  double tie_tolerance = 0;
};

struct WilcoxonResult {
  double r_plus = 0;
  double r_minus = 0;
  double statistic = 0;  // the smaller of the two
  double z = 0;          // of the normal approximation of `statistic`; NaN if all are zero
  double p_value = 1;    // two-sided
  Index n_ranked = 0;    // differences that are not zero
  Index n_zeros = 0;
  bool exact = false;  // where p_value comes from
};

/// Wilcoxon's signed-rank test of whether differences are symmetric around zero. Equal absolute
/// differences share their mean rank. The exact p-value is that of all 2^n signs given the ranks as
/// they are, ties too (coin and exactRankTests in R; without ties also R's wilcox.test and scipy);
/// p = min(1, 2 P(R+ at most / at least as observed)). All zero: statistic 0, p 1. At least one
/// difference; throws InvalidData for NaN and infinity, InvalidParameter for a negative tolerance
/// and for the exact method with more than 1000 differences.
/// Exact: O(n^3). Source: Wilcoxon, "Individual comparisons by ranking methods", Biometrics
/// Bulletin 1 (1945).
WilcoxonResult wilcoxon_signed_rank(const Vector& differences, const WilcoxonOptions& options = {});

}  // namespace grove::statistics
