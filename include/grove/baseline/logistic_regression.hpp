#pragma once

#include <memory>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/params/class_weight.hpp"
#include "grove/params/schema.hpp"

namespace grove {

enum class Penalty { l2, none };
std::span<const EnumName<Penalty>> enum_names(Penalty);

struct LogisticRegressionParams {
  /// Penalty on the coefficients (never on the intercept).
  Penalty penalty = Penalty::l2;
  /// Inverse strength of the penalty.
  double C = 1.0;
  bool fit_intercept = true;
  /// balanced: a row counts n / (K times the rows of its class).
  ClassWeight class_weight = ClassWeight::none;
  /// Newton iterations at most.
  int max_iter = 100;
  /// Stop when no component of the gradient of (1/C) penalty + loss exceeds this.
  double tol = 1e-4;
  static const Schema<LogisticRegressionParams>& schema();
};

/// Logistic regression: minimises sum_i w_i loss_i + |coef|^2 / (2 C), multinomial for more than
/// two classes; the optimum is scikit-learn's. Newton steps solved by preconditioned conjugate
/// gradients (Lin, Weng, Keerthi, JMLR 2008) with a backtracking line search; each costs O(n d K)
/// per product. Memory O(n K). Not converged = a warning in report(), never an error. Scale the
/// columns first for speed and for a penalty that treats them alike. Values beyond 1e100 throw.
class LogisticRegression {
 public:
  using Params = LogisticRegressionParams;
  static constexpr std::string_view type_name = "LogisticRegression";
  static constexpr Capabilities capabilities{.missing_values = false, .categorical = false};

  explicit LogisticRegression(LogisticRegressionParams params = {}) : params_(std::move(params)) {}
  const LogisticRegressionParams& params() const { return params_; }

  /// Throws InvalidParameter, InvalidData or Cancelled; the old model is then kept.
  LogisticRegression& fit(const Dataset& data, const Context& context = {});
  /// x is n x d; y holds the codes 0..K-1.
  LogisticRegression& fit(const MatrixView& x, const Labels& y, const Context& context = {});
  /// Each row alone. Throws NotFitted and InvalidData.
  Labels predict(const MatrixView& x, const Context& context = {}) const;
  /// n x K: one column per class of the data set, 0 for a class without rows.
  Matrix predict_proba(const MatrixView& x, const Context& context = {}) const;

  /// scikit-learn's shapes: one row per class that occurs (see classes()), a single row if exactly
  /// two occur (positive scores mean the second), none if one does.
  const Matrix& coef() const;
  const Vector& intercept() const;
  /// Codes of the classes that occur in the training data, ascending.
  const Labels& classes() const;
  /// x coef' + intercept.
  Matrix decision_function(const MatrixView& x, const Context& context = {}) const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static LogisticRegression load_state(const LogisticRegressionParams& params,
                                       const StateReader& reader);

 private:
  struct State;
  LogisticRegressionParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
