#include <cmath>

#include "grove/preprocessing/standard_scaler.hpp"
#include "preprocessing/cases.hpp"

using namespace grove;
using namespace grove::testing;

TEST_CASE("StandardScaler keeps the contract") {
  CHECK(transformer_contract_of(StandardScaler()) == "");
  CHECK(transformer_contract_of(StandardScaler({.with_mean = false, .with_std = false})) == "");
}

TEST_CASE("StandardScaler equals scikit-learn") {
  const PreprocessingReference reference;
  const auto check = [&](const std::string& name, StandardScalerParams params, bool weighted) {
    const auto& expected = reference.at(name);
    StandardScaler scaler(params);
    scaler.fit(weighted ? reference.data.with_weights(reference.weights) : reference.data);
    CHECK(close(scaler.transform(reference.query), to_matrix(expected["transform"]), 1e-12));
    if (expected.contains("mean")) CHECK(close(scaler.mean(), to_vector(expected["mean"]), 1e-12));
    if (expected.contains("var")) CHECK(close(scaler.var(), to_vector(expected["var"]), 1e-12));
    const Matrix back = scaler.inverse_transform(scaler.transform(reference.query));
    CHECK(close(back, reference.query, 1e-12));
  };
  check("standard", {}, false);
  check("standard_weighted", {}, true);
  check("standard_mean", {.with_std = false}, false);
  check("standard_std", {.with_mean = false}, false);
}

TEST_CASE("StandardScaler leaves categorical and empty columns alone") {
  Matrix x(3, 3);
  x << 1, 0, NAN, 2, 1, NAN, 6, 1, NAN;
  const Dataset data(x, {{.name = "u"},
                         {.name = "k", .kind = ColumnKind::categorical, .categories = {"a", "b"}},
                         {.name = "e"}});
  StandardScaler scaler;
  const Dataset scaled = scaler.fit_transform(data);
  CHECK(scaled.columns() == data.columns());
  CHECK(scaled.x().col(1) == data.x().col(1));
  CHECK(scaled.x().col(2).array().isNaN().all());
  CHECK(std::abs(scaled.x().col(0).sum()) < 1e-14);
  CHECK(scaler.mean()(2) == 0);
}

TEST_CASE("StandardScaler weights: 0 removes, integers repeat") {
  const PreprocessingReference reference;
  const Index n = reference.data.n_rows();
  Vector weights(n);
  std::vector<Index> rows;
  for (Index i = 0; i < n; ++i) {
    weights(i) = static_cast<double>(i % 3);
    for (Index copy = 0; copy < i % 3; ++copy) rows.push_back(i);
  }
  StandardScaler weighted;
  weighted.fit(reference.data.with_weights(weights));
  StandardScaler repeated;
  repeated.fit(reference.data.take(rows));
  CHECK(close(weighted.mean(), repeated.mean(), 1e-13));
  CHECK(close(weighted.var(), repeated.var(), 1e-13));
}

TEST_CASE("StandardScaler refuses a variance that overflows") {
  Matrix x(3, 2);
  x << 1, 1e308, 2, -1e308, 3, 1e308;
  CHECK(message_of([&] { StandardScaler().fit(Dataset(x)); }) ==
        "StandardScaler: the variance of column 'c1' overflows");
  x.col(1).setConstant(5e-324);
  StandardScaler tiny;
  CHECK(tiny.fit_transform(Dataset(x)).x().allFinite());
}
