#include <cmath>
#include <limits>

#include "testing/checker.hpp"

// Checks of small data and of what predict answers.

namespace grove::detail {

namespace {

void check_classes(Checker& checker, const Dataset& data) {
  if (checker.kind != EstimatorKind::classifier) return;
  checker.run("one_class", [&] {
    const Dataset single = data.with_labels(Labels::Zero(data.n_rows()), {"only"});
    const Estimator fitted = checker.fitted_on(single);
    checker.expect(fitted.predict(MatrixView(data.x())).isZero(),
                   "one class was not always predicted");
  });
  checker.run("fold_without_a_class", [&] {
    std::vector<Index> rows;
    for (Index i = 0; i < data.n_rows(); ++i)
      if (data.labels()(i) != 1) rows.push_back(i);
    const Estimator fitted = checker.fitted_on(data.take(rows));
    checker.expect(fitted.predict(MatrixView(data.x())).maxCoeff() <= 2, "a label outside 0..2");
    if (!fitted.has_predict_proba()) return;
    const Matrix proba = fitted.predict_proba(MatrixView(data.x()));
    checker.expect(proba.cols() == 3, "the class without rows lost its probability column");
    checker.expect(proba.allFinite(), "probabilities are not finite");
  });
}

}  // namespace

void check_small_data(Checker& checker) {
  const Dataset data = contract_data(checker.prototype, 30, 7);
  checker.run("one_row", [&] {
    checker.finishes_or_refuses("one row", [&] {
      const Estimator fitted = checker.fitted_on(data.take({0}));
      if (checker.predicts(fitted, data)) (void)outputs(fitted, data.x());
    });
  });
  checker.run("two_rows", [&] {
    checker.finishes_or_refuses("two rows", [&] { (void)checker.fitted_on(data.take({0, 1})); });
  });
  checker.run("one_column", [&] {
    const Dataset narrow = data.with_x(Matrix(data.x().leftCols(1)), {data.columns()[0]});
    checker.finishes_or_refuses("one column", [&] {
      const Estimator fitted = checker.fitted_on(narrow);
      if (checker.predicts(fitted, narrow)) (void)outputs(fitted, narrow.x());
    });
  });
  checker.run("constant_columns", [&] {
    Matrix x = data.x();
    x.col(1).setConstant(3.5);
    x.col(3).setZero();
    const Estimator fitted = checker.fitted_on(data.with_x(x, data.columns()));
    if (checker.predicts(fitted, data))
      checker.expect(outputs(fitted, x).allFinite(),
                     "constant columns gave values that are not finite");
  });
  checker.run("all_rows_equal", [&] {
    Matrix x = data.x();
    x.rowwise() = x.row(0).eval();
    checker.finishes_or_refuses("all rows equal", [&] {
      const Estimator fitted = checker.fitted_on(data.with_x(x, data.columns()));
      if (checker.predicts(fitted, data))
        checker.expect(outputs(fitted, x).allFinite(),
                       "equal rows gave values that are not finite");
    });
  });
  check_classes(checker, data);
}

namespace {

void check_probabilities(Checker& checker, const Estimator& fitted, const Dataset& data) {
  if (!fitted.has_predict_proba()) return;
  const Matrix proba = fitted.predict_proba(MatrixView(data.x()));
  const Labels predicted = fitted.predict(MatrixView(data.x()));
  if (checker.kind == EstimatorKind::clusterer) {
    checker.expect(proba.cols() > predicted.maxCoeff(), "a cluster without a column");
  } else {
    checker.expect(proba.cols() == data.n_classes(), "not one column per class");
  }
  checker.expect(proba.allFinite() && proba.minCoeff() >= 0 && proba.maxCoeff() <= 1,
                 "probabilities outside [0, 1]");
  checker.expect((proba.rowwise().sum().array() - 1).abs().maxCoeff() < 1e-12,
                 "rows do not sum to 1");
  for (Index i = 0; i < proba.rows(); ++i) {
    Index best = 0;
    proba.row(i).maxCoeff(&best);
    if (best != predicted(i)) {
      checker.fail(concat("row ", i, ": predict says ", predicted(i),
                          ", the largest probability is of ", best));
      return;
    }
  }
}

void check_shapes_of_x(Checker& checker, const Estimator& fitted, const Dataset& data) {
  const Matrix x = data.x();
  const Matrix whole = outputs(fitted, x);
  Matrix single(whole.rows(), whole.cols());
  for (Index i = 0; i < x.rows(); ++i) single.row(i) = outputs(fitted, x.middleRows(i, 1));
  checker.expect(same_bits(whole, single), "one row at a time differs from all at once");
  Matrix batched(whole.rows(), whole.cols());
  for (Index i = 0; i < x.rows(); i += 7)
    batched.middleRows(i, std::min<Index>(7, x.rows() - i)) =
        outputs(fitted, x.middleRows(i, std::min<Index>(7, x.rows() - i)));
  checker.expect(same_bits(whole, batched), "batches of 7 differ from all at once");
  const Matrix reversed = outputs(fitted, Matrix(x.colwise().reverse()));
  checker.expect(same_bits(whole, reversed.colwise().reverse()), "reversed rows differ");
  Matrix wide = Matrix::Constant(x.rows(), x.cols() + 3, 1e300);
  wide.leftCols(x.cols()) = x;
  checker.expect(same_bits(whole, outputs(fitted, wide.leftCols(x.cols()))),
                 "a strided view differs");
  const Eigen::MatrixXd column_major = x;
  checker.expect(same_bits(whole, outputs(fitted, column_major)), "a column-major matrix differs");
}

void check_cluster_labels(Checker& checker, const Estimator& fitted, const Dataset& data) {
  const Labels labels = fitted.labels();
  checker.expect(labels.size() == data.n_rows(), "not one label per row");
  std::vector<char> seen(static_cast<std::size_t>(data.n_rows()) + 1, 0);
  int largest = -1;
  for (Index i = 0; i < labels.size(); ++i) {
    checker.expect(labels(i) >= -1 && labels(i) < data.n_rows(), "a label out of range");
    if (labels(i) >= 0 && labels(i) < data.n_rows()) seen[static_cast<std::size_t>(labels(i))] = 1;
    largest = std::max(largest, labels(i));
  }
  for (int label = 0; label <= largest && label < data.n_rows(); ++label)
    checker.expect(seen[static_cast<std::size_t>(label)] != 0,
                   concat("label ", label, " is not used"));
  if (checker.predicts(fitted, data))
    checker.expect(fitted.predict(MatrixView(data.x())) == labels,
                   "predict on the training rows differs from labels()");
}

/// Labels of 1 and -1 that follow the scores; a point far from all others is no more usual than any
/// of them.
void check_outlier_labels(Checker& checker, const Dataset& data) {
  const Estimator fitted = checker.fitted_on(data);
  Matrix x = data.x();
  x.row(0).setConstant(1e3);
  const Matrix answer = outputs(fitted, x);
  checker.expect(answer(0, 0) <= answer.col(0).minCoeff(), "a far point is not the least usual");
  if (answer.cols() == 1) return;
  double least_usual = std::numeric_limits<double>::infinity();
  double most_outlying = -least_usual;
  for (Index i = 0; i < answer.rows(); ++i) {
    checker.expect(std::abs(answer(i, 1)) == 1, "a label that is neither 1 nor -1");
    if (answer(i, 1) > 0) least_usual = std::min(least_usual, answer(i, 0));
    if (answer(i, 1) < 0) most_outlying = std::max(most_outlying, answer(i, 0));
  }
  checker.expect(most_outlying < least_usual, "labels do not follow the scores");
  checker.expect(answer(0, 1) < 0, "a far point is no outlier");
}

}  // namespace

void check_predictions(Checker& checker) {
  const Dataset data = contract_data(checker.prototype, 60, 8);
  const auto with_model = [&](const std::string& name, const auto& body) {
    checker.run(name, [&] {
      const Estimator fitted = checker.fitted_on(data);
      if (checker.predicts(fitted, data)) body(fitted);
    });
  };
  with_model("predict_no_rows", [&](const Estimator& fitted) {
    checker.expect(outputs(fitted, Matrix(0, data.n_columns())).rows() == 0, "0 rows gave results");
  });
  with_model("probabilities",
             [&](const Estimator& fitted) { check_probabilities(checker, fitted, data); });
  with_model("shape_of_x",
             [&](const Estimator& fitted) { check_shapes_of_x(checker, fitted, data); });
  with_model("negative_zero", [&](const Estimator& fitted) {
    Matrix zeros = data.x();
    zeros.col(0).setZero();
    const Matrix negative = (zeros.array() == 0).select(-0.0, zeros.array());
    checker.expect(same_bits(outputs(fitted, zeros), outputs(fitted, negative)),
                   "-0.0 differs from 0.0");
  });
  with_model("predict_changes_nothing", [&](const Estimator& fitted) {
    const std::string before = state_text(fitted);
    (void)outputs(fitted, data.x());
    checker.expect(state_text(fitted) == before, "predict changed the model");
  });
  if (checker.kind == EstimatorKind::outlier_detector)
    checker.run("outlier_labels", [&] { check_outlier_labels(checker, data); });
  if (checker.kind == EstimatorKind::clusterer)
    checker.run("cluster_labels",
                [&] { check_cluster_labels(checker, checker.fitted_on(data), data); });
}

}  // namespace grove::detail
