#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>

#include "cli/command.hpp"

using namespace grove::testing;

namespace {

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> result;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    result.push_back(text.substr(begin, end - begin));
    begin = end == std::string::npos ? text.size() : end + 1;
  }
  return result;
}

}  // namespace

TEST_CASE("grove train and grove predict") {
  const Folder folder;
  for (const char* name : {"bayes.grove", "bayes.json"}) {
    const Outcome trained = run_grove({"train", "iris", "-m", "StandardScaler() | GaussianNB()",
                                       "-o", folder / name, "--json", "-", "--quiet"});
    INFO(trained.err);
    REQUIRE(trained.code == 0);
    CHECK(trained.err.empty());
    const auto json = trained.json();
    CHECK(json.at("model") == "StandardScaler() | GaussianNB()");
    CHECK(json.at("fit_seconds").get<double>() >= 0);
    CHECK(json.at("work").is_object());
    CHECK(json.at("dataset").at("n_rows") == 150);
    const Outcome labels = run_grove({"predict", folder / name, "iris", "-o", "-", "--quiet"});
    REQUIRE(labels.code == 0);
    const auto rows = lines(labels.out);
    REQUIRE(rows.size() == 151);
    CHECK(rows[0] == "prediction");
    CHECK(rows[1] == "setosa");
    CHECK(rows[150] == "virginica");
    const Outcome proba =
        run_grove({"predict", folder / name, "iris", "--proba", "-o", folder / "p.csv", "--quiet"});
    REQUIRE(proba.code == 0);
    CHECK(proba.out.empty());
    CHECK(lines(read_file(folder / "p.csv"))[0] ==
          "prediction,proba_setosa,proba_versicolor,proba_virginica");
  }
  CHECK(folder.names() == std::vector<std::string>{"bayes.grove", "bayes.json", "p.csv"});
}

TEST_CASE("model files do not depend on threads, time or place") {
  const Folder folder;
  for (const char* threads : {"1", "2"}) {
    const Outcome outcome = run_grove({"train", "wine", "-m", "StandardScaler() | GaussianNB()",
                                       "-o", folder / (std::string("m") + threads + ".grove"),
                                       "--threads", threads, "--quiet"});
    REQUIRE(outcome.code == 0);
  }
  CHECK(read_file(folder / "m1.grove") == read_file(folder / "m2.grove"));
}

TEST_CASE("columns are matched by name and categories by their text") {
  const Folder folder;
  std::string train = "size,code,kind\n";
  for (int i = 0; i < 30; ++i) train += i % 2 == 0 ? "1.5,ab,yes\n" : "3.5,cd,no\n";
  folder.file("train.csv", train);
  folder.file("new.csv", "kind,extra,code,size\n,7,ab,1.4\n,8,cd,3.6\n,9,zz,1.6\n");
  REQUIRE(run_grove({"train", folder / "train.csv", "-m",
                     "ColumnTransformer(StandardScaler() on [size], remainder=drop) | GaussianNB()",
                     "-o", folder / "m.grove", "--quiet"})
              .code == 0);
  const Outcome outcome =
      run_grove({"predict", folder / "m.grove", folder / "new.csv", "-o", "-", "--quiet"});
  INFO(outcome.err);
  CHECK(outcome.out == "prediction\nyes\nno\nyes\n");
}

TEST_CASE("a failed command leaves nothing behind and what was there as it was") {
  const Folder folder;
  folder.file("out.csv", "precious\n");
  REQUIRE(run_grove({"train", "iris", "-m", "GaussianNB()", "-o", folder / "m.grove", "--quiet"})
              .code == 0);
  CHECK(run_grove({"predict", folder / "m.grove", "wine", "-o", folder / "out.csv"}).code == 3);
  CHECK(read_file(folder / "out.csv") == "precious\n");
  const Outcome full =
      run_grove({"predict", folder / "m.grove", "iris", "-o", "/dev/full", "--quiet"});
  CHECK(full.code == 1);
  CHECK(full.err == "grove: error: cannot write '/dev/full': No space left on device\n");
  CHECK(std::filesystem::is_character_file("/dev/full"));
  CHECK(run_grove({"train", "iris", "-m", "GaussianNB()", "-o", folder / "no/m.grove"}).code == 1);
  CHECK(folder.names() == std::vector<std::string>{"m.grove", "out.csv"});
}

TEST_CASE("grove datasets and grove describe") {
  const Outcome list = run_grove({"datasets"});
  REQUIRE(list.code == 0);
  CHECK(list.out.find("iris") != std::string::npos);
  const auto index = run_grove({"datasets", "--json", "-"}).json();
  CHECK(index.at(0).at("name") == "iris");
  CHECK(index.at(0).at("sha256").get<std::string>().size() == 64);
  const Folder folder;
  folder.file("d.csv", "n,colour,same\n1,red,5\n2.5,,5\n,blue,5\n4,red,5\n");
  const Outcome outcome = run_grove({"describe", folder / "d.csv", "--json", "-"});
  REQUIRE(outcome.code == 0);
  const auto json = outcome.json();
  CHECK(json.at("rows") == 4);
  REQUIRE(json.at("columns").size() == 3);
  CHECK(json["columns"][0] ==
        nlohmann::json{
            {"name", "n"}, {"kind", "numeric"}, {"missing", 1}, {"distinct", 3}, {"sum", 7.5}});
  CHECK(
      json["columns"][1] ==
      nlohmann::json{{"name", "colour"}, {"kind", "categorical"}, {"missing", 1}, {"distinct", 2}});
  REQUIRE(json.at("findings").size() == 1);
  CHECK(json["findings"][0].at("code") == "constant_column");
  const Outcome text =
      run_grove({"describe", folder / "d.csv", "--target", "colour", "--task", "classification"});
  CHECK(text.code == 3);
  const Outcome iris = run_grove({"describe", "iris"});
  CHECK(iris.out.find("target species: 3 classes") != std::string::npos);
  CHECK(run_grove({"describe", "iris", "--target", "none"}).out.find("target") ==
        std::string::npos);
  CHECK(run_grove({"describe", "iris", "--target", "petal_width"})
            .out.find("target petal_width: real") != std::string::npos);
}

TEST_CASE("help is made from the tables") {
  CHECK(run_grove({"--help"}).out.find("describe") != std::string::npos);
  CHECK(run_grove({"train", "--help"}).out.find("--threads") != std::string::npos);
  CHECK(run_grove({"--version"}).out.find("grove ") == 0);
  CHECK(run_grove({"models"}).out.find("GaussianNB") != std::string::npos);
  CHECK(run_grove({"models", "GaussianNB"}).out.find("var_smoothing = 1e-09") != std::string::npos);
}

TEST_CASE("grove export writes a header, or nothing") {
  const Folder folder;
  REQUIRE(run_grove({"train", "iris", "-m", "GradientBoostingClassifier(n_estimators=2)", "-o",
                     folder / "trees.grove", "--quiet"})
              .code == 0);
  const Outcome done = run_grove(
      {"export", folder / "trees.grove", "-o", folder / "iris.hpp", "--namespace", "iris"});
  INFO(done.err);
  REQUIRE(done.code == 0);
  CHECK(done.err.find("exported GradientBoostingClassifier(n_estimators=2): ") == 0);
  const std::string header = read_file(folder / "iris.hpp");
  CHECK(header.find("namespace iris {") != std::string::npos);
  CHECK(run_grove({"export", folder / "trees.grove", "-o", "-", "--namespace", "iris", "--quiet"})
            .out == header);

  REQUIRE(run_grove({"train", "iris", "-m", "KNeighborsClassifier()", "-o", folder / "knn.grove",
                     "--quiet"})
              .code == 0);
  const Outcome refused = run_grove({"export", folder / "knn.grove", "-o", folder / "knn.hpp"});
  CHECK(refused.code == 2);
  CHECK(refused.err.find("grove: error: KNeighborsClassifier cannot be exported") == 0);
  CHECK(!std::filesystem::exists(folder / "knn.hpp"));
  CHECK(run_grove({"export", folder / "trees.grove", "-o", "-", "--namespace", "int"}).code == 2);
  CHECK(run_grove({"export", folder / "none.grove", "-o", "-"}).code == 4);
}
