#include "cluster/k_means/assignment_groups.hpp"

#include <numeric>

namespace grove::cluster {

namespace {

/// Halves order[begin, end) at a multiple of `n_places` along the widest column, and again, until
/// each part is one group.
void halve(const Matrix& centers, Index n_places, std::vector<int>& order, Index begin, Index end) {
  const Index n_groups = (end - begin + n_places - 1) / n_places;
  if (n_groups < 2) return;
  Index widest = 0;
  double most = -1;
  for (Index j = 0; j < centers.cols(); ++j) {
    double sum = 0;
    double squares = 0;
    for (Index i = begin; i < end; ++i) {
      const double value = centers(order[static_cast<std::size_t>(i)], j) -
                           centers(order[static_cast<std::size_t>(begin)], j);
      sum += value;
      squares += value * value;
    }
    const double spread = squares - sum * sum / static_cast<double>(end - begin);
    if (spread > most) {
      most = spread;
      widest = j;
    }
  }
  const Index middle = begin + n_groups / 2 * n_places;
  std::nth_element(order.begin() + begin, order.begin() + middle, order.begin() + end,
                   [&](int a, int b) {
                     const double x = centers(a, widest);
                     const double y = centers(b, widest);
                     return x < y || (x == y && a < b);
                   });
  halve(centers, n_places, order, begin, middle);
  halve(centers, n_places, order, middle, end);
}

}  // namespace

void Assignment::make_groups(const Matrix& start) {
  const Index n = points_.size();
  // At most 64 bytes a point, or 32 MB.
  const Index most = std::max<Index>(16, (Index{1} << 23) / n);
  const Index in_16s = (k_ + 15) / 16;
  groups_.n_places = (in_16s + most - 1) / most * 16;
  groups_.n_groups = (k_ + groups_.n_places - 1) / groups_.n_places;
  groups_.order.resize(static_cast<std::size_t>(k_));
  std::iota(groups_.order.begin(), groups_.order.end(), 0);
  halve(start, groups_.n_places, groups_.order, 0, k_);
  groups_.of.resize(static_cast<std::size_t>(k_));
  for (Index place = 0; place < k_; ++place)
    groups_.of[static_cast<std::size_t>(groups_.order[static_cast<std::size_t>(place)])] =
        static_cast<int>(place / groups_.n_places);
  const auto n_groups = static_cast<std::size_t>(groups_.n_groups);
  groups_.none.resize(n_groups);
  drift_.groups.resize(n_groups);
  drift_.groups_up.resize(n_groups);
  group_lower_.resize(static_cast<std::size_t>(n) * n_groups);
}

void Assignment::follow_groups(const std::vector<double>& moves) {
  std::vector<double> largest(drift_.groups.size(), 0.0);
  for (std::size_t c = 0; c < moves.size(); ++c) {
    double& most = largest[static_cast<std::size_t>(groups_.of[c])];
    most = std::max(most, moves[c]);
  }
  for (std::size_t g = 0; g < largest.size(); ++g) {
    drift_.groups[g] = (drift_.groups[g] + largest[g]) * (1 + 1e-15);
    drift_.groups_up[g] = round_up(drift_.groups[g]);
  }
}

void Assignment::GroupChunk::run(Index begin, Index end) {
  slot_.buffer.which.clear();
  for (std::vector<int>& list : slot_.members) list.clear();
  for (const Index i : list_pending(begin, end)) consider(i);
  if (slot_.buffer.n() == 0) return;
  scan();
  for (std::size_t at = 0; at < slot_.buffer.which.size(); ++at) settle(at);
}

void Assignment::GroupChunk::consider(Index i) {
  const auto n_groups = static_cast<int>(all_.groups_.n_groups);
  if (label(i) < 0) {
    std::iota(slot_.candidates.begin(), slot_.candidates.begin() + n_groups, 0);
    admit(i, slot_.candidates.data(), n_groups, std::numeric_limits<double>::infinity());
    return;
  }
  double squared = 0;
  if (stays_after_measuring(i, squared)) return;
  CollectTask task;
  task.bounds = bounds_of(i);
  task.drifts = all_.drift_.groups_up.data();
  task.halves = all_.groups_.none.data();
  task.limit = round_up(all_.margin_.limit(upper(i)));
  task.n = n_groups;
  task.own = -1;
  const int n = center_kernels().collect(task, slot_.candidates.data());
  if (n == 0) {
    refresh(i, label(i));
  } else {
    admit(i, slot_.candidates.data(), n, squared);
  }
}

void Assignment::GroupChunk::admit(Index i, const int* groups, int n, double squared) {
  const auto at = slot_.buffer.which.size();
  filter_.pack(all_.points_.row(i), i, slot_.buffer);
  slot_.squared[at] = squared;
  slot_.open[at].assign(groups, groups + n);
  for (const int group : slot_.open[at])
    slot_.members[static_cast<std::size_t>(group)].push_back(static_cast<int>(at));
}

void Assignment::GroupChunk::scan() {
  const Index n_places = all_.groups_.n_places;
  for (std::size_t group = 0; group < slot_.members.size(); ++group) {
    const std::vector<int>& members = slot_.members[group];
    if (members.empty()) continue;
    const Index first = static_cast<Index>(group) * n_places;
    const Index n = std::min(n_places, all_.k_ - first);
    filter_.scan_part(slot_.buffer, members, first, (n + 15) / 16 * 16, slot_.best.data(),
                      slot_.second.data(), slot_.labels.data());
    slot_.n_evaluations += static_cast<std::uint64_t>(n) * members.size();
    for (std::size_t m = 0; m < members.size(); ++m) {
      const std::size_t to = static_cast<std::size_t>(members[m]) * slot_.members.size() + group;
      slot_.found_best[to] = slot_.best[m];
      slot_.found_second[to] = slot_.second[m];
      slot_.found_place[to] = slot_.labels[m];
    }
  }
}

void Assignment::GroupChunk::settle(std::size_t at) {
  const Index i = slot_.buffer.which[at];
  const double norm = slot_.buffer.norms[at];
  const double error = filter_.error(norm);
  const int own = label(i);
  int best = own;
  double squared = slot_.squared[at];
  const auto offer = [&](int c) {
    const double distance = own_squared(i, c);
    ++slot_.n_evaluations;
    if (distance < squared || (distance == squared && c < best)) {
      best = c;
      squared = distance;
    }
  };
  // A larger score is that of a centre which is farther for certain.
  const auto limit = [&] {
    const double distance = all_.margin_.limit(all_.margin_.upper(squared, all_.frame_.scale)) *
                            (1 + 4 * all_.margin_.relative);
    return (distance * distance * (1 + 4 * all_.margin_.relative) - norm) / 2 + error;
  };
  const std::vector<int>& open = slot_.open[at];
  const std::size_t row = at * slot_.members.size();
  const float* const bests = slot_.found_best.data() + row;
  const float* const seconds = slot_.found_second.data() + row;
  const int* const places = slot_.found_place.data() + row;
  int first = open[0];
  for (const int group : open)
    if (bests[group] < bests[first]) first = group;
  const int likely = center_at(places[first]);
  if (likely != own) offer(likely);
  const double most = limit();
  for (const int group : open) {
    if (bests[group] > most) continue;
    const int c = center_at(places[group]);
    if (c != own && c != likely) offer(c);
    if (seconds[group] > most) continue;
    const Index begin = group * all_.groups_.n_places;
    const Index end = std::min(all_.k_, begin + all_.groups_.n_places);
    for (Index place = begin; place < end; ++place) offer(center_at(static_cast<int>(place)));
  }
  set_bounds(at, best, error);
  if (best != own && own >= 0) {
    const int group = all_.groups_.of[static_cast<std::size_t>(own)];
    const double before = static_cast<double>(bounds_of(i)[group]) -
                          all_.drift_.groups[static_cast<std::size_t>(group)];
    const double lower = all_.margin_.lower(slot_.squared[at], all_.frame_.scale);
    if (lower < before) set_bound(i, group, lower);
  }
  set_upper(i, best, squared);
  refresh(i, best);
  if (best != own) move(i, best);
}

void Assignment::GroupChunk::set_bounds(std::size_t at, int best, double error) {
  const Index i = slot_.buffer.which[at];
  const double norm = slot_.buffer.norms[at];
  const std::size_t row = at * slot_.members.size();
  const std::vector<int>& open = slot_.open[at];
  const auto n_groups = slot_.members.size();
  if (open.size() == n_groups) {
    center_kernels().bounds(slot_.found_best.data() + row, all_.drift_.groups_up.data(), norm,
                            2 * error, static_cast<int>(n_groups), bounds_of(i));
  } else {
    for (const int group : open)
      set_bound(i, group,
                lower_of(slot_.found_best[row + static_cast<std::size_t>(group)], norm, error));
  }
  const auto own = static_cast<std::size_t>(all_.groups_.of[static_cast<std::size_t>(best)]);
  if (std::find(open.begin(), open.end(), static_cast<int>(own)) != open.end() &&
      center_at(slot_.found_place[row + own]) == best)
    set_bound(i, static_cast<int>(own), lower_of(slot_.found_second[row + own], norm, error));
}

void Assignment::GroupChunk::refresh(Index i, int own) {
  const float* const bounds = bounds_of(i);
  float least = bounds[0] - all_.drift_.groups_up[0];
  for (std::size_t g = 1; g < all_.drift_.groups_up.size(); ++g)
    least = std::min(least, bounds[g] - all_.drift_.groups_up[g]);
  all_.lower_[static_cast<std::size_t>(i)] = round_down(
      least - std::abs(least) * 0x1p-22 + all_.drift_.others[static_cast<std::size_t>(own)]);
}

}  // namespace grove::cluster
