#pragma once

#include <string>
#include <utility>
#include <vector>

#include "grove/estimator/estimator.hpp"
#include "grove/estimator/transformer.hpp"

namespace grove {

/// Transformers in order, then an estimator: `Pipeline(StandardScaler{}, KNeighborsClassifier())`.
/// fit fits each step on the output of the one before; predict sends x through the same steps. In
/// cross-validation everything is fitted inside the fold. Itself an estimator of its last step's
/// kind.
class Pipeline {
 public:
  static constexpr std::string_view type_name = "Pipeline";

  /// All arguments but the last become Transformers, the last an Estimator.
  template <class First, class Second, class... Rest>
  explicit Pipeline(First first, Second second, Rest... rest) {
    append(std::move(first), std::move(second), std::move(rest)...);
  }
  Pipeline(std::vector<Transformer> steps, Estimator last);

  const std::vector<Transformer>& transformers() const { return transformers_; }
  /// Throws NotFitted if the pipeline was moved from.
  const Estimator& last() const;

  EstimatorKind kind() const;
  std::string expression() const;
  Capabilities capabilities() const;
  Pipeline& fit(const Dataset& data, const Context& context = {});
  /// See Estimator: class codes or cluster labels; real values come from predict_values.
  Labels predict(const MatrixView& x, const Context& context = {}) const;
  Vector predict_values(const MatrixView& x, const Context& context = {}) const;
  Matrix predict_proba(const MatrixView& x, const Context& context = {}) const;
  bool has_predict_proba() const;
  Vector score_samples(const MatrixView& x, const Context& context = {}) const;
  Labels labels() const;
  std::optional<double> inertia() const;
  Pipeline unfitted() const;
  ParamValues param_values() const;
  void set_param(std::string_view name, const Value& value);
  SearchSpace search_space() const;
  const TrainedOn* trained_on() const;
  const FitReport* report() const;
  Value save_state() const;
  /// A fitted pipeline from fitted steps, as read from a model file.
  static Pipeline from_fitted(std::vector<Transformer> steps, Estimator last);

 private:
  template <class Head, class... Tail>
  void append(Head head, Tail... tail) {
    if constexpr (sizeof...(Tail) == 0) {
      last_.emplace_back(Estimator(std::move(head)));
    } else {
      transformers_.emplace_back(Transformer(std::move(head)));
      append(std::move(tail)...);
    }
  }
  Matrix through(const MatrixView& x, const Context& context) const;
  /// Step names for STEP__PARAMETER: type names in lower case, numbered where they repeat.
  std::vector<std::string> step_names() const;

  std::vector<Transformer> transformers_;
  std::vector<Estimator> last_;  // exactly one
  bool fitted_ = false;
};

}  // namespace grove
