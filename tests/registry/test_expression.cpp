#include <catch2/catch.hpp>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/estimator/pipeline.hpp"
#include "grove/registry/registry.hpp"

using namespace grove;

namespace {

std::string error_of(const std::string& text) {
  try {
    parse_model(text);
  } catch (const InvalidParameter& error) {
    return error.what();
  }
  return "parsed";
}

std::string hint_of(const std::string& text) {
  try {
    parse_model(text);
  } catch (const InvalidParameter& error) {
    return error.hint();
  }
  return "parsed";
}

}  // namespace

TEST_CASE("models are read as they are written") {
  for (const char* text :
       {"KNeighborsClassifier()", "KNeighborsClassifier(n_neighbors=7, weights=distance)",
        "StandardScaler() | KNeighborsClassifier()",
        "SimpleImputer(strategy=median) | StandardScaler() | OneHotEncoder() | GaussianNB()",
        "ColumnTransformer(StandardScaler() on [age, \"body mass\"], OneHotEncoder() on [city], "
        "remainder=drop) | LogisticRegression()"})
    CHECK(parse_model(text).expression() == text);
  CHECK(parse_model(" KNeighborsClassifier ( n_neighbors = 7 , ) ").expression() ==
        "KNeighborsClassifier(n_neighbors=7)");
  CHECK(parse_model("StandardScaler|KNeighborsClassifier").expression() ==
        "StandardScaler() | KNeighborsClassifier()");
  CHECK(parse_model("KNeighborsClassifier(weights='distance')").expression() ==
        "KNeighborsClassifier(weights=distance)");
  CHECK(parse_model("KNeighborsClassifier(n_neighbors=5)").expression() ==
        "KNeighborsClassifier()");
  CHECK(parse_model("StandardScaler() | Ridge()").kind() == EstimatorKind::regressor);
}

TEST_CASE("every registered class reads its own expression with its defaults written out") {
  for (const registry::Entry& entry : registry::entries()) {
    std::string text = concat(entry.name, "(");
    for (const auto& [name, value] : entry.defaults) {
      text += concat(name, "=", to_text(value), ", ");
    }
    text += ")";
    INFO(text);
    const Estimator model = parse_model(entry.is_transformer() ? text + " | GaussianNB()" : text);
    CHECK(model.expression() ==
          (entry.is_transformer() ? entry.name + "() | GaussianNB()" : entry.name + "()"));
    CHECK(!entry.doc.empty());
    CHECK(registry::help(entry).find(entry.name) == 0);
    for (const ParamInfo& info : entry.parameters->params()) CHECK(!info.doc.empty());
  }
  CHECK(registry::estimators().size() == registry::names().size());
  CHECK(registry::transformers().size() == registry::transformer_names().size());
}

TEST_CASE("a model that cannot be read says where and why") {
  CHECK(
      error_of("KNeighborsClasifier()") ==
      "model 'KNeighborsClasifier()', position 1: there is no model called 'KNeighborsClasifier'; "
      "did you mean 'KNeighborsClassifier'?");
  CHECK(error_of("StandardScaler() | KNeighbours()") ==
        "model 'StandardScaler() | KNeighbours()', position 20: there is no model called "
        "'KNeighbours'; did you mean 'KNeighborsClassifier', 'KNeighborsRegressor' or "
        "'KNeighborsOutlier'?");
  CHECK(error_of("KNeighborsClassifier(neighbors=3)") ==
        "model 'KNeighborsClassifier(neighbors=3)', position 22: KNeighborsClassifier has no "
        "parameter "
        "'neighbors'; did you mean 'n_neighbors'?");
  CHECK(error_of("KNeighborsClassifier(n_neighbors=0)") ==
        "model 'KNeighborsClassifier(n_neighbors=0)', position 22: KNeighborsClassifier: parameter "
        "'n_neighbors' must be an integer >= 1, got 0");
  CHECK(
      error_of("KNeighborsClassifier(n_neighbors=two)") ==
      "model 'KNeighborsClassifier(n_neighbors=two)', position 22: KNeighborsClassifier: parameter "
      "'n_neighbors' must be an integer >= 1, got two");
  CHECK(error_of("KNeighborsClassifier(7)") ==
        "model 'KNeighborsClassifier(7)', position 22: expected parameter=value, got '7'");
  CHECK(hint_of("KNeighborsClassifier(7)")
            .find("parameters are given by name, as in "
                  "KNeighborsClassifier(n_neighbors=5)") == 0);
  CHECK(error_of("KNeighborsClassifier(n_neighbors=1, n_neighbors=2)") ==
        "model 'KNeighborsClassifier(n_neighbors=1, n_neighbors=2)', position 37: parameter "
        "'n_neighbors' is given twice");
  CHECK(error_of("KNeighborsClassifier(n_neighbors=1") ==
        "model 'KNeighborsClassifier(n_neighbors=1', position 35: a parenthesis is not closed");
  CHECK(error_of("KNeighborsClassifier(weights='distance)") ==
        "model 'KNeighborsClassifier(weights='distance)', position 30: the quote ' is not closed");
  CHECK(error_of("KNeighborsClassifier(n_neighbors=)") ==
        "model 'KNeighborsClassifier(n_neighbors=)', position 34: '' is not a value");
  CHECK(error_of("KNeighborsClassifier() KMeans()") ==
        "model 'KNeighborsClassifier() KMeans()', position 24: expected | or the end after "
        "KNeighborsClassifier, got 'K'");
  CHECK(error_of("") == "model '', position 1: expected a model's name, got the end");
  CHECK(error_of("| KMeans()") ==
        "model '| KMeans()', position 1: expected a model's name, got '|'");
}

TEST_CASE("the order of a pipeline is explained") {
  CHECK(
      error_of("StandardScaler()") ==
      "model 'StandardScaler()', position 17: a model must follow the transformer StandardScaler");
  CHECK(hint_of("StandardScaler()") ==
        "end it with an estimator, as in StandardScaler() | KNeighborsClassifier()");
  CHECK(error_of("KNeighborsClassifier() | StandardScaler()") ==
        "model 'KNeighborsClassifier() | StandardScaler()', position 26: KNeighborsClassifier is a "
        "model "
        "and must come last, but StandardScaler follows it");
  CHECK(error_of("Pipeline(StandardScaler(), KMeans())") ==
        "model 'Pipeline(StandardScaler(), KMeans())', position 1: a pipeline is written with | "
        "between "
        "its steps");
}

TEST_CASE("a ColumnTransformer that cannot be read says why") {
  CHECK(error_of("ColumnTransformer() | KMeans()") ==
        "model 'ColumnTransformer() | KMeans()', position 20: ColumnTransformer has no parts");
  CHECK(error_of("ColumnTransformer(StandardScaler()) | KMeans()") ==
        "model 'ColumnTransformer(StandardScaler()) | KMeans()', position 35: expected 'on' and a "
        "list "
        "of columns after StandardScaler");
  CHECK(error_of("ColumnTransformer(StandardScaler() on age) | KMeans()") ==
        "model 'ColumnTransformer(StandardScaler() on age) | KMeans()', position 39: expected a "
        "list of "
        "column names, as in [age, income]");
  CHECK(error_of("ColumnTransformer(KMeans() on [age]) | KMeans()") ==
        "model 'ColumnTransformer(KMeans() on [age]) | KMeans()', position 19: KMeans is no "
        "transformer, "
        "and a part of ColumnTransformer must be one");
  CHECK(
      error_of("ColumnTransformer(StandardScaler() on [a], remainder=keep) | KMeans()") ==
      "model 'ColumnTransformer(StandardScaler() on [a], remainder=keep) | KMeans()', position 44: "
      "remainder must be passthrough or drop, got 'keep'");
}

TEST_CASE("The word none of an enumeration is read as one") {
  const Estimator model = parse_model("LogisticRegression(penalty=none, class_weight=none)");
  for (const auto& [name, value] : model.param_values())
    if (name == "penalty" || name == "class_weight") CHECK(value == Value("none"));
  CHECK(parse_model(model.expression()).param_values() == model.param_values());
  CHECK_THROWS_AS(parse_model("KNeighborsClassifier(weights=none)"), InvalidParameter);
}

TEST_CASE("classes are made by name") {
  CHECK(make_estimator("KNeighborsClassifier", {{"n_neighbors", 3}}).expression() ==
        "KNeighborsClassifier(n_neighbors=3)");
  CHECK(make_transformer("StandardScaler").name() == "StandardScaler");
  CHECK_THROWS_WITH(make_estimator("StandardScaler"),
                    "StandardScaler is a transformer, not an estimator");
  CHECK_THROWS_WITH(make_transformer("KMeans"), "KMeans is a clusterer, not a transformer");
  CHECK_THROWS_AS(make_estimator("Forest"), InvalidParameter);
}
