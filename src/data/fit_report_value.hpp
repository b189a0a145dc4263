#pragma once

#include "grove/core/report.hpp"
#include "grove/params/value.hpp"

namespace grove {

/// What of a report belongs to the model: iterations, convergence, loss curve and warnings.
Value report_to_value(const FitReport& report);
FitReport report_from_value(const StateReader& reader);

}  // namespace grove
