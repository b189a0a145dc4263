#include <algorithm>
#include <cmath>

#include "grove/core/error.hpp"
#include "grove/preprocessing/one_hot_encoder.hpp"
#include "grove/preprocessing/ordinal_encoder.hpp"
#include "grove/preprocessing/simple_imputer.hpp"
#include "preprocessing/cases.hpp"

using namespace grove;
using namespace grove::testing;

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// The words of the reference as categorical columns, categories sorted.
Dataset words_of(const nlohmann::json& words) {
  const auto rows = words.at("values").get<std::vector<std::vector<std::string>>>();
  Matrix x(static_cast<Index>(rows.size()), static_cast<Index>(rows.front().size()));
  Columns columns;
  for (std::size_t j = 0; j < rows.front().size(); ++j) {
    Column column{.name = words.at("columns")[j], .kind = ColumnKind::categorical};
    for (const auto& row : rows) column.categories.push_back(row[j]);
    std::sort(column.categories.begin(), column.categories.end());
    column.categories.erase(std::unique(column.categories.begin(), column.categories.end()),
                            column.categories.end());
    for (std::size_t i = 0; i < rows.size(); ++i)
      x(static_cast<Index>(i), static_cast<Index>(j)) = static_cast<double>(
          std::find(column.categories.begin(), column.categories.end(), rows[i][j]) -
          column.categories.begin());
    columns.push_back(std::move(column));
  }
  return Dataset(std::move(x), std::move(columns));
}

/// u numeric, k categorical with a, b, c, each with a missing value.
Dataset mixed() {
  Matrix x(6, 2);
  x << 1, 0, 2, 1, missing, 1, 7, missing, 7, 0, 2, 2;
  return Dataset(x,
                 {{.name = "u"},
                  {.name = "k", .kind = ColumnKind::categorical, .categories = {"a", "b", "c"}}});
}

std::vector<std::string> names_of(const std::vector<Column>& columns) {
  std::vector<std::string> names;
  for (const Column& column : columns) names.push_back(column.name);
  return names;
}

}  // namespace

TEST_CASE("SimpleImputer keeps the contract") {
  for (const auto strategy : {ImputeStrategy::mean, ImputeStrategy::median,
                              ImputeStrategy::most_frequent, ImputeStrategy::constant})
    CHECK(transformer_contract_of(SimpleImputer({.strategy = strategy})) == "");
}

TEST_CASE("SimpleImputer equals scikit-learn") {
  const PreprocessingReference reference;
  const auto check = [&](const std::string& name, SimpleImputerParams params) {
    const auto& expected = reference.at(name);
    SimpleImputer imputer(params);
    imputer.fit(reference.data);
    CHECK(close(imputer.transform(reference.query), to_matrix(expected["transform"]), 1e-12));
    CHECK(close(imputer.statistics(), to_vector(expected["statistics"]), 1e-12));
  };
  check("imputer_mean", {});
  check("imputer_median", {.strategy = ImputeStrategy::median});
  check("imputer_most_frequent", {.strategy = ImputeStrategy::most_frequent});
  check("imputer_constant", {.strategy = ImputeStrategy::constant, .fill_value = -7.5});
}

TEST_CASE("SimpleImputer treats each kind of column by its rule") {
  SimpleImputer mean;
  const Dataset filled = mean.fit_transform(mixed());
  CHECK(!filled.has_missing());
  CHECK(filled.x()(2, 0) == Approx(19.0 / 5));
  CHECK(filled.x()(3, 1) == 0);  // a and b are equally frequent: the first
  SimpleImputer frequent({.strategy = ImputeStrategy::most_frequent});
  CHECK(frequent.fit_transform(mixed()).x()(2, 0) == 2);  // 2 and 7 are: the smaller
  SimpleImputer constant({.strategy = ImputeStrategy::constant, .fill_value = 9});
  const Dataset marked = constant.fit_transform(mixed());
  CHECK(marked.x()(2, 0) == 9);
  CHECK(marked.x()(3, 1) == 3);
  CHECK(marked.columns()[1].categories == std::vector<std::string>{"a", "b", "c", "missing"});
  Matrix empty = Matrix::Constant(3, 1, missing);
  CHECK(SimpleImputer({.fill_value = 4}).fit_transform(Dataset(empty)).x()(0, 0) == 4);
}

TEST_CASE("SimpleImputer: weight 0 removes a row, integers repeat it") {
  const Dataset data = mixed();
  Vector weights(6);
  weights << 0, 2, 1, 1, 3, 1;
  const std::vector<Index> rows = {1, 1, 2, 3, 4, 4, 4, 5};
  for (const auto strategy :
       {ImputeStrategy::mean, ImputeStrategy::median, ImputeStrategy::most_frequent}) {
    SimpleImputer a({.strategy = strategy}), b({.strategy = strategy});
    CHECK(close(a.fit(data.with_weights(weights)).statistics(), b.fit(data.take(rows)).statistics(),
                1e-15));
  }
}

TEST_CASE("OneHotEncoder keeps the contract") {
  CHECK(transformer_contract_of(OneHotEncoder()) == "");
  CHECK(transformer_contract_of(OneHotEncoder(
            {.drop = DropCategory::if_binary, .handle_missing = HandleMissing::zeros})) == "");
}

TEST_CASE("OneHotEncoder equals scikit-learn") {
  const PreprocessingReference reference;
  const Dataset words = words_of(reference.all["words"]);
  for (const auto& expected : reference.all["one_hot"]) {
    const std::string drop = expected["drop"];
    INFO(drop);
    OneHotEncoder encoder({.drop = drop == "none"    ? DropCategory::none
                                   : drop == "first" ? DropCategory::first
                                                     : DropCategory::if_binary});
    const Dataset encoded = encoder.fit_transform(words);
    CHECK(Matrix(encoded.x()) == to_matrix(expected["transform"]));
    CHECK(names_of(encoded.columns()) == expected["names"].get<std::vector<std::string>>());
    CHECK(names_of(encoder.output_columns()) == names_of(encoded.columns()));
    CHECK(!encoded.has_categorical());
  }
}

TEST_CASE("OneHotEncoder: missing and unseen categories") {
  OneHotEncoder encoder;
  const Dataset encoded = encoder.fit_transform(mixed());
  CHECK(names_of(encoded.columns()) == std::vector<std::string>{"u", "k_a", "k_b", "k_c", "k_nan"});
  Matrix row(1, 5);
  row << 7, 0, 0, 0, 1;
  CHECK(Matrix(encoded.x().row(3)) == row);
  OneHotEncoder zeros({.handle_missing = HandleMissing::zeros});
  const Dataset plain = zeros.fit_transform(mixed());
  CHECK(plain.n_columns() == 4);
  CHECK(plain.x().row(3).tail(3).sum() == 0);
  // "z" is unseen: as a missing value, which this column did not have in fit.
  const Column seen{.name = "k", .kind = ColumnKind::categorical, .categories = {"a", "b"}};
  const Column other{.name = "k", .kind = ColumnKind::categorical, .categories = {"b", "z"}};
  Matrix x(2, 1);
  x << 0, 1;
  OneHotEncoder fitted;
  fitted.fit(Dataset(x, {seen}));
  Matrix expected(2, 2);
  expected << 0, 1, 0, 0;
  CHECK(Matrix(fitted.transform(Dataset(x, {other})).x()) == expected);
}

TEST_CASE("OrdinalEncoder keeps the contract") {
  CHECK(transformer_contract_of(OrdinalEncoder()) == "");
  CHECK(transformer_contract_of(OrdinalEncoder({.encoded_missing_value = -1.0})) == "");
}

TEST_CASE("OrdinalEncoder equals scikit-learn, and says what a missing value becomes") {
  const PreprocessingReference reference;
  OrdinalEncoder encoder;
  const Dataset encoded = encoder.fit_transform(words_of(reference.all["words"]));
  CHECK(Matrix(encoded.x()) == to_matrix(reference.all["ordinal"]));
  CHECK(!encoded.has_categorical());
  CHECK(std::isnan(OrdinalEncoder().fit_transform(mixed()).x()(3, 1)));
  CHECK(OrdinalEncoder({.encoded_missing_value = -1.0}).fit_transform(mixed()).x()(3, 1) == -1);
  CHECK_THROWS_AS(OrdinalEncoder().transform(mixed().x()), NotFitted);
  CHECK_THROWS_AS(OneHotEncoder().transform(mixed().x()), NotFitted);
  CHECK_THROWS_AS(SimpleImputer().transform(mixed().x()), NotFitted);
}
