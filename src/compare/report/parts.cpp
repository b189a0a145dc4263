#include <algorithm>
#include <cmath>

#include "compare/external_notes.hpp"
#include "compare/format.hpp"
#include "compare/report/csv.hpp"
#include "compare/report/page.hpp"
#include "compare/report/prose.hpp"
#include "compare/report/report.hpp"
#include "compare/report/svg.hpp"
#include "core/text.hpp"
#include "grove/model_selection/leak_guards.hpp"

// Ranks over the data sets, findings, downloads, and how it was made.

namespace grove::report {

namespace {

void write_rank_table(Report& report, const Overall& overall) {
  std::vector<std::string> head = {"contender", "average rank"};
  for (const DatasetComparison& data : report.comparison.datasets) head.push_back(data.dataset);
  report.open_table("Ranks and mean scores", head);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < report.looks.size(); ++i) order.push_back(i);
  const Vector& ranks = report.comparison.average_ranks;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return ranks(static_cast<Index>(a)) < ranks(static_cast<Index>(b));
  });
  for (const std::size_t i : order) {
    report.out << "<tr>";
    report.row_head(i);
    report.cell(ranks(static_cast<Index>(i)), fixed_text(ranks(static_cast<Index>(i)), 2));
    for (std::size_t d = 0; d < report.comparison.datasets.size(); ++d) {
      const Standing& standing = report.comparison.datasets[d].standings[i];
      const double rank = overall.ranks(static_cast<Index>(d), static_cast<Index>(i));
      report.out << "<td data-v=\"" << number_text(rank) << "\""
                 << (standing.best ? " class=\"top\"" : "") << ">"
                 << (failed(standing) ? std::string("<span class=\"bad\">failed</span>")
                                      : fixed_text(standing.mean, 4))
                 << " <small>" << fixed_text(rank, std::fmod(rank, 1) == 0 ? 0 : 1)
                 << "</small></td>";
    }
    report.out << "</tr>\n";
  }
  report.close_table();
}

void write_pairs(Report& report, const Overall& overall) {
  if (overall.pairs.empty()) return;
  report.out << "<details><summary>All pairs: Wilcoxon's signed-rank test on the mean "
                "scores</summary>\n";
  report.open_table("All pairs of contenders",
                    {"first", "second", "wins/ties/losses", "first is better by", "p", "p (Holm)"});
  for (const PairComparison& pair : overall.pairs) {
    report.out << "<tr>";
    report.row_head(static_cast<std::size_t>(pair.first));
    report.out << "<td class=\"text\">" << report.name_tag(static_cast<std::size_t>(pair.second))
               << "</td>";
    report.cell(static_cast<double>(pair.counts.wins - pair.counts.losses),
                concat(pair.counts.wins, "/", pair.counts.ties, "/", pair.counts.losses));
    report.cell(pair.difference.mean, fixed_text(pair.difference.mean, 4));
    report.cell(pair.test.p_value, p_value_text(pair.test.p_value));
    report.cell(pair.p_adjusted, p_value_text(pair.p_adjusted));
    report.out << "</tr>\n";
  }
  report.close_table();
  report.out << "</details>\n";
}

void write_list(std::ostream& out, const char* heading, const std::vector<Finding>& findings) {
  if (findings.empty()) return;
  out << "<h3>" << heading << "</h3>\n<ul class=\"findings\">";
  for (const Finding& finding : findings) {
    out << "<li><code>" << escaped(finding.code) << "</code> ";
    for (const LeakGuard& guard : leak_guards())
      if (guard.code == finding.code) out << "<strong>" << escaped(guard.title) << "</strong>: ";
    out << escaped(finding.text) << "</li>\n";
  }
  out << "</ul>\n";
}

/// Of every contender all parameters, those at their defaults too.
void write_parameters(Report& report) {
  report.out << "<details><summary>Every parameter, those at their defaults too</summary>\n";
  report.open_table("Parameters", {"contender", "parameter", "value"});
  for (const PlannedContender& contender : report.comparison.plan.contenders)
    for (const auto& [name, value] : contender.params) {
      report.out << "<tr><th scope=\"row\">" << escaped(contender.name)
                 << "</th><td class=\"text\"><code>" << escaped(name)
                 << "</code></td><td class=\"text\"><code>" << escaped(to_text(value))
                 << "</code></td></tr>\n";
    }
  report.close_table();
  report.out << "</details>\n";
}

}  // namespace

void write_ranks(Report& report, const Overall& overall) {
  report.out << "<section id=\"ranks\"><h2>Over all data sets</h2>\n";
  CriticalDifference shown = overall.diagram;
  for (std::size_t i = 0; i < report.looks.size(); ++i) shown.contenders[i] = report.looks[i].name;
  report.draw(shown);
  report.out << "<p class=\"soft\">Friedman's test, ties corrected: chi-squared = "
             << fixed_text(overall.friedman.statistic, 2) << " on "
             << fixed_text(overall.friedman.degrees_of_freedom, 0) << " degrees of freedom, "
             << p_text(overall.friedman.p_value)
             << ". The table has the mean scores with their ranks; a contender that fails comes "
                "last.</p>\n";
  write_rank_table(report, overall);
  write_pairs(report, overall);
  report.out << "</section>\n";
}

void write_findings(Report& report, const DatasetComparison& data) {
  for (const Standing& standing : data.standings) {
    if (!failed(standing)) continue;
    report.out << "<div class=\"failures\"><p><strong>" << escaped(standing.contender)
               << "</strong> <span class=\"bad\">failed on " << standing.result.n_failed() << " of "
               << standing.result.folds.size() << " folds:</span> "
               << escaped(first_error(standing.result)) << "</p>";
    if (!first_hint(standing.result).empty())
      report.out << "<p class=\"soft\">" << escaped(first_hint(standing.result)) << "</p>";
    report.out << "</div>\n";
  }
  write_list(report.out, "Findings on the comparison", data.findings);
  write_list(report.out, "Findings on the data", data.audit);
}

void write_contenders(Report& report) {
  report.out << "<section id=\"contenders\"><h2>Contenders</h2>\n<dl class=\"who-is-who\">";
  for (std::size_t i = 0; i < report.looks.size(); ++i) {
    const Standing& standing = report.comparison.datasets.front().standings[i];
    report.out << "<dt>" << report.name_tag(i);
    if (standing.tuned) report.out << " <span class=\"soft\">tuned</span>";
    report.out << "</dt><dd>";
    if (standing.contender != report.looks[i].name && standing.contender != standing.result.model)
      report.out << escaped(standing.contender) << "<br>";
    report.out << "<code>" << escaped(standing.result.model) << "</code></dd>\n";
  }
  report.out << "</dl></section>\n";
  const std::vector<Finding>& findings = report.comparison.findings;
  if (findings.empty()) return;
  report.out << "<section id=\"findings\"><h2>Findings on the whole</h2>\n";
  write_list(report.out, "Of the comparison", findings);
  report.out << "</section>\n";
}

void write_downloads(Report& report, const std::optional<Overall>& overall) {
  const Comparison& comparison = report.comparison;
  std::ostream& out = report.out;
  out << "<section id=\"downloads\"><h2>Numbers to take away</h2>\n<p class=\"soft\">CSV with full "
         "precision, held in this page.</p>\n<p class=\"links\">"
      << csv_link("scores.csv", "Scores of every fold", scores_csv(comparison)) << " "
      << csv_link("folds.csv", "Seconds, memory and errors", folds_csv(comparison)) << " "
      << csv_link("ranks.csv", "Means and ranks", ranks_csv(comparison)) << " "
      << csv_link("tests.csv", "Tests", tests_csv(comparison, overall));
  const auto add = [&](const char* file, const char* text, const std::string& csv) {
    // More than the line of names.
    if (std::count(csv.begin(), csv.end(), '\n') > 1) out << " " << csv_link(file, text, csv);
  };
  add("work.csv", "Counted work", work_csv(comparison));
  add("curves.csv", "Curves", report.curves_csv);
  add("confusion.csv", "Confusion matrices", confusion_csv(comparison));
  add("findings.csv", "Findings", findings_csv(comparison));
  out << "</p></section>\n";
}

void write_provenance(Report& report, const Context& context) {
  const Comparison& comparison = report.comparison;
  std::ostream& out = report.out;
  out << "<section id=\"made\"><h2>How this was made</h2>\n<p>On each data set the folds were made "
         "once and are the same for all contenders; all that a contender learns it learns inside "
         "the fold. p: two-sided corrected resampled t test against the best (Nadeau &amp; Bengio "
         "2003); Holm's adjustment makes up for the number of rivals. &plusmn;: standard deviation "
         "over the folds. Behind best: mean difference with its 95 % interval by the same "
         "variance. Seconds are of the wall clock, and folds may have run at once; memory is the "
         "largest rise of the process during a fold.</p>\n<dl>";
  write_environment(
      out, comparison.environment.version.empty() ? environment(context) : comparison.environment);
  out << "<dt>seed</dt><dd>" << comparison.seed << "</dd>";
  if (!comparison.tuning.empty())
    out << "<dt>tuning</dt><dd><code>" << escaped(comparison.tuning) << "</code></dd>";
  out << "<dt>plan</dt><dd><code>" << plan_sha256(comparison.plan) << "</code></dd></dl>\n";
  for (const std::string& note : external_notes(comparison))
    out << "<p>" << escaped(note) << "</p>\n";
  report.open_table("Data sets and their folds", {"data set", "rows", "columns", "folds",
                                                  "data fingerprint", "SHA-256 of the folds"});
  for (const DatasetComparison& data : comparison.datasets) {
    out << "<tr><th scope=\"row\">" << escaped(data.dataset) << "</th>";
    report.cell(static_cast<double>(data.n_rows), std::to_string(data.n_rows));
    report.cell(static_cast<double>(data.n_features), std::to_string(data.n_features));
    out << "<td class=\"text\">" << escaped(data.splitter) << "</td><td class=\"text hash\"><code>"
        << escaped(data.fingerprint) << "</code></td><td class=\"text hash\"><code>"
        << escaped(data.splits_sha256) << "</code></td></tr>\n";
  }
  report.close_table();
  write_parameters(report);
  out << "</section>\n";
}

}  // namespace grove::report
