#include <iomanip>
#include <ostream>

#include "compare/format.hpp"
#include "core/text.hpp"

namespace grove {

UnitCost unit_cost(const Standing& standing) {
  UnitCost cost;
  for (const auto& [counter, count] : standing.work)
    if (counter != work::bytes_read && count > cost.count) {
      cost.counter = counter;
      cost.count = count;
    }
  if (cost.count == 0) return {};
  double seconds = 0;
  for (const FoldResult& fold : standing.result.folds)
    if (fold.error.empty()) seconds += fold.cpu_seconds;
  cost.seconds = seconds / static_cast<double>(cost.count);
  return cost;
}

std::string amount_text(std::uint64_t count) {
  const auto value = static_cast<double>(count);
  if (count < 10'000) return std::to_string(count);
  if (value < 1e6) return fixed_text(value / 1e3, 1) + " k";
  if (value < 1e9) return fixed_text(value / 1e6, 1) + " M";
  return fixed_text(value / 1e9, 1) + " G";
}

void write_costs(std::ostream& out, const DatasetComparison& data, int width) {
  out << "  " << std::left << std::setw(width) << "cost" << std::right << std::setw(10) << "fit"
      << std::setw(10) << "predict" << std::setw(10) << "cpu" << std::setw(10) << "memory"
      << std::setw(10) << "work" << std::setw(10) << "per unit"
      << "  unit\n";
  for (const Standing& standing : data.standings) {
    if (standing.result.n_failed() > 0) continue;
    out << "  " << std::left << std::setw(width) << standing.contender << std::right
        << std::setw(10) << seconds_text(standing.fit_seconds) << std::setw(10)
        << seconds_text(standing.predict_seconds) << std::setw(10)
        << seconds_text(standing.cpu_seconds) << std::setw(10) << bytes_text(standing.peak_bytes);
    const UnitCost cost = unit_cost(standing);
    const auto n_folds = static_cast<std::uint64_t>(standing.result.folds.size());
    if (!cost.counter.empty())
      out << std::setw(10) << amount_text(cost.count / n_folds) << std::setw(10)
          << seconds_text(cost.seconds) << "  " << cost.counter;
    out << "\n";
  }
}

}  // namespace grove
