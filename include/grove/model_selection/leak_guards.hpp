#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/data/audit.hpp"
#include "grove/model_selection/splitter.hpp"

namespace grove {

/// One of the ways in which a score can come out better than the model is, under a code that stays.
struct LeakGuard {
  std::string_view code;     // "G-LEAK-06"
  std::string_view title;    // "duplicate rows across folds"
  std::string_view meaning;  // what happened, and why the score is not to be trusted
  std::string_view advice;   // what to do
};

/// All of them, by code.
std::span<const LeakGuard> leak_guards();
/// Throws InvalidParameter for an unknown code.
const LeakGuard& leak_guard(std::string_view code);
/// "G-LEAK-06 duplicate rows across folds: 12 of 150 ..."; findings of the audit, which have no
/// title, as "duplicate_rows: ...".
std::string to_text(const Finding& finding);

struct FoldGuardOptions {
  /// A numeric column that tells the time. Default: a column whose name says so ("date", "year",
  /// "sale_time", ...) and whose values rise from each row to the next.
  std::string time_column = {};
  /// Test rows, as a share of all, that may have a twin of the same target among the training rows
  /// of their fold before it is a finding.
  double twin_share = 0.01;
};

/// What data and folds alone tell, before anything is fitted: transformers that were fitted on test
/// rows (G-LEAK-01, -02), twins (-06), groups on both sides (-07), training on the future (-08).
/// Transformers are known from Dataset::history(); of numbers that come without one (a file), -01
/// is only guessed, if every numeric column has mean 0 and one standard deviation, or runs from 0
/// to 1, to 4 digits. Twins are no finding where values are so few that rows which differ in one
/// column alone are as common (votes, grades): a new row would have twins as well. Missing values
/// equal each other. O(n d) and O(1) per row of each fold; the same for any number of threads.
/// Throws InvalidParameter for a time column that the data lacks, that is not numeric or has
/// missing values.
std::vector<Finding> fold_findings(const Dataset& data, const std::vector<Split>& splits,
                                   const FoldGuardOptions& options = {},
                                   const Context& context = {});

}  // namespace grove
