#include <cmath>

#include "grove/core/random.hpp"
#include "grove/preprocessing/select_k_best.hpp"
#include "support/contract.hpp"
#include "support/reference.hpp"

using namespace grove;
using namespace grove::testing;

namespace {

ScoreFunction function_of(const std::string& name) {
  for (const EnumName<ScoreFunction>& entry : enum_names(ScoreFunction{}))
    if (entry.name == name) return entry.value;
  throw std::runtime_error("no function " + name);
}

}  // namespace

TEST_CASE("SelectKBest keeps the contract", "[select_k_best]") {
  CHECK(transformer_contract_of(SelectKBest()) == "");
  CHECK(transformer_contract_of(SelectKBest({.k = 1})) == "");
}

TEST_CASE("SelectKBest equals scikit-learn", "[select_k_best]") {
  const auto expected = grove::testing::reference("select_k_best");
  REQUIRE(expected["cases"].size() == 8);
  for (const auto& item : expected["cases"]) {
    INFO(item["name"]);
    const ScoreFunction function = function_of(item["function"]);
    const Matrix x = to_matrix(item["x"]);
    const Dataset data = function == ScoreFunction::f_regression ? Dataset(x, to_vector(item["y"]))
                                                                 : Dataset(x, to_labels(item["y"]));
    for (const int threads : {1, 2}) {
      SelectKBest selector({.score_func = function, .k = item["k"]});
      selector.fit(data, {.threads = threads});
      // Its one-pass sums lose digits far from zero, where the scores are those near zero.
      const std::string name = item["name"];
      const bool far = name.find("far") != std::string::npos;
      const auto& scores = !far                      ? item["scores"]
                           : name == "far from zero" ? expected["cases"][2]["scores"]
                                                     : expected["cases"][4]["scores"];
      CHECK(close(selector.scores(), to_vector(scores), far ? 1e-7 : 1e-10));
      CHECK(selector.support() == item["support"].get<std::vector<Index>>());
      CHECK(selector.transform(MatrixView(x)).col(0) == x.col(selector.support()[0]));
    }
  }
}

TEST_CASE("SelectKBest: ties, undefined scores and categorical columns", "[select_k_best]") {
  Matrix x(6, 5);
  x << 1, 7, 0, 1, 1,  //
      2, 7, 1, 2, 1,   //
      1, 7, 0, 1, 1,   //
      5, 7, 1, 5, 2,   //
      6, 7, 0, 6, 2,   //
      5, 7, 1, 5, 2;
  const Dataset data =
      Dataset(x, {{.name = "a"},
                  {.name = "constant"},
                  {.name = "words", .kind = ColumnKind::categorical, .categories = {"p", "q"}},
                  {.name = "like a"},
                  {.name = "knows"}})
          .with_labels(Labels{{0, 0, 0, 1, 1, 1}}, {"no", "yes"});
  SelectKBest selector({.k = 2});
  selector.fit(data);
  CHECK(selector.support() == std::vector<Index>{0, 2, 4});  // the lower of two equal ones
  CHECK(std::isnan(selector.scores()(1)));
  CHECK(std::isnan(selector.scores()(2)));
  CHECK(std::isinf(selector.scores()(4)));
  CHECK(SelectKBest({.k = 4}).fit(data).support().size() == 5);  // the undefined one comes last
  CHECK(SelectKBest({.k = 0}).fit(data).support().size() == 5);
  CHECK(SelectKBest({.k = 99}).fit(data).support().size() == 5);
}

TEST_CASE("SelectKBest: integer weights count repeated rows", "[select_k_best]") {
  Rng rng(3);
  Matrix x(30, 4);
  for (Index i = 0; i < x.rows(); ++i)
    for (Index j = 0; j < x.cols(); ++j) x(i, j) = std::abs(rng.normal());
  Labels y(30);
  Vector weights(30), values(30);
  std::vector<Index> repeated;
  for (Index i = 0; i < 30; ++i) {
    y(i) = static_cast<int>(rng.below(3));
    values(i) = x(i, 1) + rng.normal();
    weights(i) = static_cast<double>(rng.below(4));
    for (Index copy = 0; copy < static_cast<Index>(weights(i)); ++copy) repeated.push_back(i);
  }
  for (const ScoreFunction function :
       {ScoreFunction::f_classif, ScoreFunction::f_regression, ScoreFunction::chi2}) {
    const Dataset data =
        function == ScoreFunction::f_regression ? Dataset(x, values) : Dataset(x, y);
    SelectKBest weighted({.score_func = function}), counted({.score_func = function});
    weighted.fit(data.with_weights(weights));
    counted.fit(data.take(repeated));
    CHECK(close(weighted.scores(), counted.scores(), 1e-12));
  }
}

TEST_CASE("SelectKBest refuses what it cannot score", "[select_k_best]") {
  const Matrix x = Matrix::Random(4, 2);
  const Dataset classes(x, Labels{{0, 1, 0, 1}});
  const auto message = [](const SelectKBestParams& params, const Dataset& data) {
    return message_and_hint_of([&] { SelectKBest(params).fit(data); });
  };
  CHECK(message({}, Dataset(x)) ==
        "SelectKBest needs class labels, but the data set has no target\nhint: name the target "
        "column when reading the data, or give y");
  CHECK(message({.score_func = ScoreFunction::f_regression}, classes) ==
        "SelectKBest: score_func=f_regression needs values, but the target 'target' holds classes"
        "\nhint: use score_func=f_classif");
  CHECK(message({}, classes.with_labels(Labels::Zero(4), {"a", "b"})) ==
        "SelectKBest: all rows are of one class, which no column can tell apart\nhint: give rows "
        "of two classes or more");
  Matrix negative = Matrix::Ones(4, 2);
  negative(2, 1) = -3;
  CHECK(message({.score_func = ScoreFunction::chi2}, Dataset(negative, Labels{{0, 1, 0, 1}})) ==
        "SelectKBest: chi2 needs values >= 0, and column 'c1' goes down to -3\nhint: use "
        "score_func=f_classif, or MinMaxScaler() before it");
  CHECK_THAT(message({.k = -1}, classes),
             Catch::StartsWith("SelectKBest: parameter 'k' must be an integer >= 0, got -1"));
  Matrix holed = x;
  holed(1, 1) = std::numeric_limits<double>::quiet_NaN();
  CHECK(message({}, Dataset(holed, Labels{{0, 1, 0, 1}})).find("cannot take missing values") !=
        std::string::npos);
}
