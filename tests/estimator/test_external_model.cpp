#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "core/temporary_folder.hpp"
#include "data/csv_writer.hpp"
#include "grove/core/error.hpp"
#include "grove/data/csv.hpp"
#include "grove/estimator/external_model.hpp"
#include "support/check.hpp"

using namespace grove;
using grove::testing::message_and_hint_of;
using grove::testing::message_of;

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::string quoted(const std::string& path) { return "'" + path + "'"; }

/// Names and words that need care, missing values, numbers with all their digits.
Dataset awkward() {
  Matrix x(4, 3);
  x << 0.1, 0, 1, missing, 1, 1e-300, 1.0 / 3, missing, -0.0, 12345678.901234567, 2, 4;
  return Dataset(x, {{.name = "a,\"b\"\nc"},
                     {.name = "caf\xc3\xa9",
                      .kind = ColumnKind::categorical,
                      .categories = {"NA", "it's, so", "line\nline"}},
                     {.name = "weight"}})
      .with_labels(Labels{{0, 1, 1, 2}}, {"yes, \"sir\"", "no\nno", "NA"}, "weight_")
      .with_weights(Vector{{1, 2, 3, 4}})
      .with_groups(Labels{{5, 5, 6, 6}});
}

Dataset plain() {
  return Dataset(Matrix{{1, 2}, {3, 4}, {5, 6}}).with_labels(Labels{{0, 1, 1}}, {"a", "b", "c"});
}

/// The answer of a command that writes this text as its predictions for two rows.
struct Written {
  std::string predictions;
  bool proba = false;
  std::string timing = {};

  ExternalModel fitted(const Dataset& data) const {
    std::string command = "printf %s " + quoted(predictions) + " > \"$GROVE_PREDICTIONS\"";
    if (!timing.empty()) command += "; printf %s " + quoted(timing) + " > \"$GROVE_TIMING\"";
    ExternalModel model({.command = command, .proba = proba});
    model.fit(data);
    return model;
  }
  std::string error(const Dataset& data) const {
    const ExternalModel model = fitted(data);
    const std::string text = message_of([&] {
      if (data.has_target()) model.predict_values(data.x().topRows(2));
      if (data.has_labels()) model.predict(data.x().topRows(2));
    });
    const std::size_t place = text.find("): ");
    return place == std::string::npos ? text : text.substr(place + 3);
  }
};

std::string error_of(const std::string& predictions) { return Written{predictions}.error(plain()); }

std::string values_error_of(const std::string& predictions) {
  return Written{predictions}.error(plain().without_target().with_target(Vector{{1.0, 2.0, 3.5}}));
}

/// Other tests run commands at the same time.
class OwnTemporaryDirectory {
 public:
  OwnTemporaryDirectory() {
    const char* before = std::getenv("TMPDIR");
    if (before != nullptr) before_ = before;
    REQUIRE(::mkdtemp(path_.data()) != nullptr);
    ::setenv("TMPDIR", path_.c_str(), 1);
  }
  ~OwnTemporaryDirectory() {
    before_ ? ::setenv("TMPDIR", before_->c_str(), 1) : ::unsetenv("TMPDIR");
    ::rmdir(path_.c_str());
  }
  OwnTemporaryDirectory(const OwnTemporaryDirectory&) = delete;
  OwnTemporaryDirectory& operator=(const OwnTemporaryDirectory&) = delete;

 private:
  std::string path_ = (std::filesystem::temp_directory_path() / "grove-test-XXXXXX").string();
  std::optional<std::string> before_;
};

std::size_t left_over() {
  std::size_t count = 0;
  const char* place = std::getenv("TMPDIR");
  for (const auto& entry : std::filesystem::directory_iterator(place != nullptr ? place : "/tmp"))
    count += entry.path().filename().string().rfind("grove-external-", 0) == 0 ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("A command gets the rows as CSV and the task as JSON") {
  const Dataset data = awkward();
  const TemporaryFolder folder("grove-test");
  const std::string where = quoted(folder.path());
  ExternalModel model({.command = "cp \"$GROVE_TRAIN\" \"$GROVE_TEST\" \"$GROVE_TASK\" " + where +
                                  "; echo $OMP_NUM_THREADS $GROVE_THREADS $PWD >" + where +
                                  "/said; printf 'prediction\\nNA\\nNA\\n\"no\nno\"\\n\"yes, "
                                  "\"\"sir\"\"\"\\n' > \"$GROVE_PREDICTIONS\"",
                       .seed = 9});
  model.fit(data);
  CHECK(model.kind() == EstimatorKind::classifier);
  CHECK(model.predict(data.x(), {.threads = 3}) == Labels{{2, 2, 1, 0}});
  CHECK(text_of(folder / "said") == "3 3 " + std::filesystem::current_path().string() + "\n");
  CHECK(text_of(folder / "train.csv") ==
        "\"a,\"\"b\"\"\nc\",caf\xc3\xa9,weight,weight_,weight__,group\n"
        "0.1,NA,1,\"yes, \"\"sir\"\"\",1,5\n"
        ",\"it's, so\",1e-300,\"no\nno\",2,5\n"
        "0.3333333333333333,,-0,\"no\nno\",3,6\n"
        "12345678.901234567,\"line\nline\",4,NA,4,6\n");
  CHECK(text_of(folder / "test.csv") ==
        "\"a,\"\"b\"\"\nc\",caf\xc3\xa9,weight\n"
        "0.1,NA,1\n,\"it's, so\",1e-300\n0.3333333333333333,,-0\n"
        "12345678.901234567,\"line\nline\",4\n");
  const nlohmann::json task = nlohmann::json::parse(text_of(folder / "task.json"));
  CHECK(task.at("task") == "classification");
  CHECK(task.at("target") == "weight_");
  CHECK(task.at("weight") == "weight__");
  CHECK(task.at("group") == "group");
  CHECK(task.at("classes") == nlohmann::json({"yes, \"sir\"", "no\nno", "NA"}));
  CHECK(task.at("columns").at(0) == nlohmann::json({{"name", "a,\"b\"\nc"}, {"kind", "numeric"}}));
  CHECK(task.at("columns").at(1).at("categories").at(1) == "it's, so");
  CHECK(task.at("n_train") == 4);
  CHECK(task.at("n_test") == 4);
  CHECK(task.at("proba") == false);
  CHECK(task.at("threads") == 3);
  CHECK(task.at("seed") == 9);
}

TEST_CASE("Predictions come as classes, probabilities or values") {
  const Dataset data = plain();
  const Matrix x = data.x().topRows(2);
  CHECK(Written{"prediction\nb\na\n"}.fitted(data).predict(x) == Labels{{1, 0}});
  CHECK(Written{"\xef\xbb\xbfprediction\r\nb\r\na\r\n\r\n"}.fitted(data).predict(x) ==
        Labels{{1, 0}});
  // Class c is not among the training rows; single precision does not quite sum to 1.
  const ExternalModel proba = Written{"proba_b,proba_a\n0.5,0.5\n0.1,0.90001\n", true}.fitted(data);
  CHECK(proba.has_predict_proba());
  CHECK(proba.predict(x) == Labels{{0, 0}});
  const Matrix p = proba.predict_proba(x);
  CHECK(p.row(0) == Eigen::RowVector3d(0.5, 0.5, 0));
  CHECK(p(1, 0) == 0.90001 / 1.00001);
  CHECK(p.row(1).sum() == Approx(1).epsilon(1e-15));
  const ExternalModel both =
      Written{"proba_a,prediction,proba_b,proba_c\n0.2,a,0.8,0\n1,c,0,0\n", true}.fitted(data);
  CHECK(both.predict(x) == Labels{{0, 2}});
  CHECK(both.predict_proba(x)(0, 1) == 0.8);
  const Dataset real = data.without_target().with_target(Vector{{1.0, 2.0, 3.5}});
  const ExternalModel values = Written{"prediction\n-1e-3\n2.5\n"}.fitted(real);
  CHECK(values.kind() == EstimatorKind::regressor);
  CHECK(values.predict_values(x) == Vector{{-0.001, 2.5}});
  CHECK(values.predict_values(Matrix(0, 2)).size() == 0);
}

TEST_CASE("Predictions that do not answer the task are refused with file and line") {
  CHECK(error_of("prediction\na\n") == "predictions.csv: has 1 row, but there are 2 test rows");
  CHECK(error_of("prediction\na\nb\nb\n") ==
        "predictions.csv:4: is one row too many: there are 2 test rows");
  CHECK(error_of("prediction\na\nB\n") ==
        "predictions.csv:3: expected one of the classes a, b and c, got 'B'; did you mean 'b'?");
  CHECK(error_of("prediction\na\n\nb") ==
        "predictions.csv:3: expected one of the classes a, b and c, got ''");
  CHECK(error_of("prediction\na\n1.0\n") ==
        "predictions.csv:3: expected one of the classes a, b and c, got '1.0'");
  CHECK(error_of("predicted\na\nb\n") ==
        "predictions.csv:1: has a column 'predicted'; expected prediction or proba_CLASS; did you "
        "mean 'prediction'?");
  CHECK(error_of("proba_a,proba_d\n1,0\n1,0\n").find("has a column 'proba_d'") !=
        std::string::npos);
  CHECK(error_of("prediction,prediction\na,a\na,a\n") ==
        "predictions.csv:1:12: two columns are called 'prediction'");
  CHECK(error_of("proba_a\n1\n1\n") == "predictions.csv:1: has no column 'proba_b'");
  CHECK(error_of("proba_a,proba_b\n0.5,0.4\n1,0\n") ==
        "predictions.csv:2: expected probabilities that sum to 1, got 0.9");
  CHECK(error_of("proba_a,proba_b\n1,0\n-0.5,1.5\n") ==
        "predictions.csv:3: column 'proba_a': expected a probability, got -0.5");
  CHECK(error_of("proba_a,proba_b\n1,nan\n1,0\n") ==
        "predictions.csv:2: column 'proba_b': expected a number, got 'nan'");
  CHECK(error_of("prediction\n\"a\nb\n").find("is never closed") != std::string::npos);
  CHECK(error_of("prediction\na,b\nb\n") ==
        "predictions.csv:2:3: has 2 fields, but the header names 1 column");
  CHECK(error_of("prediction\na\n\xff\n").find("is not UTF-8") != std::string::npos);
  CHECK(error_of("").find("predictions.csv: is empty") == 0);
  CHECK(values_error_of("prediction\n1\nNaN\n") ==
        "predictions.csv:3: column 'prediction': expected a number, got 'NaN'");
  CHECK(values_error_of("prediction\n1\n1e999\n").find("got '1e999'") != std::string::npos);
  CHECK(values_error_of("proba_a\n1\n2\n") ==
        "predictions.csv:1: has a column 'proba_a'; expected prediction");
  const ExternalModel asked = Written{"prediction\na\nb\n", true}.fitted(plain());
  CHECK(message_of([&] {
          asked.predict_proba(plain().x().topRows(2));
        }).find("predictions.csv has no probabilities") != std::string::npos);
  const ExternalModel unasked = Written{"proba_a,proba_b\n1,0\n1,0\n"}.fitted(plain());
  CHECK(message_and_hint_of([&] {
          unasked.predict_proba(plain().x().topRows(2));
        }).find("hint: write external(COMMAND, proba=true)") != std::string::npos);
}

TEST_CASE("A command's failure is told with its last words, and leaves nothing behind") {
  const OwnTemporaryDirectory alone;
  const std::size_t before = left_over();
  const Dataset data = plain();
  const auto error = [&](const std::string& command, double timeout = 600) {
    ExternalModel model({.command = command, .timeout = timeout});
    model.fit(data);
    return message_and_hint_of([&] { model.predict(data.x()); });
  };
  CHECK(error("echo first >&2; printf 'red \\033[31m\\n' >&2; exit 4") ==
        "external(echo first >&2; printf 'red \\033[31m\\n' >&2; exit 4) failed with exit code 4; "
        "its standard error ends 'first | red \\x1b[31m'");
  CHECK(error("echo told; false") ==
        "external(echo told; false) failed with exit code 1; its output ends 'told'");
  CHECK(error("no_such_program_of_grove")
            .find("failed with exit code 127; its standard error ends"
                  " 'sh: 1: no_such_program_of_grove: not found'\n"
                  "hint: 127 stands for a command that is not "
                  "found") != std::string::npos);
  CHECK(error("kill -KILL $$").find("was ended by signal 9 (Killed)") != std::string::npos);
  CHECK(error("echo busy >&2; exec sleep 100", 1) ==
        "external(echo busy >&2; exec sleep 100) ran longer than its limit of 1 s and was ended; "
        "its standard error ends 'busy'\n"
        "hint: give it more time, as in external(COMMAND, timeout=3600)");
  CHECK(error("true") ==
        "external(true): the command wrote no predictions\n"
        "hint: it must write the file that GROVE_PREDICTIONS names");
  CHECK(error("mkdir \"$GROVE_PREDICTIONS\"").find("it is a directory") != std::string::npos);
  CHECK(error("mkfifo \"$GROVE_PREDICTIONS\"").find("not a regular file") != std::string::npos);
  CHECK(error("head -c 300000 /dev/zero > \"$GROVE_PREDICTIONS\"").find("300000 bytes; at most") !=
        std::string::npos);
  const std::string flood = error("yes '\xc3\xa9\xc3\xa9\xc3\xa9' | head -c 1000000 >&2; exit 1");
  CHECK(flood.size() < 3000);
  CHECK(left_over() == before);
}

TEST_CASE("A program's own seconds and work are taken, if they can be true") {
  const Dataset data = plain();
  const Matrix x = data.x().topRows(2);
  const std::string good = "prediction\na\nb\n";
  const auto run = [&](const std::string& timing, Ledger* ledger = nullptr) {
    const ExternalModel model = Written{good, false, timing}.fitted(data);
    CHECK(!model.last_run());
    model.predict(x, {.ledger = ledger});
    return *model.last_run();
  };
  const ExternalRun silent = run("");
  CHECK(!silent.reported_seconds);
  CHECK(silent.fit_seconds == silent.seconds);
  CHECK(silent.predict_seconds == 0);
  CHECK(silent.peak_bytes > 0);
  CHECK(silent.exchange_seconds > 0);
  Ledger ledger;
  const ExternalRun told =
      run("{\"fit_seconds\": 0.0002, \"predict_seconds\": 0.0001, \"work\": {\"distances\": 12}}",
          &ledger);
  CHECK(told.reported_seconds);
  CHECK(told.fit_seconds == 0.0002);
  CHECK(told.predict_seconds == 0.0001);
  CHECK(ledger.counts() == WorkCounts{{"distances", 12}});
  const auto error = [&](const std::string& timing) {
    return Written{good, false, timing}.error(data);
  };
  CHECK(error("{\"fit_seconds\": 500, \"predict_seconds\": 1}")
            .find("timing.json: reports 501 s, but the command ran for 0.") == 0);
  CHECK(error("[1]") == "timing.json: is no JSON object");
  CHECK(error("{") == "timing.json: is no JSON object");
  CHECK(error("{\"fit_seconds\": 0}") == "timing.json: has no 'predict_seconds'");
  CHECK(error("{\"fit_second\": 0, \"predict_seconds\": 0}") ==
        "timing.json: has an unknown entry 'fit_second'; did you mean 'fit_seconds'?");
  CHECK(error("{\"fit_seconds\": -1, \"predict_seconds\": 0}") ==
        "timing.json: 'fit_seconds' must be a number >= 0, got -1");
  CHECK(error("{\"fit_seconds\": 0, \"predict_seconds\": 0, \"work\": {\"d\": 1.5}}") ==
        "timing.json: 'work': 'd' must be a whole number >= 0");
}

TEST_CASE("One run answers all questions about the same rows") {
  const TemporaryFolder folder("grove-test");
  ExternalModel model({.command = "echo run >> " + quoted(folder / "runs") +
                                  "; printf 'proba_a,proba_b\\n1,0\\n' > \"$GROVE_PREDICTIONS\"",
                       .proba = true});
  const Dataset data = plain();
  CHECK(message_of([&] { model.predict(data.x()); }) == "external is not fitted");
  model.fit(data);
  const ExternalModel copy = model;
  CHECK(model.predict(data.x().topRows(1)) == Labels{{0}});
  CHECK(copy.predict_proba(data.x().topRows(1))(0, 0) == 1);
  CHECK(text_of(folder / "runs") == "run\n");
  CHECK(model.predict(data.x().bottomRows(1)) == Labels{{0}});
  CHECK(text_of(folder / "runs") == "run\nrun\n");
  CHECK(message_of([&] { model.predict(Matrix(1, 3)); }).find("fitted with 2 columns, got 3") !=
        std::string::npos);
  std::stop_source stopped;
  stopped.request_stop();
  CHECK_THROWS_AS(model.predict(data.x().middleRows(1, 1), {.stop = stopped.get_token()}),
                  Cancelled);
}

TEST_CASE("A place without room for the files is told") {
  const char* before = std::getenv("TMPDIR");
  const std::string old = before != nullptr ? before : "";
  ::setenv("TMPDIR", "/proc/no/such/place", 1);
  ExternalModel model({.command = "true"});
  model.fit(plain());
  CHECK(message_and_hint_of([&] { model.predict(plain().x()); }) ==
        "cannot make a temporary directory in '/proc/no/such/place': No such file or directory\n"
        "hint: set TMPDIR to a directory with room");
  if (before != nullptr) {
    ::setenv("TMPDIR", old.c_str(), 1);
  } else {
    ::unsetenv("TMPDIR");
  }
}

TEST_CASE("An empty line is never written for a missing value") {
  const Dataset one(Matrix{{1.5}, {missing}}, Columns{{.name = "only"}});
  CHECK(csv_text(one) == "only\n1.5\n\"\"\n");
  CHECK(std::isnan(parse_csv(csv_text(one)).x()(1, 0)));
}
