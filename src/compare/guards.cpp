#include "grove/compare/guards.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "compare/standings.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove {

std::string without_seeds(const std::string& expression) {
  static constexpr std::string_view word = "seed=";
  std::string text = expression;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at)) {
    if (at == 0 || (text[at - 1] != '(' && text[at - 1] != ' ')) {
      at += word.size();
      continue;
    }
    std::size_t end = at + word.size();
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    if (text.compare(end, 2, ", ") == 0) {
      end += 2;
    } else if (at >= 2 && text.compare(at - 2, 2, ", ") == 0) {
      at -= 2;
    }
    text.erase(at, end - at);
  }
  return text;
}

std::vector<std::vector<std::size_t>> seed_groups(const std::vector<std::string>& models) {
  std::map<std::string, std::vector<std::size_t>> alike;
  for (std::size_t i = 0; i < models.size(); ++i) alike[without_seeds(models[i])].push_back(i);
  std::vector<std::vector<std::size_t>> groups;
  for (const auto& [model, members] : alike) {
    std::set<std::string> different;
    for (const std::size_t member : members) different.insert(models[member]);
    if (different.size() > 1) groups.push_back(members);
  }
  std::sort(groups.begin(), groups.end());
  return groups;
}

std::vector<Finding> seed_findings(const std::vector<std::string>& names,
                                   const std::vector<std::string>& models) {
  std::vector<Finding> findings;
  for (const std::vector<std::size_t>& group : seed_groups(models)) {
    std::vector<std::string> members;
    for (const std::size_t member : group) members.push_back(printable(names[member]));
    findings.push_back(
        {"G-LEAK-10", concat(group.size(), " contenders are ", without_seeds(models[group.front()]),
                             " with different seeds: ", join(members),
                             "; of their scores only the median may win")});
  }
  return findings;
}

namespace {

std::string tuned_on_text(const TunedOn& tuned_on, const Dataset& data,
                          const std::vector<Split>& splits) {
  if (tuned_on.fingerprint == data.fingerprint())
    return concat("on this very data (fingerprint ", data.fingerprint().substr(0, 12), ")");
  Index count = 0, total = 0;
  for (const Split& split : splits)
    for (const Index row : split.test) {
      ++total;
      count += tuned_on.rows.contains(data.source(), data.source_row(row)) ? 1 : 0;
    }
  return count == 0 ? "" : concat("on rows that hold ", count, " of ", total, " test rows");
}

/// Place of the best mean of a metric; -1 if all failed.
Index winner(const std::vector<Standing>& standings, const std::string& metric, bool greater) {
  Index best = -1;
  double best_mean = 0;
  for (std::size_t i = 0; i < standings.size(); ++i) {
    const double mean = standings[i].result.mean(metric);
    if (std::isnan(mean)) continue;
    if (best < 0 || (greater ? mean > best_mean : mean < best_mean)) {
      best = static_cast<Index>(i);
      best_mean = mean;
    }
  }
  return best;
}

void check_metrics(const DatasetComparison& result, const CompareOptions& options,
                   std::vector<Finding>& findings) {
  if (!options.planned_metric.empty() && options.planned_metric != result.metric)
    findings.push_back({"G-LEAK-11", concat("the plan lets ", printable(options.planned_metric),
                                            " decide, but here it is ", result.metric)});
  if (options.metrics.size() < 2) return;
  const Index first = winner(result.standings, result.metric, result.greater_is_better);
  if (first < 0) return;
  std::vector<std::string> others;
  for (std::size_t k = 1; k < options.metrics.size(); ++k) {
    const std::string& metric = options.metrics[k].name();
    const Index other = winner(result.standings, metric, options.metrics[k].greater_is_better());
    if (other < 0 || other == first) continue;
    const Standing& rival = result.standings[static_cast<std::size_t>(other)];
    const double best = rival.result.mean(metric);
    const double own = result.standings[static_cast<std::size_t>(first)].result.mean(metric);
    if (own == best) continue;
    others.push_back(concat("by ", metric, " ", printable(rival.contender), " would win (",
                            fixed_text(best, 4), " against ", fixed_text(own, 4), ")"));
  }
  if (others.empty()) return;
  findings.push_back(
      {"G-LEAK-11", concat(result.metric, " decides, and ",
                           printable(result.standings[static_cast<std::size_t>(first)].contender),
                           " leads; ", join(others))});
}

/// Fits that were refused in the name of a guard.
void check_refusals(const DatasetComparison& result, std::vector<Finding>& findings) {
  for (const Standing& standing : result.standings)
    for (const std::string_view code : {"G-LEAK-03", "G-LEAK-13"}) {
      Index count = 0;
      std::string first;
      for (const FoldResult& fold : standing.result.folds)
        if (fold.error.find(code) != std::string::npos && count++ == 0) first = fold.error;
      if (count > 0)
        findings.push_back(
            {std::string(code), concat(printable(standing.contender), " in ", count, " of ",
                                       standing.result.folds.size(), " folds: ", first)});
    }
}

struct Tuning {
  bool tuned = false;
  std::string budget;  // "" if it is not known
};

Tuning tuning_of(std::size_t place, const std::vector<DatasetComparison>& results) {
  Tuning tuning;
  for (const DatasetComparison& result : results) {
    const Standing& standing = result.standings[place];
    tuning.tuned = tuning.tuned || standing.tuned;
    for (const FoldResult& fold : standing.result.folds)
      if (fold.search) tuning = {true, fold.search->method};
  }
  return tuning;
}

}  // namespace

std::vector<Finding> field_findings(const std::vector<Contender>& field, const Dataset& data,
                                    const std::vector<Split>& splits,
                                    const CompareOptions& options) {
  std::vector<std::string> names, models;
  for (const Contender& contender : field) {
    names.push_back(contender.name);
    models.push_back(contender.estimator.expression());
  }
  std::vector<Finding> findings = seed_findings(names, models);
  for (const Contender& contender : field) {
    if (!contender.tuned_on) continue;
    // What is tuned anew in every fold has forgotten the old search, unless a part was kept.
    if (options.tune && !contender.space && !contender.estimator.search_space().empty()) continue;
    const std::string where = tuned_on_text(*contender.tuned_on, data, splits);
    if (!where.empty())
      findings.push_back({"G-LEAK-12", concat(printable(contender.name),
                                              ": its parameters were searched ", where)});
  }
  return findings;
}

std::vector<Finding> result_findings(const DatasetComparison& result,
                                     const CompareOptions& options) {
  std::vector<Finding> findings;
  check_refusals(result, findings);
  check_metrics(result, options, findings);
  return findings;
}

std::vector<Finding> tuning_findings(const std::vector<Contender>& field,
                                     const std::vector<DatasetComparison>& results) {
  std::vector<std::string> tuned, untuned, budgets;
  for (std::size_t i = 0; i < field.size(); ++i) {
    Tuning tuning = tuning_of(i, results);
    tuning.tuned = tuning.tuned || field[i].tuned_on.has_value();
    if (tuning.tuned) {
      tuned.push_back(printable(field[i].name));
      if (!tuning.budget.empty() &&
          std::find(budgets.begin(), budgets.end(), tuning.budget) == budgets.end())
        budgets.push_back(tuning.budget);
    } else if (!field[i].estimator.search_space().empty()) {
      untuned.push_back(printable(field[i].name));
    }
  }
  std::vector<Finding> findings;
  if (!tuned.empty() && !untuned.empty())
    findings.push_back(
        {"G-LEAK-05",
         concat(join(untuned), untuned.size() == 1 ? " has" : " have", " something to tune and ",
                untuned.size() == 1 ? "was" : "were", " not, beside ", join(tuned), ", tuned")});
  if (budgets.size() > 1)
    findings.push_back({"G-LEAK-05", concat("the budgets differ: ", join(budgets))});
  return findings;
}

std::vector<Finding> all_findings(const Comparison& comparison) {
  std::vector<Finding> all;
  const auto add = [&](const std::vector<Finding>& findings) {
    for (const Finding& finding : findings)
      if (std::none_of(all.begin(), all.end(), [&](const Finding& other) {
            return other.code == finding.code && other.text == finding.text;
          }))
        all.push_back(finding);
  };
  for (const DatasetComparison& data : comparison.datasets) add(data.findings);
  add(comparison.findings);
  return all;
}

void refuse_findings(const std::vector<Finding>& findings) {
  if (findings.empty()) return;
  std::string text;
  for (const Finding& finding : findings)
    text += concat(text.empty() ? "" : "; ", to_text(finding));
  std::string advice = "findings are errors because of strict";
  for (const LeakGuard& guard : leak_guards())
    if (guard.code == findings.front().code) advice = std::string(guard.advice);
  throw InvalidData(concat("compare: ", text), advice);
}

}  // namespace grove
