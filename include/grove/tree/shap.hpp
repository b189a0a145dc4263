#pragma once

#include <vector>

#include "grove/core/context.hpp"
#include "grove/tree/tree.hpp"

// SHAP values: how much each column moves the raw score of a row away from the expected one, so
// that the parts add up to the score. Lundberg & Lee, NIPS 2017; for trees Lundberg et al., "From
// local explanations to global understanding", Nature Machine Intelligence 2 (2020).
//
// All functions: x is n_rows x n_columns, with categorical codes and NaN for missing as in
// training; missing values and unseen categories go where the trees send them. One matrix per
// output of the ensemble. Several threads share the rows; the bits are the same for any number of
// them. Throw InvalidData if a tree uses a column that x does not have, and Unsupported if leaves
// hold lines.

namespace grove {

/// Path-dependent: what is not known of a row is averaged over the training rows by
/// `TreeNode::cover` (in boosting the sum of hessians, as in XGBoost; else the sum of weights);
/// where a node's cover is 0, both of its children count alike.
///
/// Matrices are n_rows x (n_columns + 1): the columns' parts, then the expected score; each row
/// sums to the raw score (to rounding, 1e-10 of the size of its parts). O(nodes * depth / 2) per
/// row: the sums over subsets are integrals of polynomials (Yu et al., "Linear TreeShap", NeurIPS
/// 2022), which Gauss-Legendre quadrature gives exactly. Memory: the result and a few numbers per
/// node of one tree.
std::vector<Matrix> shap_values(const TreeEnsemble& ensemble, const MatrixView& x,
                                const Context& context = {});

/// Interventional: what is not known of a row is taken from the rows of `background`, one after the
/// other, and averaged. Says what the model does rather than what goes together in the data; the
/// expected score is the mean over `background`, which needs at least one row and as many columns
/// as x (else InvalidData). O(background rows * nodes on which the two rows part) per row: a few
/// hundred rows of background are the usual choice.
std::vector<Matrix> shap_values(const TreeEnsemble& ensemble, const MatrixView& x,
                                const MatrixView& background, const Context& context = {});

/// Path-dependent SHAP interaction values. Matrices are n_rows x (n_columns + 1)^2; row i is a
/// symmetric matrix, row by row, with half of the interaction of columns a and b at (a, b) and (b,
/// a), what a does alone at (a, a) and the expected score in the last corner. Its rows sum to
/// shap_values. O(leaves * depth^3 / 4) per row.
std::vector<Matrix> shap_interactions(const TreeEnsemble& ensemble, const MatrixView& x,
                                      const Context& context = {});

}  // namespace grove
