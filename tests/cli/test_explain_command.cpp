#include <catch2/catch.hpp>
#include <cmath>
#include <sstream>

#include "cli/command.hpp"

using namespace grove::testing;

namespace {

std::string trained(const Folder& folder, const std::string& data, const std::string& model) {
  const std::string path = folder / "model.grove";
  const Outcome outcome = run_grove({"train", data, "-m", model, "-o", path, "--quiet"});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  return path;
}

std::string done(const std::vector<std::string>& arguments) {
  const Outcome outcome = run_grove(arguments);
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  return outcome.out;
}

bool contains(const std::string& text, const std::string& word) {
  return text.find(word) != std::string::npos;
}

std::vector<std::vector<std::string>> cells(const std::string& csv) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(csv);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    auto& row = rows.emplace_back();
    for (std::string field; std::getline(fields, field, ',');) row.push_back(field);
  }
  return rows;
}

}  // namespace

TEST_CASE("grove explain ranks the columns") {
  const Folder folder;
  const std::string model =
      trained(folder, "diabetes", "GradientBoostingRegressor(n_estimators=20)");
  const std::string text = done({"explain", model, "diabetes"});
  CHECK(text.rfind("20 trees; shares of the gain and the cover; mean |SHAP| over 442 rows\n"
                   "column    gain  splits   cover  mean |SHAP|\n",
                   0) == 0);
  CHECK(contains(text, "\nbmi "));
  const auto json = nlohmann::json::parse(done({"explain", model, "diabetes", "--json", "-"}));
  CHECK(json["n_trees"] == 20);
  REQUIRE(json["columns"].size() == 10);
  double splits = 0;
  for (const auto& column : json["columns"]) {
    splits += column["split"].get<double>();
    CHECK(column["gain"].get<double>() * column["split"].get<double>() ==
          Approx(column["total_gain"].get<double>()));
    CHECK(column["cover"].get<double>() * column["split"].get<double>() ==
          Approx(column["total_cover"].get<double>()));
    CHECK(column["mean_abs_shap"].size() == 1);
  }
  CHECK(splits > 100);
}

TEST_CASE("grove explain writes SHAP values that add up to the prediction") {
  const Folder folder;
  const std::string model =
      trained(folder, "diabetes", "StandardScaler() | GradientBoostingRegressor(n_estimators=20)");
  done({"explain", model, "diabetes", "--shap", folder / "shap.csv"});
  const auto predicted = cells(done({"predict", model, "diabetes", "-o", "-", "--quiet"}));
  for (const bool interventional : {false, true}) {
    const auto shap =
        interventional
            ? cells(done({"explain", model, "diabetes", "--background", "diabetes", "--shap", "-"}))
            : cells(read_file(folder / "shap.csv"));
    REQUIRE(shap.size() == predicted.size());
    CHECK(shap[0].front() == "row");
    CHECK(shap[0].back() == "expected");
    for (std::size_t i = 1; i < shap.size(); ++i) {
      double sum = 0;
      for (std::size_t j = 2; j < shap[i].size(); ++j) sum += std::stod(shap[i][j]);
      CHECK(sum == Approx(std::stod(predicted[i][0])).epsilon(1e-10));
    }
  }
  CHECK(done({"explain", model, "diabetes", "--shap", "-", "--threads", "1"}) ==
        done({"explain", model, "diabetes", "--shap", "-", "--threads", "3"}));
}

TEST_CASE("grove explain says how one row comes to its score") {
  const Folder folder;
  const std::string model =
      trained(folder, "penguins", "GradientBoostingClassifier(n_estimators=5, max_leaf_nodes=4)");
  const std::string text = done({"explain", model, "penguins", "--row", "0"});
  CHECK(contains(text, "\nrow 0: the score of Adelie is "));
  CHECK(contains(text, "\nrow 0 in tree 0, output 0\n"));
  CHECK(contains(text, ": yes, it is "));
  CHECK(contains(done({"explain", model, "penguins", "--row", "0", "--tree", "4"}),
                 "\nrow 0 in tree 4, output 1\n"));
  const auto json =
      nlohmann::json::parse(done({"explain", model, "penguins", "--row", "3", "--json", "-"}));
  CHECK(json["row"]["paths"].size() == 15);
  REQUIRE(json["row"]["outputs"].contains("Gentoo"));
  const auto& output = json["row"]["outputs"]["Gentoo"];
  double sum = json["expected"][2];
  for (const double part : output["shap"]) sum += part;
  CHECK(sum == Approx(output["score"].get<double>()));

  // Columns are matched by name: the same row with its columns turned around.
  const std::string first =
      folder.file("one.csv",
                  "sex,body_mass_g,flipper_length_mm,bill_depth_mm,bill_length_mm,island\n"
                  "male,3750,181,18.7,39.1,Torgersen\n");
  const Outcome outcome = run_grove({"explain", model, first, "--row", "0"});
  INFO(outcome.err);
  CHECK(outcome.code == 0);
  CHECK(outcome.out.substr(outcome.out.find("\nrow 0")) == text.substr(text.find("\nrow 0")));
}

TEST_CASE("grove explain dumps trees") {
  const Folder folder;
  const std::string model =
      trained(folder, "iris", "GradientBoostingClassifier(n_estimators=2, max_leaf_nodes=3)");
  const std::string all = done({"explain", model, "iris", "--dump", "text"});
  CHECK(all.rfind("base ", 0) == 0);
  CHECK(contains(all, "\ntree 5, output 2\n"));
  const std::string one = done({"explain", model, "iris", "--dump", "text", "--tree", "5"});
  CHECK(contains(all, one));
  CHECK(one.size() < all.size() / 3);
  CHECK(contains(done({"explain", model, "iris", "--dump", "dot", "--tree", "1"}), "digraph {"));
  const auto json =
      nlohmann::json::parse(done({"explain", model, "iris", "--dump", "json", "--quiet"}));
  CHECK(json["trees"].size() == 6);
  CHECK(done({"explain", model, "iris", "--dump", "svg", "-o", folder / "trees.svg"}).empty());
  CHECK(read_file(folder / "trees.svg").rfind("<svg ", 0) == 0);
}

TEST_CASE("grove explain refuses what it cannot explain") {
  const Folder folder;
  const std::string model = trained(folder, "iris", "GradientBoostingClassifier(n_estimators=2)");
  const auto check = [&](int code, const std::string& message, std::vector<std::string> options) {
    options.insert(options.begin(), {"explain", model, "iris"});
    const Outcome outcome = run_grove(options);
    INFO(outcome.err);
    CHECK(outcome.code == code);
    CHECK(contains(outcome.err, message));
    CHECK(contains(outcome.err, "  hint: "));
    CHECK(outcome.out.empty());
  };
  check(2, "--row must be below 150, got 150", {"--row", "150"});
  check(2, "--tree must be below 6, got 6", {"--dump", "svg", "--tree", "6"});
  check(2, "did you mean 'svg'?", {"--dump", "svgg"});
  const std::string bayes = trained(folder, "iris", "StandardScaler() | GaussianNB()");
  check(2, "needs a model made of trees", {});
}
