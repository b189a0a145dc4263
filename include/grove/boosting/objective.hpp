#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/types.hpp"
#include "grove/params/schema.hpp"

namespace grove {

/// What an objective may know of the rows. A row of weight 0 takes no part.
struct ObjectiveData {
  VectorView target;               ///< n: class code, value or relevance
  VectorView weights;              ///< n, at least 0
  const Labels* groups = nullptr;  ///< n group ids (queries of a ranking), or null
  Index n_classes = 0;             ///< 0 for a real target
};

namespace detail {
struct ObjectiveModel;
}

/// What boosting makes small, as a value in the manner of std::function; empty by default. Built-in
/// losses come from make_objective. Yours is a plain struct that inherits nothing; all it needs is
///
///   void gradients(VectorView scores, VectorView target,
///                  Eigen::Ref<Vector> gradients, Eigen::Ref<Vector> hessians) const;
///
/// which fills the first and second derivatives of the loss by the score, per unit of weight, for
/// up to 2048 rows at a time, from several threads at once. Two more forms:
///
///   Index n_outputs(Index n_classes) const;          // several scores a row: matrices are
///   void gradients(const MatrixView& scores, VectorView target,   // n_outputs x rows
///                  Eigen::Ref<Matrix> gradients, Eigen::Ref<Matrix> hessians) const;
///
///   void gradients(const MatrixView& scores, const ObjectiveData& data,    // all rows at once,
///                  Eigen::Ref<Matrix> gradients, Eigen::Ref<Matrix> hessians,  // for losses of
///                  const Context& context) const;                // pairs; n_outputs if not 1
///
/// Optional members:
///
///   static constexpr std::string_view name;     // else the type's name
///   static constexpr std::string_view link;     // see apply_link; else "identity"
///   double loss(VectorView scores, VectorView target, VectorView weights) const;
///       // weighted mean; scores are a MatrixView in the second form; the third form has
///       // loss(const MatrixView& scores, const ObjectiveData& data, const Context& context)
///   double start(VectorView target, VectorView weights) const;
///       // best constant score, else leaf_value(target, weights), else 0; with n_outputs:
///       // Vector start(VectorView target, VectorView weights, Index n_outputs)
///   double leaf_value(VectorView residuals, VectorView weights) const;
///       // best value of a leaf, from target - score of its rows, in place of the Newton step
///   std::string_view rejects(double target) const;   // why the loss is not defined there, or ""
class Objective {
 public:
  Objective() = default;
  template <class T>
  requires(!std::is_same_v<T, Objective>) Objective(T objective);

  explicit operator bool() const { return model_ != nullptr; }
  std::string name() const;
  /// Scores of a row, and trees of a round.
  Index n_outputs(Index n_classes) const;
  /// How scores become predictions: "identity", "exp", "sigmoid", "softmax".
  std::string link() const;
  bool has_loss() const;
  /// The third form: a row's derivatives depend on other rows.
  bool sees_all_rows() const;
  bool renews_leaves() const;

  /// Throws InvalidData, in the name of `who`, for the first row whose target the loss rejects.
  void check_target(std::string_view who, const ObjectiveData& data) const;
  /// n_outputs constant scores, from the rows with weight.
  Vector start(const ObjectiveData& data) const;
  /// Scores, gradients and hessians are n_outputs x n_rows; the latter two are resized. The same
  /// bits for any number of threads. Throws InvalidData naming objective, row and value if a
  /// gradient is not finite, or a hessian not finite or below 0.
  void differentiate(const Matrix& scores, const ObjectiveData& data, Matrix& gradients,
                     Matrix& hessians, const Context& context) const;
  /// Weighted mean over these rows; throws Unsupported unless has_loss().
  double loss(const Matrix& scores, const ObjectiveData& data,
              const std::vector<std::int32_t>& rows, const Context& context) const;
  /// Of a leaf, from target - score of its rows; throws Unsupported unless renews_leaves().
  double leaf_value(const VectorView& residuals, const VectorView& weights) const;

 private:
  const detail::ObjectiveModel& model() const;
  std::shared_ptr<const detail::ObjectiveModel> model_;
};

/// Scores, n x n_outputs, to predictions: "identity" and "exp" keep the shape, "softmax" gives the
/// rows' class probabilities, "sigmoid" those of two classes (n x 2: 1 - p and p) or, with
/// n_classes 0, p alone. One class has probability 1. A row's bits do not depend on the others.
/// Throws InvalidParameter for another link.
Matrix apply_link(std::string_view link, const MatrixView& scores, Index n_classes,
                  const Context& context = {});

/// e to the power of every value, in place, several at a time: within 2 units in the last place,
/// the same bits on every machine and at every position. For gradients.
void exp_in_place(Eigen::Ref<Vector> values);

/// `automatic` is log_loss for classes and squared_error for a real target. Losses of a row with
/// score s and target y, up to terms of y alone:
/// squared_error (s - y)^2; absolute_error |s - y|;
/// huber: half the squared error up to `huber_delta`, linear beyond (hessian 1, leaves renewed);
/// quantile: pinball loss (level * (y - s) above s, (1 - level) * (s - y) below);
/// with a log link, prediction exp(s): poisson exp(s) - y s (y >= 0), gamma s + y exp(-s) (y > 0),
/// tweedie exp((2-p) s) / (2-p) - y exp((1-p) s) / (1-p), 1 < p < 2 (y >= 0);
/// log_loss: -log of the probability of the row's class, by sigmoid or softmax;
/// lambdarank: LambdaMART (Burges, "From RankNet to LambdaRank to LambdaMART", 2010) with gains
/// 2^y - 1 and all pairs of a group; its loss is 1 - NDCG, mean over groups by their mean weight.
enum class BoostingLoss {
  automatic,
  squared_error,
  absolute_error,
  huber,
  quantile,
  poisson,
  gamma,
  tweedie,
  log_loss,
  lambdarank
};
std::span<const EnumName<BoostingLoss>> enum_names(BoostingLoss);

struct LossOptions {
  double quantile = 0.5;       ///< level of `quantile`, in (0, 1)
  double huber_delta = 1.0;    ///< of `huber`, in units of the target, above 0
  double tweedie_power = 1.5;  ///< in [1, 2]; at the ends it is poisson and gamma
  int ndcg_at = 0;             ///< lambdarank looks at so many best places; 0 = all
};
/// Throws InvalidParameter, in the name of `who`, for an option out of range or a loss that does
/// not fit the kind of target.
Objective make_objective(std::string_view who, BoostingLoss loss, Index n_classes,
                         const LossOptions& options = {});

}  // namespace grove

#include "grove/boosting/objective_model.hpp"
