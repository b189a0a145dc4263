#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"
#include "grove/model_selection/leak_guards.hpp"

namespace grove {

namespace {

using Ids = std::vector<Index>;

/// "3 of 150 test rows (2.0 %)"
std::string share_text(Index count, Index total) {
  const double percent = 100 * static_cast<double>(count) / static_cast<double>(total);
  return concat(count, " of ", total, " test rows (", fixed_text(percent, 1), " %)");
}

Index n_tests(const std::vector<Split>& splits) {
  std::size_t count = 0;
  for (const Split& split : splits) count += split.test.size();
  return static_cast<Index>(count);
}

void check_fitted_before(const Dataset& data, const std::vector<Split>& splits,
                         std::vector<Finding>& findings) {
  for (const DataStep& step : data.history()) {
    Index count = 0;
    for (const Split& split : splits)
      for (const Index row : split.test)
        count += step.fitted_on.contains(data.source(), data.source_row(row)) ? 1 : 0;
    if (count == 0) continue;
    findings.push_back(
        {step.used_target ? "G-LEAK-02" : "G-LEAK-01",
         concat(step.transformer, " was fitted on ", step.fitted_on.size(), " rows, among them ",
                share_text(count, n_tests(splits)), step.used_target ? ", with their targets" : "",
                ", before the data was split")});
  }
}

struct ColumnShape {
  bool scaled = false;   // mean 0
  double deviation = 0;  // n in the denominator
  bool unit = false;     // from 0 to 1
  bool ignored = false;  // categorical, of fewer than three values
};

ColumnShape shape_of(const Dataset& data, Index j) {
  constexpr double tolerance = 1e-4;  // files are often rounded
  constexpr double infinity = std::numeric_limits<double>::infinity();
  ColumnShape shape;
  double low = infinity, high = -infinity, sum = 0, n = 0;
  bool between = false;
  const auto present = [&](const std::function<void(double)>& use) {
    for (Index i = 0; i < data.n_rows(); ++i)
      if (!std::isnan(data.x()(i, j))) use(data.x()(i, j));
  };
  present([&](double value) {
    low = std::min(low, value);
    high = std::max(high, value);
    sum += value;
    ++n;
  });
  double squares = 0;
  present([&](double value) {
    between = between || (value > low && value < high);
    squares += (value - sum / n) * (value - sum / n);
  });
  shape.ignored =
      data.columns()[static_cast<std::size_t>(j)].kind == ColumnKind::categorical || !between;
  if (shape.ignored) return shape;
  shape.deviation = std::sqrt(squares / n);
  shape.scaled = std::abs(sum / n) < tolerance * shape.deviation;
  shape.unit = std::abs(low) < tolerance && std::abs(high - 1) < tolerance;
  return shape;
}

/// What scaled numbers look like that come without a history.
void check_looks_scaled(const Dataset& data, std::vector<Finding>& findings,
                        const Context& context) {
  constexpr Index least_rows = 20, least_columns = 2;
  if (!data.history().empty() || data.n_rows() < least_rows) return;
  std::vector<ColumnShape> shapes(static_cast<std::size_t>(data.n_columns()));
  parallel_for(context, data.n_columns(), 1, [&](Index begin, Index end) {
    for (Index j = begin; j < end; ++j) shapes[static_cast<std::size_t>(j)] = shape_of(data, j);
  });
  std::erase_if(shapes, [](const ColumnShape& shape) { return shape.ignored; });
  if (static_cast<Index>(shapes.size()) < least_columns) return;
  const double deviation = shapes.front().deviation;
  const bool scaled = std::all_of(shapes.begin(), shapes.end(), [&](const ColumnShape& shape) {
    return shape.scaled && std::abs(shape.deviation / deviation - 1) < 1e-3;
  });
  const bool unit = std::all_of(shapes.begin(), shapes.end(),
                                [](const ColumnShape& shape) { return shape.unit; });
  if (!scaled && !unit) return;
  findings.push_back(
      {"G-LEAK-01",
       concat("a guess: all ", shapes.size(), " numeric columns of more than two values have ",
              scaled ? concat("mean 0 and standard deviation ", fixed_text(deviation, 4))
                     : std::string("minimum 0 and maximum 1"),
              " over the whole data, as if scaled before the split")});
}

std::uint64_t mixed(std::uint64_t hash, double value) {
  const std::uint64_t bits = std::isnan(value)
                                 ? 0x7ff8000000000000
                                 : std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value);
  hash = (hash ^ bits) * 0x9e3779b97f4a7c15;
  return hash ^ (hash >> 29);
}

bool same_value(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

/// Equal rows get the same number, from 0 in the order in which they first appear.
template <class Hash, class Equal>
Ids numbered(Index n, const Hash& hash, const Equal& equal) {
  std::unordered_map<Index, Index, Hash, Equal> numbers(static_cast<std::size_t>(n), hash, equal);
  Ids ids;
  for (Index i = 0; i < n; ++i)
    ids.push_back(numbers.try_emplace(i, static_cast<Index>(numbers.size())).first->second);
  return ids;
}

Ids feature_ids(const Dataset& data, const Context& context) {
  const MatrixMap x = data.x();
  std::vector<std::uint64_t> hashes(static_cast<std::size_t>(data.n_rows()), 0);
  parallel_for(context, data.n_rows(), 1024, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i)
      for (Index j = 0; j < x.cols(); ++j)
        hashes[static_cast<std::size_t>(i)] = mixed(hashes[static_cast<std::size_t>(i)], x(i, j));
  });
  const auto hash = [&](Index i) { return hashes[static_cast<std::size_t>(i)]; };
  const auto equal = [&](Index a, Index b) {
    if (hash(a) != hash(b)) return false;
    for (Index j = 0; j < x.cols(); ++j)
      if (!same_value(x(a, j), x(b, j))) return false;
    return true;
  };
  return numbered(data.n_rows(), hash, equal);
}

/// The same of the rows with their targets.
Ids with_target(const Ids& features, const Dataset& data) {
  if (!data.has_labels() && !data.has_target()) return features;
  const auto target = [&](Index i) {
    return data.has_labels() ? static_cast<double>(data.labels()(i)) : data.target()(i);
  };
  const auto feature = [&](Index i) { return features[static_cast<std::size_t>(i)]; };
  const auto hash = [&](Index i) {
    return mixed(static_cast<std::uint64_t>(feature(i)) * 0x9e3779b97f4a7c15, target(i));
  };
  const auto equal = [&](Index a, Index b) {
    return feature(a) == feature(b) && target(a) == target(b);
  };
  return numbered(data.n_rows(), hash, equal);
}

/// Test rows whose number some training row of the fold has as well.
Index n_on_both_sides(const Ids& ids, const std::vector<Split>& splits) {
  std::vector<std::size_t> trained_in(ids.size(), 0);
  Index count = 0;
  for (std::size_t s = 0; s < splits.size(); ++s) {
    const auto seen = [&](Index row) -> std::size_t& {
      return trained_in[static_cast<std::size_t>(ids[static_cast<std::size_t>(row)])];
    };
    for (const Index row : splits[s].train) seen(row) = s + 1;
    for (const Index row : splits[s].test) count += seen(row) == s + 1 ? 1 : 0;
  }
  return count;
}

/// Whether equal rows can be a coincidence: where values are few, rows that differ in one column
/// alone are as common as equal ones; copies have no such near misses. Asks up to 2000 rows about
/// all others, O(n d).
bool twins_by_chance(const Dataset& data, const Ids& features, const Context& context) {
  const MatrixMap x = data.x();
  const Index n = data.n_rows();
  const Index n_asked = std::min<Index>(n, 2000);
  const auto asked = [&](Index k) { return k * n / n_asked; };
  const auto id = [&](Index row) { return features[static_cast<std::size_t>(row)]; };
  const auto part = [&](Index row, Index j) {
    return mixed(mixed(static_cast<std::uint64_t>(j) + 1, x(row, j)), 1.0);
  };
  std::vector<std::uint64_t> sums(static_cast<std::size_t>(n), 0);
  parallel_for(context, n, 1024, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i)
      for (Index j = 0; j < x.cols(); ++j) sums[static_cast<std::size_t>(i)] += part(i, j);
  });
  const auto without = [&](Index row, Index j) {
    return sums[static_cast<std::size_t>(row)] - part(row, j);
  };
  std::vector<std::vector<char>> near(static_cast<std::size_t>(x.cols()));
  parallel_for(context, x.cols(), 1, [&](Index begin, Index end) {
    for (Index j = begin; j < end; ++j) {
      std::unordered_multimap<std::uint64_t, Index> wanted;
      for (Index k = 0; k < n_asked; ++k) wanted.emplace(without(asked(k), j), k);
      std::vector<char>& found = near[static_cast<std::size_t>(j)];
      found.assign(static_cast<std::size_t>(n_asked), 0);
      for (Index i = 0; i < n; ++i) {
        const auto [first, last] = wanted.equal_range(without(i, j));
        for (auto it = first; it != last; ++it)
          if (id(asked(it->second)) != id(i)) found[static_cast<std::size_t>(it->second)] = 1;
      }
    }
  });
  std::vector<Index> n_equal(static_cast<std::size_t>(n), 0);
  for (const Index feature : features) ++n_equal[static_cast<std::size_t>(feature)];
  Index n_twins = 0, n_near = 0;
  for (Index k = 0; k < n_asked; ++k) {
    n_twins += n_equal[static_cast<std::size_t>(id(asked(k)))] > 1 ? 1 : 0;
    n_near += std::any_of(near.begin(), near.end(), [&](const std::vector<char>& found) {
      return found[static_cast<std::size_t>(k)] != 0;
    });
  }
  return n_near >= n_twins;
}

void check_twins(const Dataset& data, const std::vector<Split>& splits, double allowed,
                 std::vector<Finding>& findings, const Context& context) {
  const Ids features = feature_ids(data, context);
  const Index n_distinct = 1 + *std::max_element(features.begin(), features.end());
  if (n_distinct == data.n_rows()) return;
  const Index total = n_tests(splits);
  const Index same = n_on_both_sides(with_target(features, data), splits);
  if (static_cast<double>(same) < allowed * static_cast<double>(total) || same == 0) return;
  if (twins_by_chance(data, features, context)) return;
  const Index twins = n_on_both_sides(features, splits);
  findings.push_back(
      {"G-LEAK-06", concat(share_text(same, total),
                           " have an equal row with the same target among the training rows of "
                           "their fold, and ",
                           twins - same, " more one with another target")});
}

void check_groups(const Dataset& data, const std::vector<Split>& splits,
                  std::vector<Finding>& findings) {
  if (data.groups() == nullptr) return;
  const Labels& groups = *data.groups();
  const auto hash = [&](Index i) { return std::hash<int>()(groups(i)); };
  const auto equal = [&](Index a, Index b) { return groups(a) == groups(b); };
  const Ids ids = numbered(data.n_rows(), hash, equal);
  const Index count = n_on_both_sides(ids, splits);
  if (count == 0) return;
  findings.push_back(
      {"G-LEAK-07", concat(share_text(count, n_tests(splits)),
                           " are of a group that their fold trains on; there are ",
                           1 + *std::max_element(ids.begin(), ids.end()), " groups")});
}

bool names_time(const std::string& name) {
  static const std::unordered_set<std::string> words = {
      "time", "date", "datetime", "timestamp", "year", "month", "week", "day", "hour", "period"};
  std::string word;
  for (const char letter : name + "_") {
    const char lower = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
    if (lower >= 'a' && lower <= 'z') {
      word += lower;
    } else {
      if (words.count(word) > 0) return true;
      word.clear();
    }
  }
  return false;
}

bool rises(const MatrixMap& x, Index j) {
  for (Index i = 0; i < x.rows(); ++i)
    if (std::isnan(x(i, j)) || (i > 0 && !(x(i, j) > x(i - 1, j)))) return false;
  return x.rows() > 2;
}

/// The column that was named or that says by itself that it is the time; -1 if there is none.
Index time_column(const Dataset& data, const std::string& wanted) {
  std::vector<std::string> names;
  for (Index j = 0; j < data.n_columns(); ++j) {
    const Column& column = data.columns()[static_cast<std::size_t>(j)];
    names.push_back(printable(column.name));
    if (wanted.empty()
            ? column.kind == ColumnKind::numeric && names_time(column.name) && rises(data.x(), j)
            : column.name == wanted)
      return j;
  }
  if (!wanted.empty())
    throw InvalidParameter(concat("the time column '", printable(wanted), "' is not in the data",
                                  did_you_mean(wanted, names)),
                           concat("the data has ", join(names)));
  return -1;
}

void check_time(const Dataset& data, const std::vector<Split>& splits, const std::string& wanted,
                std::vector<Finding>& findings) {
  const Index j = time_column(data, wanted);
  if (j < 0) return;
  const Column& column = data.columns()[static_cast<std::size_t>(j)];
  const auto time = data.x().col(j);
  if (column.kind == ColumnKind::categorical || time.array().isNaN().any())
    throw InvalidParameter(
        concat("the time column '", printable(column.name), "' ",
               column.kind == ColumnKind::categorical ? "holds words" : "has missing values"),
        "write times as numbers that grow, as in 20240131 or seconds");
  Index count = 0;
  for (const Split& split : splits) {
    double latest = -std::numeric_limits<double>::infinity();
    for (const Index row : split.train) latest = std::max(latest, time(row));
    for (const Index row : split.test) count += time(row) < latest ? 1 : 0;
  }
  if (count == 0) return;
  findings.push_back(
      {"G-LEAK-08", concat(share_text(count, n_tests(splits)), " are earlier, by '",
                           printable(column.name), "', than rows that their fold trains on")});
}

}  // namespace

std::vector<Finding> fold_findings(const Dataset& data, const std::vector<Split>& splits,
                                   const FoldGuardOptions& options, const Context& context) {
  std::vector<Finding> findings;
  if (splits.empty() || data.n_rows() == 0) return findings;
  check_fitted_before(data, splits, findings);
  check_looks_scaled(data, findings, context);
  check_twins(data, splits, options.twin_share, findings, context);
  check_groups(data, splits, findings);
  check_time(data, splits, options.time_column, findings);
  return findings;
}

}  // namespace grove
