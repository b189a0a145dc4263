#include "grove/core/random.hpp"
#include "grove/preprocessing/pca.hpp"
#include "support/contract.hpp"
#include "support/reference.hpp"

using namespace grove;
using namespace grove::testing;

namespace {

Matrix cloud(Index n, Index d, std::uint64_t seed) {
  Rng rng(seed);
  Matrix x(n, d);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < d; ++j)
      x(i, j) = static_cast<double>(j + 1) * rng.normal() + (j > 0 ? 0.5 * x(i, j - 1) : 0.0);
  return x;
}

Dataset mixed() {
  Matrix x(5, 3);
  x << 1, 0, 2, 2, 1, 4.5, 6, 1, 3, 4, 0, 8, 3, 1, 1;
  return Dataset(x, {{.name = "u"},
                     {.name = "pca1", .kind = ColumnKind::categorical, .categories = {"a", "b"}},
                     {.name = "v"}});
}

}  // namespace

TEST_CASE("PCA keeps the contract", "[pca]") {
  CHECK(transformer_contract_of(PCA()) == "");
  CHECK(transformer_contract_of(PCA({.n_components = 2, .whiten = true})) == "");
  CHECK(transformer_contract_of(PCA({.variance_share = 0.9})) == "");
}

TEST_CASE("PCA equals scikit-learn", "[pca]") {
  const auto expected = grove::testing::reference("pca");
  REQUIRE(expected["cases"].size() == 9);
  for (const auto& item : expected["cases"]) {
    INFO(item["name"]);
    PCAParams params{.whiten = item["whiten"]};
    if (item["n_components"].is_number_integer()) params.n_components = item["n_components"];
    if (item["n_components"].is_number_float()) params.variance_share = item["n_components"];
    PCA pca(params);
    pca.fit(to_matrix(item["x"]));
    const Matrix query = to_matrix(item["query"]);
    CHECK(close(pca.components(), to_matrix(item["components"]), 1e-10));
    CHECK(close(pca.mean(), to_vector(item["mean"]), 1e-10));
    CHECK(close(pca.explained_variance(), to_vector(item["explained_variance"]), 1e-10));
    CHECK(
        close(pca.explained_variance_ratio(), to_vector(item["explained_variance_ratio"]), 1e-10));
    CHECK(close(pca.singular_values(), to_vector(item["singular_values"]), 1e-10));
    const Matrix transformed = pca.transform(query);
    CHECK(close(transformed, to_matrix(item["transform"]), 1e-10));
    CHECK(close(pca.inverse_transform(transformed), to_matrix(item["inverse"]), 1e-10));
  }
}

TEST_CASE("PCA turns the points: lengths stay, components are orthonormal", "[pca]") {
  const Matrix x = cloud(300, 7, 1);
  PCA pca;
  pca.fit(x);
  const Matrix turned = pca.transform(x);
  CHECK(close(Matrix(pca.components() * pca.components().transpose()), Matrix::Identity(7, 7),
              1e-13));
  CHECK(close(pca.inverse_transform(turned), x, 1e-12));
  const Matrix covariance = turned.transpose() * turned / 299.0;
  CHECK(close(covariance, Matrix(pca.explained_variance().asDiagonal()), 1e-11));
  CHECK(close(pca.explained_variance_ratio().sum(), 1.0, 1e-14));
  CHECK(pca.output_columns().front().name == "pca0");
  CHECK(pca.output_columns().back().name == "pca6");
}

TEST_CASE("PCA: a variance smaller than the rounding of a covariance matrix is kept", "[pca]") {
  Rng rng(3);
  Matrix x(400, 2);
  for (Index i = 0; i < 400; ++i) {
    const double t = rng.normal();
    x(i, 0) = t;
    x(i, 1) = t + 1e-9 * (i % 2 == 0 ? 1 : -1);
  }
  PCA pca;
  pca.fit(x);
  CHECK(close(pca.singular_values()(1) * 1e9 / std::sqrt(200.0), 1.0, 0.02));
}

TEST_CASE("PCA: integer weights repeat rows, weight 0 removes them", "[pca]") {
  const Dataset data(cloud(2500, 4, 2));
  Vector weights(data.n_rows());
  std::vector<Index> rows;
  for (Index i = 0; i < data.n_rows(); ++i) {
    weights(i) = static_cast<double>(i % 4);
    for (Index copy = 0; copy < i % 4; ++copy) rows.push_back(i);
  }
  PCA weighted, plain;
  weighted.fit(data.with_weights(weights));
  plain.fit(data.take(rows));
  CHECK(close(weighted.components(), plain.components(), 1e-12));
  CHECK(close(weighted.explained_variance(), plain.explained_variance(), 1e-12));
  CHECK(close(weighted.mean(), plain.mean(), 1e-13));
}

TEST_CASE("PCA: the same bits for any number of threads", "[pca]") {
  const Matrix x = cloud(5000, 9, 4);
  const auto state = [&](int threads) {
    PCA pca({.n_components = 5});
    pca.fit(x, {.threads = threads});
    return to_text(pca.save_state());
  };
  const std::string one = state(1);
  for (const int threads : {2, 3, 7}) CHECK(state(threads) == one);
}

TEST_CASE("PCA leaves categorical columns alone, after the components", "[pca]") {
  const Dataset data = mixed();
  PCA pca({.n_components = 2});
  const Dataset turned = pca.fit_transform(data);
  CHECK(turned.columns()[0].name == "pca0");
  CHECK(turned.columns()[1].name == "pca1_");
  CHECK(turned.columns()[2] == data.columns()[1]);
  CHECK(turned.x().col(2) == data.x().col(1));
  CHECK(close(pca.inverse_transform(turned.x()), Matrix(data.x()), 1e-13));
}

TEST_CASE("PCA: a direction without variance is not divided", "[pca]") {
  Matrix x = cloud(40, 3, 5);
  x.col(2) = 2 * x.col(0);
  PCA pca({.whiten = true});
  pca.fit(x);
  const Matrix turned = pca.transform(x);
  CHECK(turned.col(2).cwiseAbs().maxCoeff() < 1e-12);
  CHECK(close(Matrix(turned.leftCols(2).transpose() * turned.leftCols(2) / 39.0),
              Matrix::Identity(2, 2), 1e-12));
  const Matrix same = Matrix::Constant(6, 3, 0.1);
  pca.fit(same);
  CHECK(pca.transform(same).cwiseAbs().maxCoeff() < 1e-15);
  CHECK(pca.explained_variance_ratio().cwiseAbs().maxCoeff() <= 1);
}

TEST_CASE("PCA refuses what it cannot do", "[pca]") {
  const Matrix x = cloud(5, 3, 6);
  CHECK(message_of([&] { PCA({.n_components = 4}).fit(x); }) ==
        "PCA: n_components must be at most min(rows, numeric columns) = 3, got 4");
  CHECK(message_of([&] { PCA().fit(Matrix(x.topRows(1))); }) ==
        "PCA: a variance needs at least 2 rows, got 1 with a weight of 1");
  CHECK(message_of([&] { PCA().fit(Dataset(x).with_weights(Vector::Constant(5, 0.1))); }) ==
        "PCA: a variance needs at least 2 rows, got 5 with a weight of 0.5");
  CHECK(message_of([&] { PCA().fit(Matrix(x * 1e200)); }) ==
        "PCA: the variance of column 'c0' overflows");
  Matrix holed = x;
  holed(1, 2) = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(PCA().fit(holed), InvalidData);
  CHECK(message_of([&] {
          PCA().fit(mixed().with_x(Matrix::Zero(5, 1), {mixed().columns()[1]}));
        }) == "PCA: no column is numeric");
  CHECK_THROWS_AS(PCA().transform(x), NotFitted);
  CHECK_THROWS_AS(PCA({.variance_share = 1.5}).fit(x), InvalidParameter);
}
