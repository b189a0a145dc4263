#include "grove/model_selection/splitter.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/sha256.hpp"
#include "core/text.hpp"
#include "data/class_shares.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "model_selection/folds.hpp"

namespace grove {

std::vector<Split> splits_from_folds(const std::vector<int>& fold_of_row, int n_folds, int repeat) {
  std::vector<Split> splits(static_cast<std::size_t>(n_folds));
  for (int fold = 0; fold < n_folds; ++fold) {
    Split& split = splits[static_cast<std::size_t>(fold)];
    split.repeat = repeat;
    split.fold = fold;
    for (std::size_t row = 0; row < fold_of_row.size(); ++row)
      (fold_of_row[row] == fold ? split.test : split.train).push_back(static_cast<Index>(row));
  }
  return splits;
}

void check_n_splits(std::string_view who, int n_splits, Index n, std::string_view of_what) {
  if (n_splits < 2) throw InvalidParameter(concat(who, ": n_splits must be >= 2, got ", n_splits));
  if (n_splits > n)
    throw InvalidData(
        concat(who, ": n_splits = ", n_splits, ", but there are only ", n, " ", of_what),
        n < 2 ? std::string("at least 2 are needed") : concat("use at most ", n, " splits"));
}

std::string flag_text(bool value) { return value ? "true" : "false"; }

std::string KFold::describe() const {
  return concat("KFold(n_splits=", n_splits, ", shuffle=", flag_text(shuffle), ", seed=", seed,
                ")");
}

namespace {

std::vector<int> k_folds(const KFold& options, Index n) {
  check_n_splits("KFold", options.n_splits, n, "rows");
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  if (options.shuffle) order = Rng(options.seed).permutation(n);
  std::vector<int> fold_of_row(static_cast<std::size_t>(n));
  Index next = 0;
  for (int fold = 0; fold < options.n_splits; ++fold) {
    const Index size = n / options.n_splits + (fold < n % options.n_splits ? 1 : 0);
    for (Index i = 0; i < size; ++i)
      fold_of_row[static_cast<std::size_t>(order[static_cast<std::size_t>(next++)])] = fold;
  }
  return fold_of_row;
}

}  // namespace

std::vector<Split> KFold::split(const Dataset& data) const {
  return splits_from_folds(k_folds(*this, data.n_rows()), n_splits, 0);
}

std::string RepeatedKFold::describe() const {
  return concat("RepeatedKFold(n_splits=", n_splits, ", n_repeats=", n_repeats, ", seed=", seed,
                ")");
}

namespace {

/// The stream of repeat r: the first repeat is the plain shuffled splitter.
std::uint64_t seed_of_repeat(std::uint64_t seed, int repeat) {
  return repeat == 0 ? seed : Rng(seed).split(static_cast<std::uint64_t>(repeat))();
}

template <class Once>
std::vector<Split> repeated(std::string_view who, int n_repeats, const Once& once) {
  if (n_repeats < 1)
    throw InvalidParameter(concat(who, ": n_repeats must be >= 1, got ", n_repeats));
  std::vector<Split> all;
  for (int repeat = 0; repeat < n_repeats; ++repeat)
    for (Split& split : once(repeat)) {
      split.repeat = repeat;
      all.push_back(std::move(split));
    }
  return all;
}

}  // namespace

std::vector<Split> RepeatedKFold::split(const Dataset& data) const {
  return repeated("RepeatedKFold", n_repeats, [&](int repeat) {
    return KFold{n_splits, true, seed_of_repeat(seed, repeat)}.split(data);
  });
}

std::string RepeatedStratifiedKFold::describe() const {
  return concat("RepeatedStratifiedKFold(n_splits=", n_splits, ", n_repeats=", n_repeats,
                ", seed=", seed, ")");
}

std::vector<Split> RepeatedStratifiedKFold::split(const Dataset& data) const {
  return repeated("RepeatedStratifiedKFold", n_repeats, [&](int repeat) {
    return StratifiedKFold{n_splits, true, seed_of_repeat(seed, repeat)}.split(data);
  });
}

namespace {

Index part_size(std::string_view who, std::string_view name, double share, Index n, bool up) {
  if (!(share > 0 && share < 1))
    throw InvalidParameter(concat(who, ": ", name, " must be in (0, 1), got ", share));
  const double exact = share * static_cast<double>(n);
  return static_cast<Index>(up ? std::ceil(exact) : std::floor(exact));
}

struct Sizes {
  Index train, test;
};

Sizes shuffle_sizes(std::string_view who, double test_size, std::optional<double> train_size,
                    Index n) {
  const Index test = part_size(who, "test_size", test_size, n, true);
  const Index train = train_size ? part_size(who, "train_size", *train_size, n, false) : n - test;
  if (train < 1 || test < 1 || train + test > n)
    throw InvalidData(concat(who, ": ", n, " rows cannot give ", train, " for training and ", test,
                             " for testing"));
  return {train, test};
}

}  // namespace

std::string ShuffleSplit::describe() const {
  return concat("ShuffleSplit(n_splits=", n_splits, ", test_size=", test_size, ", seed=", seed,
                ")");
}

std::vector<Split> ShuffleSplit::split(const Dataset& data) const {
  if (n_splits < 1)
    throw InvalidParameter(concat("ShuffleSplit: n_splits must be >= 1, got ", n_splits));
  const Sizes sizes = shuffle_sizes("ShuffleSplit", test_size, train_size, data.n_rows());
  std::vector<Split> splits;
  for (int i = 0; i < n_splits; ++i) {
    const std::vector<Index> order =
        Rng(seed).split(static_cast<std::uint64_t>(i)).permutation(data.n_rows());
    Split split;
    split.fold = i;
    split.test.assign(order.begin(), order.begin() + sizes.test);
    split.train.assign(order.begin() + sizes.test, order.begin() + sizes.test + sizes.train);
    splits.push_back(std::move(split));
  }
  return splits;
}

std::string StratifiedShuffleSplit::describe() const {
  return concat("StratifiedShuffleSplit(n_splits=", n_splits, ", test_size=", test_size,
                ", seed=", seed, ")");
}

std::vector<Split> StratifiedShuffleSplit::split(const Dataset& data) const {
  constexpr std::string_view who = "StratifiedShuffleSplit";
  if (n_splits < 1) throw InvalidParameter(concat(who, ": n_splits must be >= 1, got ", n_splits));
  const Sizes sizes = shuffle_sizes(who, test_size, train_size, data.n_rows());
  std::vector<std::vector<Index>> rows_of_class(static_cast<std::size_t>(data.n_classes()));
  for (Index i = 0; i < data.n_rows(); ++i)
    rows_of_class[static_cast<std::size_t>(data.labels()(i))].push_back(i);
  std::vector<Index> counts;
  for (const auto& rows : rows_of_class) counts.push_back(static_cast<Index>(rows.size()));
  const std::vector<Index> test_counts = proportional_shares(counts, sizes.test);
  std::vector<Index> left = counts;
  for (std::size_t k = 0; k < left.size(); ++k) left[k] -= test_counts[k];
  const std::vector<Index> train_counts = proportional_shares(left, sizes.train);
  std::vector<Split> splits;
  for (int i = 0; i < n_splits; ++i) {
    Rng rng = Rng(seed).split(static_cast<std::uint64_t>(i));
    Split split;
    split.fold = i;
    for (std::size_t k = 0; k < counts.size(); ++k) {
      std::vector<Index> rows = rows_of_class[k];
      rng.shuffle(rows);
      split.test.insert(split.test.end(), rows.begin(), rows.begin() + test_counts[k]);
      split.train.insert(split.train.end(), rows.begin() + test_counts[k],
                         rows.begin() + test_counts[k] + train_counts[k]);
    }
    rng.shuffle(split.train);
    rng.shuffle(split.test);
    splits.push_back(std::move(split));
  }
  return splits;
}

std::string TimeSeriesSplit::describe() const {
  return concat("TimeSeriesSplit(n_splits=", n_splits, ", gap=", gap, ")");
}

std::vector<Split> TimeSeriesSplit::split(const Dataset& data) const {
  const Index n = data.n_rows();
  check_n_splits("TimeSeriesSplit", n_splits, n - 1, "rows after the first");
  const Index size = test_size.value_or(n / (n_splits + 1));
  if (gap < 0 || size < 1 || n - gap - size * n_splits < 1)
    throw InvalidData(concat("TimeSeriesSplit: ", n, " rows are too few for ", n_splits,
                             " tests of ", size, " rows with a gap of ", gap));
  std::vector<Split> splits;
  for (int fold = 0; fold < n_splits; ++fold) {
    const Index begin = n - (n_splits - fold) * size;
    const Index train_end = begin - gap;
    const Index train_begin = max_train_size ? std::max<Index>(0, train_end - *max_train_size) : 0;
    Split split;
    split.fold = fold;
    for (Index i = train_begin; i < train_end; ++i) split.train.push_back(i);
    for (Index i = begin; i < begin + size; ++i) split.test.push_back(i);
    splits.push_back(std::move(split));
  }
  return splits;
}

std::string LeaveOneOut::describe() const { return "LeaveOneOut()"; }

std::vector<Split> LeaveOneOut::split(const Dataset& data) const {
  if (data.n_rows() < 2)
    throw InvalidData(concat("LeaveOneOut needs at least 2 rows, got ", data.n_rows()));
  std::vector<int> fold_of_row(static_cast<std::size_t>(data.n_rows()));
  std::iota(fold_of_row.begin(), fold_of_row.end(), 0);
  return splits_from_folds(fold_of_row, static_cast<int>(data.n_rows()), 0);
}

std::string PredefinedSplit::describe() const {
  return concat("PredefinedSplit(n_repeats=", test_fold.size(), ")");
}

std::vector<Split> PredefinedSplit::split(const Dataset& data) const {
  std::vector<Split> all;
  for (std::size_t repeat = 0; repeat < test_fold.size(); ++repeat) {
    const std::vector<int>& folds = test_fold[repeat];
    if (static_cast<Index>(folds.size()) != data.n_rows())
      throw InvalidData(concat("PredefinedSplit: folds are given for ", folds.size(),
                               " rows, but the data set has ", data.n_rows()));
    const int n_folds = folds.empty() ? 0 : *std::max_element(folds.begin(), folds.end()) + 1;
    for (Split& split : splits_from_folds(folds, n_folds, static_cast<int>(repeat)))
      if (!split.test.empty()) all.push_back(std::move(split));
  }
  return all;
}

std::vector<Split> Splitter::split(const Dataset& data) const {
  std::vector<Split> splits = split_(data);
  if (splits.empty()) throw InvalidData(concat(description_, " gave no folds"));
  for (const Split& split : splits) {
    const std::string where =
        concat(description_, ", repeat ", split.repeat, ", fold ", split.fold);
    if (split.train.empty() || split.test.empty())
      throw InvalidData(
          concat(where, ": the ", split.train.empty() ? "training" : "test", " part is empty"));
    std::vector<char> in_train(static_cast<std::size_t>(data.n_rows()), 0);
    for (const std::vector<Index>* rows : {&split.train, &split.test})
      for (const Index row : *rows) {
        if (row < 0 || row >= data.n_rows())
          throw InvalidData(concat(where, ": row ", row, " is not in 0..", data.n_rows() - 1));
        if (rows == &split.train) in_train[static_cast<std::size_t>(row)] = 1;
        if (rows == &split.test && in_train[static_cast<std::size_t>(row)] != 0)
          throw InvalidData(concat(where, ": row ", row, " is in both parts"),
                            "a model must not be tested on rows that it was trained on");
      }
  }
  return splits;
}

std::string splits_sha256(const std::vector<Split>& splits) {
  Sha256 hash;
  for (const Split& split : splits) {
    hash.add_text(concat(split.repeat, " ", split.fold));
    for (const std::vector<Index>* rows : {&split.train, &split.test}) {
      hash.add_text(concat(rows->size()));
      hash.add(rows->data(), rows->size() * sizeof(Index));
    }
  }
  return hash.hex();
}

}  // namespace grove
