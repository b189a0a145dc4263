#include "neighbors/search.hpp"

#include "core/large_pages.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"

namespace grove {

namespace {
constexpr Index queries_a_block = 64;
}

void NearestTask::write(Index query, const std::vector<Hit>& hits) const {
  Index* row = rows + query * k;
  double* distance = distances + query * k;
  Index n = 0;
  for (const Hit& hit : hits) {
    if (itself() && hit.row == query) continue;
    if (n == k) return;
    row[n] = hit.row;
    distance[n++] = hit.distance;
  }
}

void SearchWork::count_in(const Context& context) const {
  context.count(work::distance_evaluations, distance_evaluations);
  context.count(work::bytes_read, bytes_read);
  if (nodes_visited > 0) context.count(work::nodes_visited, nodes_visited);
}

void refuse_distance(double distance, Index row) {
  throw InvalidData(concat("the user's distance returned ", distance, " for reference row ", row),
                    "a distance is a number >= 0");
}

RowSearch::RowSearch(const MatrixView& points, const Context& context)
    : points_(points.rows(), points.cols()) {
  prefer_large_pages(points_.data(), static_cast<std::size_t>(points_.size()) * sizeof(double));
  parallel_for(context, points.rows(), 1024, [&](Index begin, Index end) {
    points_.middleRows(begin, end - begin) = points.middleRows(begin, end - begin);
  });
}

void RowSearch::nearest_of_all(const NearestTask& task, const Context& context) const {
  parallel_for(context, task.n_queries, queries_a_block, [&](Index begin, Index end) {
    context.check_stop(task.who);
    SearchWork work;
    for (Index i = begin; i < end; ++i) {
      BestHits best(task.k_found(), task.reduced);
      nearest(query_of(task, i), best, work);
      task.write(i, best.sorted());
    }
    work.count_in(context);
  });
}

}  // namespace grove
