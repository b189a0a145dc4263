#pragma once

#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "grove/compare/statistics.hpp"

namespace grove {

/// Scores of contenders (columns) on data sets, or on the folds of one data set (rows).
struct ScoreTable {
  std::vector<std::string> contenders;
  std::vector<std::string> rows;  // names
  Matrix scores;
};

/// From a CSV file with a header: one column per contender and, in front, if its values are words
/// or it is called "", "name", "dataset", "data set", "data", "fold", "split", "id" or "task", one
/// of row names (else they are "1", "2", ...). A missing score becomes NaN, which compare_scores
/// refuses. Throws ParseError as read_csv does, and InvalidData for a later column of words.
ScoreTable read_scores(const std::string& path);

/// Which test compares two contenders.
enum class PairTest {
  wilcoxon,    // rows are independent data sets
  sign,        // the same; looks only at who wins
  paired_t,    // the same; takes the differences for normal
  corrected_t  // rows are the folds of one (repeated) cross-validation
};
std::span<const EnumName<PairTest>> enum_names(PairTest);

struct ScoreOptions {
  bool higher_is_better = true;
  /// Default: wilcoxon for data sets, corrected_t for folds.
  std::optional<PairTest> test = {};
  statistics::Adjustment adjustment = statistics::Adjustment::holm;
  double alpha = 0.05;
  /// Compare all with this contender only, instead of all pairs.
  std::optional<std::string> control = {};
  /// Differences up to this size do not matter in practice: they count as ties, and the Bayesian
  /// test of each pair is made.
  std::optional<double> rope = {};
  /// 0: rows are data sets. k: rows are the folds of a k-fold cross-validation, maybe repeated.
  Index n_folds = 0;
  std::uint64_t seed = 0;  // of the Bayesian signed-rank test's draws
};

/// Two contenders. Differences are first minus second; wins are the first's, in the better
/// direction; `test` has the sign of the first's advantage.
struct PairComparison {
  Index first = 0;
  Index second = 0;
  statistics::TestResult test;
  double p_adjusted = 1;
  Index better = -1;  // the one on whose side the test comes out; -1 if on neither
  statistics::MeanDifference difference;  // with its 1 - alpha confidence interval
  statistics::WinTieLoss counts;
  double superiority = 0.5;  // of the first, paired
  double cliffs_delta = 0;   // > 0: the first is better
  std::optional<statistics::Posterior> posterior;
};

/// What only a table of independent data sets gives.
struct RankTests {
  statistics::TestResult friedman;
  statistics::TestResult friedman_without_tie_correction;
  statistics::TestResult iman_davenport;
  statistics::TestResult iman_davenport_without_tie_correction;
  statistics::TestResult quade;
  double critical_difference = 0;  // Nemenyi's, or with a control Bonferroni-Dunn's
  double nemenyi_critical_difference = 0;
  /// Best first; average ranks inside a group lie closer than the critical difference. None with a
  /// control.
  std::vector<std::vector<Index>> groups;
  /// All pairs by Wilcoxon's test and Holm's adjustment, whatever the options say.
  std::vector<PairComparison> wilcoxon_holm;
};

struct ScoreComparison {
  ScoreTable table;
  ScoreOptions options;
  PairTest test = PairTest::wilcoxon;
  Vector means;
  Vector average_ranks;  // 1 = best
  std::optional<RankTests> rank_tests;
  std::vector<PairComparison> pairs;
  std::string conclusion;  // one or two plain sentences
};

/// Everything that may be said about a table of scores. Differences that agree to 12 digits of the
/// scores are tied. Throws InvalidData for fewer than 2 contenders or rows and for scores that are
/// NaN or infinite, and InvalidParameter for an unknown control, a test that takes folds for
/// independent data sets or the other way round, and Shaffer's adjustment with a control.
ScoreComparison compare_scores(const ScoreTable& table, const ScoreOptions& options = {},
                               const Context& context = {});

/// Ranks, tests of all contenders at once, the table of pairs, the conclusion.
std::ostream& operator<<(std::ostream& out, const ScoreComparison& comparison);

/// Everything with full precision; infinite statistics are null.
std::string to_json(const ScoreComparison& comparison);

}  // namespace grove
