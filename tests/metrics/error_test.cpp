#include "grove/core/error.hpp"

#include <catch2/catch.hpp>
#include <functional>
#include <limits>
#include <string>

#include "grove/metrics/classification.hpp"
#include "grove/metrics/clustering.hpp"
#include "grove/metrics/probability.hpp"
#include "grove/metrics/ranking.hpp"
#include "grove/metrics/regression.hpp"

// Refusals: by the metric's name, with numbers.

using namespace grove;
using namespace grove::metrics;

namespace {

std::string message(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

Labels codes(std::initializer_list<int> values) {
  Labels result(static_cast<Index>(values.size()));
  Index at = 0;
  for (int value : values) result[at++] = value;
  return result;
}

Vector reals(std::initializer_list<double> values) {
  Vector result(static_cast<Index>(values.size()));
  Index at = 0;
  for (double value : values) result[at++] = value;
  return result;
}

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("rows and codes are checked") {
  const Labels y = codes({0, 1, 1});
  CHECK(message([&] {
          accuracy(y, codes({0, 1}));
        }) == "accuracy: y_true has 3 rows and y_pred has 2; expected equal lengths");
  CHECK(message([&] { f1(Labels(), Labels()); }) == "f1: expected at least 1 row, got 0");
  CHECK(message([&] {
          accuracy(y, codes({0, 1, -1}));
        }) == "accuracy: y_pred must hold class codes 0, 1, ..., got -1");
  CHECK(message([&] {
          f1(y, codes({0, 1, 5}), {.average = Average::macro, .n_classes = 3});
        }) == "f1: y_pred must hold class codes 0 to 2, got 5");
  CHECK(message([&] {
          f1(y, codes({0, 1, 2}));
        }) == "f1: average = binary needs two classes, got 3");
  CHECK(message([&] { precision(y, y, {.zero_division = 0.5}); }) ==
        "precision: zero_division must be 0 or 1, got 0.5");
  CHECK(message([&] { recall(y, y, {.positive = -1}); }) ==
        "recall: positive must be a class code, got -1");
  CHECK(message([&] { f_beta(y, y, 0); }) == "f_beta: beta must be above 0, got 0");
  CHECK(message([&] {
          cohen_kappa(codes({1, 1}), codes({1, 1}));
        }) == "cohen_kappa: y_true and y_pred hold one and the same class; undefined");
  CHECK(message([&] {
          confusion_matrix(y, codes({0, 1, 30000}));
        }) == "confusion_matrix: 30001 classes need a table of 30001 x 30001");
  CHECK(f1(codes({0, 0}), codes({0, 0})) == 0);
  CHECK(f1(codes({0, 0}), codes({0, 0}), {.zero_division = 1}) == 1);
}

TEST_CASE("weights are checked") {
  const Labels y = codes({0, 1, 1});
  CHECK(message([&] {
          accuracy(y, y, reals({1, 2}));
        }) == "accuracy: expected 3 weights, one per row, got 2");
  CHECK(message([&] {
          accuracy(y, y, reals({1, -2, 1}));
        }) == "accuracy: weights must be finite and at least 0, got -2 in row 1");
  CHECK(message([&] {
          accuracy(y, y, reals({1, 1, not_a_number}));
        }) == "accuracy: weights must be finite and at least 0, got nan in row 2");
  CHECK(message([&] {
          accuracy(y, y, reals({0, 0, 0}));
        }) == "accuracy: the weights of all 3 rows are 0");
}

TEST_CASE("probabilities and scores are checked") {
  const Labels y = codes({0, 1, 1});
  CHECK(message([&] {
          log_loss(y, reals({0.5, not_a_number, 0.5}));
        }) == "log_loss: scores must be finite, got nan in row 1, column 0");
  CHECK(message([&] {
          log_loss(y, reals({0.5, 1.5, 0.5}));
        }) == "log_loss: probabilities must lie in [0, 1], got 1.5 in row 1, column 0");
  CHECK(message([&] {
          log_loss(codes({0, 2, 1}), reals({0.5, 0.5, 0.5}));
        }) == "log_loss: y_true must hold class codes 0 to 1, got 2");
  CHECK(message([&] { log_loss(y, Matrix::Constant(2, 2, 0.5)); }) ==
        "log_loss: y_true has 3 rows and scores has 2; expected equal lengths");
  CHECK(message([&] { log_loss(y, Matrix(3, 0)); }) == "log_loss: the scores have no columns");
  CHECK(message([&] {
          roc_auc(codes({1, 1}), reals({0, 1}));
        }) == "roc_auc: class 1 has all the rows of y_true, so the curve is undefined");
  CHECK(message([&] {
          roc_auc(codes({0, 1, 0}), Matrix::Constant(3, 3, 1.0 / 3));
        }) == "roc_auc: class 2 has no rows of y_true, so the curve is undefined");
  CHECK(message([&] {
          roc_auc(codes({0, 1, 2}), Matrix::Constant(3, 3, 0.5));
        }) ==
        "roc_auc: with 3 classes the scores must be probabilities that sum to 1, got 1.5 in row 0");
  CHECK(message([&] {
          roc_auc(codes({0, 1, 2}), Matrix::Constant(3, 3, 1.0 / 3),
                  {.multi_class = MultiClass::ovo}, reals({1, 1, 1}));
        }) == "roc_auc: one-vs-one takes no sample weights");
  CHECK(message([&] {
          roc_auc(y, reals({0, 1, 1}), {.average = Average::micro});
        }) == "roc_auc: average must be macro or weighted");
  CHECK(message([&] {
          roc_auc(y, reals({0, 1, 1}), {}, reals({0, 1, 1}));
        }) == "roc_auc: class 1 has all the rows of y_true, so the curve is undefined");
  CHECK(message([&] {
          roc_curve(codes({0, 0}), reals({0, 1}));
        }) == "roc_curve: class 1 has no rows of y_true, so the curve is undefined");
  CHECK(average_precision(codes({0, 0}), reals({0, 1})) == 0);
  CHECK(precision_recall_curve(codes({0, 0}), reals({0, 1})).recall == reals({1, 1, 0}));
  CHECK(message([&] { top_k_accuracy(y, Matrix::Constant(3, 1, 0.5)); }) ==
        "top_k_accuracy: expected scores with one column per class, at least 2, got 1");
  CHECK(message([&] { top_k_accuracy(y, Matrix::Constant(3, 2, 0.5), {.k = 0}); }) ==
        "top_k_accuracy: k must be at least 1, got 0");
  CHECK(message([&] {
          reliability_curve(codes({0, 1, 2}), reals({0, 0.5, 1}));
        }) == "reliability_curve: y_true must hold at most two classes, got 0, 1 and 2");
  CHECK(message([&] {
          expected_calibration_error(y, reals({0, 0, 0}), {.n_bins = 0});
        }) == "expected_calibration_error: n_bins must be from 1 to 1000000, got 0");
  CHECK(message([&] { ndcg(Matrix::Constant(2, 2, -1), Matrix::Constant(2, 2, 1)); }) ==
        "ndcg: relevance must be at least 0, got -1 in row 0");
  CHECK(message([&] { ndcg(Matrix::Ones(2, 2), Matrix::Ones(2, 3)); }) ==
        "ndcg: y_true has 2 columns and the scores have 3; expected equal and at least 1");
}

TEST_CASE("values are checked") {
  const Vector y = reals({1, 0, 2});
  CHECK(message([&] {
          mean_squared_error(y, reals({1, not_a_number, 2}));
        }) == "mean_squared_error: y_pred must be finite, got nan in row 1");
  CHECK(message([&] {
          mean_absolute_error(y, reals({1, 2}));
        }) == "mean_absolute_error: y_true has 3 rows and y_pred has 2; expected equal lengths");
  CHECK(message([&] { mean_gamma_deviance(y, y); }) ==
        "mean_gamma_deviance: y_true must be above 0, got 0 in row 1");
  CHECK(message([&] { mean_poisson_deviance(y, y); }) ==
        "mean_poisson_deviance: y_pred must be above 0, got 0 in row 1");
  CHECK(message([&] { mean_poisson_deviance(reals({-1}), reals({1})); }) ==
        "mean_poisson_deviance: y_true must be at least 0, got -1 in row 0");
  CHECK(message([&] { pinball_loss(y, y, {.alpha = 2}); }) ==
        "pinball_loss: alpha must lie in [0, 1], got 2");
  CHECK(message([&] { r2(reals({1}), reals({1})); }) == "r2: expected at least 2 rows, got 1");
  CHECK(r2(reals({0.1, 0.1, 0.1}), reals({0.1, 0.1, 0.2})) == 0);
  CHECK(explained_variance(reals({0.1, 0.1, 0.1}), reals({0.3, 0.3, 0.3})) == 1);
}

TEST_CASE("clusterings are checked") {
  const Matrix x = Matrix::Identity(3, 3);
  CHECK(message([&] {
          silhouette(x, codes({0, 0, 0}));
        }) == "silhouette: expected 2 to 2 clusters, got 1 on 3 rows");
  CHECK(message([&] {
          davies_bouldin(x, codes({0, 1, 2}));
        }) == "davies_bouldin: expected 2 to 2 clusters, got 3 on 3 rows");
  CHECK(message([&] {
          calinski_harabasz(x, codes({0, 1}));
        }) == "calinski_harabasz: x has 3 rows and labels has 2; expected equal lengths");
  Matrix holes = x;
  holes(1, 2) = not_a_number;
  CHECK(message([&] {
          silhouette(holes, codes({0, 0, 1}));
        }) == "silhouette: x must be finite, got nan in row 1, column 2");
  CHECK(message([&] {
          adjusted_rand(codes({0}), codes({0, 1}));
        }) ==
        "adjusted_rand: labels_true has 1 rows and labels_pred has 2; expected equal lengths");
  CHECK(message([&] { v_measure(codes({0}), codes({0}), -1); }) ==
        "v_measure: beta must be finite and at least 0, got -1");
}
