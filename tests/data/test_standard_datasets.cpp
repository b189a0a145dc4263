#include <cstdlib>

#include "grove/core/error.hpp"
#include "grove/data/standard_datasets.hpp"
#include "support/check.hpp"

using namespace grove;
using grove::testing::message_of;

TEST_CASE("Every bundled data set is what the index says") {
  const auto infos = datasets::index();
  CHECK(infos.size() == 30);
  for (const datasets::DatasetInfo& info : infos) {
    INFO(info.name);
    const Dataset data = datasets::load(info.name);
    CHECK(data.n_rows() == info.n_rows);
    CHECK(data.n_columns() == info.n_columns);
    CHECK(data.name() == info.name);
    CHECK(data.has_labels() == (info.task == "classification"));
    CHECK(data.has_target() == (info.task == "regression"));
    std::size_t n_categorical = 0;
    for (const Column& column : data.columns())
      n_categorical += column.kind == ColumnKind::categorical;
    CHECK(n_categorical == info.categorical_columns.size());
    CHECK_FALSE(info.licence.empty());
    CHECK_FALSE(info.source.empty());
  }
}

TEST_CASE("The best known sets have functions of their own") {
  CHECK(datasets::load_iris().class_names() ==
        std::vector<std::string>{"setosa", "versicolor", "virginica"});
  CHECK(datasets::load_digits().n_classes() == 10);
  CHECK(datasets::load_diabetes().has_target());
  CHECK(datasets::load_adult().has_missing());
}

TEST_CASE("Unknown names get a suggestion") {
  CHECK(message_of([] { (void)datasets::load("irris"); }) ==
        "there is no bundled data set 'irris'; did you mean 'iris'?");
}
