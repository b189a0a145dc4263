#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "compare/toys.hpp"
#include "grove/cluster/k_means.hpp"
#include "grove/compare/clustering_comparison.hpp"
#include "grove/data/standard_datasets.hpp"
#include "grove/metrics/clustering.hpp"
#include "support/check.hpp"

using namespace grove;
using grove::testing::message_of;

namespace {

/// Three groups by the first column; rows beyond `far` are noise.
struct Thirds {
  double far = 1e300;
  Labels found = {};
  void fit(const Dataset& data) {
    if (data.has_labels() || data.has_target()) throw InvalidData("a clusterer saw the target");
    found = Labels(data.n_rows());
    for (Index i = 0; i < data.n_rows(); ++i) {
      const double v = data.x()(i, 0);
      found[i] = v > far ? -1 : v < 5.4 ? 0 : v < 6.3 ? 1 : 2;
    }
  }
  Labels labels() const { return found; }
};

struct OneCluster {
  Labels found;
  void fit(const Dataset& data) { found = Labels::Zero(data.n_rows()); }
  Labels labels() const { return found; }
};

struct RefusesAll {
  void fit(const Dataset&) { throw InvalidData("RefusesAll: no <b>\"data\"</b>", "none & never"); }
  Labels labels() const { return {}; }
};

std::size_t count_of(const std::string& text, const std::string& piece) {
  std::size_t count = 0;
  for (std::size_t at = text.find(piece); at != std::string::npos; at = text.find(piece, at + 1))
    ++count;
  return count;
}

double score(const ClusteringComparison& found, std::size_t standing, const std::string& measure) {
  for (std::size_t m = 0; m < found.measures.size(); ++m)
    if (found.measures[m].name == measure) return found.standings[standing].scores[m].value;
  FAIL("no measure " << measure);
  return 0;
}

std::vector<Contender> field() {
  return {{"means", KMeans({.n_clusters = 3})},
          {"thirds", Thirds{}},
          {"noisy", Thirds{7.0}},
          {"one", OneCluster{}},
          {"refuses", RefusesAll{}}};
}

/// The text without what a clock or the machine puts in.
std::string timeless(const std::string& text) {
  return std::regex_replace(
      std::regex_replace(text, std::regex("\"(fit_seconds|peak_bytes|threads)\": [^,\n]*"), ""),
      std::regex("[0-9.]+ (us|ms|s|MB)"), "");
}

}  // namespace

TEST_CASE("clusterings are judged by the metrics themselves", "[clusterings]") {
  const Dataset iris = datasets::load_iris();
  const ClusteringComparison found = compare_clusterings(field(), iris);
  REQUIRE(found.standings.size() == 5);
  const Labels& means = found.standings[0].labels;
  const Matrix x = iris.x();
  CHECK(score(found, 0, "silhouette") == metrics::silhouette(x, means));
  CHECK(score(found, 0, "calinski_harabasz") == metrics::calinski_harabasz(x, means));
  CHECK(score(found, 0, "davies_bouldin") == metrics::davies_bouldin(x, means));
  CHECK(score(found, 0, "dbcv") == metrics::dbcv(x, means));
  CHECK(score(found, 0, "adjusted_rand") == metrics::adjusted_rand(iris.labels(), means));
  CHECK(score(found, 0, "ami") == metrics::adjusted_mutual_info(iris.labels(), means));
  CHECK(score(found, 0, "nmi") == metrics::normalized_mutual_info(iris.labels(), means));
  CHECK(score(found, 1, "stability") == 1);
  CHECK(found.standings[0].n_clusters == 3);
  CHECK(found.standings[0].work.at("distance_evaluations") > 0);
  CHECK(found.target == "species");
  CHECK(found.fingerprint == iris.fingerprint());
}

TEST_CASE("noise, undefined measures and failures have their places", "[clusterings]") {
  const Dataset iris = datasets::load_iris();
  const ClusteringComparison found = compare_clusterings(field(), iris);
  const ClusteringStanding& noisy = found.standings[2];
  CHECK(noisy.n_noise == 12);
  CHECK(noisy.n_clusters == 3);
  std::vector<Index> kept;
  for (Index i = 0; i < 150; ++i)
    if (noisy.labels[i] >= 0) kept.push_back(i);
  const Matrix x = iris.x();
  CHECK(score(found, 2, "silhouette") ==
        metrics::silhouette(x(kept, Eigen::all), noisy.labels(kept)));
  CHECK(score(found, 2, "dbcv") == metrics::dbcv(x, noisy.labels));
  CHECK(score(found, 2, "adjusted_rand") == metrics::adjusted_rand(iris.labels(), noisy.labels));
  const ClusteringStanding& one = found.standings[3];
  CHECK(one.error.empty());
  CHECK(std::isnan(one.scores[0].value));
  CHECK(one.scores[0].undefined == "silhouette: expected 2 to 149 clusters, got 1 on 150 rows");
  CHECK(score(found, 3, "stability") == 1);
  const ClusteringStanding& refuses = found.standings[4];
  CHECK(refuses.error == "RefusesAll: no <b>\"data\"</b>");
  CHECK(refuses.hint == "none & never");
  CHECK(refuses.labels.size() == 0);
  for (std::size_t m = 0; m < found.measures.size(); ++m) {
    double sum = 0;
    std::vector<double> values;
    for (const ClusteringStanding& standing : found.standings) {
      sum += standing.scores[m].rank;
      if (!std::isnan(standing.scores[m].value)) values.push_back(standing.scores[m].value);
    }
    CHECK(sum == 15);
    const double best = found.measures[m].greater_is_better
                            ? *std::max_element(values.begin(), values.end())
                            : *std::min_element(values.begin(), values.end());
    for (const ClusteringStanding& standing : found.standings)
      if (standing.scores[m].rank == 1) CHECK(standing.scores[m].value == best);
    CHECK(refuses.scores[m].rank >= 4.5);
  }
}

TEST_CASE("what clusterings are judged on can be chosen", "[clusterings]") {
  const Dataset wine = datasets::load_wine();
  const std::vector<Contender> means{{"means", KMeans({.n_clusters = 3})}};
  const ClusteringComparison plain =
      compare_clusterings(means, wine, {.stability = {.n_pairs = 0}});
  const ClusteringComparison scaled =
      compare_clusterings(means, wine, {.stability = {.n_pairs = 0}, .standardize = true});
  const ClusteringComparison some = compare_clusterings(
      means, wine, {.stability = {.n_pairs = 0}, .metric_rows = 60, .drawn_points = 40, .seed = 2});
  CHECK(plain.measures.size() == 7);
  CHECK(scaled.standings[0].labels == plain.standings[0].labels);
  CHECK(score(scaled, 0, "silhouette") < score(plain, 0, "silhouette") - 0.2);
  CHECK(score(some, 0, "silhouette") != score(plain, 0, "silhouette"));
  CHECK(score(some, 0, "silhouette") == Approx(score(plain, 0, "silhouette")).margin(0.1));
  CHECK(score(some, 0, "calinski_harabasz") == score(plain, 0, "calinski_harabasz"));
  CHECK(plain.drawn_rows.size() == 178);
  CHECK(some.drawn_rows.size() == 40);
  CHECK(plain.explained_variance[0] > 0.99);
  CHECK(scaled.explained_variance[0] == Approx(0.362).margin(0.001));
  CHECK(scaled.explained_variance[1] == Approx(0.1921).margin(0.001));
  // Words and missing values.
  const Dataset numbers(Matrix::Random(30, 2));
  Matrix holes = numbers.x();
  holes(3, 1) = std::nan("");
  const ClusteringComparison missing = compare_clusterings({{"one", OneCluster{}}}, Dataset(holes));
  CHECK(missing.standings[0].scores[0].undefined == "the data have missing values");
  CHECK(missing.not_drawn == "the data have missing values");
  CHECK(to_html(missing).find("No points are drawn: the data have missing values.") !=
        std::string::npos);
  Matrix codes = numbers.x();
  codes.col(0).setZero();
  const Dataset words(codes, {{"w", ColumnKind::categorical, {"a"}}, {"n"}});
  CHECK(compare_clusterings({{"one", OneCluster{}}}, words).n_judged_columns == 1);
}

TEST_CASE("comparisons of clusterings do not depend on threads", "[clusterings]") {
  const Dataset iris = datasets::load_iris();
  const auto json = [&](int threads) {
    const Context context{.threads = threads};
    return timeless(to_json(compare_clusterings(field(), iris, {.seed = 4}, context), context));
  };
  const std::string expected = json(1);
  for (const int threads : {2, 3, 7}) CHECK(json(threads) == expected);
}

TEST_CASE("comparisons of clusterings as text and JSON", "[clusterings]") {
  const ClusteringComparison found = compare_clusterings(field(), datasets::load_iris());
  std::ostringstream text;
  text << found;
  CHECK(text.str().find("iris (150 x 4), species held back from the fits") == 0);
  CHECK(text.str().find("8.0 %") != std::string::npos);
  CHECK(text.str().find("failed: RefusesAll: no <b>\"data\"</b>") != std::string::npos);
  CHECK(text.str().find("hint: none & never") != std::string::npos);
  const auto json = nlohmann::json::parse(to_json(found));
  CHECK(json.at("dataset").at("n_rows") == 150);
  CHECK(json.at("target") == "species");
  CHECK(json.at("stability").at("n_pairs") == 5);
  REQUIRE(json.at("models").size() == 5);
  CHECK(json["models"][0].at("scores").at("silhouette").get<double>() ==
        score(found, 0, "silhouette"));
  CHECK(json["models"][2].at("noise_share") == 0.08);
  CHECK(json["models"][3].at("scores").at("dbcv").is_null());
  CHECK(json["models"][3].at("undefined").at("dbcv").get<std::string>().find("dbcv: expected") ==
        0);
  CHECK(json["models"][4].at("error") == "RefusesAll: no <b>\"data\"</b>");
  CHECK(json["models"][4].at("n_clusters").is_null());
  CHECK(json.at("measures")[2].at("greater_is_better") == false);
  CHECK(json.at("environment").contains("cpu"));
}

TEST_CASE("the page of clusterings draws every one and needs nothing from outside",
          "[clusterings]") {
  ClusteringCompareOptions options;
  options.drawings = [](const Estimator& model) -> std::vector<Drawing> {
    if (model.get_if<KMeans>() == nullptr) return {};
    return {{"a <tree>", "<svg viewBox=\"0 0 1 1\"><circle r=\"1%\"/></svg>"}};
  };
  const std::string page =
      to_html(compare_clusterings(field(), datasets::load_iris(), options, {}));
  CHECK(count_of(page, "<figure>") == 5);  // the classes and four fits
  CHECK(count_of(page, "<section>") == count_of(page, "</section>"));
  CHECK(count_of(page, "<tr>") == count_of(page, "</tr>"));
  CHECK(count_of(page, "class=\"score top\"") >= 8);
  CHECK(count_of(page, "<path class=\"noise\"") == 1);
  CHECK(count_of(page, "RefusesAll: no &lt;b&gt;&quot;data&quot;&lt;/b&gt;") == 1);
  CHECK(page.find("<b>") == std::string::npos);
  CHECK(page.find("a &lt;tree&gt;</h3>") != std::string::npos);
  CHECK(count_of(page,
                 "<img alt=\"a &lt;tree&gt; of means\" src=\"data:image/svg+xml,%3Csvg%20"
                 "viewBox=%220%200%201%201%22%3E%3Ccircle%20r=%221%25%22/%3E%3C/svg%3E\">") == 1);
  for (const char* outside : {"http:", "https:", "<script", "<link", "src=\"h", "url(", "@import"})
    CHECK(page.find(outside) == std::string::npos);
  CHECK(page.find("nan") == std::string::npos);
  // Every point of every figure lies inside it, and each row is drawn once a figure.
  const std::regex place("M([-0-9.]+) ([-0-9.]+)h0");
  std::size_t n_points = 0;
  for (std::sregex_iterator at(page.begin(), page.end(), place), end; at != end; ++at, ++n_points) {
    const double x = std::stod((*at)[1]);
    const double y = std::stod((*at)[2]);
    CHECK((x >= 0 && x <= 320 && y >= 0 && y <= 240));
  }
  CHECK(n_points == 5 * 150);
  const std::regex part("--part:([-0-9.]+)%");
  for (std::sregex_iterator at(page.begin(), page.end(), part), end; at != end; ++at)
    CHECK((std::stod((*at)[1]) >= 5 && std::stod((*at)[1]) <= 100));
}

TEST_CASE("the pages of points that coincide and of one column", "[clusterings]") {
  const Dataset same(Matrix::Ones(20, 3));
  const std::string page = to_html(compare_clusterings({{"one", OneCluster{}}}, same));
  CHECK(page.find("nan") == std::string::npos);
  CHECK(page.find("M160.0 120.0h0") != std::string::npos);
  const Dataset line(Matrix(Vector::LinSpaced(20, 0, 1)));
  CHECK(to_html(compare_clusterings({{"one", OneCluster{}}}, line)).find("nan") ==
        std::string::npos);
}

TEST_CASE("comparisons of clusterings: bad input", "[clusterings]") {
  const Dataset iris = datasets::load_iris();
  const auto message = [&](const std::vector<Contender>& contenders,
                           const ClusteringCompareOptions& options) {
    return message_of([&] { compare_clusterings(contenders, iris, options); });
  };
  CHECK(message({}, {}) == "compare_clusterings: there are no contenders");
  CHECK(message({{"a", Thirds{}}, {"a", OneCluster{}}}, {}) ==
        "compare_clusterings: two contenders are called 'a'");
  CHECK(message({{"a", NearestMean{}}}, {}) ==
        "compare_clusterings needs clusterers, and NearestMean is a classifier");
  CHECK(message({{"a", Thirds{}}}, {.metric_rows = -1}) ==
        "compare_clusterings: metric_rows, drawn_points and n_pairs must be at least 0");
  std::stop_source source;
  source.request_stop();
  CHECK_THROWS_AS(compare_clusterings(field(), iris, {}, {.stop = source.get_token()}), Cancelled);
}
