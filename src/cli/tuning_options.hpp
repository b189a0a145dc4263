#pragma once

#include <optional>
#include <string>

#include "cli/session.hpp"
#include "grove/compare/comparison.hpp"

namespace grove::cli {

/// METHOD:BUDGET with its seed; nothing for "".
std::optional<SearchOptions> tuning_of(const std::string& text, std::uint64_t seed);

/// A model that is not tuned: refuses ranges with the way to tune over them.
Estimator untuned_model(const std::string& expression, const Session& session);

/// MODEL, @FILE (the best of a search) or NAME= either, as it enters a comparison, with its search
/// space if the comparison tunes: ranges that are written in it, else what is left of its default
/// space.
Contender contender_of(const std::string& text, bool tune, const Session& session);

}  // namespace grove::cli
