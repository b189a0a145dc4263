#include <catch2/catch.hpp>

#include "grove/registry/registry.hpp"
#include "support/check.hpp"

using namespace grove;
using grove::testing::message_of;

namespace {

std::vector<std::string> family(const std::string& expression) {
  std::vector<std::string> names;
  for (const Estimator& model : parse_models(expression)) names.push_back(model.expression());
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("an expression stands for every combination of its values") {
  CHECK(family("KMeans(n_clusters=3)") == Names{"KMeans(n_clusters=3)"});
  CHECK(family("KMeans") == Names{"KMeans()"});
  CHECK(family("KMeans(n_clusters=2..4)") ==
        Names{"KMeans(n_clusters=2)", "KMeans(n_clusters=3)", "KMeans(n_clusters=4)"});
  CHECK(family("KMeans(n_clusters = 2 | 5..6, tol=0|0.5)") ==
        Names{"KMeans(n_clusters=2, tol=0.0)", "KMeans(n_clusters=2, tol=0.5)",
              "KMeans(n_clusters=5, tol=0.0)", "KMeans(n_clusters=5, tol=0.5)",
              "KMeans(n_clusters=6, tol=0.0)", "KMeans(n_clusters=6, tol=0.5)"});
  CHECK(family("StandardScaler() | KMeans(init=random|k-means++, n_init=3..3)") ==
        Names{"StandardScaler() | KMeans(init=random, n_init=3)",
              "StandardScaler() | KMeans(n_init=3)"});
  CHECK(family("MinMaxScaler(feature_range=[0, 1]) | KMeans(seed=1|2)").size() == 2);
  CHECK(family("ColumnTransformer(StandardScaler(with_mean=true|false) on [a, b], "
               "remainder=drop) | KMeans()")
            .size() == 2);
}

TEST_CASE("ranges that are none") {
  const auto message = [](const std::string& text) {
    return message_of([&] { parse_models(text); });
  };
  CHECK(message("KMeans(n_clusters=4..2)") ==
        "model 'KMeans(n_clusters=4..2)': '4..2' is no range of at most 1000 whole numbers, from "
        "low to high");
  CHECK(message("KMeans(tol=0.1..0.5)").find("'0.1..0.5' is no range") != std::string::npos);
  CHECK(message("KMeans(n_clusters=1..)").find("'1..' is no range") != std::string::npos);
  CHECK(message("KMeans(n_clusters=1..99999999)").find("is no range") != std::string::npos);
  CHECK(message("KMeans(n_clusters=1..100, n_init=1..100)") ==
        "model 'KMeans(n_clusters=1..100, n_init=1..100)': its ranges stand for more than 1000 "
        "models");
  CHECK(message("KMeans(n_clusters=2|)").find("is not a value") != std::string::npos);
  CHECK(message("KMeans(n_clusters=2|x)").find("n_clusters") != std::string::npos);
  CHECK(message("KMeans(n_clusters=0..2)").find("n_clusters") != std::string::npos);
  CHECK(message("KMeans(n_clusters=2..3").find("parenthesis is not closed") != std::string::npos);
  CHECK(message("") != "nothing thrown");
}
