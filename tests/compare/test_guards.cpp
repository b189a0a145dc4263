#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "compare/toys.hpp"
#include "grove/baseline/gaussian_nb.hpp"
#include "grove/boosting/gradient_boosting.hpp"
#include "grove/compare/guards.hpp"
#include "grove/compare/score_comparison.hpp"
#include "grove/compare/statistics.hpp"
#include "grove/core/random.hpp"
#include "grove/data/held_out.hpp"
#include "grove/data/standard_datasets.hpp"
#include "grove/data/train_test_split.hpp"
#include "grove/estimator/column_transformer.hpp"
#include "grove/estimator/pipeline.hpp"
#include "grove/forest/forest.hpp"
#include "grove/neighbors/k_neighbors.hpp"
#include "grove/preprocessing/one_hot_encoder.hpp"
#include "grove/preprocessing/select_k_best.hpp"
#include "grove/preprocessing/standard_scaler.hpp"
#include "support/check.hpp"

// Twelve ways to rig a comparison by accident: each is refused or flagged by its code, and its
// honest twin is not.

using namespace grove;
using grove::testing::message_of;

namespace {

using Codes = std::vector<std::string>;

Codes codes_of(const std::vector<Finding>& findings) {
  Codes codes;
  for (const Finding& finding : findings) codes.push_back(finding.code);
  return codes;
}

Codes codes_of(const Comparison& comparison) { return codes_of(all_findings(comparison)); }

/// n x d standard normal columns, two classes in turn; class 1 lies `apart` further in column 0.
Dataset cloud(Index n, Index d, double apart, std::uint64_t seed) {
  Rng rng(seed);
  Matrix x(n, d);
  Labels y(n);
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < d; ++j) x(i, j) = rng.normal();
    y(i) = static_cast<int>(i % 2);
    x(i, 0) += apart * y(i);
  }
  return Dataset(std::move(x), y);
}

std::vector<Split> five_folds(const Dataset& data) {
  return KFold{.n_splits = 5, .shuffle = true, .seed = 1}.split(data);
}

Codes fold_codes(const Dataset& data) { return codes_of(fold_findings(data, five_folds(data))); }

std::vector<Index> range(Index begin, Index end) {
  std::vector<Index> rows;
  for (Index i = begin; i < end; ++i) rows.push_back(i);
  return rows;
}

}  // namespace

TEST_CASE("G-LEAK-01: a scaler fitted before the split", "[guards]") {
  const Dataset data = cloud(100, 3, 1, 1);
  StandardScaler scaler;
  const Dataset scaled = scaler.fit_transform(data);
  const std::vector<Finding> findings = fold_findings(scaled, five_folds(scaled));
  REQUIRE(codes_of(findings) == Codes{"G-LEAK-01"});
  CHECK(
      findings[0].text ==
      "StandardScaler() was fitted on 100 rows, among them 100 of 100 test rows (100.0 %), before "
      "the data was split");
  CHECK(codes_of(cross_validate(NearestMean{}, scaled).findings) == Codes{"G-LEAK-01"});
  CHECK(codes_of(compare({{"means", NearestMean{}}}, {scaled})) == Codes{"G-LEAK-01"});
  // The same through an erased one, through columns by name, and after taking rows.
  Transformer erased{ColumnTransformer({{StandardScaler(), {"c1"}}})};
  CHECK(fold_codes(erased.fit_transform(data)) == Codes{"G-LEAK-01"});
  CHECK(fold_codes(scaled.take(range(20, 90))) == Codes{"G-LEAK-01"});
  // Fitted on the training part alone, or inside the fold, it is as it should be.
  const Dataset train = data.take(range(0, 60));
  const Dataset test = data.take(range(60, 100));
  scaler.fit(train);
  CHECK(fold_codes(scaler.transform(test)).empty());
  const Split split{range(0, 60), range(60, 100), 0, 0};
  CHECK(fold_findings(scaler.transform(data), {split}).empty());
  CHECK(cross_validate(Pipeline(StandardScaler{}, NearestMean{}), data).findings.empty());
  CHECK(fold_codes(data).empty());
}

TEST_CASE("G-LEAK-01: numbers that look scaled are a guess", "[guards]") {
  const Dataset scaled = StandardScaler().fit_transform(cloud(100, 3, 1, 1));
  const Dataset from_file = Dataset(Matrix(scaled.x()), scaled.labels());
  const std::vector<Finding> findings = fold_findings(from_file, five_folds(from_file));
  REQUIRE(codes_of(findings) == Codes{"G-LEAK-01"});
  CHECK(findings[0].text.find("a guess: all 3 numeric columns") == 0);
  // Encoders look at no value: nothing to flag.
  const Dataset words =
      Dataset(Matrix(Matrix::Zero(30, 1)),
              {{.name = "w", .kind = ColumnKind::categorical, .categories = {"a", "b"}}})
          .with_labels(Labels::Zero(30), {"x"});
  CHECK(OneHotEncoder().fit_transform(words).history().empty());
  Transformer encoder{ColumnTransformer({{OneHotEncoder(), {"w"}}})};
  CHECK(encoder.fit_transform(words).history().empty());
}

TEST_CASE("G-LEAK-02: features selected outside the folds", "[guards]") {
  double outside = 0, inside = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Dataset noise = cloud(100, 1000, 0, seed);
    const Dataset chosen = SelectKBest({.k = 20}).fit_transform(noise);
    const CrossValidation rigged = cross_validate(GaussianNB(), chosen);
    const CrossValidation honest =
        cross_validate(Pipeline(SelectKBest({.k = 20}), GaussianNB()), noise);
    CHECK(codes_of(rigged.findings) == Codes{"G-LEAK-02"});
    CHECK(honest.findings.empty());
    outside += rigged.mean("accuracy") / 20;
    inside += honest.mean("accuracy") / 20;
  }
  INFO(outside << " outside, " << inside << " inside");
  CHECK(outside > 0.78);
  CHECK(outside < 0.86);
  CHECK(inside > 0.40);
  CHECK(inside < 0.55);
}

namespace {

/// Boosting whose early stopping looks at rows that someone gave it.
struct Watcher {
  const Dataset* watched = nullptr;
  GradientBoostingClassifier model = GradientBoostingClassifier({.n_estimators = 5});
  void fit(const Dataset& data) { model.fit(data, BoostingOptions{.validation = watched}); }
  Labels predict(MatrixView x) const { return model.predict(x); }
};

/// Fits on what it has, not on what it is given.
struct Peeks {
  const Dataset* all = nullptr;
  KNeighborsClassifier model = KNeighborsClassifier({.n_neighbors = 1});
  void fit(const Dataset&) { model.fit(*all); }
  Labels predict(MatrixView x) const { return model.predict(x); }
};

}  // namespace

TEST_CASE("G-LEAK-03: early stopping on the test fold is refused", "[guards]") {
  const Dataset data = cloud(120, 3, 1, 2);
  for (const int threads : {1, 3}) {
    const Comparison rigged =
        compare({{"watcher", Watcher{&data}}}, {data}, {}, {.threads = threads});
    CHECK(codes_of(rigged) == Codes{"G-LEAK-03"});
    const Standing& standing = rigged.datasets[0].standings[0];
    CHECK(standing.result.n_failed() == 5);
    CHECK(std::isnan(standing.mean));
    CHECK(standing.rank == 2);  // behind the baseline
    CHECK(
        standing.result.folds[0].error ==
        "GradientBoostingClassifier: G-LEAK-03: the validation set has 24 rows of the fold's test "
        "part");
  }
  // Other rows, or its own early stopping, which holds out training rows.
  const Dataset kept = cloud(40, 3, 1, 3);
  const GradientBoostingClassifier early({.n_estimators = 5, .early_stopping = true});
  CHECK(codes_of(compare({{"watcher", Watcher{&kept}}, {"early", early}}, {data})).empty());
}

TEST_CASE("G-LEAK-13: fitting on the test fold is refused", "[guards]") {
  const Dataset data = cloud(60, 3, 1, 2);
  const Comparison rigged = compare({{"peeks", Peeks{&data}}}, {data});
  CHECK(codes_of(rigged) == Codes{"G-LEAK-13"});
  CHECK(rigged.datasets[0].standings[0].result.n_failed() == 5);
  // Outside of folds nothing is held out.
  Peeks peeks{&data};
  peeks.fit(data);
  CHECK(HeldOut::current() == nullptr);
}

TEST_CASE("G-LEAK-04: other folds, other data", "[guards]") {
  const Dataset data = cloud(100, 3, 1, 1).with_name("cloud");
  const auto run = [&](const Estimator& model, const Dataset& on, std::uint64_t seed) {
    return cross_validate(model, on,
                          {.cv = StratifiedKFold{.n_splits = 5, .shuffle = true, .seed = seed}});
  };
  const CrossValidation means = run(NearestMean{}, data, 1);
  CHECK(
      message_of([&] {
        (void)compare_results({{"means", means}, {"first", run(FirstClass{}, data, 2)}});
      }) ==
      "compare_results: G-LEAK-04: 'means' and 'first' were tested on different folds of 'cloud'");
  Matrix changed = data.x();
  changed(3, 1) += 1e-9;
  CHECK(message_of([&] {
          (void)compare_results(
              {{"means", means},
               {"first", run(FirstClass{}, data.with_x(changed, data.columns()), 1)}});
        }) ==
        "compare_results: G-LEAK-04: 'means' and 'first' were tested on different versions of "
        "'cloud'");
  const Comparison honest =
      compare_results({{"means", means}, {"first", run(FirstClass{}, data, 1)}});
  CHECK(codes_of(honest).empty());
  const Comparison at_once =
      compare({{"means", NearestMean{}}, {"first", FirstClass{}}}, {data},
              {.cv = StratifiedKFold{.n_splits = 5, .shuffle = true, .seed = 1}});
  CHECK(honest.datasets[0].standings[1].p_value == at_once.datasets[0].standings[1].p_value);
  CHECK(honest.datasets[0].standings[0].best);
}

namespace {

struct Tunable : FirstClass {
  SearchSpace search_space() const { return {{"size", integers(1, 9)}}; }
};

/// What a comparison looks like in which only the first contender was tuned.
Comparison with_one_tuned(const std::vector<Contender>& field, const Dataset& data) {
  Comparison comparison = compare(field, {data});
  comparison.datasets[0].standings[0].tuned = true;
  comparison.findings = tuning_findings(field, comparison.datasets);
  return comparison;
}

}  // namespace

TEST_CASE("G-LEAK-05: an untuned rival", "[guards]") {
  const Dataset data = cloud(60, 3, 1, 1);
  const Comparison rigged = with_one_tuned({{"mine", Tunable{}}, {"theirs", Tunable{}}}, data);
  CHECK(codes_of(rigged) == Codes{"G-LEAK-05"});
  CHECK(rigged.findings[0].text == "theirs has something to tune and was not, beside mine, tuned");
  // A rival that has nothing to tune, and a field without any tuning, are fair.
  CHECK(codes_of(with_one_tuned({{"mine", Tunable{}}, {"simple", NearestMean{}}}, data)).empty());
  CHECK(codes_of(compare({{"mine", Tunable{}}, {"theirs", Tunable{}}}, {data})).empty());
  // Different budgets.
  Comparison unequal = compare({{"mine", Tunable{}}, {"theirs", Tunable{}}}, {data});
  for (std::size_t i = 0; i < 2; ++i) {
    SearchResult search;
    search.method = i == 0 ? "random:200" : "random:5";
    unequal.datasets[0].standings[i].result.folds[0].search =
        std::make_shared<const SearchResult>(search);
  }
  const std::vector<Finding> findings =
      tuning_findings({{"mine", Tunable{}}, {"theirs", Tunable{}}}, unequal.datasets);
  REQUIRE(codes_of(findings) == Codes{"G-LEAK-05"});
  CHECK(findings[0].text == "the budgets differ: random:200 and random:5");
}

TEST_CASE("G-LEAK-06: duplicate rows across folds", "[guards]") {
  const Dataset data = cloud(100, 3, 1, 1);
  std::vector<Index> doubled = range(0, 100);
  for (const Index row : range(0, 30)) doubled.push_back(row);
  const Dataset rigged = data.take(doubled);
  for (const int threads : {1, 4}) {
    const std::vector<Finding> findings =
        fold_findings(rigged, LeaveOneOut{}.split(rigged), {}, {.threads = threads});
    REQUIRE(codes_of(findings) == Codes{"G-LEAK-06"});
    CHECK(findings[0].text ==
          "60 of 130 test rows (46.2 %) have an equal row with the same target among the training "
          "rows of their fold, and 0 more one with another target");
  }
  // Made anew, so that no row knows where it came from: the values tell.
  CHECK(fold_codes(Dataset(Matrix(rigged.x()), rigged.labels())) == Codes{"G-LEAK-06"});
  // Copies that stay together are fair; a pair in 150 rows is no finding; nor are twins that
  // contradict each other, which help nobody.
  Labels groups(130);
  for (Index i = 0; i < 130; ++i)
    groups(i) = static_cast<int>(doubled[static_cast<std::size_t>(i)]);
  const Dataset grouped = rigged.with_groups(groups);
  CHECK(fold_findings(grouped, GroupKFold{.n_splits = 5}.split(grouped)).empty());
  const Dataset iris = datasets::load_iris();
  CHECK(fold_findings(iris, five_folds(iris)).empty());
  // Votes, grades and other few values coincide without being copies.
  Rng rng(6);
  Matrix votes(300, 6);
  for (Index i = 0; i < 300; ++i)
    for (Index j = 0; j < 6; ++j) votes(i, j) = static_cast<double>(rng.below(3));
  CHECK(fold_codes(Dataset(votes, Labels::Zero(300).eval())).empty());
  Labels flipped = rigged.labels();
  for (Index i = 100; i < 130; ++i) flipped(i) = 1 - flipped(i);
  CHECK(fold_codes(Dataset(Matrix(rigged.x()), flipped)).empty());
}

TEST_CASE("G-LEAK-07: groups on both sides", "[guards]") {
  const Dataset data = cloud(100, 3, 1, 1);
  Labels patients(100);
  for (Index i = 0; i < 100; ++i) patients(i) = static_cast<int>(i / 5);
  const Dataset grouped = data.with_groups(patients);
  CHECK(fold_codes(grouped) == Codes{"G-LEAK-07"});
  CHECK(fold_findings(grouped, GroupKFold{}.split(grouped)).empty());
  CHECK(fold_findings(grouped, StratifiedGroupKFold{}.split(grouped)).empty());
  CHECK(codes_of(compare({{"means", NearestMean{}}}, {grouped}, {.cv = GroupKFold{}})).empty());
}

TEST_CASE("G-LEAK-08: trained on the future", "[guards]") {
  const Dataset data = cloud(100, 3, 1, 1);
  Matrix x = data.x();
  for (Index i = 0; i < 100; ++i) x(i, 1) = 1950 + static_cast<double>(i);
  const auto with_name = [&](const std::string& name) {
    return data.with_x(x, {{.name = "a"}, {.name = name}, {.name = "b"}});
  };
  CHECK(fold_codes(with_name("sale_Year")) == Codes{"G-LEAK-08"});
  const Dataset yearly = with_name("year");
  CHECK(fold_findings(yearly, TimeSeriesSplit{.n_splits = 5}.split(yearly)).empty());
  // A number that rises and is called otherwise may be anything, unless it is declared.
  const Dataset unnamed = with_name("yearning");
  CHECK(fold_codes(unnamed).empty());
  CHECK(codes_of(fold_findings(unnamed, five_folds(unnamed), {.time_column = "yearning"})) ==
        Codes{"G-LEAK-08"});
  CHECK(codes_of(cross_validate(NearestMean{}, unnamed, {.time_column = "yearning"}).findings) ==
        Codes{"G-LEAK-08"});
  CHECK(codes_of(compare({{"means", NearestMean{}}}, {unnamed}, {.time_column = "yearning"})) ==
        Codes{"G-LEAK-08"});
  CHECK(message_of([&] {
          (void)fold_findings(unnamed, five_folds(unnamed), {.time_column = "yerning"});
        }) == "the time column 'yerning' is not in the data; did you mean 'yearning'?");
}

TEST_CASE("G-LEAK-09: failures cannot be left out", "[guards]") {
  const Dataset data = cloud(100, 3, 1, 1).with_name("one");
  const Dataset other = cloud(80, 3, 1, 2).with_name("two");
  const CrossValidation good = cross_validate(NearestMean{}, data);
  CrossValidation dropped = cross_validate(FirstClass{}, data);
  dropped.folds.erase(dropped.folds.begin() + 1);
  CHECK(message_of([&] {
          (void)compare_results({{"good", good}, {"bad", dropped}});
        }) == "compare_results: G-LEAK-09: 'bad' has 4 of 5 folds of 'one'");
  CHECK(message_of([&] {
          (void)compare_results({{"good", good},
                                 {"bad", cross_validate(FirstClass{}, data)},
                                 {"good", cross_validate(NearestMean{}, other)}});
        }) == "compare_results: G-LEAK-09: 'bad' has no result on 'two', and others have");
  Matrix holed(3, 2);
  holed << 0.9, 0.8, 0.7, std::nan(""), 0.8, 0.9;
  CHECK(message_of([&] {
          (void)compare_scores({{"a", "b"}, {"x", "y", "z"}, holed});
        }).find("G-LEAK-09") != std::string::npos);
  // A failure that stays in the table comes last: that is how it should be.
  CrossValidation failed = cross_validate(FirstClass{}, data);
  failed.folds[1].error = "no memory";
  failed.folds[1].scores.clear();
  const Comparison honest = compare_results({{"bad", failed}, {"good", good}});
  CHECK(codes_of(honest).empty());
  CHECK(honest.datasets[0].standings[0].rank == 2);
  CHECK(codes_of(compare({{"refuses", Refuses{}}, {"means", NearestMean{}}}, {data})).empty());
}

TEST_CASE("G-LEAK-10: the best of many seeds", "[guards]") {
  const Dataset data = cloud(80, 6, 0.3, 5);
  std::vector<Contender> field;
  for (int seed = 1; seed <= 5; ++seed)
    field.push_back({"forest " + std::to_string(seed),
                     RandomForestClassifier({.n_estimators = 2, .seed = std::uint64_t(seed)})});
  const Comparison rigged = compare(field, {data});
  REQUIRE(codes_of(rigged) == Codes{"G-LEAK-10"});
  CHECK(rigged.datasets[0].findings[0].text ==
        "5 contenders are RandomForestClassifier(n_estimators=2) with different seeds: forest 1, "
        "forest 2, forest 3, forest 4 and forest 5; of their scores only the median may win");
  std::vector<double> means;
  double called_best = -1;
  for (const Standing& standing : rigged.datasets[0].standings) {
    if (standing.contender.find("forest") == 0) means.push_back(standing.mean);
    if (standing.best) called_best = standing.mean;
  }
  std::sort(means.begin(), means.end());
  REQUIRE(means[4] > means[2]);  // there is a luckier one
  CHECK(called_best < means[4]);
  // Different models with different seeds are contenders in their own right.
  const Comparison honest =
      compare({{"small", RandomForestClassifier({.n_estimators = 2, .seed = 1})},
               {"large", RandomForestClassifier({.n_estimators = 8, .seed = 2})}},
              {data});
  CHECK(codes_of(honest).empty());
}

namespace {

/// Class 1 only where it is nearly sure.
struct Shy {
  void fit(const Dataset&) {}
  Labels predict(MatrixView x) const { return (x.col(0).array() > 2.5).cast<int>(); }
};
struct Bold {
  void fit(const Dataset&) {}
  Labels predict(MatrixView x) const { return (x.col(0).array() > 0.5).cast<int>(); }
};

}  // namespace

TEST_CASE("G-LEAK-11: the metric chosen after the fact", "[guards]") {
  // One row in ten is of class 1, which lies 2 further: accuracy likes the shy, balance the bold.
  Rng rng(4);
  Matrix x(400, 2);
  Labels y(400);
  for (Index i = 0; i < 400; ++i) {
    y(i) = i % 10 == 0 ? 1 : 0;
    x(i, 0) = rng.normal() + 2 * y(i);
    x(i, 1) = rng.normal();
  }
  const Dataset data(x, y);
  const std::vector<Contender> field{{"shy", Shy{}}, {"bold", Bold{}}};
  const Comparison rigged = compare(field, {data}, {.metrics = {"accuracy", "balanced_accuracy"}});
  REQUIRE(codes_of(rigged) == Codes{"G-LEAK-11"});
  CHECK_THAT(rigged.datasets[0].findings[0].text,
             Catch::StartsWith(
                 "accuracy decides, and shy leads; by balanced_accuracy bold would win (0."));
  // The default metric was not chosen; and where the metrics agree there is nothing to say.
  CHECK(codes_of(compare(field, {data})).empty());
  CHECK(codes_of(compare({{"means", NearestMean{}}, {"first", FirstClass{}}}, {cloud(99, 2, 2, 1)},
                         {.metrics = {"accuracy", "balanced_accuracy"}}))
            .empty());
  // A plan made beforehand is binding.
  const Comparison replanned =
      compare(field, {data}, {.metrics = {"accuracy"}, .planned_metric = "balanced_accuracy"});
  REQUIRE(codes_of(replanned) == Codes{"G-LEAK-11"});
  CHECK(replanned.datasets[0].findings[0].text ==
        "the plan lets balanced_accuracy decide, but here it is accuracy");
  CHECK(codes_of(compare(field, {data}, {.planned_metric = "accuracy"})).empty());
}

TEST_CASE("G-LEAK-12: tuned on the test rows", "[guards]") {
  const Dataset data = cloud(100, 3, 1, 1);
  const Estimator model = KNeighborsClassifier({.n_neighbors = 9});
  const Dataset before = data.take(range(0, 30));
  const auto codes = [&](const TunedOn& tuned_on, const Dataset& tested) {
    return codes_of(
        compare({{.name = "tuned", .estimator = model, .tuned_on = tuned_on}}, {tested}));
  };
  CHECK(codes({.fingerprint = data.fingerprint()}, data) == Codes{"G-LEAK-12"});
  CHECK(codes({.rows = RowSet(data)}, data) == Codes{"G-LEAK-12"});
  CHECK(codes({.rows = RowSet(before)}, data) == Codes{"G-LEAK-12"});
  // On rows that are not tested it is as it should be.
  const Dataset after = data.take(range(30, 100));
  CHECK(codes({.rows = RowSet(before)}, after).empty());
  CHECK(codes({.fingerprint = before.fingerprint()}, after).empty());
}

TEST_CASE("Guards have stable codes, words and a strict mode", "[guards]") {
  CHECK(leak_guards().size() == 13);
  std::set<std::string_view> codes, titles;
  for (const LeakGuard& guard : leak_guards()) {
    CHECK(&leak_guard(guard.code) == &guard);
    CHECK(guard.code.rfind("G-LEAK-", 0) == 0);
    CHECK(!guard.meaning.empty());
    CHECK(!guard.advice.empty());
    codes.insert(guard.code);
    titles.insert(guard.title);
  }
  CHECK(codes.size() == 13);
  CHECK(titles.size() == 13);
  CHECK(message_of([] { (void)leak_guard("G-LEAK-99"); }).find("there is no leak guard") == 0);
  const Dataset scaled = StandardScaler().fit_transform(cloud(100, 3, 1, 1));
  const Comparison comparison = compare({{"means", NearestMean{}}}, {scaled});
  std::ostringstream text;
  text << comparison;
  CHECK(text.str().find(
            "\n! G-LEAK-01 preprocessing fitted before the split: StandardScaler() was") !=
        std::string::npos);
  const auto json = nlohmann::json::parse(to_json(comparison));
  REQUIRE(json["datasets"][0]["findings"].size() == 1);
  CHECK(json["datasets"][0]["findings"][0]["code"] == "G-LEAK-01");
  CHECK(json["datasets"][0]["findings"][0]["title"] == "preprocessing fitted before the split");
  CHECK(json["findings"].empty());
  CHECK(message_of([&] {
          (void)compare({{"means", NearestMean{}}}, {scaled}, {.strict = true});
        }).find("compare: G-LEAK-01 preprocessing fitted before the split: ") == 0);
  CHECK_NOTHROW(refuse_findings({}));
}

TEST_CASE("The guards are documented", "[guards]") {
  std::ostringstream page;
  page << std::ifstream(GROVE_TEST_DIR "/../docs/leak_guards.md").rdbuf();
  for (const LeakGuard& guard : leak_guards())
    CHECK_THAT(page.str(), Catch::Contains("| " + std::string(guard.code) + " | " +
                                           std::string(guard.title) + " |"));
}

TEST_CASE("Guards are quiet on the bundled data", "[guards]") {
  std::map<std::string, Codes> found;
  for (const std::string& name : datasets::names()) {
    const Dataset data = datasets::load(name);
    if (!data.has_labels() && !data.has_target()) continue;
    const Splitter splitter = data.has_labels()
                                  ? Splitter(StratifiedKFold{.n_splits = 5, .shuffle = true})
                                  : Splitter(KFold{.n_splits = 5, .shuffle = true});
    const Codes codes = codes_of(fold_findings(data, splitter.split(data)));
    if (!codes.empty()) found[name] = codes;
  }
  // One in nine mails of spam is a copy of another; nothing else is to be said.
  CHECK(found == std::map<std::string, Codes>{{"spam", {"G-LEAK-06"}}});
}

TEST_CASE("Two copies of one estimator under two names tie exactly", "[guards]") {
  const RandomForestClassifier forest({.n_estimators = 5, .seed = 3});
  const Comparison comparison =
      compare({{"A", forest}, {"A again", forest}}, {cloud(90, 4, 1, 1), datasets::load_iris()});
  CHECK(codes_of(comparison).empty());
  for (const DatasetComparison& data : comparison.datasets) {
    CHECK(data.standings[0].mean == data.standings[1].mean);
    CHECK(data.standings[0].rank == data.standings[1].rank);
    CHECK(data.standings[1].p_value == 1);
  }
}

TEST_CASE("Two copies with different seeds differ in few of 200 draws", "[guards]") {
  Index same = 0;
  for (std::uint64_t draw = 0; draw < 200; ++draw) {
    const Dataset data = cloud(100, 4, 1, 1000 + draw);
    const Comparison comparison =
        compare({{"A", RandomForestClassifier({.n_estimators = 10, .seed = 2 * draw + 1})},
                 {"B", RandomForestClassifier({.n_estimators = 10, .seed = 2 * draw + 2})}},
                {data}, {.n_repeats = 2, .seed = draw});
    const std::vector<Standing>& standings = comparison.datasets[0].standings;
    // The test of A against B, whichever is called best.
    const Vector differences =
        standings[0].result.scores("accuracy") - standings[1].result.scores("accuracy");
    same += statistics::corrected_resampled_t(differences, 0.25).p_value >= 0.05 ? 1 : 0;
  }
  CHECK(same >= 186);  // 93 %
}

namespace {

/// The nearest of the class means in two columns.
struct TwoColumns {
  Index first = 0;
  NearestMean model = {};
  static Dataset part(const MatrixView& x, Index first) {
    return Dataset(Matrix(x.middleCols(first, 2)));
  }
  void fit(const Dataset& data) {
    model.fit(part(data.x(), first).with_labels(data.labels(), data.class_names()));
  }
  Labels predict(MatrixView x) const { return model.predict(part(x, first).x()); }
};

}  // namespace

TEST_CASE("Equally good contenders differ in few of 200 draws", "[guards]") {
  // Columns 0 and 2 tell the class equally well, 1 and 3 not at all.
  Index same = 0;
  for (std::uint64_t draw = 0; draw < 200; ++draw) {
    Rng rng(draw);
    Matrix x(100, 4);
    Labels y(100);
    for (Index i = 0; i < 100; ++i) {
      y(i) = static_cast<int>(i % 2);
      for (Index j = 0; j < 4; ++j) x(i, j) = rng.normal() + (j % 2 == 0 ? y(i) : 0);
    }
    const Comparison comparison = compare({{"A", TwoColumns{0}}, {"B", TwoColumns{2}}},
                                          {Dataset(x, y)}, {.n_repeats = 10, .seed = draw});
    const std::vector<Standing>& standings = comparison.datasets[0].standings;
    const Vector differences =
        standings[0].result.scores("accuracy") - standings[1].result.scores("accuracy");
    same += statistics::corrected_resampled_t(differences, 0.25).p_value >= 0.05 ? 1 : 0;
  }
  INFO(same << " of 200");
  CHECK(same >= 186);  // 93 %
  CHECK(same < 200);   // the test can say otherwise
}
