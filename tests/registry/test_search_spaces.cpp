#include <algorithm>
#include <cmath>
#include <set>

#include "grove/core/random.hpp"
#include "grove/data/generators.hpp"
#include "grove/registry/registry.hpp"
#include "support/check.hpp"

using namespace grove;
using grove::testing::message_and_hint_of;

namespace {

double at(const SearchRange& range, double u) {
  const double value = range.logarithmic ? range.low * std::pow(range.high / range.low, u)
                                         : range.low + u * (range.high - range.low);
  return std::clamp(value, range.low, range.high);
}

/// Ends, middle and two draws of a range, or all its choices.
std::vector<Value> samples(const SearchRange& range, Rng& rng) {
  if (!range.choices.empty()) return range.choices;
  std::vector<Value> values;
  for (const double u : {0.0, 0.5, 1.0, rng.uniform(), rng.uniform()}) {
    const double value = at(range, u);
    values.push_back(range.integer ? Value(static_cast<std::int64_t>(std::llround(value)))
                                   : Value(value));
  }
  return values;
}

}  // namespace

TEST_CASE("every supervised estimator has something to tune, but for a few") {
  const std::set<std::string> nothing = {
      "DummyClassifier", "DummyRegressor",  // the baselines
      "LinearRegression",                   // least squares have one answer
      "LinearDiscriminantAnalysis",         // priors and tol are no matter of search
  };
  std::size_t n_tunable = 0;
  for (const registry::Entry& entry : registry::entries()) {
    if (entry.kind != registry::Kind::classifier && entry.kind != registry::Kind::regressor)
      continue;
    INFO(entry.name);
    const SearchSpace space = make_estimator(entry.name).search_space();
    CHECK(space.empty() == (nothing.count(entry.name) > 0));
    CHECK(space == entry.parameters->search_space());
    n_tunable += space.empty() ? 0 : 1;
  }
  CHECK(n_tunable >= 17);
}

TEST_CASE("every sample of every default space makes a model") {
  Rng rng(5);
  for (const registry::Entry& entry : registry::entries())
    for (const auto& [name, range] : entry.parameters->search_space()) {
      INFO(entry.name << " " << name);
      if (range.choices.empty()) {
        CHECK(range.low < range.high);
        CHECK((!range.logarithmic || range.low > 0));
      } else {
        CHECK(range.choices.size() >= 2);
      }
      for (const Value& value : samples(range, rng)) {
        INFO(to_text(value));
        // Refuses what the constraint does not admit, unlike set_param.
        if (entry.is_transformer()) {
          CHECK_NOTHROW(entry.make_transformer({{name, value}}));
        } else {
          CHECK_NOTHROW(entry.make_estimator({{name, value}}));
        }
      }
    }
}

TEST_CASE("corners of the default spaces fit small data") {
  // 40 rows: the inner training part of a data set of 75 in 5 outer and 3 inner folds.
  const Dataset classes = make_blobs({.n_samples = 40, .n_centers = 2, .seed = 3});
  const Dataset values = make_regression(
      {.n_samples = 40, .n_features = 4, .n_informative = 2, .noise = 1, .seed = 3});
  for (const registry::Entry& entry : registry::entries()) {
    if (entry.kind != registry::Kind::classifier && entry.kind != registry::Kind::regressor)
      continue;
    if (entry.name == "GradientBoostingRanker") continue;       // needs groups
    if (entry.name.rfind("RadiusNeighbors", 0) == 0) continue;  // its radius may hold nobody
    const Dataset& data = entry.kind == registry::Kind::classifier ? classes : values;
    for (const auto& [name, range] : entry.parameters->search_space()) {
      const Value low = !range.choices.empty() ? range.choices.front()
                        : range.integer        ? Value(static_cast<std::int64_t>(range.low))
                                               : Value(range.low);
      const Value high = !range.choices.empty() ? range.choices.back()
                         : range.integer        ? Value(static_cast<std::int64_t>(range.high))
                                                : Value(range.high);
      for (const Value& value : {low, high}) {
        INFO(entry.name << " " << name << " " << to_text(value));
        Estimator model = entry.make_estimator({{name, value}});
        CHECK_NOTHROW(model.fit(data));
        if (entry.kind == registry::Kind::regressor) {
          CHECK(model.predict_values(data.x()).allFinite());
        } else {
          CHECK(model.predict(data.x()).maxCoeff() <= 1);
        }
      }
    }
  }
}

TEST_CASE("a pipeline's default space is that of its steps") {
  const Estimator model = parse_model("StandardScaler() | PCA() | KNeighborsClassifier()");
  std::vector<std::string> names;
  for (const SearchDimension& dimension : model.search_space()) names.push_back(dimension.name);
  CHECK(names == std::vector<std::string>{"pca__variance_share",
                                          "kneighborsclassifier__n_neighbors",
                                          "kneighborsclassifier__weights"});
}

TEST_CASE("a model's page shows what a search tries") {
  const std::string page = registry::help(registry::at("KNeighborsClassifier"));
  CHECK(page.find("searched by default: 1..30, logarithmic\n") != std::string::npos);
  CHECK(page.find("searched by default: uniform | distance\n") != std::string::npos);
  CHECK(registry::help(registry::at("LinearRegression")).find("searched") == std::string::npos);
}

TEST_CASE("an expression says what a search may change") {
  using Names = std::vector<std::string>;
  const auto names = [](const std::string& text) {
    Names result;
    for (const SearchDimension& dimension : parse_searchable_model(text).space)
      result.push_back(dimension.name);
    return result;
  };
  CHECK(names("KNeighborsClassifier()") == Names{"n_neighbors", "weights"});
  // Written values are kept, even where they are the default.
  CHECK(names("KNeighborsClassifier(weights=distance)") == Names{"n_neighbors"});
  CHECK(names("KNeighborsClassifier(n_neighbors = 5)") == Names{"weights"});
  CHECK(names("KNeighborsClassifier(p=1, n_neighbors=5, weights=uniform)").empty());
  CHECK(names("LinearRegression").empty());
  CHECK(names("PCA(n_components=2) | PCA(variance_share=0.7) | Ridge(fit_intercept=false)") ==
        Names{"pca-1__variance_share", "ridge__alpha"});
  CHECK(names("ColumnTransformer(PCA(variance_share=0) on [a, b]) | Ridge()") ==
        Names{"ridge__alpha"});

  const SearchableModel ranges = parse_searchable_model(
      "StandardScaler(with_mean=true|false) | KNeighborsClassifier(n_neighbors=1..50, "
      "weights=distance, p=1|2.5|3)");
  CHECK(ranges.ranges);
  CHECK(ranges.model.expression() ==
        "StandardScaler() | KNeighborsClassifier(n_neighbors=1, weights=distance, p=1.0)");
  CHECK(ranges.space == SearchSpace{{"standardscaler__with_mean", choices({true, false})},
                                    {"kneighborsclassifier__n_neighbors", integers(1, 50)},
                                    {"kneighborsclassifier__p", choices({1.0, 2.5, 3.0})}});
  CHECK(!parse_searchable_model("KNeighborsClassifier(n_neighbors=7..7)").ranges);
  CHECK(message_and_hint_of([] { parse_searchable_model("Ridge(alpha=1|2|1)"); }) ==
        "model 'Ridge(alpha=1|2|1)': the value 1 is given twice\nhint: leave one out");
  CHECK(message_and_hint_of([] {
          parse_searchable_model("Ridge(alpha=1|-2)");
        }).find("parameter 'alpha' must be") != std::string::npos);
  CHECK(message_and_hint_of([] {
          parse_searchable_model("Ridge(alpa=1|2)");
        }).find("did you mean 'alpha'?") != std::string::npos);
}
