#include <cmath>

#include "grove/core/error.hpp"
#include "grove/preprocessing/min_max_scaler.hpp"
#include "grove/preprocessing/robust_scaler.hpp"
#include "preprocessing/cases.hpp"

using namespace grove;
using namespace grove::testing;

namespace {

/// Rows with weight 0, 1 or 2, and the same with rows left out or repeated.
struct Weighted {
  PreprocessingReference reference;
  Dataset weighted = reference.data;
  Dataset repeated = reference.data;
  Weighted() {
    const Index n = reference.data.n_rows();
    Vector weights(n);
    std::vector<Index> rows;
    for (Index i = 0; i < n; ++i) {
      weights(i) = static_cast<double>(i % 3);
      for (Index copy = 0; copy < i % 3; ++copy) rows.push_back(i);
    }
    weighted = reference.data.with_weights(weights);
    repeated = reference.data.take(rows);
  }
};

Dataset mixed() {
  Matrix x(4, 3);
  x << 1, 0, NAN, 2, 1, NAN, 6, 1, NAN, NAN, 0, NAN;
  return Dataset(x, {{.name = "u"},
                     {.name = "k", .kind = ColumnKind::categorical, .categories = {"a", "b"}},
                     {.name = "e"}});
}

}  // namespace

TEST_CASE("MinMaxScaler keeps the contract") {
  CHECK(transformer_contract_of(MinMaxScaler()) == "");
  CHECK(transformer_contract_of(MinMaxScaler({.feature_range = {-1, 3}, .clip = true})) == "");
}

TEST_CASE("MinMaxScaler equals scikit-learn") {
  const PreprocessingReference reference;
  std::vector<Index> even;
  for (Index i = 0; i < reference.data.n_rows(); i += 2) even.push_back(i);
  const auto check = [&](const std::string& name, MinMaxScalerParams params, const Dataset& data) {
    const auto& expected = reference.at(name);
    MinMaxScaler scaler(params);
    scaler.fit(data);
    CHECK(close(scaler.transform(reference.query), to_matrix(expected["transform"]), 1e-12));
    CHECK(close(scaler.data_min(), to_vector(expected["data_min"]), 1e-12));
    CHECK(close(scaler.data_max(), to_vector(expected["data_max"]), 1e-12));
    CHECK(close(scaler.scale(), to_vector(expected["scale"]), 1e-12));
    CHECK(close(scaler.min(), to_vector(expected["min"]), 1e-12));
    if (!params.clip)
      CHECK(close(scaler.inverse_transform(scaler.transform(reference.query)), reference.query,
                  1e-12));
  };
  check("min_max", {}, reference.data);
  check("min_max_range", {.feature_range = {-2, 3}, .clip = true}, reference.data.take(even));
}

TEST_CASE("RobustScaler keeps the contract") {
  CHECK(transformer_contract_of(RobustScaler()) == "");
  CHECK(transformer_contract_of(
            RobustScaler({.with_centering = false, .quantile_range = {10, 60}})) == "");
}

TEST_CASE("RobustScaler equals scikit-learn") {
  const PreprocessingReference reference;
  const auto check = [&](const std::string& name, RobustScalerParams params) {
    const auto& expected = reference.at(name);
    RobustScaler scaler(params);
    scaler.fit(reference.data);
    CHECK(close(scaler.transform(reference.query), to_matrix(expected["transform"]), 1e-12));
    CHECK(close(scaler.center(), to_vector(expected["center"]), 1e-12));
    CHECK(close(scaler.scale(), to_vector(expected["scale"]), 1e-12));
    CHECK(
        close(scaler.inverse_transform(scaler.transform(reference.query)), reference.query, 1e-12));
  };
  check("robust", {});
  check("robust_range", {.quantile_range = {5, 80}});
}

TEST_CASE("scalers: weight 0 removes a row, integers repeat it") {
  const Weighted w;
  MinMaxScaler a, b;
  CHECK(close(a.fit(w.weighted).scale(), b.fit(w.repeated).scale(), 1e-15));
  CHECK(close(a.data_min(), b.data_min(), 0));
  RobustScaler c, d;
  CHECK(close(c.fit(w.weighted).center(), d.fit(w.repeated).center(), 1e-15));
  CHECK(close(c.scale(), d.scale(), 1e-15));
}

TEST_CASE("scalers leave categorical columns alone and missing values missing") {
  const Dataset data = mixed();
  for (const Transformer& scaler : {Transformer(MinMaxScaler()), Transformer(RobustScaler())}) {
    Transformer fitted = scaler;
    const Dataset scaled = fitted.fit_transform(data);
    INFO(scaler.name());
    CHECK(scaled.columns() == data.columns());
    CHECK(scaled.x().col(1) == data.x().col(1));
    CHECK(scaled.x().col(2).array().isNaN().all());
    CHECK(std::isnan(scaled.x()(3, 0)));
    CHECK(std::isfinite(scaled.x()(2, 0)));
  }
}

TEST_CASE("scalers refuse ranges that are none") {
  const Dataset data = mixed();
  CHECK_THROWS_AS(MinMaxScaler({.feature_range = {1, 1}}).fit(data), InvalidParameter);
  CHECK_THROWS_AS(MinMaxScaler({.feature_range = {1, 2, 3}}).fit(data), InvalidParameter);
  CHECK_THROWS_AS(RobustScaler({.quantile_range = {80, 20}}).fit(data), InvalidParameter);
  CHECK_THROWS_AS(RobustScaler({.quantile_range = {-1, 20}}).fit(data), InvalidParameter);
  CHECK_THROWS_AS(MinMaxScaler().transform(data.x()), NotFitted);
  CHECK_THROWS_AS(RobustScaler().transform(data.x()), NotFitted);
}
