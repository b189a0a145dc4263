#pragma once

#include <optional>
#include <string>
#include <vector>

#include "grove/core/types.hpp"

namespace grove {

/// What the target is taken for. `automatic`: text, or integers with at most 20 different values,
/// are classes; other numbers are a regression target.
enum class Task { automatic, classification, regression };

/// How a file becomes a data set.
struct ReadOptions {
  /// Column to predict; none = no target.
  std::optional<std::string> target = {};
  /// The last column is the target, unless `target` names one.
  bool last_column_is_target = false;
  Task task = Task::automatic;
  /// Column of sample weights, and of group numbers or names.
  std::optional<std::string> weights = {};
  std::optional<std::string> groups = {};
  /// CSV only. Never guessed.
  char delimiter = ',';
  /// CSV only: words that stand for a missing value, besides the empty field, NA, N/A, NaN, nan and
  /// null.
  std::vector<std::string> na = {};
  /// LIBSVM only: at least so many columns, as the file does not say.
  Index n_columns = 0;
  /// Columns whose values are names even if they look like numbers.
  std::vector<std::string> categorical = {};
};

}  // namespace grove
