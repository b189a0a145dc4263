#include "neighbors/point_index.hpp"

#include <cmath>

#include "core/large_pages.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"

namespace grove {

namespace {

constexpr Index queries_a_block = 64;

/// The algorithm that `wanted` stands for.
Algorithm chosen(std::string_view who, Algorithm wanted, const Distance& metric,
                 const MatrixView& points) {
  const bool user = metric.metric() == Metric::user;
  if ((wanted == Algorithm::kd_tree && user) ||
      (wanted == Algorithm::nanoflann && (user || metric.metric() == Metric::chebyshev)))
    throw InvalidParameter(
        concat(who, ": ", wanted == Algorithm::nanoflann ? "nanoflann" : "a KD-tree",
               " cannot search by the metric '", metric.name(), "'"),
        "use algorithm = brute or automatic");
  if (wanted != Algorithm::automatic) return wanted;
  const bool tree = !user && points.cols() <= 20 && points.rows() >= 200;
  return tree ? Algorithm::kd_tree : Algorithm::brute;
}

}  // namespace

namespace {

struct Box {
  Eigen::RowVectorXd low, high;
};

Box bounding_box(const MatrixView& points, const Context& context) {
  const auto box_of = [&](Index begin, Index end) {
    const auto block = points.middleRows(begin, end - begin);
    return Box{block.colwise().minCoeff(), block.colwise().maxCoeff()};
  };
  return parallel_reduce(context, points.rows(), 1024, box_of(0, 1), box_of,
                         [](const Box& a, const Box& b) {
                           return Box{a.low.cwiseMin(b.low), a.high.cwiseMax(b.high)};
                         });
}

}  // namespace

RowSearch::RowSearch(const MatrixView& points, const Context& context)
    : points_(points.rows(), points.cols()) {
  prefer_large_pages(points_.data(), static_cast<std::size_t>(points_.size()) * sizeof(double));
  parallel_for(context, points.rows(), 1024, [&](Index begin, Index end) {
    points_.middleRows(begin, end - begin) = points.middleRows(begin, end - begin);
  });
}

PointIndex::PointIndex(std::string_view who, const MatrixView& points, const Settings& settings,
                       const Context& context)
    : n_points_(points.rows()),
      metric_(settings.metric),
      reduced_{settings.metric.metric(), settings.p},
      algorithm_(chosen(who, settings.algorithm, metric_, points)) {
  Box box = bounding_box(points, context);
  low_ = std::move(box.low);
  high_ = std::move(box.high);
  check_queries(who, points, context);
  switch (algorithm_) {
    case Algorithm::nanoflann:
      back_end_ = make_nanoflann(points, reduced_, settings.leaf_size, context);
      break;
    case Algorithm::kd_tree:
      back_end_ = make_kd_tree(points, reduced_, settings.leaf_size, context);
      break;
    default:
      back_end_ = make_brute_force(points, metric_, reduced_, context);
  }
}

void PointIndex::check_queries(std::string_view who, const MatrixView& x,
                               const Context& context) const {
  if (metric_.metric() == Metric::user) return;
  const Vector none = Vector::Zero(x.cols());
  // The extent of the joint box bounds every distance between a query in it and a point.
  const auto overflows = [&](const Eigen::RowVectorXd& low, const Eigen::RowVectorXd& high) {
    const Eigen::RowVectorXd extent = high.cwiseMax(high_) - low.cwiseMin(low_);
    return !std::isfinite(reduced_(extent.data(), none.data(), x.cols()));
  };
  parallel_for(context, x.rows(), 4096, [&](Index begin, Index end) {
    const auto block = x.middleRows(begin, end - begin);
    if (!overflows(block.colwise().minCoeff(), block.colwise().maxCoeff())) return;
    for (Index i = begin; i < end; ++i)
      if (overflows(x.row(i), x.row(i)))
        throw InvalidData(concat(who, ": distances from row ", i, " overflow a double"),
                          "scale the columns first, as with StandardScaler()");
  });
}

std::vector<Hit> PointIndex::nearest(const double* query, Index k,
                                     std::uint64_t& evaluations) const {
  BestHits best(k, reduced_);
  evaluations += back_end_->nearest(query, best);
  return best.sorted();
}

void NearestTask::write(Index row, const std::vector<Hit>& hits) const {
  for (Index i = 0; i < k; ++i) {
    const Hit& hit = hits[static_cast<std::size_t>(i)];
    result.rows(row, i) = hit.row;
    result.distances(row, i) = hit.distance;
  }
}

void RowSearch::nearest_of_all(const NearestTask& task, const Context& context) const {
  parallel_for(context, task.n_queries(), queries_a_block, [&](Index begin, Index end) {
    context.check_stop(task.who);
    std::uint64_t evaluations = 0;
    for (Index i = begin; i < end; ++i) {
      BestHits best(task.itself() ? task.k + 1 : task.k, task.reduced);
      evaluations += nearest(query_of(task, i), best);
      std::vector<Hit> hits = best.sorted();
      if (task.itself()) std::erase_if(hits, [&](const Hit& hit) { return hit.row == i; });
      task.write(i, hits);
    }
    context.count(work::distance_evaluations, evaluations);
  });
}

Neighbors PointIndex::nearest(std::string_view who, const MatrixView* queries, Index k,
                              const Context& context) const {
  if (queries != nullptr) check_queries(who, *queries, context);
  const Index n = queries != nullptr ? queries->rows() : n_points_;
  Neighbors result;
  result.rows.resize(n, k);
  result.distances.resize(n, k);
  const auto n_bytes = static_cast<std::size_t>(n * k) * sizeof(double);
  prefer_large_pages(result.rows.data(), n_bytes);
  prefer_large_pages(result.distances.data(), n_bytes);
  back_end_->nearest_of_all({who, queries, k, reduced_, result}, context);
  return result;
}

RadiusNeighbors PointIndex::within(std::string_view who, const MatrixView* queries, double radius,
                                   const Context& context) const {
  const bool self = queries == nullptr;
  const Matrix own = self ? points() : Matrix();
  const MatrixView x = self ? MatrixView(own) : *queries;
  if (!self) check_queries(who, x, context);
  std::vector<std::vector<Hit>> found(static_cast<std::size_t>(x.rows()));
  parallel_for(context, x.rows(), queries_a_block, [&](Index begin, Index end) {
    context.check_stop(who);
    std::uint64_t evaluations = 0;
    for (Index i = begin; i < end; ++i) {
      std::vector<Hit> hits;
      evaluations +=
          back_end_->within(x.data() + i * x.outerStride(), reduced_.reach(radius), hits);
      for (Hit& hit : hits) hit.distance = reduced_.finish(hit.distance);
      std::erase_if(
          hits, [&](const Hit& hit) { return hit.distance > radius || (self && hit.row == i); });
      std::sort(hits.begin(), hits.end());
      found[static_cast<std::size_t>(i)] = std::move(hits);
    }
    context.count(work::distance_evaluations, evaluations);
  });
  RadiusNeighbors result;
  result.offsets.push_back(0);
  for (const std::vector<Hit>& hits : found) {
    for (const Hit& hit : hits) {
      result.rows.push_back(hit.row);
      result.distances.push_back(hit.distance);
    }
    result.offsets.push_back(static_cast<Index>(result.rows.size()));
  }
  return result;
}

}  // namespace grove
