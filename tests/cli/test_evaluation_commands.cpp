#include <catch2/catch.hpp>
#include <cmath>

#include "cli/command.hpp"

using namespace grove::testing;
using Json = nlohmann::json;

namespace {

Json json_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--json", "-", "--quiet"});
  const Outcome outcome = run_grove(arguments);
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK(outcome.err.empty());
  return outcome.json();
}

/// Without what differs from run to run.
Json scores_of(Json report) {
  Json scores = Json::array();
  for (const Json& model : report.at("models"))
    for (const Json& fold : model.at("folds")) scores.push_back(fold.at("scores"));
  return {report.at("splits_sha256"), scores};
}

std::size_t count_lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("grove cv writes the report of the design") {
  const Json report = json_of({"cv", "iris", "-m", "GaussianNB()", "-m", "LogisticRegression()",
                               "--metrics", "accuracy,log_loss", "--repeats", "2", "--seed", "3"});
  CHECK(report.at("dataset").at("name") == "iris");
  CHECK(report["dataset"].at("n_rows") == 150);
  CHECK(report["dataset"].at("n_features") == 4);
  CHECK(report["dataset"].at("fingerprint").get<std::string>().size() >= 16);
  CHECK(report.at("splits_sha256").get<std::string>().size() == 64);
  CHECK(report.at("seed") == 3);
  for (const char* key : {"version", "commit", "compiler", "flags", "cpu", "threads"})
    CHECK(report.at("environment").contains(key));
  REQUIRE(report.at("models").size() == 2);
  for (const Json& model : report["models"]) {
    REQUIRE(model.at("folds").size() == 10);
    double sum = 0;
    for (const Json& fold : model["folds"]) {
      CHECK(fold.at("n_train") == 120);
      CHECK(fold.at("n_test") == 30);
      CHECK(fold.at("error").is_null());
      CHECK(fold.at("fit_seconds").get<double>() > 0);
      CHECK(fold.at("predict_seconds").get<double>() > 0);
      CHECK(fold.at("peak_bytes").is_number_unsigned());
      CHECK(fold.at("work").is_object());
      CHECK(fold.at("scores").at("log_loss").get<double>() < 1);
      sum += fold["scores"].at("accuracy").get<double>();
    }
    CHECK(model.at("mean").at("accuracy").get<double>() == Approx(sum / 10).epsilon(1e-14));
    CHECK(model.at("std").at("accuracy").get<double>() > 0);
    CHECK(model["folds"][9].at("repeat") == 1);
    CHECK(model["folds"][9].at("fold") == 4);
  }
  CHECK(report["models"][0].at("model") == "GaussianNB()");
}

TEST_CASE("threads and the way to search change no bit of the scores") {
  const auto cv = [](const std::string& model, const std::string& threads) {
    return scores_of(json_of({"cv", "vehicle", "-m", model, "--threads", threads}));
  };
  const Json scores = cv("KNeighborsClassifier(n_neighbors=5)", "1");
  CHECK(scores.at(1).size() == 5);
  CHECK(scores == cv("KNeighborsClassifier(n_neighbors=5)", "2"));
  CHECK(scores == cv("KNeighborsClassifier(algorithm=brute)", "2"));
  CHECK(scores == cv("KNeighborsClassifier(algorithm=kd_tree)", "1"));
  CHECK(scores == cv("KNeighborsClassifier(algorithm=nanoflann)", "2"));
  const std::string boosting = "GradientBoostingClassifier(n_estimators=5)";
  CHECK(cv(boosting, "1") == cv(boosting, "2"));
}

TEST_CASE("grove cv takes its folds as asked") {
  const auto folds = [](std::vector<std::string> options) {
    options.insert(options.begin(), {"cv", "iris", "-m", "GaussianNB()"});
    return json_of(options).at("models").at(0).at("folds").size();
  };
  CHECK(folds({}) == 5);
  CHECK(folds({"--cv", "kfold:3"}) == 3);
  CHECK(folds({"--cv", "stratified:4", "--repeats", "2"}) == 8);
  CHECK(folds({"--cv", "time:4"}) == 4);
  CHECK(folds({"--cv", "loo"}) == 150);
  const Folder folder;
  std::string text = "row,fold\n";
  for (int i = 0; i < 150; ++i) text += std::to_string(i) + "," + std::to_string(i % 6) + "\n";
  CHECK(folds({"--cv", "file:" + folder.file("folds.csv", text)}) == 6);
  std::string grouped = "x,family,y\n";
  for (int i = 0; i < 60; ++i)
    grouped += std::to_string(i % 7) + "," + std::to_string(i % 12) + (i % 2 ? ",a\n" : ",b\n");
  CHECK(json_of({"cv", folder.file("g.csv", grouped), "--groups", "family", "--cv", "group:3", "-m",
                 "DummyClassifier()"})
            .at("models")
            .at(0)
            .at("folds")
            .size() == 3);
}

TEST_CASE("grove cv writes out-of-fold predictions, and a table for people") {
  const Folder folder;
  const Outcome outcome = run_grove({"cv", "iris", "-m", "GaussianNB()", "-m", "DummyClassifier()",
                                     "--out-of-fold", folder / "oof.csv", "--repeats", "2"});
  REQUIRE(outcome.code == 0);
  CHECK(outcome.out.find("iris: 150 rows, 4 columns; ") == 0);
  CHECK(outcome.out.find("GaussianNB()") != std::string::npos);
  const std::string csv = read_file(folder / "oof.csv");
  CHECK(csv.find("model,repeat,row,prediction,proba_setosa,proba_versicolor,proba_virginica\n"
                 "GaussianNB(),0,0,setosa,") == 0);
  CHECK(count_lines(csv) == 1 + 2 * 2 * 150);
  const Outcome values = run_grove(
      {"cv", "diabetes", "-m", "Ridge()", "--out-of-fold", folder / "values.csv", "--quiet"});
  REQUIRE(values.code == 0);
  CHECK(count_lines(read_file(folder / "values.csv")) == 443);
}

TEST_CASE("grove compare goes on where a model cannot take a data set, and says why") {
  const Folder folder;
  const std::string page = folder / "report.html";
  const Json report = json_of({"compare", "iris", "credit_data", "-m", "GaussianNB()", "-m",
                               "GradientBoostingClassifier(n_estimators=3)", "--html", page});
  REQUIRE(report.at("datasets").size() == 2);
  CHECK(report["datasets"][0].at("tests").at(0).at("test") == "corrected_resampled_t");
  CHECK(report.contains("ranks"));
  const std::string html = read_file(page);
  CHECK(html.find("<!DOCTYPE html>") == 0);
  CHECK(html.find("http://") == std::string::npos);
  CHECK(html.find("https://") == std::string::npos);
  const Outcome outcome = run_grove({"compare", "credit_data", "-m", "GaussianNB()", "-m",
                                     "GradientBoostingClassifier(n_estimators=3)", "--quiet"});
  REQUIRE(outcome.code == 0);
  CHECK(outcome.out.find("put OneHotEncoder() or OrdinalEncoder() before it") != std::string::npos);
  CHECK(outcome.out.find("Dummy (baseline)") != std::string::npos);
}

TEST_CASE("a comparison in which nothing can run is an error") {
  const Folder folder;
  const Outcome outcome = run_grove(
      {"compare", "credit_data", "-m", "GaussianNB()", "--html", folder / "page.html", "--quiet"});
  CHECK(outcome.code == 3);
  CHECK(outcome.err.find("grove: error: GaussianNB cannot take categorical columns") == 0);
  CHECK(folder.names().empty());
}

TEST_CASE("grove score agrees with grove predict") {
  const Folder folder;
  REQUIRE(run_grove({"train", "wine", "-m", "StandardScaler() | KNeighborsClassifier()", "-o",
                     folder / "m.json", "--quiet"})
              .code == 0);
  const Json scores = json_of({"score", folder / "m.json", "wine", "--metrics", "accuracy,mcc"});
  CHECK(scores.at("n_rows") == 178);
  CHECK(scores.at("scores").size() == 2);
  const double accuracy = scores["scores"].at("accuracy");
  CHECK(accuracy > 0.95);
  CHECK(std::abs(accuracy * 178 - std::round(accuracy * 178)) < 1e-9);
  CHECK(run_grove({"score", folder / "m.json", "wine"}).out.find("accuracy") != std::string::npos);
}

TEST_CASE("grove cluster --compare judges a family of clusterers") {
  const Folder folder;
  const std::vector<std::string> call{"cluster",
                                      "iris",
                                      "-m",
                                      "KMeans(n_clusters=2..4)",
                                      "-m",
                                      "StandardScaler() | KMeans(n_clusters=3|200)",
                                      "--compare",
                                      "--pairs",
                                      "2",
                                      "--html",
                                      folder / "page.html",
                                      "--json",
                                      folder / "all.json",
                                      "--quiet"};
  const Outcome outcome = run_grove(call);
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK(outcome.err.empty());
  CHECK(outcome.out.find("iris (150 x 4), species held back from the fits") == 0);
  CHECK(outcome.out.find("failed: KMeans: n_clusters = 200") != std::string::npos);
  const auto json = nlohmann::json::parse(read_file(folder / "all.json"));
  REQUIRE(json.at("models").size() == 5);
  CHECK(json["models"][1].at("name") == "KMeans(n_clusters=3)");
  CHECK(json["models"][1].at("scores").at("silhouette").get<double>() ==
        Approx(0.5528).margin(1e-3));
  CHECK(json["models"][1].at("scores").at("adjusted_rand").get<double>() ==
        Approx(0.7302).margin(1e-3));
  CHECK(json["models"][4].at("n_clusters").is_null());
  CHECK(json.at("stability").at("n_pairs") == 2);
  const std::string page = read_file(folder / "page.html");
  CHECK(page.find("<title>5 clusterings of iris</title>") != std::string::npos);
  CHECK(page.find("<img") == std::string::npos);
  CHECK(run_grove({"cluster", "iris", "-m", "AgglomerativeClustering(n_clusters=3)", "--compare",
                   "--html", folder / "page.html", "--quiet"})
            .code == 0);
  CHECK(read_file(folder / "page.html").find("<img alt=\"Dendrogram of Agglomerative") !=
        std::string::npos);
  CHECK(folder.names() == std::vector<std::string>{"all.json", "page.html"});
}

TEST_CASE("grove cluster --compare: a file without a target, and what it refuses") {
  const Folder folder;
  std::string csv = "a,b\n";
  for (int i = 0; i < 40; ++i)
    csv += std::to_string(i % 2 * 50 + i) + "," + std::to_string(i) + "\n";
  folder.file("d.csv", csv);
  const auto json =
      run_grove({"cluster", folder / "d.csv", "-m", "KMeans(n_clusters=2)", "--compare", "--pairs",
                 "0", "--standardize", "--metric-rows", "20", "--json", "-", "--quiet"})
          .json();
  CHECK(json.at("target").is_null());
  CHECK(json.at("standardize") == true);
  CHECK(json.at("metric_rows") == 20);
  CHECK(json.at("measures").size() == 4);
  const auto refusal = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"cluster", "iris"});
    const Outcome outcome = run_grove(more);
    CHECK(outcome.out.empty());
    return outcome.err + std::to_string(outcome.code);
  };
  CHECK(refusal({"-m", "KMeans()"}) ==
        "grove: error: -o is needed: the file for the labels, or - for stdout\n  hint: --compare "
        "judges clusterings without writing labels\n2");
  CHECK(refusal({"-m", "KMeans()", "-m", "KMeans()", "-o", "-"}) ==
        "grove: error: grove cluster fits one model, and 2 are given\n  hint: --compare compares "
        "several\n2");
  CHECK(refusal({"-m", "KMeans()", "-o", "-", "--html", folder / "p.html"}) ==
        "grove: error: --html is the page of a comparison\n  hint: add --compare\n2");
  CHECK(refusal({"-m", "KMeans()", "-o", "-", "--compare"}) ==
        "grove: error: -o takes the labels of one model, and --compare writes none\n  hint: the "
        "comparison goes to --html and --json\n2");
  CHECK(refusal({"-m", "GaussianNB()", "--compare"}) ==
        "grove: error: grove cluster needs a clusterer, and GaussianNB() is a classifier\n  hint: "
        "grove models lists the clusterers\n2");
  CHECK(refusal({"-m", "KMeans(n_clusters=200..201)", "--compare"}) ==
        "grove: error: KMeans: n_clusters = 200, but the data have only 149 distinct points\n  "
        "hint: use fewer clusters\n3");
  CHECK(refusal({"-m", "KMeans(n_clusters=5..2)", "--compare"}).find("is no range") !=
        std::string::npos);
  CHECK(folder.names() == std::vector<std::string>{"d.csv"});
}

TEST_CASE("grove cluster labels every row") {
  const Folder folder;
  const Json report =
      json_of({"cluster", "iris", "-m", "StandardScaler() | KMeans(n_clusters=3, seed=1)", "-o",
               folder / "labels.csv"});
  CHECK(report.at("n_clusters") == 3);
  CHECK(report.at("n_noise") == 0);
  CHECK(report.at("inertia").get<double>() == Approx(139.82).epsilon(1e-3));
  CHECK(report.at("fit_seconds").get<double>() > 0);
  CHECK(report.at("work").at("distance_evaluations").get<std::int64_t>() > 0);
  const std::string csv = read_file(folder / "labels.csv");
  CHECK(csv.find("label\n") == 0);
  CHECK(count_lines(csv) == 151);
}

TEST_CASE("grove neighbors finds them by number and by distance") {
  const Folder folder;
  const std::string points = folder.file("p.csv", "x,y\n0,0\n1,0\n0,2\n5,5\n");
  const std::string query = folder.file("q.csv", "y,x\n0,0.25\n");
  const Outcome all = run_grove({"neighbors", points, "-k", "2", "-o", "-", "--quiet"});
  CHECK(all.out ==
        "query,rank,row,distance\n0,1,1,1\n0,2,2,2\n1,1,0,1\n1,2,2,2.23606797749979\n"
        "2,1,0,2\n2,2,1,2.23606797749979\n3,1,2,5.830951894845301\n3,2,1,6.4031242374328485\n");
  CHECK(run_grove({"neighbors", points, query, "-k", "2", "-o", "-", "--quiet"}).out ==
        "query,rank,row,distance\n0,1,0,0.25\n0,2,1,0.75\n");
  CHECK(run_grove({"neighbors", points, query, "--radius", "1", "--metric", "manhattan", "-o", "-",
                   "--quiet"})
            .out == "query,rank,row,distance\n0,1,0,0.25\n0,2,1,0.75\n");
  CHECK(run_grove({"neighbors", points, query, "--radius", "1", "-k", "1", "-o", "-", "--quiet"})
            .out == "query,rank,row,distance\n0,1,0,0.25\n");
  const Json brute = json_of(
      {"neighbors", "vehicle", "-k", "3", "--algorithm", "brute", "-o", folder / "brute.csv"});
  for (const char* key : {"build_seconds", "query_seconds", "work"}) CHECK(brute.contains(key));
  CHECK(brute.at("algorithm") == "brute");
  json_of({"neighbors", "vehicle", "-k", "3", "--algorithm", "kd_tree", "-o", folder / "tree.csv"});
  CHECK(read_file(folder / "brute.csv") == read_file(folder / "tree.csv"));
}

TEST_CASE("grove neighbors writes the same bytes whatever searches") {
  const Folder folder;
  for (const char* data : {"letter_recognition", "satellite"}) {
    const std::string expected = folder / "expected.csv";
    REQUIRE(run_grove({"neighbors", data, "-k", "6", "--algorithm", "nanoflann", "--threads", "1",
                       "-o", expected, "--quiet"})
                .code == 0);
    for (const char* algorithm : {"auto", "brute", "kd_tree", "ball_tree", "cells"})
      for (const auto& [threads, leaf_size] :
           std::vector<std::pair<std::string, std::string>>{{"1", "5"}, {"3", "40"}}) {
        INFO(data << " " << algorithm << " " << threads);
        const std::string found = folder / "found.csv";
        REQUIRE(run_grove({"neighbors", data, "-k", "6", "--algorithm", algorithm, "--threads",
                           threads, "--leaf-size", leaf_size, "-o", found, "--quiet"})
                    .code == 0);
        CHECK(read_file(found) == read_file(expected));
      }
  }
}

TEST_CASE("grove neighbors keeps ties, takes mixed data, and searches approximately by name") {
  const Folder folder;
  const std::string points = folder.file("p.csv", "x,y\n0,0\n1,0\n0,1\n5,5\n");
  const std::string query = folder.file("q.csv", "x,y\n0,0\n");
  CHECK(run_grove({"neighbors", points, query, "-k", "2", "--ties", "all", "-o", "-", "--quiet"})
            .out == "query,rank,row,distance\n0,1,0,0\n0,2,1,1\n0,3,2,1\n");
  const std::string mixed = folder.file("m.csv", "size,colour\n1,red\n2,blue\n3,\n,red\n");
  CHECK(run_grove({"neighbors", mixed, "-k", "1", "--metric", "gower", "-o", "-", "--quiet"}).out ==
        "query,rank,row,distance\n0,1,3,0\n1,1,2,0.5\n2,1,1,0.5\n3,1,0,0\n");
  const Json some = json_of({"neighbors", "letter_recognition", "letter_recognition", "-k", "5",
                             "--n-probes", "4", "-o", folder / "some.csv"});
  CHECK(some.at("algorithm") == "approximate");
  CHECK(some.at("recall").get<double>() > 0.9);
  CHECK(some.at("recall").get<double>() < 1);
  const Json all = json_of({"neighbors", "vehicle", "-k", "3", "-o", folder / "all.csv"});
  CHECK(all.at("notes").at(0) ==
        "algorithm = auto took a KD-tree: 846 points of at most 20 columns (18)");
  CHECK(all.at("work").at("bytes_read").get<double>() > 0);
  CHECK(run_grove({"neighbors", points, "-k", "2", "--n-probes", "4", "-o", "-"}).code == 2);
  CHECK(run_grove({"neighbors", points, "-k", "2", "--ties", "some", "-o", "-"}).code == 2);
}

TEST_CASE("grove train and predict run outlier detectors") {
  const Folder folder;
  const std::string model = folder / "lof.grove";
  REQUIRE(run_grove({"train", "faithful", "-m", "StandardScaler() | LocalOutlierFactor()", "-o",
                     model, "--quiet"})
              .code == 0);
  const Outcome found = run_grove({"predict", model, "faithful", "-o", "-", "--quiet"});
  CHECK(found.code == 0);
  CHECK(found.out.substr(0, 17) == "prediction,score\n");
  const std::string density = folder / "density.grove";
  REQUIRE(run_grove(
              {"train", "faithful", "-m", "KernelDensity(kernel=tophat)", "-o", density, "--quiet"})
              .code == 0);
  CHECK(run_grove({"predict", density, "faithful", "-o", "-", "--quiet"}).out.substr(0, 6) ==
        "score\n");
  CHECK(run_grove({"cv", "iris", "-m", "LocalOutlierFactor()"}).err.substr(0, 60) ==
        "grove: error: LocalOutlierFactor() is an outlier detector, a");
  CHECK(run_grove({"score", model, "faithful"}).code == 2);
}

TEST_CASE("A ranker is judged by the order within groups") {
  const Folder folder;
  std::string csv = "width,height,query,relevance\n";
  for (int i = 0; i < 120; ++i) {
    const int width = i * 7 % 11, height = i * 5 % 13;
    csv += std::to_string(width) + "," + std::to_string(height) + ",q" + std::to_string(i / 6) +
           "," + std::to_string(width / 3) + "\n";
  }
  const std::string file = folder.file("ranking.csv", csv);
  const Json report = json_of({"cv", file, "--task", "regression", "--groups", "query", "--cv",
                               "group:4", "-m", "GradientBoostingRanker(n_estimators=20)"});
  const Json& mean = report.at("models").at(0).at("mean");
  CHECK(mean.at("ndcg").get<double>() > 0.95);
  CHECK(mean.at("ndcg").get<double>() <= 1);
  CHECK(mean.contains("ndcg_at_10"));
  CHECK_FALSE(mean.contains("rmse"));
  const std::string model = folder / "ranker.grove";
  REQUIRE(run_grove({"train", file, "--task", "regression", "--groups", "query", "-m",
                     "GradientBoostingRanker(n_estimators=5)", "-o", model})
              .code == 0);
  REQUIRE(run_grove({"predict", model, file, "-o", folder / "scores.csv"}).code == 0);
  const Outcome plain = run_grove(
      {"train", file, "--task", "regression", "-m", "GradientBoostingRanker()", "-o", model});
  CHECK(plain.code == 3);
  CHECK(plain.err.find("give the Dataset groups") != std::string::npos);
}
