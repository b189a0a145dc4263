#pragma once

#include <cstdint>

// The inner loops of hierarchical clustering. Compiled once per instruction set, with the same bits
// on each; plain data only, for the reason given in neighbors/kd_search.hpp.

namespace grove {

/// Points are handled in chunks of so many, coordinate by coordinate: value j of the chunk's point
/// i is chunk[j * linkage_lanes + i].
inline constexpr int linkage_lanes = 16;

/// The nearest so far: of equally near ones the lowest name.
struct NearestCenter {
  double distance = __builtin_inf();
  std::uint32_t name = 0xffffffffU;
  std::int64_t place = -1;
};

struct CenterQuery {
  const double* point = nullptr;
  double size = 1;        // of its cluster
  std::int64_t own = -1;  // the place that is left out
};

/// Centres in chunks; empty places hold +inf, the size 1 and the name 0xffffffff.
struct CenterChunks {
  const double* values = nullptr;
  const double* sizes = nullptr;  // null: sizes do not matter
  const std::uint32_t* names = nullptr;
  int d = 0;
};

/// A tree of 16 boxes a node over chunks of centres, one chunk a leaf. Node 0 is the root.
struct BoxTree {
  /// Node v: for each column 16 lower, then for each column 16 upper bounds, rounded outwards; no
  /// box: +inf and -inf.
  const float* boxes = nullptr;
  const float* inverse_sizes = nullptr;    // 1 / the least size, of the boxes
  const std::int32_t* children = nullptr;  // a node; -2 - chunk; -1: none
};

/// The centres of a tree as floats: scaled and shifted into [-1, 1], +inf in empty places.
struct FloatChunks {
  const float* values = nullptr;         // chunks
  const float* inverse_sizes = nullptr;  // 1 / size, of places
  const double* shift = nullptr;         // of each column; a float is (value - shift) * scale
  double scale = 1;
};

/// Up to 4 centres of a tree that ask at once; they should be near each other.
struct CenterGroup {
  static constexpr int most = 4;
  int n = 0;
  const double* points[most] = {};
  double sizes[most] = {};
  std::int64_t places[most] = {};
  float* room = nullptr;  // 6 d values to work in
};

struct TreeWork {
  std::uint64_t distance_evaluations = 0;
  std::uint64_t nodes_visited = 0;
};

/// The nearest of each row and column of a triangle, seen row by row; places as doubles.
struct RowMinimum {
  double distance = __builtin_inf();
  std::int64_t place = -1;
};

struct LinkageKernels {
  /// |query - point|^2 of every point of the chunks; each is summed up in the order of the columns.
  void (*distances)(const double* query, const double* chunks, std::int64_t n_chunks, int d,
                    double* out);
  /// Adds weight * |query - point| to the sums.
  void (*add_distances)(const double* query, double weight, const double* chunks,
                        std::int64_t n_chunks, int d, double* sums);
  /// Raises the maxima to |query - point|^2.
  void (*raise_to_distances)(const double* query, const double* chunks, std::int64_t n_chunks,
                             int d, double* maxima);
  /// The square roots of n values, in place.
  void (*take_roots)(double* values, std::int64_t n);
  /// Offers the centres of n_chunks chunks from `first_chunk` on to `best`. By Ward's distance
  /// a b / (a + b) |query - centre|^2 for the sizes a and b, or by |query - centre|^2.
  void (*nearest)(const CenterQuery& query, const CenterChunks& centers, std::int64_t first_chunk,
                  std::int64_t n_chunks, NearestCenter& best);
  /// Offers all others of a tree, by Ward's distance, to the best of each of the group.
  void (*nearest_in_tree)(const CenterGroup& group, const CenterChunks& centers,
                          const FloatChunks& floats, const BoxTree& tree, NearestCenter* best,
                          TreeWork& work);
  /// The least of n values, the first of equal ones. Each value also becomes its column's least,
  /// and `row` the column's place, if it is less than the least so far.
  RowMinimum (*minima)(const double* values, std::int64_t n, double row, double* column_least,
                       double* column_places);
};

namespace baseline {
LinkageKernels linkage_kernels();
}
namespace avx2 {
LinkageKernels linkage_kernels();
}
namespace avx512 {
LinkageKernels linkage_kernels();
}

/// Those of this processor.
LinkageKernels linkage_kernels();

}  // namespace grove
