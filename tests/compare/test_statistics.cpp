#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "grove/compare/statistics.hpp"
#include "support/check.hpp"
#include "support/reference.hpp"

using namespace grove;
using namespace grove::statistics;
using grove::testing::close;
using grove::testing::message_of;
using grove::testing::to_double;
using grove::testing::to_matrix;
using grove::testing::to_vector;

namespace {

using Json = nlohmann::json;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

const Json& oracle() {
  static const Json json = grove::testing::reference("statistics");
  return json;
}

Vector vector(std::initializer_list<double> values) {
  return Eigen::Map<const Vector>(std::data(values), static_cast<Index>(values.size()));
}

void check_test(const TestResult& found, const Json& expected) {
  CHECK(close(found.statistic, to_double(expected.at("statistic")), 1e-10));
  CHECK(close(found.p_value, to_double(expected.at("p_value")), 1e-10));
}

WilcoxonResult normal(const Vector& differences, WilcoxonZeros zeros, bool continuity) {
  return wilcoxon_signed_rank(
      differences,
      {.zeros = zeros, .method = WilcoxonMethod::normal, .continuity_correction = continuity});
}

}  // namespace

TEST_CASE("Tests of paired differences agree with R") {
  REQUIRE(oracle().at("paired").size() == 8);
  for (const Json& item : oracle().at("paired")) {
    const Vector d = to_vector(item.at("differences"));
    INFO(d.transpose());
    const Json& r = item.at("r");
    check_test(paired_t(d), r.at("t"));
    CHECK(close(sign_test(d).p_value, r.at("sign"), 1e-10));
    const MeanDifference mean = mean_difference(d);
    CHECK(close(mean.low, r.at("low"), 1e-10));
    CHECK(close(mean.high, r.at("high"), 1e-10));
    CHECK(close(mean_difference(d, 0.9).low, r.at("low90"), 1e-10));
    CHECK(close(mean_difference(d, 0.9).high, r.at("high90"), 1e-10));
  }
}

TEST_CASE("Wilcoxon's test agrees with R and scipy, zeros and ties too") {
  int n_brute_force = 0;
  int n_plain = 0;
  for (const Json& item : oracle().at("paired")) {
    const Vector d = to_vector(item.at("differences"));
    INFO(d.transpose());
    const Json& r = item.at("r");
    const WilcoxonResult found = wilcoxon_signed_rank(d);
    CHECK(found.r_plus == r.at("r_plus").get<double>());
    CHECK(found.r_plus + found.r_minus ==
          static_cast<double>(found.n_ranked * (found.n_ranked + 1)) / 2);
    CHECK(found.n_ranked + found.n_zeros == d.size());
    CHECK(found.exact == (found.n_ranked <= 50));
    const double exact = wilcoxon_signed_rank(d, {.method = WilcoxonMethod::exact}).p_value;
    CHECK(close(exact, r.at("exact"), 1e-10));
    if (found.exact) CHECK(found.p_value == exact);
    CHECK(close(normal(d, WilcoxonZeros::drop, false).p_value, r.at("normal"), 1e-10));
    CHECK(close(normal(d, WilcoxonZeros::drop, true).p_value, r.at("corrected"), 1e-10));
    for (const auto& [name, zeros] :
         {std::pair{"wilcox", WilcoxonZeros::drop}, std::pair{"pratt", WilcoxonZeros::pratt},
          std::pair{"zsplit", WilcoxonZeros::split}}) {
      INFO(name);
      const Json& scipy = item.at(name);
      CHECK(normal(d, zeros, false).statistic == scipy.at("statistic").get<double>());
      CHECK(close(normal(d, zeros, false).p_value, scipy.at("p_value"), 1e-10));
      CHECK(close(normal(d, zeros, true).p_value, scipy.at("corrected"), 1e-10));
    }
    if (item.contains("brute_force")) {
      ++n_brute_force;
      CHECK(close(exact, item.at("brute_force"), 1e-10));
    }
    if (item.contains("scipy_exact")) {
      ++n_plain;
      CHECK(close(exact, item.at("scipy_exact"), 1e-10));
      CHECK(close(exact, r.at("plain_exact"), 1e-10));
    }
    // Signs turned around: the same answer.
    CHECK(wilcoxon_signed_rank(-d).p_value == found.p_value);
    CHECK(wilcoxon_signed_rank(-d).r_minus == found.r_plus);
  }
  CHECK(n_brute_force == 4);
  CHECK(n_plain == 3);
}

TEST_CASE("Scores that differ by equal amounts up to rounding are tied with a tolerance") {
  const Vector d = vector({0.9 - 0.8, 0.7 - 0.8, 0.5 - 0.2});
  REQUIRE(d(0) != -d(1));
  CHECK(wilcoxon_signed_rank(d).r_minus != 1.5);
  CHECK(wilcoxon_signed_rank(d, {.tie_tolerance = 1e-12}).r_minus == 1.5);
  CHECK(wilcoxon_signed_rank(vector({1e-17, 1, 2}), {.tie_tolerance = 1e-12}).n_zeros == 1);
}

TEST_CASE("Tests of several contenders agree with R and scipy") {
  for (const Json& item : oracle().at("tables")) {
    const Matrix scores = to_matrix(item.at("scores"));
    const Index n = scores.rows();
    const Index k = scores.cols();
    INFO(n << " x " << k);
    const Vector ranks = average_ranks(scores, true);
    CHECK(close(ranks, to_vector(item.at("average_ranks")), 1e-12));
    CHECK(close(average_ranks(scores, false), (static_cast<double>(k + 1) - ranks.array()).matrix(),
                1e-12));
    check_test(friedman(scores), item.at("r").at("friedman"));
    check_test(friedman(scores, false), item.at("uncorrected"));
    if (item.contains("scipy_friedman"))
      CHECK(close(friedman(scores).p_value, item.at("scipy_friedman").at("pvalue"), 1e-10));
    check_test(iman_davenport(scores), item.at("iman_davenport"));
    check_test(iman_davenport(scores, false), item.at("iman_davenport_uncorrected"));
    CHECK(close(iman_davenport(scores).statistic, item.at("rank_anova_f"), 1e-10));
    check_test(quade(scores), item.at("r").at("quade"));
    CHECK(close(nemenyi(ranks, n), to_matrix(item.at("nemenyi")), 1e-10));
    const Matrix z_p = to_matrix(item.at("z_p_values"));
    CHECK(close(rank_difference_p_values(ranks, n), z_p, 1e-10));
    const double others = static_cast<double>(k - 1);
    CHECK(close(bonferroni_dunn(ranks, n, 0), (z_p.col(0) * others).cwiseMin(1.0), 1e-10));
    for (const Json& critical : item.at("critical")) {
      const double alpha = critical.at("alpha");
      CHECK(close(nemenyi_critical_difference(alpha, k, n), critical.at("nemenyi"), 1e-10));
      CHECK(close(bonferroni_dunn_critical_difference(alpha, k, n), critical.at("bonferroni_dunn"),
                  1e-10));
    }
  }
}

TEST_CASE("The studentised range is computed for any k") {
  for (const Json& item : oracle().at("ranges")) {
    const Index k = item.at("k");
    const double p = studentized_range_survival(item.at("q"), k);
    INFO(item.dump());
    CHECK(close(p, item.at("survival"), 1e-12));
    CHECK(std::abs(p - item.at("survival").get<double>()) <= 1e-11 * p);
    // R sums a rule of fixed order: 1e-11 up to k = 4, 5e-7 at k = 100.
    CHECK(std::abs(p - item.at("r").get<double>()) < (k <= 4 ? 1e-11 : 5e-7));
  }
  for (const Json& item : oracle().at("critical_values"))
    CHECK(close(studentized_range_critical_value(item.at("alpha"), item.at("k")), item.at("q"),
                1e-10));
  // The range of two is |z| sqrt(2).
  for (const double q : {0.1, 1.0, 3.0, 12.0, 40.0})
    CHECK(studentized_range_survival(q, 2) == Approx(std::erfc(q / 2)).epsilon(1e-12));
  CHECK(studentized_range_survival(0, 5) == 1);
  CHECK(studentized_range_survival(infinity, 5) == 0);
  CHECK(std::abs(studentized_range_survival(studentized_range_critical_value(1e-6, 1000), 1000) -
                 1e-6) < 1e-15);
  CHECK(message_of([] { (void)studentized_range_survival(1, 1); }) ==
        "the studentised range needs k >= 2, got 1");
  CHECK(message_of([] { (void)studentized_range_critical_value(1, 3); }) ==
        "studentized_range_critical_value: alpha must be in (0, 1), got 1");
}

TEST_CASE("Adjusted p-values agree with R, and Shaffer's with its definition") {
  int n_shaffer = 0;
  for (const Json& item : oracle().at("families")) {
    const Vector p = to_vector(item.at("p_values"));
    for (const auto& [name, method] :
         {std::pair{"bonferroni", Adjustment::bonferroni}, std::pair{"holm", Adjustment::holm},
          std::pair{"hochberg", Adjustment::hochberg},
          std::pair{"benjamini_hochberg", Adjustment::benjamini_hochberg}}) {
      const Json& r = item.at("r").at(name);
      const Vector expected = r.is_array() ? to_vector(r) : Vector::Constant(1, to_double(r));
      CHECK(close(adjust(p, method), expected, 1e-12));
    }
    if (item.contains("shaffer")) {
      ++n_shaffer;
      CHECK(close(adjust(p, Adjustment::shaffer), to_vector(item.at("shaffer")), 1e-12));
      CHECK(((adjust(p, Adjustment::shaffer) - adjust(p, Adjustment::holm)).array() <= 0).all());
    }
    CHECK(adjust(p, Adjustment::none) == p);
  }
  CHECK(n_shaffer == 6);
  CHECK(adjust(Vector(), Adjustment::holm).size() == 0);
  CHECK(adjust(vector({0.01, 0.02, 0.03}), Adjustment::shaffer) == vector({0.03, 0.03, 0.03}));
  CHECK(message_of([] {
          (void)adjust(vector({0.1, not_a_number}), Adjustment::holm);
        }) == "adjust: p-value 1 must be in [0, 1], got nan");
  CHECK(message_of([] {
          (void)adjust(vector({0.1, 0.2}), Adjustment::shaffer);
        }) ==
        "Shaffer's procedure needs the p-values of all k (k - 1) / 2 pairs of k contenders, got 2");
}

TEST_CASE("McNemar's test and the 5x2cv F test agree with R and scipy") {
  for (const Json& item : oracle().at("mcnemar")) {
    const Disagreements counts{item.at("counts")[0], item.at("counts")[1]};
    check_test(mcnemar(counts, McNemarMethod::chi_squared), item.at("r"));
    CHECK(close(mcnemar(counts).p_value, item.at("exact"), 1e-10));
  }
  CHECK(mcnemar({0, 0}).p_value == 1);
  CHECK(mcnemar({0, 0}, McNemarMethod::chi_squared).p_value == 1);
  Labels truth(5), first(5), second(5);
  truth << 0, 1, 2, 0, 1;
  first << 0, 1, 0, 0, 0;
  second << 1, 0, 2, 0, 0;
  const Disagreements counts = disagreements(truth, first, second);
  CHECK(counts.only_first_right == 2);
  CHECK(counts.only_second_right == 1);
  CHECK(message_of([&] { (void)disagreements(truth, first, Labels(3)); }) ==
        "disagreements: the truth has 5 rows and the predictions have 5 and 3");
  CHECK(message_of([] { (void)mcnemar({-1, 2}); }) == "mcnemar: counts must be >= 0, got -1 and 2");
  for (const Json& item : oracle().at("five_by_two"))
    check_test(five_by_two_cv_f(to_matrix(item.at("differences"))), item);
  CHECK(five_by_two_cv_f(Matrix::Zero(5, 2)).p_value == 1);
  CHECK(five_by_two_cv_f(Matrix::Ones(5, 2)).statistic == infinity);
  CHECK(five_by_two_cv_f(Matrix::Ones(5, 2)).p_value == 0);
  CHECK(message_of([] { (void)five_by_two_cv_f(Matrix::Ones(2, 5)); }) ==
        "five_by_two_cv_f needs 5 repetitions x 2 folds of differences, got 2 x 5");
}

TEST_CASE("The form for k folds is the corrected resampled t test") {
  const Vector d = Vector::LinSpaced(20, -0.01, 0.05);
  CHECK(corrected_cv_t(d, 10).p_value == corrected_resampled_t(d, 1.0 / 9).p_value);
  CHECK(corrected_cv_t(d, 5).p_value > paired_t(d).p_value);
  CHECK(message_of([&] { (void)corrected_cv_t(d, 3); }) ==
        "corrected_cv_t: 20 differences are no whole number of repetitions of 3 folds");
  CHECK(message_of([&] { (void)corrected_cv_t(d, 1); }) ==
        "corrected_cv_t: n_splits must be >= 2, got 1");
}

TEST_CASE("Effect sizes") {
  for (const Json& item : oracle().at("unpaired")) {
    const Vector first = to_vector(item.at("first"));
    const Vector second = to_vector(item.at("second"));
    CHECK(close(cliffs_delta(first, second), item.at("cliffs_delta"), 1e-12));
    CHECK(close(probability_of_superiority(first, second), item.at("superiority"), 1e-12));
    CHECK(cliffs_delta(second, first) == -cliffs_delta(first, second));
  }
  const Vector d = vector({0.2, -0.1, 0, 0.05, 0.3});
  const WinTieLoss strict = win_tie_loss(d);
  CHECK((strict.wins == 3 && strict.ties == 1 && strict.losses == 1));
  const WinTieLoss loose = win_tie_loss(d, 0.1);
  CHECK((loose.wins == 2 && loose.ties == 3 && loose.losses == 0));
  CHECK(paired_probability_of_superiority(d) == Approx(0.7));
  const MeanDifference one = mean_difference(vector({0.3}));
  CHECK((one.mean == 0.3 && one.low == -infinity && one.high == infinity));
  // The interval ends at 0 where the test's p-value is 1 - confidence.
  const Vector folds = vector({0.01, 0.03, -0.02, 0.04, 0.02});
  const double p = corrected_resampled_t(folds, 0.25).p_value;
  CHECK(std::abs(mean_difference(folds, 1 - p, 0.25).low) < 1e-12);
  CHECK(message_of([&] { (void)mean_difference(folds, 95); }) ==
        "mean_difference: confidence must be in (0, 1), got 95");
  CHECK(message_of([&] { (void)win_tie_loss(folds, -1); }) ==
        "win_tie_loss: rope must be >= 0, got -1");
  CHECK(message_of([&] { (void)cliffs_delta(folds, Vector()); }) ==
        "cliffs_delta needs at least 1 score, got 0");
}

TEST_CASE("Bayesian correlated t test") {
  for (const Json& item : oracle().at("correlated_t")) {
    const Vector d = to_vector(item.at("differences"));
    const Posterior found = bayesian_correlated_t(d, item.at("ratio"), item.at("rope"));
    const Vector expected = to_vector(item.at("posterior"));
    CHECK(close(found.second_better, expected(0), 1e-10));
    CHECK(close(found.equivalent, expected(1), 1e-10));
    CHECK(close(found.first_better, expected(2), 1e-10));
  }
  const Vector d = vector({0.1, 0.2, 0.4, -0.05});
  CHECK(2 * bayesian_correlated_t(d, 0.25, 0).second_better ==
        Approx(corrected_resampled_t(d, 0.25).p_value));
  CHECK(bayesian_correlated_t(Vector::Zero(4), 0.25, 0).equivalent == 1);
  CHECK(bayesian_correlated_t(Vector::Ones(4), 0.25, 0.5).first_better == 1);
  CHECK(bayesian_correlated_t(-Vector::Ones(4), 0.25, 0.5).second_better == 1);
  CHECK(bayesian_correlated_t(Vector::Ones(4), 0.25, 2).equivalent == 1);
  CHECK(message_of([&] { (void)bayesian_correlated_t(d, 0.25, -1); }) ==
        "bayesian_correlated_t: rope must be >= 0, got -1");
  CHECK(message_of([&] { (void)bayesian_correlated_t(d, 0, 0.1); }) ==
        "bayesian_correlated_t: the ratio of test to training rows must be > 0, got 0");
}

TEST_CASE("Bayesian signed-rank test") {
  for (const Json& item : oracle().at("signed_rank")) {
    const Vector d = to_vector(item.at("differences"));
    const BayesianSignedRankOptions options{.rope = item.at("rope"),
                                            .prior_strength = item.at("strength"),
                                            .n_draws = 200000,
                                            .seed = 3};
    const Posterior found = bayesian_signed_rank(d, options);
    const Vector expected = to_vector(item.at("posterior"));
    // Four standard errors of both simulations at most.
    CHECK(std::abs(found.second_better - expected(0)) < 0.0055);
    CHECK(std::abs(found.equivalent - expected(1)) < 0.0055);
    CHECK(std::abs(found.first_better - expected(2)) < 0.0055);
    CHECK(found.second_better + found.equivalent + found.first_better == Approx(1));
    for (const int threads : {1, 2, 3, 7}) {
      const Posterior again = bayesian_signed_rank(d, options, {.threads = threads});
      CHECK(again.first_better == found.first_better);
      CHECK(again.equivalent == found.equivalent);
    }
  }
  // One difference of 1, rope 0.4: "first" holds unless the prior's weight squared is above 1/2.
  const double exact = std::pow(0.5, 0.25);
  const Posterior one = bayesian_signed_rank(vector({1}), {.rope = 0.4, .n_draws = 400000});
  CHECK(std::abs(one.first_better - exact) < 0.003);
  CHECK(one.second_better == 0);
  CHECK(bayesian_signed_rank(Vector::Zero(3)).equivalent == 1);
  CHECK(message_of([] { (void)bayesian_signed_rank(Vector()); }) ==
        "bayesian_signed_rank needs at least 1 difference, got 0");
  CHECK(message_of([] { (void)bayesian_signed_rank(Vector::Ones(2), {.prior_strength = 0}); }) ==
        "bayesian_signed_rank: prior_strength must be > 0, got 0");
}

TEST_CASE("Demsar's worked example") {
  const Matrix scores = to_matrix(oracle().at("tables")[0].at("scores"));
  const Vector ranks = average_ranks(scores, true);
  CHECK(ranks(0) == Approx(3.143).margin(5e-4));
  CHECK(ranks(1) == 2);
  CHECK(ranks(2) == Approx(2.893).margin(5e-4));
  CHECK(ranks(3) == Approx(1.964).margin(5e-4));
  CHECK(friedman(scores, false).statistic == Approx(9.28).margin(5e-3));
  CHECK(iman_davenport(scores, false).statistic == Approx(3.69).margin(5e-3));
  CHECK(nemenyi_critical_difference(0.05, 4, 14) == Approx(1.2536).margin(5e-5));
  CHECK(nemenyi_critical_difference(0.10, 4, 14) == Approx(1.1181).margin(5e-5));
  CHECK(bonferroni_dunn_critical_difference(0.05, 4, 14) == Approx(1.16).margin(1e-2));
  using Groups = std::vector<std::vector<Index>>;
  CHECK(rank_groups(ranks, nemenyi_critical_difference(0.05, 4, 14)) == Groups{{3, 1, 2, 0}});
  CHECK(rank_groups(ranks, nemenyi_critical_difference(0.10, 4, 14)) == Groups{{3, 1, 2}, {2, 0}});
  const Vector p = rank_difference_p_values(ranks, 14).col(0);
  CHECK(p(3) == Approx(0.016).margin(5e-4));
  CHECK(p(1) == Approx(0.019).margin(5e-4));
  CHECK(p(2) == Approx(0.607).margin(2e-3));
  const Vector holm = adjust(vector({p(3), p(1), p(2)}), Adjustment::holm);
  CHECK((holm(0) < 0.05 && holm(1) < 0.05 && holm(2) > 0.05));
  const WilcoxonResult wilcoxon =
      wilcoxon_signed_rank(scores.col(1) - scores.col(0), {.zeros = WilcoxonZeros::split,
                                                           .method = WilcoxonMethod::normal,
                                                           .tie_correction = false,
                                                           .tie_tolerance = 1e-12});
  CHECK(wilcoxon.r_plus == 93);
  CHECK(wilcoxon.r_minus == 12);
  CHECK(wilcoxon.z == Approx(-2.542).margin(5e-4));
}

TEST_CASE("Degenerate tables and differences have a stated answer") {
  const Matrix equal = Matrix::Ones(4, 3);
  for (const TestResult& result : {friedman(equal), iman_davenport(equal), quade(equal)}) {
    CHECK(result.statistic == 0);
    CHECK(result.p_value == 1);
  }
  CHECK(nemenyi(average_ranks(equal, true), 4) == Matrix::Ones(3, 3));
  Matrix same_order(5, 3);
  same_order.rowwise() = Eigen::RowVector3d(1, 2, 3);
  CHECK(friedman(same_order).statistic == Approx(10));
  CHECK(iman_davenport(same_order).statistic == infinity);
  CHECK(iman_davenport(same_order).p_value == 0);
  CHECK(quade(same_order).statistic == infinity);
  CHECK(quade(same_order).p_value == Approx(std::pow(6.0, -4)));
  CHECK(friedman(same_order.topRows(1)).p_value == Approx(std::exp(-1)));
  CHECK(paired_t(Vector::Zero(3)).p_value == 1);
  CHECK(paired_t(Vector::Ones(3)).statistic == infinity);
  CHECK(sign_test(Vector::Zero(3)).p_value == 1);
  CHECK(sign_test(vector({1, 1, 0, 0, 0}), SignTestTies::split).statistic == 3);
  CHECK(wilcoxon_signed_rank(Vector::Zero(3)).p_value == 1);
  CHECK(std::isnan(wilcoxon_signed_rank(Vector::Zero(3)).z));
  CHECK(wilcoxon_signed_rank(Vector::Ones(1)).p_value == 1);
  CHECK(wilcoxon_signed_rank(Vector::Ones(6)).p_value == 2.0 / 64);
  CHECK(message_of([] { (void)paired_t(vector({1})); }) ==
        "paired_t needs at least 2 differences, got 1");
  const Vector many = Vector::LinSpaced(1001, -1, 2);
  CHECK(wilcoxon_signed_rank(many.head(1000), {.method = WilcoxonMethod::exact}).p_value ==
        Approx(wilcoxon_signed_rank(many.head(1000)).p_value).margin(1e-12));
  CHECK(message_of([&] { (void)wilcoxon_signed_rank(many, {.method = WilcoxonMethod::exact}); }) ==
        "wilcoxon_signed_rank: the exact p-value is for at most 1000 differences that are not "
        "zero, got 1001");
  CHECK(message_of([] { (void)wilcoxon_signed_rank(Vector()); }) ==
        "wilcoxon_signed_rank needs at least 1 difference, got 0");
  CHECK(message_of([] {
          (void)sign_test(vector({1, not_a_number}));
        }) == "sign_test: a difference is not finite");
  CHECK(message_of([] { (void)friedman(Matrix::Ones(4, 1)); }) ==
        "friedman needs at least 2 contenders, got 1");
  CHECK(message_of([] { (void)friedman(Matrix(0, 3)); }) ==
        "friedman needs at least 1 data set, got 0");
  CHECK(message_of([&] { (void)quade(equal.topRows(1)); }) ==
        "quade needs at least 2 data sets, got 1");
  CHECK(message_of([&] {
          Matrix bad = equal;
          bad(2, 1) = not_a_number;
          (void)friedman(bad);
        }) == "friedman: the score of contender 1 on data set 2 is nan");
  CHECK(message_of([] { (void)nemenyi_critical_difference(1.5, 4, 14); }) ==
        "nemenyi_critical_difference: alpha must be in (0, 1), got 1.5");
  CHECK(message_of([] {
          (void)bonferroni_dunn(vector({1, 2}), 3, 2);
        }) == "bonferroni_dunn: there is no contender 2 of 2");
}
