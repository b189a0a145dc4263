#pragma once

#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "tree/cart.hpp"

namespace grove {

/// The state behind decision trees, and most of that behind forests. Outputs of a tree are class
/// shares, or one mean.
struct CartModel {
  TrainedOn trained_on;
  TreeEnsemble ensemble;
  FitReport report = {};
};

/// The sum over trees, n x n_outputs, started from the base. Rows in parallel.
Matrix predict_trees(const TreeEnsemble& ensemble, const MatrixView& x, const Context& context);
/// The mean instead: base 0.
Matrix mean_of_trees(const TreeEnsemble& ensemble, const MatrixView& x, const Context& context);
/// The leaf of each row (n) in each tree.
Eigen::MatrixXi leaves_of(const TreeEnsemble& ensemble, const MatrixView& x,
                          const Context& context);
/// The first of the largest entries in each row.
Labels argmax_rows(const Matrix& shares);
/// Share of each column in the gain of each tree, averaged over the trees that have splits.
Vector importances_of(const CartModel& model);

Value::Map cart_to_value(const CartModel& model);
/// Checks that trees have as many outputs as there are classes (one for real targets).
CartModel cart_from_value(bool classes, const StateReader& reader);

/// The limits that single trees and forests share.
template <class Params>
CartParams cart_params(const Params& params, SplitRule splitter, Index n_columns) {
  constexpr int no_limit = std::numeric_limits<int>::max();
  return {.impurity = impurity_of(params.criterion),
          .splitter = splitter,
          .max_depth = params.max_depth.value_or(no_limit),
          .max_leaf_nodes = params.max_leaf_nodes.value_or(no_limit),
          .min_samples_split = params.min_samples_split,
          .min_samples_leaf = params.min_samples_leaf,
          .min_weight_fraction_leaf = params.min_weight_fraction_leaf,
          .max_features = params.max_features.of(n_columns),
          .min_impurity_decrease = params.min_impurity_decrease,
          .ccp_alpha = params.ccp_alpha};
}

template <class Params>
Schema<Params>& add_growth(Schema<Params>& table) {
  using P = Params;
  return table.add("criterion", &P::criterion, "Impurity that splits decrease.")
      .add("max_depth", &P::max_depth, at_least(1), "Depth of a tree; none = no limit.")
      .add("min_samples_split", &P::min_samples_split, at_least(2),
           "Rows, by weight, that a node needs to be split.")
      .add("min_samples_leaf", &P::min_samples_leaf, at_least(1),
           "Rows, by weight, that a leaf needs.")
      .add("min_weight_fraction_leaf", &P::min_weight_fraction_leaf, between(0, 0.5),
           "Share of the total weight that a leaf needs.")
      .add("max_features", &P::max_features, max_features_constraint(),
           "Columns that a node looks at: a number, all, sqrt or log2.")
      .add("max_leaf_nodes", &P::max_leaf_nodes, at_least(2),
           "Leaves of a tree, grown best first; none = no limit.")
      .add("min_impurity_decrease", &P::min_impurity_decrease, at_least(0),
           "Decrease of impurity that a split needs.")
      .add("ccp_alpha", &P::ccp_alpha, at_least(0), "Complexity parameter of pruning.")
      .add("seed", &P::seed, at_least(0), "Seed of all that is drawn.");
}

}  // namespace grove
