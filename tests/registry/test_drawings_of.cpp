#include <catch2/catch.hpp>

#include "grove/core/error.hpp"
#include "grove/data/standard_datasets.hpp"
#include "grove/registry/drawings_of.hpp"
#include "grove/registry/registry.hpp"

using namespace grove;

TEST_CASE("clusterers show what they have besides labels") {
  const std::vector<std::pair<std::string, std::string>> shown{
      {"AgglomerativeClustering(n_clusters=3)", "Dendrogram"},
      {"HDBSCAN()", "Condensed tree"},
      {"OPTICS()", "Reachability plot"},
      {"StandardScaler() | OPTICS()", "Reachability plot"}};
  for (const auto& [expression, title] : shown) {
    INFO(expression);
    Estimator model = parse_model(expression);
    CHECK_THROWS_AS(drawings_of(model), NotFitted);
    model.fit(datasets::load_iris().without_target());
    const std::vector<Drawing> drawings = drawings_of(model);
    REQUIRE(drawings.size() == 1);
    CHECK(drawings[0].title == title);
    CHECK(drawings[0].svg.find("<svg") == 0);
    CHECK(drawings[0].svg.find("xmlns=\"http://www.w3.org/2000/svg\"") != std::string::npos);
    CHECK(drawings[0].svg.find("viewBox=") != std::string::npos);
  }
  Estimator means = parse_model("KMeans(n_clusters=2)");
  CHECK(drawings_of(means).empty());
}
