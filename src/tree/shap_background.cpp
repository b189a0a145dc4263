#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"
#include "grove/tree/shap.hpp"
#include "tree/outputs.hpp"
#include "tree/shap_checks.hpp"

namespace grove {

namespace {

/// The games between one row and one row of the background, leaf by leaf. A leaf is reached by all
/// mixtures of both that take `a` columns, on which only the row passes, from the row, and `b`
/// columns, on which only the other passes, from the other. Each of the `a` columns gets
/// (a-1)! b! / (a+b)! of the leaf's value, each of the `b` loses a! (b-1)! / (a+b)! of it.
class Duel {
 public:
  Duel(const Tree& tree, Index n_columns, int depth)
      : tree_(tree), taken_from_(static_cast<std::size_t>(n_columns), Side::both) {
    // (a-1)! b! / (a+b)!, row by row: a = 1..depth, b = 0..depth.
    weights_.resize(depth, depth + 1);
    for (int b = 0; b <= depth; ++b)
      for (int a = 1; a <= depth; ++a)
        weights_(a - 1, b) = a == 1 ? 1.0 / (b + 1) : weights_(a - 2, b) * (a - 1) / (a + b);
  }

  /// Adds the parts of all columns to `parts`.
  void run(const double* row, const double* other, int output, double* parts) {
    row_ = row;
    other_ = other;
    output_ = output;
    parts_ = parts;
    (void)below(0, 0, 0);
  }

 private:
  enum class Side : std::uint8_t { both, row, other };
  /// What the leaves below give to each column taken from the row, and from the other.
  struct Gains {
    double row = 0, other = 0;
  };

  Gains below(int at, int n_row, int n_other) {
    const TreeNode& node = tree_.nodes[static_cast<std::size_t>(at)];
    if (node.left == 0) {
      const double value = tree_.value(at)[output_];
      return {n_row > 0 ? value * weights_(n_row - 1, n_other) : 0,
              n_other > 0 ? -value * weights_(n_other - 1, n_row) : 0};
    }
    const int by_row = tree_.goes_left(node, row_[node.feature]) ? node.left : node.right;
    const int by_other = tree_.goes_left(node, other_[node.feature]) ? node.left : node.right;
    Side& side = taken_from_[static_cast<std::size_t>(node.feature)];
    if (by_row == by_other || side == Side::row) return below(by_row, n_row, n_other);
    if (side == Side::other) return below(by_other, n_row, n_other);
    side = Side::row;
    const Gains first = below(by_row, n_row + 1, n_other);
    side = Side::other;
    const Gains second = below(by_other, n_row, n_other + 1);
    side = Side::both;
    parts_[node.feature] += first.row + second.other;
    return {first.row + second.row, first.other + second.other};
  }

  const Tree& tree_;
  std::vector<Side> taken_from_;
  Matrix weights_;
  const double* row_ = nullptr;
  const double* other_ = nullptr;
  double* parts_ = nullptr;
  int output_ = 0;
};

}  // namespace

std::vector<Matrix> shap_values(const TreeEnsemble& ensemble, const MatrixView& x,
                                const MatrixView& background, const Context& context) {
  constexpr std::string_view who = "shap_values";
  check_shap(who, ensemble, x);
  if (background.rows() < 1 || background.cols() != x.cols())
    throw InvalidData(concat(who, ": the background has ", background.rows(), " rows and ",
                             background.cols(), " columns, and x has ", x.cols(), " columns"),
                      "give at least one row of background, with the columns of x");
  const auto data_of = [](const MatrixView& m, Index i) { return m.data() + i * m.outerStride(); };
  const auto n = static_cast<double>(background.rows());
  Vector expected = Vector::Zero(ensemble.n_outputs());
  std::vector<Matrix> values(static_cast<std::size_t>(ensemble.n_outputs()),
                             Matrix::Zero(x.rows(), x.cols() + 1));
  for (std::size_t t = 0; t < ensemble.trees.size(); ++t) {
    context.check_stop(who);
    const Tree& tree = ensemble.trees[t];
    const int depth = tree.depth();
    const Index first = first_output(ensemble, t);
    for (Index j = 0; j < background.rows(); ++j) {
      const double* value = tree.value(tree.leaf_of(data_of(background, j)));
      for (int k = 0; k < tree.n_outputs; ++k) expected(first + k) += value[k];
    }
    parallel_for(context, x.rows(), 8, [&](Index begin, Index end) {
      Duel duel(tree, x.cols(), depth);
      for (Index i = begin; i < end; ++i)
        for (int k = 0; k < tree.n_outputs; ++k)
          for (Index j = 0; j < background.rows(); ++j)
            duel.run(data_of(x, i), data_of(background, j), k,
                     values[static_cast<std::size_t>(first + k)].row(i).data());
    });
  }
  for (std::size_t k = 0; k < values.size(); ++k) {
    values[k] /= n;
    const auto output = static_cast<Index>(k);
    values[k].col(x.cols()).setConstant(ensemble.base(output) + expected(output) / n);
  }
  return values;
}

}  // namespace grove
