#include "neighbors/point_index.hpp"

#include "core/large_pages.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"

namespace grove {

namespace {

constexpr Index queries_a_block = 64;

bool serves(Algorithm algorithm, const Distance& metric) {
  switch (metric.metric()) {
    case Metric::euclidean:
    case Metric::manhattan:
    case Metric::minkowski:
    case Metric::mahalanobis:
      return true;
    case Metric::chebyshev:
      return algorithm != Algorithm::nanoflann;
    case Metric::cosine:
    case Metric::gower:
      return algorithm == Algorithm::brute;
    case Metric::hamming:
    case Metric::haversine:
      return algorithm == Algorithm::brute || algorithm == Algorithm::ball_tree;
    case Metric::user:
      return algorithm == Algorithm::brute ||
             (algorithm == Algorithm::ball_tree && metric.kernel()->is_metric());
  }
  return false;
}

std::string_view description(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kd_tree:
      return "a KD-tree";
    case Algorithm::ball_tree:
      return "a ball tree";
    case Algorithm::cells:
      return "a search of cells";
    case Algorithm::nanoflann:
      return "nanoflann";
    default:
      return "brute force";
  }
}

struct Choice {
  Algorithm algorithm;
  std::string reason;
};

/// What `automatic` stands for.
Choice choose(const Distance& metric, const MatrixView& points) {
  constexpr Index few_points = 200;
  constexpr Index most_columns = 20;
  const Index n = points.rows();
  const Index d = points.cols();
  if (n < few_points)
    return {Algorithm::brute, concat("fewer than ", few_points, " points (", n, ")")};
  if (serves(Algorithm::kd_tree, metric)) {
    if (d <= most_columns)
      return {Algorithm::kd_tree,
              concat(n, " points of at most ", most_columns, " columns (", d, ")")};
    return {Algorithm::brute, concat("more than ", most_columns, " columns (", d, ")")};
  }
  if (metric.metric() == Metric::haversine)
    return {Algorithm::ball_tree, "a metric that is no norm, in 2 columns"};
  return {Algorithm::brute, concat("the metric '", metric.name(), "'")};
}

std::unique_ptr<SearchBackEnd> make_back_end(Algorithm algorithm, const MatrixView& points,
                                             const ReducedDistance& reduced, int leaf_size,
                                             const Context& context) {
  switch (algorithm) {
    case Algorithm::kd_tree:
      return make_kd_tree(points, reduced, leaf_size, context);
    case Algorithm::ball_tree:
      return make_ball_tree(points, reduced, leaf_size, context);
    case Algorithm::cells:
      return make_cells(points, reduced, context);
    case Algorithm::nanoflann:
      return make_nanoflann(points, reduced, leaf_size, context);
    default:
      return make_brute_force(points, reduced, context);
  }
}

RadiusNeighbors joined(const std::vector<std::vector<Hit>>& found) {
  RadiusNeighbors result;
  std::size_t total = 0;
  for (const std::vector<Hit>& hits : found) total += hits.size();
  result.offsets.reserve(found.size() + 1);
  result.rows.reserve(total);
  result.distances.reserve(total);
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

/// Queries as the back end wants them.
class Prepared {
 public:
  Prepared(const MetricSpace& space, const MatrixView* queries, const SearchBackEnd& back_end,
           bool copy_points, const Context& context) {
    if (queries == nullptr && copy_points) {
      own_ = back_end.points();
    } else if (queries != nullptr && space.prepares()) {
      own_ = space.prepare(*queries, context);
    } else {
      view_ = queries;
      return;
    }
    own_view_.emplace(own_);
    view_ = &*own_view_;
  }
  const MatrixView* get() const { return view_; }

 private:
  Matrix own_;
  std::optional<MatrixView> own_view_;
  const MatrixView* view_ = nullptr;
};

}  // namespace

void check_k(std::string_view who, Index k, Index n) {
  if (k < 1)
    throw InvalidParameter(concat(who, ": the number of neighbours must be >= 1, got ", k));
  if (k > n)
    throw InvalidParameter(concat(who, ": ", k, " neighbours were asked for, but there are only ",
                                  n, " points to find"),
                           "ask for fewer, or fit more points");
}

void check_serves(std::string_view who, Algorithm algorithm, const Distance& metric) {
  if (serves(algorithm, metric)) return;
  const bool unmarked = algorithm == Algorithm::ball_tree && metric.metric() == Metric::user;
  throw InvalidParameter(
      concat(who, ": ", description(algorithm), " cannot search by the metric '", metric.name(),
             unmarked ? "' unless it says that it is one" : "'"),
      unmarked ? "give your distance `static constexpr bool is_metric = true` if it keeps the "
                 "triangle inequality, or use algorithm = brute"
               : "use algorithm = brute or automatic");
}

PointIndex::PointIndex(std::string_view who, const MatrixView& points,
                       const std::vector<Column>& columns, const Settings& settings,
                       const Context& context)
    : n_points_(points.rows()), space_(who, settings.metric, settings.p, points, columns, context) {
  if (settings.algorithm == Algorithm::automatic) {
    Choice choice = choose(settings.metric, points);
    algorithm_ = choice.algorithm;
    choice_ = concat("algorithm = auto took ", description(algorithm_), ": ", choice.reason);
  } else {
    algorithm_ = settings.algorithm;
    check_serves(who, algorithm_, settings.metric);
  }
  if (space_.prepares()) as_given_ = points;
  back_end_ = make_back_end(
      algorithm_, space_.prepares() ? MatrixView(space_.prepare(points, context)) : points,
      space_.reduced(), settings.leaf_size, context);
}

FitReport PointIndex::report() const {
  FitReport report;
  if (!choice_.empty()) report.notes.push_back(choice_);
  return report;
}

Neighbors PointIndex::nearest(std::string_view who, const MatrixView* queries, Index k,
                              const Context& context) const {
  const Index n = queries != nullptr ? queries->rows() : n_points_;
  Neighbors result;
  result.rows.resize(n, k);
  result.distances.resize(n, k);
  const auto n_bytes = static_cast<std::size_t>(n * k) * sizeof(double);
  prefer_large_pages(result.rows.data(), n_bytes);
  prefer_large_pages(result.distances.data(), n_bytes);
  nearest(who, queries, k, result.rows.data(), result.distances.data(), context);
  return result;
}

void PointIndex::nearest(std::string_view who, const MatrixView* queries, Index k, Index* rows,
                         double* distances, const Context& context) const {
  if (queries != nullptr) check_queries(who, *queries, context);
  const Prepared prepared(space_, queries, *back_end_, false, context);
  back_end_->nearest_of_all({who, prepared.get(), queries != nullptr ? queries->rows() : n_points_,
                             k, space_.reduced(), rows, distances},
                            context);
}

RadiusNeighbors PointIndex::nearest_with_ties(std::string_view who, const MatrixView* queries,
                                              Index k, const Context& context) const {
  const Index most = queries != nullptr ? n_points_ : n_points_ - 1;
  const Neighbors found = nearest(who, queries, std::min(k + 1, most), context);
  const Index n = found.rows.rows();
  // Only where the next one is as far as the k-th, there may be more.
  Vector radii = Vector::Constant(n, -1);
  bool any = false;
  for (Index i = 0; i < n && k < most; ++i)
    if (found.distances(i, k) == found.distances(i, k - 1)) {
      radii(i) = found.distances(i, k);
      any = true;
    }
  RadiusNeighbors tied;
  if (any) tied = within(who, queries, radii, context);
  RadiusNeighbors result;
  result.offsets.push_back(0);
  for (Index i = 0; i < n; ++i) {
    if (radii(i) >= 0) {
      const Index begin = tied.offsets[static_cast<std::size_t>(i)];
      const Index end = tied.offsets[static_cast<std::size_t>(i + 1)];
      result.rows.insert(result.rows.end(), tied.rows.begin() + begin, tied.rows.begin() + end);
      result.distances.insert(result.distances.end(), tied.distances.begin() + begin,
                              tied.distances.begin() + end);
    } else {
      for (Index h = 0; h < k; ++h) {
        result.rows.push_back(found.rows(i, h));
        result.distances.push_back(found.distances(i, h));
      }
    }
    result.offsets.push_back(static_cast<Index>(result.rows.size()));
  }
  return result;
}

RadiusNeighbors PointIndex::within(std::string_view who, const MatrixView* queries, double radius,
                                   const Context& context) const {
  const Index n = queries != nullptr ? queries->rows() : n_points_;
  return within(who, queries, Vector(Vector::Constant(n, radius)), context);
}

RadiusNeighbors PointIndex::within(std::string_view who, const MatrixView* queries,
                                   const Vector& radii, const Context& context) const {
  if (queries != nullptr) check_queries(who, *queries, context);
  const Prepared prepared(space_, queries, *back_end_, true, context);
  std::vector<std::vector<Hit>> found(static_cast<std::size_t>(radii.size()));
  each_within(
      who, *prepared.get(), [&](Index i) { return radii(i); },
      [&](Index i, const std::vector<Hit>& hits) {
        std::vector<Hit>& kept = found[static_cast<std::size_t>(i)];
        kept = hits;
        if (queries == nullptr) std::erase_if(kept, [&](const Hit& hit) { return hit.row == i; });
      },
      context);
  return joined(found);
}

void PointIndex::for_each_within(std::string_view who, const MatrixView& x,
                                 const std::function<double(Index)>& radius_of,
                                 const std::function<void(Index, const std::vector<Hit>&)>& f,
                                 const Context& context) const {
  check_queries(who, x, context);
  const Prepared prepared(space_, &x, *back_end_, false, context);
  each_within(who, *prepared.get(), radius_of, f, context);
}

void PointIndex::each_within(std::string_view who, const MatrixView& prepared,
                             const std::function<double(Index)>& radius_of,
                             const std::function<void(Index, const std::vector<Hit>&)>& f,
                             const Context& context) const {
  parallel_for(context, prepared.rows(), queries_a_block, [&](Index begin, Index end) {
    context.check_stop(who);
    SearchWork work;
    std::vector<Hit> hits;
    for (Index i = begin; i < end; ++i) {
      const double radius = radius_of(i);
      hits.clear();
      if (radius >= 0)
        find_within(prepared.data() + i * prepared.outerStride(), radius, hits, work);
      f(i, hits);
    }
    work.count_in(context);
  });
}

void PointIndex::find_within(const double* query, double radius, std::vector<Hit>& hits,
                             SearchWork& work) const {
  back_end_->within(query, space_.reduced().reach(radius), hits, work);
  for (Hit& hit : hits) hit.distance = space_.reduced().finish(hit.distance);
  std::erase_if(hits, [&](const Hit& hit) { return hit.distance > radius; });
  std::sort(hits.begin(), hits.end());
}

void check_savable(std::string_view who, const Distance& metric) {
  if (metric.metric() == Metric::user || metric.inverse_covariance() != nullptr)
    throw Unsupported(
        concat(who, metric.metric() == Metric::user
                        ? " with a distance of the user's cannot be saved"
                        : " with an inverse covariance of the user's cannot be saved"),
        "use a metric with a name");
}

Value::Map save_index(std::string_view who, const PointIndex& index, const Distance& metric) {
  check_savable(who, metric);
  return {{"n_points", index.n_points()}, {"points", Value(index.points())}};
}

PointIndex load_index(std::string_view who, const PointIndex::Settings& settings,
                      const std::vector<Column>& columns, const StateReader& reader) {
  const auto d = static_cast<Index>(columns.size());
  const std::int64_t most = std::numeric_limits<std::int64_t>::max() / 16;
  const Index n = reader.integer("n_points", 1, most / d);
  const bool finite = !with_metric({}, settings.metric).missing_values;
  const Matrix points = reader.matrix("points", n, d, finite);
  try {
    return PointIndex(who, points, columns, settings);
  } catch (const InvalidData& error) {
    reader.fail(error.what());
  }
}

}  // namespace grove
