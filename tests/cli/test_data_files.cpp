#include <catch2/catch.hpp>

#include "cli/command.hpp"

using namespace grove::testing;

// The formats besides CSV, through the command.

TEST_CASE("a model trained on a LIBSVM file predicts one that ends at a lower index") {
  const Folder folder;
  const std::string train = folder.file("train.libsvm",
                                        "1 1:1 3:2\n1 1:2 3:2.5\n-1 2:1 3:-2\n-1 2:3 3:-1\n1 1:1\n"
                                        "-1 2:2\n");
  const std::string test = folder.file("test.libsvm", "1 1:2\n-1 2:2\n1 1:1\n");
  const Outcome trained = run_grove({"train", train, "-m", "KNeighborsClassifier(n_neighbors=1)",
                                     "-o", folder / "m.grove", "--quiet"});
  INFO(trained.err);
  REQUIRE(trained.code == 0);
  CHECK(run_grove({"predict", folder / "m.grove", test, "-o", "-", "--quiet"}).out ==
        "prediction\n1\n-1\n1\n");
  const Outcome scored = run_grove(
      {"score", folder / "m.grove", test, "--metrics", "accuracy", "--json", "-", "--quiet"});
  REQUIRE(scored.code == 0);
  CHECK(scored.json().at("scores").at("accuracy") == 1);
}

TEST_CASE("grove describe and grove cluster take a NumPy file's columns as features") {
  const std::string array = GROVE_TEST_DIR "/reference/files/int32.npy";
  const Outcome described = run_grove({"describe", array, "--json", "-", "--quiet"});
  REQUIRE(described.code == 0);
  CHECK(described.json().at("rows") == 4);
  REQUIRE(described.json().at("columns").size() == 3);
  CHECK(described.json().at("columns")[1].at("name") == "c1");
  CHECK(described.json().at("columns")[1].at("sum") == 64);
  const Outcome clustered =
      run_grove({"cluster", array, "-m", "KMeans(n_clusters=4)", "-o", "-", "--quiet"});
  CHECK(clustered.out.starts_with("label\n"));
  CHECK(clustered.code == 0);
}

TEST_CASE("grove cv takes a column of a NumPy file as the target") {
  const std::string array = GROVE_TEST_DIR "/reference/files/int32.npy";
  const Outcome outcome =
      run_grove({"cv", array, "--target", "c0", "--task", "regression", "-m", "LinearRegression()",
                 "--cv", "loo", "--metrics", "rmse", "--json", "-", "--quiet"});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK(outcome.json().at("models")[0].at("mean").at("rmse").get<double>() < 1e-9);
}
