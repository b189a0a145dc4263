#include "grove/neighbors/graph.hpp"

#include <algorithm>

namespace grove {

namespace {

/// Entries of row i are those from begin_of(i) to begin_of(i + 1) of rows and distances.
template <class BeginOf>
Graph graph_of(Index n_queries, Index n_points, const BeginOf& begin_of, const Index* rows,
               const double* distances, GraphMode mode) {
  Graph graph(n_queries, n_points);
  graph.resizeNonZeros(begin_of(n_queries));
  std::vector<Index> order;
  for (Index i = 0; i < n_queries; ++i) {
    const Index begin = begin_of(i);
    const Index end = begin_of(i + 1);
    order.resize(static_cast<std::size_t>(end - begin));
    for (Index at = begin; at < end; ++at) order[static_cast<std::size_t>(at - begin)] = at;
    std::sort(order.begin(), order.end(), [&](Index a, Index b) { return rows[a] < rows[b]; });
    graph.outerIndexPtr()[i + 1] = end;
    for (Index at = begin; at < end; ++at) {
      const Index from = order[static_cast<std::size_t>(at - begin)];
      graph.innerIndexPtr()[at] = rows[from];
      graph.valuePtr()[at] = mode == GraphMode::distance ? distances[from] : 1.0;
    }
  }
  return graph;
}

Graph graph_of(const Neighbors& found, Index n_points, GraphMode mode) {
  const Index k = found.rows.cols();
  return graph_of(
      found.rows.rows(), n_points, [&](Index i) { return i * k; }, found.rows.data(),
      found.distances.data(), mode);
}

Graph graph_of(const RadiusNeighbors& found, Index n_points, GraphMode mode) {
  return graph_of(
      static_cast<Index>(found.offsets.size()) - 1, n_points,
      [&](Index i) { return found.offsets[static_cast<std::size_t>(i)]; }, found.rows.data(),
      found.distances.data(), mode);
}

}  // namespace

Graph kneighbors_graph(const NearestNeighbors& model, const MatrixView& x, std::optional<Index> k,
                       GraphMode mode, const Context& context) {
  return graph_of(model.kneighbors(x, k, context), model.n_points(), mode);
}
Graph kneighbors_graph(const NearestNeighbors& model, std::optional<Index> k, GraphMode mode,
                       const Context& context) {
  return graph_of(model.kneighbors(k, context), model.n_points(), mode);
}
Graph radius_neighbors_graph(const NearestNeighbors& model, const MatrixView& x,
                             std::optional<double> radius, GraphMode mode, const Context& context) {
  return graph_of(model.radius_neighbors(x, radius, context), model.n_points(), mode);
}
Graph radius_neighbors_graph(const NearestNeighbors& model, std::optional<double> radius,
                             GraphMode mode, const Context& context) {
  return graph_of(model.radius_neighbors(radius, context), model.n_points(), mode);
}

}  // namespace grove
