#include <cmath>
#include <numeric>

#include "grove/core/parallel.hpp"
#include "neighbors/point_blocks.hpp"
#include "neighbors/search.hpp"
#include "neighbors/tree_shape.hpp"

// A tree of balls about points of the set (Omohundro 1989; Uhlmann 1991, "metric trees"): it needs
// nothing of a distance but the triangle inequality. A node's points are halved by whether they are
// nearer to one or the other of two points that are far apart.

namespace grove {

namespace {

constexpr Index lanes = PointBlock::lanes;

/// By how much a sum or difference of distances can be off: relatively (a user's may be computed in
/// floats, and those of points opposite each other on a sphere lose half their digits), and where
/// squares lose digits.
double slack(double sum) { return 1e-6 * sum + 1e-150; }

struct Ball {
  Index center = 0;  // a row
  double radius = 0;
};

/// Members in the order of the tree while it is being made.
class Builder {
 public:
  Builder(const Matrix& points, const ReducedDistance& reduced, Index capacity)
      : points_(points),
        reduced_(reduced),
        capacity_(capacity),
        rows_(static_cast<std::size_t>(points.rows())) {
    std::iota(rows_.begin(), rows_.end(), Index{0});
  }

  /// The ball of a node; an inner one is also halved.
  Ball add(const Subtree& node) {
    const std::size_t begin = static_cast<std::size_t>(node.first_leaf * capacity_);
    const std::size_t end = std::min(
        rows_.size(), static_cast<std::size_t>((node.first_leaf + node.n_leaves) * capacity_));
    const Index one_end = farthest(rows_[begin], begin, end).center;
    const Index other_end = farthest(one_end, begin, end).center;
    std::vector<Hit> keys(end - begin);
    for (std::size_t i = begin; i < end; ++i)
      keys[i - begin] = {distance(rows_[i], one_end) - distance(rows_[i], other_end), rows_[i]};
    const std::size_t middle =
        node.is_leaf() ? (end - begin) / 2
                       : static_cast<std::size_t>(node.right().first_leaf * capacity_) - begin;
    std::nth_element(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(middle), keys.end());
    for (std::size_t i = begin; i < end; ++i) rows_[i] = keys[i - begin].row;
    const Index center = rows_[begin + middle];
    return {center, farthest(center, begin, end).radius};
  }

  const std::vector<Index>& rows() const { return rows_; }

 private:
  double distance(Index a, Index b) const {
    const double d = reduced_.finish(
        reduced_.kernel->of_pair(points_.row(a).data(), points_.row(b).data(), points_.cols()));
    check_distance(d, b);
    return d;
  }

  /// The member farthest from `row` (center), and how far (radius).
  Ball farthest(Index row, std::size_t begin, std::size_t end) const {
    Ball found{rows_[begin], -1};
    for (std::size_t i = begin; i < end; ++i) {
      const double d = distance(row, rows_[i]);
      if (d > found.radius || (d == found.radius && rows_[i] < found.center)) found = {rows_[i], d};
    }
    return found;
  }

  const Matrix& points_;
  const ReducedDistance& reduced_;
  Index capacity_;
  std::vector<Index> rows_;
};

class BallTree final : public RowSearch {
 public:
  BallTree(const MatrixView& points, const ReducedDistance& reduced, int leaf_size,
           const Context& context)
      : RowSearch(points, context),
        reduced_(reduced),
        blocks_a_leaf_((leaf_size + lanes - 1) / lanes),
        n_leaves_((points.rows() + blocks_a_leaf_ * lanes - 1) / (blocks_a_leaf_ * lanes)),
        balls_(static_cast<std::size_t>(2 * n_leaves_ - 1)) {
    Builder builder(points_, reduced_, blocks_a_leaf_ * lanes);
    const auto add = [&](const Subtree& node) {
      context.check_stop("the ball tree");
      balls_[static_cast<std::size_t>(node.id)] = builder.add(node);
    };
    const std::vector<Subtree> tasks =
        each_level(n_leaves_, [&](const std::vector<Subtree>& level) {
          parallel_for(context, static_cast<Index>(level.size()), 1,
                       [&](Index i, Index) { add(level[static_cast<std::size_t>(i)]); });
        });
    parallel_for(context, static_cast<Index>(tasks.size()), 1,
                 [&](Index i, Index) { each_node(tasks[static_cast<std::size_t>(i)], add); });
    std::vector<Index> places = builder.rows();
    places.resize(static_cast<std::size_t>(n_leaves_ * blocks_a_leaf_ * lanes), -1);
    blocks_ = OrderedBlocks(points_, std::move(places), *reduced_.kernel, context);
  }

  void nearest(const double* query, BestHits& best, SearchWork& work) const override {
    visit(
        query, [&] { return best.worst(); },
        [&](double distance, Index row) {
          if (distance <= best.limit()) best.offer(distance, row);
        },
        work);
  }

  void within(const double* query, double reach, std::vector<Hit>& hits,
              SearchWork& work) const override {
    const double radius = reduced_.finish(reach);
    visit(
        query, [&] { return radius; },
        [&](double distance, Index row) {
          if (distance <= reach) hits.push_back({distance, row});
        },
        work);
  }

 private:
  struct Part {
    Subtree node;
    double bound;
  };

  /// How far all points of a node are at least.
  Part part_of(const Subtree& node, const double* query, SearchWork& work) const {
    const Ball& ball = balls_[static_cast<std::size_t>(node.id)];
    const double to_center = reduced_.finish(
        reduced_.kernel->of_pair(query, points_.row(ball.center).data(), points_.cols()));
    work.read_points(1, points_.cols());
    ++work.nodes_visited;
    return {node, to_center - ball.radius - slack(to_center + ball.radius)};
  }

  /// f(reduced distance, row) for all points whose true distance is at most worst(), which may
  /// shrink meanwhile, and some others.
  template <class Worst, class F>
  void visit(const double* query, const Worst& worst, const F& f, SearchWork& work) const {
    std::vector<Part> pending{{{0, 0, n_leaves_}, 0}};
    while (!pending.empty()) {
      const Part part = pending.back();
      pending.pop_back();
      if (part.bound > worst()) continue;
      if (part.node.is_leaf()) {
        scan(part.node, query, f, work);
        continue;
      }
      const Part left = part_of(part.node.left(), query, work);
      const Part right = part_of(part.node.right(), query, work);
      const bool left_first = left.bound <= right.bound;
      pending.push_back(left_first ? right : left);
      pending.push_back(left_first ? left : right);
    }
  }

  template <class F>
  void scan(const Subtree& leaf, const double* query, const F& f, SearchWork& work) const {
    double distances[lanes];
    for (Index b = leaf.first_leaf * blocks_a_leaf_; b < (leaf.first_leaf + 1) * blocks_a_leaf_;
         ++b) {
      const PointBlock block = blocks_.block(b);
      reduced_.kernel->distances(query, block, distances);
      work.read_points(block.n_points, block.d);
      for (Index i = 0; i < block.n_points; ++i) {
        const Index row = blocks_.rows_of(b)[i];
        check_distance(distances[i], row);
        f(distances[i], row);
      }
    }
  }

  ReducedDistance reduced_;
  Index blocks_a_leaf_;
  Index n_leaves_;
  std::vector<Ball> balls_;  // by node
  OrderedBlocks blocks_;
};

}  // namespace

std::unique_ptr<SearchBackEnd> make_ball_tree(const MatrixView& points,
                                              const ReducedDistance& reduced, int leaf_size,
                                              const Context& context) {
  return std::make_unique<BallTree>(points, reduced, leaf_size, context);
}

}  // namespace grove
