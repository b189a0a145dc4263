#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "grove/core/type_name.hpp"
#include "grove/estimator/concepts.hpp"

namespace grove {

/// An outlier detector says of each point how usual it is, without a target; so does a density.
enum class EstimatorKind { classifier, regressor, clusterer, outlier_detector };
std::string_view to_string(EstimatorKind kind);
/// Whether it learns from labels or values: a classifier or a regressor.
bool needs_target(EstimatorKind kind);

namespace detail {
struct AnyEstimator;
template <class E>
struct EstimatorModel;
}  // namespace detail

/// Any estimator as a value, in the manner of std::function: holds a copy of a grove estimator, a
/// Pipeline, or a type of yours that meets the requirements in concepts.hpp. Copies are deep in
/// meaning and cheap in fact (a fitted state is shared and immutable). A moved-from Estimator
/// throws NotFitted until something is assigned to it.
class Estimator {
 public:
  template <class E>
  requires(!std::same_as<E, Estimator>) Estimator(E estimator);
  Estimator(const Estimator& other);
  Estimator(Estimator&&) noexcept;
  Estimator& operator=(const Estimator& other);
  Estimator& operator=(Estimator&&) noexcept;
  ~Estimator();

  /// The type's name: "KNeighborsClassifier", "Pipeline", or your struct's name.
  std::string name() const;
  /// As one would write it: "KNeighborsClassifier(n_neighbors=7)", with the parameters that differ
  /// from their defaults; a pipeline with " | " between its steps.
  std::string expression() const;
  EstimatorKind kind() const;
  Capabilities capabilities() const;

  /// Fits on all of `data`. A fit that throws leaves the old model.
  Estimator& fit(const Dataset& data, const Context& context = {});

  /// Class codes (classifier), cluster labels (clusterer), or 1 for a usual point and -1 for an
  /// outlier (outlier detector), one per row of x. Throws Unsupported for a regressor and for what
  /// cannot label new points.
  Labels predict(const MatrixView& x, const Context& context = {}) const;
  /// Real predictions of a regressor; throws Unsupported for other kinds.
  Vector predict_values(const MatrixView& x, const Context& context = {}) const;
  /// n_rows x n_classes, rows sum to 1; throws Unsupported unless has_predict_proba().
  Matrix predict_proba(const MatrixView& x, const Context& context = {}) const;
  bool has_predict_proba() const;
  /// How usual each point is to an outlier detector: the higher, the more; throws Unsupported for
  /// other kinds.
  Vector score_samples(const MatrixView& x, const Context& context = {}) const;
  /// The same with columns matched by name to those of the training data (see TrainedOn::align).
  Labels predict(const Dataset& data, const Context& context = {}) const;
  Vector predict_values(const Dataset& data, const Context& context = {}) const;
  Matrix predict_proba(const Dataset& data, const Context& context = {}) const;
  Vector score_samples(const Dataset& data, const Context& context = {}) const;
  /// A clusterer's labels of its training rows; throws Unsupported for other kinds.
  Labels labels() const;
  /// A clusterer's sum of squared distances to the centres; empty where the method has none.
  std::optional<double> inertia() const;

  /// The same type and parameters, not fitted. A type without params() is copied as it is.
  Estimator unfitted() const;

  /// Hyper-parameters by name, in schema order; empty for types without a schema. In a pipeline the
  /// names are STEP__PARAMETER, STEP being the step's type in lower case.
  ParamValues param_values() const;
  /// Throws InvalidParameter, with a suggestion, for an unknown name or a value of the wrong type.
  /// The model becomes unfitted.
  void set_param(std::string_view name, const Value& value);

  /// What a search tries by default, under the names of param_values(): a type with a schema has it
  /// there, a type of yours may have a search_space() of its own. Empty: there is nothing to tune.
  SearchSpace search_space() const;

  /// Null where the type keeps none; throw NotFitted where it would.
  const TrainedOn* trained_on() const;
  const FitReport* report() const;
  /// The fitted state for a model file; throws Unsupported for types without save_state().
  Value save_state() const;

  /// The held object, or null if it is of another type.
  template <class E>
  const E* get_if() const;

 private:
  explicit Estimator(std::unique_ptr<detail::AnyEstimator> held);
  const detail::AnyEstimator& held() const;
  detail::AnyEstimator& held();
  std::unique_ptr<detail::AnyEstimator> held_;
};

}  // namespace grove

#include "grove/estimator/estimator_model.hpp"
