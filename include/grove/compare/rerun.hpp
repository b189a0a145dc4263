#pragma once

#include <string>
#include <vector>

#include "grove/compare/plan.hpp"
#include "grove/core/environment.hpp"

// A comparison's JSON report, read back and held against a second run.

namespace grove {

struct ComparisonReport {
  Plan plan;
  Environment environment;
  std::string text;  // the file's
};

/// Trusts nothing: form, types and the plan's hash are checked. Throws ParseError naming the file
/// and the place in it, also for a report of a later version; Error if there is no such file.
ComparisonReport read_comparison(const std::string& path);

/// One value that came out otherwise: "iris > GaussianNB() > fold 0/3 > scores > accuracy".
struct ReportDifference {
  std::string place;
  std::string before;
  std::string now;
};

struct ReportComparison {
  Index n_scores = 0;  // of the first report
  Index n_folds = 0;
  /// Version, commit, compiler and flags are the same; then not a bit may differ.
  bool same_build = false;
  /// "compiler: was GNU 12.2.0, is GNU 13.1.0"; also cpu and threads.
  std::vector<std::string> environment;
  /// What was decided otherwise; between builds, parameters may be new or have other defaults.
  std::vector<std::string> plan;
  std::vector<ReportDifference> differences;  // in the order of the report
  /// Between different builds only: numbers that agree to 1e-12 of the larger one, but not in every
  /// bit.
  Index n_close = 0;
  double largest_relative = 0;

  bool equal() const { return differences.empty() && (plan.empty() || !same_build); }
};

/// Compares two reports value by value. Times, memory, the environment and where the data lie are
/// left out. Throws ParseError as read_comparison does; `before` and `now` name the reports there.
ReportComparison compare_reports(const std::string& before_text, const std::string& now_text,
                                 const std::string& before = "before",
                                 const std::string& now = "now");

}  // namespace grove
