#include <algorithm>
#include <cmath>
#include <map>

#include "compare/format.hpp"
#include "compare/report/axis.hpp"
#include "compare/report/report.hpp"
#include "core/text.hpp"

// The ledger: counted work side by side with the seconds that it took.

namespace grove::report {

namespace {

/// "1.2 million" would not sort by eye: thousands apart, exact.
std::string grouped(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, " ");
  return digits;
}

/// Over the folds that have a result; processor time where it was measured, else fit and predict.
double seconds_of(const Standing& standing, bool processor) {
  double seconds = 0;
  for (const FoldResult& fold : standing.result.folds)
    if (fold.error.empty())
      seconds += processor ? fold.cpu_seconds : fold.fit_seconds + fold.predict_seconds;
  return seconds;
}

std::uint64_t total_of(const WorkCounts& work) {
  std::uint64_t total = 0;
  for (const auto& [counter, count] : work)
    if (counter != work::bytes_read) total += count;
  return total;
}

std::string words(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

}  // namespace

void write_work(Report& report, const DatasetComparison& data) {
  std::map<std::string, double> counters;
  bool processor = true;
  for (const Standing& standing : data.standings) {
    for (const auto& [counter, count] : standing.work)
      counters[counter] += static_cast<double>(count);
    if (!failed(standing) && !(seconds_of(standing, true) > 0)) processor = false;
  }
  if (counters.empty()) return;
  report.out << "<h3>Work and time</h3>\n<p class=\"soft\">Counted work and "
             << (processor ? "processor seconds" : "seconds")
             << " of all folds together. Where two contenders do the same work, the one that takes "
                "longer per unit is the slower program, not the slower algorithm.</p>\n";
  std::vector<std::string> head = {"contender", processor ? "processor time" : "time",
                                   "per unit of work", "memory"};
  for (const auto& [counter, count] : counters) head.push_back(words(counter));
  report.open_table("Counted work on " + data.dataset, head);
  for (const std::size_t i : by_rank(data)) {
    const Standing& standing = data.standings[i];
    if (failed(standing)) continue;
    report.out << "<tr>";
    report.row_head(i);
    const double seconds = seconds_of(standing, processor);
    report.cell(seconds, seconds_text(seconds));
    const double units = static_cast<double>(total_of(standing.work));
    if (units > 0)
      report.cell(seconds / units, seconds / units < 1e-6
                                       ? fixed_text(1e9 * seconds / units, 2) + " ns"
                                       : short_seconds(seconds / units));
    else
      report.cell(std::nan(""), "-");
    report.cell(static_cast<double>(standing.peak_bytes), bytes_text(standing.peak_bytes));
    for (const auto& [counter, count] : counters) {
      const auto found = standing.work.find(counter);
      if (found == standing.work.end())
        report.cell(std::nan(""), "-");
      else
        report.cell(static_cast<double>(found->second), grouped(found->second));
    }
    report.out << "</tr>\n";
  }
  report.close_table();
  report.out << "<p class=\"soft\">A unit is one of anything that is counted, bytes apart: compare "
                "it between contenders that count the same things.</p>\n";
}

}  // namespace grove::report
