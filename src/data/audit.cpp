#include "grove/data/audit.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "core/text.hpp"
#include "grove/core/parallel.hpp"

namespace grove {

namespace {

constexpr Index least_rows_for_ids = 20;

/// Equal bits for equal values: -0.0 is 0.0 and all NaN are one.
std::uint64_t bits_of(double value) {
  if (std::isnan(value)) return 0x7ff8000000000000;
  return std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value);
}

std::uint64_t mixed(std::uint64_t hash, std::uint64_t bits) {
  hash = (hash ^ bits) * 0x9e3779b97f4a7c15;
  return hash ^ (hash >> 29);
}

/// What one pass over a sorted column tells.
struct ColumnAudit {
  Index n_present = 0;
  Index n_distinct = 0;
  bool id_like = false;
  double leak = 0;  // share of the rows, or of the variance, that it alone predicts
  std::uint64_t hash = 0;
};

using Sorted = std::vector<std::pair<double, Index>>;  // present values and their rows

Sorted sorted_column(const MatrixMap& x, Index j) {
  Sorted values;
  values.reserve(static_cast<std::size_t>(x.rows()));
  for (Index i = 0; i < x.rows(); ++i)
    if (!std::isnan(x(i, j))) values.emplace_back(x(i, j), i);
  std::sort(values.begin(), values.end());
  return values;
}

struct Segment {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t cut = 0;
  double gain = 0;  // of the best cut, 0 if there is none
};

class OneColumnTree {
 public:
  OneColumnTree(const Sorted& values, const Labels& codes, Index n_classes)
      : values_(values), codes_(codes), n_classes_(static_cast<std::size_t>(n_classes)) {}

  /// Rows that are right with at most `n_leaves` intervals of the column.
  Index hits(std::size_t n_leaves) const {
    std::vector<Segment> segments = {best_cut(0, values_.size())};
    while (segments.size() < n_leaves) {
      const auto best =
          std::max_element(segments.begin(), segments.end(),
                           [](const Segment& a, const Segment& b) { return a.gain < b.gain; });
      if (best->gain <= 0) break;
      const Segment split = *best;
      *best = best_cut(split.begin, split.cut);
      segments.push_back(best_cut(split.cut, split.end));
    }
    Index hits = 0;
    for (const Segment& segment : segments) {
      const std::vector<double> counts = counts_of(segment.begin, segment.end);
      hits += static_cast<Index>(*std::max_element(counts.begin(), counts.end()));
    }
    return hits;
  }

 private:
  std::vector<double> counts_of(std::size_t begin, std::size_t end) const {
    std::vector<double> counts(n_classes_, 0);
    for (std::size_t i = begin; i < end; ++i)
      ++counts[static_cast<std::size_t>(codes_(values_[i].second))];
    return counts;
  }

  /// The cut between different values that lowers the Gini impurity most.
  Segment best_cut(std::size_t begin, std::size_t end) const {
    Segment segment{begin, end, begin, 0};
    std::vector<double> right = counts_of(begin, end);
    std::vector<double> left(n_classes_, 0);
    double left_squares = 0;
    double right_squares = 0;
    for (const double count : right) right_squares += count * count;
    const double whole = end > begin ? right_squares / static_cast<double>(end - begin) : 0;
    for (std::size_t i = begin; i + 1 < end; ++i) {
      const auto code = static_cast<std::size_t>(codes_(values_[i].second));
      left_squares += 2 * left[code] + 1;
      right_squares -= 2 * right[code] - 1;
      ++left[code];
      --right[code];
      if (values_[i].first == values_[i + 1].first) continue;
      const double gain = left_squares / static_cast<double>(i + 1 - begin) +
                          right_squares / static_cast<double>(end - i - 1) - whole;
      if (gain > segment.gain + 1e-9) {
        segment.gain = gain;
        segment.cut = i + 1;
      }
    }
    return segment;
  }

  const Sorted& values_;
  const Labels& codes_;
  std::size_t n_classes_;
};

double share_by_category(const Sorted& values, const Labels& codes, Index n_classes) {
  Index hits = 0;
  for (std::size_t i = 0; i < values.size();) {
    std::vector<Index> counts(static_cast<std::size_t>(n_classes), 0);
    const double value = values[i].first;
    for (; i < values.size() && values[i].first == value; ++i)
      ++counts[static_cast<std::size_t>(codes(values[i].second))];
    hits += *std::max_element(counts.begin(), counts.end());
  }
  return static_cast<double>(hits);
}

double squared_correlation(const Sorted& values, const Vector& target) {
  const auto n = static_cast<double>(values.size());
  double mean_x = 0;
  double mean_y = 0;
  for (const auto& [value, row] : values) {
    mean_x += value / n;
    mean_y += target(row) / n;
  }
  double xx = 0;
  double yy = 0;
  double xy = 0;
  for (const auto& [value, row] : values) {
    xx += (value - mean_x) * (value - mean_x);
    yy += (target(row) - mean_y) * (target(row) - mean_y);
    xy += (value - mean_x) * (target(row) - mean_y);
  }
  return xx > 0 && yy > 0 ? xy / xx * (xy / yy) : 0;
}

double leak_of(const Dataset& data, const Column& column, const Sorted& values, Index n_distinct) {
  const auto n = static_cast<double>(data.n_rows());
  const bool names = column.kind == ColumnKind::categorical;
  if (values.size() < static_cast<std::size_t>(least_rows_for_ids) || n_distinct < 2) return 0;
  if (data.has_target())
    return names ? 0
                 : squared_correlation(values, data.target()) * static_cast<double>(values.size()) /
                       n;
  if (!data.has_labels() || data.n_classes() < 2) return 0;
  if (names) {
    // A name per few rows predicts the rows that it was counted on, and nothing else.
    return n_distinct * 10 > data.n_rows()
               ? 0
               : share_by_category(values, data.labels(), data.n_classes()) / n;
  }
  const OneColumnTree tree(values, data.labels(), data.n_classes());
  return static_cast<double>(tree.hits(static_cast<std::size_t>(data.n_classes()))) / n;
}

bool is_id_like(const Column& column, const Sorted& values, Index n_distinct) {
  const auto n = static_cast<Index>(values.size());
  if (n < least_rows_for_ids || n_distinct != n) return false;
  if (column.kind == ColumnKind::categorical) return true;
  // Whole numbers without a gap.
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i].first != values[0].first + static_cast<double>(i)) return false;
  return values[0].first == std::floor(values[0].first);
}

ColumnAudit audit_column(const Dataset& data, Index j) {
  const MatrixMap x = data.x();
  const Column& column = data.columns()[static_cast<std::size_t>(j)];
  ColumnAudit result;
  for (Index i = 0; i < x.rows(); ++i) result.hash = mixed(result.hash, bits_of(x(i, j)));
  const Sorted values = sorted_column(x, j);
  result.n_present = static_cast<Index>(values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    result.n_distinct += i == 0 || values[i].first != values[i - 1].first ? 1 : 0;
  result.id_like = is_id_like(column, values, result.n_distinct);
  result.leak = leak_of(data, column, values, result.n_distinct);
  return result;
}

bool same_column(const Dataset& data, Index a, Index b) {
  if (data.columns()[static_cast<std::size_t>(a)].categories !=
      data.columns()[static_cast<std::size_t>(b)].categories)
    return false;
  for (Index i = 0; i < data.n_rows(); ++i)
    if (bits_of(data.x()(i, a)) != bits_of(data.x()(i, b))) return false;
  return true;
}

bool same_row(const MatrixMap& x, Index a, Index b) {
  for (Index j = 0; j < x.cols(); ++j)
    if (bits_of(x(a, j)) != bits_of(x(b, j))) return false;
  return true;
}

bool same_target(const Dataset& data, Index a, Index b) {
  if (data.has_labels()) return data.labels()(a) == data.labels()(b);
  if (data.has_target()) return data.target()(a) == data.target()(b);
  return true;
}

struct RowAudit {
  Index n_repeats = 0;         // rows equal to an earlier one, target included
  Index n_contradictions = 0;  // rows whose features occur with different classes
  Index first_repeat = -1;
  Index first_of_it = -1;
};

/// Rows of equal features next to each other, in row order within.
std::vector<Index> rows_by_features(const MatrixMap& x, const std::vector<std::uint64_t>& hashes) {
  std::vector<Index> rows(hashes.size());
  std::iota(rows.begin(), rows.end(), Index{0});
  std::sort(rows.begin(), rows.end(), [&](Index a, Index b) {
    const std::uint64_t hash_a = hashes[static_cast<std::size_t>(a)];
    const std::uint64_t hash_b = hashes[static_cast<std::size_t>(b)];
    if (hash_a != hash_b) return hash_a < hash_b;
    for (Index j = 0; j < x.cols(); ++j)
      if (bits_of(x(a, j)) != bits_of(x(b, j))) return bits_of(x(a, j)) < bits_of(x(b, j));
    return a < b;
  });
  return rows;
}

void audit_group(const Dataset& data, const std::vector<Index>& rows, std::size_t begin,
                 std::size_t end, RowAudit& result) {
  bool contradicts = false;
  std::vector<Index> kinds;  // the first row of each target
  for (std::size_t i = begin; i < end; ++i) {
    const auto same = std::find_if(kinds.begin(), kinds.end(),
                                   [&](Index row) { return same_target(data, row, rows[i]); });
    if (same == kinds.end()) {
      // Real targets differ by noise; only the first few are told apart.
      if (kinds.size() < 64) kinds.push_back(rows[i]);
      contradicts = contradicts || kinds.size() > 1;
      continue;
    }
    ++result.n_repeats;
    if (result.first_repeat < 0 || rows[i] < result.first_repeat) {
      result.first_repeat = rows[i];
      result.first_of_it = *same;
    }
  }
  if (contradicts && data.has_labels()) result.n_contradictions += static_cast<Index>(end - begin);
}

RowAudit audit_rows(const Dataset& data, const Context& context) {
  const MatrixMap x = data.x();
  std::vector<std::uint64_t> hashes(static_cast<std::size_t>(data.n_rows()), 0);
  parallel_for(context, data.n_rows(), 4096, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i)
      for (Index j = 0; j < x.cols(); ++j) {
        std::uint64_t& hash = hashes[static_cast<std::size_t>(i)];
        hash = mixed(hash, bits_of(x(i, j)));
      }
  });
  const std::vector<Index> rows = rows_by_features(x, hashes);
  RowAudit result;
  for (std::size_t begin = 0; begin < rows.size();) {
    std::size_t end = begin + 1;
    while (end < rows.size() && same_row(x, rows[begin], rows[end])) ++end;
    if (end - begin > 1) audit_group(data, rows, begin, end, result);
    begin = end;
  }
  return result;
}

double majority_share(const Dataset& data) {
  if (!data.has_labels() || data.n_rows() == 0) return 0;
  std::vector<Index> counts(static_cast<std::size_t>(data.n_classes()), 0);
  for (const int code : data.labels()) ++counts[static_cast<std::size_t>(code)];
  return static_cast<double>(*std::max_element(counts.begin(), counts.end())) /
         static_cast<double>(data.n_rows());
}

class Findings {
 public:
  Findings(const Dataset& data, const AuditOptions& options) : data_(data), options_(options) {}

  void columns(const std::vector<ColumnAudit>& columns) {
    for (Index j = 0; j < data_.n_columns(); ++j) {
      if (at(columns, j).n_present > 0 && at(columns, j).n_distinct == 1)
        add("constant_column", concat("column ", name(j), " has one value only: leave it out"));
    }
    for (Index j = 0; j < data_.n_columns(); ++j)
      if (at(columns, j).n_present == 0)
        add("empty_column", concat("column ", name(j), " has no value at all: leave it out"));
    for (Index j = 0; j < data_.n_columns(); ++j)
      for (Index i = 0; i < j; ++i)
        if (at(columns, i).hash == at(columns, j).hash && at(columns, j).n_distinct > 1 &&
            same_column(data_, i, j)) {
          add("duplicate_column",
              concat("columns ", name(i), " and ", name(j), " hold the same values"));
          break;
        }
    for (Index j = 0; j < data_.n_columns(); ++j)
      if (at(columns, j).id_like)
        add("id_like_column", concat("column ", name(j),
                                     " has another value in every row, as an "
                                     "identifier has: leave it out"));
    for (Index j = 0; j < data_.n_columns(); ++j) leak(at(columns, j), j);
  }

  void rows(const RowAudit& rows) {
    if (rows.n_repeats > 0)
      add("duplicate_rows",
          concat(rows.n_repeats, rows.n_repeats == 1 ? " row repeats" : " rows repeat",
                 " an earlier one (row ", rows.first_repeat, " equals row ", rows.first_of_it,
                 "): they may fall into both sides of a split"));
    if (rows.n_contradictions > 0)
      add("contradicting_rows",
          concat(rows.n_contradictions,
                 " rows have equal features and different classes: no model can "
                 "get all of them right"));
  }

  void classes() {
    if (!data_.has_labels()) return;
    std::vector<Index> counts(static_cast<std::size_t>(data_.n_classes()), 0);
    for (const int code : data_.labels()) ++counts[static_cast<std::size_t>(code)];
    for (std::size_t k = 0; k < counts.size(); ++k)
      if (counts[k] < options_.n_folds)
        add("small_class",
            concat("class '", printable(data_.class_names()[k]), "' has ", counts[k],
                   counts[k] == 1 ? " row" : " rows", ", fewer than ", options_.n_folds, " folds"));
  }

  std::vector<Finding> take() { return std::move(findings_); }

 private:
  static const ColumnAudit& at(const std::vector<ColumnAudit>& columns, Index j) {
    return columns[static_cast<std::size_t>(j)];
  }
  std::string name(Index j) const {
    return concat("'", printable(data_.columns()[static_cast<std::size_t>(j)].name), "'");
  }
  void add(std::string code, std::string text) {
    findings_.push_back({std::move(code), std::move(text)});
  }
  void leak(const ColumnAudit& column, Index j) {
    // Where nearly all rows are of one class, every column "predicts" nearly all of them.
    if (column.leak < options_.leak_share || 1 - column.leak > 0.2 * (1 - majority_share(data_)))
      return;
    add("leaking_column",
        concat("column ", name(j), " alone predicts ",
               number_text(std::floor(column.leak * 1000) / 10),
               data_.has_labels() ? " % of the rows" : " % of the target's variance",
               ": is it known before the target is?"));
  }

  const Dataset& data_;
  const AuditOptions& options_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> audit(const Dataset& data, const AuditOptions& options,
                           const Context& context) {
  std::vector<ColumnAudit> columns(static_cast<std::size_t>(data.n_columns()));
  parallel_for(context, data.n_columns(), 1, [&](Index begin, Index end) {
    for (Index j = begin; j < end; ++j) {
      context.check_stop("audit");
      columns[static_cast<std::size_t>(j)] = audit_column(data, j);
    }
  });
  Findings findings(data, options);
  findings.columns(columns);
  if (data.n_columns() > 0) findings.rows(audit_rows(data, context));
  findings.classes();
  return findings.take();
}

}  // namespace grove
