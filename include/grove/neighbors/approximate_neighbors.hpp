#pragma once

#include "grove/neighbors/nearest_neighbors.hpp"

namespace grove {

struct ApproximateNeighborsParams {
  int n_neighbors = 5;
  /// Cells of k-means; 0: the root of the number of points.
  int n_cells = 0;
  /// Cells that are searched for a query, the nearest ones first.
  int n_probes = 8;
  Distance metric = Metric::euclidean;
  double p = 2;
  std::uint64_t seed = 0;
  static const Schema<ApproximateNeighborsParams>& schema();
};

/// Search among the points of a few k-means cells in the place of all (faiss calls it IVF; Jegou,
/// Douze & Schmid 2011): faster, and some of the true neighbours are missed. How many, `recall`
/// says. Distances are exact, and ordered as by NearestNeighbors; n_probes = n_cells finds what it
/// finds. The metrics of Algorithm::cells. Building O(n n_cells d), a query O((n_cells + n n_probes
/// / n_cells) d).
class ApproximateNeighbors {
 public:
  using Params = ApproximateNeighborsParams;
  static constexpr std::string_view type_name = "ApproximateNeighbors";
  static constexpr Capabilities capabilities{.sample_weights = false};

  explicit ApproximateNeighbors(ApproximateNeighborsParams params = {})
      : params_(std::move(params)) {}
  const ApproximateNeighborsParams& params() const { return params_; }

  ApproximateNeighbors& fit(const Dataset& data, const Context& context = {});
  ApproximateNeighbors& fit(const MatrixView& x, const Context& context = {});

  /// The k nearest (n_neighbors if not given) in n_probes cells, and in further ones where these
  /// hold fewer. Errors as of NearestNeighbors.
  Neighbors kneighbors(const MatrixView& x, std::optional<Index> k = {},
                       const Context& context = {}) const;
  /// The same in another number of cells.
  Neighbors kneighbors(const MatrixView& x, Index k, Index n_probes,
                       const Context& context = {}) const;
  /// The share of the true k nearest that is found; takes an exact search.
  double recall(const MatrixView& x, std::optional<Index> k = {},
                const Context& context = {}) const;
  double recall(const MatrixView& x, Index k, Index n_probes, const Context& context = {}) const;
  Index n_cells() const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;

 private:
  struct State;
  ApproximateNeighborsParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
