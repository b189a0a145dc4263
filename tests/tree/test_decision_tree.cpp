#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <map>

#include "grove/core/random.hpp"
#include "grove/data/standard_datasets.hpp"
#include "grove/metrics/classification.hpp"
#include "grove/tree/decision_tree.hpp"
#include "support/contract.hpp"
#include "support/reference.hpp"

using namespace grove;
using grove::testing::close;
using grove::testing::contract_of;
using grove::testing::message_of;
using grove::testing::to_labels;
using grove::testing::to_matrix;
using grove::testing::to_vector;
using nlohmann::json;

namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

Value value_of(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer()) return value.get<std::int64_t>();
  return value.get<double>();
}

template <class Params>
Params params_of(const json& options) {
  Params params;
  for (const auto& item : options.items())
    Params::schema().set(params, "test", item.key(), value_of(item.value()));
  return params;
}

Dataset dataset_of(const json& reference, const std::string& target, bool weighted) {
  const Matrix x = to_matrix(reference["x"]);
  const Dataset data = target == "two" || target == "three"
                           ? Dataset(x, to_labels(reference[target]))
                           : Dataset(x, to_vector(reference[target]));
  return weighted ? data.with_weights(to_vector(reference["weights"])) : data;
}

/// Nodes from the root, left before right: the same tree, however the nodes are numbered.
void check_same(const Tree& tree, int node, const json& other, int other_node) {
  const auto at = static_cast<std::size_t>(other_node);
  const TreeNode& ours = tree.nodes[static_cast<std::size_t>(node)];
  const int left = other["left"][at];
  for (int k = 0; k < tree.n_outputs; ++k)
    CHECK(close(tree.value(node)[k],
                other["values"]
                     [at * static_cast<std::size_t>(tree.n_outputs) + static_cast<std::size_t>(k)],
                1e-12));
  REQUIRE((ours.left == 0) == (left < 0));
  if (left < 0) return;
  CHECK(ours.feature == other["feature"][at].get<int>());
  CHECK(ours.threshold == other["threshold"][at].get<double>());
  check_same(tree, ours.left, other, left);
  check_same(tree, ours.right, other, other["right"][at]);
}

template <class Model>
Matrix outputs_of(const Model& model, const Matrix& x) {
  if constexpr (requires { model.predict_proba(x); })
    return model.predict_proba(x);
  else
    return model.predict(x);
}

template <class Model>
void check_against(const json& item, const Dataset& data, const Matrix& queries) {
  Model model(params_of<typename Model::Params>(item["params"]));
  model.fit(data);
  check_same(model.trees().trees.front(), 0, item["tree"], 0);
  CHECK(close(outputs_of(model, queries), to_matrix(item["predict"]), 1e-12));
  CHECK(close(model.feature_importances(), to_vector(item["importances"]), 1e-9));
  if (!item["params"].contains("max_leaf_nodes"))
    CHECK(model.apply(queries) == to_labels(item["apply"]));
}

template <class Model>
void check_path(const json& item, const Dataset& data) {
  auto params = params_of<typename Model::Params>(item["params"]);
  const PruningPath path = Model(params).cost_complexity_pruning_path(data);
  const Vector alphas = to_vector(item["ccp_alphas"]);
  const Vector impurities = to_vector(item["impurities"]);
  REQUIRE(static_cast<Index>(path.ccp_alphas.size()) == alphas.size());
  for (Index i = 0; i < alphas.size(); ++i) {
    CHECK(close(path.ccp_alphas[static_cast<std::size_t>(i)], alphas(i), 1e-10));
    CHECK(close(path.impurities[static_cast<std::size_t>(i)], impurities(i), 1e-10));
  }
  params.ccp_alpha = item["alpha"];
  Model pruned(params);
  check_same(pruned.fit(data).trees().trees.front(), 0, item["tree"], 0);
}

/// Weighted impurity of labels, by the definition.
double gini(const std::vector<int>& labels) {
  std::map<int, double> counts;
  for (const int label : labels) counts[label] += 1;
  double sum = 1;
  for (const auto& [label, count] : counts)
    sum -= std::pow(count / static_cast<double>(labels.size()), 2);
  return labels.empty() ? 0 : sum * static_cast<double>(labels.size());
}

Dataset categories(Index n, int n_categories, std::uint64_t seed) {
  Rng rng(seed);
  Matrix x(n, 1);
  Labels y(n);
  Column column{.name = "c", .kind = ColumnKind::categorical, .categories = {}};
  for (int c = 0; c < n_categories; ++c) column.categories.push_back("c" + std::to_string(c));
  for (Index i = 0; i < n; ++i) {
    x(i, 0) = static_cast<double>(rng.below(n_categories - 1));  // the last has no rows
    y(i) = rng.uniform() < std::fmod(0.37 * x(i, 0), 1.0) ? 1 : 0;
  }
  return Dataset(x, {column}).with_labels(y, {"a", "b"});
}

}  // namespace

TEST_CASE("Decision trees keep the contract with every option") {
  for (const auto& criterion : enum_names(ClassCriterion{}))
    CHECK(contract_of(DecisionTreeClassifier({.criterion = criterion.value})) == "");
  CHECK(contract_of(DecisionTreeClassifier({.min_samples_split = 5,
                                            .min_samples_leaf = 3,
                                            .max_leaf_nodes = 6,
                                            .class_weight = ClassWeight::balanced,
                                            .ccp_alpha = 0.01})) == "");
  CHECK(contract_of(DecisionTreeClassifier({.splitter = SplitRule::random, .max_features = 2})) ==
        "");
  CHECK(contract_of(DecisionTreeRegressor({.criterion = RegressionCriterion::friedman_mse,
                                           .min_weight_fraction_leaf = 0.1})) == "");
  CHECK(contract_of(DecisionTreeRegressor(
            {.splitter = SplitRule::random, .max_features = MaxFeatures::Rule::log2})) == "");
}

TEST_CASE("Trees on data without ties are scikit-learn's") {
  const json reference = grove::testing::reference("decision_tree");
  const Matrix queries = to_matrix(reference["queries"]);
  REQUIRE(reference["trees"].size() > 30);
  for (const json& item : reference["trees"]) {
    INFO(item["target"] << " " << item["params"] << " " << item["weighted"]);
    const Dataset data = dataset_of(reference, item["target"], item["weighted"]);
    if (data.has_labels())
      check_against<DecisionTreeClassifier>(item, data, queries);
    else
      check_against<DecisionTreeRegressor>(item, data, queries);
  }
}

TEST_CASE("Pruning paths are scikit-learn's") {
  const json reference = grove::testing::reference("decision_tree");
  for (const json& item : reference["paths"]) {
    INFO(item["target"] << " " << item["params"]);
    const Dataset data = dataset_of(reference, item["target"], false);
    if (data.has_labels())
      check_path<DecisionTreeClassifier>(item, data);
    else
      check_path<DecisionTreeRegressor>(item, data);
  }
}

TEST_CASE("The first split is the best of all") {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Rng rng(seed);
    const Index n = 20 + rng.below(200);
    const int n_classes = 2 + static_cast<int>(seed % 3);
    Matrix x(n, 3);
    Labels y(n);
    for (Index i = 0; i < n; ++i) {
      // Few values, many, and values with holes.
      x(i, 0) = static_cast<double>(rng.below(5));
      x(i, 1) = rng.normal();
      x(i, 2) = rng.uniform() < 0.2 ? nan_value : static_cast<double>(rng.below(20));
      y(i) = static_cast<int>(rng.below(n_classes));
    }
    double best = std::numeric_limits<double>::infinity();
    for (Index j = 0; j < 3; ++j)
      for (Index cut = 0; cut < n; ++cut)
        for (const bool missing_left : {false, true}) {
          std::vector<int> left, right;
          for (Index i = 0; i < n; ++i)
            (std::isnan(x(i, j))    ? missing_left
             : x(i, j) <= x(cut, j) ? true
                                    : false)
                ? left.push_back(y(i))
                : right.push_back(y(i));
          if (!left.empty() && !right.empty()) best = std::min(best, gini(left) + gini(right));
        }
    DecisionTreeClassifier model({.max_depth = 1});
    model.fit(Dataset(x).with_labels(y, {"0", "1", "2", "3"}));
    const Tree& tree = model.trees().trees.front();
    REQUIRE(tree.nodes.size() == 3);
    std::vector<int> left, right;
    for (Index i = 0; i < n; ++i)
      (tree.leaf_of(x.data() + i * 3) == 1 ? left : right).push_back(y(i));
    CHECK(gini(left) + gini(right) == Approx(best).epsilon(1e-12));
    CHECK(tree.nodes[0].gain ==
          Approx(gini(std::vector<int>(y.begin(), y.end())) - best).epsilon(1e-9));
  }
}

TEST_CASE("Sets of categories are the best of all sets for two classes") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Dataset data = categories(120, 8, seed);
    double best = std::numeric_limits<double>::infinity();
    for (unsigned set = 1; set < 127; ++set) {
      std::vector<int> left, right;
      for (Index i = 0; i < data.n_rows(); ++i)
        ((set >> static_cast<unsigned>(data.x()(i, 0))) & 1u ? left : right)
            .push_back(data.labels()(i));
      best = std::min(best, gini(left) + gini(right));
    }
    DecisionTreeClassifier model({.max_depth = 1});
    const Tree& tree = model.fit(data).trees().trees.front();
    std::vector<int> left, right;
    for (Index i = 0; i < data.n_rows(); ++i)
      (tree.leaf_of(data.x().data() + i) == 1 ? left : right).push_back(data.labels()(i));
    CHECK(gini(left) + gini(right) == Approx(best).epsilon(1e-12));
    // A category without rows goes where missing values go: to the heavier side.
    const Labels leaves = model.apply((Matrix(3, 1) << 7, 99, nan_value).finished());
    CHECK(leaves(0) == (left.size() > right.size() ? 1 : 2));
    CHECK((leaves(1) == leaves(0) && leaves(2) == leaves(0)));
  }
}

TEST_CASE("Missing values can be a side of their own") {
  const Matrix x = (Matrix(6, 1) << 1, 2, 3, nan_value, nan_value, nan_value).finished();
  DecisionTreeClassifier model;
  model.fit(x, (Labels(6) << 0, 0, 0, 1, 1, 1).finished());
  CHECK(model.n_leaves() == 2);
  CHECK(model.predict((Matrix(3, 1) << 1e300, -5, nan_value).finished()) ==
        (Labels(3) << 0, 0, 1).finished());
}

TEST_CASE("A full tree remembers its training rows, whatever their order") {
  const Dataset data = datasets::load("vehicle");
  DecisionTreeClassifier model;
  model.fit(data);
  CHECK(metrics::accuracy(data.labels(), model.predict(data.x())) == 1);
  const Dataset mixed = data.take(Rng(1).permutation(data.n_rows()));
  CHECK(DecisionTreeClassifier().fit(mixed).save_state() == model.save_state());
  const Dataset targets = datasets::load("concrete");
  DecisionTreeRegressor regressor;
  const Value state = regressor.fit(targets).save_state();
  CHECK(regressor.fit(targets.take(Rng(2).permutation(targets.n_rows()))).save_state() == state);
}

TEST_CASE("Whole weights are repeated rows to the bit, for all limits") {
  const Dataset data = datasets::load("glass");
  Vector weights(data.n_rows());
  std::vector<Index> rows;
  Rng rng(4);
  for (Index i = 0; i < data.n_rows(); ++i) {
    weights(i) = static_cast<double>(rng.below(4));
    for (int copy = 0; copy < static_cast<int>(weights(i)); ++copy) rows.push_back(i);
  }
  DecisionTreeClassifier model({.min_samples_split = 9,
                                .min_samples_leaf = 4,
                                .min_weight_fraction_leaf = 0.01,
                                .min_impurity_decrease = 0.002,
                                .class_weight = ClassWeight::balanced,
                                .ccp_alpha = 0.001});
  const Matrix expected = model.fit(data.take(rows)).predict_proba(data.x());
  CHECK(model.fit(data.with_weights(weights)).predict_proba(data.x()) == expected);
  const double scale = 0.37e-20;
  CHECK(close(model.fit(data.with_weights(weights * scale)).predict_proba(data.x()).rowwise().sum(),
              Vector::Ones(data.n_rows()), 1e-12));
}

TEST_CASE("Targets far from 0 lose nothing") {
  Matrix x(64, 1);
  Vector y(64);
  for (Index i = 0; i < 64; ++i) {
    x(i, 0) = static_cast<double>(i);
    y(i) = 1e9 + 1e-3 * static_cast<double>(i % 7);
  }
  DecisionTreeRegressor model;
  CHECK(model.fit(x, y).predict(x) == y);
  CHECK(message_of([&] { model.fit(x, Vector::Constant(64, -1e101)); }) ==
        "DecisionTreeRegressor: the target is -1e+101 at row 0, beyond 1e+100");
  y(3) = -1;
  CHECK(message_of([&] {
          DecisionTreeRegressor({.criterion = RegressionCriterion::poisson}).fit(x, y);
        }) == "DecisionTreeRegressor: criterion=poisson needs targets >= 0, got -1 at row 3");
}

TEST_CASE("max_features is a number or a rule") {
  CHECK(MaxFeatures(MaxFeatures::Rule::sqrt).of(10) == 3);
  CHECK(MaxFeatures(MaxFeatures::Rule::log2).of(1) == 1);
  CHECK(MaxFeatures(MaxFeatures::Rule::all).of(10) == 10);
  CHECK(MaxFeatures(20).of(10) == 10);
  CHECK(
      message_of([] { DecisionTreeClassifier({.max_features = 0}).fit(datasets::load_iris()); }) ==
      "DecisionTreeClassifier: parameter 'max_features' must be >= 1, or one of all, "
      "sqrt, log2, got 0");
}
