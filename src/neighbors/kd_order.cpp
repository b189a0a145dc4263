#include "neighbors/kd_order.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <new>

#include "core/large_pages.hpp"
#include "grove/core/parallel.hpp"
#include "neighbors/tree_shape.hpp"

namespace grove {

namespace {

using Node = Subtree;

/// The points row by row while they are being ordered.
class Rows {
 public:
  Rows(double* values, std::uint32_t* ids, std::int32_t* columns, Index n, Index d,
       Index leaf_capacity)
      : values_(values), ids_(ids), columns_(columns), n_(n), d_(d), capacity_(leaf_capacity) {}

  /// Puts the smaller half of the node's points, by its widest column, before the others.
  void split(const Node& node) {
    const Index begin = node.first_leaf * capacity_;
    const Index end = std::min(n_, begin + node.n_leaves * capacity_);
    const Index middle = node.right().first_leaf * capacity_;
    const Index column = widest_column(begin, end);
    columns_[node.id] = static_cast<std::int32_t>(column);
    select(begin, end - 1, middle, column);
  }

 private:
  double key(Index row, Index column) const { return values_[row * d_ + column]; }

  /// By a sample of the rows if they are many.
  Index widest_column(Index begin, Index end) const {
    const Index step = std::max<Index>(1, (end - begin) / 512);
    Index widest = 0;
    double largest = -1;
    for (Index column = 0; column < d_; ++column) {
      double low = key(begin, column);
      double high = low;
      for (Index row = begin + step; row < end; row += step) {
        low = std::min(low, key(row, column));
        high = std::max(high, key(row, column));
      }
      if (high - low > largest) {
        largest = high - low;
        widest = column;
      }
    }
    return widest;
  }

  void swap(Index a, Index b) {
    std::swap_ranges(values_ + a * d_, values_ + (a + 1) * d_, values_ + b * d_);
    std::swap(ids_[a], ids_[b]);
  }

  /// Rows [left, middle) get keys at most, rows [middle, right] keys at least that of row `middle`.
  /// Floyd & Rivest, "Expected time bounds for selection", CACM 18 (1975).
  void select(Index left, Index right, Index middle, Index column) {
    while (right > left) {
      if (right - left > 600) {
        const auto n = static_cast<double>(right - left + 1);
        const auto i = static_cast<double>(middle - left + 1);
        const double z = std::log(n);
        const double s = 0.5 * std::exp(2 * z / 3);
        const double sd = 0.5 * std::sqrt(z * s * (n - s) / n) * (i < n / 2 ? -1 : 1);
        const auto m = static_cast<double>(middle);
        select(std::max(left, static_cast<Index>(m - i * s / n + sd)),
               std::min(right, static_cast<Index>(m + (n - i) * s / n + sd)), middle, column);
      }
      const double pivot = key(middle, column);
      Index i = left;
      Index j = right;
      swap(left, middle);
      const bool last_is_larger = key(right, column) > pivot;
      if (last_is_larger) swap(left, right);
      while (i < j) {
        swap(i++, j--);
        while (key(i, column) < pivot) ++i;
        while (key(j, column) > pivot) --j;
      }
      if (last_is_larger) {
        swap(left, j);
      } else {
        swap(++j, right);
      }
      if (j <= middle) left = j + 1;
      if (middle <= j) right = j - 1;
    }
  }

  double* values_;
  std::uint32_t* ids_;
  std::int32_t* columns_;
  Index n_;
  Index d_;
  Index capacity_;
};

void sort_into_leaves(Rows& rows, Index n_leaves, const Context& context) {
  const std::vector<Node> tasks = each_level(n_leaves, [&](const std::vector<Node>& level) {
    parallel_for(context, static_cast<Index>(level.size()), 1, [&](Index i, Index) {
      const Node& node = level[static_cast<std::size_t>(i)];
      if (!node.is_leaf()) rows.split(node);
    });
  });
  parallel_for(context, static_cast<Index>(tasks.size()), 1, [&](Index i, Index) {
    each_node(tasks[static_cast<std::size_t>(i)], [&](const Node& node) {
      if (!node.is_leaf()) rows.split(node);
    });
  });
}

/// The largest float that is not larger.
float round_down(double value) {
  const auto nearest = static_cast<float>(value);
  return nearest > value ? std::nextafter(nearest, -std::numeric_limits<float>::infinity())
                         : nearest;
}
float round_up(double value) { return -round_down(-value); }

}  // namespace

ChunkMemory::ChunkMemory(std::size_t n_values) {
  constexpr std::size_t alignment = 64;
  const std::size_t n_bytes =
      std::max<std::size_t>(1, (n_values * sizeof(double) + alignment - 1) / alignment) * alignment;
  void* const memory = std::aligned_alloc(alignment, n_bytes);
  if (memory == nullptr) throw std::bad_alloc();
  prefer_large_pages(memory, n_bytes);
  values_.reset(static_cast<double*>(memory));
}

void ChunkMemory::Free::operator()(double* values) const { std::free(values); }

KdOrder::KdOrder(const MatrixView& points, int chunks_in_leaf, const Context& context)
    : n_points(points.rows()),
      d(points.cols()),
      chunks_a_leaf(chunks_in_leaf),
      n_leaves((n_points + chunks_in_leaf * kd_lanes - 1) / (chunks_in_leaf * kd_lanes)),
      chunks(static_cast<std::size_t>(n_leaves * chunks_in_leaf * kd_lanes * d)),
      rows(static_cast<std::size_t>(n_points)),
      columns(static_cast<std::size_t>(2 * n_leaves - 1)) {
  const Index capacity = chunks_a_leaf * kd_lanes;
  parallel_for(context, n_points, 4096, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      rows[static_cast<std::size_t>(i)] = static_cast<std::uint32_t>(i);
      std::copy_n(points.data() + i * points.outerStride(), d, chunks.data() + i * d);
    }
  });
  Rows table(chunks.data(), rows.data(), columns.data(), n_points, d, capacity);
  sort_into_leaves(table, n_leaves, context);
  // Leaf by leaf, rows become chunks in their own memory.
  parallel_for(context, n_leaves, 64, [&](Index begin, Index end) {
    std::vector<double> leaf(static_cast<std::size_t>(capacity * d));
    for (Index l = begin; l < end; ++l) {
      double* const values = chunks.data() + l * capacity * d;
      const Index n = std::min(capacity, n_points - l * capacity);
      std::copy_n(values, n * d, leaf.data());
      std::fill_n(values, capacity * d, std::numeric_limits<double>::infinity());
      for (Index i = 0; i < n; ++i)
        for (Index j = 0; j < d; ++j)
          values[(i / kd_lanes * d + j) * kd_lanes + i % kd_lanes] =
              leaf[static_cast<std::size_t>(i * d + j)];
    }
  });
}

int KdOrder::points_in_chunk(Index i) const {
  return static_cast<int>(std::min<Index>(kd_lanes, n_points - i * kd_lanes));
}

std::vector<float> bounding_boxes(const KdOrder& order, const Context& context) {
  const Index d = order.d;
  std::vector<float> boxes(static_cast<std::size_t>((2 * order.n_leaves - 1) * 2 * d));
  const auto box_of = [&](const Node& node) { return boxes.data() + node.id * 2 * d; };
  const auto bound_leaf = [&](const Node& leaf) {
    float* const box = box_of(leaf);
    const Index capacity = order.chunks_a_leaf * kd_lanes;
    const Index begin = leaf.first_leaf * capacity;
    const Index end = std::min(order.n_points, begin + capacity);
    for (Index j = 0; j < d; ++j) {
      double low = order.value(begin, j);
      double high = low;
      for (Index place = begin + 1; place < end; ++place) {
        low = std::min(low, order.value(place, j));
        high = std::max(high, order.value(place, j));
      }
      box[j] = round_down(low);
      box[d + j] = round_up(high);
    }
  };
  const auto join_children = [&](const Node& node) {
    float* const box = box_of(node);
    const float* const left = box_of(node.left());
    const float* const right = box_of(node.right());
    for (Index j = 0; j < d; ++j) {
      box[j] = std::min(left[j], right[j]);
      box[d + j] = std::max(left[d + j], right[d + j]);
    }
  };
  const auto bound_subtree = [&](const auto& self, const Node& node) -> void {
    if (node.is_leaf()) return bound_leaf(node);
    self(self, node.left());
    self(self, node.right());
    join_children(node);
  };
  std::vector<Node> top;
  const std::vector<Node> tasks = each_level(order.n_leaves, [&](const std::vector<Node>& level) {
    top.insert(top.end(), level.begin(), level.end());
  });
  parallel_for(context, static_cast<Index>(tasks.size()), 1, [&](Index i, Index) {
    bound_subtree(bound_subtree, tasks[static_cast<std::size_t>(i)]);
  });
  for (auto node = top.rbegin(); node != top.rend(); ++node) {
    if (node->is_leaf()) {
      bound_leaf(*node);
    } else {
      join_children(*node);
    }
  }
  return boxes;
}

}  // namespace grove
