#include "cluster/affinity/spectral.hpp"

#include <Spectra/SymEigsSolver.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "cluster/affinity/point_panels.hpp"
#include "cluster/disjoint_sets.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"

namespace grove::cluster {

namespace {

/// Rows of a block: a few ten thousand entries.
Index row_grain(const AffinityGraph& graph) {
  const Index entries = graph.dense.size() > 0 ? graph.n() : graph.sparse.nonZeros() / graph.n();
  return std::max<Index>(16, 65536 / std::max<Index>(1, entries));
}

/// Up to so many rows all eigenvectors are computed.
constexpr Index few_rows = 256;
/// Normalised affinities below this do not hold two parts together.
constexpr double no_affinity = 1e-14;

/// f(j, value) for the entries of row i.
template <class F>
void for_each_in_row(const AffinityGraph& graph, Index i, F&& f) {
  if (graph.dense.size() > 0) {
    for (Index j = 0; j < graph.dense.cols(); ++j) f(j, graph.dense(i, j));
  } else {
    for (Graph::InnerIterator entry(graph.sparse, i); entry; ++entry) f(entry.col(), entry.value());
  }
}

/// Divides affinity (i, j) by the roots of both degrees, which it gives back; 1 for a lone row.
Vector normalize(AffinityGraph& graph, const Context& context) {
  const Index n = graph.n(), grain = row_grain(graph);
  Vector roots(n);
  parallel_for(context, n, grain, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      double degree = 0;
      for_each_in_row(graph, i, [&](Index, double value) { degree += value; });
      roots(i) = degree > 0 ? std::sqrt(degree) : 1.0;
    }
  });
  parallel_for(context, n, grain, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      if (graph.dense.size() > 0) {
        graph.dense.row(i).array() /= roots.transpose().array() * roots(i);
        continue;
      }
      for (Graph::InnerIterator entry(graph.sparse, i); entry; ++entry)
        entry.valueRef() /= roots(i) * roots(entry.col());
    }
  });
  return roots;
}

/// The connected parts: of each row its part, numbered by their lowest rows.
struct Parts {
  std::vector<Index> part;
  Index count = 0;
};

Parts parts_of(const AffinityGraph& graph, const Context& context) {
  const Index n = graph.n(), grain = row_grain(graph);
  DisjointSets sets(n);
  using Id = DisjointSets::Id;
  parallel_for(context, n, grain, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i)
      for_each_in_row(graph, i, [&](Index j, double value) {
        if (j < i && value > no_affinity) sets.unite(static_cast<Id>(i), static_cast<Id>(j));
      });
  });
  Parts parts{std::vector<Index>(static_cast<std::size_t>(n)), 0};
  for (Index i = 0; i < n; ++i) {
    const auto name = static_cast<Index>(sets.find(static_cast<Id>(i)));
    parts.part[static_cast<std::size_t>(i)] =
        name == i ? parts.count++ : parts.part[static_cast<std::size_t>(name)];
  }
  return parts;
}

/// The normalised matrix with the eigenvectors of the parts, eigenvalue 1, moved to -1.
class Deflated {
 public:
  using Scalar = double;

  Deflated(std::string_view who, const AffinityGraph& graph, const Parts& parts,
           const Vector& roots, const Context& context)
      : who_(who), graph_(graph), parts_(parts), known_(roots), context_(context) {
    Vector squares = Vector::Zero(parts.count);
    for (Index i = 0; i < rows(); ++i) squares(part(i)) += known_(i) * known_(i);
    for (Index i = 0; i < rows(); ++i) known_(i) /= std::sqrt(squares(part(i)));
  }

  Index rows() const { return graph_.n(); }
  Index cols() const { return graph_.n(); }
  Index part(Index i) const { return parts_.part[static_cast<std::size_t>(i)]; }
  /// Entry i of the eigenvector of its part.
  double known(Index i) const { return known_(i); }

  void perform_op(const double* in, double* out) const {
    context_.check_stop(who_);
    const Eigen::Map<const Vector> x(in, rows());
    Vector along = Vector::Zero(parts_.count);
    for (Index i = 0; i < rows(); ++i) along(part(i)) += known_(i) * x(i);
    parallel_for(context_, rows(), row_grain(graph_), [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) {
        double sum = 0;
        if (graph_.dense.size() > 0) {
          sum = graph_.dense.row(i).dot(x);
        } else {
          for (Graph::InnerIterator entry(graph_.sparse, i); entry; ++entry)
            sum += entry.value() * x(entry.col());
        }
        out[i] = sum - 2 * known_(i) * along(part(i));
      }
    });
    context_.count("graph_products", 1);
  }

  Matrix dense() const {
    const Index n = rows();
    Matrix matrix(n, n);
    Vector unit = Vector::Zero(n), column(n);
    for (Index j = 0; j < n; ++j) {
      unit(j) = 1;
      perform_op(unit.data(), column.data());
      unit(j) = 0;
      matrix.row(j) = column.transpose();
    }
    return matrix;
  }

 private:
  std::string_view who_;
  const AffinityGraph& graph_;
  const Parts& parts_;
  Vector known_;
  const Context& context_;
};

struct EigenPairs {
  Vector values;
  Eigen::MatrixXd vectors;
};

/// The k largest.
EigenPairs largest(std::string_view who, Deflated& matrix, Index k, Rng& rng) {
  const Index n = matrix.rows();
  if (n <= few_rows) {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver{Eigen::MatrixXd(matrix.dense())};
    return {solver.eigenvalues().tail(k).reverse(),
            solver.eigenvectors().rightCols(k).rowwise().reverse()};
  }
  Vector start(n);
  for (double& value : start) value = rng.normal();
  const Index basis = std::min(n, std::max<Index>(4 * k, 40));
  Spectra::SymEigsSolver<Deflated> solver(matrix, k, basis);
  solver.init(start.data());
  constexpr Index most_restarts = 2000;
  solver.compute(Spectra::SortRule::LargestAlge, most_restarts, 1e-10);
  if (solver.info() != Spectra::CompInfo::Successful)
    throw InvalidData(
        concat(who, ": the eigenvectors of the graph did not converge in ", most_restarts,
               " restarts: its parts hold together by next to nothing"),
        "raise n_neighbors, or lower gamma");
  return {solver.eigenvalues(), solver.eigenvectors()};
}

}  // namespace

AffinityGraph rbf_graph(std::string_view who, const MatrixView& x, double gamma,
                        const Context& context) {
  const Index n = x.rows();
  check_square_memory(who, "affinity=rbf", n, 1, "use affinity=nearest_neighbors");
  const PointPanels panels(x);
  const MixtureScan loops = mixture_scan();
  AffinityGraph graph;
  graph.dense.resize(n, n);
  parallel_for(context, n, 64, [&](Index begin, Index end) {
    context.check_stop(who);
    for (Index i = begin; i < end; ++i) {
      double* const row = graph.dense.data() + i * n;
      panels.squared(x.data() + i * x.outerStride(), row);
      loops.decay(row, n, gamma);
      row[i] = 0;
    }
  });
  context.count(work::distance_evaluations, static_cast<std::uint64_t>(n * n));
  return graph;
}

AffinityGraph neighbor_graph(const MatrixView& x, Index n_neighbors, const Context& context) {
  NearestNeighbors search;
  search.fit(x, context);
  Graph one_way = kneighbors_graph(search, n_neighbors - 1, GraphMode::connectivity, context);
  const Graph other_way = one_way.transpose();
  AffinityGraph graph;
  graph.sparse = 0.5 * (one_way + other_way);
  graph.sparse.makeCompressed();
  return graph;
}

Embedding spectral_embedding(std::string_view who, AffinityGraph& graph, Index k, Rng rng,
                             const Context& context) {
  const Index n = graph.n();
  const Vector roots = normalize(graph, context);
  const Parts parts = parts_of(graph, context);
  if (parts.count > k)
    throw InvalidData(concat(who, ": the graph of affinities falls into ", parts.count,
                             " parts, more than n_clusters = ", k),
                      "raise n_neighbors, lower gamma, or ask for as many clusters");
  Deflated matrix(who, graph, parts, roots, context);
  Embedding embedding{Matrix::Zero(n, k), Vector::Ones(k), parts.count};
  for (Index i = 0; i < n; ++i) embedding.vectors(i, matrix.part(i)) = matrix.known(i);
  if (parts.count < k) {
    const EigenPairs pairs = largest(who, matrix, k - parts.count, rng);
    embedding.eigenvalues.tail(k - parts.count) = pairs.values;
    embedding.vectors.rightCols(k - parts.count) = pairs.vectors;
  }
  embedding.vectors.array().colwise() /= roots.array();
  for (Index c = 0; c < k; ++c) {
    Index top = 0;
    embedding.vectors.col(c).cwiseAbs().maxCoeff(&top);
    if (embedding.vectors(top, c) < 0) embedding.vectors.col(c) *= -1;
  }
  return embedding;
}

}  // namespace grove::cluster
