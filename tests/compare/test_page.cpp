#include <cmath>
#include <limits>
#include <regex>

#include "compare/toys.hpp"
#include "grove/compare/comparison.hpp"
#include "grove/data/standard_datasets.hpp"
#include "support/check.hpp"

using namespace grove;

namespace {

std::size_t count_of(const std::string& text, const std::string& piece) {
  std::size_t count = 0;
  for (std::size_t at = text.find(piece); at != std::string::npos; at = text.find(piece, at + 1))
    ++count;
  return count;
}

bool holds(const std::string& text, const std::string& piece) { return count_of(text, piece) > 0; }

}  // namespace

TEST_CASE("the page draws every fold, explains every figure and needs nothing from outside") {
  const Comparison found = compare({{"means", NearestMean{}}, {"first", FirstClass{}}},
                                   {datasets::load_iris(), datasets::load_wine()});
  const std::string page = to_html(found);
  CHECK(count_of(page, "class=\"dot\"") == 2 * 3 * 5);
  CHECK(count_of(page, "class=\"mean\"") == 2 * 3);
  CHECK(count_of(page, "<svg role=\"img\"") == 2 * 3 * 2);
  CHECK(count_of(page, "<title>means: mean 0.") == 2);
  CHECK(count_of(page, "<title>means: fit ") == 2);
  CHECK(count_of(page, "<section>") == count_of(page, "</section>"));
  CHECK(holds(page, "<h2>Average ranks</h2>"));
  CHECK(holds(page, found.datasets[0].splits_sha256));
  CHECK(holds(page, found.datasets[1].fingerprint));
  CHECK(holds(page, "prefers-color-scheme:dark"));
  CHECK(holds(page, "name=\"viewport\""));
  for (const char* outside : {"http:", "https:", "<script", "<link", "<img", "url(", "@import"})
    CHECK(!holds(page, outside));
  CHECK(!holds(page, "nan%"));
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
  CHECK(!holds(page, "<script"));
  CHECK(!holds(page, "<b>"));
  CHECK(holds(page, "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;co&#39; "));
  CHECK(holds(page, "&lt;b&gt;&quot;iris&quot;"));
  CHECK(holds(page, "Refuses: column &#39;a&lt;b&#39; has 3 missing values"));
  CHECK(holds(page, "put an imputer &amp; co"));
  CHECK(holds(page, "failed on 5 of 5"));
}

TEST_CASE("a field in which all scores are equal, or none exists, has a page") {
  const Dataset iris = datasets::load_iris();
  const std::string equal = to_html(compare({{"first", FirstClass{}}}, {iris}));
  CHECK(count_of(equal, "class=\"dot\"") == 10);
  CHECK(!holds(equal, "nan"));
  const std::string none = to_html(compare({{"Dummy", Refuses{}}}, {iris}));
  CHECK(holds(none, "failed"));
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
  CHECK(!holds(to_html(found), "inf%"));
}

TEST_CASE("no contender can take the name of the baseline that enters by itself") {
  CHECK(grove::testing::message_of([] {
          (void)compare({{std::string(baseline_name), NearestMean{}}}, {datasets::load_iris()});
        }) == "compare: two contenders are called 'Dummy (baseline)'");
}
