#include <algorithm>
#include <cmath>
#include <numeric>

#include "compare/format.hpp"
#include "compare/report/csv.hpp"
#include "compare/report/page.hpp"
#include "compare/report/sheet.hpp"
#include "core/text.hpp"
#include "grove/compare/critical_difference.hpp"

// A table of scores and all that may be said about it, as one page.

namespace grove {

namespace report {

namespace {

const std::string& name_of(const ScoreComparison& comparison, Index contender) {
  return comparison.table.contenders[static_cast<std::size_t>(contender)];
}

void row_head(Sheet& sheet, const std::string& name) {
  sheet.out << "<tr><th scope=\"row\">" << escaped(name) << "</th>";
}

void write_ranks(Sheet& sheet, const ScoreComparison& comparison) {
  std::vector<Index> order(comparison.table.contenders.size());
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
    return comparison.average_ranks(a) < comparison.average_ranks(b);
  });
  sheet.open_table("Average ranks", {"contender", "average rank", "mean score"});
  for (const Index i : order) {
    row_head(sheet, name_of(comparison, i));
    sheet.cell(comparison.average_ranks(i), fixed_text(comparison.average_ranks(i), 3));
    sheet.cell(comparison.means(i), short_text(comparison.means(i)));
    sheet.out << "</tr>\n";
  }
  sheet.close_table();
}

void write_rank_tests(Sheet& sheet, const RankTests& tests) {
  sheet.out << "<section><h2>All at once</h2>\n";
  sheet.open_table("Tests of all contenders at once", {"test", "statistic", "distribution", "p"});
  const auto row = [&](const char* name, const statistics::TestResult& test) {
    row_head(sheet, name);
    sheet.cell(test.statistic,
               std::isinf(test.statistic) ? "infinite" : short_text(test.statistic));
    const std::string first = short_text(test.degrees_of_freedom);
    sheet.out << "<td>"
              << (test.denominator_degrees_of_freedom > 0
                      ? concat("F(", first, ", ", short_text(test.denominator_degrees_of_freedom),
                               ")")
                      : concat("chi-squared(", first, ")"))
              << "</td>";
    sheet.cell(test.p_value, p_value_text(test.p_value));
    sheet.out << "</tr>\n";
  };
  row("Friedman", tests.friedman);
  row("Friedman, ties not corrected", tests.friedman_without_tie_correction);
  row("Iman-Davenport", tests.iman_davenport);
  row("Iman-Davenport, ties not corrected", tests.iman_davenport_without_tie_correction);
  row("Quade", tests.quade);
  sheet.close_table();
  sheet.out << "</section>\n";
}

void write_pairs(Sheet& sheet, const ScoreComparison& comparison) {
  const ScoreOptions& options = comparison.options;
  std::vector<std::string> head = {"first",
                                   "second",
                                   "wins/ties/losses",
                                   "first - second",
                                   concat(short_text(100 * (1 - options.alpha)), " % interval"),
                                   "P(first wins)",
                                   "Cliff's delta",
                                   "p",
                                   "p adjusted"};
  if (options.rope) head.insert(head.end(), {"first better", "same", "second better"});
  sheet.out << "<section><h2>" << (options.control ? "Against the control" : "Pairs")
            << "</h2>\n<p class=\"soft\">Test " << escaped(enum_text(comparison.test))
            << ", adjusted by " << escaped(enum_text(options.adjustment))
            << ". Bold: the better one, where the adjusted p is below " << short_text(options.alpha)
            << ".</p>\n";
  sheet.open_table("Pairs of contenders", head);
  for (const PairComparison& pair : comparison.pairs) {
    const bool sure = pair.p_adjusted < options.alpha;
    sheet.out << "<tr" << (sure && pair.better == pair.first ? " class=\"first\"" : "")
              << "><th scope=\"row\">" << escaped(name_of(comparison, pair.first))
              << "</th><td class=\"text" << (sure && pair.better == pair.second ? " top" : "")
              << "\">" << escaped(name_of(comparison, pair.second)) << "</td>";
    sheet.cell(static_cast<double>(pair.counts.wins - pair.counts.losses),
               concat(pair.counts.wins, "/", pair.counts.ties, "/", pair.counts.losses));
    sheet.cell(pair.difference.mean, short_text(pair.difference.mean));
    sheet.cell(pair.difference.high - pair.difference.low,
               concat(short_text(pair.difference.low), " to ", short_text(pair.difference.high)));
    sheet.cell(pair.superiority, fixed_text(pair.superiority, 3));
    sheet.cell(pair.cliffs_delta, fixed_text(pair.cliffs_delta, 3));
    sheet.cell(pair.test.p_value, p_value_text(pair.test.p_value));
    sheet.cell(pair.p_adjusted, p_value_text(pair.p_adjusted));
    if (pair.posterior)
      for (const double p : {pair.posterior->first_better, pair.posterior->equivalent,
                             pair.posterior->second_better})
        sheet.cell(p, fixed_text(p, 3));
    sheet.out << "</tr>\n";
  }
  sheet.close_table();
  sheet.out << "</section>\n";
}

void write_scores(Sheet& sheet, const ScoreTable& table) {
  sheet.out << "<section><h2>Scores</h2>\n<details><summary>The table that this is "
               "made of</summary>\n";
  std::vector<std::string> head = {"name"};
  head.insert(head.end(), table.contenders.begin(), table.contenders.end());
  sheet.open_table("Scores", head);
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    row_head(sheet, table.rows[i]);
    for (Index j = 0; j < table.scores.cols(); ++j) {
      const double score = table.scores(static_cast<Index>(i), j);
      sheet.cell(score, short_text(score));
    }
    sheet.out << "</tr>\n";
  }
  sheet.close_table();
  sheet.out << "</details></section>\n";
}

std::string table_csv(const ScoreTable& table) {
  std::string csv = "name";
  for (const std::string& name : table.contenders) csv += "," + csv_field(name);
  csv += "\n";
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    csv += csv_field(table.rows[i]);
    for (Index j = 0; j < table.scores.cols(); ++j)
      csv += "," + csv_number(table.scores(static_cast<Index>(i), j));
    csv += "\n";
  }
  return csv;
}

std::string average_ranks_csv(const ScoreComparison& comparison) {
  std::string csv = "contender,average_rank,mean_score\n";
  for (Index i = 0; i < comparison.means.size(); ++i)
    csv += concat(csv_field(name_of(comparison, i)), ",", csv_number(comparison.average_ranks(i)),
                  ",", csv_number(comparison.means(i)), "\n");
  return csv;
}

std::string pairs_csv(const ScoreComparison& comparison) {
  std::string csv = "a,b,wins,ties,losses,difference,low,high,statistic,p_value,p_adjusted\n";
  for (const PairComparison& pair : comparison.pairs)
    csv += concat(csv_field(name_of(comparison, pair.first)), ",",
                  csv_field(name_of(comparison, pair.second)), ",", pair.counts.wins, ",",
                  pair.counts.ties, ",", pair.counts.losses, ",", csv_number(pair.difference.mean),
                  ",", csv_number(pair.difference.low), ",", csv_number(pair.difference.high), ",",
                  csv_number(pair.test.statistic), ",", csv_number(pair.test.p_value), ",",
                  csv_number(pair.p_adjusted), "\n");
  return csv;
}

}  // namespace

}  // namespace report

std::string to_html(const ScoreComparison& comparison, const Context& context) {
  report::Sheet sheet;
  const ScoreTable& table = comparison.table;
  open_page(sheet.out,
            concat(count_text(table.contenders.size(), "contender", "contenders"), " on ",
                   comparison.rank_tests ? count_text(table.rows.size(), "data set", "data sets")
                                         : count_text(table.rows.size(), "fold", "folds")));
  sheet.out << "<section class=\"opening\" aria-label=\"Summary\"><p>"
            << (comparison.options.higher_is_better ? "Higher" : "Lower")
            << " scores are better.</p>\n<p>" << escaped(comparison.conclusion)
            << "</p></section>\n<section><h2>Ranks</h2>\n";
  if (comparison.rank_tests) sheet.draw(critical_difference(comparison));
  report::write_ranks(sheet, comparison);
  sheet.out << "</section>\n";
  if (comparison.rank_tests) report::write_rank_tests(sheet, *comparison.rank_tests);
  report::write_pairs(sheet, comparison);
  report::write_scores(sheet, table);
  sheet.out << "<section><h2>Numbers to take away</h2>\n<p class=\"links\">"
            << report::csv_link("scores.csv", "Scores", report::table_csv(table)) << " "
            << report::csv_link("ranks.csv", "Ranks", report::average_ranks_csv(comparison)) << " "
            << report::csv_link("pairs.csv", "Pairs", report::pairs_csv(comparison))
            << "</p></section>\n<section><h2>How this was made</h2>\n<dl>";
  write_environment(sheet.out, environment(context));
  sheet.out << "</dl></section>\n";
  write_script(sheet.out);
  close_page(sheet.out);
  return sheet.out.str();
}

}  // namespace grove
