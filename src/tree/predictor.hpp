#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/tree/tree.hpp"
#include "tree/predictor_compile.hpp"
#include "tree/predictor_walk.hpp"

namespace grove {

/// Ways to the same scores, bit for bit.
enum class PredictEngine { fastest, walk, masks_baseline, masks_avx2, masks_avx512 };
/// Whether this processor has the instructions.
bool runs_here(PredictEngine engine);

/// An ensemble made ready to predict. Immutable: share it and use it from any thread. Trees are
/// added to the scores one after the other, in double, whatever the engine and number of threads.
///
/// Trees that fit leaf masks go through them; others are walked, eight rows at a time.
class Predictor {
 public:
  static constexpr Index all = std::numeric_limits<Index>::max();

  /// Rows will have n_columns columns.
  Predictor(const TreeEnsemble& ensemble, Index n_columns);

  Index n_outputs() const { return base_.size(); }
  Index n_trees() const { return walk_.n_trees(); }
  Index n_rounds() const { return n_trees() / trees_a_round_; }

  /// n x n_outputs: base and the trees of the first n_rounds rounds.
  Matrix scores(const MatrixView& x, const Context& context, Index n_rounds = all,
                PredictEngine engine = PredictEngine::fastest) const;
  /// Adds trees [first, end) to the scores of n rows, n x n_outputs.
  void add_scores(const MatrixView& x, Matrix& scores, const Context& context, Index first,
                  Index end, PredictEngine engine = PredictEngine::fastest) const;
  /// The scores of one row; no allocation.
  void score_row(const double* row, double* out) const noexcept;
  /// n x n_trees: the node that is the row's leaf.
  LeafMatrix leaves(const MatrixView& x, const Context& context) const;

 private:
  /// Consecutive trees that take the same way.
  struct Part {
    Index first = 0, end = 0;
    std::int32_t masks = -1;  // in masks_; -1 = walk
    std::int32_t first_in_masks = 0;
  };
  struct Room;

  /// Adds trees [first, end) to the scores of at most mask_rows rows, kept in the room.
  void add_group(const MaskRows& rows, Index first, Index end, PredictEngine engine,
                 Room& room) const;
  /// Rows in the form in which trees are walked.
  void prepare(const MaskRows& rows, Room& room) const;
  void check(const MatrixView& x) const;

  Vector base_;
  Index n_columns_;
  Index trees_a_round_;
  WalkTrees walk_;
  std::vector<MaskTrees> masks_;
  std::vector<Part> parts_;
};

}  // namespace grove
