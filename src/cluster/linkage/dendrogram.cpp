#include "grove/cluster/dendrogram.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove {

namespace {

/// "" if the merges make a tree.
std::string fault_of(Index n_points, const std::vector<Merge>& merges) {
  if (n_points < 1 || static_cast<Index>(merges.size()) != n_points - 1)
    return concat("must have n_points - 1 merges, got ", merges.size(), " for ", n_points,
                  " points");
  std::vector<char> merged(2 * merges.size() + 1, 0);
  for (std::size_t i = 0; i < merges.size(); ++i) {
    const Merge& merge = merges[i];
    const Index made = n_points + static_cast<Index>(i);
    if (merge.left < 0 || merge.left >= merge.right || merge.right >= made)
      return concat("has a merge ", i, " of clusters ", merge.left, " and ", merge.right,
                    "; they must ascend and be made before it");
    if (!(merge.height >= 0) || !std::isfinite(merge.height))
      return concat("has the height ", merge.height, " at merge ", i);
    for (const Index side : {merge.left, merge.right}) {
      char& used = merged[static_cast<std::size_t>(side)];
      if (used != 0) return concat("merges cluster ", side, " twice");
      used = 1;
    }
  }
  return {};
}

}  // namespace

Dendrogram::Dendrogram(Index n_points, std::vector<Merge> merges) : merges_(std::move(merges)) {
  const std::string fault = fault_of(n_points, merges_);
  if (!fault.empty()) throw InvalidParameter("Dendrogram: the tree " + fault);
  const auto size_of = [&](Index cluster) {
    return cluster < n_points ? 1 : merges_[static_cast<std::size_t>(cluster - n_points)].size;
  };
  for (Merge& merge : merges_) merge.size = size_of(merge.left) + size_of(merge.right);
}

/// Joins the points of every merge whose `joins` is set (and so of all merges below it).
Labels Dendrogram::labels_by(const std::vector<char>& joins) const {
  const Index n = n_points();
  std::vector<Index> top(static_cast<std::size_t>(2 * n - 1));  // the cluster that holds it
  for (std::size_t i = 0; i < top.size(); ++i) top[i] = static_cast<Index>(i);
  for (std::size_t i = merges_.size(); i-- > 0;) {
    if (joins[i] == 0) continue;
    const Index cluster = top[static_cast<std::size_t>(n) + i];
    top[static_cast<std::size_t>(merges_[i].left)] = cluster;
    top[static_cast<std::size_t>(merges_[i].right)] = cluster;
  }
  std::vector<int> numbers(top.size(), -1);
  Labels labels(n);
  int next = 0;
  for (Index i = 0; i < n; ++i) {
    int& number = numbers[static_cast<std::size_t>(top[static_cast<std::size_t>(i)])];
    if (number < 0) number = next++;
    labels(i) = number;
  }
  return labels;
}

Labels Dendrogram::cut(Index n_clusters) const {
  if (n_clusters < 1 || n_clusters > n_points())
    throw InvalidParameter(concat("Dendrogram: a tree of ", n_points(),
                                  " points can be cut into 1 to ", n_points(), " clusters, not ",
                                  n_clusters));
  std::vector<char> joins(merges_.size(), 0);
  std::fill_n(joins.begin(), n_points() - n_clusters, 1);
  return labels_by(joins);
}

Labels Dendrogram::cut_at(double height) const {
  const Index n = n_points();
  std::vector<char> joins(merges_.size(), 0);
  const auto joined = [&](Index cluster) {
    return cluster < n || joins[static_cast<std::size_t>(cluster - n)] != 0;
  };
  for (std::size_t i = 0; i < merges_.size(); ++i)
    joins[i] = merges_[i].height < height && joined(merges_[i].left) && joined(merges_[i].right);
  return labels_by(joins);
}

std::vector<Index> Dendrogram::leaf_order() const {
  const Index n = n_points();
  std::vector<Index> order;
  order.reserve(static_cast<std::size_t>(n));
  std::vector<Index> open{2 * n - 2};
  while (!open.empty()) {
    const Index cluster = open.back();
    open.pop_back();
    if (cluster < n) {
      order.push_back(cluster);
    } else {
      const Merge& merge = merges_[static_cast<std::size_t>(cluster - n)];
      open.push_back(merge.right);
      open.push_back(merge.left);
    }
  }
  return order;
}

Vector Dendrogram::cophenetic_distances() const {
  const Index n = n_points();
  const std::vector<Index> order = leaf_order();
  // The points of a cluster are a run of the leaf order, those of its left part first.
  std::vector<Index> first(merges_.size(), 0);
  const auto size_of = [&](Index cluster) {
    return cluster < n ? 1 : merges_[static_cast<std::size_t>(cluster - n)].size;
  };
  Vector distances(n * (n - 1) / 2);
  for (std::size_t i = merges_.size(); i-- > 0;) {
    const Merge& merge = merges_[i];
    const Index begin = first[i];
    const Index middle = begin + size_of(merge.left);
    if (merge.left >= n) first[static_cast<std::size_t>(merge.left - n)] = begin;
    if (merge.right >= n) first[static_cast<std::size_t>(merge.right - n)] = middle;
    for (Index a = begin; a < middle; ++a)
      for (Index b = middle; b < begin + merge.size; ++b) {
        const auto [low, high] =
            std::minmax(order[static_cast<std::size_t>(a)], order[static_cast<std::size_t>(b)]);
        distances(low * (2 * n - low - 1) / 2 + high - low - 1) = merge.height;
      }
  }
  return distances;
}

bool Dendrogram::is_monotonic() const {
  return std::is_sorted(merges_.begin(), merges_.end(),
                        [](const Merge& a, const Merge& b) { return a.height < b.height; });
}

Value Dendrogram::to_value() const {
  Value::Integers left, right;
  Value::Reals heights;
  for (const Merge& merge : merges_) {
    left.push_back(merge.left);
    right.push_back(merge.right);
    heights.push_back(merge.height);
  }
  return Value::Map{{"n_points", n_points()},
                    {"left", std::move(left)},
                    {"right", std::move(right)},
                    {"heights", std::move(heights)}};
}

Dendrogram Dendrogram::from_value(const StateReader& reader) {
  const Index n = reader.integer("n_points", 1, std::numeric_limits<std::int32_t>::max());
  const auto left = reader.integers("left", n - 1, 0, 2 * n - 2);
  const auto right = reader.integers("right", n - 1, 0, 2 * n - 2);
  const auto heights = reader.reals("heights", n - 1);
  std::vector<Merge> merges;
  for (std::size_t i = 0; i < heights.size(); ++i)
    merges.push_back({left[i], right[i], heights[i], 0});
  const std::string fault = fault_of(n, merges);
  if (!fault.empty()) reader.fail(fault);
  return Dendrogram(n, std::move(merges));
}

}  // namespace grove
