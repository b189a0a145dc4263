#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <regex>

#include "compare/page_check.hpp"
#include "compare/report/prose.hpp"
#include "compare/report/report.hpp"
#include "compare/toys.hpp"
#include "grove/compare/comparison.hpp"
#include "grove/compare/statistics.hpp"
#include "grove/data/standard_datasets.hpp"
#include "grove/metrics/probability.hpp"
#include "grove/metrics/ranking.hpp"
#include "support/check.hpp"

using namespace grove;
using grove::testing::check_page;
using grove::testing::count_of;
using grove::testing::csv_of;
using grove::testing::holds;
using grove::testing::lines_of;

namespace {

/// Nearest means with probabilities from the distances.
struct SoftMeans : NearestMean {
  Matrix predict_proba(MatrixView x) const {
    Matrix proba(x.rows(), means.rows());
    for (Index i = 0; i < x.rows(); ++i) {
      const Vector squares = (means.rowwise() - x.row(i)).rowwise().squaredNorm();
      proba.row(i) = (-(squares.array() - squares.minCoeff())).exp().matrix().transpose();
      proba.row(i) /= proba.row(i).sum();
    }
    return proba;
  }
};

/// A baseline that fails, so that nothing is left.
struct DummyRefuses : Refuses {
  static constexpr std::string_view type_name = "DummyRefuses";
};

/// Two classes of iris.
Dataset two_classes() {
  const Dataset iris = datasets::load_iris();
  std::vector<Index> rows;
  for (Index i = 0; i < iris.n_rows(); ++i)
    if (iris.labels()(i) > 0) rows.push_back(i);
  Labels labels(static_cast<Index>(rows.size()));
  Matrix x(static_cast<Index>(rows.size()), iris.n_columns());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    labels(static_cast<Index>(i)) = iris.labels()(rows[i]) - 1;
    x.row(static_cast<Index>(i)) = iris.x().row(rows[i]);
  }
  return Dataset(x, labels).with_name("two");
}

Dataset line(Index n) {
  Matrix x(n, 1);
  Vector y(n);
  for (Index i = 0; i < n; ++i) {
    x(i, 0) = static_cast<double>(i);
    y(i) = 2.0 * static_cast<double>(i % 17);
  }
  return Dataset(x, y).with_name("line");
}

Dataset line_classes(Index n) {
  Matrix x(n, 1);
  Labels y(n);
  for (Index i = 0; i < n; ++i) {
    x(i, 0) = static_cast<double>(i);
    y(i) = static_cast<int>(i % 3 == 0);
  }
  return Dataset(x, y).with_name("line");
}

/// Text of the page without tags, one blank between words.
std::string words(const std::string& page) {
  std::string text;
  bool inside = false;
  for (const char c : grove::testing::markup(page)) {
    if (c == '<') inside = true;
    const bool blank = c == ' ' || c == '\n';
    if (!inside && !(blank && !text.empty() && text.back() == ' ')) text += blank ? ' ' : c;
    if (c == '>') inside = false;
  }
  return text;
}

}  // namespace

TEST_CASE("the page draws every fold, explains every figure and needs nothing from outside") {
  const Comparison found = compare({{"means", SoftMeans{}}, {"first", FirstClass{}}},
                                   {datasets::load_iris(), datasets::load_wine()});
  const std::string page = to_html(found);
  check_page(page);
  CHECK(count_of(page, "class=\"dot\"") == 2 * 3 * 5);
  CHECK(count_of(page, "class=\"mean\"") == 2 * 3);
  CHECK(count_of(page, ">means: mean 0.") == 2);
  CHECK(holds(page, "<h2>Over all data sets</h2>"));
  CHECK(count_of(page, "class=\"cd wide\"") == 1);
  CHECK(count_of(page, "class=\"cd narrow\"") == 1);
  CHECK(holds(page, "With so few data sets the critical difference is as long as the axis"));
  CHECK(count_of(page, ">Score against seconds to predict on ") == 2);
  CHECK(count_of(page, "table class=\"confusion\"") == 2 * 3);
  CHECK(holds(page, found.datasets[0].splits_sha256));
  CHECK(holds(page, found.datasets[1].fingerprint));
  CHECK(holds(page, "prefers-color-scheme:dark"));
  CHECK(holds(page, "name=\"viewport\""));
  // Everything is drawn inside its figure.
  const std::regex place("(?:cx|x|x1|x2)=\"([-0-9.]+)%\"");
  for (std::sregex_iterator at(page.begin(), page.end(), place), end; at != end; ++at) {
    const double percent = std::stod((*at)[1]);
    CHECK((percent >= 0 && percent <= 100));
  }
}

TEST_CASE("names and messages cannot break the page") {
  const std::string nasty = "<script>alert(\"x\")</script> & 'co'\n";
  const Dataset iris = datasets::load_iris().with_name("<b>\"iris\"");
  const std::string page = to_html(compare({{nasty, NearestMean{}}, {"no", Refuses{}}}, {iris}));
  check_page(page);
  CHECK(count_of(page, "<script") == 1);
  CHECK(!holds(page, "<b>"));
  CHECK(holds(page, "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;co&#39; "));
  CHECK(holds(page, "&lt;b&gt;&quot;iris&quot;"));
  CHECK(holds(page, "Refuses: column &#39;a&lt;b&#39; has 3 missing values"));
  CHECK(holds(page, "put an imputer &amp; co"));
  CHECK(holds(page, "failed on 5 of 5"));
  CHECK(holds(words(page),
              "no failed on 5 of 5 folds of &lt;b&gt;&quot;iris&quot; and stands last there."));
  // In the CSV names are what they were.
  CHECK(holds(csv_of(page, "ranks.csv"), "\"<b>\"\"iris\"\"\",\"<script>alert(\"\"x\"\")"));
  CHECK(holds(csv_of(page, "folds.csv"), "Refuses: column 'a<b' has 3 missing values\n"));
}

TEST_CASE("the CSV files of the page hold what was found, to the last digit") {
  Comparison found = compare({{"means", SoftMeans{}}, {"first", FirstClass{}}},
                             {datasets::load_iris(), datasets::load_wine()}, {.n_repeats = 2});
  found.datasets[0].findings.push_back({"G-TEST", "a, \"quoted\" text"});
  const std::string page = to_html(found);
  const auto scores = lines_of(csv_of(page, "scores.csv"));
  REQUIRE(scores.size() == 1 + 2 * 3 * 10 * 2);
  CHECK(scores[0] == "dataset,contender,repeat,fold,n_train,n_test,metric,score");
  std::size_t at = 1;
  for (const DatasetComparison& data : found.datasets)
    for (const Standing& standing : data.standings)
      for (const FoldResult& fold : standing.result.folds)
        for (std::size_t m = 0; m < 2; ++m, ++at) {
          const std::string& line = scores[at];
          CHECK(line.rfind(data.dataset + "," + standing.contender + "," +
                               std::to_string(fold.repeat) + "," + std::to_string(fold.fold) + ",",
                           0) == 0);
          CHECK(std::stod(line.substr(line.rfind(',') + 1)) == fold.scores[m]);
        }
  const auto ranks = lines_of(csv_of(page, "ranks.csv"));
  CHECK(ranks.size() == 1 + 6 + 3);
  CHECK(ranks.back().rfind("(average),Dummy (baseline),,,,", 0) == 0);
  const auto tests = lines_of(csv_of(page, "tests.csv"));
  CHECK(tests.size() == 1 + 2 * 2 + 1 + 3);
  CHECK(holds(csv_of(page, "tests.csv"), "(all),,,friedman,"));
  // Every row of iris once for each contender.
  double counted = 0;
  for (const std::string& line : lines_of(csv_of(page, "confusion.csv")))
    if (line.rfind("iris,means,", 0) == 0) counted += std::stod(line.substr(line.rfind(',') + 1));
  CHECK(counted == 150);
  CHECK(holds(csv_of(page, "findings.csv"), "iris,comparison,G-TEST,\"a, \"\"quoted\"\" text\"\n"));
  CHECK(holds(page, "<code>G-TEST</code> a, &quot;quoted&quot; text"));
}

TEST_CASE("ROC and calibration of the page are those of the metrics") {
  const Dataset data = two_classes();
  const Comparison found = compare({{"means", SoftMeans{}}}, {data});
  const std::string page = to_html(found);
  check_page(page);
  const OutOfFold& all = found.datasets[0].standings[0].result.out_of_fold.front();
  const Vector p = all.proba.col(1);
  const double area = metrics::roc_auc(data.labels(), p);
  char text[16];
  std::snprintf(text, sizeof text, "%.4f", area);
  CHECK(holds(page, "Areas under the curves: means " + std::string(text)));
  const metrics::ReliabilityCurve bins =
      metrics::reliability_curve(data.labels(), p, {.n_bins = 10});
  std::vector<std::vector<double>> drawn;
  for (const std::string& line : lines_of(csv_of(page, "curves.csv")))
    if (line.rfind("calibration,two,means,,", 0) == 0) {
      std::istringstream in(line.substr(23));
      std::vector<double> numbers;
      for (std::string part; std::getline(in, part, ',');) numbers.push_back(std::stod(part));
      drawn.push_back(numbers);
    }
  REQUIRE(drawn.size() == static_cast<std::size_t>(bins.count.size()));
  double error = 0;
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    const auto at = static_cast<Index>(i);
    CHECK(drawn[i][0] == Approx(bins.mean_predicted(at)).epsilon(1e-12));
    CHECK(drawn[i][1] == Approx(bins.fraction_positive(at)).epsilon(1e-12));
    CHECK(drawn[i][2] == bins.count(at));
    error += drawn[i][2] / 100 * std::abs(drawn[i][0] - drawn[i][1]);
  }
  std::snprintf(text, sizeof text, "%.4f", error);
  CHECK(holds(page, "Expected calibration error " + std::string(text)));
  // More classes: the error of the metric, and the mean area.
  const Dataset iris = datasets::load_iris();
  const Comparison three = compare({{"means", SoftMeans{}}, {"hard", NearestMean{}}}, {iris});
  const OutOfFold& soft = three.datasets[0].standings[0].result.out_of_fold.front();
  const std::string second = to_html(three);
  check_page(second);
  std::snprintf(text, sizeof text, "%.4f",
                metrics::expected_calibration_error(iris.labels(), soft.proba));
  CHECK(holds(second, "Expected calibration error " + std::string(text)));
  std::snprintf(text, sizeof text, "%.4f", metrics::roc_auc(iris.labels(), soft.proba));
  CHECK(holds(second, "Areas under the curves: means " + std::string(text)));
  CHECK(holds(second, "No probabilities come from hard."));
}

TEST_CASE("the opening says who wins, and no more than the tests allow") {
  const Dataset iris = datasets::load_iris();
  const std::string one = words(to_html(compare({{"means", NearestMean{}}}, {iris})));
  CHECK(holds(one,
              "One model and a baseline that ignores the columns were compared on one data "
              "set, iris, by cross-validation in 5 folds. ") == false);
  CHECK(holds(one,
              "One model and a baseline that ignores the columns were compared on one data "
              "set, iris, by cross-validation in five folds."));
  CHECK(holds(one, "means has the best mean accuracy, 0.9"));
  CHECK(holds(one,
              "It is better than the baseline by more than chance (corrected resampled t "
              "test, Holm&#39;s adjustment, p &lt; 0.0001).") !=
        holds(one,
              "It is better than the baseline by more than chance (corrected resampled t "
              "test, Holm's adjustment, p &lt; 0.0001)."));
  CHECK(holds(one, "One data set says nothing about others."));
  CHECK(holds(one, "Test folds are small on iris (30) rows"));

  // Twins tie.
  const std::string twins = words(
      to_html(compare({{"a", NearestMean{}}, {"b", NearestMean{}}}, {iris}, {.n_repeats = 3})));
  CHECK(holds(twins, "in five folds, done three times."));
  CHECK(holds(twins, "a and b share the best mean accuracy, 0.9"));
  CHECK(holds(twins, "a and b have equal scores on every fold: there is no difference"));
  CHECK(!holds(twins, "has the best"));

  // Nothing learnt.
  const Comparison nothing = compare({{"first", FirstClass{}}}, {iris});
  CHECK(holds(words(to_html(nothing)), "share the best mean accuracy, 0.3333."));
  CHECK(holds(words(to_html(compare({{"Dummy", DummyRefuses{}}}, {iris}))),
              "Every contender failed: there is no result."));

  Comparison tuned = compare({{"x", NearestMean{}}, {"y", FirstClass{}}}, {iris});
  tuned.tuning = "random:20";
  tuned.datasets[0].standings[0].tuned = true;
  tuned.datasets[0].standings[1].tunable = true;
  CHECK(holds(words(to_html(tuned)), "y was not tuned beside rivals that were."));
}

TEST_CASE("over many data sets the opening follows Friedman, Nemenyi and Wilcoxon") {
  std::vector<Dataset> sets;
  const Dataset iris = datasets::load_iris();
  std::vector<Index> rows(static_cast<std::size_t>(iris.n_rows()));
  std::iota(rows.begin(), rows.end(), Index{0});
  for (int i = 0; i < 8; ++i) {
    std::swap(rows[0], rows[static_cast<std::size_t>(i)]);  // data sets may not be equal
    sets.push_back(iris.take(rows).with_name("set " + std::to_string(i)));
  }
  const Comparison found = compare({{"means", NearestMean{}}, {"first", FirstClass{}}}, sets);
  const std::string page = to_html(found);
  check_page(page);
  const std::string text = words(page);
  CHECK(holds(text,
              "means has the best average rank, 1.00 among three, and comes first alone on eight "
              "of eight data sets."));
  CHECK(holds(text, "The ranks differ by more than chance (Friedman's test, p"));
  CHECK(holds(text,
              "It is ahead of first and the baseline by at least Nemenyi's critical "
              "difference of 1.17."));
  CHECK(holds(text,
              "Wilcoxon's test on the mean scores, with Holm's adjustment, sets it above "
              "first and the baseline."));
  CHECK(holds(text, "Eight data sets are few"));
  // Many data sets are folded away, each with a line of the contents.
  CHECK(count_of(page, "<details class=\"fold\">") == 8);
  CHECK(count_of(page, "<a href=\"#data-") == 8);
}

TEST_CASE("tuning curves are means over the folds") {
  Comparison found = compare({{"x", NearestMean{}}}, {datasets::load_iris()});
  double first = 0, last = 0;
  for (FoldResult& fold : found.datasets[0].standings[0].result.folds) {
    auto search = std::make_shared<SearchResult>();
    search->method = "random:3";
    search->metric = "accuracy";
    for (const double score : {0.5, 0.8, 0.7}) {
      Trial trial;
      trial.score = score + 0.01 * fold.fold;
      search->trials.push_back(trial);
    }
    first += search->trials[0].score / 5;
    last += search->trials[1].score / 5;
    fold.search = search;
  }
  const std::string page = to_html(found);
  check_page(page);
  CHECK(count_of(page, "class=\"band\"") == 2);
  CHECK(holds(page, "random:3"));
  double from = 0, to = 0;
  for (const std::string& line : lines_of(csv_of(page, "curves.csv"))) {
    if (line.rfind("tuning,iris,x,best so far,1,", 0) == 0) from = std::stod(line.substr(28));
    if (line.rfind("tuning,iris,x,best so far,3,", 0) == 0) to = std::stod(line.substr(28));
  }
  CHECK(from == Approx(first));
  CHECK(to == Approx(last));
}

TEST_CASE("a field in which all scores are equal, or none exists, has a page") {
  const Dataset iris = datasets::load_iris();
  const std::string equal = to_html(compare({{"first", FirstClass{}}}, {iris}));
  CHECK(count_of(equal, "class=\"dot\"") == 10);
  check_page(equal);
  const std::string none = to_html(compare({{"Dummy", DummyRefuses{}}}, {iris}));
  CHECK(holds(none, "failed on 5 of 5"));
  check_page(none);
  // A failure over two data sets: no test of pairs, but ranks.
  const std::string two = to_html(compare({{"no", Refuses{}}}, {iris, datasets::load_wine()}));
  check_page(two);
  CHECK(holds(two, "no 2.00"));
}

TEST_CASE("twenty contenders with long names have a page") {
  std::vector<Contender> field;
  for (int i = 0; i < 20; ++i)
    field.push_back({"StandardScaler() | KNeighborsClassifier(n_neighbors=" + std::to_string(i) +
                         ", weights=distance)",
                     NearestMean{}});
  const std::string page = to_html(compare(field, {datasets::load_iris(), datasets::load_wine()}));
  check_page(page);
  CHECK(count_of(page, "class=\"lead\"") == 2 * 21);
  CHECK(holds(page, "eight others") == false);
  CHECK(holds(page, "14 others"));
}

TEST_CASE("a regression has predictions and residuals, thinned where there are many") {
  const Comparison found = compare({{"means", MeanPlus{0}}, {"off", MeanPlus{5}}}, {line(2000)});
  const std::string page = to_html(found);
  check_page(page);
  CHECK(holds(page, "600 of 2000 rows are drawn"));
  CHECK(!holds(page, "Confusion"));
  CHECK(count_of(page, "class=\"cloud\"") == 2 * 3);
  const std::regex cloud("class=\"cloud\" d=\"([^\"]*)\"");
  const std::smatch path = [&] {
    std::smatch match;
    REQUIRE(std::regex_search(page, match, cloud));
    return match;
  }();
  CHECK(count_of(path[1], "h0") == 600);
  CHECK(holds(to_html(compare({{"means", MeanPlus{0}}}, {line(50)})), "had not seen. What"));
}

TEST_CASE("of very many folds a part is drawn, and all are in the CSV") {
  const Comparison found =
      compare({{"first", FirstClass{}}}, {line_classes(300)}, {.cv = Splitter(LeaveOneOut{})});
  const std::string page = to_html(found);
  check_page(page);
  CHECK(count_of(page, "class=\"dot\"") == 2 * 200);
  CHECK(holds(page, "200 of 300 folds are drawn"));
  CHECK(!holds(page, "Every fold's"));
  CHECK(lines_of(csv_of(page, "scores.csv")).size() ==
        1 + 2 * 300 * found.datasets[0].standings[0].result.metrics.size());
}

TEST_CASE("names are shortened to what tells them apart") {
  using Names = std::vector<std::string>;
  CHECK(report::short_names({"StandardScaler() | KNeighborsClassifier(n_neighbors=7)",
                             "KNeighborsClassifier(n_neighbors=9)", "GaussianNB()"}) ==
        Names{"KNeighborsClassifier(n_neighbors=7)", "KNeighborsClassifier(n_neighbors=9)",
              "GaussianNB"});
  // What all have in common says nothing.
  CHECK(report::short_names({"A() | Tree(a=1, b=[1, 2])", "A() | Tree(a=2, b=[1, 2])"}) ==
        Names{"Tree(a=1)", "Tree(a=2)"});
  // The last step is equal: the whole pipeline tells.
  CHECK(report::short_names({"StandardScaler() | Tree()", "Tree()"}) ==
        Names{"StandardScaler | Tree", "Tree()"});
  // A name that its user chose stays.
  CHECK(report::short_names({"my own (best) one", "x | y", ""}) ==
        Names{"my own (best) one", "x | y", ""});
  const Names long_ones =
      report::short_names({std::string(90, 'a') + "1", std::string(90, 'a') + "2",
                           std::string(90, 'a') + "1" + std::string(90, 'a')});
  CHECK(std::set<std::string>(long_ones.begin(), long_ones.end()).size() == 3);
  for (const std::string& name : long_ones) CHECK(name.size() < 60);
}

TEST_CASE("sentences count and list as people do") {
  CHECK(report::counted(1, "model", "models") == "one model");
  CHECK(report::counted(12, "model", "models") == "twelve models");
  CHECK(report::counted(13, "model", "models") == "13 models");
  CHECK(report::listed({"a"}) == "a");
  CHECK(report::listed({"a", "b"}, 6, "or") == "a or b");
  CHECK(report::listed({"a", "b", "c"}) == "a, b and c");
  CHECK(report::listed({"a", "b", "c", "d"}, 2) == "a, b and two others");
  CHECK(report::listed({"a", "b", "c"}, 2) == "a, b and c");
}

TEST_CASE("a metric that says infinity leaves out the test, not the comparison") {
  const Scorer endless("endless", metrics::MetricInput::labels, true,
                       [](const metrics::Predictions& found) {
                         const bool all_zero = found.y_pred->maxCoeff() == 0;
                         return all_zero ? 1.0 : std::numeric_limits<double>::infinity();
                       });
  const Comparison found =
      compare({{"means", NearestMean{}}}, {datasets::load_iris()}, {.metrics = {endless}});
  CHECK(found.datasets[0].standings[0].best);
  CHECK(std::isnan(found.datasets[0].standings[1].p_value));
  const std::string page = to_html(found);
  CHECK(grove::testing::around(page, "=\"inf") == "");
  CHECK(grove::testing::first_imbalance(page) == "");
}

TEST_CASE("no contender can take the name of the baseline that enters by itself") {
  CHECK(grove::testing::message_of([] {
          (void)compare({{std::string(baseline_name), NearestMean{}}}, {datasets::load_iris()});
        }) == "compare: two contenders are called 'Dummy (baseline)'");
}
