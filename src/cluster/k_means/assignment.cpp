#include "cluster/k_means/assignment.hpp"

#include <cmath>
#include <limits>

#include "cluster/k_means/assignment_groups.hpp"
#include "grove/core/parallel.hpp"

namespace grove::cluster {

KMeansAlgorithm choose_algorithm(KMeansAlgorithm wanted, Index n, Index d, Index k) {
  if (k < 2) return KMeansAlgorithm::lloyd;
  if (wanted != KMeansAlgorithm::automatic) return wanted;
  // The scan of all centres is so fast that leaving some out pays only where there are many
  // coordinates to leave out; elkan's bounds, only where they cost less to read than those.
  if (k * d < 49152) return KMeansAlgorithm::hamerly;
  const Index bytes = n * k * static_cast<Index>(sizeof(float));
  const bool fits = bytes <= (Index{1} << 25) + 60 * n;
  return d >= 384 && fits ? KMeansAlgorithm::elkan : KMeansAlgorithm::yinyang;
}

Assignment::Assignment(std::string_view who, const Points& points, const PointSurvey& survey,
                       const Matrix& start, KMeansAlgorithm algorithm, const Context& context)
    : who_(who),
      points_(points),
      context_(context),
      algorithm_(choose_algorithm(algorithm, points.size(), points.dimension(), start.rows())),
      k_(start.rows()),
      frame_(frame_about(survey.mean, std::max(survey.largest_value, start.cwiseAbs().maxCoeff()))),
      margin_(points.dimension(), frame_.scale),
      sum_frame_(survey, points.size()),
      sums_(k_, points.dimension(), sum_frame_),
      labels_(static_cast<std::size_t>(points.size()), -1) {
  if (algorithm_ == KMeansAlgorithm::lloyd) return;
  const auto n = static_cast<std::size_t>(points.size());
  const auto k = static_cast<std::size_t>(k_);
  upper_.resize(n);
  lower_.resize(algorithm_ == KMeansAlgorithm::elkan ? n * k : n);
  if (algorithm_ == KMeansAlgorithm::yinyang) make_groups(start);
  drift_.own.resize(k);
  drift_.others.resize(k);
  drift_.own_up.resize(k);
  drift_.apart.resize(k);
  if (algorithm_ == KMeansAlgorithm::elkan) drift_.halves.resize(k * k);
}

Assignment::~Assignment() = default;

Assignment::Slot& Assignment::take_slot() {
  const std::scoped_lock lock(mutex_);
  if (free_.empty()) {
    slots_.push_back(std::make_unique<Slot>(k_, points_.dimension(), sum_frame_,
                                            algorithm_ == KMeansAlgorithm::elkan,
                                            groups_.n_groups));
    return *slots_.back();
  }
  Slot& slot = *free_.back();
  free_.pop_back();
  return slot;
}

void Assignment::give_slot(Slot& slot) {
  const std::scoped_lock lock(mutex_);
  free_.push_back(&slot);
}

/// Adds up how far the centres have gone since the last call.
void Assignment::follow(const Matrix& centers) {
  if (previous_.size() > 0) {
    std::vector<double> moves(static_cast<std::size_t>(k_));
    std::size_t farthest = 0;
    double second = 0;
    for (Index c = 0; c < k_; ++c) {
      const auto at = static_cast<std::size_t>(c);
      const double square =
          squared_distance(previous_.row(c).data(), centers.row(c).data(), centers.cols());
      moves[at] = square > 0 ? margin_.upper(square, frame_.scale) : margin_.absolute;
      drift_.own[at] = (drift_.own[at] + moves[at]) * (1 + 1e-15);
      drift_.own_up[at] = round_up(drift_.own[at]);
      if (c == 0) continue;
      if (moves[at] > moves[farthest]) {
        second = moves[farthest];
        farthest = at;
      } else {
        second = std::max(second, moves[at]);
      }
    }
    for (std::size_t c = 0; c < moves.size(); ++c)
      drift_.others[c] =
          (drift_.others[c] + (c == farthest ? second : moves[farthest])) * (1 + 1e-15);
    if (algorithm_ == KMeansAlgorithm::yinyang) follow_groups(moves);
  }
  previous_ = centers;
  measure_centers(centers);
}

void Assignment::measure_centers(const Matrix& centers) {
  std::fill(drift_.apart.begin(), drift_.apart.end(), 0.0);
  const bool all = algorithm_ == KMeansAlgorithm::elkan;
  if (!all && k_ > points_.size() / 64) return;  // would cost as much as it spares
  const CenterBlocks blocks(centers);
  parallel_for(context_, k_, 16, [&](Index begin, Index end) {
    std::vector<double> squared(static_cast<std::size_t>(k_));
    for (Index a = begin; a < end; ++a) {
      blocks.squared(centers.row(a).data(), squared.data());
      squared[static_cast<std::size_t>(a)] = std::numeric_limits<double>::infinity();
      const double nearest = *std::min_element(squared.begin(), squared.end());
      drift_.apart[static_cast<std::size_t>(a)] = margin_.lower(nearest, frame_.scale) / 2;
      if (!all) continue;
      for (Index c = 0; c < k_; ++c)
        if (c != a)
          drift_.halves[static_cast<std::size_t>(a * k_ + c)] =
              round_down(margin_.lower(squared[static_cast<std::size_t>(c)], frame_.scale) / 2);
    }
  });
  context_.count(work::distance_evaluations, static_cast<std::uint64_t>(k_ * (k_ - 1)));
}

/// A few points at a time, on one thread.
class Assignment::Chunk : private AnyChunk {
 public:
  using AnyChunk::AnyChunk;

  void run(Index begin, Index end) {
    ScanBuffer& buffer = slot_.buffer;
    buffer.which.clear();
    if (all_.algorithm_ == KMeansAlgorithm::hamerly) {
      double squared = 0;
      for (const Index i : list_pending(begin, end))
        if (label(i) < 0 || !stays_after_measuring(i, squared))
          filter_.pack(all_.points_.row(i), i, buffer);
    } else {
      const bool all = all_.algorithm_ == KMeansAlgorithm::lloyd;
      for (Index i = begin; i < end; ++i)
        if (all || label(i) < 0 || !settled_by_all(i)) filter_.pack(all_.points_.row(i), i, buffer);
    }
    if (buffer.n() == 0) return;
    filter_.scan(buffer);
    slot_.n_evaluations += static_cast<std::uint64_t>(buffer.n() * all_.k_);
    for (std::size_t at = 0; at < buffer.which.size(); ++at) settle(at);
  }

 private:
  /// The centres that could be nearer than `upper`, or as near.
  int collect(Index i, double upper) {
    const auto own = static_cast<std::size_t>(label(i));
    const auto k = static_cast<std::size_t>(all_.k_);
    CollectTask task;
    task.bounds = all_.lower_.data() + static_cast<std::size_t>(i) * k;
    task.drifts = all_.drift_.own_up.data();
    task.halves = all_.drift_.halves.data() + own * k;
    task.limit = round_up(all_.margin_.limit(upper));
    task.n = static_cast<int>(k);
    task.own = static_cast<int>(own);
    return center_kernels().collect(task, slot_.candidates.data());
  }

  /// elkan: settles the point by measuring only the centres that its bounds do not rule out. False
  /// if they are so many that the scan is faster.
  bool settled_by_all(Index i) {
    const auto own = static_cast<std::size_t>(label(i));
    if (all_.margin_.limit(upper(i)) < all_.drift_.apart[own]) return true;
    if (collect(i, upper(i)) == 0) return true;
    const double squared = own_squared(i, label(i));
    ++slot_.n_evaluations;
    set_upper(i, label(i), squared);
    const int n = collect(i, upper(i));
    if (n == 0) return true;
    if (3 * n > all_.k_) return false;
    measure(i, n, squared);
    return true;
  }

  void measure(Index i, int n, double squared) {
    ScanBuffer& buffer = slot_.buffer;
    const double* const point = all_.points_.row(i);
    filter_.pack(point, i, buffer);
    buffer.which.pop_back();
    const auto at = buffer.which.size();
    filter_.pairs(buffer.points.data() + static_cast<Index>(at) * packed_stride(d_),
                  slot_.candidates.data(), n, slot_.scores.data());
    slot_.n_evaluations += static_cast<std::uint64_t>(n);
    const double norm = buffer.norms[at];
    const double error = filter_.error(norm);
    float* const bounds = bounds_of(i);
    int best = label(i);
    for (int at_c = 0; at_c < n; ++at_c) {
      const int c = slot_.candidates[static_cast<std::size_t>(at_c)];
      const double lower = lower_of(slot_.scores[static_cast<std::size_t>(at_c)], norm, error);
      set_bound(bounds, c, lower);
      if (all_.margin_.limit(all_.margin_.upper(squared, all_.frame_.scale)) < lower) continue;
      const double found = own_squared(i, c);
      ++slot_.n_evaluations;
      const int other = found < squared || (found == squared && c < best) ? best : c;
      set_bound(bounds, other, all_.margin_.lower(std::max(found, squared), all_.frame_.scale));
      if (other == c) continue;
      best = c;
      squared = found;
    }
    if (best == label(i)) return;
    set_upper(i, best, squared);
    move(i, best);
  }

  float* bounds_of(Index i) { return all_.lower_.data() + i * all_.k_; }
  void set_bound(float* bounds, int c, double lower) {
    bounds[c] = round_down(lower + all_.drift_.own[static_cast<std::size_t>(c)]);
  }

  /// Takes what the scan found of the point at `at` in the buffer.
  void settle(std::size_t at) {
    const ScanBuffer& buffer = slot_.buffer;
    const Index i = buffer.which[at];
    const double norm = buffer.norms[at];
    const double error = filter_.error(norm);
    const bool certain = filter_.certain(buffer, at);
    int found = buffer.labels[at];
    double lower = lower_of(buffer.second[at], norm, error);
    if (!certain) {
      const CenterBlocks::Nearest nearest = filter_.exact().nearest(all_.points_.row(i));
      slot_.n_evaluations += static_cast<std::uint64_t>(all_.k_);
      found = nearest.label;
      lower = all_.margin_.lower(nearest.second, all_.frame_.scale);
    }
    if (all_.algorithm_ != KMeansAlgorithm::lloyd) {
      set_upper(i, found, own_squared(i, found));
      ++slot_.n_evaluations;
      if (all_.algorithm_ == KMeansAlgorithm::hamerly) {
        all_.lower_[static_cast<std::size_t>(i)] =
            round_down(lower + all_.drift_.others[static_cast<std::size_t>(found)]);
      } else {
        const auto padded = buffer.scores.size() / static_cast<std::size_t>(rows_a_chunk(d_));
        center_kernels().bounds(buffer.scores.data() + at * padded, all_.drift_.own_up.data(), norm,
                                2 * error, static_cast<int>(all_.k_), bounds_of(i));
      }
    }
    if (found != label(i)) move(i, found);
  }
};

Index Assignment::assign(const Matrix& centers) {
  if (algorithm_ != KMeansAlgorithm::lloyd) follow(centers);
  const CenterFilter filter(centers, frame_, algorithm_ == KMeansAlgorithm::elkan,
                            groups_.n_groups > 0 ? &groups_.order : nullptr);
  const Index n = points_.size();
  const Index step = rows_a_chunk(points_.dimension());
  parallel_for(context_, n, row_grain(n), [&](Index begin, Index end) {
    context_.check_stop(who_);
    Slot& slot = take_slot();
    const auto run = [&](auto chunk) {
      for (Index first = begin; first < end; first += step)
        chunk.run(first, std::min(end, first + step));
    };
    if (algorithm_ == KMeansAlgorithm::yinyang) {
      run(GroupChunk(*this, centers, filter, slot));
    } else {
      run(Chunk(*this, centers, filter, slot));
    }
    give_slot(slot);
  });
  Index changed = 0;
  std::uint64_t n_evaluations = 0;
  for (const auto& slot : slots_) {
    sums_.take(slot->sums);
    changed += slot->n_changed;
    n_evaluations += slot->n_evaluations;
    slot->n_changed = 0;
    slot->n_evaluations = 0;
  }
  context_.count(work::distance_evaluations, n_evaluations);
  return changed;
}

}  // namespace grove::cluster
