#include "grove/compare/score_comparison.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "compare/format.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove {

using statistics::Adjustment;
using statistics::TestResult;

std::span<const EnumName<PairTest>> enum_names(PairTest) {
  static constexpr std::array<EnumName<PairTest>, 4> names{
      {{PairTest::wilcoxon, "wilcoxon"},
       {PairTest::sign, "sign"},
       {PairTest::paired_t, "paired_t"},
       {PairTest::corrected_t, "corrected_t"}}};
  return names;
}

namespace {

void check_table(const ScoreTable& table) {
  const Matrix& scores = table.scores;
  if (scores.cols() != static_cast<Index>(table.contenders.size()) ||
      scores.rows() != static_cast<Index>(table.rows.size()))
    throw InvalidData(concat("compare_scores: ", table.rows.size(), " row names and ",
                             table.contenders.size(), " contenders do not fit scores of ",
                             scores.rows(), " x ", scores.cols()));
  if (scores.cols() < 2)
    throw InvalidData(concat("compare_scores needs at least 2 contenders, got ", scores.cols()),
                      "one column of scores for each contender");
  if (scores.rows() < 2)
    throw InvalidData(concat("compare_scores needs at least 2 rows, got ", scores.rows()),
                      "one row for each data set, or for each fold");
  for (Index i = 0; i < scores.rows(); ++i)
    for (Index j = 0; j < scores.cols(); ++j)
      if (!std::isfinite(scores(i, j)))
        throw InvalidData(
            concat("compare_scores: ", std::isnan(scores(i, j)) ? "G-LEAK-09: " : "",
                   "the score of '", printable(table.contenders[static_cast<std::size_t>(j)]),
                   "' in row ", i + 1, " ('", printable(table.rows[static_cast<std::size_t>(i)]),
                   "') is ", std::isnan(scores(i, j)) ? "missing" : "infinite"),
            "give a failed run the worst score there is, or leave the row out and say so");
}

PairTest chosen_test(const ScoreOptions& options, Index n_rows) {
  const bool folds = options.n_folds != 0;
  if (folds && options.n_folds < 2)
    throw InvalidParameter(
        concat("compare_scores: n_folds must be 0 or >= 2, got ", options.n_folds),
        "0 says that rows are data sets");
  if (folds && n_rows % options.n_folds != 0)
    throw InvalidData(concat("compare_scores: ", n_rows, " rows are no whole number of ",
                             options.n_folds, "-fold cross-validations"),
                      "give every fold of every repetition");
  const PairTest test = options.test.value_or(folds ? PairTest::corrected_t : PairTest::wilcoxon);
  if (folds && test != PairTest::corrected_t)
    throw InvalidParameter(
        concat("compare_scores: ", enum_text(test),
               " takes rows for independent, and the folds of ",
               "a cross-validation share training rows: it would find differences where there ",
               "are none"),
        "take corrected_t, or give one mean score per data set");
  if (!folds && test == PairTest::corrected_t)
    throw InvalidParameter("compare_scores: corrected_t is for the folds of a cross-validation",
                           "say how many folds it has, or take another test");
  return test;
}

Index index_of_control(const ScoreTable& table, const ScoreOptions& options) {
  if (!options.control) return -1;
  const auto found = std::find(table.contenders.begin(), table.contenders.end(), *options.control);
  if (found == table.contenders.end())
    throw InvalidParameter(
        concat("compare_scores: there is no contender '", printable(*options.control), "'",
               did_you_mean(*options.control, table.contenders)),
        concat("contenders are ", join(table.contenders)));
  if (options.adjustment == Adjustment::shaffer)
    throw InvalidParameter(
        "compare_scores: shaffer's adjustment is for all pairs, not for a control", "take holm");
  return found - table.contenders.begin();
}

void check_options(const ScoreOptions& options) {
  if (!(options.alpha > 0 && options.alpha < 1))
    throw InvalidParameter(concat("compare_scores: alpha must be in (0, 1), got ", options.alpha),
                           "0.05 is usual");
  if (options.rope && !(*options.rope >= 0 && std::isfinite(*options.rope)))
    throw InvalidParameter(concat("compare_scores: rope must be >= 0, got ", *options.rope),
                           "it is the largest difference that does not matter");
}

/// A test and on whose side it comes out: > 0 if the differences lean above zero.
struct Outcome {
  TestResult test;
  double lean = 0;
};

Outcome run_test(PairTest test, const Vector& differences, double tolerance, Index n_folds) {
  switch (test) {
    case PairTest::sign: {
      const Vector clear = (differences.array().abs() > tolerance).select(differences, 0.0);
      return {statistics::sign_test(clear), clear.array().sign().sum()};
    }
    case PairTest::paired_t:
      return {statistics::paired_t(differences), differences.mean()};
    case PairTest::corrected_t:
      return {statistics::corrected_cv_t(differences, n_folds), differences.mean()};
    case PairTest::wilcoxon:
      break;
  }
  const auto found = statistics::wilcoxon_signed_rank(differences, {.tie_tolerance = tolerance});
  return {{.statistic = found.statistic, .p_value = found.p_value}, found.r_plus - found.r_minus};
}

class PairMaker {
 public:
  PairMaker(const ScoreTable& table, const ScoreOptions& options, const Context& context)
      : scores_(table.scores), options_(options), context_(context) {}

  PairComparison make(Index first, Index second, PairTest test) const {
    const Vector difference = scores_.col(first) - scores_.col(second);
    const Vector advantage = options_.higher_is_better ? difference : Vector(-difference);
    const double tolerance =
        1e-12 * scores_.col(first).cwiseAbs().cwiseMax(scores_.col(second).cwiseAbs()).maxCoeff();
    const double rope = options_.rope.value_or(0) + tolerance;
    const double ratio =
        test == PairTest::corrected_t ? 1 / static_cast<double>(options_.n_folds - 1) : 0;
    PairComparison pair;
    pair.first = first;
    pair.second = second;
    const Outcome outcome = run_test(test, advantage, tolerance, options_.n_folds);
    pair.test = outcome.test;
    if (outcome.lean != 0) pair.better = outcome.lean > 0 ? first : second;
    pair.difference = statistics::mean_difference(difference, 1 - options_.alpha, ratio);
    pair.counts = statistics::win_tie_loss(advantage, rope);
    pair.superiority = statistics::paired_probability_of_superiority(advantage, rope);
    pair.cliffs_delta = statistics::cliffs_delta(scores_.col(first), scores_.col(second)) *
                        (options_.higher_is_better ? 1 : -1);
    if (options_.rope && test == PairTest::corrected_t)
      pair.posterior = statistics::bayesian_correlated_t(advantage, ratio, *options_.rope);
    else if (options_.rope)
      pair.posterior = statistics::bayesian_signed_rank(
          advantage, {.rope = *options_.rope, .seed = options_.seed}, context_);
    return pair;
  }

  /// All pairs, or those with the control as the first.
  std::vector<PairComparison> all(Index control, PairTest test, Adjustment adjustment) const {
    std::vector<PairComparison> pairs;
    const Index k = scores_.cols();
    for (Index i = 0; i < k; ++i) {
      if (control >= 0 && i != control) continue;
      for (Index j = control >= 0 ? 0 : i + 1; j < k; ++j)
        if (j != i) pairs.push_back(make(i, j, test));
    }
    Vector p(static_cast<Index>(pairs.size()));
    for (Index i = 0; i < p.size(); ++i) p(i) = pairs[static_cast<std::size_t>(i)].test.p_value;
    p = statistics::adjust(p, adjustment);
    for (Index i = 0; i < p.size(); ++i) pairs[static_cast<std::size_t>(i)].p_adjusted = p(i);
    return pairs;
  }

 private:
  const Matrix& scores_;
  const ScoreOptions& options_;
  const Context& context_;
};

RankTests rank_tests(const ScoreComparison& comparison, bool has_control) {
  const Matrix& scores = comparison.table.scores;
  const double alpha = comparison.options.alpha;
  RankTests tests;
  tests.friedman = statistics::friedman(scores);
  tests.friedman_without_tie_correction = statistics::friedman(scores, false);
  tests.iman_davenport = statistics::iman_davenport(scores);
  tests.iman_davenport_without_tie_correction = statistics::iman_davenport(scores, false);
  tests.quade = statistics::quade(scores, 1e-12 * scores.cwiseAbs().maxCoeff());
  tests.nemenyi_critical_difference =
      statistics::nemenyi_critical_difference(alpha, scores.cols(), scores.rows());
  tests.critical_difference = has_control ? statistics::bonferroni_dunn_critical_difference(
                                                alpha, scores.cols(), scores.rows())
                                          : tests.nemenyi_critical_difference;
  if (!has_control)
    tests.groups = statistics::rank_groups(comparison.average_ranks, tests.critical_difference);
  return tests;
}

/// "A is better than B and C; B is better than C."
std::string claims(const ScoreComparison& comparison) {
  const auto& names = comparison.table.contenders;
  std::vector<std::vector<std::string>> beaten(names.size());
  for (const PairComparison& pair : comparison.pairs) {
    if (pair.p_adjusted > comparison.options.alpha || pair.better < 0) continue;
    const Index other = pair.better == pair.first ? pair.second : pair.first;
    beaten[static_cast<std::size_t>(pair.better)].push_back(
        printable(names[static_cast<std::size_t>(other)]));
  }
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (!beaten[i].empty())
      text += concat(text.empty() ? "" : "; ", printable(names[i]), " is better than ",
                     join(beaten[i]));
  return text;
}

std::string conclude(const ScoreComparison& comparison) {
  const double alpha = comparison.options.alpha;
  const std::string level = short_text(alpha);
  const auto n = comparison.table.scores.rows();
  std::string found = claims(comparison);
  const bool any = !found.empty();
  std::string text =
      any ? concat("At level ", level, ", ", found, ".")
          : concat("At level ", level, ", no contender is shown to be better than another.");
  std::size_t open = 0;
  for (const PairComparison& pair : comparison.pairs) open += pair.p_adjusted > alpha ? 1 : 0;
  if (any && open > 0)
    text += concat(" The other ", open == 1 ? "pair is" : concat(open, " pairs are"),
                   " not told apart, which does not make them equal.");
  if (!any) text += " That does not make them equal.";
  // Signs and signed ranks of n rows give no p-value below 2^(1-n).
  const bool counts_signs =
      comparison.test == PairTest::wilcoxon || comparison.test == PairTest::sign;
  const double least = std::pow(2.0, 1 - static_cast<double>(n));
  if (!any && counts_signs && least > alpha)
    text += concat(" ", n, " data sets are too few for this test: its p-value cannot fall below ",
                   short_text(least), ".");
  const auto& tests = comparison.rank_tests;
  if (any && tests && comparison.table.scores.cols() > 2 && tests->iman_davenport.p_value > alpha)
    text += concat(" The test of all contenders at once finds no difference (Iman-Davenport p ",
                   short_text(tests->iman_davenport.p_value), "): take these claims with care.");
  return text;
}

}  // namespace

ScoreComparison compare_scores(const ScoreTable& table, const ScoreOptions& options,
                               const Context& context) {
  check_options(options);
  check_table(table);
  ScoreComparison comparison;
  comparison.table = table;
  comparison.options = options;
  comparison.test = chosen_test(options, table.scores.rows());
  const Index control = index_of_control(table, options);
  comparison.means = table.scores.colwise().mean();
  comparison.average_ranks = statistics::average_ranks(table.scores, options.higher_is_better);
  const PairMaker maker(table, options, context);
  comparison.pairs = maker.all(control, comparison.test, options.adjustment);
  if (options.n_folds == 0) {
    comparison.rank_tests = rank_tests(comparison, control >= 0);
    ScoreOptions plain = options;
    plain.rope.reset();
    comparison.rank_tests->wilcoxon_holm =
        PairMaker(table, plain, context).all(-1, PairTest::wilcoxon, Adjustment::holm);
  }
  comparison.conclusion = conclude(comparison);
  return comparison;
}

}  // namespace grove
