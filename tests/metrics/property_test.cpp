#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <sstream>

#include "core/radix_sort.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "grove/metrics/classification.hpp"
#include "grove/metrics/clustering.hpp"
#include "grove/metrics/interval.hpp"
#include "grove/metrics/probability.hpp"
#include "grove/metrics/ranking.hpp"
#include "grove/metrics/regression.hpp"
#include "grove/metrics/table.hpp"

using namespace grove;
using namespace grove::metrics;

namespace {

struct Sample {
  Labels y;
  Labels predicted;
  Vector score;
  Vector weights;
};

Sample sample(Index n, int n_classes, std::uint64_t seed, bool ties) {
  Rng rng(seed);
  Sample s{Labels(n), Labels(n), Vector(n), Vector(n)};
  for (Index i = 0; i < n; ++i) {
    s.y[i] = static_cast<int>(rng.below(n_classes));
    s.predicted[i] = static_cast<int>(rng.below(n_classes));
    const double v = rng.normal() + 0.5 * s.y[i];
    s.score[i] = ties ? std::round(v * 4) / 4 : v;
    s.weights[i] = static_cast<double>(rng.below(4));
  }
  return s;
}

/// Every row as often as its weight says.
template <class V>
V repeated(const V& values, const Vector& weights) {
  V result(static_cast<Index>(weights.sum()));
  Index at = 0;
  for (Index i = 0; i < values.size(); ++i) {
    for (int r = 0; r < static_cast<int>(weights[i]); ++r) result[at++] = values[i];
  }
  return result;
}

}  // namespace

TEST_CASE("radix_sort orders any doubles, stably") {
  Rng rng(3);
  for (const Index n : {0, 1, 1499, 1500, 20000}) {
    struct Item {
      std::uint64_t key;
      double value;
      Index index;
    };
    std::vector<Item> items;
    for (Index i = 0; i < n; ++i) {
      double v = rng.normal() * std::pow(10.0, static_cast<double>(rng.below(600)) - 300);
      if (i % 3 == 0) v = std::round(rng.normal() * 2);  // ties, zeros of both signs
      items.push_back({order_key(v), v, i});
      REQUIRE(key_value(items.back().key) == v);
    }
    radix_sort(items, [](const Item& item) { return item.key; });
    for (std::size_t i = 1; i < items.size(); ++i) {
      REQUIRE(items[i - 1].value <= items[i].value);
      if (items[i - 1].value == items[i].value) REQUIRE(items[i - 1].index < items[i].index);
    }
  }
}

TEST_CASE("roc_auc counts the pairs won, ties half") {
  for (const bool ties : {false, true}) {
    for (const Index n : {50, 3000}) {
      const Sample s = sample(n, 2, 7, ties);
      double won = 0;
      double pairs = 0;
      double weighted = 0;
      double weighted_pairs = 0;
      for (Index i = 0; i < n; ++i) {
        for (Index j = 0; j < n; ++j) {
          if (s.y[i] != 1 || s.y[j] != 0) continue;
          const double win = s.score[i] > s.score[j] ? 1 : s.score[i] == s.score[j] ? 0.5 : 0;
          const double w = s.weights[i] * s.weights[j];
          won += win;
          pairs += 1;
          weighted += w * win;
          weighted_pairs += w;
        }
      }
      CHECK(roc_auc(s.y, s.score) == won / pairs);
      CHECK(roc_auc(s.y, s.score, {}, s.weights) ==
            Approx(weighted / weighted_pairs).epsilon(1e-13));
      CHECK(roc_auc(s.y, s.score, {}, Vector::Ones(n)) == Approx(won / pairs).epsilon(1e-13));
    }
  }
}

TEST_CASE("integer weights equal repeated rows, weight 0 a removed row") {
  const Sample s = sample(300, 3, 11, true);
  const Labels y = repeated(s.y, s.weights);
  const Labels p = repeated(s.predicted, s.weights);
  const Vector a = repeated(s.score, s.weights);
  const Vector truth = s.y.cast<double>().array() + 1;
  const Vector b = repeated(truth, s.weights);
  const SampleWeights w(s.weights);
  const auto near = [](double v) { return Approx(v).epsilon(1e-12); };
  CHECK(accuracy(s.y, s.predicted, w) == near(accuracy(y, p)));
  CHECK(f1(s.y, s.predicted, {.average = Average::macro}, w) ==
        near(f1(y, p, {.average = Average::macro})));
  CHECK(matthews_corrcoef(s.y, s.predicted, w) == near(matthews_corrcoef(y, p)));
  CHECK(cohen_kappa(s.y, s.predicted, KappaWeights::linear, w) ==
        near(cohen_kappa(y, p, KappaWeights::linear)));
  CHECK(mean_absolute_error(truth, s.score, w) == near(mean_absolute_error(b, a)));
  CHECK(r2(truth, s.score, w) == near(r2(b, a)));
  CHECK(explained_variance(truth, s.score, w) == near(explained_variance(b, a)));

  Matrix proba(300, 3);
  for (Index i = 0; i < 300; ++i) {
    for (Index c = 0; c < 3; ++c) proba(i, c) = std::exp(c == s.y[i] ? s.score[i] : 0.0);
    proba.row(i) /= proba.row(i).sum();
  }
  Matrix more(y.size(), 3);
  for (Index c = 0; c < 3; ++c) more.col(c) = repeated(Vector(proba.col(c)), s.weights);
  CHECK(log_loss(s.y, proba, w) == near(log_loss(y, more)));
  CHECK(brier_score(s.y, proba, w) == near(brier_score(y, more)));
  CHECK(roc_auc(s.y, proba, {}, w) == near(roc_auc(y, more)));
  CHECK(average_precision(s.y, proba, w) == near(average_precision(y, more)));
  CHECK(expected_calibration_error(s.y, proba, {}, w) == near(expected_calibration_error(y, more)));
  CHECK(top_k_accuracy(s.y, proba, {}, w) == near(top_k_accuracy(y, more)));
}

TEST_CASE("expected_calibration_error by hand") {
  const Labels y = (Labels(4) << 0, 0, 1, 1).finished();
  const Vector p = (Vector(4) << 0.05, 0.4, 0.35, 0.95).finished();
  // Confidences 0.95 (right), 0.6 (right), 0.65 (wrong), 0.95 (right); 0.6 lies in (0.5, 0.6].
  const double expected = (std::fabs(2 - 1.9) + std::fabs(1 - 0.6) + std::fabs(0 - 0.65)) / 4;
  CHECK(expected_calibration_error(y, p) == Approx(expected).epsilon(1e-12));
  Matrix both(4, 2);
  both << (1 - p.array()).matrix(), p;
  CHECK(expected_calibration_error(y, both) == Approx(expected).epsilon(1e-12));
  const Matrix sure = Matrix::Identity(3, 3);
  CHECK(expected_calibration_error(Labels::LinSpaced(3, 0, 2), sure) == 0);
  CHECK(brier_score(Labels::LinSpaced(3, 0, 2), sure) == 0);
  CHECK(brier_score(Labels::Constant(3, 0), sure) == Approx(4.0 / 3));
}

TEST_CASE("views bind without a copy and any layout gives the same bits") {
  const Sample s = sample(400, 2, 5, false);
  Matrix wide(400, 5);
  wide.setConstant(0.25);
  const Vector p = 1 / (1 + (-s.score.array()).exp());
  wide.col(2) = 1 - p.array();
  wide.col(3) = p;
  const Eigen::MatrixXd column_major = wide.middleCols(2, 2);
  const Matrix plain = column_major;
  CHECK(log_loss(s.y, wide.middleCols(2, 2)) == log_loss(s.y, plain));
  CHECK(log_loss(s.y, column_major) == log_loss(s.y, plain));
  CHECK(roc_auc(s.y, wide.col(3)) == roc_auc(s.y, p));
  CHECK(roc_auc(s.y, wide.middleCols(2, 2)) == roc_auc(s.y, p));
  const ScoresView block(wide.middleCols(2, 2));
  CHECK(block.data() == wide.data() + 2);
  CHECK(block.stride() == 5);
  CHECK(SampleWeights(s.weights).data() == s.weights.data());
  CHECK(SampleWeights(s.weights.head(7)).data() == s.weights.data());
  CHECK_FALSE(SampleWeights(static_cast<const Vector*>(nullptr)).given());
  CHECK(accuracy(s.y.head(7), s.predicted.head(7), s.weights.head(7)) ==
        accuracy(Labels(s.y.head(7)), Labels(s.predicted.head(7)), Vector(s.weights.head(7))));
  CHECK(accuracy(s.y, s.predicted, 2 * s.weights) == accuracy(s.y, s.predicted, s.weights));
}

TEST_CASE("silhouette is exact and does not depend on threads") {
  Rng rng(2);
  Matrix x(500, 4);
  Labels labels(500);
  for (Index i = 0; i < x.rows(); ++i) {
    labels[i] = static_cast<int>(rng.below(5)) - 1;
    for (Index c = 0; c < x.cols(); ++c) x(i, c) = rng.normal() + 0.7 * labels[i];
  }
  const Vector one = silhouette_samples(x, labels, {.threads = 1});
  CHECK(one == silhouette_samples(x, labels, {.threads = 3}));
  for (Index i = 0; i < 500; i += 37) {
    Vector sum = Vector::Zero(5);
    Vector size = Vector::Zero(5);
    for (Index j = 0; j < 500; ++j) {
      sum[labels[j] + 1] += (x.row(i) - x.row(j)).norm();
      size[labels[j] + 1] += 1;
    }
    const Index own = labels[i] + 1;
    const double a = sum[own] / (size[own] - 1);
    double b = HUGE_VAL;
    for (Index c = 0; c < 5; ++c) b = c == own ? b : std::min(b, sum[c] / size[c]);
    CHECK(one[i] == Approx((b - a) / std::max(a, b)).epsilon(1e-12).margin(1e-13));
  }
  std::stop_source source;
  source.request_stop();
  CHECK_THROWS_AS(silhouette(x, labels, {.stop = source.get_token()}), Cancelled);
}

TEST_CASE("agreement of clusterings does not see the clusters' names") {
  const Sample s = sample(5000, 6, 9, false);
  const Labels mixed = (s.y.array() < 3).select(s.y, s.predicted);
  const Labels renamed = 100 - 7 * mixed.array();
  CHECK(adjusted_rand(s.y, mixed) == Approx(adjusted_rand(s.y, renamed)).epsilon(1e-12));
  CHECK(adjusted_mutual_info(s.y, mixed) ==
        Approx(adjusted_mutual_info(s.y, renamed)).epsilon(1e-12));
  CHECK(adjusted_rand(s.y, mixed) == Approx(adjusted_rand(mixed, s.y)).epsilon(1e-12));
  CHECK(homogeneity(s.y, mixed) == Approx(completeness(mixed, s.y)).epsilon(1e-12));
  CHECK(v_measure(s.y, mixed) == Approx(normalized_mutual_info(s.y, mixed)).epsilon(1e-12));
  CHECK(std::fabs(adjusted_rand(s.y, s.predicted)) < 0.01);
  CHECK(std::fabs(adjusted_mutual_info(s.y, s.predicted)) < 0.01);
}

TEST_CASE("intervals") {
  const Interval none = wilson_interval(0, 10);
  CHECK(none.low == 0);
  CHECK(none.high == Approx(0.2775328).epsilon(1e-6));
  CHECK(wilson_interval(10, 10).high == 1);
  const Sample s = sample(200, 2, 4, false);
  const auto statistic = [&](const std::vector<Index>& rows) {
    double sum = 0;
    for (Index row : rows) sum += s.score[row];
    return sum / static_cast<double>(rows.size());
  };
  const Interval one = bootstrap_interval(200, statistic, {.seed = 3}, {.threads = 1});
  const Interval two = bootstrap_interval(200, statistic, {.seed = 3}, {.threads = 2});
  CHECK(one.low == two.low);
  CHECK(one.high == two.high);
  const double mean = s.score.mean();
  const double error = std::sqrt((s.score.array() - mean).square().sum() / 200 / 200);
  CHECK(one.low == Approx(mean - 1.96 * error).margin(0.3 * error));
  CHECK(one.high == Approx(mean + 1.96 * error).margin(0.3 * error));
  CHECK_THROWS_AS(wilson_interval(0.9, 0.5), InvalidParameter);
  CHECK_THROWS_AS(wilson_interval(1, 2, 95), InvalidParameter);
  CHECK_THROWS_AS(bootstrap_interval(0, statistic), InvalidData);
  CHECK_THROWS_AS(bootstrap_interval(5, [](const std::vector<Index>&) { return NAN; }),
                  InvalidData);
}

TEST_CASE("classification_report prints a table") {
  const Labels y = (Labels(5) << 0, 0, 1, 1, 2).finished();
  const Labels p = (Labels(5) << 0, 1, 1, 1, 2).finished();
  std::ostringstream out;
  out << classification_report(y, p, {.class_names = {"cat", "dog", "hen"}});
  CHECK(out.str() ==
        "              precision     recall         f1    support\n"
        "\n"
        "         cat      1.000      0.500      0.667          2\n"
        "         dog      0.667      1.000      0.800          2\n"
        "         hen      1.000      1.000      1.000          1\n"
        "\n"
        "    accuracy                            0.800          5\n"
        "   macro avg      0.889      0.833      0.822          5\n"
        "weighted avg      0.867      0.800      0.787          5\n");
}

TEST_CASE("metrics by name") {
  const Sample s = sample(200, 2, 21, false);
  const Vector p = 1 / (1 + (-s.score.array()).exp());
  Matrix proba(200, 2);
  proba << (1 - p.array()).matrix(), p;
  const Vector positive = s.score.array().abs() + 0.1;
  const Vector target = s.weights.array() + 1;
  const Matrix x = s.score;
  const MatrixView view = x;
  const Predictions all{.y_true = &s.y,
                        .y_pred = &s.predicted,
                        .proba = &proba,
                        .target = &target,
                        .values = &positive,
                        .x = &view,
                        .n_classes = 2};
  for (const MetricInfo& info : metric_table()) {
    INFO(info.name);
    CHECK(std::isfinite(info(all)));
    CHECK(&find_metric(info.name) == &info);
    CHECK_FALSE(info.doc.empty());
    CHECK_THROWS_AS(info(Predictions{}), InvalidParameter);
  }
  CHECK(find_metric("accuracy")(all) == accuracy(s.y, s.predicted));
  CHECK(find_metric("f1_macro")(all) == f1(s.y, s.predicted, {.average = Average::macro}));
  CHECK(find_metric("roc_auc")(all) == roc_auc(s.y, p));
  CHECK(find_metric("poisson_deviance")(all) == mean_poisson_deviance(target, positive));
  CHECK(find_metric("silhouette")(all) == silhouette(x, s.predicted));
  CHECK_FALSE(find_metric("rmse").greater_is_better);
  CHECK(metric_names().size() == metric_table().size());
  try {
    find_metric("acuracy");
    FAIL("no error");
  } catch (const InvalidParameter& e) {
    CHECK(std::string(e.what()) == "there is no metric 'acuracy'; did you mean 'accuracy'?");
  }
  const Predictions three{.y_true = &s.y, .y_pred = &s.predicted, .n_classes = 3};
  CHECK_THROWS_AS(find_metric("f1")(three), InvalidParameter);
}
