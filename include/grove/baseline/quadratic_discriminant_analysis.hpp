#pragma once

#include <memory>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/params/schema.hpp"

namespace grove {

struct QuadraticDiscriminantAnalysisParams {
  /// Class probabilities, one per class with sum 1; empty = the class frequencies.
  std::vector<double> priors = {};
  /// Every covariance S becomes (1 - reg_param) S + reg_param I.
  double reg_param = 0;
  static const Schema<QuadraticDiscriminantAnalysisParams>& schema();
};

/// Quadratic discriminant analysis: in each class the columns are normal with a covariance of their
/// own (Hastie, Tibshirani, Friedman, section 4.3). The covariance has divisor (rows - 1); weights
/// count repeated rows. O(n d^2) to fit, O(K d^2) a row to predict. A column that is constant in
/// all rows tells nothing. Where scikit-learn warns and goes on, a class that has too few rows, or
/// in which a column is constant or a combination of others, throws InvalidData unless reg_param >
/// 0; so do values beyond 1e100.
class QuadraticDiscriminantAnalysis {
 public:
  using Params = QuadraticDiscriminantAnalysisParams;
  static constexpr std::string_view type_name = "QuadraticDiscriminantAnalysis";
  static constexpr Capabilities capabilities{.missing_values = false, .categorical = false};

  explicit QuadraticDiscriminantAnalysis(QuadraticDiscriminantAnalysisParams params = {})
      : params_(std::move(params)) {}
  const QuadraticDiscriminantAnalysisParams& params() const { return params_; }

  /// Throws InvalidParameter, InvalidData or Cancelled; the old model is then kept.
  QuadraticDiscriminantAnalysis& fit(const Dataset& data, const Context& context = {});
  /// x is n x d; y holds the codes 0..K-1.
  QuadraticDiscriminantAnalysis& fit(const MatrixView& x, const Labels& y,
                                     const Context& context = {});
  /// Each row alone. Throws NotFitted and InvalidData.
  Labels predict(const MatrixView& x, const Context& context = {}) const;
  /// n x K: one column per class of the data set, 0 for a class without rows.
  Matrix predict_proba(const MatrixView& x, const Context& context = {}) const;

  /// Codes of the classes that occur in the training data, ascending.
  const Labels& classes() const;
  /// One row per class that occurs.
  const Matrix& means() const;
  /// One per class that occurs.
  const Vector& priors() const;
  /// d x d, of the `k`-th class that occurs, regularised. Throws InvalidParameter for any other k.
  Matrix covariance(Index k) const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static QuadraticDiscriminantAnalysis load_state(const QuadraticDiscriminantAnalysisParams& params,
                                                  const StateReader& reader);

 private:
  struct State;
  QuadraticDiscriminantAnalysisParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
