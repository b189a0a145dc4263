#pragma once

#include <memory>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/params/schema.hpp"

namespace grove {

struct LinearDiscriminantAnalysisParams {
  /// Class probabilities, one per class with sum 1; empty = the class frequencies.
  std::vector<double> priors = {};
  /// Directions with a singular value up to this are dropped.
  double tol = 1e-4;
  static const Schema<LinearDiscriminantAnalysisParams>& schema();
};

/// Linear discriminant analysis by singular values, as scikit-learn's solver "svd" (Hastie,
/// Tibshirani, Friedman, section 4.3). O(n d^2 + d^3). Weights count repeated rows: their sum must
/// exceed the number of classes that occur. Values beyond 1e100 throw InvalidData.
class LinearDiscriminantAnalysis {
 public:
  using Params = LinearDiscriminantAnalysisParams;
  static constexpr std::string_view type_name = "LinearDiscriminantAnalysis";
  static constexpr Capabilities capabilities{.missing_values = false, .categorical = false};

  explicit LinearDiscriminantAnalysis(LinearDiscriminantAnalysisParams params = {})
      : params_(std::move(params)) {}
  const LinearDiscriminantAnalysisParams& params() const { return params_; }

  /// Throws InvalidParameter, InvalidData or Cancelled; the old model is then kept.
  LinearDiscriminantAnalysis& fit(const Dataset& data, const Context& context = {});
  /// x is n x d; y holds the codes 0..K-1.
  LinearDiscriminantAnalysis& fit(const MatrixView& x, const Labels& y,
                                  const Context& context = {});
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
  /// One row per class that occurs.
  const Matrix& means() const;
  /// One per class that occurs.
  const Vector& priors() const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static LinearDiscriminantAnalysis load_state(const LinearDiscriminantAnalysisParams& params,
                                               const StateReader& reader);

 private:
  struct State;
  LinearDiscriminantAnalysisParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
