#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "core/command.hpp"

using namespace grove::testing;
using Json = nlohmann::json;

namespace {

/// A whole contender in a shell script: the class that most training rows have, the first in order
/// of those that are equally many.
constexpr const char* majority =
    "#!/bin/sh\n"
    "best=$(tail -n +2 \"$GROVE_TRAIN\" | sed 's/.*,//' | sort | uniq -c | sort -k 1,1nr -k 2 |\n"
    "       head -n 1 | sed 's/ *[0-9]* //')\n"
    "{ echo prediction; tail -n +2 \"$GROVE_TEST\" | sed \"s/.*/$best/\"; } > "
    "\"$GROVE_PREDICTIONS\"\n";

Json json_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--json", "-", "--quiet"});
  const Outcome outcome = run_grove(arguments);
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  return outcome.json();
}

std::vector<Json> scores_of(const Json& model) {
  std::vector<Json> scores;
  for (const Json& fold : model.at("folds")) scores.push_back(fold.at("scores"));
  return scores;
}

/// External models that log the sha256 of what they get.
std::string logging(const std::string& log, const std::string& then) {
  return "external(cat \"$GROVE_TRAIN\" \"$GROVE_TEST\" | sha256sum >> " + log + "; " + then + ")";
}

bool has_peers() {
  return grove::run_command("/usr/bin/python3 -c 'import sklearn, xgboost, pandas'", {}).code == 0;
}

std::string peer(const std::string& name) { return GROVE_TEST_DIR "/../examples/peers/" + name; }

}  // namespace

TEST_CASE("An external contender is scored like grove's own") {
  const Folder folder;
  const std::string script = "external(sh " + folder.file("majority.sh", majority) + ")";
  const Json report = json_of({"compare", "vehicle", "glass", "-m",
                               "most frequent=DummyClassifier(strategy=most_frequent)", "-m",
                               "in shell=" + script, "--repeats", "2", "--seed", "5"});
  for (const Json& data : report.at("datasets")) {
    const Json& own = data.at("models").at(0);
    const Json& external = data.at("models").at(1);
    CHECK(own.at("name") == "most frequent");
    CHECK(external.at("name") == "in shell");
    CHECK(external.at("model") == script.substr(0, script.size() - 1) + ", seed=5)");
    CHECK(scores_of(external).size() == 10);
    CHECK(scores_of(external) == scores_of(own));
    CHECK(external["folds"][0].at("external").at("seconds_from") == "wall clock");
    CHECK(!own["folds"][0].contains("external"));
  }
  // The expression of the report runs it again.
  const std::string again = report["datasets"][0]["models"][1].at("model");
  const Json rerun = json_of({"cv", "vehicle", "-m", again, "--repeats", "2", "--seed", "5"});
  CHECK(rerun.at("models").at(0).at("model") == again);
  CHECK(rerun.at("splits_sha256") == report["datasets"][0].at("splits_sha256"));
  CHECK(scores_of(rerun["models"][0]) == scores_of(report["datasets"][0]["models"][1]));
}

TEST_CASE("Nearest neighbours in awk agree with grove's on every row") {
  const std::string awk =
      "awk -F, 'NR == FNR { if (FNR > 1) { for (j = 1; j < NF; ++j) x[n, j] = $j; c[n++] = $NF }; "
      "next } FNR == 1 { print \"prediction\"; next } { best = -1; for (i = 0; i < n; ++i) { s = "
      "0; "
      "for (j = 1; j <= NF; ++j) s += (x[i, j] - $j) * (x[i, j] - $j); if (best < 0 || s < best) { "
      "best = s; k = c[i] } } print k }' \"$GROVE_TRAIN\" \"$GROVE_TEST\" > "
      "\"$GROVE_PREDICTIONS\"";
  const Folder folder;
  for (const char* data : {"wine", "glass"}) {
    json_of({"cv", data, "-m", "a=KNeighborsClassifier(n_neighbors=1)", "-m",
             "a=external(" + awk + ")", "--out-of-fold", folder / "oof.csv", "--metrics",
             "accuracy"});
    // model, repeat, row, prediction; the awk script gives no probabilities.
    std::istringstream csv(read_file(folder / "oof.csv"));
    std::vector<std::string> rows;
    for (std::string line; std::getline(csv, line);) {
      std::size_t end = 0;
      for (int comma = 0; comma < 4; ++comma) end = line.find(',', end) + 1;
      rows.push_back(line.substr(0, end));
    }
    const std::size_t half = rows.size() / 2;
    REQUIRE(half > 100);
    CHECK(std::equal(rows.begin() + 1, rows.begin() + 1 + static_cast<std::ptrdiff_t>(half),
                     rows.begin() + 1 + static_cast<std::ptrdiff_t>(half), rows.end()));
  }
}

TEST_CASE("All external contenders get files of the same bytes") {
  const Folder folder;
  const std::string script = "sh " + folder.file("majority.sh", majority);
  const Json report = json_of({"compare", "iris", "-m", logging(folder / "a", script), "-m",
                               logging(folder / "b", "sleep 0.01; " + script), "--threads", "1"});
  CHECK(report.at("datasets").at(0).at("models").at(0).at("folds").at(0).at("error").is_null());
  const std::string log = read_file(folder / "a");
  CHECK(log == read_file(folder / "b"));
  CHECK(std::count(log.begin(), log.end(), '\n') == 5);
  CHECK(std::set<std::string>{log.substr(0, 64), log.substr(68, 64)}.size() == 2);
}

TEST_CASE("A contender that fails or hangs stays in the table with its message") {
  const Folder folder;
  const std::string script = folder.file("majority.sh", majority);
  const Outcome outcome =
      run_grove({"compare", "iris", "-m", "external(sh " + script + ")", "-m",
                 "crash=external(echo 'cannot go on' >&2; exit 9)", "-m",
                 "external(sleep 50, timeout=0.2)", "-m", "external(no_such_program_of_grove)",
                 "--cv", "stratified:2", "--quiet", "--html", folder / "page.html"});
  REQUIRE(outcome.code == 0);
  CHECK(outcome.out.find("failed on 2 of 2 folds: external(echo 'cannot go on' >&2; exit 9) failed "
                         "with exit code 9; its standard error ends 'cannot go on'") !=
        std::string::npos);
  CHECK(outcome.out.find("ran longer than its limit of 0.2 s and was ended") != std::string::npos);
  CHECK(outcome.out.find("failed with exit code 127") != std::string::npos);
  CHECK(outcome.out.find("fit is the wall time of the whole run") != std::string::npos);
  CHECK(read_file(folder / "page.html").find("cannot go on") != std::string::npos);
  const Outcome all = run_grove({"cv", "iris", "-m", "external(exit 9)", "--quiet"});
  CHECK(all.code == 3);
  CHECK(all.err.find("grove: error: external(exit 9) failed with exit code 9") == 0);
}

TEST_CASE("Ctrl-C ends an external command and cleans up") {
  const Folder folder;
  const grove::CommandResult result = grove::run_command(
      "cd \"$TMPDIR\"; " GROVE_CLI
      " cv iris -m 'external(echo $$ > pid; exec sleep 100)' & "
      "grove=$!; while ! [ -s pid ]; do sleep 0.05; done; kill -TERM $grove; wait $grove; "
      "echo code $?; kill -0 $(cat pid); rm pid",
      {.environment = {{"TMPDIR", folder.path()}}, .timeout = 60});
  CHECK(result.out.find("code 1") != std::string::npos);
  CHECK(result.err.find("grove: error: interrupted") != std::string::npos);
  CHECK(result.err.find("No such process") != std::string::npos);
  CHECK(folder.names().empty());
}

TEST_CASE("Metrics of probabilities need a contender that writes them") {
  const Folder folder;
  const std::string shares =
      "awk 'NR == 1 { print \"proba_setosa,proba_versicolor,proba_virginica\" } NR > 1 { print "
      "\"0.5,0.25,0.25\" }' \"$GROVE_TEST\" > \"$GROVE_PREDICTIONS\"";
  const Json report =
      json_of({"cv", "iris", "-m", "external(" + shares + ", proba=true)", "--metrics",
               "log_loss,accuracy", "--out-of-fold", folder / "f.csv"});
  const Json& mean = report.at("models").at(0).at("mean");
  CHECK(mean.at("log_loss").get<double>() ==
        Approx((std::log(2.0) + 2 * std::log(4.0)) / 3).epsilon(1e-12));
  CHECK(mean.at("accuracy").get<double>() == Approx(1.0 / 3).epsilon(1e-12));
  CHECK(read_file(folder / "f.csv").find(",0,setosa,0.5,0.25,0.25\n") != std::string::npos);
  const Outcome refused = run_grove(
      {"cv", "iris", "-m", "external(" + shares + ")", "--metrics", "log_loss", "--quiet"});
  CHECK(refused.code == 3);
  CHECK(refused.err.find("say external(COMMAND, proba=true)") != std::string::npos);
  CHECK(run_grove({"cv", "iris", "-m", "external(true)", "--metrics", "acuracy"}).code == 2);
}

TEST_CASE("Models of different metrics share a table") {
  const Folder folder;
  const Outcome outcome =
      run_grove({"cv", "iris", "-m", "NearestCentroid()", "-m", "Bayes=GaussianNB()", "--quiet"});
  REQUIRE(outcome.code == 0);
  CHECK(outcome.out.find("log_loss") != std::string::npos);
  CHECK(outcome.out.find("\nBayes  ") != std::string::npos);
}

TEST_CASE("Names of contenders") {
  const auto names = [](const std::string& text) {
    return json_of({"compare", "iris", "-m", text, "--cv", "kfold:2"})
        .at("datasets")
        .at(0)
        .at("models")
        .at(0)
        .at("name")
        .get<std::string>();
  };
  CHECK(names(" 5-NN, plain = KNeighborsClassifier(n_neighbors=5)") == "5-NN, plain");
  CHECK(names("KNeighborsClassifier(n_neighbors=4)") == "KNeighborsClassifier(n_neighbors=4)");
  const Json twice = json_of(
      {"compare", "iris", "-m", "a=GaussianNB()", "-m", "b=GaussianNB()", "--cv", "kfold:2"});
  CHECK(scores_of(twice.at("datasets").at(0).at("models").at(0)) ==
        scores_of(twice.at("datasets").at(0).at("models").at(1)));
  const Outcome nameless = run_grove({"compare", "iris", "-m", "=GaussianNB()"});
  CHECK(nameless.code == 2);
  CHECK(nameless.err.find("expected a name") != std::string::npos);
  CHECK(run_grove({"train", "iris", "-m", "external(true)", "-o", "x.grove"}).code == 2);
}

TEST_CASE("scikit-learn and XGBoost enter one comparison with grove's own") {
  if (!has_peers()) {
    WARN("skipped: /usr/bin/python3 lacks sklearn, xgboost or pandas");
    return;
  }
  const Json report = json_of(
      {"compare", "wine", "-m", "KNeighborsClassifier(n_neighbors=7, weights=distance)", "-m",
       "external(" + peer("sklearn_knn.py") + " --k 7 --weights distance, proba=true)", "-m",
       "external(" + peer("xgboost_hist.py") + " --rounds 30, proba=true)", "--cv", "stratified:2",
       "--metrics", "accuracy,log_loss"});
  const Json& models = report.at("datasets").at(0).at("models");
  for (const Json& model : models)
    for (const Json& fold : model.at("folds")) CHECK(fold.at("error").is_null());
  // No two rows of wine are equally far from a third: the votes are the same.
  CHECK(models[0].at("mean").at("accuracy") == models[1].at("mean").at("accuracy"));
  CHECK(models[0].at("mean").at("log_loss").get<double>() ==
        Approx(models[1].at("mean").at("log_loss").get<double>()).epsilon(1e-9));
  CHECK(models[2].at("mean").at("accuracy").get<double>() > 0.85);
  for (std::size_t i = 1; i < 3; ++i)
    CHECK(models[i].at("folds").at(0).at("external").at("seconds_from") == "program");
}
