#pragma once

#include <string>
#include <vector>

#include "grove/core/ledger.hpp"
#include "grove/core/types.hpp"

namespace grove {

/// What a fit did, beside the model it made. `fit_seconds` and `work` describe the run and are not
/// part of a model file; after loading they are zero and empty.
struct FitReport {
  Index iterations = 0;
  bool converged = true;
  std::vector<double> loss_curve = {};  // one entry per iteration, where the method has a loss
  std::vector<std::string> warnings = {};
  std::vector<std::string> notes = {};  // what was chosen by itself, and why
  double fit_seconds = 0;
  WorkCounts work = {};
};

}  // namespace grove
