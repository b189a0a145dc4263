#include <algorithm>
#include <cmath>
#include <iomanip>
#include <ostream>
#include <sstream>

#include "compare/external_notes.hpp"
#include "compare/format.hpp"
#include "compare/tuning.hpp"
#include "core/text.hpp"
#include "grove/compare/comparison.hpp"
#include "grove/compare/statistics.hpp"
#include "grove/model_selection/leak_guards.hpp"

namespace grove {

std::string p_value_text(double p) {
  if (std::isnan(p)) return "-";
  return p < 0.0001 ? "<0.0001" : fixed_text(p, 4);
}

std::string seconds_text(double seconds) {
  if (seconds < 1e-6) return fixed_text(seconds * 1e9, seconds < 1e-7 ? 1 : 0) + " ns";
  if (seconds < 1e-3) return fixed_text(seconds * 1e6, 0) + " us";
  if (seconds < 1) return fixed_text(seconds * 1e3, 1) + " ms";
  return fixed_text(seconds, 2) + " s";
}

std::string bytes_text(std::uint64_t bytes) {
  return fixed_text(static_cast<double>(bytes) / 1048576, 1) + " MB";
}

const std::string& first_error(const CrossValidation& result) {
  static const std::string none;
  for (const FoldResult& fold : result.folds)
    if (!fold.error.empty()) return fold.error;
  return none;
}

const std::string& first_hint(const CrossValidation& result) {
  static const std::string none;
  for (const FoldResult& fold : result.folds)
    if (!fold.error.empty()) return fold.hint;
  return none;
}

namespace {

void write_table(std::ostream& out, const DatasetComparison& data, int width, bool tuning) {
  out << data.dataset << " (" << data.n_rows << " x " << data.n_features << "), " << data.metric
      << (data.greater_is_better ? ", larger is better" : ", smaller is better") << "; "
      << data.splitter << "\n";
  out << "  " << std::left << std::setw(width) << "contender" << std::right << std::setw(10)
      << "mean" << std::setw(10) << "sd" << std::setw(7) << "rank" << std::setw(10) << "p"
      << std::setw(10) << "p (Holm)"
      << "\n";
  for (const Standing& standing : data.standings) {
    out << (standing.best ? "* " : "  ") << std::left << std::setw(width) << standing.contender
        << std::right;
    const Index n_failed = standing.result.n_failed();
    if (n_failed > 0) {
      out << "  failed on " << n_failed << " of " << standing.result.folds.size()
          << " folds: " << first_error(standing.result) << "\n";
      if (!first_hint(standing.result).empty())
        out << "  " << std::setw(width) << ""
            << "  hint: " << first_hint(standing.result) << "\n";
      continue;
    }
    out << std::setw(10) << fixed_text(standing.mean, 4) << std::setw(10)
        << fixed_text(standing.std, 4) << std::setw(7) << fixed_text(standing.rank, 1)
        << std::setw(10) << (standing.best ? "best" : p_value_text(standing.p_value))
        << std::setw(10) << (standing.best ? "" : p_value_text(standing.p_adjusted))
        << (tuning && standing.tunable && !standing.tuned ? "  untuned" : "") << "\n";
  }
  write_costs(out, data, width);
  for (const Finding& finding : data.findings) out << "! " << to_text(finding) << "\n";
  out << "\n";
}

/// Whether the average ranks differ by more than chance.
void write_rank_tests(std::ostream& out, const Comparison& comparison) {
  const auto n = static_cast<Index>(comparison.datasets.size());
  const auto k = static_cast<Index>(comparison.contenders.size());
  if (n < 2 || k < 2) return;
  Matrix ranks(n, k);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < k; ++j)
      ranks(i, j) = comparison.datasets[static_cast<std::size_t>(i)]
                        .standings[static_cast<std::size_t>(j)]
                        .rank;
  out << "  Friedman's test of equal ranks: p " << p_value_text(statistics::friedman(ranks).p_value)
      << "; ranks closer than Nemenyi's critical difference of "
      << fixed_text(statistics::nemenyi_critical_difference(0.05, k, n), 2)
      << " are not told apart\n";
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Comparison& comparison) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  std::size_t longest = 9;
  for (const std::string& name : comparison.contenders) longest = std::max(longest, name.size());
  const int width = static_cast<int>(longest) + 1;
  for (const DatasetComparison& data : comparison.datasets) {
    write_table(text, data, width, !comparison.tuning.empty());
    write_tuning(text, comparison, data);
  }
  text << "Average ranks over " << comparison.datasets.size()
       << (comparison.datasets.size() == 1 ? " data set\n" : " data sets\n");
  std::vector<std::size_t> order(comparison.contenders.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return comparison.average_ranks(static_cast<Index>(a)) <
           comparison.average_ranks(static_cast<Index>(b));
  });
  for (const std::size_t i : order)
    text << "  " << std::left << std::setw(width) << comparison.contenders[i] << std::right
         << std::setw(10) << fixed_text(comparison.average_ranks(static_cast<Index>(i)), 2) << "\n";
  write_rank_tests(text, comparison);
  for (const Finding& finding : comparison.findings) text << "! " << to_text(finding) << "\n";
  text << "* best mean; p: corrected resampled t test (Nadeau & Bengio 2003) against the best, and "
          "adjusted for the number of rivals; "
          "same folds for all\ncost: means of the folds; cpu: processor time of all threads; per "
          "unit: processor "
          "time for one unit of the work that was counted most\n";
  for (const std::string& note : external_notes(comparison)) text << note << "\n";
  return out << text.str();
}

}  // namespace grove
