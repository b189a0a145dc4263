#include <catch2/catch.hpp>
#include <sstream>

#include "cli/command.hpp"

using grove::testing::Folder;
using grove::testing::Outcome;
using grove::testing::run_grove;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// 60 rows, a column that rises under the name `time`, two classes.
std::string rising_csv(const std::string& time) {
  std::ostringstream text;
  text << "a," << time << ",class\n";
  for (int i = 0; i < 60; ++i)
    text << (i * 37) % 61 << "," << 1000 + i << "," << (i % 2 == 0 ? "x" : "y") << "\n";
  return text.str();
}

const std::string nb = "GaussianNB()";

}  // namespace

TEST_CASE("grove compare and grove cv say what the guards find") {
  const Folder folder;
  const std::string file = folder.file("sales.csv", rising_csv("year"));
  const std::string line = "\n! G-LEAK-08 trained on the future: ";
  for (const char* command : {"compare", "cv"}) {
    const Outcome found = run_grove({command, file, "-m", nb});
    CHECK(found.code == 0);
    CHECK(contains(found.out, line));
    const auto json = run_grove({command, file, "-m", nb, "--json", "-"}).json();
    const auto& findings =
        json.contains("datasets") ? json["datasets"][0]["findings"] : json["findings"];
    REQUIRE(findings.size() == 1);
    CHECK(findings[0]["code"] == "G-LEAK-08");
    CHECK(findings[0]["title"] == "trained on the future");
    const Outcome strict = run_grove({command, file, "-m", nb, "--strict"});
    CHECK(strict.code == 3);
    CHECK(contains(strict.err, "G-LEAK-08 trained on the future"));
    CHECK(contains(strict.err, "hint: Sort the rows by time"));
    const Outcome honest = run_grove({command, file, "-m", nb, "--cv", "time:5", "--strict"});
    CHECK(honest.code == 0);
    CHECK(!contains(honest.out, "G-LEAK"));
  }
}

TEST_CASE("The column that --time names tells the time") {
  const Folder folder;
  const std::string file = folder.file("sales.csv", rising_csv("order"));
  CHECK(!contains(run_grove({"cv", file, "-m", nb}).out, "G-LEAK"));
  CHECK(contains(run_grove({"cv", file, "-m", nb, "--time", "order"}).out, "! G-LEAK-08 "));
  const Outcome typo = run_grove({"compare", file, "-m", nb, "--time", "oder"});
  CHECK(typo.code == 2);
  CHECK(contains(typo.err, "the time column 'oder' is not in the data; did you mean 'order'?"));
}

TEST_CASE("A model from @FILE knows the data that it was tuned on") {
  const Folder folder;
  const auto json = run_grove({"cv", "iris", "-m", nb, "--json", "-"}).json();
  const std::string fingerprint = json["dataset"]["fingerprint"];
  const std::string tuned = folder.file("tuned.json",
                                        "{\"best_model\": \"KNeighborsClassifier(n_neighbors=9)\", "
                                        "\"fingerprint\": \"" +
                                            fingerprint + "\"}");
  for (const char* command : {"compare", "cv"}) {
    const Outcome same = run_grove({command, "iris", "-m", "@" + tuned});
    CHECK(same.code == 0);
    CHECK(contains(same.out, "KNeighborsClassifier(n_neighbors=9)"));
    CHECK(contains(same.out, "! G-LEAK-12 tuned on the test rows: "));
    CHECK(!contains(run_grove({command, "wine", "-m", "@" + tuned}).out, "G-LEAK"));
  }
  // Tuning the rest does not make it unknown.
  CHECK(contains(run_grove({"compare", "iris", "-m", "@" + tuned, "--tune", "random:2"}).out,
                 "! G-LEAK-12 tuned on the test rows: "));
  const Outcome missing = run_grove({"cv", "iris", "-m", "@nowhere.json"});
  CHECK(missing.code == 2);
  CHECK(contains(missing.err, "-m @nowhere.json: cannot read 'nowhere.json'"));
  const Outcome other = run_grove({"cv", "iris", "-m", "@" + folder.file("a.json", "[1, 2")});
  CHECK(other.code == 2);
  CHECK(contains(other.err, "the file lacks best_model"));
}
