#include <catch2/catch.hpp>

#include "cli/command.hpp"

using grove::testing::Folder;
using grove::testing::Outcome;
using grove::testing::read_file;
using grove::testing::run_grove;
using Json = nlohmann::json;

namespace {

Json method_of(const Json& study, const std::string& name) {
  for (const Json& method : study.at("methods"))
    if (method.at("method") == name) return method;
  FAIL("no method " << name);
  return {};
}

double error_of(const Json& study, const std::string& name) {
  return method_of(study, name).at("error").get<double>();
}

}  // namespace

TEST_CASE("grove reproduce statlog: errors stand where they were published") {
  const Folder folder;
  const Outcome outcome =
      run_grove({"reproduce", "statlog", "satellite", "vehicle", "sonar", "glass", "--json",
                 folder / "statlog.json", "--html", folder / "statlog.html", "--quiet"});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  const Json json = Json::parse(read_file(folder / "statlog.json"));
  REQUIRE(json.at("studies").size() == 4);

  const Json satellite = json["studies"][0];
  CHECK(satellite["protocol"] == "first 4435 rows train, last 2000 test");
  CHECK(error_of(satellite, "k-NN") >= 9.0);
  CHECK(error_of(satellite, "k-NN") <= 9.9);
  CHECK(error_of(satellite, "linear discriminant") == Approx(17.15).margin(0.05));
  CHECK(error_of(satellite, "quadratic discriminant") == Approx(15.2).margin(0.3));
  CHECK(error_of(satellite, "logistic") == Approx(16.3).margin(0.5));
  CHECK(error_of(satellite, "CART, pruned") <= 14.5);
  CHECK(error_of(satellite, "naive Bayes") == Approx(20.35).margin(0.05));
  CHECK(error_of(satellite, "random forest") >= 8.0);
  CHECK(error_of(satellite, "random forest") <= 9.7);
  CHECK(method_of(satellite, "k-NN")["published"]["error"] == 9.4);
  CHECK(method_of(satellite, "k-NN")["published"]["checked"] == true);
  CHECK(method_of(satellite, "random forest")["published"]["checked"] == false);
  CHECK(method_of(satellite, "default")["error"] == Approx(76.0).margin(1.0));
  CHECK_THAT(satellite["remark"].get<std::string>(), Catch::Contains("28.7 published, 20.4 here"));

  const Json vehicle = json["studies"][1];
  CHECK(error_of(vehicle, "quadratic discriminant") >= 14);
  CHECK(error_of(vehicle, "quadratic discriminant") <= 15.6);
  CHECK(error_of(vehicle, "linear discriminant") >= 21.2);
  CHECK(error_of(vehicle, "linear discriminant") <= 22.5);
  CHECK(error_of(vehicle, "k-NN") >= 27.5);
  CHECK(error_of(vehicle, "k-NN") <= 29.5);
  CHECK(error_of(vehicle, "naive Bayes") >= 53.5);
  CHECK(error_of(vehicle, "naive Bayes") <= 56.5);
  CHECK(method_of(vehicle, "k-NN")["n_asked"] == 5 * 846);

  CHECK(method_of(json["studies"][2], "1-NN")["n_right"] == 172);
  CHECK(method_of(json["studies"][2], "1-NN")["n_asked"] == 208);
  CHECK(method_of(json["studies"][3], "1-NN")["n_right"] == 157);
  CHECK(method_of(json["studies"][3], "1-NN")["published"].is_null());

  for (const char* word : {"published only: LVQ 10.5", "~8.6", "leave one out", "172/208"})
    CHECK_THAT(outcome.out, Catch::Contains(word));
  const std::string page = read_file(folder / "statlog.html");
  CHECK_THAT(page, Catch::Contains("Mind naive Bayes"));
  CHECK_THAT(page, !Catch::Contains("<script"));
}

TEST_CASE("grove reproduce refuses what it does not have") {
  const Outcome study = run_grove({"reproduce", "statlgo"});
  CHECK(study.code == 2);
  CHECK_THAT(study.err, Catch::Contains("there is no study 'statlgo'; did you mean 'statlog'?"));
  const Outcome data = run_grove({"reproduce", "statlog", "satelite"});
  CHECK(data.code == 2);
  CHECK_THAT(data.err, Catch::Contains("statlog has no data set 'satelite'"));
  CHECK_THAT(data.err, Catch::Contains("did you mean 'satellite'?"));
  CHECK(run_grove({"reproduce"}).code == 2);
}
