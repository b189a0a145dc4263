#include "data/fit_report_value.hpp"

#include <limits>

namespace grove {

Value report_to_value(const FitReport& report) {
  return Value::Map{{"iterations", report.iterations},
                    {"converged", report.converged},
                    {"loss_curve", report.loss_curve},
                    {"warnings", Value(report.warnings)}};
}

FitReport report_from_value(const StateReader& reader) {
  FitReport report;
  report.iterations =
      static_cast<Index>(reader.integer("iterations", 0, std::numeric_limits<std::int64_t>::max()));
  report.converged = reader.boolean("converged");
  report.loss_curve = reader.reals("loss_curve");
  report.warnings = reader.texts("warnings");
  return report;
}

}  // namespace grove
