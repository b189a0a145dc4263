#pragma once

#include <cmath>
#include <limits>

#include "cluster/k_means/assignment.hpp"

namespace grove::cluster {

/// Rounded to a float, up or down by more than can have been lost.
inline float round_up(double x) {
  return static_cast<float>(x + std::abs(x) * 0x1p-22 + std::numeric_limits<float>::min());
}
inline float round_down(double x) {
  return static_cast<float>(x - std::abs(x) * 0x1p-22 - std::numeric_limits<float>::min());
}

/// What a thread works with.
struct Assignment::Slot {
  Slot(Index k, Index d, const SumFrame& frame, bool with_scores, Index n_groups)
      : sums(k, d, frame),
        buffer(d, k, with_scores),
        candidates(static_cast<std::size_t>(k)),
        scores(static_cast<std::size_t>(k)),
        members(static_cast<std::size_t>(n_groups)) {
    const auto n = static_cast<std::size_t>(rows_a_chunk(d));
    if (n_groups == 0) return;
    squared.resize(n);
    for (auto* found : {&found_best, &found_second}) found->resize(n * members.size());
    found_place.resize(n * members.size());
    open.resize(n);
    best.resize(n);
    second.resize(n);
    labels.resize(n);
  }

  ExactSums sums;
  ScanBuffer buffer;
  std::vector<int> candidates;
  std::vector<float> scores;
  std::vector<std::vector<int>> members;  // of the buffer's points, which meet each group
  std::vector<std::vector<int>> open;     // and the groups of each
  std::vector<float> found_best;          // of a chunk's points x groups
  std::vector<float> found_second;
  std::vector<int> found_place;
  std::vector<double> squared;  // distances to the centres they came with
  std::vector<float> best;      // of one group
  std::vector<float> second;
  std::vector<int> labels;
  std::vector<Index> pending;  // points whose bounds, as they are, do not do
  std::uint64_t n_evaluations = 0;
  Index n_changed = 0;
};

/// A few points at a time, on one thread.
class Assignment::AnyChunk {
 public:
  AnyChunk(Assignment& all, const Matrix& centers, const CenterFilter& filter, Slot& slot)
      : all_(all), centers_(centers), filter_(filter), slot_(slot), d_(centers.cols()) {}

 protected:
  int label(Index i) const { return all_.labels_[static_cast<std::size_t>(i)]; }
  double own_squared(Index i, Index c) const {
    return squared_distance(all_.points_.row(i), centers_.row(c).data(), d_);
  }
  double upper(Index i) const {
    return static_cast<double>(all_.upper_[static_cast<std::size_t>(i)]) +
           all_.drift_.own[static_cast<std::size_t>(label(i))];
  }
  void set_upper(Index i, int c, double squared) {
    all_.upper_[static_cast<std::size_t>(i)] =
        round_up(all_.margin_.upper(squared, all_.frame_.scale) -
                 all_.drift_.own[static_cast<std::size_t>(c)]);
  }
  /// hamerly's bound: on the distances to all centres but the own.
  double lower(Index i) const {
    const auto own = static_cast<std::size_t>(label(i));
    return std::max(
        static_cast<double>(all_.lower_[static_cast<std::size_t>(i)]) - all_.drift_.others[own],
        all_.drift_.apart[own]);
  }
  /// Lists the points that hamerly's bound does not keep where they are, and asks for their
  /// coordinates: the processor does not foresee which they are.
  const std::vector<Index>& list_pending(Index begin, Index end) {
    slot_.pending.clear();
    const Index n_bytes = std::min<Index>(d_ * 8, 256);
    for (Index i = begin; i < end; ++i) {
      if (label(i) >= 0 && all_.margin_.limit(upper(i)) < lower(i)) continue;
      slot_.pending.push_back(i);
      const auto* const row = reinterpret_cast<const char*>(all_.points_.row(i));
      for (Index byte = 0; byte < n_bytes; byte += 64) __builtin_prefetch(row + byte);
    }
    return slot_.pending;
  }
  /// Measures the distance to the own centre; true if the bound keeps the point there now.
  bool stays_after_measuring(Index i, double& squared) {
    squared = own_squared(i, label(i));
    ++slot_.n_evaluations;
    set_upper(i, label(i), squared);
    return all_.margin_.limit(upper(i)) < lower(i);
  }
  /// At most the distance that a score stands for.
  double lower_of(float score, double norm, double error) const {
    const double least = norm + 2.0 * score - 2 * error;
    return least > 0 ? std::min(std::sqrt(least) * (1 - all_.margin_.relative), 1e30) : 0;
  }
  void move(Index i, int to) {
    const double* const point = all_.points_.row(i);
    const double weight = all_.points_.weight(i);
    if (label(i) >= 0) slot_.sums.remove(label(i), point, weight);
    slot_.sums.add(to, point, weight);
    all_.labels_[static_cast<std::size_t>(i)] = to;
    ++slot_.n_changed;
  }

  Assignment& all_;
  const Matrix& centers_;
  const CenterFilter& filter_;
  Slot& slot_;
  Index d_;
};

}  // namespace grove::cluster
