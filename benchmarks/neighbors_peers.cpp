// Times one exact search of the k nearest. neighbors_peers.py writes the points, runs this program
// and the peers side by side, and prints a table: python3 benchmarks/neighbors_peers.py PROGRAM
#include <omp.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nanoflann.hpp>
#include <string>

#include "grove/core/error.hpp"
#include "grove/data/npy.hpp"
#include "grove/neighbors/nearest_neighbors.hpp"

namespace {

using namespace grove;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// This process's peak memory; getrusage would count what its parent used before it began.
double peak_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kilobytes = 0;
    if (word == "VmHWM:" && status >> kilobytes) return 1024 * kilobytes;
  }
  throw InvalidData("/proc/self/status does not say VmHWM");
}

struct Times {
  double build = 0;
  double query = 0;
  double sum = 0;  // of the distances to the k-th
};

// Answers go into memory that has been written to before: how long the system takes to hand pages
// out is not what is compared.

Times grove_search(const Matrix& points, const Matrix& queries, bool itself, Index k,
                   Algorithm algorithm, const Context& context) {
  IndexMatrix rows = IndexMatrix::Zero(queries.rows(), k);
  Matrix distances = Matrix::Zero(queries.rows(), k);
  const std::span<Index> row_memory(rows.data(), static_cast<std::size_t>(rows.size()));
  const std::span<double> memory(distances.data(), row_memory.size());
  NearestNeighbors index({.algorithm = algorithm});
  const double start = now();
  index.fit(points, context);
  const double built = now();
  if (itself) {
    index.kneighbors(k, row_memory, memory, context);
  } else {
    index.kneighbors(queries, k, row_memory, memory, context);
  }
  return {built - start, now() - built, distances.col(k - 1).sum()};
}

/// grove one query at a time.
Times grove_single(const Matrix& points, const Matrix& queries, Index k, const Context& context) {
  NearestNeighbors index({.algorithm = Algorithm::kd_tree});
  const double start = now();
  index.fit(points, context);
  const double built = now();
  Times times{built - start, 0, 0};
  for (Index i = 0; i < queries.rows(); ++i)
    times.sum += index.kneighbors(queries.middleRows(i, 1), k, context).distances(0, k - 1);
  times.query = now() - built;
  return times;
}

template <int D>
struct Source {
  const Matrix& points;
  std::size_t kdtree_get_point_count() const { return static_cast<std::size_t>(points.rows()); }
  double kdtree_get_pt(std::size_t row, std::size_t column) const {
    return points.data()[row * D + column];
  }
  template <class Box>
  bool kdtree_get_bbox(Box&) const {
    return false;
  }
};

/// nanoflann as its users run it: dimension known to the compiler, leaves of 10, OpenMP over
/// queries. All points among themselves: one more neighbour each, the first one dropped.
template <int D>
Times nanoflann_search(const Matrix& points, const Matrix& queries, bool itself, Index k) {
  const Source<D> source{points};
  using Tree = nanoflann::KDTreeSingleIndexAdaptor<nanoflann::L2_Simple_Adaptor<double, Source<D>>,
                                                   Source<D>, D, std::uint32_t>;
  const auto wanted = static_cast<std::size_t>(itself ? k + 1 : k);
  const auto n = static_cast<std::size_t>(queries.rows());
  std::vector<std::uint32_t> rows(n * wanted);
  std::vector<double> distances(n * wanted);
  const double start = now();
  Tree tree(D, source, {10});
  const double built = now();
#pragma omp parallel for schedule(dynamic, 256)
  for (std::size_t i = 0; i < n; ++i) {
    nanoflann::KNNResultSet<double, std::uint32_t> found(wanted);
    found.init(rows.data() + i * wanted, distances.data() + i * wanted);
    tree.findNeighbors(found, queries.data() + i * D, nanoflann::SearchParams());
  }
  Times times{built - start, now() - built, 0};
  for (std::size_t i = 0; i < n; ++i) times.sum += std::sqrt(distances[i * wanted + wanted - 1]);
  return times;
}

Times nanoflann_any(const Matrix& points, const Matrix& queries, bool itself, Index k) {
  switch (points.cols()) {
    case 2:
      return nanoflann_search<2>(points, queries, itself, k);
    case 3:
      return nanoflann_search<3>(points, queries, itself, k);
    case 8:
      return nanoflann_search<8>(points, queries, itself, k);
    case 16:
      return nanoflann_search<16>(points, queries, itself, k);
    default:
      throw Unsupported("nanoflann is compiled for 2, 3, 8 and 16 columns here");
  }
}

void run(const std::string& engine, const char* points_file, const std::string& queries_file,
         Index k, int threads) {
  omp_set_num_threads(threads);
  Context context;
  context.threads = threads;
  const Matrix points = read_npy(points_file).x();
  const bool itself = queries_file == "-";
  const Matrix queries = itself ? points : Matrix(read_npy(queries_file).x());
  const double before = peak_bytes();
  Times times;
  if (engine == "nanoflann") times = nanoflann_any(points, queries, itself, k);
  if (engine == "kd_tree")
    times = grove_search(points, queries, itself, k, Algorithm::kd_tree, context);
  if (engine == "brute")
    times = grove_search(points, queries, itself, k, Algorithm::brute, context);
  if (engine == "single") times = grove_single(points, queries, k, context);
  std::printf("%.9f %.9f %.17g %.0f\n", times.build, times.query, times.sum, peak_bytes() - before);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: neighbors_peers ENGINE POINTS.npy QUERIES.npy|- K THREADS\n");
    return 2;
  }
  try {
    run(argv[1], argv[2], argv[3], std::atol(argv[4]), std::atoi(argv[5]));
  } catch (const std::exception& e) {
    std::fprintf(stderr, "neighbors_peers: error: %s\n", e.what());
    return 1;
  }
}
