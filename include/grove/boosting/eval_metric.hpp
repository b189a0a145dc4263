#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "grove/core/type_name.hpp"
#include "grove/core/types.hpp"

namespace grove {

/// A measure of yours that early stopping watches, as a value in the manner of std::function; empty
/// by default. A plain struct with
///
///   double operator()(VectorView target, const MatrixView& predictions, VectorView weights) const;
///
/// where target holds class codes or values, predictions are n x outputs (class probabilities, or
/// one column of values), and optionally
///
///   static constexpr std::string_view name;    // else the type's name
///   static constexpr bool greater_is_better;   // else false
class EvalMetric {
 public:
  EvalMetric() = default;
  template <class T>
  requires(!std::is_same_v<T, EvalMetric>) EvalMetric(T metric);

  explicit operator bool() const { return model_ != nullptr; }
  /// Empty for an empty one.
  std::string name() const { return model_ ? model_->name : std::string(); }
  bool greater_is_better() const { return model_ && model_->greater_is_better; }
  /// Throws InvalidData unless it is finite, InvalidParameter if there is no metric.
  double operator()(const VectorView& target, const MatrixView& predictions,
                    const VectorView& weights) const;

 private:
  struct Model {
    std::string name;
    bool greater_is_better = false;
    virtual ~Model() = default;
    virtual double measure(const VectorView& target, const MatrixView& predictions,
                           const VectorView& weights) const = 0;
  };
  template <class T>
  struct ModelOf;
  std::shared_ptr<const Model> model_;
};

template <class T>
struct EvalMetric::ModelOf final : Model {
  explicit ModelOf(T metric) : metric_(std::move(metric)) {
    if constexpr (requires { std::string(T::name); })
      name = std::string(T::name);
    else
      name = detail::readable_type_name(typeid(T));
    if constexpr (requires { bool{T::greater_is_better}; })
      greater_is_better = T::greater_is_better;
  }
  double measure(const VectorView& target, const MatrixView& predictions,
                 const VectorView& weights) const override {
    return metric_(target, predictions, weights);
  }
  T metric_;
};

template <class T>
requires(!std::is_same_v<T, EvalMetric>) EvalMetric::EvalMetric(T metric) {
  constexpr bool fits = requires(const T& t, VectorView v, const MatrixView& m) {
    { t(v, m, v) } -> std::convertible_to<double>;
  };
  static_assert(fits,
                "a metric needs `double operator()(VectorView target, const MatrixView& "
                "predictions, VectorView weights) const`; did you forget const?");
  if constexpr (fits) model_ = std::make_shared<const ModelOf<T>>(std::move(metric));
}

}  // namespace grove
