#pragma once

#include <functional>
#include <memory>
#include <string>

#include "grove/core/context.hpp"
#include "grove/core/types.hpp"
#include "grove/tree/tree.hpp"

namespace grove {

struct BoostedModel;

/// What is inside a fitted boosting estimator. A cheap copy of a shared, immutable state; x has the
/// columns of training, in their order.
class Booster {
 public:
  explicit Booster(std::shared_ptr<const BoostedModel> model) : model_(std::move(model)) {}

  /// Rounds; fewer than n_estimators after early stopping.
  int n_iter() const;
  /// Trees of a round: 1, or one for each of more than two classes.
  Index n_outputs() const;
  /// How scores become predictions: "identity", "exp", "sigmoid" or "softmax".
  const std::string& link() const;
  const TreeEnsemble& trees() const;

  /// Scores before the link, n x n_outputs, of the first n_rounds rounds (all if negative).
  Matrix scores(const MatrixView& x, const Context& context = {}, int n_rounds = -1) const;
  /// Predictions after the link: values, or class probabilities.
  Matrix predictions(const MatrixView& x, const Context& context = {}, int n_rounds = -1) const;
  /// The node that each row falls into in each tree, n x n_trees.
  Eigen::Matrix<int, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> apply(
      const MatrixView& x, const Context& context = {}) const;
  /// Calls f(round, predictions) after every round, from 1. Takes O(n) per tree in all.
  void staged(const MatrixView& x, const std::function<void(int round, const Matrix&)>& f,
              const Context& context = {}) const;
  /// One row of n_columns doubles to n_outputs scores; allocates nothing.
  void score_row(const double* row, double* scores) const noexcept;
  /// Share of the total gain by column; sums to 1, all 0 if no tree has a split.
  Vector feature_importances() const;

 private:
  std::shared_ptr<const BoostedModel> model_;
};

}  // namespace grove
