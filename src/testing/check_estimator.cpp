#include "grove/testing/check_estimator.hpp"

#include <cstring>

#include "grove/core/random.hpp"
#include "testing/checker.hpp"

namespace grove {
namespace detail {

void add_unless(std::vector<Violation>& found, bool holds, const char* check, const char* message) {
  if (!holds) found.push_back({check, message});
}

bool same_bits(const Matrix& a, const Matrix& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() &&
         (a.size() == 0 || std::memcmp(a.data(), b.data(),
                                       static_cast<std::size_t>(a.size()) * sizeof(double)) == 0);
}

bool throws_not_fitted(const std::function<void()>& predict) {
  try {
    predict();
  } catch (const NotFitted&) {
    return true;
  }
  return false;
}

namespace {

/// Relevances 0..4 in groups of five rows.
Dataset ranking(const Matrix& x, const Vector& target) {
  Labels groups(x.rows());
  for (Index i = 0; i < x.rows(); ++i) groups(i) = static_cast<int>(i / 5);
  return Dataset(x, Vector((target.array() + 2).round().max(0).min(4))).with_groups(groups);
}

}  // namespace

Dataset contract_data(const Estimator& estimator, Index n_rows, std::uint64_t seed) {
  constexpr Index n_columns = 4;
  const EstimatorKind kind = estimator.kind();
  Rng rng(seed);
  Matrix x(n_rows, n_columns);
  Labels classes(n_rows);
  Vector target(n_rows);
  for (Index i = 0; i < n_rows; ++i) {
    const int code = static_cast<int>(i % 3);
    classes(i) = code;
    for (Index j = 0; j < n_columns; ++j)
      x(i, j) = rng.normal() +
                (kind == EstimatorKind::regressor ? 0.0 : 3.0 * code * (j % 2 == 0 ? 1 : -1));
    target(i) = 2 * x(i, 0) - x(i, 1) + 0.5 * x(i, 2) + 0.1 * rng.normal();
  }
  if (estimator.capabilities().ranks_groups) return ranking(x, target);
  if (kind == EstimatorKind::regressor) return Dataset(std::move(x), std::move(target));
  if (!needs_target(kind)) return Dataset(std::move(x));
  return Dataset(std::move(x)).with_labels(std::move(classes), {"a", "b", "c"});
}

bool Checker::predicts(const Estimator& fitted, const Dataset& data) const {
  if (kind != EstimatorKind::clusterer) return true;
  try {
    (void)fitted.predict(MatrixView(data.x()));
  } catch (const Unsupported&) {
    return false;
  }
  return true;
}

namespace {

/// Scores, and labels where it has them.
Matrix outlier_outputs(const Estimator& fitted, const MatrixView& x) {
  const Matrix scores = fitted.score_samples(x);
  Matrix both(x.rows(), 2);
  try {
    both << scores, fitted.predict(x).cast<double>();
  } catch (const Unsupported&) {
    return scores;
  }
  return both;
}

}  // namespace

Matrix outputs(const Estimator& fitted, const MatrixView& x) {
  if (fitted.kind() == EstimatorKind::regressor) return fitted.predict_values(x);
  if (fitted.kind() == EstimatorKind::outlier_detector) return outlier_outputs(fitted, x);
  const Matrix labels = fitted.predict(x).cast<double>();
  if (!fitted.has_predict_proba()) return labels;
  const Matrix proba = fitted.predict_proba(x);
  Matrix both(x.rows(), proba.cols() + 1);
  both << labels, proba;
  return both;
}

std::string state_text(const Estimator& fitted) {
  try {
    return to_text(fitted.save_state());
  } catch (const Unsupported&) {
    return {};
  }
}

Dataset repeated(const Dataset& data, const Vector& times) {
  std::vector<Index> rows;
  std::vector<int> groups;
  for (Index i = 0; i < data.n_rows(); ++i)
    for (int copy = 0; copy < times(i); ++copy) {
      rows.push_back(i);
      groups.push_back(unit_of(data, i) * static_cast<int>(times.maxCoeff()) + copy);
    }
  const Dataset result = data.without_weights().take(rows);
  if (data.groups() == nullptr) return result;
  return result.with_groups(Labels::Map(groups.data(), static_cast<Index>(groups.size())));
}

int unit_of(const Dataset& data, Index row) {
  return data.groups() != nullptr ? (*data.groups())(row) : static_cast<int>(row);
}

std::vector<Violation> check_erased(const Estimator& estimator, const CheckOptions& options) {
  Checker checker(estimator, options);
  check_parameters(checker);
  check_fitting(checker);
  check_refusals(checker);
  check_small_data(checker);
  check_predictions(checker);
  check_weights(checker);
  check_threads(checker);
  check_safety(checker);
  return std::move(checker.found);
}

}  // namespace detail
}  // namespace grove
