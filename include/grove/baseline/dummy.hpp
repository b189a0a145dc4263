#pragma once

#include <memory>
#include <string>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/params/schema.hpp"

namespace grove {

enum class DummyStrategy { prior, most_frequent, stratified, uniform, constant };
std::span<const EnumName<DummyStrategy>> enum_names(DummyStrategy);

enum class DummyStatistic { mean, median, quantile, constant };
std::span<const EnumName<DummyStatistic>> enum_names(DummyStatistic);

struct DummyClassifierParams {
  /// What is predicted without a look at the features.
  DummyStrategy strategy = DummyStrategy::prior;
  /// The class to predict when strategy = constant.
  std::string constant = "";
  /// Seed of the random strategies.
  std::uint64_t seed = 0;
  static const Schema<DummyClassifierParams>& schema();
};

/// A classifier that ignores the features: what every other has to beat. Missing values and
/// categorical columns are fine. `prior` and `most_frequent` predict the most frequent class (the
/// first of equals); `prior` gives the class frequencies as probabilities. `stratified` draws from
/// the frequencies and `uniform` from the classes that occur; the draw depends on the seed and on
/// the row's values (equal rows get equal draws), and its probabilities are 0 and 1.
class DummyClassifier {
 public:
  using Params = DummyClassifierParams;
  static constexpr std::string_view type_name = "DummyClassifier";
  static constexpr Capabilities capabilities{.missing_values = true, .categorical = true};

  explicit DummyClassifier(DummyClassifierParams params = {}) : params_(std::move(params)) {}
  const DummyClassifierParams& params() const { return params_; }

  /// Throws InvalidParameter, InvalidData or Cancelled; the old model is then kept.
  DummyClassifier& fit(const Dataset& data, const Context& context = {});
  /// x is n x d; y holds the codes 0..K-1.
  DummyClassifier& fit(const MatrixView& x, const Labels& y, const Context& context = {});
  /// Each row alone. Throws NotFitted and InvalidData.
  Labels predict(const MatrixView& x, const Context& context = {}) const;
  /// n x K: one column per class of the data set, 0 for a class without rows.
  Matrix predict_proba(const MatrixView& x, const Context& context = {}) const;

  /// Weighted class frequencies, one per class of the data set.
  const Vector& class_prior() const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static DummyClassifier load_state(const DummyClassifierParams& params, const StateReader& reader);

 private:
  struct State;
  DummyClassifierParams params_;
  std::shared_ptr<const State> state_;
};

struct DummyRegressorParams {
  /// Which statistic of the target is predicted.
  DummyStatistic strategy = DummyStatistic::mean;
  /// The quantile when strategy = quantile, in [0, 1].
  double quantile = 0.5;
  /// The value when strategy = constant.
  double constant = 0.0;
  static const Schema<DummyRegressorParams>& schema();
};

/// A regressor that predicts one number: what every other has to beat. Missing values and
/// categorical columns are fine. Quantiles interpolate linearly; integer weights count repeated
/// rows, other weights take the smallest value that reaches the quantile.
class DummyRegressor {
 public:
  using Params = DummyRegressorParams;
  static constexpr std::string_view type_name = "DummyRegressor";
  static constexpr Capabilities capabilities{.missing_values = true, .categorical = true};

  explicit DummyRegressor(DummyRegressorParams params = {}) : params_(std::move(params)) {}
  const DummyRegressorParams& params() const { return params_; }

  /// Throws InvalidParameter, InvalidData or Cancelled; the old model is then kept.
  DummyRegressor& fit(const Dataset& data, const Context& context = {});
  /// x is n x d; y is finite.
  DummyRegressor& fit(const MatrixView& x, const Vector& y, const Context& context = {});
  /// Each row alone. Throws NotFitted and InvalidData.
  Vector predict(const MatrixView& x, const Context& context = {}) const;

  /// The number that is predicted.
  double constant() const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static DummyRegressor load_state(const DummyRegressorParams& params, const StateReader& reader);

 private:
  struct State;
  DummyRegressorParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
