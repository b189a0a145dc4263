#pragma once

#include <string>
#include <vector>

#include "cli/session.hpp"
#include "grove/compare/comparison.hpp"
#include "grove/compare/rerun.hpp"

// The steps of grove rerun around the comparison itself.

namespace grove::cli {

/// Throws Unsupported for folds, metrics or tuning that only a program can ask for.
void check_repeatable(const Plan& plan);

/// The models of a report, with every parameter at its recorded value even if defaults have changed
/// since. Throws Unsupported for a model that grove cannot make by name, and for one that runs a
/// program unless `run_programs`.
std::vector<Contender> contenders_again(const Plan& plan, bool run_programs);

/// The data of a report, read as they were. Throws Unsupported where the report does not say from
/// where.
std::vector<Dataset> datasets_again(const Plan& plan);

/// Throws InvalidData if data or folds are not those that `before` has, and says what differs.
void check_same_data(const Plan& before, const Plan& now);

/// Whether the tuning's budget is a time, so that another run may try more or fewer candidates.
bool by_the_clock(const Plan& plan);

/// For people: whether all came out again, and what did not.
std::string verdict(const std::string& report, const ReportComparison& result, const Plan& plan);

}  // namespace grove::cli
