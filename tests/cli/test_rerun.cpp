#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/command.hpp"
#include "compare/toys.hpp"
#include "grove/grove.hpp"

using namespace grove;
using namespace grove::testing;
using Json = nlohmann::ordered_json;

extern char** environ;

namespace {

std::string measurements(const std::string& flipped = "3.5") {
  std::string csv = "width,height,colour,kind\n";
  for (int i = 0; i < 60; ++i)
    csv += std::to_string(i * 7 % 11) + "," + (i == 40 ? flipped : std::to_string(i * 5 % 13)) +
           "," +
           (i % 4 == 0   ? "?"
            : i % 2 == 0 ? "red"
                         : "blue") +
           "," + (i * 7 % 11 > 5 ? "a" : "b") + "\n";
  return csv;
}

const std::vector<std::string> models{
    "-m", "OneHotEncoder() | KNeighborsClassifier(n_neighbors=3)",
    "-m", "GaussianNB()",
    "-m", "SimpleImputer() | OrdinalEncoder() | RandomForestClassifier(n_estimators=5)"};

std::vector<std::string> with(std::vector<std::string> words,
                              const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Json without_times(const std::string& report) {
  Json json = Json::parse(report);
  for (Json& data : json["datasets"])
    for (Json& model : data["models"]) {
      model.erase("unit_cost");
      for (Json& fold : model["folds"])
        for (const char* key : {"fit_seconds", "predict_seconds", "cpu_seconds", "peak_bytes"})
          fold.erase(key);
    }
  return json;
}

std::size_t lines_of(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return 0;
  const std::string text = read_file(path);
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

/// Starts grove and sends it `signal` when `file` has that many lines. Returns the wait status.
int run_until(const std::vector<std::string>& arguments, const std::string& file,
              std::size_t n_lines, int signal, const std::string& err) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, 2, err.c_str(), O_WRONLY | O_CREAT, 0600);
  std::vector<std::string> words = with({GROVE_CLI}, arguments);
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  pid_t child = 0;
  const int failure = ::posix_spawn(&child, GROVE_CLI, &actions, nullptr, pointers.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  REQUIRE(failure == 0);
  int status = 0;
  const auto begin = std::chrono::steady_clock::now();
  while (lines_of(file) < n_lines &&
         std::chrono::steady_clock::now() - begin < std::chrono::minutes(1) &&
         ::waitpid(child, &status, WNOHANG) == 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  ::kill(child, signal);
  ::waitpid(child, &status, 0);
  return status;
}

}  // namespace

TEST_CASE("grove rerun gets every score again, with any number of threads") {
  const Folder folder;
  const std::string csv = folder.file("m.csv", measurements());
  const std::string report = folder / "report.json";
  REQUIRE(run_grove(with({"compare", csv, "iris", "--na", "?", "--repeats", "2", "--seed", "4",
                          "--json", report, "--html", folder / "page.html", "--quiet"},
                         models))
              .code == 0);
  const Json json = Json::parse(read_file(report));
  CHECK(json.at("format") == "grove comparison");
  CHECK(json.at("format_version") == 1);
  CHECK(json.at("plan").at("datasets").at(0).at("source") == csv);
  CHECK(json["plan"]["datasets"][0].at("reading").at("na").at(0) == "?");
  CHECK(json["plan"].at("contenders").at(2).at("params").at("randomforestclassifier__seed") == 4);
  CHECK(json.at("datasets")
            .at(0)
            .at("models")
            .at(0)
            .at("params")
            .at("kneighborsclassifier__weights") == "uniform");
  const Json& failed = json["datasets"][0]["models"][1]["folds"][0];
  CHECK(failed.at("error").get<std::string>().find("GaussianNB") == 0);
  CHECK(failed.at("hint").is_string());
  CHECK(folder.names() == std::vector<std::string>{"m.csv", "page.html", "report.json"});

  for (const char* threads : {"1", "2"}) {
    const Outcome again =
        run_grove({"rerun", report, "--threads", threads, "--json", folder / "second.json"});
    INFO(again.err);
    CHECK(again.code == 0);
    CHECK(again.out.find(report + ": 140 scores of 80 folds: all equal bit for bit\n") == 0);
    Json second = without_times(read_file(folder / "second.json"));
    Json first = without_times(read_file(report));
    second.erase("environment");
    first.erase("environment");
    CHECK(second == first);
  }
}

TEST_CASE("grove rerun refuses changed data and says what changed") {
  const Folder folder;
  const std::string csv = folder.file("m.csv", measurements());
  const std::string report = folder / "report.json";
  REQUIRE(run_grove(with({"compare", csv, "--json", report, "--quiet"}, models)).code == 0);
  folder.file("m.csv", measurements("4.5"));
  Outcome again = run_grove({"rerun", report});
  CHECK(again.code == 3);
  CHECK(again.out.empty());
  CHECK(again.err.find("grove: error: data set 'm.csv' is not the one of the report: column "
                       "'height' has other values; fingerprint ") == 0);
  CHECK(again.err.find("... was expected, got ") != std::string::npos);
  folder.file("m.csv", measurements() + "1,1,red,a\n");
  again = run_grove({"rerun", report});
  CHECK(again.code == 3);
  CHECK(again.err.find("the number of rows was 60 and is 61") != std::string::npos);
  std::filesystem::remove(csv);
  CHECK(run_grove({"rerun", report}).code != 0);
  folder.file("m.csv", measurements());
  CHECK(run_grove({"rerun", report}).code == 0);
}

TEST_CASE("grove rerun names what does not come out again") {
  const Folder folder;
  const std::string report = folder / "report.json";
  REQUIRE(
      run_grove({"compare", "iris", "-m", "KNeighborsClassifier()", "--json", report, "--quiet"})
          .code == 0);
  const Json good = Json::parse(read_file(report));
  const auto outcome_of = [&](const Json& edited) {
    return run_grove({"rerun", folder.file("edited.json", edited.dump())});
  };
  Json edited = good;
  Json& score = edited["datasets"][0]["models"][0]["folds"][2]["scores"]["accuracy"];
  const std::string value = score.dump();
  score = 0.125;
  Outcome outcome = outcome_of(edited);
  CHECK(outcome.code == 1);
  CHECK(outcome.out.find("edited.json: 20 scores of 10 folds: 1 differences\n") !=
        std::string::npos);
  CHECK(outcome.err.find("grove: error: the report does not come out again: 1 difference, first: "
                         "iris > KNeighborsClassifier() > fold 0/2 > scores > accuracy was 0.125 "
                         "and is " +
                         value) == 0);
  edited = good;
  edited["environment"]["commit"] = "0000000";
  outcome = outcome_of(edited);
  CHECK(outcome.code == 0);
  CHECK(outcome.out.find("  commit: was 0000000, is ") != std::string::npos);
  edited = good;
  edited["format_version"] = 7;
  outcome = outcome_of(edited);
  CHECK(outcome.code == 3);
  CHECK(outcome.err.find("was written in version 7 of the format by grove ") != std::string::npos);
  outcome = run_grove({"rerun", folder.file("cut.json", good.dump().substr(0, 5000))});
  CHECK(outcome.code == 3);
  CHECK(outcome.err.find("this is not JSON") != std::string::npos);
  outcome = run_grove({"rerun", folder / "none.json"});
  CHECK(outcome.code == 1);
  CHECK(outcome.err.find("No such file") != std::string::npos);
}

TEST_CASE("A plan is frozen before the run and held to") {
  const Folder folder;
  const std::string plan = folder / "plan.json";
  const std::vector<std::string> call{"compare", "iris", "-m", "GaussianNB()", "--plan", plan};
  Outcome outcome = run_grove(call);
  CHECK(outcome.code == 0);
  CHECK(outcome.err.find("grove: note: the plan is in '" + plan + "', SHA-256 ") == 0);
  const std::string frozen = read_file(plan);
  const std::string hash = Json::parse(frozen).at("plan_sha256");
  CHECK(outcome.err.find(hash) != std::string::npos);
  outcome = run_grove(with(call, {"--json", folder / "r.json", "--quiet"}));
  CHECK(outcome.code == 0);
  CHECK(Json::parse(read_file(folder / "r.json")).at("plan_sha256") == hash);
  outcome = run_grove(with(call, {"--metrics", "mcc", "-m", "DummyClassifier()"}));
  CHECK(outcome.code == 2);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.find("the deciding metric of iris was accuracy and is mcc; contender "
                         "'DummyClassifier()' was added; the baseline was in and is out") !=
        std::string::npos);
  CHECK(read_file(plan) == frozen);
}

TEST_CASE("An interrupted comparison goes on, and ends with the same report") {
  const Folder folder;
  const std::string report = folder / "report.json";
  const std::vector<std::string> call{
      "compare", "digits",       "vehicle", "-m",   "RandomForestClassifier(n_estimators=150)",
      "-m",      "GaussianNB()", "--json",  report, "--threads",
      "1"};
  const std::string kept = report + ".checkpoint";

  int status = run_until(call, kept, 3, SIGINT, folder / "err");
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 1);
  CHECK(read_file(folder / "err").find("grove: error: interrupted\n  hint: ") == 0);
  CHECK(read_file(folder / "err")
            .find(" of 30 folds are kept in '" + kept + "'; the same command goes on from there") !=
        std::string::npos);
  CHECK_FALSE(std::filesystem::exists(report));
  const std::size_t after_first = lines_of(kept);
  CHECK(after_first >= 3);

  status = run_until(call, kept, after_first + 1, SIGKILL, folder / "err2");
  CHECK(WIFSIGNALED(status));
  CHECK(lines_of(kept) > after_first);
  const Outcome other = run_grove(with(call, {"--repeats", "2"}));
  CHECK(other.code == 2);
  CHECK(other.err.find("belongs to another comparison: ") != std::string::npos);

  const Outcome last = run_grove(call);
  CHECK(last.code == 0);
  CHECK(last.err.find(" of 30 folds are taken from '" + kept + "'\n") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(kept));
  const std::string continued = read_file(report);
  REQUIRE(run_grove(call).code == 0);
  CHECK(without_times(continued) == without_times(read_file(report)));
}

TEST_CASE("A checkpoint that was asked for stays, and without one an interruption says so") {
  const Folder folder;
  const std::string kept = folder / "run.checkpoint";
  const std::vector<std::string> call{"compare",      "iris",         "-m",
                                      "GaussianNB()", "--checkpoint", kept};
  REQUIRE(run_grove(call).code == 0);
  CHECK(lines_of(kept) == 11);
  const Outcome again = run_grove(call);
  CHECK(again.code == 0);
  CHECK(again.err == "grove: note: 10 of 10 folds are taken from '" + kept + "'\n");
  const std::string plan = folder / "plan.json";  // written when the run begins
  const int status = run_until({"compare", "letter_recognition", "-m",
                                "GradientBoostingClassifier(n_estimators=1000)", "--plan", plan},
                               plan, 1, SIGTERM, folder / "err");
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 1);
  CHECK(read_file(folder / "err").find("with --checkpoint FILE the folds that are done are kept") !=
        std::string::npos);
}

TEST_CASE("A program's report runs again as far as its models are grove's own") {
  const Folder folder;
  const std::vector<Dataset> data{datasets::load_iris(), datasets::load("diabetes")};
  const std::string report = folder.file(
      "report.json",
      to_json(compare({{"three", KNeighborsClassifier({.n_neighbors = 3})}, {"line", Ridge()}},
                      data, {.n_repeats = 2, .seed = 6})));
  const Outcome again = run_grove({"rerun", report});
  INFO(again.err);
  CHECK(again.code == 0);
  CHECK(again.out.find(": all equal bit for bit\n") != std::string::npos);

  folder.file("report.json", to_json(compare({{"my own", FirstClass{}}}, {data.front()})));
  Outcome refused = run_grove({"rerun", report});
  CHECK(refused.code == 2);
  CHECK(refused.err.find("grove: error: contender 'my own' cannot be made again from "
                         "'FirstClass") == 0);
  CHECK(refused.err.find("models of a program's own run only in that program") !=
        std::string::npos);

  folder.file("report.json", to_json(compare({{"three", KNeighborsClassifier()}},
                                             {data.front().with_name("mine")})));
  refused = run_grove({"rerun", report});
  CHECK(refused.code == 2);
  CHECK(refused.err.find("does not say where data set 'mine' came from") != std::string::npos);

  folder.file("report.json", to_json(compare({{"three", KNeighborsClassifier()}}, {data.front()},
                                             {.cv = ShuffleSplit{.n_splits = 3, .seed = 2}})));
  refused = run_grove({"rerun", report});
  CHECK(refused.code == 2);
  CHECK(refused.err.find("ShuffleSplit(n_splits=3") != std::string::npos);
}

TEST_CASE("A checkpoint never takes the place of another file") {
  const Folder folder;
  const std::string notes = folder.file("notes.txt", "not to be lost");
  const std::string rows = folder.file("rows.csv", "a,b\n1,2\n3,4");
  for (const std::string& path : {notes, rows}) {
    const std::string before = read_file(path);
    const Outcome refused =
        run_grove({"compare", "iris", "-m", "GaussianNB()", "--checkpoint", path});
    CHECK(refused.code == 3);
    CHECK(read_file(path) == before);
  }
  CHECK(
      run_grove({"compare", "iris", "-m", "GaussianNB()", "--json", notes, "--html", notes}).code ==
      2);
  CHECK(read_file(notes) == "not to be lost");
}

TEST_CASE("A report runs no program unasked, and external runs come out again") {
  const Folder folder;
  const std::string report = folder / "report.json";
  const std::string peer =
      "peer=external (cut -d, -f1 \"$GROVE_TEST\" | sed '1s/.*/prediction/; 2,$s/.*/setosa/' > "
      "\"$GROVE_PREDICTIONS\")";
  REQUIRE(run_grove({"compare", "iris", "-m", peer, "-m", "GaussianNB()", "--json", report}).code ==
          0);
  const Outcome unasked = run_grove({"rerun", report});
  CHECK(unasked.code != 0);
  CHECK(unasked.err.find("the report would run a program") != std::string::npos);
  const Outcome asked = run_grove({"rerun", report, "--run-programs", "--threads", "1"});
  CHECK(asked.code == 0);
  CHECK(asked.out.find("all equal bit for bit") != std::string::npos);
}

TEST_CASE("A tuned comparison comes out again") {
  const Folder folder;
  const std::string report = folder / "report.json";
  REQUIRE(run_grove({"compare", "iris", "-m", "KNeighborsClassifier(weights=uniform)", "-m",
                     "tree=DecisionTreeClassifier()", "--tune", "tpe:12", "--json", report})
              .code == 0);
  const Outcome again = run_grove({"rerun", report, "--threads", "1"});
  CHECK(again.code == 0);
  CHECK(again.out.find("all equal bit for bit") != std::string::npos);
}
