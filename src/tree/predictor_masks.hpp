#pragma once

#include <cstdint>

// QuickScorer by leaf masks (Lucchese et al., SIGIR 2015): a node that sends a row right strikes
// out the leaves of its left subtree, and the row falls into the first leaf that is left. Values
// are compared as bytes: how many of the column's thresholds lie below them, so that
// x <= threshold k exactly if its code <= k. The loops are compiled once per instruction set and
// hold plain data only, for the reason given in neighbors/kd_search.hpp.

namespace grove {

/// Rows that the loops take at a time.
inline constexpr int mask_rows = 64;
/// Thresholds a column may have at most: codes are bytes, and one is kept for missing values.
inline constexpr int mask_thresholds = 254;
/// Columns of codes at most, so that the place of the last one still fits its 16 bits.
inline constexpr int mask_columns = 65536 / mask_rows;
inline constexpr int mask_leaves = 64;

/// A feature and its thresholds: 2^steps - 1 of them in ascending order, filled up with +inf.
struct CodedFeature {
  std::int32_t feature = 0;
  std::int32_t first_threshold = 0;
  std::int32_t steps = 0;
  std::int32_t missing_left = -1;   // column for nodes that send missing values left; -1 = none
  std::int32_t missing_right = -1;  // and right
};

/// Strikes out the leaves `drop` (of eight) where code > `code`. The code is 128 too low, to be
/// compared with sign.
struct LeafCondition {
  std::uint16_t column = 0;  // times mask_rows
  std::int8_t code = 0;
  std::uint8_t drop = 0;
};

/// A tree: its leaves from left to right, eight by eight.
struct MaskTree {
  std::int32_t first_condition = 0;
  std::int32_t first_end = 0;  // in MaskView::ends: where the conditions of each eight end
  std::int32_t first_value = 0;
  std::int16_t n_eights = 0;
  std::int16_t n_leaves = 0;
  std::int32_t output = 0;
};

/// Consecutive trees with one set of codes. Values of a tree: 16 to a table, filled up with 0.
struct MaskView {
  const CodedFeature* features = nullptr;
  std::int32_t n_features = 0;
  const double* thresholds = nullptr;
  const MaskTree* trees = nullptr;
  const LeafCondition* conditions = nullptr;
  const std::int32_t* ends = nullptr;
  const double* values = nullptr;
};

/// At most mask_rows rows of `stride` doubles.
struct MaskRows {
  const double* x = nullptr;
  std::int64_t stride = 0;
  int n = 0;
};

struct MaskEngine {
  /// Column c of the codes becomes codes[c * mask_rows ...].
  void (*encode)(const MaskView& view, const MaskRows& rows, std::int8_t* codes);
  /// Adds trees [first, end), in their order, to scores[output * mask_rows ...].
  void (*add)(const MaskView& view, const std::int8_t* codes, int first, int end, double* scores);
};

namespace baseline {
MaskEngine mask_engine();
}
namespace avx2 {
MaskEngine mask_engine();
}
namespace avx512 {
MaskEngine mask_engine();
}

}  // namespace grove
