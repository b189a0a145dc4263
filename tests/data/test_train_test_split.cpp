#include <algorithm>

#include "grove/core/error.hpp"
#include "grove/data/standard_datasets.hpp"
#include "grove/data/train_test_split.hpp"
#include "support/check.hpp"

using namespace grove;
using grove::testing::message_of;

TEST_CASE("The parts cover the rows once, with scikit-learn's sizes") {
  const Dataset iris = datasets::load_iris();
  const auto [train, test] = train_test_indices(iris, {.test_size = 0.23, .seed = 3});
  CHECK(test.size() == 35);  // ceil(34.5)
  CHECK(train.size() == 115);
  std::vector<Index> all = train;
  all.insert(all.end(), test.begin(), test.end());
  std::sort(all.begin(), all.end());
  for (Index i = 0; i < 150; ++i) CHECK(all[static_cast<std::size_t>(i)] == i);
  CHECK(train_test_indices(iris, {.test_size = 0.23, .seed = 3}).second == test);
  CHECK(train_test_indices(iris, {.test_size = 0.23, .seed = 4}).second != test);
  CHECK(train_test_indices(iris, {.train_size = 0.5}).first.size() == 75);
  CHECK(train_test_indices(iris, {.shuffle = false}).second.front() == 112);
}

TEST_CASE("A stratified split keeps the class shares") {
  const auto [train, test] =
      train_test_split(datasets::load_iris(), {.test_size = 0.2, .stratify = true});
  for (int k = 0; k < 3; ++k) {
    CHECK((test.labels().array() == k).count() == 10);
    CHECK((train.labels().array() == k).count() == 40);
  }
  CHECK(test.class_names().size() == 3);
}

TEST_CASE("Impossible splits are refused") {
  const Dataset data(Matrix(Matrix::Zero(3, 1)), std::vector<std::string>{"a", "a", "b"});
  CHECK(message_of([&] { (void)train_test_split(data, {.test_size = 1}); }) ==
        "train_test_split: test_size must be in (0, 1), got 1");
  CHECK(message_of([&] { (void)train_test_split(data, {.test_size = 0.9}); }) ==
        "train_test_split: 3 rows cannot give 0 for training and 3 for testing");
  CHECK(message_of([&] { (void)train_test_split(data, {.stratify = true}); }) ==
        "train_test_split: class 'b' has 1 row, which cannot be in both parts");
  CHECK(message_of([&] { (void)train_test_split(data.without_target(), {.stratify = true}); }) ==
        "data set: it has no labels");
}
