#include <catch2/catch.hpp>
#include <cstdlib>
#include <sstream>

#include "cli/command.hpp"

using namespace grove::testing;
using nlohmann::json;

namespace {

const std::string knn = "StandardScaler() | KNeighborsClassifier()";

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The JSON without what a clock says.
json timeless(json result) {
  result.erase("seconds");
  result.erase("environment");
  for (json& trial : result["trials"]) trial.erase("seconds");
  return result;
}

}  // namespace

TEST_CASE("tune prints the best model beside the one given, and writes everything as JSON") {
  const Outcome text = run_grove({"tune", "iris", "-m", knn, "--budget", "8"});
  REQUIRE(text.code == 0);
  CHECK(has(text.out, "kneighborsclassifier__n_neighbors: 1..30, logarithmic"));
  CHECK(has(text.out, "as given"));
  CHECK(has(text.out, "best so far after trial  1: "));
  CHECK(has(text.out, "8 trials, 0 failed; 8.0 evaluations"));

  const Outcome outcome = run_grove({"tune", "iris", "-m", knn, "--method", "tpe", "--budget", "14",
                                     "--metric", "log_loss", "--seed", "3", "--json", "-"});
  REQUIRE(outcome.code == 0);
  const json result = outcome.json();
  CHECK(result["fingerprint"] == result["dataset"]["fingerprint"]);
  CHECK(result["fingerprint"].get<std::string>().size() == 64);
  CHECK(result["method"] == "tpe:14");
  CHECK(result["metric"] == "log_loss");
  CHECK(result["greater_is_better"] == false);
  CHECK(result["trials"].size() == 14);
  CHECK(result["best_so_far"].size() == 14);
  CHECK(result["best_so_far"][13] == result["best_score"]);
  CHECK(result["default_score"] == result["trials"][0]["score"]);
  CHECK(result["best_score"].get<double>() <= result["default_score"].get<double>());
  CHECK(has(result["best_model"].get<std::string>(), "StandardScaler() | KNeighborsClassifier("));
  for (const char* key : {"params", "resource", "score", "std", "seconds", "work", "error"})
    CHECK(result["trials"][0].contains(key));
  const Outcome again =
      run_grove({"tune", "iris", "-m", knn, "--method", "tpe", "--budget", "14", "--metric",
                 "log_loss", "--seed", "3", "--json", "-", "--threads", "3"});
  CHECK(timeless(again.json()) == timeless(result));
}

TEST_CASE("tune takes its space from a file or from the model") {
  const Folder folder;
  const std::string space =
      folder.file("space.json",
                  R"({"n_neighbors": {"low": 2, "high": 4}, "weights": ["uniform", "distance"]})");
  const Outcome file = run_grove({"tune", "iris", "-m", "KNeighborsClassifier()", "--method",
                                  "grid", "--budget", "50", "--space", space, "--json", "-"});
  REQUIRE(file.code == 0);
  CHECK(file.json()["space"]["n_neighbors"] ==
        json::parse(R"({"low": 2, "high": 4, "scale": "linear"})"));
  const Outcome model =
      run_grove({"tune", "iris", "-m", "KNeighborsClassifier(n_neighbors=2..4, p=1|2)", "--method",
                 "grid", "--budget", "50", "--json", "-"});
  REQUIRE(model.code == 0);
  CHECK(model.json()["space"]["p"] == json::parse("[1.0, 2.0]"));
  CHECK(model.json()["trials"].size() == 6);
  // What is written stays.
  const json fixed = run_grove({"tune", "iris", "-m", "KNeighborsClassifier(weights=distance)",
                                "--budget", "3", "--json", "-"})
                         .json();
  CHECK(!fixed["space"].contains("weights"));
  CHECK(has(fixed["best_model"].get<std::string>(), "weights=distance"));
}

TEST_CASE("mistakes in tune are refused before anything runs") {
  const Folder folder;
  const auto refused = [](const std::vector<std::string>& more, int code = 2) {
    std::vector<std::string> arguments = {"tune", "iris"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = run_grove(arguments);
    CHECK(outcome.code == code);
    CHECK(outcome.out.empty());
    return outcome.err;
  };
  const std::string model = "KNeighborsClassifier()";
  const std::string typo = folder.file("typo.json", R"({"n_neighbours": {"low": 1, "high": 5}})");
  const std::string unknown = refused({"-m", model, "--space", typo});
  CHECK(has(unknown, "typo.json: "));
  CHECK(has(unknown, "did you mean 'n_neighbors'?"));
  const std::string reversed =
      folder.file("reversed.json", R"({"n_neighbors": {"low": 5, "high": 1}})");
  CHECK(has(refused({"-m", model, "--space", reversed}), "reversed.json: "));
  const std::string broken = folder.file("broken.json", "{\"p\": [1,]}");
  CHECK(has(refused({"-m", model, "--space", broken}, 3), "broken.json:1:10: this is no JSON"));
  CHECK(has(refused({"-m", model, "--space", folder / "none.json"}, 1), "none.json"));
  CHECK(has(refused({"-m", "KNeighborsClassifier(p=1|2)", "--space", typo}), "given twice"));
  CHECK(has(refused({"-m", "LinearDiscriminantAnalysis()"}), "has nothing to tune"));
  CHECK(has(refused({"-m", "KMeans()"}), "got KMeans() (clusterer)"));
  CHECK(has(refused({"-m", "IsolationForest()"}), "got IsolationForest() (outlier detector)"));
  CHECK(has(refused({"-m", model, "--method", "randm"}), "did you mean 'random'?"));
  CHECK(has(refused({"-m", model, "--budget", "0"}), "is not a budget"));
  CHECK(has(refused({"-m", model, "--metric", "accuracy,log_loss"}), "must be one metric"));
  CHECK(has(refused({"-m", model, "--metric", "acuracy"}), "did you mean"));
}

TEST_CASE("a journal takes a search up where it was left, with the same result") {
  const Folder folder;
  const std::string journal = folder / "trials.jsonl";
  const auto tune = [&](const std::string& budget, const std::string& file,
                        std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"tune", "iris",     "-m",   knn,      "--method",
                                          "tpe",  "--budget", budget, "--json", "-"};
    if (!file.empty()) arguments.insert(arguments.end(), {"--journal", file});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_grove(arguments);
  };
  const json whole = tune("16", "").json();
  REQUIRE(tune("6", journal).code == 0);
  CHECK(lines_of(read_file(journal)).size() == 7);
  const Outcome more = tune("16", journal);
  REQUIRE(more.code == 0);
  CHECK(has(more.err, "6 trials are taken from "));
  CHECK(timeless(more.json()) == timeless(whole));
  CHECK(lines_of(read_file(journal)).size() == 17);

  SECTION("a last line that was cut off is tried again") {
    std::string text = read_file(journal);
    text.resize(text.size() - 30);
    folder.file("trials.jsonl", text);
    const Outcome outcome = tune("16", journal);
    REQUIRE(outcome.code == 0);
    CHECK(has(outcome.err, "15 trials are taken from "));
    CHECK(timeless(outcome.json()) == timeless(whole));
    CHECK(lines_of(read_file(journal)).size() == 17);
  }
  SECTION("a header that was cut off is written again") {
    folder.file("trials.jsonl", read_file(journal).substr(0, 60));
    const Outcome outcome = tune("16", journal);
    REQUIRE(outcome.code == 0);
    CHECK(timeless(outcome.json()) == timeless(whole));
  }
  SECTION("the journal of another search is refused by name") {
    const std::string before = read_file(journal);
    const Outcome seed = tune("16", journal, {"--seed", "9"});
    CHECK(seed.code == 2);
    CHECK(has(seed.err, "belongs to another search: its cv is "));
    CHECK(has(tune("16", journal, {"--metric", "log_loss"}).err,
              "its metric is \"accuracy\", here it is \"log_loss\""));
    const Outcome data =
        run_grove({"tune", "wine", "-m", knn, "--method", "tpe", "--journal", journal});
    CHECK(has(data.err, "its fingerprint is "));
    const Outcome method = run_grove({"tune", "iris", "-m", knn, "--journal", journal});
    CHECK(has(method.err, "its method is \"tpe\", here it is \"random\""));
    CHECK(read_file(journal) == before);
  }
  SECTION("a damaged line is named") {
    std::vector<std::string> lines = lines_of(read_file(journal));
    lines[2] = "{\"params\": 7}";
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    folder.file("trials.jsonl", text);
    const Outcome outcome = tune("16", journal);
    CHECK(outcome.code == 3);
    CHECK(has(outcome.err, "trials.jsonl:3: this is no trial of a search"));
  }
  SECTION("any other file is left as it is") {
    for (const char* text : {"a,b\n1,2\n", "no newline", "[]\n", "{}\n"}) {
      INFO(text);
      const std::string other = folder.file("other", text);
      const Outcome outcome = tune("16", other);
      CHECK(outcome.code == 3);
      CHECK(has(outcome.err, "this is no journal of grove tune"));
      CHECK(read_file(other) == text);
    }
  }
}

TEST_CASE("compare --tune gives every contender one budget and shows what it cost") {
  const std::vector<std::string> base = {
      "compare", "iris",
      "-m",      "KNeighborsClassifier(n_neighbors=1..9)",
      "-m",      "DecisionTreeClassifier()",
      "-m",      "KNeighborsClassifier(n_neighbors=1, weights=uniform)",
      "-m",      "LinearDiscriminantAnalysis()",
      "--cv",    "stratified:3"};
  std::vector<std::string> tuned = base;
  tuned.insert(tuned.end(), {"--tune", "random:5"});
  const Outcome text = run_grove(tuned);
  REQUIRE(text.code == 0);
  CHECK(has(text.out, "tuned inside each of the folds by random:5"));
  tuned.insert(tuned.end(), {"--json", "-"});
  const json result = run_grove(tuned).json();
  CHECK(result["tuning"] == "random:5");
  const json& models = result["datasets"][0]["models"];
  CHECK(models[0]["name"] == "KNeighborsClassifier(n_neighbors=1..9)");
  CHECK(models[0]["tuning"]["evaluations"] == 15);
  CHECK(models[1]["tuning"]["evaluations"] == 15);
  CHECK(models[2]["tuning"]["state"] == "untuned");
  CHECK(models[3]["tuning"]["state"] == "nothing to tune");
  CHECK(models[4]["tuning"]["state"] == "nothing to tune");
  CHECK(models[0]["folds"][0]["search"]["space"]["n_neighbors"]["high"] == 9);

  const Outcome without = run_grove(base);
  CHECK(without.code == 2);
  CHECK(has(without.err, "has a parameter with several values"));
  CHECK(has(without.err, "--tune random:20"));
  CHECK(has(run_grove({"cv", "iris", "-m", "KNeighborsClassifier(n_neighbors=1..9)"}).err,
            "has a parameter with several values"));
  CHECK(has(run_grove({"compare", "iris", "-m", "GaussianNB()", "--tune", "random"}).err,
            "has no budget"));
  CHECK(has(run_grove({"compare", "iris", "-m", "GaussianNB()", "--tune", "rnd:5"}).err,
            "there is no method 'rnd'"));
}

TEST_CASE("an interrupted search says how to go on, and its journal is whole") {
  const Folder folder;
  const std::string journal = folder / "trials.jsonl";
  const std::string command =
      "timeout -s INT 2 " GROVE_CLI
      " tune digits -m 'GradientBoostingClassifier(n_estimators=20)' --budget 100000 --journal " +
      journal + " >" + folder / "out" + " 2>" + folder / "err";
  CHECK(std::system(command.c_str()) != 0);
  const std::string error = read_file(folder / "err");
  CHECK(has(error, "grove: error: interrupted"));
  CHECK(has(error, "the same command goes on from there"));
  const std::vector<std::string> lines = lines_of(read_file(journal));
  for (const std::string& line : lines) CHECK_NOTHROW(json::parse(line));
  CHECK(read_file(folder / "out").empty());
}
