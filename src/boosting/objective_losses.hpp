#pragma once

#include <string_view>

#include "grove/boosting/objective.hpp"

// The built-in losses; see BoostingLoss and Objective for what the members mean.

namespace grove {

/// The middle of all v that make sum w (level max(r - v, 0) + (1 - level) max(v - r, 0)) least; 0
/// without weight. O(n).
double weighted_quantile(const VectorView& residuals, const VectorView& weights, double level);

constexpr double largest_target = 1e100;  // squares must not overflow
constexpr double smallest_hessian = 1e-16;

struct SquaredError {
  static constexpr std::string_view name = "squared_error";
  void gradients(VectorView scores, VectorView target, Eigen::Ref<Vector> gradients,
                 Eigen::Ref<Vector> hessians) const;
  double loss(VectorView scores, VectorView target, VectorView weights) const;
  double start(VectorView target, VectorView weights) const;
  std::string_view rejects(double target) const;
};

/// The gradient of a row that is met exactly is 0.
struct AbsoluteError {
  static constexpr std::string_view name = "absolute_error";
  void gradients(VectorView scores, VectorView target, Eigen::Ref<Vector> gradients,
                 Eigen::Ref<Vector> hessians) const;
  double loss(VectorView scores, VectorView target, VectorView weights) const;
  double leaf_value(VectorView residuals, VectorView weights) const;
  std::string_view rejects(double target) const;
};

struct HuberLoss {
  static constexpr std::string_view name = "huber";
  double delta;
  void gradients(VectorView scores, VectorView target, Eigen::Ref<Vector> gradients,
                 Eigen::Ref<Vector> hessians) const;
  double loss(VectorView scores, VectorView target, VectorView weights) const;
  double leaf_value(VectorView residuals, VectorView weights) const;
  std::string_view rejects(double target) const;
};

/// The gradient of a row that is met exactly is 0.
struct QuantileLoss {
  static constexpr std::string_view name = "quantile";
  double level;
  void gradients(VectorView scores, VectorView target, Eigen::Ref<Vector> gradients,
                 Eigen::Ref<Vector> hessians) const;
  double loss(VectorView scores, VectorView target, VectorView weights) const;
  double leaf_value(VectorView residuals, VectorView weights) const;
  std::string_view rejects(double target) const;
};

struct PoissonLoss {
  static constexpr std::string_view name = "poisson";
  static constexpr std::string_view link = "exp";
  void gradients(VectorView scores, VectorView target, Eigen::Ref<Vector> gradients,
                 Eigen::Ref<Vector> hessians) const;
  double loss(VectorView scores, VectorView target, VectorView weights) const;
  double start(VectorView target, VectorView weights) const;
  std::string_view rejects(double target) const;
};

struct GammaLoss {
  static constexpr std::string_view name = "gamma";
  static constexpr std::string_view link = "exp";
  void gradients(VectorView scores, VectorView target, Eigen::Ref<Vector> gradients,
                 Eigen::Ref<Vector> hessians) const;
  double loss(VectorView scores, VectorView target, VectorView weights) const;
  double start(VectorView target, VectorView weights) const;
  std::string_view rejects(double target) const;
};

struct TweedieLoss {
  static constexpr std::string_view name = "tweedie";
  static constexpr std::string_view link = "exp";
  double power;  // strictly between 1 and 2
  void gradients(VectorView scores, VectorView target, Eigen::Ref<Vector> gradients,
                 Eigen::Ref<Vector> hessians) const;
  double loss(VectorView scores, VectorView target, VectorView weights) const;
  double start(VectorView target, VectorView weights) const;
  std::string_view rejects(double target) const;
};

/// One score for two classes, the log odds of class 1.
struct BinaryLogLoss {
  static constexpr std::string_view name = "log_loss";
  static constexpr std::string_view link = "sigmoid";
  void gradients(VectorView scores, VectorView target, Eigen::Ref<Vector> gradients,
                 Eigen::Ref<Vector> hessians) const;
  double loss(VectorView scores, VectorView target, VectorView weights) const;
  double start(VectorView target, VectorView weights) const;
};

struct MultinomialLogLoss {
  static constexpr std::string_view name = "log_loss";
  static constexpr std::string_view link = "softmax";
  Index n_outputs(Index n_classes) const { return n_classes; }
  void gradients(const MatrixView& scores, VectorView target, Eigen::Ref<Matrix> gradients,
                 Eigen::Ref<Matrix> hessians) const;
  double loss(const MatrixView& scores, VectorView target, VectorView weights) const;
  Vector start(VectorView target, VectorView weights, Index n_outputs) const;
};

/// Each pair of a group with relevances y_a > y_b adds |change of NDCG if they swapped places| *
/// log(1 + exp(s_b - s_a)). Equal scores keep the order of their rows. O(m^2) for a group of m.
struct LambdaRank {
  static constexpr std::string_view name = "lambdarank";
  int ndcg_at;  // 0 = all places
  void gradients(const MatrixView& scores, const ObjectiveData& data, Eigen::Ref<Matrix> gradients,
                 Eigen::Ref<Matrix> hessians, const Context& context) const;
  double loss(const MatrixView& scores, const ObjectiveData& data, const Context& context) const;
  double start(VectorView, VectorView) const { return 0; }
  std::string_view rejects(double target) const;
};

}  // namespace grove
