#include "grove/boosting/gradient_boosting.hpp"
#include "grove/estimator/pipeline.hpp"
#include "grove/neighbors/k_neighbors.hpp"
#include "grove/preprocessing/standard_scaler.hpp"
#include "grove/tree/decision_tree.hpp"
#include "model_selection/search_json.hpp"
#include "support/check.hpp"

using namespace grove;
using grove::testing::message_of;

namespace {

SearchSpace knn_space(const std::string& text) {
  return read_space(text, KNeighborsClassifier(), "space.json");
}
std::string refusal(const std::string& text) {
  return message_of([&] { knn_space(text); });
}

}  // namespace

TEST_CASE("a space is read from JSON") {
  CHECK(knn_space(R"({"n_neighbors": {"low": 1, "high": 50, "scale": "log"},
                      "weights": ["uniform", "distance"], "p": {"low": 1, "high": 3}})") ==
        SearchSpace{{"n_neighbors", log_integers(1, 50)},
                    {"weights", choices({"uniform", "distance"})},
                    {"p", reals(1, 3)}});
  CHECK(knn_space(R"({"n_neighbors": {"low": 1.0, "high": 5.0, "scale": "linear"}})") ==
        SearchSpace{{"n_neighbors", integers(1, 5)}});
  // The type of a nullable parameter is found too, whatever its value is.
  CHECK(read_space(R"({"max_depth": {"low": 1, "high": 9}, "max_leaf_nodes": [8, null],
                       "max_features": {"low": 1, "high": 4}})",
                   DecisionTreeClassifier(),
                   "f") == SearchSpace{{"max_depth", integers(1, 9)},
                                       {"max_leaf_nodes", choices({8, Value()})},
                                       {"max_features", integers(1, 4)}});
  const Pipeline pipeline(StandardScaler{}, KNeighborsClassifier{});
  CHECK(read_space(R"({"kneighborsclassifier__p": {"low": 1, "high": 2}})", pipeline, "f") ==
        SearchSpace{{"kneighborsclassifier__p", reals(1, 2)}});
}

TEST_CASE("a space written as JSON reads back as it was") {
  const Estimator model = GradientBoostingClassifier();
  const SearchSpace space = model.search_space();
  REQUIRE(space.size() >= 6);
  CHECK(read_space(space_json(space).dump(), model, "f") == space);
  const SearchSpace words{{"weights", choices({"uniform"})}, {"n_neighbors", choices({1, 3, 9})}};
  CHECK(knn_space(space_json(words).dump()) == words);
}

TEST_CASE("spaces that are refused, with the file's name") {
  CHECK(refusal(R"({"n_neighbours": {"low": 1, "high": 5}})").find("space.json: ") == 0);
  CHECK(refusal(R"({"n_neighbours": {"low": 1, "high": 5}})").find("did you mean 'n_neighbors'?") !=
        std::string::npos);
  for (const char* text :
       {R"({"n_neighbors": {"low": 0.5, "high": 5}})", R"({"n_neighbors": {"low": 5, "high": 1}})",
        R"({"n_neighbors": {"low": 0, "high": 5}})", R"({"n_neighbors": ["three"]})",
        R"({"weights": ["uniform", "nearest"]})", R"({"weights": {"low": 1, "high": 2}})",
        R"({"p": {"low": 0, "high": 2, "scale": "log"}})"}) {
    INFO(text);
    CHECK(refusal(text).find("space.json: ") == 0);
  }
  CHECK(refusal(R"({"p": {"low": 1, "high": 2, "scale": "logs"}})") ==
        "space.json: 'p': \"scale\" must be log or linear, got \"logs\"");
  CHECK(refusal(R"({"p": {"lo": 1, "high": 2}})") ==
        "space.json: 'p': unknown word 'lo'; did you mean 'low'?");
  CHECK(refusal(R"({"p": {"low": 1}})") == "space.json: 'p': \"high\" must be a number");
  CHECK(refusal(R"({"p": 2})") ==
        "space.json: 'p': a range is {\"low\": ..., \"high\": ...} or a list of at least one "
        "value, got 2");
  CHECK(refusal(R"({"p": []})").find("at least one value") != std::string::npos);
  CHECK(refusal(R"({"p": [{"low": 1}]})").find("the values of a list") != std::string::npos);
  CHECK(refusal(R"({"p": [1], "p": [2]})") == "space.json: parameter 'p' is given twice");
  CHECK(refusal("[1, 2]") == "space.json: a space is an object of parameters");
  CHECK(refusal("{}") == "space.json: the space has no parameters");
  CHECK(refusal("{\"p\": [1,\n 2, ]}").find("space.json") != std::string::npos);
  CHECK(refusal("{\"p\": [1,\n 2, ]}").find("this is no JSON") != std::string::npos);
  CHECK(refusal(R"({"p": {"low": 1, "high": 1e999}})").find("a number is too large") !=
        std::string::npos);
  CHECK(refusal("").find("this is no JSON") != std::string::npos);
  CHECK(refusal(R"({"p": [[[[[[[[[[[1]]]]]]]]]]]})").find("nested too deeply") !=
        std::string::npos);
}
