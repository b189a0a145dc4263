#pragma once

#include <chrono>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"

namespace grove {

/// Times one fit and counts its work: give `context()` to the algorithm, then `finish` fills
/// `fit_seconds` and `work` and passes the work on to the caller's ledger.
class FitScope {
 public:
  explicit FitScope(const Context& outer);
  FitScope(const FitScope&) = delete;
  FitScope& operator=(const FitScope&) = delete;
  const Context& context() const { return inner_; }
  FitReport finish(FitReport report = {}) const;

 private:
  const Context& outer_;
  Ledger ledger_;
  Context inner_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace grove
