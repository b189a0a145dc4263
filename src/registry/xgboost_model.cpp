#include "grove/registry/xgboost_model.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/text.hpp"
#include "grove/boosting/gradient_boosting.hpp"
#include "grove/core/error.hpp"
#include "registry/value_codec.hpp"
#include "registry/xgboost_trees.hpp"

namespace grove {

namespace {

constexpr double max_columns = 1 << 20;
constexpr double max_classes = 1 << 16;

/// XGBoost writes NaN, which JSON has not, where a categorical split has no threshold. It becomes a
/// number that is no float, so that it is refused where it would be used.
std::string without_nan(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (quoted && text[i] == '\\' && i + 1 < text.size()) clean += text[i++];
    if (!quoted && text.substr(i, 3) == "NaN") {
      clean += "1e99";
      i += 2;
    } else {
      clean += text[i];
    }
  }
  return clean;
}

/// Parameters are numbers in quotes.
double number_in(const StateReader& reader, std::string_view key, double low, double high) {
  const std::string text = reader.text(key);
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || !(number >= low) ||
      !(number <= high))
    reader.at(key).fail(
        concat("must be a number in ", low, "..", high, " in quotes, got '", printable(text), "'"));
  return number;
}

struct Objective {
  std::string_view name;
  std::string_view link;
  bool classes;
};

constexpr Objective objectives[] = {
    {"reg:squarederror", "identity", false},
    {"reg:linear", "identity", false},
    {"reg:squaredlogerror", "identity", false},
    {"reg:absoluteerror", "identity", false},
    {"reg:pseudohubererror", "identity", false},
    {"reg:quantileerror", "identity", false},
    {"reg:logistic", "sigmoid", false},
    {"binary:logistic", "sigmoid", true},
    {"binary:logitraw", "sigmoid", true},
    {"multi:softmax", "softmax", true},
    {"multi:softprob", "softmax", true},
    {"count:poisson", "exp", false},
    {"reg:gamma", "exp", false},
    {"reg:tweedie", "exp", false},
    {"rank:pairwise", "identity", false},
    {"rank:ndcg", "identity", false},
    {"rank:map", "identity", false},
};

const Objective& objective_of(const StateReader& learner) {
  const std::string name = learner.at("objective").text("name");
  std::vector<std::string> names;
  for (const Objective& objective : objectives) {
    if (objective.name == name) return objective;
    names.emplace_back(objective.name);
  }
  learner.at("objective")
      .fail(concat("is '", printable(name), "', which grove does not know; it knows ",
                   join(names, 99)));
}

/// The base score of a file is on the scale of the predictions, which are scores for logitraw.
double score_of(const StateReader& params, const Objective& objective) {
  constexpr double largest = std::numeric_limits<float>::max();
  constexpr double smallest = std::numeric_limits<float>::denorm_min();
  if (objective.link == "identity" || objective.link == "softmax" ||
      objective.name == "binary:logitraw")
    return number_in(params, "base_score", -largest, largest);
  const double base = number_in(params, "base_score", smallest, largest);
  if (objective.link == "exp") return std::log(base);
  if (base >= 1) params.at("base_score").fail("must be a probability below 1");
  return -std::log(1 / base - 1);
}

TrainedOn columns_of(const StateReader& learner, const StateReader& params,
                     const Objective& objective, Index n_classes) {
  TrainedOn trained_on;
  trained_on.target_name = "target";
  const double n_columns = number_in(params, "num_feature", 1, max_columns);
  const std::vector<std::string> names =
      learner.has("feature_names") ? learner.texts("feature_names") : std::vector<std::string>();
  if (!names.empty() && static_cast<double>(names.size()) != n_columns)
    learner.at("feature_names").fail(concat("must hold ", n_columns, " names"));
  for (std::size_t j = 0; j < static_cast<std::size_t>(n_columns); ++j)
    trained_on.columns.push_back({.name = names.empty() ? concat("f", j) : names[j]});
  if (objective.classes)
    for (Index k = 0; k < n_classes; ++k) trained_on.class_names.push_back(std::to_string(k));
  return trained_on;
}

/// Every tree in its place: round after round, one tree per score.
std::vector<Tree> trees_of(const StateReader& booster, Index n_columns, Index n_scores) {
  const bool dart = booster.text("name") == "dart";
  if (!dart && booster.text("name") != "gbtree")
    booster.fail(concat("is '", printable(booster.text("name")), "'; grove reads gbtree and dart"));
  const StateReader model = (dart ? booster.at("gbtree") : booster).at("model");
  const std::vector<StateReader> readers = model.list("trees");
  const auto n_trees = static_cast<Index>(readers.size());
  const std::vector<std::int64_t> classes = model.integers("tree_info", n_trees, 0, n_scores - 1);
  const std::vector<double> weights =
      dart ? booster.reals("weight_drop", n_trees) : std::vector<double>(readers.size(), 1.0);
  if (n_trees % n_scores != 0) model.fail("holds an incomplete round of trees");
  std::vector<Tree> trees(readers.size());
  std::vector<std::size_t> next(static_cast<std::size_t>(n_scores));
  for (std::size_t k = 0; k < next.size(); ++k) next[k] = k;
  for (std::size_t t = 0; t < readers.size(); ++t) {
    std::size_t& place = next[static_cast<std::size_t>(classes[t])];
    if (place >= trees.size()) model.fail("holds more trees for one class than for another");
    trees[place] = xgboost_tree(readers[t], n_columns, weights[t]);
    place += next.size();
  }
  return trees;
}

XgboostModel model_of(const StateReader& learner) {
  const StateReader params = learner.at("learner_model_param");
  const Objective& objective = objective_of(learner);
  if (params.has("num_target") && number_in(params, "num_target", 0, max_classes) > 1)
    params.fail("has several targets");
  const auto n_classes = static_cast<Index>(number_in(params, "num_class", 0, max_classes));
  const bool several = objective.link == "softmax";
  if (several ? n_classes < 2 : n_classes > 1)
    params.fail(concat("has a num_class that does not fit ", objective.name));
  XgboostModel model{.objective = std::string(objective.name),
                     .link = std::string(objective.link),
                     .trained_on = columns_of(learner, params, objective, several ? n_classes : 2),
                     .ensemble = {}};
  const Index n_scores = several ? n_classes : 1;
  model.ensemble.base = Vector::Constant(n_scores, score_of(params, objective));
  model.ensemble.trees =
      trees_of(learner.at("gradient_booster"), model.trained_on.n_columns(), n_scores);
  return model;
}

}  // namespace

XgboostModel read_xgboost_json(std::string_view text) {
  try {
    const Value file = from_json_text(without_nan(text));
    return model_of(StateReader(file, "file").at("learner"));
  } catch (const ModelFormatError& error) {
    throw ModelFormatError(concat("XGBoost model: ", error.what()),
                           "save it again with XGBoost's save_model(\"model.json\")");
  }
}

Estimator estimator_from(const XgboostModel& model) {
  Value::List trees;
  for (const Tree& tree : model.ensemble.trees) trees.push_back(tree_to_value(tree));
  const auto n_rounds =
      static_cast<int>(trees.size()) / static_cast<int>(model.ensemble.n_outputs());
  const Value state = Value::Map{{"trained_on", model.trained_on.to_value()},
                                 {"base", Value(model.ensemble.base)},
                                 {"link", model.link},
                                 {"trees", std::move(trees)}};
  const GradientBoostingParams params{.n_estimators = std::max(1, n_rounds)};
  if (model.trained_on.class_names.empty())
    return GradientBoostingRegressor::load_state(params, StateReader(state));
  return GradientBoostingClassifier::load_state(params, StateReader(state));
}

}  // namespace grove
