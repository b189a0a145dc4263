#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/text.hpp"
#include "grove/core/random.hpp"
#include "grove/registry/archive.hpp"
#include "grove/registry/xgboost_model.hpp"
#include "registry/xgboost_trees.hpp"
#include "support/check.hpp"
#include "support/reference.hpp"
#include "support/temporary_file.hpp"

using namespace grove;
using grove::testing::message_of;
using Json = nlohmann::json;

namespace {

const Json& cases() {
  static const Json all = grove::testing::reference("xgboost_models").at("models");
  return all;
}

const Json& named(const std::string& name) {
  for (const Json& one : cases())
    if (one.at("name") == name) return one;
  throw std::runtime_error("no model " + name);
}

std::string text_of(const std::string& name) { return named(name).at("model"); }

Matrix margins_of(const XgboostModel& model, const Matrix& x) {
  const Index k = model.ensemble.n_outputs();
  Matrix margins = model.ensemble.base.transpose().replicate(x.rows(), 1);
  for (std::size_t t = 0; t < model.ensemble.trees.size(); ++t)
    for (Index i = 0; i < x.rows(); ++i)
      margins(i, static_cast<Index>(t) % k) += model.ensemble.trees[t].predict(x.row(i).data());
  return margins;
}

bool near(double a, double b) { return std::abs(a - b) <= 1e-6 * std::max(0.05, std::abs(b)); }

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

std::string refusal(const std::string& text) {
  return message_of([&] { (void)read_xgboost_json(text); });
}

}  // namespace

TEST_CASE("scores of XGBoost's models are XGBoost's") {
  for (const Json& one : cases()) {
    INFO(one.at("name"));
    const XgboostModel model = read_xgboost_json(one.at("model").get<std::string>());
    const Matrix x = grove::testing::to_matrix(one.at("rows"));
    const Vector expected = grove::testing::to_vector(one.at("margins"));
    const Matrix margins = margins_of(model, x);
    REQUIRE(margins.size() == expected.size());
    for (Index i = 0; i < margins.size(); ++i) CHECK(near(margins.data()[i], expected(i)));
  }
}

TEST_CASE("links of XGBoost's models are XGBoost's") {
  for (const Json& one : cases()) {
    INFO(one.at("name"));
    const XgboostModel model = read_xgboost_json(one.at("model").get<std::string>());
    const Vector margins = grove::testing::to_vector(one.at("margins"));
    const Vector predictions = grove::testing::to_vector(one.at("predictions"));
    if (model.link == "softmax" || one.at("name") == "raw") continue;  // of a matrix; gives no link
    for (Index i = 0; i < margins.size(); ++i) {
      const double p = model.link == "exp"       ? std::exp(margins(i))
                       : model.link == "sigmoid" ? 1 / (1 + std::exp(-margins(i)))
                                                 : margins(i);
      CHECK(near(p, predictions(i)));
    }
  }
}

TEST_CASE("a file of XGBoost's loads as a fitted model") {
  for (const char* name :
       {"binary", "exact", "softprob", "forest", "regression", "gaps", "rank", "dart", "sets",
        "one_hot", "stump", "logistic", "poisson", "gamma", "tweedie"}) {
    INFO(name);
    const Json& one = named(name);
    const grove::testing::TemporaryFile file("model.json", text_of(name));
    const Estimator model = load(file.path());
    const Matrix x = grove::testing::to_matrix(one.at("rows"));
    const Vector expected = grove::testing::to_vector(one.at("predictions"));
    Matrix got;
    if (model.kind() == EstimatorKind::regressor) {
      got = model.predict_values(x);
    } else {
      const Matrix proba = model.predict_proba(x);
      got = proba.cols() == 2 ? Matrix(proba.col(1)) : proba;
    }
    REQUIRE(got.size() == expected.size());
    for (Index i = 0; i < got.size(); ++i) CHECK(near(got.data()[i], expected(i)));
    CHECK(to_bytes(from_bytes(to_bytes(model))) == to_bytes(model));
  }
  const Estimator binary = from_bytes(text_of("binary"));
  CHECK(binary.expression() == "GradientBoostingClassifier(n_estimators=5)");
  CHECK(binary.trained_on()->columns ==
        Columns{{.name = "a"}, {.name = "b"}, {.name = "c"}, {.name = "d"}});
  CHECK(from_bytes(text_of("gaps")).trained_on()->columns.back().name == "f3");
}

TEST_CASE("thresholds split doubles as their rounding to float does") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr float largest = std::numeric_limits<float>::max();
  constexpr float smallest = std::numeric_limits<float>::denorm_min();
  std::vector<float> thresholds{
      0.0F,    -0.0F,    1.0F,     -1.0F,     0.1F,
      largest, -largest, smallest, -smallest, std::numeric_limits<float>::min()};
  Rng rng(5);
  while (thresholds.size() < 3000) {
    const auto bits = static_cast<std::uint32_t>(rng());
    float threshold = 0;
    std::memcpy(&threshold, &bits, sizeof threshold);
    if (std::isfinite(threshold)) thresholds.push_back(threshold);
  }
  for (const float threshold : thresholds) {
    const double below = threshold_below(threshold);
    INFO(threshold);
    CHECK(static_cast<float>(below) < threshold);
    CHECK_FALSE(static_cast<float>(std::nextafter(below, infinity)) < threshold);
  }
}

TEST_CASE("a wrong file of XGBoost's is refused with the place") {
  const std::string good = text_of("regression");
  const std::string features = "\"num_class\":\"0\",\"num_feature\":\"4\"";
  const auto with = [&](const std::string& what, const std::string& other) {
    return refusal(replaced(good, what, other));
  };
  CHECK(refusal("{\"learner\": 3}").find("XGBoost model: file.learner must be a map") == 0);
  CHECK(refusal(good.substr(0, good.size() / 2)).find("XGBoost model: ") == 0);
  CHECK(with("reg:squarederror", "survival:cox").find("file.learner.objective is 'survival:cox'") !=
        std::string::npos);
  CHECK(with("\"name\":\"gbtree\"", "\"name\":\"gblinear\"").find("grove reads gbtree and dart") !=
        std::string::npos);
  CHECK(with(features, "\"num_class\":\"0\",\"num_feature\":\"1\"").find("by column ") !=
        std::string::npos);
  CHECK(with(features, "\"num_class\":\"0\",\"num_feature\":\"1e18\"")
            .find("must be a number in 1..") != std::string::npos);
  CHECK(with("\"num_class\":\"0\"", "\"num_class\":\"3\"").find("num_class") != std::string::npos);
  CHECK(with("\"base_score\":\"5E-1\"", "\"base_score\":\"x\"").find("base_score must be") !=
        std::string::npos);
  CHECK(
      with("\"left_children\":[1,", "\"left_children\":[0,").find("has a node with two parents") !=
      std::string::npos);
  CHECK(with("\"left_children\":[1,", "\"left_children\":[99,")
            .find("left_children [0] must be in") != std::string::npos);
  CHECK(with("\"right_children\":[2,", "\"right_children\":[-1,").find("one child") !=
        std::string::npos);
  CHECK(with("\"split_conditions\":[", "\"split_conditions\":[NaN,").find("must hold ") !=
        std::string::npos);
  const std::string sets = text_of("sets");
  CHECK(
      refusal(replaced(sets, "\"split_type\":[1", "\"split_type\":[0")).find("that is no float") !=
      std::string::npos);
  CHECK(refusal(replaced(sets, "\"categories_segments\":[0", "\"categories_segments\":[7"))
            .find("categories_segments") != std::string::npos);
}

TEST_CASE("damage to a file of XGBoost's does no harm") {
  for (const char* name : {"softprob", "dart", "sets"}) {
    const std::string good = text_of(name);
    const Matrix x = grove::testing::to_matrix(named(name).at("rows"));
    Rng rng(3);
    for (int round = 0; round < 400; ++round) {
      std::string bad = good;
      for (int change = 0; change < 3; ++change)
        bad[static_cast<std::size_t>(rng.below(static_cast<Index>(bad.size())))] =
            "0123456789,[]-E\"{}"[rng.below(18)];
      try {
        const Matrix margins = margins_of(read_xgboost_json(bad), x);
        CHECK(margins.allFinite());
      } catch (const ModelFormatError&) {
      }
    }
  }
}
