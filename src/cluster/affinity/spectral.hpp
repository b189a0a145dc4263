#pragma once

#include <string_view>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/random.hpp"
#include "grove/neighbors/graph.hpp"

// Eigenvectors of graphs of affinities.

namespace grove::cluster {

/// A symmetric matrix of affinities >= 0 without a diagonal: dense, or sparse if `dense` is empty.
struct AffinityGraph {
  Matrix dense;
  Graph sparse;
  Index n() const { return dense.size() > 0 ? dense.rows() : sparse.rows(); }
};

AffinityGraph rbf_graph(std::string_view who, const MatrixView& x, double gamma,
                        const Context& context);
/// (C + C^T) / 2 of the connectivity of the n_neighbors - 1 nearest other rows.
AffinityGraph neighbor_graph(const MatrixView& x, Index n_neighbors, const Context& context);

struct Embedding {
  /// n x k: eigenvectors by falling eigenvalue, rows divided by the root of the degree.
  Matrix vectors;
  Vector eigenvalues;
  Index n_parts = 0;
};
/// `graph` is normalised in place. Throws InvalidData if it has more than k parts or if the
/// eigenvectors do not converge.
Embedding spectral_embedding(std::string_view who, AffinityGraph& graph, Index k, Rng rng,
                             const Context& context);

}  // namespace grove::cluster
