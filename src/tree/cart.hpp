#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/random.hpp"
#include "grove/tree/cart_options.hpp"
#include "grove/tree/tree.hpp"
#include "tree/rank_table.hpp"

// Classification and regression trees (Breiman, Friedman, Olshen & Stone 1984), exact, on ranks.

namespace grove {

enum class Impurity { gini, entropy, squared_error, poisson };
Impurity impurity_of(ClassCriterion criterion);
Impurity impurity_of(RegressionCriterion criterion);

/// Limits as of DecisionTreeClassifierParams.
struct CartParams {
  Impurity impurity = Impurity::gini;
  SplitRule splitter = SplitRule::best;
  int max_depth = std::numeric_limits<int>::max();
  int max_leaf_nodes = std::numeric_limits<int>::max();  // fewer: best first
  int min_samples_split = 2;
  int min_samples_leaf = 1;
  double min_weight_fraction_leaf = 0;
  Index max_features = 1;
  double min_impurity_decrease = 0;
  double ccp_alpha = 0;
};

/// What a tree has to predict. Weights, and weighted targets less `center`, are whole numbers of a
/// unit, so that sums depend on no order. Labels and targets are those of the data set, which must
/// live as long.
struct CartTarget {
  std::vector<std::int64_t> weights;
  bool whole_weights = true;  // weight_unit is 1: a weight counts repeated rows
  double weight_unit = 1;
  const Labels* labels = nullptr;
  Vector class_weights = {};  // one factor per class
  const Vector* target = nullptr;
  std::vector<std::int64_t> weighted_targets = {};
  double target_unit = 1;
  double center = 0;

  int n_outputs() const { return labels == nullptr ? 1 : static_cast<int>(class_weights.size()); }
};

/// `class_weights` are factors per class; a tree is grown on at most `n_draws` units of the largest
/// weight, or on all weights once if it is 0.
CartTarget class_target(std::string_view who, const Dataset& data, const Vector& weights,
                        const Vector& class_weights, double n_draws);
/// Throws InvalidData for targets beyond 1e100, and for poisson for those that are negative or all
/// 0.
CartTarget real_target(std::string_view who, const Dataset& data, const Vector& weights,
                       Impurity impurity, double n_draws);
/// Whether all weights are whole and sum to less than 2^31, so that they count repeated rows.
bool are_whole(const Vector& weights);

struct GrownTree {
  Tree tree;
  std::vector<double> risks;  // of each node: impurity times its share of the root's weight
};

/// Grows trees, one after another, with memory that it keeps. One thread. Categories of a column
/// are sorted by the share of the node's most frequent class, or the mean target, and cut in two:
/// the best of all sets for two classes and for squared error (Fisher 1958; Breiman et al. 1984).
class CartGrower {
 public:
  virtual ~CartGrower() = default;
  /// A tree, pruned by ccp_alpha, its nodes numbered depth first. Row i takes part
  /// `multiplicities[i]` times; once if there are none.
  virtual GrownTree grow(std::span<const std::uint32_t> multiplicities, const Rng& rng,
                         const Context& context) = 0;
};

/// `columns` and `target` must live as long.
std::unique_ptr<CartGrower> cart_grower(std::string_view who, const RankTable& columns,
                                        const CartTarget& target, const CartParams& params);

}  // namespace grove
