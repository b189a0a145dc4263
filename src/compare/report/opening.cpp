#include <algorithm>
#include <cmath>
#include <set>

#include "compare/report/prose.hpp"
#include "compare/report/report.hpp"
#include "core/text.hpp"

// The first paragraphs: what was compared, who wins, how sure that is. Their sentences follow from
// the tests alone.

namespace grove::report {

namespace {

std::string strong(const Report& report, std::size_t contender) {
  const Look& look = report.look(contender);
  if (look.baseline) return "the baseline";
  return "<strong>" + escaped(look.name) + "</strong>";
}

std::string names(const Report& report, const std::vector<std::size_t>& contenders,
                  const std::string& last = "and") {
  std::vector<std::string> items;
  for (const std::size_t i : contenders) items.push_back(strong(report, i));
  return listed(items, 6, last);
}

std::string metric_words(const std::string& metric) {
  std::string text = escaped(metric);
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

std::string what(const Report& report) {
  const Comparison& comparison = report.comparison;
  std::size_t n_baselines = 0;
  for (const Look& look : report.looks) n_baselines += look.baseline ? 1 : 0;
  const std::size_t n_models = report.looks.size() - n_baselines;
  std::string text = counted(n_models, "model", "models");
  if (n_models == 0) text = counted(n_baselines, "baseline", "baselines");
  if (n_models > 0 && n_baselines == 1)
    text += " and a baseline that ignores the columns";
  else if (n_models > 0 && n_baselines > 1)
    text += concat(" and ", number_word(n_baselines), " baselines that ignore the columns");
  const std::size_t n = comparison.datasets.size();
  text = capital(text) + (report.looks.size() == 1 ? " was" : " were") + " compared on " +
         (n == 1 ? "one data set, " + escaped(comparison.datasets.front().dataset)
                 : number_word(n) + " data sets");
  std::set<std::pair<int, int>> layouts;
  std::set<std::pair<std::string, bool>> metrics;
  for (const DatasetComparison& data : comparison.datasets) {
    const Layout layout = layout_of(data);
    layouts.insert({layout.n_folds, layout.n_repeats});
    metrics.insert({data.metric, data.greater_is_better});
  }
  text += ", by cross-validation";
  if (layouts.size() == 1) {
    const auto [folds, repeats] = *layouts.begin();
    text += " in " + counted(static_cast<std::size_t>(folds), "fold", "folds");
    if (repeats == 2) text += ", done twice";
    if (repeats > 2) text += ", done " + number_word(static_cast<std::size_t>(repeats)) + " times";
  }
  text += ". On each, all were fitted and judged on the very same rows.";
  if (metrics.size() == 1)
    text += " The score is " + metric_words(metrics.begin()->first) + "; " +
            (metrics.begin()->second ? "larger" : "smaller") + " is better.";
  if (!comparison.tuning.empty())
    text += " Each model was tuned by <code>" + escaped(comparison.tuning) +
            "</code> inside the training part of every fold, with the same budget for all.";
  return text;
}

struct Verdict {
  std::vector<std::size_t> beaten, unclear, untested;
  double largest_beaten_p = 0, least_unclear_p = 1;
};

Verdict verdict_on(const DatasetComparison& data, std::size_t best) {
  Verdict verdict;
  const std::vector<AgainstBest> against = against_best(data);
  for (const std::size_t i : by_rank(data)) {
    if (i == best || failed(data.standings[i])) continue;
    const double p = against[i].p_holm;
    if (std::isnan(p)) {
      verdict.untested.push_back(i);
    } else if (p < alpha) {
      verdict.beaten.push_back(i);
      verdict.largest_beaten_p = std::max(verdict.largest_beaten_p, p);
    } else {
      verdict.unclear.push_back(i);
      verdict.least_unclear_p = std::min(verdict.least_unclear_p, p);
    }
  }
  return verdict;
}

std::string how_sure(const Report& report, const Verdict& verdict) {
  static const std::string test = "corrected resampled t test, Holm's adjustment";
  if (verdict.beaten.empty() && verdict.unclear.empty())
    return verdict.untested.empty() ? "" : " No test can be made of it.";
  if (verdict.unclear.empty()) {
    if (verdict.beaten.size() == 1)
      return concat(" It is better than ", names(report, verdict.beaten), " by more than chance (",
                    test, ", ", p_text(verdict.largest_beaten_p), ").");
    return concat(" Its lead over each of the others",
                  verdict.untested.empty() ? "" : " that could be tested", " is more than chance (",
                  test, ", ", p_text(verdict.largest_beaten_p), " at most).");
  }
  const std::string p =
      p_text(verdict.least_unclear_p) + (verdict.unclear.size() == 1 ? ")." : " at least).");
  if (verdict.beaten.empty() && verdict.unclear.size() == 1)
    return concat(" But its lead over ", names(report, verdict.unclear), " may be chance (", test,
                  ", ", p);
  if (verdict.beaten.empty())
    return concat(
        " But its lead may be chance: it is told apart from none of the others, so there "
        "is no winner (",
        test, ", ", p);
  return concat(" It is better than ", names(report, verdict.beaten),
                " by more than chance; its lead over ", names(report, verdict.unclear, "or"),
                " may be chance (", test, ", ", p);
}

std::string winner_on_one(const Report& report, const DatasetComparison& data) {
  const std::optional<std::size_t> best = best_of(data);
  if (!best) return "Every contender failed: there is no result.";
  const Standing& standing = data.standings[*best];
  std::vector<std::size_t> tied;
  for (const std::size_t i : by_rank(data))
    if (data.standings[i].mean == standing.mean) tied.push_back(i);
  std::string text;
  const std::string score =
      concat("mean ", metric_words(data.metric), ", ", fixed_text(standing.mean, 4));
  if (report.looks.size() == 1)
    return concat(capital(strong(report, *best)), " has a mean ", metric_words(data.metric), " of ",
                  fixed_text(standing.mean, 4), ". There is no rival.");
  if (tied.size() > 1)
    text = capital(names(report, tied)) + " share the best " + score + ".";
  else
    text = capital(strong(report, *best)) + " has the best " + score + ".";
  Verdict verdict = verdict_on(data, *best);
  if (tied.size() > 1) {
    std::erase_if(verdict.unclear, [&](std::size_t i) {
      return std::find(tied.begin(), tied.end(), i) != tied.end();
    });
    std::string sure = how_sure(report, verdict);
    // The test is against the first of them.
    return text +
           (sure.empty() ? "" : " Of " + strong(report, *best) + ", the first of them:" + sure);
  }
  if (report.look(*best).baseline)
    return text + " No model learnt anything from the columns that helps.";
  return text + how_sure(report, verdict);
}

/// Names of data sets, "iris and wine".
std::string dataset_names(const std::vector<const DatasetComparison*>& datasets) {
  std::vector<std::string> items;
  for (const DatasetComparison* data : datasets) items.push_back(escaped(data->dataset));
  return listed(items);
}

std::string on_single_sets(const Report& report) {
  std::size_t clear = 0, judged = 0;
  for (const DatasetComparison& data : report.comparison.datasets) {
    const std::optional<std::size_t> best = best_of(data);
    if (!best) continue;
    ++judged;
    const Verdict verdict = verdict_on(data, *best);
    if (verdict.unclear.empty() && verdict.untested.empty() && !verdict.beaten.empty()) ++clear;
  }
  if (judged == 0) return "";
  const std::string tests = " (corrected resampled t test, Holm's adjustment).";
  if (clear == 0) return " On no single data set does the best stand clear of all others" + tests;
  if (clear == judged)
    return " On every single data set the best stands clear of all others" + tests;
  return concat(" On ", number_word(clear), " of ", number_word(judged),
                " single data sets the best stands clear of all others", tests);
}

/// `subject`: "It", or the name of the leader that is meant among several.
std::string rank_claim(const Report& report, const Overall& overall, std::size_t leader,
                       const std::string& subject) {
  const CriticalDifference& diagram = overall.diagram;
  const double p = overall.friedman.p_value;
  if (!(p < alpha))
    return concat(" But the ranks differ no more than chance allows (Friedman's test, ", p_text(p),
                  "): over these data sets nobody is shown to be better.");
  std::vector<std::size_t> behind, beside;
  for (std::size_t i = 0; i < report.looks.size(); ++i) {
    const auto at = static_cast<Index>(i);
    if (i == leader) continue;
    const double distance =
        diagram.average_ranks(at) - diagram.average_ranks(static_cast<Index>(leader));
    (distance >= diagram.critical_difference ? behind : beside).push_back(i);
  }
  std::string text =
      concat(" The ranks differ by more than chance (Friedman's test, ", p_text(p), ").");
  const std::string critical =
      concat("Nemenyi's critical difference of ", fixed_text(diagram.critical_difference, 2));
  if (behind.empty())
    return text + concat(" Yet none is behind ", strong(report, leader), " by ", critical,
                         ": it is not shown to be better than any single one.");
  text += concat(" ", subject, " is ahead of ", names(report, behind), " by at least ", critical);
  if (!beside.empty()) text += concat("; it is not told apart from ", names(report, beside, "or"));
  return text + ".";
}

std::string pair_claim(const Report& report, const Overall& overall, std::size_t leader) {
  if (overall.pairs.empty() || overall.diagram.n_datasets < 6) return "";
  std::vector<std::size_t> better;
  for (const PairComparison& pair : overall.pairs)
    if (pair.p_adjusted < alpha && pair.better == static_cast<Index>(leader))
      better.push_back(
          static_cast<std::size_t>(pair.first == pair.better ? pair.second : pair.first));
  if (better.empty())
    return " Wilcoxon's test on the mean scores, with Holm's adjustment, sets it above none.";
  return concat(" Wilcoxon's test on the mean scores, with Holm's adjustment, sets it above ",
                names(report, better), ".");
}

std::string winner_on_many(const Report& report, const Overall& overall) {
  const Comparison& comparison = report.comparison;
  const Vector& ranks = comparison.average_ranks;
  const double least = ranks.minCoeff();
  std::vector<std::size_t> leaders;
  for (std::size_t i = 0; i < report.looks.size(); ++i)
    if (ranks(static_cast<Index>(i)) <= least + 1e-12) leaders.push_back(i);
  const std::string place =
      concat(fixed_text(least, 2), " among ", number_word(report.looks.size()));
  if (leaders.size() > 1)
    return capital(names(report, leaders)) + " share the best average rank, " + place + "." +
           rank_claim(report, overall, leaders.front(), capital(strong(report, leaders.front()))) +
           on_single_sets(report);
  std::size_t first = 0;
  for (const DatasetComparison& data : comparison.datasets)
    if (data.standings[leaders.front()].rank == 1) ++first;
  std::string text =
      concat(capital(strong(report, leaders.front())), " has the best average rank, ", place,
             ", and comes first alone on ", (first == 0 ? "none" : number_word(first)), " of ",
             number_word(comparison.datasets.size()), " data sets.");
  text += rank_claim(report, overall, leaders.front(), "It");
  if (overall.friedman.p_value < alpha) text += pair_claim(report, overall, leaders.front());
  return text + on_single_sets(report);
}

std::string unbeaten_baseline(const Report& report) {
  std::vector<const DatasetComparison*> unbeaten;
  for (const DatasetComparison& data : report.comparison.datasets) {
    const std::optional<std::size_t> best = best_of(data);
    if (!best || report.look(*best).baseline) continue;
    const Verdict verdict = verdict_on(data, *best);
    for (const std::size_t i : verdict.unclear)
      if (report.look(i).baseline) unbeaten.push_back(&data);
  }
  if (unbeaten.empty()) return "";
  return concat(" On ", dataset_names(unbeaten),
                " not even the best is told apart from the "
                "baseline.");
}

}  // namespace

void write_opening(Report& report, const std::optional<Overall>& overall) {
  std::ostream& out = report.out;
  out << "<section class=\"opening\" aria-label=\"Summary\"><p>" << what(report) << "</p>\n<p>";
  if (overall)
    out << winner_on_many(report, *overall);
  else
    out << winner_on_one(report, report.comparison.datasets.front());
  out << unbeaten_baseline(report) << "</p>\n";
  write_cautions(report, overall);
  out << "</section>\n";
}

}  // namespace grove::report
