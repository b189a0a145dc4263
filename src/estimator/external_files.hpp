#pragma once

#include <string>
#include <vector>

#include "grove/data/dataset.hpp"
#include "grove/estimator/external_model.hpp"

// The files that grove and an external command exchange.

namespace grove {

/// What the command is asked to do.
struct ExternalTask {
  const Dataset& train;
  const Dataset& test;  // the same columns, no target
  bool proba = false;
  int threads = 1;
  std::uint64_t seed = 0;

  bool classes() const { return train.has_labels(); }
};

std::string task_json(const ExternalTask& task);

/// What the command predicted; what it did not is empty.
struct ExternalPredictions {
  Labels labels;
  Vector values;
  Matrix proba;
};
/// Throws ParseError with file and line for what does not answer the task, Error for a missing
/// file.
ExternalPredictions read_predictions(const std::string& path, const ExternalTask& task);

/// Fills in the seconds and the work that the program reported; false if it wrote no such file.
/// Throws ParseError for a file that is not as it should be, or more seconds than `run.seconds`.
bool read_timing(const std::string& path, ExternalRun& run);

}  // namespace grove
