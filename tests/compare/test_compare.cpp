#include <nlohmann/json.hpp>
#include <sstream>

#include "grove/compare/comparison.hpp"
#include "grove/compare/statistics.hpp"
#include "grove/core/error.hpp"
#include "grove/data/standard_datasets.hpp"
#include "support/check.hpp"
#include "support/reference.hpp"

using namespace grove;
using grove::testing::message_of;

namespace {

struct NearestMean {
  Matrix means;
  void fit(const Dataset& data) {
    if (data.has_missing())
      throw InvalidData("NearestMean <cannot> take missing values",
                        "put SimpleImputer() before it");
    means = Matrix::Zero(data.n_classes(), data.n_columns());
    Vector counts = Vector::Constant(data.n_classes(), 1e-9);
    for (Index i = 0; i < data.n_rows(); ++i) {
      means.row(data.labels()(i)) += data.x().row(i);
      counts(data.labels()(i)) += 1;
    }
    means.array().colwise() /= counts.array();
  }
  Labels predict(MatrixView x) const {
    Labels labels(x.rows());
    for (Index i = 0; i < x.rows(); ++i)
      (means.rowwise() - x.row(i)).rowwise().squaredNorm().minCoeff(&labels(i));
    return labels;
  }
};

struct AlwaysFirst {
  void fit(const Dataset&) {}
  Labels predict(MatrixView x) const { return Labels::Zero(x.rows()); }
};

}  // namespace

TEST_CASE("The corrected resampled t test agrees with scipy and with scikit-learn's example") {
  const auto reference = grove::testing::reference("corrected_t");
  REQUIRE(reference["cases"].size() == 5);
  for (const auto& item : reference["cases"]) {
    const statistics::TestResult result = statistics::corrected_resampled_t(
        grove::testing::to_vector(item["differences"]), item["ratio"]);
    CHECK(grove::testing::close(result.statistic, item["statistic"], 1e-12));
    CHECK(grove::testing::close(result.p_value, item["p_value"], 1e-12));
  }
  CHECK(reference["cases"][0]["statistic"].get<double>() ==
        Approx(0.7503126954482318).epsilon(1e-10));
  CHECK(statistics::corrected_resampled_t(Vector::Zero(5), 0.25).p_value == 1);
  CHECK(statistics::corrected_resampled_t(Vector::Ones(5), 0.25).p_value == 0);
  CHECK(message_of([] { (void)statistics::corrected_resampled_t(Vector::Ones(1), 0.25); }) ==
        "corrected_resampled_t needs at least 2 differences, got 1");
  CHECK(message_of([] { (void)statistics::corrected_resampled_t(Vector::Ones(3), 0); }) ==
        "corrected_resampled_t: the ratio of test to training rows must be > 0, got 0");
}

TEST_CASE("A comparison gives all contenders the same folds and enters a baseline") {
  const std::vector<Dataset> data{datasets::load_iris(), datasets::load_wine()};
  const Comparison one = compare({{"means", NearestMean{}}, {"first", AlwaysFirst{}}}, data,
                                 {.n_repeats = 2}, {.threads = 1});
  CHECK(one.contenders == std::vector<std::string>{"means", "first", "Dummy (baseline)"});
  REQUIRE(one.datasets.size() == 2);
  for (const DatasetComparison& part : one.datasets) {
    REQUIRE(part.standings.size() == 3);
    CHECK(part.standings[0].best);
    CHECK(part.standings[0].rank == 1);
    CHECK(part.standings[1].p_value < 0.01);
    CHECK(std::isnan(part.standings[0].p_value));
    CHECK(part.standings[0].result.folds.size() == 10);
    for (const Standing& standing : part.standings)
      CHECK(standing.result.splits_sha256 == part.splits_sha256);
  }
  CHECK(one.average_ranks(0) == 1);
  const Comparison two = compare({{"means", NearestMean{}}, {"first", AlwaysFirst{}}}, data,
                                 {.n_repeats = 2}, {.threads = 2});
  CHECK(two.datasets[1].standings[0].result.scores("accuracy") ==
        one.datasets[1].standings[0].result.scores("accuracy"));
}

TEST_CASE("Two copies of one estimator tie exactly") {
  const Comparison tie =
      compare({{"a", NearestMean{}}, {"b", NearestMean{}}}, {datasets::load_iris()});
  CHECK(tie.datasets[0].standings[0].rank == 1.5);
  CHECK(tie.datasets[0].standings[1].p_value == 1);
}

TEST_CASE("A contender that fails stays, with its message, and the others go on") {
  const Comparison result = compare({{"means", NearestMean{}}, {"first", AlwaysFirst{}}},
                                    {datasets::load("pima_diabetes")});
  const Standing& failed = result.datasets[0].standings[0];
  CHECK(failed.result.n_failed() == 5);
  CHECK(std::isnan(failed.mean));
  CHECK(failed.rank == 3);
  std::ostringstream text;
  text << result;
  CHECK(text.str().find("failed on 5 of 5 folds: NearestMean <cannot> take missing values") !=
        std::string::npos);
  CHECK(text.str().find("hint: put SimpleImputer() before it") != std::string::npos);
  const std::string page = to_html(result);
  CHECK(page.find("NearestMean &lt;cannot&gt; take missing values") != std::string::npos);
  CHECK(page.find("<cannot>") == std::string::npos);
}

TEST_CASE("Regression is compared with the mean") {
  struct Mean {
    double mean = 0;
    void fit(const Dataset& data) { mean = data.target().mean() + 10; }
    Vector predict(MatrixView x) const { return Vector::Constant(x.rows(), mean); }
  };
  const Comparison result =
      compare({{"shifted", Mean{}}, {"wrong kind", AlwaysFirst{}}}, {datasets::load_diabetes()});
  CHECK(result.datasets[0].metric == "r2");
  CHECK(result.datasets[0].standings[2].best);
  CHECK(result.datasets[0].standings[1].result.n_failed() == 5);
}

TEST_CASE("JSON and HTML hold everything and ask no network") {
  const Comparison result = compare({{"means \"&\" more", NearestMean{}}}, {datasets::load_iris()});
  const auto json = nlohmann::json::parse(to_json(result));
  CHECK(json["datasets"][0]["dataset"]["name"] == "iris");
  CHECK(json["datasets"][0]["models"][0]["mean"]["accuracy"].get<double>() ==
        result.datasets[0].standings[0].mean);
  CHECK(json["datasets"][0]["tests"][0]["p_value"].get<double>() ==
        result.datasets[0].standings[1].p_value);
  CHECK(json["ranks"]["means \"&\" more"] == 1.0);
  CHECK(json["environment"].contains("commit"));
  const std::string page = to_html(result);
  for (const char* word : {"http:", "https:", "src=", "@import"}) {
    INFO(word);
    CHECK(page.find(word) == std::string::npos);
  }
  for (const char* word : {"<svg", "role=\"img\"", "prefers-color-scheme:dark", "viewport",
                           "means &quot;&amp;&quot; more", "iris"})
    CHECK(page.find(word) != std::string::npos);
}

TEST_CASE("A comparison that cannot be made is refused") {
  CHECK(message_of([] { (void)compare({}, {datasets::load_iris()}); }) ==
        "compare: there are no contenders");
  CHECK(message_of([] {
          (void)compare({{"a", AlwaysFirst{}}}, {});
        }) == "compare: there are no data sets");
  CHECK(message_of([] {
          (void)compare({{"a", AlwaysFirst{}}, {"a", AlwaysFirst{}}}, {datasets::load_iris()});
        }) == "compare: two contenders are called 'a'");
  CHECK(message_of([] {
          (void)compare({{"a", AlwaysFirst{}}}, {datasets::load("faithful")});
        }) == "compare: data set 'faithful' has no target");
}
