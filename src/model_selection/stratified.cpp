#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "grove/model_selection/splitter.hpp"
#include "model_selection/folds.hpp"

// Splitters that look at classes and groups.

namespace grove {

std::string StratifiedKFold::describe() const {
  return concat("StratifiedKFold(n_splits=", n_splits, ", shuffle=", flag_text(shuffle),
                ", seed=", seed, ")");
}

std::vector<Split> StratifiedKFold::split(const Dataset& data) const {
  constexpr std::string_view who = "StratifiedKFold";
  const Labels& labels = data.labels();
  const Index n = data.n_rows();
  check_n_splits(who, n_splits, n, "rows");
  // Classes are dealt in the order of their first rows, as scikit-learn does.
  std::vector<std::vector<Index>> rows_of_class;
  std::vector<int> place(static_cast<std::size_t>(data.n_classes()), -1);
  for (Index i = 0; i < n; ++i) {
    int& at = place[static_cast<std::size_t>(labels(i))];
    if (at < 0) {
      at = static_cast<int>(rows_of_class.size());
      rows_of_class.emplace_back();
    }
    rows_of_class[static_cast<std::size_t>(at)].push_back(i);
  }
  std::size_t largest = 0;
  for (const auto& rows : rows_of_class) largest = std::max(largest, rows.size());
  if (largest < static_cast<std::size_t>(n_splits))
    throw InvalidData(
        concat(who, ": n_splits = ", n_splits, ", but no class has more than ", largest, " rows"),
        "use fewer splits, or KFold");
  std::vector<int> fold_of_row(static_cast<std::size_t>(n));
  Rng rng(seed);
  Index offset = 0;  // of the class in the rows sorted by class
  for (std::vector<Index>& rows : rows_of_class) {
    const auto size = static_cast<Index>(rows.size());
    std::vector<int> folds;
    for (int fold = 0; fold < n_splits; ++fold) {
      // Sorted positions fold, fold + n_splits, ... that fall into this class.
      const Index first = (fold - offset % n_splits + n_splits) % n_splits;
      const Index count = first < size ? (size - first - 1) / n_splits + 1 : 0;
      folds.insert(folds.end(), static_cast<std::size_t>(count), fold);
    }
    if (shuffle) rng.shuffle(folds);
    for (std::size_t i = 0; i < rows.size(); ++i)
      fold_of_row[static_cast<std::size_t>(rows[i])] = folds[i];
    offset += size;
  }
  return splits_from_folds(fold_of_row, n_splits, 0);
}

namespace {

/// Groups numbered in ascending order of their value.
struct Grouping {
  std::vector<std::size_t> group_of_row;
  std::vector<Index> sizes;
};

Grouping grouping_of(std::string_view who, const Dataset& data) {
  if (data.groups() == nullptr)
    throw InvalidData(concat(who, " needs groups, but the data set has none"),
                      "use with_groups, or name the groups column when reading the data");
  const Labels& groups = *data.groups();
  std::map<int, std::size_t> numbers;
  for (Index i = 0; i < groups.size(); ++i) numbers.emplace(groups(i), 0);
  std::size_t next = 0;
  for (auto& [value, number] : numbers) number = next++;
  Grouping result;
  result.sizes.resize(next);
  for (Index i = 0; i < groups.size(); ++i) {
    result.group_of_row.push_back(numbers[groups(i)]);
    ++result.sizes[result.group_of_row.back()];
  }
  return result;
}

std::vector<Split> splits_of_groups(const Grouping& grouping, const std::vector<int>& fold_of_group,
                                    int n_splits) {
  std::vector<int> fold_of_row;
  for (const std::size_t group : grouping.group_of_row) fold_of_row.push_back(fold_of_group[group]);
  return splits_from_folds(fold_of_row, n_splits, 0);
}

}  // namespace

std::string GroupKFold::describe() const { return concat("GroupKFold(n_splits=", n_splits, ")"); }

std::vector<Split> GroupKFold::split(const Dataset& data) const {
  const Grouping grouping = grouping_of("GroupKFold", data);
  const std::size_t n_groups = grouping.sizes.size();
  check_n_splits("GroupKFold", n_splits, static_cast<Index>(n_groups), "groups");
  std::vector<std::size_t> order(n_groups);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return grouping.sizes[a] < grouping.sizes[b];
  });
  std::reverse(order.begin(), order.end());
  std::vector<Index> weight(static_cast<std::size_t>(n_splits), 0);
  std::vector<int> fold_of_group(n_groups);
  for (const std::size_t group : order) {
    const auto lightest = std::min_element(weight.begin(), weight.end());
    *lightest += grouping.sizes[group];
    fold_of_group[group] = static_cast<int>(lightest - weight.begin());
  }
  return splits_of_groups(grouping, fold_of_group, n_splits);
}

std::string StratifiedGroupKFold::describe() const {
  return concat("StratifiedGroupKFold(n_splits=", n_splits, ", shuffle=", flag_text(shuffle),
                ", seed=", seed, ")");
}

namespace {

/// One term after the other: nearly equal folds are told apart by the last bits, as in
/// scikit-learn.
double standard_deviation(const Eigen::Ref<const Vector>& values) {
  double sum = 0;
  for (Index i = 0; i < values.size(); ++i) sum += values(i);
  const double mean = sum / static_cast<double>(values.size());
  double squares = 0;
  for (Index i = 0; i < values.size(); ++i) squares += (values(i) - mean) * (values(i) - mean);
  return std::sqrt(squares / static_cast<double>(values.size()));
}

/// How uneven the class shares of the folds are if `counts` joins `fold`: the mean over classes of
/// the standard deviation over folds.
double unevenness(Matrix& of_fold, Index fold, const Vector& counts, const Vector& totals) {
  of_fold.row(fold) += counts.transpose();
  double sum = 0;
  Index n_present = 0;
  for (Index k = 0; k < totals.size(); ++k) {
    if (totals(k) == 0) continue;
    sum += standard_deviation(of_fold.col(k) / totals(k));
    ++n_present;
  }
  of_fold.row(fold) -= counts.transpose();
  return sum / static_cast<double>(n_present);
}

}  // namespace

std::vector<Split> StratifiedGroupKFold::split(const Dataset& data) const {
  constexpr std::string_view who = "StratifiedGroupKFold";
  const Labels& labels = data.labels();
  const Grouping grouping = grouping_of(who, data);
  const std::size_t n_groups = grouping.sizes.size();
  check_n_splits(who, n_splits, static_cast<Index>(n_groups), "groups");
  Matrix of_group = Matrix::Zero(static_cast<Index>(n_groups), data.n_classes());
  for (Index i = 0; i < data.n_rows(); ++i)
    of_group(static_cast<Index>(grouping.group_of_row[static_cast<std::size_t>(i)]), labels(i)) +=
        1;
  const Vector totals = of_group.colwise().sum();
  std::vector<std::size_t> order(n_groups);
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (shuffle) Rng(seed).shuffle(order);
  std::vector<double> spread;
  for (std::size_t g = 0; g < n_groups; ++g)
    spread.push_back(standard_deviation(of_group.row(static_cast<Index>(g)).transpose()));
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return spread[a] > spread[b]; });
  Matrix of_fold = Matrix::Zero(n_splits, data.n_classes());
  std::vector<int> fold_of_group(n_groups);
  for (const std::size_t group : order) {
    const Vector counts = of_group.row(static_cast<Index>(group)).transpose();
    double best = std::numeric_limits<double>::infinity();
    Index chosen = 0;
    for (Index fold = 0; fold < n_splits; ++fold) {
      const double value = unevenness(of_fold, fold, counts, totals);
      // Nearly equal: the fold with fewer rows.
      const bool close = std::abs(value - best) <= 1e-8 + 1e-5 * std::abs(best);
      if (value < best || (close && of_fold.row(fold).sum() < of_fold.row(chosen).sum())) {
        best = value;
        chosen = fold;
      }
    }
    of_fold.row(chosen) += counts.transpose();
    fold_of_group[group] = static_cast<int>(chosen);
  }
  return splits_of_groups(grouping, fold_of_group, n_splits);
}

}  // namespace grove
