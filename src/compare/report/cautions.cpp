#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "compare/format.hpp"
#include "compare/report/prose.hpp"
#include "compare/report/report.hpp"
#include "core/text.hpp"
#include "grove/compare/tuning.hpp"

// What to mistrust in a comparison, in sentences.

namespace grove::report {

namespace {

using Lines = std::vector<std::string>;

// Guards whose findings say what this page would say in other words.
constexpr std::string_view tuning_guard = "G-LEAK-05";
constexpr std::string_view twins_guard = "G-LEAK-06";

std::string name_of(const Report& report, std::size_t contender) {
  return report.look(contender).baseline
             ? "the baseline"
             : "<strong>" + escaped(report.look(contender).name) + "</strong>";
}

void add_few_datasets(const Report& report, const std::optional<Overall>& overall, Lines& lines) {
  const std::size_t n = report.comparison.datasets.size();
  if (n == 1) {
    lines.push_back("One data set says nothing about others.");
  } else if (overall && too_few_datasets(overall->diagram)) {
    lines.push_back(concat(capital(number_word(n)),
                           " data sets are too few for ranks: their "
                           "largest possible distance, ",
                           report.looks.size() - 1, ", is no more than the critical difference, ",
                           fixed_text(overall->diagram.critical_difference, 2), "."));
  } else if (n < 6) {
    lines.push_back(concat("With ", number_word(n),
                           " data sets Wilcoxon's test cannot reach the "
                           "level 0.05, whatever the scores."));
  } else if (n < 10) {
    lines.push_back(
        concat(capital(number_word(n)), " data sets are few: only large differences show."));
  }
}

void add_failures(const Report& report, Lines& lines) {
  std::map<std::string, std::vector<std::string>> who;  // failed so
  std::vector<std::string> order;
  for (std::size_t i = 0; i < report.looks.size(); ++i) {
    std::vector<std::string> where;
    for (const DatasetComparison& data : report.comparison.datasets) {
      const CrossValidation& result = data.standings[i].result;
      if (result.n_failed() > 0)
        where.push_back(concat(result.n_failed(), " of ", result.folds.size(), " folds of ",
                               escaped(data.dataset)));
    }
    if (where.empty()) continue;
    const std::string places = listed(where);
    if (who[places].empty()) order.push_back(places);
    who[places].push_back(name_of(report, i));
  }
  for (const std::string& places : order)
    lines.push_back(
        capital(listed(who[places], 4)) + " failed on " + places +
        (who[places].size() == 1 ? " and stands last there." : " and stand last there."));
}

using Places = std::map<std::string, std::vector<std::string>>;  // data sets of each code

/// A guard's finding on one data set in full, on several by its code.
void add_guards(const Comparison& comparison, Lines& lines) {
  Places where;
  std::map<std::string, std::string> text;
  for (const DatasetComparison& data : comparison.datasets)
    for (const Finding& finding : data.findings) {
      std::vector<std::string>& places = where[finding.code];
      if (places.empty() || places.back() != escaped(data.dataset))
        places.push_back(escaped(data.dataset));
      text.emplace(finding.code, escaped(finding.text));
    }
  for (const auto& [code, places] : where)
    lines.push_back("<code>" + escaped(code) + "</code> on " + listed(places) + ": " +
                    (places.size() == 1 ? text[code] : "their sections say what was found."));
}

void add_findings(const Report& report, Lines& lines) {
  const Comparison& comparison = report.comparison;
  for (const Finding& finding : comparison.findings)
    lines.push_back("<code>" + escaped(finding.code) + "</code> " + escaped(finding.text));
  add_guards(comparison, lines);
  Places where;
  for (const DatasetComparison& data : comparison.datasets) {
    std::set<std::string> codes;
    for (const Finding& finding : data.audit) codes.insert(finding.code);
    // The guard has said it already.
    for (const Finding& finding : data.findings)
      if (finding.code == twins_guard) codes.erase("duplicate_rows");
    for (const std::string& code : codes) where[code].push_back(escaped(data.dataset));
  }
  if (const auto found = where.find("duplicate_rows"); found != where.end()) {
    lines.push_back(capital(listed(found->second)) +
                    (found->second.size() == 1 ? " holds" : " hold") +
                    " rows that occur more than once: the double of a test row may be among the "
                    "training rows, which flatters models that memorise.");
    where.erase(found);
  }
  std::vector<std::string> others;
  for (auto& [code, datasets] : where)
    others.push_back("<code>" + escaped(code) + "</code> (" + listed(datasets) + ")");
  if (!others.empty()) lines.push_back("The audit of the data reports " + listed(others) + ".");
}

void add_tuning(const Report& report, Lines& lines) {
  std::vector<std::string> tuned, untuned;
  for (std::size_t i = 0; i < report.looks.size(); ++i) {
    if (report.look(i).baseline) continue;
    const auto stands_as = [&](std::string_view state) {
      return std::any_of(
          report.comparison.datasets.begin(), report.comparison.datasets.end(),
          [&](const DatasetComparison& data) { return tuning_state(data.standings[i]) == state; });
    };
    if (stands_as("tuned")) {
      tuned.push_back(name_of(report, i));
    } else if (stands_as("untuned")) {
      untuned.push_back(name_of(report, i));
    }
  }
  const std::vector<Finding>& findings = report.comparison.findings;
  const bool said = std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.code == tuning_guard;
  });
  if (tuned.empty() && !untuned.empty())
    lines.push_back(
        "Nothing was tuned: what is compared are the models with the parameters that "
        "they were given.");
  else if (!untuned.empty() && !tuned.empty() && !said)
    lines.push_back(capital(listed(untuned)) + (untuned.size() == 1 ? " was" : " were") +
                    " not tuned beside rivals that were.");
}

void add_folds(const Report& report, Lines& lines) {
  std::vector<std::string> small, single;
  bool once = true;
  Index least = 0;
  for (const DatasetComparison& data : report.comparison.datasets) {
    const Layout layout = layout_of(data);
    if (layout.n_repeats > 1) once = false;
    if (layout.n_folds * layout.n_repeats < 2) single.push_back(escaped(data.dataset));
    // Leave-one-out means it.
    if (layout.least_test >= 50 || layout.least_test <= 1) continue;
    small.push_back(concat(escaped(data.dataset), " (", layout.least_test, ")"));
    least = least == 0 ? layout.least_test : std::min(least, layout.least_test);
  }
  if (!small.empty())
    lines.push_back(concat("Test folds are small on ", listed(small),
                           " rows: in the smallest, one row more or less moves an accuracy by ",
                           fixed_text(100.0 / static_cast<double>(least), 1), " points."));
  if (!single.empty())
    lines.push_back("A single fold on " + listed(single) +
                    ": nothing says how far chance moves it.");
  else if (once)
    lines.push_back(
        "The folds were drawn once. Other folds would give other scores; repeats show "
        "by how much.");
}

bool equal_everywhere(const Comparison& comparison, std::size_t a, std::size_t b) {
  for (const DatasetComparison& data : comparison.datasets) {
    const Standing& first = data.standings[a];
    const Standing& second = data.standings[b];
    if (failed(first) || failed(second)) return false;
    if (first.result.scores(data.metric) != second.result.scores(data.metric)) return false;
  }
  return true;
}

void add_ties(const Report& report, Lines& lines) {
  std::set<std::size_t> said;
  for (std::size_t i = 0; i < report.looks.size(); ++i) {
    if (said.count(i) > 0) continue;
    std::vector<std::string> equal = {name_of(report, i)};
    for (std::size_t j = i + 1; j < report.looks.size(); ++j)
      if (equal_everywhere(report.comparison, i, j)) {
        equal.push_back(name_of(report, j));
        said.insert(j);
      }
    if (equal.size() > 1)
      lines.push_back(capital(listed(equal)) + " have equal scores on every fold" +
                      (report.comparison.datasets.size() > 1 ? " of every data set" : "") +
                      ": there is no difference between them here.");
  }
}

}  // namespace

void write_cautions(Report& report, const std::optional<Overall>& overall) {
  Lines lines;
  add_failures(report, lines);
  add_findings(report, lines);
  add_ties(report, lines);
  add_tuning(report, lines);
  add_few_datasets(report, overall, lines);
  add_folds(report, lines);
  if (lines.empty()) return;
  report.out << "<h2>What to mistrust</h2>\n<ul>";
  for (const std::string& line : lines) report.out << "<li>" << line << "</li>\n";
  report.out << "</ul>\n";
}

}  // namespace grove::report
