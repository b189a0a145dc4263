#include "grove/core/context.hpp"

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/fit_scope.hpp"

namespace grove {

void Context::check_stop(std::string_view who) const {
  if (stop.stop_requested())
    throw Cancelled(concat(who, " was cancelled"), "the model is as it was before the call");
}

FitScope::FitScope(const Context& outer)
    : outer_(outer), inner_(outer), start_(std::chrono::steady_clock::now()) {
  inner_.ledger = &ledger_;
}

FitReport FitScope::finish(FitReport report) const {
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
  report.fit_seconds = elapsed.count();
  report.work = ledger_.counts();
  if (outer_.ledger != nullptr) outer_.ledger->add(report.work);
  return report;
}

}  // namespace grove
