#pragma once

#include <cmath>
#include <string_view>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/types.hpp"

// Checks that the statistics share. `who` is the function's name.

namespace grove::statistics {

inline void check_values(std::string_view who, const VectorView& values, Index least,
                         std::string_view what) {
  if (values.size() < least)
    throw InvalidData(concat(who, " needs at least ", least, " ", what, least == 1 ? "" : "s",
                             ", got ", values.size()));
  if (!values.allFinite())
    throw InvalidData(concat(who, ": a ", what, " is not finite"),
                      "give failed runs a score, or leave their fold or data set out");
}

inline void check_differences(std::string_view who, const VectorView& differences, Index least) {
  check_values(who, differences, least, "difference");
}

inline void check_scores(std::string_view who, const MatrixView& scores, Index least_rows) {
  if (scores.cols() < 2)
    throw InvalidData(concat(who, " needs at least 2 contenders, got ", scores.cols()));
  if (scores.rows() < least_rows)
    throw InvalidData(concat(who, " needs at least ", least_rows, " data set",
                             least_rows == 1 ? "" : "s", ", got ", scores.rows()));
  for (Index i = 0; i < scores.rows(); ++i)
    for (Index j = 0; j < scores.cols(); ++j)
      if (!std::isfinite(scores(i, j)))
        throw InvalidData(concat(who, ": the score of contender ", j, " on data set ", i, " is ",
                                 number_text(scores(i, j))),
                          "give failed runs a score, or leave the data set out");
}

inline void check_level(std::string_view who, std::string_view name, double level) {
  if (!(level > 0 && level < 1))
    throw InvalidParameter(concat(who, ": ", name, " must be in (0, 1), got ", level));
}

inline void check_not_negative(std::string_view who, std::string_view name, double value) {
  if (!(value >= 0)) throw InvalidParameter(concat(who, ": ", name, " must be >= 0, got ", value));
}

}  // namespace grove::statistics
