#include "cluster/k_means/k_means_init.hpp"

#include <cmath>
#include <limits>

#include "cluster/k_means/center_filter.hpp"
#include "cluster/k_means/k_means_run.hpp"
#include "grove/core/parallel.hpp"

namespace grove::cluster {

namespace {

/// What would remain of the sum of weighted squared distances with each candidate added.
Vector potentials(const Points& points, const Matrix& candidates, const Vector& closest,
                  const Context& context) {
  const CenterBlocks blocks(candidates);
  const Index n = points.size();
  Vector total = parallel_reduce(
      context, n, row_grain(n), Vector(Vector::Zero(candidates.rows())),
      [&](Index begin, Index end) {
        Vector part = Vector::Zero(candidates.rows());
        Vector squared(candidates.rows());
        for (Index i = begin; i < end; ++i) {
          blocks.squared(points.row(i), squared.data());
          part += points.weight(i) * squared.cwiseMin(closest(i));
        }
        return part;
      },
      [](Vector& sum, const Vector& part) { sum += part; });
  context.count(work::distance_evaluations, static_cast<std::uint64_t>(n * candidates.rows()));
  return total;
}

/// A row drawn with probability proportional to its step in `running`, a running total.
Index draw(const std::vector<double>& running, Rng& rng) {
  const double target = rng.uniform() * running.back();
  const auto above = std::upper_bound(running.begin(), running.end(), target);
  if (above != running.end()) return above - running.begin();
  return std::lower_bound(running.begin(), running.end(), running.back()) - running.begin();
}

/// Draws points one after another, by weight times squared distance to those drawn before
/// (`by_distance`), or by weight, no point twice.
class Draw {
 public:
  Draw(std::string_view who, const Points& points, bool by_distance, Rng rng,
       const Context& context)
      : who_(who),
        points_(points),
        by_distance_(by_distance),
        rng_(rng),
        context_(context),
        closest_(Vector::Constant(points.size(), std::numeric_limits<double>::infinity())),
        running_(static_cast<std::size_t>(points.size())) {}

  /// Rows first.. of `centers`, of which those before are there already; the best of `n_trials`.
  void fill(Matrix& centers, Index first, Index n_trials) {
    if (!by_distance_) first = fill_by_chance(centers);
    if (first == centers.rows()) return;
    for (Index c = 0; c < first; ++c) approach(points_, centers.row(c).data(), closest_, context_);
    for (Index c = first; c < centers.rows(); ++c) {
      context_.check_stop(who_);
      add_up(c > 0, centers.rows());
      const Index chosen = c > 0 && n_trials > 1 ? best_of(n_trials) : draw(running_, rng_);
      centers.row(c) = point(chosen);
      approach(points_, points_.row(chosen), closest_, context_);
    }
  }

 private:
  Eigen::Map<const Eigen::RowVectorXd> point(Index i) const {
    return {points_.row(i), points_.dimension()};
  }

  /// Draws by weight; a point that was there before is drawn again, until that fails too often.
  /// Returns how many centres there are then.
  Index fill_by_chance(Matrix& centers) {
    add_up(false, centers.rows());
    Index n = 0;
    for (Index tries = 0; n < centers.rows() && tries < 2 * centers.rows() + 8; ++tries) {
      const auto drawn = point(draw(running_, rng_));
      bool is_new = true;
      for (Index c = 0; c < n && is_new; ++c)
        is_new = squared_distance(drawn.data(), centers.row(c).data(), drawn.size()) > 0;
      if (is_new) centers.row(n++) = drawn;
    }
    return n;
  }

  void add_up(bool some_drawn, Index k) {
    double total = 0;
    for (Index i = 0; i < points_.size(); ++i) {
      double mass = points_.weight(i);
      if (some_drawn) mass *= by_distance_ ? closest_(i) : (closest_(i) > 0 ? 1.0 : 0.0);
      running_[static_cast<std::size_t>(i)] = total += mass;
    }
    if (!(total > 0)) throw_too_few(who_, points_, k);
  }

  Index best_of(Index n_trials) {
    std::vector<Index> rows;
    while (static_cast<Index>(rows.size()) < n_trials) rows.push_back(draw(running_, rng_));
    Matrix candidates(n_trials, points_.dimension());
    for (Index t = 0; t < n_trials; ++t)
      candidates.row(t) = point(rows[static_cast<std::size_t>(t)]);
    Index best = 0;
    potentials(points_, candidates, closest_, context_).minCoeff(&best);
    return rows[static_cast<std::size_t>(best)];
  }

  std::string_view who_;
  const Points& points_;
  bool by_distance_;
  Rng rng_;
  const Context& context_;
  Vector closest_;
  std::vector<double> running_;
};

Index greedy_trials(Index k) { return 2 + static_cast<Index>(std::log(static_cast<double>(k))); }

Matrix one_by_one(std::string_view who, const Points& points, Index k, bool plus_plus, Rng rng,
                  const Context& context) {
  Matrix centers(k, points.dimension());
  Draw(who, points, plus_plus, rng, context).fill(centers, 0, plus_plus ? greedy_trials(k) : 1);
  return centers;
}

/// k-means||: rounds that draw about 2 k points each, every point by itself; then greedy k-means++
/// among these, each weighing as much as the points it is the nearest of.
class Oversampling {
 public:
  Oversampling(std::string_view who, const Points& points, Index k, double largest_value, Rng rng,
               const Context& context)
      : who_(who),
        points_(points),
        k_(k),
        largest_value_(largest_value),
        rng_(rng),
        context_(context),
        closest_(static_cast<std::size_t>(points.size()), std::numeric_limits<double>::infinity()),
        owner_(static_cast<std::size_t>(points.size())) {}

  Matrix draw() {
    Matrix first(1, points_.dimension());
    Draw(who_, points_, true, rng_.split(0), context_).fill(first, 0, 1);
    add(first);
    for (std::uint64_t round = 1; round <= n_rounds; ++round) {
      const Matrix drawn = sample(rng_.split(round));
      if (drawn.rows() > 0) add(drawn);
    }
    return reduce();
  }

 private:
  static constexpr std::uint64_t n_rounds = 5;
  static constexpr Index rows_a_stream = 4096;

  double potential() const {
    return parallel_reduce(
        context_, points_.size(), row_grain(points_.size()), 0.0,
        [&](Index begin, Index end) {
          double sum = 0;
          for (Index i = begin; i < end; ++i)
            sum += points_.weight(i) * closest_[static_cast<std::size_t>(i)];
          return sum;
        },
        [](double& sum, double part) { sum += part; });
  }

  Matrix sample(const Rng& rng) const {
    const double rate = 2 * static_cast<double>(k_) / potential();
    std::vector<Index> rows = parallel_reduce(
        context_, points_.size(), rows_a_stream, std::vector<Index>(),
        [&](Index begin, Index end) {
          Rng own = rng.split(static_cast<std::uint64_t>(begin / rows_a_stream));
          std::vector<Index> part;
          for (Index i = begin; i < end; ++i)
            if (own.uniform() < rate * points_.weight(i) * closest_[static_cast<std::size_t>(i)])
              part.push_back(i);
          return part;
        },
        [](std::vector<Index>& all, const std::vector<Index>& part) {
          all.insert(all.end(), part.begin(), part.end());
        });
    Matrix drawn(static_cast<Index>(rows.size()), points_.dimension());
    for (Index i = 0; i < drawn.rows(); ++i)
      drawn.row(i) = Eigen::Map<const Eigen::RowVectorXd>(
          points_.row(rows[static_cast<std::size_t>(i)]), drawn.cols());
    return drawn;
  }

  void add(const Matrix& drawn) {
    const auto n = static_cast<std::size_t>(points_.size());
    std::vector<int> labels(n);
    std::vector<double> squared(n);
    nearest_centers(who_, points_, drawn, largest_value_, labels.data(), squared.data(), context_);
    const auto before = static_cast<int>(candidates_.rows());
    for (std::size_t i = 0; i < n; ++i) {
      if (!(squared[i] < closest_[i])) continue;
      closest_[i] = squared[i];
      owner_[i] = before + labels[i];
    }
    candidates_.conservativeResize(before + drawn.rows(), points_.dimension());
    candidates_.bottomRows(drawn.rows()) = drawn;
  }

  Matrix reduce() const {
    Vector weights = Vector::Zero(candidates_.rows());
    for (Index i = 0; i < points_.size(); ++i)
      weights(owner_[static_cast<std::size_t>(i)]) += points_.weight(i);
    // Copies of a candidate own nothing.
    std::vector<Index> rows;
    for (Index c = 0; c < weights.size(); ++c)
      if (weights(c) > 0) rows.push_back(c);
    const Points few{candidates_, &weights, &rows};
    const Index n_few = std::min(k_, few.size());
    Matrix centers(k_, points_.dimension());
    centers.topRows(n_few) = one_by_one(who_, few, n_few, true, rng_.split(n_rounds + 1), context_);
    if (n_few < k_)
      Draw(who_, points_, true, rng_.split(n_rounds + 2), context_)
          .fill(centers, n_few, greedy_trials(k_));
    return centers;
  }

  std::string_view who_;
  const Points& points_;
  Index k_;
  double largest_value_;
  Rng rng_;
  const Context& context_;
  Matrix candidates_;
  std::vector<double> closest_;
  std::vector<int> owner_;  // the nearest candidate
};

}  // namespace

Matrix draw_centers(std::string_view who, const Points& points, Index k, KMeansInit init,
                    double largest_value, Rng rng, const Context& context) {
  if (init == KMeansInit::k_means_parallel)
    return Oversampling(who, points, k, largest_value, rng, context).draw();
  return one_by_one(who, points, k, init == KMeansInit::k_means_plus_plus, rng, context);
}

}  // namespace grove::cluster
