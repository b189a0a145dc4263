#include "boosting/histogram.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"

namespace grove {

namespace {

constexpr Index rows_a_block = 8192;
constexpr Index cells_a_thread = 32768;  // that rows add to; fewer are not worth a second thread
constexpr Index groups_a_tile = 8;       // whose packed cells stay in the first cache
constexpr Index bytes_gathered = 16384;  // of rows copied side by side
constexpr Index most_gathered = 512;
constexpr Index rows_prefetched = 64;
constexpr double usual_rows_a_cell = 32768;

/// To the nearest whole number, ties to even, for |x| < 2^51: std::nearbyint without a call.
double whole(double x) {
  constexpr double shift = 0x1.8p52;
  return (x + shift) - shift;
}

/// What a scale has to cover.
struct Extent {
  double gradient = 0, hessian = 0, weight = 0, total_weight = 0;
  double least_hessian = std::numeric_limits<double>::max();
  bool usable = true;
  Index first_unusable = -1;
};

Extent extent_of(const RoundedGradients& sums, const double* weights,
                 const std::vector<std::uint32_t>* rows, const Context& context) {
  const Index n = rows != nullptr ? static_cast<Index>(rows->size()) : sums.n_rows;
  return parallel_reduce(
      context, n, rows_a_block, Extent{},
      [&](Index begin, Index end) {
        Extent part;
        for (Index k = begin; k < end; ++k) {
          const Index i = rows != nullptr ? (*rows)[static_cast<std::size_t>(k)] : k;
          const double g = std::abs(sums.gradients[i]), h = sums.hessians[i];
          if (!(g <= std::numeric_limits<double>::max() &&
                h <= std::numeric_limits<double>::max() && h >= 0) &&
              part.usable) {
            part.usable = false;
            part.first_unusable = i;
          }
          const double w = weights != nullptr ? weights[i] : 1;
          part.gradient = std::max(part.gradient, g);
          part.hessian = std::max(part.hessian, h);
          part.least_hessian = std::min(part.least_hessian, h);
          part.weight = std::max(part.weight, w);
          part.total_weight += w;
        }
        return part;
      },
      [](Extent& all, const Extent& part) {
        all.gradient = std::max(all.gradient, part.gradient);
        all.hessian = std::max(all.hessian, part.hessian);
        all.least_hessian = std::min(all.least_hessian, part.least_hessian);
        all.weight = std::max(all.weight, part.weight);
        all.total_weight += part.total_weight;
        if (all.usable && !part.usable) all.first_unusable = part.first_unusable;
        all.usable = all.usable && part.usable;
      });
}

/// Factors that turn real gradients, hessians and weights into the whole numbers that are summed.
struct Scales {
  double weight = 1;  // a power of two, 1 for weights of usual size
  double gradient = 1, hessian = 1;
  double packed_gradient = 1, packed_hessian = 1;
  double rows_a_cell = 1;
};

/// The power of two that brings numbers up to `largest` to whole numbers whose sum over
/// `total_weight` stays below 2^53.
double exact_factor(double largest, double total_weight) {
  if (!(largest > 0)) return 1;
  return std::ldexp(1.0, 50 - std::ilogb(total_weight) - std::ilogb(largest));
}

Scales scales_for(const Extent& extent) {
  Scales scales;
  const int magnitude = extent.weight > 0 ? std::ilogb(extent.weight) : 0;
  if (magnitude < 0 || magnitude > 20) scales.weight = std::ldexp(1.0, -magnitude);
  const double largest = extent.weight * scales.weight;
  const double total = std::max(extent.total_weight * scales.weight, 1.0);
  scales.gradient = exact_factor(extent.gradient, total);
  scales.hessian = exact_factor(extent.hessian, total);
  const auto power_above = [](double x) { return std::ldexp(1.0, std::ilogb(x) + 1); };
  const double cell =
      std::min(power_above(total), std::max(usual_rows_a_cell, power_above(1024 * largest)));
  scales.rows_a_cell = std::max(1.0, std::floor(cell / std::max(largest, 1.0)));
  // One less for what rounding adds.
  const double top = std::floor(2147483647.0 / cell) - 1;
  if (extent.gradient > 0) scales.packed_gradient = top / extent.gradient;
  if (extent.hessian > 0) scales.packed_hessian = (2 * top) / extent.hessian;
  return scales;
}

}  // namespace

void round_gradients(std::string_view who, const double* weights,
                     const std::vector<std::uint32_t>* rows, const Context& context,
                     RoundedGradients& sums) {
  double* const gradients = sums.gradients;
  double* const hessians = sums.hessians;
  const Extent extent = extent_of(sums, weights, rows, context);
  if (!extent.usable)
    throw InvalidData(concat(who, ": the gradient is ", gradients[extent.first_unusable],
                             " and the hessian ", hessians[extent.first_unusable], " at row ",
                             extent.first_unusable, "; both must be finite, the hessian >= 0"),
                      "the scores have grown beyond what the loss can take: lower learning_rate or "
                      "scale the target");
  const Scales scales = scales_for(extent);
  sums.weights = weights;
  sums.gradient_unit = 1 / (scales.gradient * scales.weight);
  sums.hessian_unit = 1 / (scales.hessian * scales.weight);
  sums.packed_gradient_unit = 1 / (scales.packed_gradient * scales.weight);
  sums.packed_hessian_unit = 1 / (scales.packed_hessian * scales.weight);
  sums.largest_weight = extent.weight;
  sums.rows_a_cell = static_cast<Index>(scales.rows_a_cell);
  sums.hessian_a_weight = std::nearbyint(extent.hessian * scales.packed_hessian) * scales.weight;
  sums.equal_hessians = weights == nullptr && extent.least_hessian == extent.hessian;
  sums.packed.resize(static_cast<std::size_t>(sums.n_rows));
  const Index n = rows != nullptr ? static_cast<Index>(rows->size()) : sums.n_rows;
  parallel_for(context, n, rows_a_block, [&](Index begin, Index end) {
    for (Index k = begin; k < end; ++k) {
      const Index i = rows != nullptr ? (*rows)[static_cast<std::size_t>(k)] : k;
      double g = whole(gradients[i] * scales.gradient);
      double h = whole(hessians[i] * scales.hessian);
      double packed_g = whole(gradients[i] * scales.packed_gradient);
      double packed_h = whole(hessians[i] * scales.packed_hessian);
      if (weights != nullptr) {
        const double w = weights[i] * scales.weight;
        g = whole(g * w);
        h = whole(h * w);
        packed_g = whole(packed_g * w);
        packed_h = whole(packed_h * w);
      }
      gradients[i] = g;
      hessians[i] = h;
      sums.packed[static_cast<std::size_t>(i)] =
          static_cast<std::int64_t>(packed_g) * (std::int64_t{1} << 32) +
          static_cast<std::int64_t>(packed_h);
    }
  });
}

ExactSums exact_sums(const RoundedGradients& sums, const std::uint32_t* rows, Index n) {
  ExactSums total;
  for (Index i = 0; i < n; ++i) total += {sums.gradients[rows[i]], sums.hessians[rows[i]]};
  return total;
}

HistogramBuilder::HistogramBuilder(const BinnedData& data, const RoundedGradients& sums,
                                   SpareCells& spare, const Context& context)
    : data_(data), sums_(sums), context_(context), spare_(spare) {
  // Groups do not begin at multiples of 4096 bytes of each other: equal bins would then wait for
  // each other in the store buffer.
  for (const int n_codes : data.group_codes) {
    offsets_.push_back(n_cells_);
    n_cells_ += static_cast<std::size_t>((n_codes + 3) / 4 * 4 + 4);
  }
}

namespace {

/// Adds the value of each row to its cell of `count` groups that lie side by side.
template <int count>
void accumulate_tile(const std::uint8_t* codes, Index stride, const std::int64_t* values, Index n,
                     const std::array<std::int64_t*, groups_a_tile>& cells) {
  for (Index i = 0; i < n; ++i) {
    std::uint64_t eight;
    std::memcpy(&eight, codes + i * stride, sizeof eight);
    const std::int64_t value = values[i];
    for (int g = 0; g < count; ++g)
      cells[static_cast<std::size_t>(g)][eight >> (8 * g) & 255] += value;
  }
}

using Tile = void (*)(const std::uint8_t*, Index, const std::int64_t*, Index,
                      const std::array<std::int64_t*, groups_a_tile>&);
constexpr std::array<Tile, 9> tiles{nullptr,
                                    accumulate_tile<1>,
                                    accumulate_tile<2>,
                                    accumulate_tile<3>,
                                    accumulate_tile<4>,
                                    accumulate_tile<5>,
                                    accumulate_tile<6>,
                                    accumulate_tile<7>,
                                    accumulate_tile<8>};

}  // namespace

void HistogramBuilder::accumulate(const std::uint8_t* codes, const std::int64_t* values, Index n,
                                  std::int64_t* cells) const {
  const Index n_groups = data_.n_groups();
  for (Index first = 0; first < n_groups; first += groups_a_tile) {
    const Index count = std::min(groups_a_tile, n_groups - first);
    std::array<std::int64_t*, groups_a_tile> of_group{};
    for (Index g = 0; g < count; ++g)
      of_group[static_cast<std::size_t>(g)] = cells + offset(static_cast<int>(first + g));
    tiles[static_cast<std::size_t>(count)](codes + first, data_.stride, values, n, of_group);
  }
}

void HistogramBuilder::add_rows(const std::uint32_t* rows, Index begin, Index end,
                                std::int64_t* cells, NodeSums& total) const {
  const Index stride = data_.stride;
  const Index step = std::clamp<Index>(bytes_gathered / stride, 32, most_gathered);
  std::vector<std::uint8_t> codes(rows != nullptr ? static_cast<std::size_t>(step * stride) : 0);
  std::array<std::int64_t, most_gathered> values;
  for (Index at = begin; at < end; at += step) {
    const Index n = std::min(step, end - at);
    if (rows != nullptr) {
      gather(rows + at, n, end - at, codes.data(), values.data());
      accumulate(codes.data(), values.data(), n, cells);
    } else {
      accumulate(data_.rows.data() + at * stride, sums_.packed.data() + at, n, cells);
    }
    const std::int64_t* added = rows != nullptr ? values.data() : sums_.packed.data() + at;
    PackedSums packed;
    for (Index i = 0; i < n; ++i) packed += unpack(added[i]);
    total.packed += packed;
  }
  total.weight += weight(rows, begin, end);
}

/// Copies the codes and packed gradients of `n` rows side by side; `n_ahead` row numbers can be
/// read.
void HistogramBuilder::gather(const std::uint32_t* rows, Index n, Index n_ahead,
                              std::uint8_t* codes, std::int64_t* values) const {
  const Index words = data_.stride / 8;
  for (Index i = 0; i < n; ++i) {
    const Index ahead = rows[std::min(i + rows_prefetched, n_ahead - 1)];
    __builtin_prefetch(data_.rows.data() + ahead * data_.stride);
    __builtin_prefetch(sums_.packed.data() + ahead);
    const Index row = rows[i];
    const std::uint8_t* const from = data_.rows.data() + row * data_.stride;
    std::uint8_t* const to = codes + i * data_.stride;
    for (Index word = 0; word < words; ++word) std::memcpy(to + 8 * word, from + 8 * word, 8);
    values[i] = sums_.packed[static_cast<std::size_t>(row)];
  }
}

double HistogramBuilder::weight(const std::uint32_t* rows, Index begin, Index end) const {
  if (sums_.weights == nullptr) return static_cast<double>(end - begin);
  double sum = 0;
  for (Index i = begin; i < end; ++i) sum += sums_.weights[rows != nullptr ? rows[i] : i];
  return sum;
}

void HistogramBuilder::build_part(const std::uint32_t* rows, Index begin, Index end,
                                  Part& part) const {
  std::vector<std::int64_t>& cells = part.histogram.packed;
  std::vector<PackedSums>& wide = part.histogram.wide;
  if (wide.empty()) {
    add_rows(rows, begin, end, cells.data(), part.total);
    return;
  }
  for (Index at = begin; at < end; at += sums_.rows_a_cell) {
    add_rows(rows, at, std::min(at + sums_.rows_a_cell, end), cells.data(), part.total);
    for (std::size_t c = 0; c < n_cells_; ++c) {
      wide[c] += unpack(cells[c]);
      cells[c] = 0;
    }
  }
}

namespace {

/// n zeros, in memory that is at hand if there is some.
template <class Cell>
std::vector<Cell> cleared(std::vector<std::vector<Cell>>& spare, std::size_t n) {
  std::vector<Cell> cells;
  if (!spare.empty()) {
    cells = std::move(spare.back());
    spare.pop_back();
  }
  cells.assign(n, Cell{});
  return cells;
}

}  // namespace

void HistogramBuilder::recycle(Histogram histogram) {
  if (!histogram.packed.empty()) spare_.packed.push_back(std::move(histogram.packed));
  if (!histogram.wide.empty()) spare_.wide.push_back(std::move(histogram.wide));
}

Histogram HistogramBuilder::build(const std::uint32_t* rows, Index n, NodeSums& total) {
  const bool packed = n <= sums_.rows_a_cell;
  const Index n_parts =
      std::clamp<Index>(n * data_.n_groups() / cells_a_thread, 1, n_threads(context_));
  std::vector<Part> parts(static_cast<std::size_t>(n_parts));
  for (Part& part : parts) {
    part.histogram.packed = cleared(spare_.packed, n_cells_);
    if (!packed) part.histogram.wide = cleared(spare_.wide, n_cells_);
  }
  parallel_for(context_, n_parts, 1, [&](Index p, Index) {
    build_part(rows, n * p / n_parts, n * (p + 1) / n_parts, parts[static_cast<std::size_t>(p)]);
  });
  Histogram result = std::move(parts.front().histogram);
  total = parts.front().total;
  for (std::size_t p = 1; p < parts.size(); ++p) {
    total += parts[p].total;
    Histogram& part = parts[p].histogram;
    for (std::size_t c = 0; c < n_cells_ && packed; ++c) result.packed[c] += part.packed[c];
    for (std::size_t c = 0; c < n_cells_ && !packed; ++c) result.wide[c] += part.wide[c];
    recycle(std::move(part));
  }
  if (!packed) {
    spare_.packed.push_back(std::move(result.packed));
    result.packed.clear();
  }
  return result;
}

Histogram HistogramBuilder::subtract(Histogram parent, const Histogram& child, Index n) {
  if (parent.is_packed()) {
    for (std::size_t c = 0; c < n_cells_; ++c) parent.packed[c] -= child.packed[c];
    return parent;
  }
  for (std::size_t c = 0; c < n_cells_; ++c) parent.wide[c] = parent.wide[c] - child.cell(c);
  if (n > sums_.rows_a_cell) return parent;
  Histogram packed;
  packed.packed = cleared(spare_.packed, n_cells_);
  for (std::size_t c = 0; c < n_cells_; ++c)
    packed.packed[c] = parent.wide[c].gradient * (std::int64_t{1} << 32) + parent.wide[c].hessian;
  recycle(std::move(parent));
  return packed;
}

}  // namespace grove
