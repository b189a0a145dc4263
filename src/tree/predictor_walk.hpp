#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "grove/core/types.hpp"
#include "grove/tree/tree.hpp"

namespace grove {

using LeafMatrix = Eigen::Matrix<int, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Trees laid out to be walked without branches: several rows or several trees at a time, so that
/// the waits of one hide behind the others. Siblings are neighbours and a leaf leads to itself.
///
/// Nodes look at slots: a feature with +inf or -inf for a missing value, or its category. Rows are
/// turned into slots first, unless those are very many. Thresholds must be finite.
class WalkTrees {
 public:
  explicit WalkTrees(const TreeEnsemble& ensemble);

  Index n_trees() const { return static_cast<Index>(trees_.size()); }
  /// Doubles a row takes once it is prepared.
  Index n_slots() const { return fits_slots() ? static_cast<Index>(slots_.size()) : 0; }
  void prepare(const double* row, double* values) const noexcept;
  /// Adds trees [first, end) to the scores of a row.
  void add_row(const double* row, Index first, Index end, double* scores) const noexcept;
  /// Adds a tree to the scores of n rows of x, prepared one after the other: score k of row i is
  /// scores[k * stride + i].
  void add_tree(Index tree, const double* x, Index x_stride, const double* prepared, Index n,
                double* scores, Index stride) const;
  /// The tree's leaves of those rows, as nodes of the original tree: leaves[i * stride].
  void find_leaves(Index tree, const double* x, Index x_stride, const double* prepared, Index n,
                   int* leaves, Index stride) const;

 private:
  static constexpr Index width = 8;
  static constexpr std::size_t most_slots = 1024;

  enum class Missing { right, left, category };
  struct Slot {
    std::int32_t feature = 0;
    bool is_category = false;
    double missing = 0;  // stands for a missing number
    double of(const double* row) const noexcept;
  };
  struct Link {
    std::uint32_t slot = 0;
    std::uint32_t left = 0;  // the right child is the next one
  };
  /// Bit c: whether category c goes right; bit n_codes: whether all others do.
  struct Set {
    std::uint32_t first_word = 0;
    std::uint32_t n_codes = 0;
  };
  struct Header {
    std::uint32_t root = 0;
    std::int32_t n_outputs = 1;
    std::int32_t output = 0;
    std::int32_t lines = -1;  // in lines_
    bool has_sets = false;
    std::size_t first_value = 0;
  };

  bool fits_slots() const { return slots_.size() <= most_slots; }
  void lay_out(const Tree& tree, std::int32_t output);
  std::uint32_t slot_of(int feature, Missing missing);
  std::uint32_t add_set(const std::vector<std::uint8_t>& sides, bool missing_left);
  template <bool prepared, bool with_sets>
  std::uint32_t step(std::uint32_t at, const double* row) const noexcept;
  template <bool prepared, bool with_sets, class Rows>
  void walk(std::uint32_t (&at)[width], const Rows& rows) const noexcept;
  /// Eight places from roots to leaves, each along rows[j], which are prepared if they can be.
  template <class Rows>
  void walk(bool with_sets, std::uint32_t (&at)[width], const Rows& rows) const noexcept;
  /// Calls visit(row, leaf) for n rows.
  template <class Visit>
  void visit_leaves(const Header& tree, const double* x, Index x_stride, const double* prepared,
                    Index n, Visit&& visit) const;
  void add_answer(const Header& tree, std::uint32_t at, const double* row, double* scores,
                  Index stride) const noexcept;

  std::vector<Header> trees_;
  std::vector<double> thresholds_;  // of a node; +inf in leaves and where there is a set
  std::vector<Link> links_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> category_slots_;
  std::map<std::pair<int, Missing>, std::uint32_t> slot_places_;
  std::vector<std::int32_t> original_;  // node in its Tree
  std::vector<std::uint32_t> set_of_;   // set of a node; 0 is the empty one
  std::vector<Set> sets_;
  std::vector<std::uint32_t> words_;
  std::vector<double> values_;  // n_outputs per node
  std::vector<Tree> lines_;     // values and lines of the trees that have lines
  bool any_sets_ = false;
};

}  // namespace grove
