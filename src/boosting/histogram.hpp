#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "boosting/binning.hpp"

namespace grove {

/// The gradients of the rows of one tree, rounded to whole numbers so that their sums depend
/// neither on order nor on threads, twice:
/// - exactly enough for leaf values: whole numbers held as doubles whose sums stay below 2^53, in
///   units of `gradient_unit` and `hessian_unit`;
/// - packed for the histograms: gradient in the upper and hessian in the lower half of 64 bits, in
///   units of `packed_...`. Sums over up to `rows_a_cell` rows fit their half.
/// Both are rounded per unit of weight and then multiplied by the weight, so that a whole weight is
/// exactly that many equal rows.
struct RoundedGradients {
  double* gradients = nullptr;  // of all n_rows rows
  double* hessians = nullptr;
  Index n_rows = 0;
  std::vector<std::int64_t> packed;
  const double* weights = nullptr;  // null: all 1
  double gradient_unit = 1, hessian_unit = 1;
  double packed_gradient_unit = 1, packed_hessian_unit = 1;
  Index rows_a_cell = 0;
  double largest_weight = 1;
  /// The largest packed hessian of a row, over its weight; of every row if they are all the same.
  double hessian_a_weight = 0;
  bool equal_hessians = false;
};

/// Rounds, in place, the gradients and hessians per unit of weight of `rows` (null: all) and fills
/// the rest of `sums`; other rows are left as they are. Throws InvalidData naming `who` where one
/// is not finite or a hessian is negative.
void round_gradients(std::string_view who, const double* weights,
                     const std::vector<std::uint32_t>* rows, const Context& context,
                     RoundedGradients& sums);

/// Packed sums taken apart.
struct PackedSums {
  std::int64_t gradient = 0, hessian = 0;
  PackedSums& operator+=(const PackedSums& other) {
    gradient += other.gradient;
    hessian += other.hessian;
    return *this;
  }
  PackedSums operator-(const PackedSums& other) const {
    return {gradient - other.gradient, hessian - other.hessian};
  }
};
inline PackedSums unpack(std::int64_t packed) { return {packed >> 32, packed & 0xffffffff}; }

/// Sums over the rows of a node while the tree grows.
struct NodeSums {
  PackedSums packed;
  double weight = 0;
  NodeSums& operator+=(const NodeSums& other) {
    packed += other.packed;
    weight += other.weight;
    return *this;
  }
  NodeSums operator-(const NodeSums& other) const {
    return {packed - other.packed, weight - other.weight};
  }
};

/// The exact sums, in whole units.
struct ExactSums {
  double gradient = 0, hessian = 0;
  ExactSums& operator+=(const ExactSums& other) {
    gradient += other.gradient;
    hessian += other.hessian;
    return *this;
  }
};
ExactSums exact_sums(const RoundedGradients& sums, const std::uint32_t* rows, Index n);

/// Sums by bin of all groups of a narrow BinnedData, one group after the other. Small nodes keep
/// them packed; those that weigh more than fits keep two whole numbers a cell.
struct Histogram {
  std::vector<std::int64_t> packed;
  std::vector<PackedSums> wide;

  bool is_packed() const { return wide.empty(); }
  PackedSums cell(std::size_t at) const { return is_packed() ? unpack(packed[at]) : wide[at]; }
};

/// Memory of histograms that are done with.
struct SpareCells {
  std::vector<std::vector<std::int64_t>> packed;
  std::vector<std::vector<PackedSums>> wide;
};

/// Builds and subtracts histograms.
class HistogramBuilder {
 public:
  HistogramBuilder(const BinnedData& data, const RoundedGradients& sums, SpareCells& spare,
                   const Context& context);

  /// Where a group's cells begin.
  std::size_t offset(int group) const { return offsets_[static_cast<std::size_t>(group)]; }
  std::size_t n_cells() const { return n_cells_; }

  /// The histogram and the sums of `n` rows; `rows` null: rows 0..n-1.
  Histogram build(const std::uint32_t* rows, Index n, NodeSums& total);
  /// The weight of rows begin..end-1 of `rows`, or of those numbers if it is null.
  double weight(const std::uint32_t* rows, Index begin, Index end) const;
  /// parent - child, which stands for `n` rows; takes over the parent's memory.
  Histogram subtract(Histogram parent, const Histogram& child, Index n);
  /// Takes memory back for the next histogram.
  void recycle(Histogram histogram);

 private:
  struct Part {
    Histogram histogram;
    NodeSums total;
  };
  void accumulate(const std::uint8_t* codes, const std::int64_t* values, Index n,
                  std::int64_t* cells) const;
  void gather(const std::uint32_t* rows, Index n, Index n_ahead, std::uint8_t* codes,
              std::int64_t* values) const;
  void add_rows(const std::uint32_t* rows, Index begin, Index end, std::int64_t* cells,
                NodeSums& total) const;
  void build_part(const std::uint32_t* rows, Index begin, Index end, Part& part) const;

  const BinnedData& data_;
  const RoundedGradients& sums_;
  const Context& context_;
  std::vector<std::size_t> offsets_;
  std::size_t n_cells_ = 0;
  SpareCells& spare_;
};

}  // namespace grove
