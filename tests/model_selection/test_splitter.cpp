#include <algorithm>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <set>

#include "grove/core/error.hpp"
#include "grove/model_selection/splitter.hpp"
#include "support/check.hpp"
#include "support/reference.hpp"

using namespace grove;
using grove::testing::message_of;

namespace {

Dataset classes(Index n, const std::vector<Index>& counts) {
  Labels y(n);
  Index next = 0;
  std::vector<std::string> names;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    names.push_back(std::string(1, static_cast<char>('a' + k)));
    for (Index i = 0; i < counts[k]; ++i) y(next++) = static_cast<int>(k);
  }
  return Dataset(Matrix(Matrix::Zero(n, 1))).with_labels(y, names);
}

/// Each row is tested once per repeat, and trained on otherwise.
void check_partition(const std::vector<Split>& splits, Index n, int n_repeats) {
  std::vector<int> tested(static_cast<std::size_t>(n), 0);
  for (const Split& split : splits) {
    CHECK(static_cast<Index>(split.train.size() + split.test.size()) == n);
    for (const Index row : split.test) ++tested[static_cast<std::size_t>(row)];
  }
  CHECK(std::all_of(tested.begin(), tested.end(), [&](int count) { return count == n_repeats; }));
}

Splitter named(const std::string& name, int k) {
  if (name == "KFold") return KFold{.n_splits = k};
  if (name == "StratifiedKFold") return StratifiedKFold{.n_splits = k};
  if (name == "GroupKFold") return GroupKFold{.n_splits = k};
  if (name == "StratifiedGroupKFold") return StratifiedGroupKFold{.n_splits = k};
  if (name == "TimeSeriesSplit") return TimeSeriesSplit{.n_splits = k};
  return LeaveOneOut{};
}

}  // namespace

TEST_CASE("Unshuffled folds are those of scikit-learn") {
  const auto reference = grove::testing::reference("splitters");
  REQUIRE(reference["cases"].size() == 18);
  for (const auto& item : reference["cases"]) {
    const std::string name = item["name"];
    INFO(name << " with " << item["y"].size() << " rows");
    const Labels y = grove::testing::to_labels(item["y"]);
    const Dataset data = Dataset(Matrix(Matrix::Zero(y.size(), 1)), y)
                             .with_groups(grove::testing::to_labels(item["groups"]));
    const std::vector<Split> splits = named(name, item["n_splits"]).split(data);
    REQUIRE(splits.size() == item["folds"].size());
    for (std::size_t i = 0; i < splits.size(); ++i) {
      CHECK(splits[i].train == item["folds"][i][0].get<std::vector<Index>>());
      CHECK(splits[i].test == item["folds"][i][1].get<std::vector<Index>>());
    }
  }
}

TEST_CASE("Folds cover every row once per repeat and follow the seed") {
  const Dataset data = classes(30, {15, 9, 6});
  check_partition(KFold{.n_splits = 4, .shuffle = true, .seed = 3}.split(data), 30, 1);
  check_partition(StratifiedKFold{.n_splits = 3, .shuffle = true, .seed = 3}.split(data), 30, 1);
  check_partition(RepeatedKFold{.n_splits = 5, .n_repeats = 3}.split(data), 30, 3);
  check_partition(RepeatedStratifiedKFold{.n_splits = 3, .n_repeats = 4}.split(data), 30, 4);
  check_partition(LeaveOneOut{}.split(data), 30, 1);
  const auto digest = [&](std::uint64_t seed) {
    return splits_sha256(
        RepeatedStratifiedKFold{.n_splits = 3, .n_repeats = 2, .seed = seed}.split(data));
  };
  CHECK(digest(1) == digest(1));
  CHECK(digest(1) != digest(2));
}

TEST_CASE("Stratified folds keep the class shares") {
  const Dataset data = classes(60, {30, 20, 10});
  for (const bool shuffle : {false, true})
    for (const Split& split :
         StratifiedKFold{.n_splits = 5, .shuffle = shuffle, .seed = 9}.split(data)) {
      Vector counts = Vector::Zero(3);
      for (const Index row : split.test) counts(data.labels()(row)) += 1;
      CHECK(counts == (Vector(3) << 6, 4, 2).finished());
    }
  for (const Split& split :
       StratifiedShuffleSplit{.n_splits = 3, .test_size = 0.2, .seed = 1}.split(data)) {
    Vector counts = Vector::Zero(3);
    for (const Index row : split.test) counts(data.labels()(row)) += 1;
    CHECK(counts == (Vector(3) << 6, 4, 2).finished());
    CHECK(split.train.size() == 48);
  }
}

TEST_CASE("Groups stay together") {
  const Dataset data = classes(24, {12, 12}).with_groups(Labels::LinSpaced(24, 0, 7));
  for (const Splitter& splitter :
       {Splitter(GroupKFold{.n_splits = 3}),
        Splitter(StratifiedGroupKFold{.n_splits = 3, .shuffle = true})}) {
    std::set<std::pair<int, int>> pairs;
    for (const Split& split : splitter.split(data))
      for (const Index row : split.test) pairs.emplace((*data.groups())(row), split.fold);
    CHECK(pairs.size() == 8);
  }
}

TEST_CASE("Shuffled cuts have the sizes asked for") {
  const Dataset data = classes(10, {5, 5});
  for (const Split& split :
       ShuffleSplit{.n_splits = 4, .test_size = 0.25, .train_size = 0.5}.split(data)) {
    CHECK(split.test.size() == 3);
    CHECK(split.train.size() == 5);
  }
}

TEST_CASE("Impossible splits are refused") {
  const Dataset data = classes(10, {7, 3});
  CHECK(message_of([&] { KFold{.n_splits = 1}.split(data); }) ==
        "KFold: n_splits must be >= 2, got 1");
  CHECK(message_of([&] { KFold{.n_splits = 11}.split(data); }) ==
        "KFold: n_splits = 11, but there are only 10 rows");
  CHECK(message_of([&] { StratifiedKFold{.n_splits = 8}.split(data); }) ==
        "StratifiedKFold: n_splits = 8, but no class has more than 7 rows");
  CHECK(message_of([&] { GroupKFold{}.split(data); }) ==
        "GroupKFold needs groups, but the data set has none");
  CHECK(message_of([&] { StratifiedKFold{}.split(data.without_target()); }) ==
        "data set: it has no labels");
  CHECK(message_of([&] { ShuffleSplit{.test_size = 1.5}.split(data); }) ==
        "ShuffleSplit: test_size must be in (0, 1), got 1.5");
  CHECK(message_of([&] { TimeSeriesSplit{.n_splits = 3, .test_size = 4}.split(data); }) ==
        "TimeSeriesSplit: 10 rows are too few for 3 tests of 4 rows with a gap of 0");
  CHECK(message_of([&] {
          PredefinedSplit{{{0, 1}}}.split(data);
        }) == "PredefinedSplit: folds are given for 2 rows, but the data set has 10");
}

TEST_CASE("A splitter of the user's is checked") {
  struct Leaky {
    std::vector<Split> split(const Dataset&) const { return {{{0, 1, 2}, {2, 3}, 0, 0}}; }
  };
  const Splitter splitter = Leaky{};
  CHECK(splitter.describe() == "user-defined splitter");
  CHECK(message_of([&] {
          (void)splitter.split(classes(10, {7, 3}));
        }) == "user-defined splitter, repeat 0, fold 0: row 2 is in both parts");
}

TEST_CASE("Folds are written to a file and read back") {
  const Dataset data = classes(12, {6, 6});
  const std::vector<Split> splits =
      RepeatedStratifiedKFold{.n_splits = 3, .n_repeats = 2, .seed = 4}.split(data);
  const std::string path =
      (std::filesystem::temp_directory_path() / "grove_test_folds.csv").string();
  write_folds(splits, path);
  CHECK(splits_sha256(read_folds(path).split(data)) == splits_sha256(splits));
  std::ofstream(path) << "row,fold\n0,0\n0,1\n";
  CHECK(message_of([&] { (void)read_folds(path); }) ==
        path + ": holds 2 lines, but rows up to 0 in 1 repeat need 1");
  std::ofstream(path) << "row,fold\n0,0\n1.5,1\n";
  CHECK(message_of([&] { (void)read_folds(path); }) ==
        path + ":3: 'row' must be an integer in 0..1000000000, got 1.5");
  std::ofstream(path) << "a,b\n0,0\n";
  CHECK(message_of([&] { (void)read_folds(path); }) ==
        path + ":1: a file of folds has the columns row,fold or row,repeat,fold, got a and b");
  std::filesystem::remove(path);
}
