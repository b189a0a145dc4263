#include <catch2/catch.hpp>
#include <sstream>

#include "cli/command.hpp"
#include "support/reference.hpp"

using grove::testing::Folder;
using grove::testing::Outcome;
using grove::testing::read_file;
using grove::testing::reference;
using grove::testing::run_grove;
using Json = nlohmann::json;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string done(const std::vector<std::string>& arguments) {
  const Outcome outcome = run_grove(arguments);
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  return outcome.out;
}

/// Demsar's table 6, with a first column of words.
std::string demsar_csv() {
  std::ostringstream text;
  text.precision(17);
  text << "dataset,C4.5,C4.5+m,C4.5+cf,C4.5+m+cf\n";
  int row = 0;
  const Json tables = reference("statistics").at("tables");
  for (const Json& scores : tables[0].at("scores")) {
    text << "set " << ++row;
    for (const Json& score : scores) text << "," << score.get<double>();
    text << "\n";
  }
  return text.str();
}

}  // namespace

TEST_CASE("grove stats says of Demsar's table what his article says") {
  const Folder folder;
  const std::string file = folder.file("auc.csv", demsar_csv());
  const Json json = Json::parse(done({"stats", file, "--json", "-"}));
  CHECK(json["ranks"]["C4.5"].get<double>() == Approx(3.143).margin(5e-4));
  CHECK(json["ranks"]["C4.5+m"] == 2.0);
  CHECK(json["ranks"]["C4.5+cf"].get<double>() == Approx(2.893).margin(5e-4));
  CHECK(json["ranks"]["C4.5+m+cf"].get<double>() == Approx(1.964).margin(5e-4));
  CHECK(json["friedman"]["without_tie_correction"]["statistic"].get<double>() ==
        Approx(9.28).margin(5e-3));
  CHECK(json["iman_davenport"]["without_tie_correction"]["statistic"].get<double>() ==
        Approx(3.69).margin(5e-3));
  CHECK(json["nemenyi"]["alpha"] == 0.05);
  CHECK(json["nemenyi"]["critical_difference"].get<double>() == Approx(1.2536).margin(5e-5));
  const Json tables = reference("statistics").at("tables");
  const Json& oracle = tables[0];
  CHECK(json["friedman"]["p_value"].get<double>() ==
        Approx(oracle["scipy_friedman"]["pvalue"].get<double>()).epsilon(1e-10));
  CHECK(json["quade"]["p_value"].get<double>() ==
        Approx(oracle["r"]["quade"]["p_value"].get<double>()).epsilon(1e-10));
  REQUIRE(json["wilcoxon_holm"].size() == 6);
  CHECK(json["wilcoxon_holm"][0]["a"] == "C4.5");
  CHECK(json["wilcoxon_holm"][0]["b"] == "C4.5+m");
  CHECK(json["wilcoxon_holm"][0]["statistic"] == 6.5);  // zeros dropped
  const Json pairs = reference("statistics").at("paired");
  CHECK(json["wilcoxon_holm"][0]["p_value"].get<double>() ==
        Approx(pairs[0]["r"]["exact"].get<double>()).epsilon(1e-10));
  for (const Json& pair : json["wilcoxon_holm"])
    CHECK(pair["p_adjusted"].get<double>() >= pair["p_value"].get<double>());

  const std::string text = done({"stats", file, "--alpha", "0.1"});
  CHECK(contains(text, "4 contenders, 14 data sets; higher scores are better"));
  CHECK(contains(text, "(Nemenyi): 1.1181"));
  CHECK(contains(text, "closer than that: C4.5+m+cf, C4.5+m and C4.5+cf\n"));
  CHECK(contains(text, "closer than that: C4.5+cf and C4.5\n"));
  CHECK(contains(text, "At level 0.1, "));
}

TEST_CASE("grove stats compares with a control, adjusts, and knows a rope") {
  const Folder folder;
  const std::string file = folder.file("auc.csv", demsar_csv());
  const Json json = Json::parse(done({"stats", file, "--control", "C4.5", "--adjust", "hochberg",
                                      "--test", "sign", "--rope", "0.01", "--json", "-"}));
  REQUIRE(json["pairs"].size() == 3);
  CHECK(json["test"] == "sign");
  CHECK(json["adjustment"] == "hochberg");
  CHECK(json["bonferroni_dunn"]["critical_difference"].get<double>() ==
        Approx(1.1681).margin(5e-5));
  const Json& pair = json["pairs"][0];
  CHECK(pair["a"] == "C4.5");
  CHECK(pair["wins"].get<int>() + pair["ties"].get<int>() + pair["losses"].get<int>() == 14);
  CHECK(pair["ties"] == 8);
  const Json& posterior = pair["posterior"];
  CHECK(posterior["a_better"].get<double>() + posterior["equivalent"].get<double>() +
            posterior["b_better"].get<double>() ==
        Approx(1));
  CHECK(json ==
        Json::parse(done({"stats", file, "--control", "C4.5", "--adjust", "hochberg", "--test",
                          "sign", "--rope", "0.01", "--threads", "3", "--json", "-"})));
  // Error rates: the same verdicts, mirrored.
  const std::string lower = done({"stats", file, "--lower-is-better", "--json", "-"});
  const Json turned = Json::parse(lower);
  CHECK(turned["ranks"]["C4.5"].get<double>() == Approx(5 - 3.143).margin(5e-4));
  CHECK(done({"stats", file, "--adjust", "shaffer", "--json", folder / "out.json"}).size() > 100);
  CHECK(Json::parse(read_file(folder / "out.json"))["adjustment"] == "shaffer");
}

TEST_CASE("grove stats treats folds as folds") {
  const Folder folder;
  const std::string file =
      folder.file("folds.csv",
                  "fold,a,b\n1,.9,.8\n2,.85,.82\n3,.91,.8\n4,.88,.81\n5,.9,.83\n"
                  "1,.89,.81\n2,.9,.8\n3,.87,.83\n4,.9,.79\n5,.86,.84\n");
  const std::string text = done({"stats", file, "--folds", "5", "--rope", "0.01"});
  CHECK(contains(text, "2 contenders, 10 folds of 5-fold cross-validation"));
  CHECK(contains(text, "corrected_t"));
  CHECK(contains(text, "Bayesian correlated t"));
  CHECK(contains(text, "a is better than b."));
  CHECK_FALSE(contains(text, "Friedman"));
  const Json json = Json::parse(done({"stats", file, "--folds", "5", "--json", "-"}));
  CHECK(json["rows_are"] == "folds");
  CHECK_FALSE(json.contains("wilcoxon_holm"));
  // By hand: mean .073, corrected spread sqrt(var (1/10 + 1/4)).
  CHECK(json["pairs"][0]["statistic"].get<double>() == Approx(3.6999).margin(5e-4));
}

TEST_CASE("grove stats says when there is too little to say anything") {
  const Folder folder;
  const std::string file = folder.file("few.csv", "a,b\n1,2\n3,5\n4,9\n");
  const std::string text = done({"stats", file});
  CHECK(contains(text, "no contender is shown to be better than another"));
  CHECK(contains(text, "That does not make them equal."));
  CHECK(
      contains(text, "3 data sets are too few for this test: its p-value cannot fall below 0.25."));
  const std::string same = folder.file("same.csv", "a,b,c\n1,1,1\n2,2,2\n");
  const Json json = Json::parse(done({"stats", same, "--json", "-"}));
  CHECK(json["friedman"]["p_value"] == 1.0);
  CHECK(json["pairs"][0]["p_value"] == 1.0);
  CHECK(json["pairs"][0]["better"].is_null());
  CHECK(json["groups"].size() == 1);
}

TEST_CASE("grove stats refuses what it cannot use") {
  const Folder folder;
  const std::string good = folder.file("good.csv", "a,b,c\n1,2,3\n2,1,3\n3,1,2\n2,2,1\n");
  const auto check = [&](int code, const std::string& message, const std::string& hint,
                         std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "stats");
    const Outcome outcome = run_grove(arguments);
    INFO(outcome.err);
    CHECK(outcome.code == code);
    CHECK(contains(outcome.err, message));
    CHECK(contains(outcome.err, "  hint: "));
    CHECK(contains(outcome.err, hint));
    CHECK(outcome.out.empty());
  };
  check(2, "there is no contender 'd'", "contenders are a, b and c", {good, "--control", "d"});
  check(2, "--test: there is no 'wilcoxn'; did you mean 'wilcoxon'?", "write wilcoxon, sign,",
        {good, "--test", "wilcoxn"});
  check(2, "--adjust: there is no 'bonf'", "write none, bonferroni", {good, "--adjust", "bonf"});
  check(2, "corrected_t is for the folds", "how many folds", {good, "--test", "corrected-t"});
  check(2, "it would find differences where there are none", "one mean score per data set",
        {good, "--folds", "2", "--test", "wilcoxon"});
  check(2, "exclude each other", "higher is the default",
        {good, "--lower-is-better", "--higher-is-better"});
  check(2, "shaffer's adjustment is for all pairs", "take holm",
        {good, "--control", "a", "--adjust", "shaffer"});
  check(2, "--alpha must be a number, got 'five'", "as in 0.5", {good, "--alpha", "five"});
  check(2, "alpha must be in (0, 1), got 5", "", {good, "--alpha", "5"});
  check(3, "4 rows are no whole number of 3-fold", "", {good, "--folds", "3"});
  check(3, "the score of 'b' in row 2 ('two') is missing", "worst score",
        {folder.file("gap.csv", "dataset,a,b\none,1,2\ntwo,3,\nthree,1,2\n")});
  check(3, "column 'b' holds words, such as 'x', and not scores", "only the first column",
        {folder.file("word.csv", "a,b\n1,x\n2,y\n")});
  check(3, "needs at least 2 contenders, got 1", "one column",
        {folder.file("one.csv", "dataset,a\none,1\ntwo,2\n")});
  check(3, "needs at least 2 rows, got 1", "one row", {folder.file("row.csv", "a,b\n1,2\n")});
}

TEST_CASE("grove stats draws the critical-difference diagram, in a file of its own and in a page") {
  const Folder folder;
  const std::string file = folder.file("auc.csv", demsar_csv());
  const std::string svg = folder / "cd.svg";
  const std::string page = folder / "page.html";
  const std::string text = done({"stats", file, "--alpha", "0.1", "--svg", svg, "--html", page});
  CHECK(contains(text, "(Nemenyi): 1.1181"));
  const std::string drawing = read_file(svg);
  CHECK(drawing.rfind("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"", 0) == 0);
  CHECK(contains(drawing, "CD = 1.12"));
  CHECK(contains(drawing, "A bar joins C4.5+m+cf, C4.5+m and C4.5+cf."));
  const std::string html = read_file(page);
  CHECK(contains(html, "<h1>4 contenders on 14 data sets</h1>"));
  CHECK(contains(html, "download=\"scores.csv\""));
  CHECK(contains(html, "At level 0.1, "));
  CHECK(done({"stats", file, "--alpha", "0.1", "--svg", "-"}) == drawing);

  // Folds of one data set have no such diagram; nothing is written then.
  const Outcome outcome = run_grove({"stats", file, "--folds", "7", "--svg", folder / "no.svg"});
  CHECK(outcome.code != 0);
  CHECK(outcome.out.empty());
  CHECK(contains(outcome.err, "the rows are folds of one data set"));
  CHECK(contains(outcome.err, "one row per data set"));
  CHECK(folder.names().size() == 3);
  CHECK(run_grove({"stats", file, "--svg", folder.path() + "/none/cd.svg"}).code != 0);
}
