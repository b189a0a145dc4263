#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "grove/data/dataset.hpp"

// Ways to cut a data set into training and test rows. Each is a plain struct with
// `std::vector<Split> split(const Dataset&) const`; so may be yours. Without shuffling the indices
// are those of scikit-learn; with it they depend on `seed` alone. All throw InvalidParameter /
// InvalidData by name.

namespace grove {

/// Row indices of one fold, each list ascending unless the splitter says otherwise.
struct Split {
  std::vector<Index> train;
  std::vector<Index> test;
  int repeat = 0;
  int fold = 0;
};

/// Consecutive folds; the first n % n_splits have one row more.
struct KFold {
  int n_splits = 5;
  bool shuffle = false;
  std::uint64_t seed = 0;
  std::vector<Split> split(const Dataset& data) const;
  std::string describe() const;
};

/// Folds with the class shares of the whole. A class with fewer rows than folds is missing from
/// some; no class may be that small. Needs labels.
struct StratifiedKFold {
  int n_splits = 5;
  bool shuffle = false;
  std::uint64_t seed = 0;
  std::vector<Split> split(const Dataset& data) const;
  std::string describe() const;
};

/// No group in two folds; the largest groups are dealt first, each to the lightest fold (ties: the
/// group that comes later, the fold that comes first). Needs groups.
struct GroupKFold {
  int n_splits = 5;
  std::vector<Split> split(const Dataset& data) const;
  std::string describe() const;
};

/// No group in two folds, class shares as even as a greedy pass makes them. Needs labels and
/// groups.
struct StratifiedGroupKFold {
  int n_splits = 5;
  bool shuffle = false;
  std::uint64_t seed = 0;
  std::vector<Split> split(const Dataset& data) const;
  std::string describe() const;
};

/// KFold with shuffling, again and again.
struct RepeatedKFold {
  int n_splits = 5;
  int n_repeats = 10;
  std::uint64_t seed = 0;
  std::vector<Split> split(const Dataset& data) const;
  std::string describe() const;
};

struct RepeatedStratifiedKFold {
  int n_splits = 5;
  int n_repeats = 10;
  std::uint64_t seed = 0;
  std::vector<Split> split(const Dataset& data) const;
  std::string describe() const;
};

/// Independent random cuts, as many as n_splits; rows in random order. test = ceil(test_size n);
/// train = the rest, or floor(train_size n).
struct ShuffleSplit {
  int n_splits = 10;
  double test_size = 0.1;
  std::optional<double> train_size = {};
  std::uint64_t seed = 0;
  std::vector<Split> split(const Dataset& data) const;
  std::string describe() const;
};

/// The same with the class shares of the whole (largest remainders, ties to the lower class).
struct StratifiedShuffleSplit {
  int n_splits = 10;
  double test_size = 0.1;
  std::optional<double> train_size = {};
  std::uint64_t seed = 0;
  std::vector<Split> split(const Dataset& data) const;
  std::string describe() const;
};

/// Train on the past, test on the rows that follow; rows are in time order.
struct TimeSeriesSplit {
  int n_splits = 5;
  std::optional<Index> max_train_size = {};
  std::optional<Index> test_size = {};
  Index gap = 0;
  std::vector<Split> split(const Dataset& data) const;
  std::string describe() const;
};

struct LeaveOneOut {
  std::vector<Split> split(const Dataset& data) const;
  std::string describe() const;
};

/// Folds that you give: `test_fold[r][i]` is the fold in which row i is tested in repeat r, -1 =
/// never.
struct PredefinedSplit {
  std::vector<std::vector<int>> test_fold;
  std::vector<Split> split(const Dataset& data) const;
  std::string describe() const;
};

template <class S>
concept Splits = requires(const S& s, const Dataset& data) {
  { s.split(data) } -> std::convertible_to<std::vector<Split>>;
};

/// Any splitter as a value.
class Splitter {
 public:
  template <class S>
  requires(!std::same_as<S, Splitter>) Splitter(S splitter) {
    static_assert(Splits<S>, "a splitter needs `std::vector<Split> split(const Dataset&) const`");
    if constexpr (requires { splitter.describe(); }) {
      description_ = splitter.describe();
    } else {
      description_ = "user-defined splitter";
    }
    if constexpr (Splits<S>)
      split_ = [splitter](const Dataset& data) { return splitter.split(data); };
  }

  /// The folds, checked: indices in range, no fold empty, no row in both parts of one fold.
  std::vector<Split> split(const Dataset& data) const;
  /// "StratifiedKFold(n_splits=5, shuffle=true, seed=1)"
  const std::string& describe() const { return description_; }

 private:
  std::function<std::vector<Split>(const Dataset&)> split_;
  std::string description_;
};

/// SHA-256 of the folds: equal for equal splits, whatever made them.
std::string splits_sha256(const std::vector<Split>& splits);

/// Reads a FOLDS file: CSV with the columns `row,fold` or `row,repeat,fold`, rows counted from 0.
/// Throws ParseError.
PredefinedSplit read_folds(const std::string& path);
/// Writes the test folds of `splits` as such a file, whole or not at all.
void write_folds(const std::vector<Split>& splits, const std::string& path);

}  // namespace grove
