#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

#include "grove/boosting/objective.hpp"
#include "grove/core/type_name.hpp"

// What stands behind Objective: one virtual call per block of rows.

namespace grove::detail {

constexpr bool is_link(std::string_view name) {
  return name == "identity" || name == "exp" || name == "sigmoid" || name == "softmax";
}

struct ObjectiveTraits {
  std::string name;
  std::string link = "identity";
  bool has_loss = false;
  bool renews_leaves = false;
  bool all_rows = false;  // wants to see all rows at once
};

struct ObjectiveModel {
  ObjectiveTraits traits;
  virtual ~ObjectiveModel() = default;
  virtual Index n_outputs(Index n_classes) const = 0;
  virtual std::string_view rejects(double target) const = 0;
  virtual Vector start(const ObjectiveData& data) const = 0;
  virtual void gradients(const MatrixView& scores, const ObjectiveData& data,
                         Eigen::Ref<Matrix> gradients, Eigen::Ref<Matrix> hessians,
                         const Context& context) const = 0;
  virtual double loss(const MatrixView& scores, const ObjectiveData& data,
                      const Context& context) const = 0;
  virtual double leaf_value(const VectorView& residuals, const VectorView& weights) const = 0;
};

template <class T>
concept HasOutputs = requires(const T& t) {
  { t.n_outputs(Index{}) } -> std::convertible_to<Index>;
};
template <class T>
concept RowObjective =
    !HasOutputs<T> && requires(const T& t, VectorView in, Eigen::Ref<Vector> out) {
  t.gradients(in, in, out, out);
};
template <class T>
concept OutputsObjective = HasOutputs<T> &&
    requires(const T& t, const MatrixView& scores, VectorView in, Eigen::Ref<Matrix> out) {
  t.gradients(scores, in, out, out);
};
template <class T>
concept AllRowsObjective = requires(const T& t, const MatrixView& scores, const ObjectiveData& data,
                                    Eigen::Ref<Matrix> out, const Context& context) {
  t.gradients(scores, data, out, out, context);
};

template <class T>
concept HasRowLoss = requires(const T& t, VectorView in) {
  t.loss(in, in, in);
};
template <class T>
concept HasOutputsLoss = requires(const T& t, const MatrixView& scores, VectorView in) {
  t.loss(scores, in, in);
};
template <class T>
concept HasAllRowsLoss = requires(const T& t, const MatrixView& scores, const ObjectiveData& data,
                                  const Context& context) {
  t.loss(scores, data, context);
};

/// The scores of a single output, without a copy.
inline Eigen::Map<const Vector> only_output(const MatrixView& m) {
  return Eigen::Map<const Vector>(m.data(), m.cols());
}

template <class T>
struct ObjectiveOf final : ObjectiveModel {
  static constexpr bool all_rows = AllRowsObjective<T>;
  static constexpr bool by_row = !all_rows && RowObjective<T>;
  static constexpr bool renews = requires(const T& t, VectorView in) {
    { t.leaf_value(in, in) } -> std::convertible_to<double>;
  };
  static constexpr bool has_loss = all_rows ? HasAllRowsLoss<T>
                                   : by_row ? HasRowLoss<T>
                                            : HasOutputsLoss<T>;

  explicit ObjectiveOf(T objective) : objective_(std::move(objective)) {
    if constexpr (requires { std::string(T::name); })
      traits.name = std::string(T::name);
    else
      traits.name = readable_type_name(typeid(T));
    if constexpr (requires { std::string(T::link); }) {
      static_assert(is_link(T::link), "an objective's link is identity, exp, sigmoid or softmax");
      traits.link = std::string(T::link);
    }
    traits.has_loss = has_loss;
    traits.renews_leaves = renews;
    traits.all_rows = all_rows;
  }

  Index n_outputs(Index n_classes) const override {
    if constexpr (HasOutputs<T>)
      return objective_.n_outputs(n_classes);
    else
      return 1;
  }

  std::string_view rejects(double target) const override {
    if constexpr (requires { std::string_view(objective_.rejects(target)); })
      return objective_.rejects(target);
    else
      return {};
  }

  Vector start(const ObjectiveData& data) const override {
    const Index k = n_outputs(data.n_classes);
    if constexpr (requires { Vector(objective_.start(data.target, data.weights, k)); })
      return objective_.start(data.target, data.weights, k);
    else if constexpr (requires { double{objective_.start(data.target, data.weights)}; })
      return Vector::Constant(k, objective_.start(data.target, data.weights));
    else if constexpr (renews)
      return Vector::Constant(k, objective_.leaf_value(data.target, data.weights));
    else
      return Vector::Zero(k);
  }

  void gradients(const MatrixView& scores, const ObjectiveData& data, Eigen::Ref<Matrix> gradients,
                 Eigen::Ref<Matrix> hessians, const Context& context) const override {
    if constexpr (all_rows) {
      objective_.gradients(scores, data, gradients, hessians, context);
    } else if constexpr (by_row) {
      Eigen::Map<Vector> g(gradients.data(), gradients.cols());
      Eigen::Map<Vector> h(hessians.data(), hessians.cols());
      objective_.gradients(only_output(scores), data.target, g, h);
    } else {
      objective_.gradients(scores, data.target, gradients, hessians);
    }
  }

  double loss(const MatrixView& scores, const ObjectiveData& data,
              const Context& context) const override {
    if constexpr (!has_loss)
      return 0;  // Objective asks has_loss first
    else if constexpr (all_rows)
      return objective_.loss(scores, data, context);
    else if constexpr (by_row)
      return objective_.loss(only_output(scores), data.target, data.weights);
    else
      return objective_.loss(scores, data.target, data.weights);
  }

  double leaf_value(const VectorView& residuals, const VectorView& weights) const override {
    if constexpr (renews)
      return objective_.leaf_value(residuals, weights);
    else
      return 0;  // Objective asks renews_leaves first
  }

 private:
  T objective_;
};

}  // namespace grove::detail

namespace grove {

template <class T>
requires(!std::is_same_v<T, Objective>) Objective::Objective(T objective) {
  constexpr bool fits =
      detail::RowObjective<T> || detail::OutputsObjective<T> || detail::AllRowsObjective<T>;
  static_assert(fits,
                "an objective needs `void gradients(VectorView scores, VectorView target, "
                "Eigen::Ref<Vector> gradients, Eigen::Ref<Vector> hessians) const`, or with "
                "`Index n_outputs(Index n_classes) const` the same of matrices (see "
                "grove/boosting/objective.hpp); did you forget const?");
  if constexpr (fits) model_ = std::make_shared<const detail::ObjectiveOf<T>>(std::move(objective));
}

}  // namespace grove
