#include <algorithm>
#include <cmath>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <numeric>
#include <ostream>
#include <sstream>

#include "compare/format.hpp"
#include "core/text.hpp"
#include "grove/compare/score_comparison.hpp"

namespace grove {

using statistics::TestResult;

namespace {

using Json = nlohmann::ordered_json;
using Row = std::vector<std::string>;

/// Columns two spaces apart, the first `n_left` to the left.
void write_rows(std::ostream& out, const std::vector<Row>& rows, std::size_t n_left) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const Row& row : rows)
    for (std::size_t j = 0; j < row.size(); ++j) widths[j] = std::max(widths[j], row[j].size());
  for (const Row& row : rows) {
    for (std::size_t j = 0; j < row.size(); ++j)
      out << (j == 0 ? "" : "  ") << (j < n_left ? std::left : std::right)
          << std::setw(static_cast<int>(widths[j])) << row[j];
    out << "\n";
  }
}

const std::string& name_of(const ScoreComparison& comparison, Index contender) {
  return comparison.table.contenders[static_cast<std::size_t>(contender)];
}

std::vector<Index> by_rank(const Vector& ranks) {
  std::vector<Index> order(static_cast<std::size_t>(ranks.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return ranks(a) < ranks(b); });
  return order;
}

void write_ranks(std::ostream& out, const ScoreComparison& comparison) {
  std::vector<Row> rows{{"contender", "average rank", "mean score"}};
  for (const Index i : by_rank(comparison.average_ranks))
    rows.push_back({printable(name_of(comparison, i)), fixed_text(comparison.average_ranks(i), 3),
                    short_text(comparison.means(i))});
  write_rows(out, rows, 1);
}

void write_rank_tests(std::ostream& out, const ScoreComparison& comparison) {
  const RankTests& tests = *comparison.rank_tests;
  const auto f_row = [](const std::string& name, const TestResult& test) {
    return Row{name,
               "F(" + short_text(test.degrees_of_freedom) + ", " +
                   short_text(test.denominator_degrees_of_freedom) + ")",
               short_text(test.statistic), p_value_text(test.p_value)};
  };
  out << "\nAll at once\n";
  write_rows(
      out,
      {{"test", "distribution", "statistic", "p"},
       {"Friedman (ties corrected)", "chi2(" + short_text(tests.friedman.degrees_of_freedom) + ")",
        short_text(tests.friedman.statistic), p_value_text(tests.friedman.p_value)},
       f_row("Iman-Davenport", tests.iman_davenport),
       f_row("Quade", tests.quade)},
      2);
  out << "\nCritical difference of average ranks at " << short_text(comparison.options.alpha)
      << " (" << (comparison.options.control ? "Bonferroni-Dunn" : "Nemenyi")
      << "): " << fixed_text(tests.critical_difference, 4) << "\n";
  for (const std::vector<Index>& group : tests.groups) {
    Row names;
    for (const Index i : group) names.push_back(printable(name_of(comparison, i)));
    out << "  closer than that: " << join(names, 99) << "\n";
  }
}

Row pair_row(const ScoreComparison& comparison, const PairComparison& pair) {
  Row row{printable(name_of(comparison, pair.first)),
          printable(name_of(comparison, pair.second)),
          concat(pair.counts.wins, "/", pair.counts.ties, "/", pair.counts.losses),
          short_text(pair.difference.mean),
          concat("[", short_text(pair.difference.low), ", ", short_text(pair.difference.high), "]"),
          fixed_text(pair.superiority, 3),
          fixed_text(pair.cliffs_delta, 3),
          short_text(pair.test.statistic),
          p_value_text(pair.test.p_value),
          p_value_text(pair.p_adjusted)};
  if (pair.posterior)
    for (const double p :
         {pair.posterior->first_better, pair.posterior->equivalent, pair.posterior->second_better})
      row.push_back(fixed_text(p, 3));
  return row;
}

void write_pairs(std::ostream& out, const ScoreComparison& comparison) {
  const ScoreOptions& options = comparison.options;
  out << "\n"
      << (options.control ? "Against the control" : "Pairs") << ", test "
      << enum_text(comparison.test) << ", adjusted by " << enum_text(options.adjustment) << "\n";
  Row head{"a",
           "b",
           "win/tie/loss",
           "a - b",
           concat(short_text(100 * (1 - options.alpha)), "% interval"),
           "P(a wins)",
           "Cliff",
           "statistic",
           "p",
           "p adjusted"};
  if (options.rope) head.insert(head.end(), {"a better", "same", "b better"});
  std::vector<Row> rows{head};
  for (const PairComparison& pair : comparison.pairs) rows.push_back(pair_row(comparison, pair));
  write_rows(out, rows, 2);
  if (options.rope)
    out << "  same: " << (comparison.test == PairTest::corrected_t ? "mean " : "")
        << "differences up to " << short_text(*options.rope)
        << "; the last three columns are beliefs (Bayesian "
        << (comparison.test == PairTest::corrected_t ? "correlated t" : "signed-rank")
        << " test)\n";
}

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json test_json(const TestResult& test) {
  Json json{{"statistic", number(test.statistic)}, {"p_value", test.p_value}};
  if (test.degrees_of_freedom > 0) json["degrees_of_freedom"] = test.degrees_of_freedom;
  if (test.denominator_degrees_of_freedom > 0)
    json["denominator_degrees_of_freedom"] = test.denominator_degrees_of_freedom;
  return json;
}

Json brief_pair_json(const ScoreComparison& comparison, const PairComparison& pair) {
  return {{"a", name_of(comparison, pair.first)},
          {"b", name_of(comparison, pair.second)},
          {"statistic", number(pair.test.statistic)},
          {"p_value", pair.test.p_value},
          {"p_adjusted", pair.p_adjusted}};
}

Json pair_json(const ScoreComparison& comparison, const PairComparison& pair) {
  Json json = brief_pair_json(comparison, pair);
  json["better"] = pair.better < 0 ? Json(nullptr) : Json(name_of(comparison, pair.better));
  json["mean_difference"] = pair.difference.mean;
  json["interval"] = {number(pair.difference.low), number(pair.difference.high)};
  json["wins"] = pair.counts.wins;
  json["ties"] = pair.counts.ties;
  json["losses"] = pair.counts.losses;
  json["probability_of_superiority"] = pair.superiority;
  json["cliffs_delta"] = pair.cliffs_delta;
  if (pair.posterior)
    json["posterior"] = {{"a_better", pair.posterior->first_better},
                         {"equivalent", pair.posterior->equivalent},
                         {"b_better", pair.posterior->second_better}};
  return json;
}

void add_rank_tests(Json& json, const ScoreComparison& comparison) {
  const RankTests& tests = *comparison.rank_tests;
  const double alpha = comparison.options.alpha;
  json["friedman"] = test_json(tests.friedman);
  json["friedman"]["without_tie_correction"] = test_json(tests.friedman_without_tie_correction);
  json["iman_davenport"] = test_json(tests.iman_davenport);
  json["iman_davenport"]["without_tie_correction"] =
      test_json(tests.iman_davenport_without_tie_correction);
  json["quade"] = test_json(tests.quade);
  json["nemenyi"] = {{"alpha", alpha}, {"critical_difference", tests.nemenyi_critical_difference}};
  if (comparison.options.control)
    json["bonferroni_dunn"] = {{"alpha", alpha},
                               {"critical_difference", tests.critical_difference}};
  json["groups"] = Json::array();
  for (const std::vector<Index>& group : tests.groups) {
    Json names = Json::array();
    for (const Index i : group) names.push_back(name_of(comparison, i));
    json["groups"].push_back(std::move(names));
  }
  json["wilcoxon_holm"] = Json::array();
  for (const PairComparison& pair : tests.wilcoxon_holm)
    json["wilcoxon_holm"].push_back(brief_pair_json(comparison, pair));
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const ScoreComparison& comparison) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  const ScoreOptions& options = comparison.options;
  text << comparison.table.contenders.size() << " contenders, " << comparison.table.rows.size();
  if (options.n_folds > 0) {
    text << " folds of " << options.n_folds << "-fold cross-validation";
  } else {
    text << " data sets";
  }
  text << "; " << (options.higher_is_better ? "higher" : "lower") << " scores are better\n\n";
  write_ranks(text, comparison);
  if (comparison.rank_tests) write_rank_tests(text, comparison);
  write_pairs(text, comparison);
  text << "\n" << comparison.conclusion << "\n";
  return out << text.str();
}

std::string to_json(const ScoreComparison& comparison) {
  const ScoreOptions& options = comparison.options;
  Json json;
  json["n_rows"] = comparison.table.scores.rows();
  json["rows_are"] = options.n_folds > 0 ? "folds" : "datasets";
  if (options.n_folds > 0) json["n_folds"] = options.n_folds;
  json["higher_is_better"] = options.higher_is_better;
  json["alpha"] = options.alpha;
  json["ranks"] = Json::object();
  json["means"] = Json::object();
  for (Index i = 0; i < comparison.average_ranks.size(); ++i) {
    json["ranks"][name_of(comparison, i)] = comparison.average_ranks(i);
    json["means"][name_of(comparison, i)] = comparison.means(i);
  }
  if (comparison.rank_tests) add_rank_tests(json, comparison);
  json["test"] = enum_text(comparison.test);
  json["adjustment"] = enum_text(options.adjustment);
  json["control"] = options.control ? Json(*options.control) : Json(nullptr);
  json["rope"] = options.rope ? Json(*options.rope) : Json(nullptr);
  json["seed"] = options.seed;
  json["pairs"] = Json::array();
  for (const PairComparison& pair : comparison.pairs)
    json["pairs"].push_back(pair_json(comparison, pair));
  json["conclusion"] = comparison.conclusion;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace grove
