#pragma once

#include <vector>

#include "neighbors/point_blocks.hpp"
#include "neighbors/search.hpp"

namespace grove {

/// Centres of k-means on the rows: a few rounds of Lloyd's algorithm from random rows, on a sample
/// of at most 64 rows for each centre. Some rows may be equal.
Matrix k_means_centers(const MatrixView& points, Index n_centers, std::uint64_t seed,
                       const Context& context);

/// Points in cells about centres: each in that of its nearest centre.
class Cells {
 public:
  /// n_cells <= 0 stands for the root of the number of points.
  Cells(const MatrixView& points, const ReducedDistance& reduced, Index n_cells, std::uint64_t seed,
        const Context& context);

  Index n_cells() const { return centers_.rows(); }
  /// The nearest in the `n_probes` cells whose centres are nearest, and in further ones until there
  /// are enough. Over all cells the answer is exact: what is left out is so by the triangle
  /// inequality.
  void nearest(const double* query, Index n_probes, BestHits& best, SearchWork& work) const;
  void within(const double* query, double reach, std::vector<Hit>& hits, SearchWork& work) const;

 private:
  struct Cell {
    Index first_block = 0;
    Index n_blocks = 0;
    double radius = 0;
  };

  /// True distances from the query to the centres, nearest first.
  std::vector<Hit> centers_by_distance(const double* query, SearchWork& work) const;
  /// f(reduced distance, row) for the points of a cell within worst(), and some others.
  template <class Worst, class F>
  void scan(const Cell& cell, const double* query, double to_center, const Worst& worst, const F& f,
            SearchWork& work) const;

  ReducedDistance reduced_;
  Matrix centers_;
  std::vector<Cell> cells_;
  OrderedBlocks blocks_;           // cell by cell, by distance to the centre
  std::vector<double> to_center_;  // of each place
};

}  // namespace grove
