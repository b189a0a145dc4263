#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/large_pages.hpp"
#include "grove/core/parallel.hpp"
#include "neighbors/product_scan.hpp"
#include "neighbors/search.hpp"

// The nearest in euclidean distance by products of matrices: |q - p|^2 = |q|^2 + |p|^2 - 2 q.p. The
// products are taken in float, of coordinates about the points' mean and scaled to at most 1. They
// only filter: the bound below says how far a score can be from the truth, and every point that
// could be among the k nearest within that bound is measured again in double.

namespace grove {

namespace {

constexpr Index queries_a_block = 384;
constexpr Index points_a_block = 256;

ProductScan scan_for_this_processor() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
    return avx512::product_scan();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return avx2::product_scan();
#endif
  return baseline::product_scan();
}

/// Where coordinates are moved to: (x - center) * scale, scale a power of two.
struct Frame {
  Eigen::RowVectorXd center;
  double scale = 1;
};

Frame frame_of(const Matrix& points, const MatrixView& queries) {
  // The mean of the differences: the sum of the coordinates themselves could overflow.
  Frame frame{points.row(0) + (points.rowwise() - points.row(0)).colwise().mean(), 1};
  double largest = 0;
  const auto widen = [&](const MatrixView& x) {
    largest = std::max(largest, (x.colwise().maxCoeff() - frame.center).cwiseAbs().maxCoeff());
    largest = std::max(largest, (x.colwise().minCoeff() - frame.center).cwiseAbs().maxCoeff());
  };
  widen(points);
  widen(queries);
  if (largest > 0) frame.scale = std::ldexp(1.0, std::min(-std::ilogb(largest) - 1, 1000));
  return frame;
}

/// Row `at` of a packed block, from `in`; returns the squared norm.
double pack_row(const double* in, Index at, const Frame& frame, int panel, float* packed) {
  const Index d = frame.center.size();
  float* const out = packed + at / panel * panel * d + at % panel;
  double norm = 0;
  for (Index j = 0; j < d; ++j) {
    const double value = (in[j] - frame.center(j)) * frame.scale;
    norm += value * value;
    out[j * panel] = static_cast<float>(value);
  }
  return norm;
}

/// Zeros up to a whole panel.
void pad(Index n, const Frame& frame, int panel, float* packed) {
  const Index d = frame.center.size();
  for (Index at = n; at % panel != 0; ++at)
    for (Index j = 0; j < d; ++j) packed[at / panel * panel * d + at % panel + j * panel] = 0;
}

/// Norms of the rows in the frame.
Vector norms_of(const MatrixView& x, const Frame& frame, const Context& context) {
  Vector norms(x.rows());
  parallel_for(context, x.rows(), 1024, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) norms(i) = ((x.row(i) - frame.center) * frame.scale).norm();
  });
  return norms;
}

/// How far a score |p|^2 / 2 - q.p can be from its exact value, and from the order of the distances
/// computed in double, for |q| <= q_norm and |p| = p_norm. Higham, "Accuracy and stability of
/// numerical algorithms", 2002, section 3.1: a product of d terms in any order is within
/// d u / (1 - d u) of the sum of the terms' magnitudes; each coordinate and the half norm are
/// rounded once, and so is their difference. Below the smallest normal number, digits are lost.
struct ErrorBound {
  Index d;
  double q_norm;
  double scale;

  double operator()(double p_norm) const {
    const double u = std::numeric_limits<float>::epsilon() / 2;
    const double n = static_cast<double>(d);
    const double product = q_norm * p_norm * (n * u / (1 - n * u) + 4 * u);
    const double half_norm = p_norm * p_norm * 1.5 * u;
    const double in_double =
        (n + 16) * std::numeric_limits<double>::epsilon() * (q_norm + p_norm) * (q_norm + p_norm);
    const double underflow = (n + 4) * 4 *
                             (std::numeric_limits<float>::denorm_min() +
                              scale * std::numeric_limits<double>::denorm_min() * scale);
    return 1.01 * (product + half_norm + in_double + underflow);
  }
};

/// The candidates of a block of queries.
class Selection {
 public:
  Selection(Index n_queries, Index k, int room, const ErrorBound& bound, const Vector& point_norms)
      : k_(static_cast<std::size_t>(k)), room_(room), bound_(bound), point_norms_(point_norms) {
    const auto n = static_cast<std::size_t>(n_queries);
    scores_.resize(n);
    rows_.resize(n);
    candidates_.resize(n);
    for (std::size_t q = 0; q < n; ++q) {
      reserve(q, 4 * k_ + 128 + static_cast<std::size_t>(room));
      candidates_[q].limit = std::numeric_limits<float>::max();
    }
  }

  Candidates* data() { return candidates_.data(); }

  /// Keeps what could still be among the k nearest; leaves room for as many as are offered at once.
  static void shrink(void* owner, int query) {
    static_cast<Selection*>(owner)->shrink(static_cast<std::size_t>(query));
  }
  void shrink(std::size_t q) {
    Candidates& found = candidates_[q];
    const auto n = static_cast<std::size_t>(found.n);
    if (n > k_) {
      // A score is at most its exact value, and at most twice the bound below it.
      order_.clear();
      for (std::size_t i = 0; i < n; ++i)
        order_.push_back(static_cast<double>(found.scores[i]) +
                         2 * bound_(point_norms_(found.rows[i])));
      const auto kth = order_.begin() + static_cast<std::ptrdiff_t>(k_ - 1);
      std::nth_element(order_.begin(), kth, order_.end());
      constexpr auto most = static_cast<double>(std::numeric_limits<float>::max());
      const auto limit = static_cast<float>(std::min(*kth, most));
      found.limit = std::nextafter(limit, std::numeric_limits<float>::max());
      int kept = 0;
      for (std::size_t i = 0; i < n; ++i) {
        found.scores[kept] = found.scores[i];
        found.rows[kept] = found.rows[i];
        kept += found.scores[i] <= found.limit ? 1 : 0;
      }
      found.n = kept;
    }
    if (found.capacity - found.n < 2 * room_)
      reserve(q,
              2 * static_cast<std::size_t>(found.capacity) + 2 * static_cast<std::size_t>(room_));
  }

 private:
  void reserve(std::size_t q, std::size_t capacity) {
    scores_[q].resize(capacity);
    rows_[q].resize(capacity);
    candidates_[q].scores = scores_[q].data();
    candidates_[q].rows = rows_[q].data();
    candidates_[q].capacity = static_cast<int>(capacity);
  }

  std::size_t k_;
  int room_;
  ErrorBound bound_;
  const Vector& point_norms_;
  std::vector<std::vector<float>> scores_;
  std::vector<std::vector<std::int64_t>> rows_;
  std::vector<Candidates> candidates_;
  std::vector<double> order_;
};

class ProductSearch {
 public:
  ProductSearch(const Matrix& points, const MatrixView& queries, const NearestTask& task,
                const Context& context)
      : points_(points),
        queries_(queries),
        task_(task),
        scan_(scan_for_this_processor()),
        frame_(frame_of(points, queries)),
        k_(task.k_found()),
        point_norms_(norms_of(points, frame_, context)),
        query_norms_(norms_of(queries, frame_, context)),
        order_(static_cast<std::size_t>(queries.rows())) {
    // Queries of like norm together: the largest one of a block says how far its scores can be off.
    std::iota(order_.begin(), order_.end(), Index{0});
    std::stable_sort(order_.begin(), order_.end(),
                     [&](Index a, Index b) { return query_norms_(a) < query_norms_(b); });
  }

  void run(const Context& context) const {
    parallel_for(context, queries_.rows(), queries_a_block, [&](Index begin, Index end) {
      search(begin, end, context);
      const auto n_pairs = static_cast<std::uint64_t>((end - begin) * points_.rows());
      const auto n_columns = static_cast<std::uint64_t>(points_.cols());
      SearchWork{n_pairs, 0, n_pairs * n_columns * sizeof(float)}.count_in(context);
    });
  }

 private:
  static std::size_t padded(Index n, int panel) {
    return static_cast<std::size_t>((n + panel - 1) / panel * panel);
  }

  void search(Index begin, Index end, const Context& context) const {
    const auto d = static_cast<std::size_t>(points_.cols());
    std::vector<float> queries(padded(end - begin, scan_.queries_a_panel) * d);
    for (Index i = begin; i < end; ++i)
      pack_row(query(i), i - begin, frame_, scan_.queries_a_panel, queries.data());
    pad(end - begin, frame_, scan_.queries_a_panel, queries.data());
    const ErrorBound bound{points_.cols(), query_norms_(order_[static_cast<std::size_t>(end - 1)]),
                           frame_.scale};
    Selection selection(end - begin, k_, scan_.points_a_panel, bound, point_norms_);
    std::vector<float> block(padded(points_a_block, scan_.points_a_panel) * d);
    std::vector<float> half_norms(padded(points_a_block, scan_.points_a_panel));
    ProductTask task;
    task.queries = queries.data();
    task.n_queries = static_cast<int>(end - begin);
    task.points = block.data();
    task.half_norms = half_norms.data();
    task.d = static_cast<int>(d);
    task.candidates = selection.data();
    task.shrink = Selection::shrink;
    task.owner = &selection;
    for (Index first = 0; first < points_.rows(); first += points_a_block) {
      context.check_stop(task_.who);
      const Index last = std::min(points_.rows(), first + points_a_block);
      for (Index i = first; i < last; ++i) {
        const double norm =
            pack_row(points_.row(i).data(), i - first, frame_, scan_.points_a_panel, block.data());
        constexpr float least = -std::numeric_limits<float>::max();
        const double half = std::max<double>(norm / 2 - bound(point_norms_(i)), least);
        half_norms[static_cast<std::size_t>(i - first)] =
            std::nextafter(static_cast<float>(half), least);
      }
      pad(last - first, frame_, scan_.points_a_panel, block.data());
      std::fill(half_norms.begin() + (last - first), half_norms.end(),
                std::numeric_limits<float>::infinity());
      task.n_points = static_cast<int>(last - first);
      task.first_row = first;
      scan_.run(task);
    }
    for (Index i = begin; i < end; ++i) answer(i, selection, static_cast<std::size_t>(i - begin));
  }

  /// Measures the candidates of a query in double.
  void answer(Index i, Selection& selection, std::size_t at) const {
    selection.shrink(at);
    const Candidates& found = selection.data()[at];
    BestHits best(k_, task_.reduced);
    for (int c = 0; c < found.n; ++c) {
      const Index row = found.rows[c];
      best.offer(task_.reduced(query(i), points_.row(row).data(), points_.cols()), row);
    }
    const Index own = order_[static_cast<std::size_t>(i)];
    task_.write(own, best.sorted());
  }

  /// The i-th query in the order of their norms.
  const double* query(Index i) const {
    return queries_.data() + order_[static_cast<std::size_t>(i)] * queries_.outerStride();
  }

  const Matrix& points_;
  const MatrixView& queries_;
  const NearestTask& task_;
  ProductScan scan_;
  Frame frame_;
  Index k_;
  Vector point_norms_;  // in the frame
  Vector query_norms_;
  std::vector<Index> order_;  // of the queries
};

}  // namespace

bool products_pay(Index n_queries, Index n_points, Index k) {
  return n_queries >= 32 && n_points >= 256 && k <= n_points / 8;
}

void nearest_by_products(const Matrix& points, const MatrixView& queries, const NearestTask& task,
                         const Context& context) {
  ProductSearch(points, queries, task, context).run(context);
}

}  // namespace grove
