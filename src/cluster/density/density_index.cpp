#include "cluster/density/density_index.hpp"

#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove::cluster {

namespace {

bool is_norm(const Distance& metric) {
  switch (metric.metric()) {
    case Metric::euclidean:
    case Metric::manhattan:
    case Metric::chebyshev:
    case Metric::minkowski:
    case Metric::mahalanobis:
      return true;
    default:
      return false;
  }
}

/// A cell has 5 rows of neighbours in 2 columns and 25 in 3, but 179 in 4, where the tree is
/// faster.
constexpr Index most_columns_of_choice = 3;
constexpr Index most_columns = 4;

bool grid_serves(const Distance& metric, Index d, Index most) {
  const bool squared =
      metric.metric() == Metric::euclidean || metric.metric() == Metric::mahalanobis;
  return squared && d <= most;
}

void check_grid(std::string_view who, const DBSCANParams& params, const MatrixView& points) {
  if (params.algorithm == DBSCANAlgorithm::grid &&
      !grid_serves(params.metric, points.cols(), most_columns))
    throw InvalidParameter(
        concat(who,
               ": a grid serves the metrics euclidean and mahalanobis of 1 to 4 columns, got '",
               params.metric.name(), "' of ", points.cols()),
        "use algorithm = auto");
}

Algorithm algorithm_of(DBSCANAlgorithm algorithm) {
  switch (algorithm) {
    case DBSCANAlgorithm::kd_tree:
      return Algorithm::kd_tree;
    case DBSCANAlgorithm::ball_tree:
      return Algorithm::ball_tree;
    case DBSCANAlgorithm::brute:
      return Algorithm::brute;
    default:
      return Algorithm::automatic;
  }
}

}  // namespace

DensityIndex::DensityIndex(std::string_view who, const MatrixView& points,
                           const std::vector<Column>& columns, const DBSCANParams& params,
                           const Context& context)
    : who_(who) {
  constexpr Index most_columns_of_tree = 20;
  const Index d = points.cols();
  const bool chooses = params.algorithm == DBSCANAlgorithm::automatic;
  check_grid(who, params, points);
  const bool grid = chooses ? grid_serves(params.metric, d, most_columns_of_choice)
                            : params.algorithm == DBSCANAlgorithm::grid;
  const bool tree = is_norm(params.metric) && (params.algorithm == DBSCANAlgorithm::kd_tree ||
                                               (chooses && d <= most_columns_of_tree));
  if (!grid && !tree) {
    PointIndex index(who, points, columns,
                     {algorithm_of(params.algorithm), params.metric, params.p, params.leaf_size},
                     context);
    for (const std::string& note : index.report().notes) note_ += note;
    search_ = make_index_search(std::move(index), params.eps);
    return;
  }
  space_.emplace(who, params.metric, params.p, points, columns, context);
  Matrix prepared;
  if (space_->prepares()) {
    as_given_ = points;
    prepared = space_->prepare(points, context);
  }
  const MatrixView ready = space_->prepares() ? MatrixView(prepared) : points;
  const Within within(space_->reduced(), params.eps);
  if (grid) search_ = make_grid_search(ready, within, context);
  if (search_ != nullptr) {
    if (chooses)
      note_ = concat("algorithm = auto took a grid: at most ", most_columns_of_choice, " columns (",
                     d, ")");
    return;
  }
  if (!chooses && grid)
    throw Unsupported(concat(who, ": eps = ", params.eps,
                             " is too small or too large for a grid over these points"),
                      "use algorithm = auto or kd_tree");
  if (chooses)
    note_ = concat("algorithm = auto took a KD-tree: ",
                   grid ? "eps is too small for a grid over the range of the points"
                        : concat("at most ", most_columns_of_tree, " columns (", d, ")"));
  search_ = make_tree_search(ready, within, params.leaf_size, context);
}

std::vector<PointId> DensityIndex::lowest_core(const MatrixView& queries,
                                               const Context& context) const {
  std::vector<PointId> found(static_cast<std::size_t>(queries.rows()), nobody);
  if (queries.rows() == 0) return found;
  if (space_) space_->check(who_, queries, context);
  if (space_ && space_->prepares()) {
    search_->lowest_core(who_, space_->prepare(queries, context), found.data(), context);
  } else {
    search_->lowest_core(who_, queries, found.data(), context);
  }
  return found;
}

}  // namespace grove::cluster
