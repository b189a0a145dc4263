#include <sstream>

#include "grove/compare/score_comparison.hpp"
#include "support/check.hpp"

using namespace grove;
using grove::testing::message_of;

namespace {

ScoreTable small_table() {
  ScoreTable table;
  table.contenders = {"a", "b", "c"};
  table.rows = {"1", "2", "3", "4", "5", "6"};
  table.scores.resize(6, 3);
  table.scores << .9, .8, .5, .7, .72, .4, .8, .6, .55, .95, .9, .6, .85, .7, .65, .6, .5, .45;
  return table;
}

}  // namespace

TEST_CASE("Scores and their negatives, read the other way, say the same") {
  const ScoreTable table = small_table();
  ScoreTable negative = table;
  negative.scores = -table.scores;
  const ScoreComparison higher = compare_scores(table, {.rope = 0.05});
  const ScoreComparison lower = compare_scores(negative, {.higher_is_better = false, .rope = 0.05});
  CHECK(higher.average_ranks == lower.average_ranks);
  CHECK(higher.conclusion == lower.conclusion);
  REQUIRE(higher.pairs.size() == 3);
  for (std::size_t i = 0; i < higher.pairs.size(); ++i) {
    const PairComparison& one = higher.pairs[i];
    const PairComparison& other = lower.pairs[i];
    CHECK(one.test.p_value == other.test.p_value);
    CHECK(one.better == one.first);
    CHECK(other.better == one.better);
    CHECK(one.counts.wins == other.counts.wins);
    CHECK(one.superiority == other.superiority);
    CHECK(one.cliffs_delta == other.cliffs_delta);
    CHECK(one.difference.mean == -other.difference.mean);
    CHECK(one.difference.low == -other.difference.high);
    CHECK(one.posterior->first_better == other.posterior->first_better);
    CHECK(one.posterior->first_better > one.posterior->second_better);
  }
  CHECK(higher.rank_tests->quade.p_value == lower.rank_tests->quade.p_value);
}

TEST_CASE("Contenders in another order get the same p-values") {
  const ScoreTable table = small_table();
  ScoreTable turned = table;
  turned.contenders = {"c", "b", "a"};
  turned.scores = table.scores.rowwise().reverse();
  const ScoreComparison one = compare_scores(table);
  const ScoreComparison other = compare_scores(turned);
  CHECK(one.average_ranks == Vector(other.average_ranks.reverse()));
  CHECK(one.rank_tests->friedman.p_value == other.rank_tests->friedman.p_value);
  CHECK(one.pairs[0].p_adjusted == other.pairs[2].p_adjusted);  // a-b
  CHECK(one.pairs[1].p_adjusted == other.pairs[1].p_adjusted);  // a-c
  CHECK(one.pairs[1].better == 0);
  CHECK(other.pairs[1].better == 2);
}

TEST_CASE("Differences equal to the rope up to rounding are ties") {
  ScoreTable table = small_table();
  table.scores.col(1) = table.scores.col(0).array() - 0.1;
  const ScoreComparison found = compare_scores(table, {.rope = 0.1});
  CHECK(found.pairs[0].counts.ties == 6);
}

TEST_CASE("A table whose parts do not fit is refused") {
  ScoreTable table = small_table();
  table.contenders.pop_back();
  CHECK(message_of([&] { (void)compare_scores(table); }) ==
        "compare_scores: 6 row names and 2 contenders do not fit scores of 6 x 3");
  CHECK(message_of([&] { (void)compare_scores(small_table(), {.rope = -1}); }) ==
        "compare_scores: rope must be >= 0, got -1");
  CHECK(message_of([&] { (void)compare_scores(small_table(), {.n_folds = 1}); }) ==
        "compare_scores: n_folds must be 0 or >= 2, got 1");
}
