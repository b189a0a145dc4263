#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "grove/baseline/linear_regression.hpp"
#include "grove/baseline/logistic_regression.hpp"
#include "grove/cluster/k_means.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "grove/data/standard_datasets.hpp"
#include "grove/estimator/pipeline.hpp"
#include "grove/inspection/partial_dependence.hpp"
#include "grove/neighbors/nearest_centroid.hpp"
#include "grove/preprocessing/one_hot_encoder.hpp"
#include "grove/preprocessing/simple_imputer.hpp"
#include "support/check.hpp"
#include "support/reference.hpp"

using namespace grove;
using grove::testing::close;
using grove::testing::message_of;
using grove::testing::to_matrix;
using grove::testing::to_vector;

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Uneven in all columns, and with an answer to missing values.
struct Bumpy {
  void fit(const Dataset&) {}
  Vector predict(const MatrixView& x) const {
    Vector out(x.rows());
    for (Index i = 0; i < x.rows(); ++i) {
      double sum = 0;
      for (Index j = 0; j < x.cols(); ++j)
        sum += std::isnan(x(i, j)) ? 100.0 * static_cast<double>(j + 1)
                                   : std::sin(x(i, j)) * static_cast<double>(j + 1);
      out(i) = sum + (x.cols() > 1 && x(i, 0) > x(i, 1) ? 2 : 0);
    }
    return out;
  }
};

/// Columns: 40 numbers with a hole in every seventh row; 3 different whole numbers; a category of
/// which two out of three occur.
Dataset mixed_data() {
  Rng rng(8);
  Matrix x(40, 3);
  for (Index i = 0; i < 40; ++i) {
    x(i, 0) = i % 7 == 3 ? nan : rng.normal();
    x(i, 1) = static_cast<double>(i % 3 - 1);
    x(i, 2) = static_cast<double>(i % 2 * 2);
  }
  return {x,
          Vector(Vector::Ones(40)),
          {{"a"}, {"b"}, {"kind", ColumnKind::categorical, {"red", "green", "blue"}}}};
}

void check_like_sklearn(const Estimator& fitted, const Dataset& data, const nlohmann::json& cases,
                        double tolerance) {
  REQUIRE(cases.size() == 5);
  for (const auto& item : cases) {
    const std::vector<std::string> columns = item["columns"];
    INFO(columns[0] << " " << item["grid_resolution"]);
    const PartialDependence found =
        partial_dependence(fitted, data, columns,
                           {.grid_resolution = item["grid_resolution"],
                            .percentiles = {item["percentiles"][0], item["percentiles"][1]},
                            .individual = true});
    REQUIRE(found.grid.size() == columns.size());
    for (std::size_t c = 0; c < columns.size(); ++c)
      CHECK(close(found.grid[c], to_vector(item["grid"][c]), 1e-14));
    CHECK(close(found.average, to_matrix(item["average"]), tolerance));
    const Matrix curves = to_matrix(item["individual_of_row_17"]);
    for (std::size_t k = 0; k < found.individual.size(); ++k)
      CHECK(close(found.individual[k].row(17).transpose(), curves.col(static_cast<Index>(k)),
                  tolerance));
  }
}

}  // namespace

TEST_CASE("Partial dependence is scikit-learn's") {
  const auto reference = grove::testing::reference("inspection")["dependence"];
  const Dataset diabetes = datasets::load_diabetes();
  LinearRegression line;
  check_like_sklearn(line.fit(diabetes), diabetes, reference["diabetes"], 1e-10);
  const Dataset iris = datasets::load_iris();
  LogisticRegression logistic({.tol = 1e-10});
  check_like_sklearn(logistic.fit(iris), iris, reference["iris"], 1e-7);
}

TEST_CASE("Partial dependence is the mean of predictions with the column set") {
  const Dataset data = mixed_data();
  const PartialDependence found =
      partial_dependence(Bumpy{}, data, {"a"}, {.grid_resolution = 6, .individual = true});
  REQUIRE(found.n_points() == 7);  // six steps, and missing
  CHECK(std::isnan(found.grid[0](6)));
  for (Index point = 0; point < 7; ++point) {
    double sum = 0;
    for (Index i = 0; i < 40; ++i) {
      Matrix row = data.x().row(i);
      row(0, 0) = found.grid[0](point);
      const double answer = Bumpy{}.predict(row)(0);
      CHECK(found.individual[0](i, point) == answer);
      sum += answer;
    }
    CHECK(found.average(point, 0) == Approx(sum / 40).epsilon(1e-12));
  }
  const Vector steps = found.grid[0].segment(1, 5) - found.grid[0].segment(0, 5);
  CHECK((steps.array() - steps(0)).abs().maxCoeff() < 1e-12);
}

TEST_CASE("Two columns span a grid, the second one running faster") {
  const Dataset data = mixed_data();
  const PartialDependence found = partial_dependence(Bumpy{}, data, {"kind", "b"});
  CHECK(found.grid[0] == (Vector(2) << 0, 2).finished());  // "green" does not occur
  CHECK(found.grid[1] == (Vector(3) << -1, 0, 1).finished());
  REQUIRE(found.n_points() == 6);
  CHECK(found.individual.empty());
  for (Index point = 0; point < 6; ++point) {
    Matrix x = data.x();
    x.col(2).setConstant(found.value(point, 0));
    x.col(1).setConstant(found.value(point, 1));
    CHECK(found.value(point, 0) == found.grid[0](point / 3));
    CHECK(found.value(point, 1) == found.grid[1](point % 3));
    CHECK(found.average(point, 0) == Approx(Bumpy{}.predict(x).mean()).epsilon(1e-12));
  }
  std::ostringstream text;
  text << found;
  CHECK(text.str() ==
        "Bumpy, averages\n"
        "kind   b   target\n"
        " red  -1  14.7224\n"
        " red   0  15.8553\n"
        " red   1  16.9383\n"
        "blue  -1  17.4503\n"
        "blue   0  18.5832\n"
        "blue   1  19.6661\n");
}

TEST_CASE("Categories are matched by name, whatever their codes here") {
  const Dataset penguins = datasets::load("penguins");
  Pipeline pipeline(SimpleImputer{}, OneHotEncoder{}, LogisticRegression{});
  pipeline.fit(penguins);
  const PartialDependence whole = partial_dependence(pipeline, penguins, {"island"});
  REQUIRE(whole.n_points() == 3);
  CHECK(whole.outputs == penguins.class_names());
  CHECK(close(whole.average.rowwise().sum(), Matrix(Vector::Ones(3)), 1e-12));
  // The same rows with the categories listed the other way round: points come by the new codes.
  Columns columns = penguins.columns();
  Index place = 0;
  while (columns[static_cast<std::size_t>(place)].name != "island") ++place;
  auto& categories = columns[static_cast<std::size_t>(place)].categories;
  std::reverse(categories.begin(), categories.end());
  Matrix x = penguins.x();
  x.col(place) = 2 - x.col(place).array();
  const PartialDependence turned = partial_dependence(pipeline, Dataset(x, columns), {"island"});
  CHECK(turned.average == whole.average.colwise().reverse());
}

TEST_CASE("Whole weights are repeated rows in the averages") {
  const Dataset iris = datasets::load_iris();
  LogisticRegression logistic;
  logistic.fit(iris);
  Vector weights(150);
  std::vector<Index> rows;
  for (Index i = 0; i < 150; ++i) {
    weights(i) = static_cast<double>(i % 3);
    for (Index k = 0; k < i % 3; ++k) rows.push_back(i);
  }
  const auto weighted = partial_dependence(logistic, iris.with_weights(weights), {"petal_width"});
  const auto repeated = partial_dependence(logistic, iris.take(rows), {"petal_width"});
  REQUIRE(weighted.n_points() == 22);
  for (Index point = 0; point < 22; ++point)
    for (Index other = 0; other < repeated.n_points(); ++other)
      if (weighted.grid[0](point) == repeated.grid[0](other))
        CHECK(close(weighted.average.row(point), repeated.average.row(other), 1e-12));
}

TEST_CASE("A line's dependence is its slope, and average curves are means of single ones") {
  const Dataset diabetes = datasets::load_diabetes();
  LinearRegression line;
  line.fit(diabetes);
  const auto found = partial_dependence(line, diabetes, {"bmi"}, {.individual = true});
  CHECK(found.outputs == std::vector<std::string>{"progression"});
  const Vector slopes = (found.average.bottomRows(99) - found.average.topRows(99)).col(0).array() /
                        (found.grid[0].tail(99) - found.grid[0].head(99)).array();
  CHECK((slopes.array() - line.coef()(2)).abs().maxCoeff() < 1e-7);
  CHECK(close(found.individual[0].colwise().mean().transpose(), found.average, 1e-12));
}

TEST_CASE("Partial dependence is the same bits for any number of threads") {
  const Dataset iris = datasets::load_iris();
  LogisticRegression logistic;
  logistic.fit(iris);
  const PartialDependenceOptions options{.grid_resolution = 12, .individual = true};
  const auto one =
      partial_dependence(logistic, iris, {"petal_width", "sepal_width"}, options, {.threads = 1});
  for (const int threads : {2, 3, 7}) {
    const auto many = partial_dependence(logistic, iris, {"petal_width", "sepal_width"}, options,
                                         {.threads = threads});
    CHECK(many.average == one.average);
    CHECK(many.individual == one.individual);
  }
}

TEST_CASE("Partial dependence says what it cannot do") {
  const Dataset iris = datasets::load_iris();
  LogisticRegression model;
  model.fit(iris);
  const auto says = [&](const std::vector<std::string>& columns,
                        const PartialDependenceOptions& options = {}) {
    return message_of([&] { partial_dependence(model, iris, columns, options); });
  };
  CHECK(says({"petal_widht"}) ==
        "partial_dependence: the data has no column 'petal_widht'; did you mean 'petal_width'?");
  CHECK(says({}) == "partial_dependence: expected one or two columns, got 0");
  CHECK(says({"petal_width", "petal_width"}) ==
        "partial_dependence: column 'petal_width' is asked for twice");
  CHECK(says({"petal_width"}, {.grid_resolution = 1}) ==
        "partial_dependence: grid_resolution must be at least 2, got 1");
  CHECK(says({"petal_width"}, {.percentiles = {0.9, 0.1}}) ==
        "partial_dependence: percentiles must be two rising shares in [0, 1], got 0.9 and 0.1");
  CHECK(says({"petal_width"}, {.grid_resolution = 2, .percentiles = {0.1, 0.11}}) ==
        "partial_dependence: both percentiles of column 'petal_width' are 0.2");
  CHECK_THROWS_AS(partial_dependence(KMeans{}, iris, {"petal_width"}), Unsupported);
  NearestCentroid centroid;
  centroid.fit(iris);
  CHECK_THROWS_AS(partial_dependence(centroid, iris, {"petal_width"}), Unsupported);
  CHECK_THROWS_AS(partial_dependence(LogisticRegression{}, iris, {"petal_width"}), NotFitted);
  CHECK_THROWS_AS(partial_dependence(model, iris.take({}), {"petal_width"}), InvalidData);
}
