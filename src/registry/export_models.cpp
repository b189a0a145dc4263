#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "registry/export_writer.hpp"

namespace grove::exporting {

namespace {

constexpr std::string_view probabilities_head =
    "inline void probabilities(const double* scores, double* out) {\n";
constexpr std::string_view answer_head = "inline double answer(const double* scores) {\n";
constexpr std::string_view identity =
    "inline double answer(const double* scores) {\n  return scores[0];\n}\n";

/// The link of boosted trees: scores to probabilities, or to the predicted value.
std::string link_text(std::string_view who, std::string_view link, Index n_classes,
                      Index n_scores) {
  if (n_classes == 1) return concat(probabilities_head, "  (void)scores;\n  out[0] = 1;\n}\n");
  if (n_classes > 1 && link == "softmax" && n_scores == n_classes)
    return concat(probabilities_head, "  softmax(scores, ", n_classes, ", out);\n}\n");
  if (n_classes == 2 && link == "sigmoid" && n_scores == 1)
    return concat(probabilities_head, "  out[1] = 1 / (1 + std::exp(-scores[0]));\n",
                  "  out[0] = 1 - out[1];\n}\n");
  if (n_classes == 0 && n_scores == 1) {
    if (link == "identity") return std::string(identity);
    if (link == "exp") return concat(answer_head, "  return std::exp(scores[0]);\n}\n");
    if (link == "sigmoid")
      return concat(answer_head, "  return 1 / (1 + std::exp(-scores[0]));\n}\n");
  }
  throw Unsupported(concat(who, " with ", n_scores, " scores a row and the link '", link,
                           "' cannot be exported as a C++ header"),
                    "what can: one score with identity, exp or sigmoid, or softmax of the classes");
}

LastStep write_boosting(const Saved& model, std::string& text) {
  LastStep last{model.trained_on()};
  const std::vector<double> base = model.state.reals("base");
  last.n_scores = static_cast<Index>(base.size());
  write_trees(model.state, Eigen::Map<const Vector>(base.data(), last.n_scores),
              last.trained_on.n_columns(), text);
  const Index n_classes = last.trained_on.n_classes();
  const std::string_view usual = n_classes == 0   ? "identity"
                                 : n_classes <= 2 ? "sigmoid"
                                                  : "softmax";
  text += link_text(model.type(),
                    model.state.has("link") ? model.state.text("link") : std::string(usual),
                    n_classes, last.n_scores);
  return last;
}

/// Decision trees and forests answer with the mean of their trees.
LastStep write_forest(const Saved& model, std::string& text) {
  LastStep last{model.trained_on()};
  const Index n_classes = last.trained_on.n_classes();
  last.n_scores = std::max<Index>(1, n_classes);
  write_trees(model.state, Vector::Zero(last.n_scores), last.trained_on.n_columns(), text);
  const auto n_trees = static_cast<double>(model.state.list("trees").size());
  text += n_classes == 0 ? concat(answer_head, "  return scores[0] / ", literal(n_trees), ";\n}\n")
                         : concat(probabilities_head, "  for (int k = 0; k < ", n_classes,
                                  "; ++k) out[k] = scores[k] / ", literal(n_trees), ";\n}\n");
  return last;
}

LastStep write_linear_classifier(const Saved& model, std::string& text) {
  LastStep last{model.trained_on()};
  const Index n_columns = last.trained_on.n_columns();
  const Index n_classes = last.trained_on.n_classes();
  const std::vector<std::int64_t> classes = model.state.integers("classes", -1, 0, n_classes - 1);
  const auto n_occurring = static_cast<Index>(classes.size());
  last.n_scores = n_occurring > 2 ? n_occurring : 1;
  std::string zeros = concat("  for (int k = 0; k < ", n_classes, "; ++k) out[k] = 0;\n");
  if (n_occurring == 1) {
    text +=
        concat("inline void scores(const double*, double* out) { out[0] = 0; }\n\n",
               probabilities_head, "  (void)scores;\n", zeros, "  out[", classes[0], "] = 1;\n}\n");
    return last;
  }
  text += array_of("coef", model.state.reals("coef", last.n_scores * n_columns)) +
          array_of("intercept", model.state.reals("intercept", last.n_scores));
  text += concat("inline void scores(const double* x, double* out) {\n  for (int k = 0; k < ",
                 last.n_scores, "; ++k) {\n    out[k] = 0;\n    for (int j = 0; j < ", n_columns,
                 "; ++j) out[k] += product(x[j], coef[k * ", n_columns,
                 " + j]);\n    out[k] += intercept[k];\n  }\n}\n\n");
  text += concat(probabilities_head, zeros);
  if (n_occurring == 2) {
    text += concat("  out[", classes[0], "] = logistic(-scores[0]);\n  out[", classes[1],
                   "] = logistic(scores[0]);\n}\n");
    return last;
  }
  text += concat("  double shares[", n_occurring, "];\n  softmax(scores, ", n_occurring,
                 ", shares);\n");
  for (std::size_t k = 0; k < classes.size(); ++k)
    text += concat("  out[", classes[k], "] = shares[", k, "];\n");
  text += "}\n";
  return last;
}

LastStep write_linear_regressor(const Saved& model, std::string& text) {
  LastStep last{model.trained_on()};
  const Index n_columns = last.trained_on.n_columns();
  text += array_of("coef", model.state.reals("coef", n_columns));
  text += concat("inline void scores(const double* x, double* out) {\n",
                 "  double sums[4] = {0, 0, 0, 0};\n  for (int j = 0; j < ", n_columns,
                 "; ++j) sums[j % 4] += product(x[j], coef[j]);\n",
                 "  out[0] = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ",
                 literal(model.state.real("intercept")), ";\n}\n\n");
  text += identity;
  return last;
}

/// The scores are the logarithms of the joint densities.
LastStep write_gaussian_nb(const Saved& model, std::string& text) {
  LastStep last{model.trained_on()};
  const Index n_columns = last.trained_on.n_columns();
  const Index n_classes = last.n_scores = last.trained_on.n_classes();
  const Vector prior = model.state.vector("class_prior", n_classes);
  const Matrix var = model.state.matrix("var", n_classes, n_columns);
  std::vector<double> start, half_precision;
  for (Index k = 0; k < n_classes; ++k) {
    double log_var = 0;
    for (Index j = 0; j < n_columns; ++j) {
      log_var += std::log(2 * std::numbers::pi * var(k, j));
      half_precision.push_back(0.5 / var(k, j));
    }
    start.push_back(std::log(prior(k)) - 0.5 * log_var);
  }
  text += array_of("start", start) +
          array_of("theta", model.state.reals("theta", n_classes * n_columns)) +
          array_of("half_precision", half_precision);
  text += concat("inline void scores(const double* x, double* out) {\n  for (int k = 0; k < ",
                 n_classes, "; ++k) {\n    out[k] = start[k];\n    for (int j = 0; j < ", n_columns,
                 "; ++j) {\n      const int at = k * ", n_columns,
                 " + j;\n      const double gap = x[j] - theta[at];\n",
                 "      out[k] -= product(product(gap, gap), half_precision[at]);\n    }\n",
                 "  }\n}\n\n");
  text += concat(probabilities_head, "  softmax(scores, ", n_classes, ", out);\n}\n");
  return last;
}

LastStep write_constant(const Saved& model, std::vector<double> scores, std::string& text) {
  LastStep last{model.trained_on()};
  last.n_scores = static_cast<Index>(scores.size());
  text += array_of("constant", scores);
  const std::string copy = concat("  for (int k = 0; k < ", last.n_scores, "; ++k) out[k] = ");
  text += concat("inline void scores(const double*, double* out) {\n", copy, "constant[k];\n}\n\n");
  text += last.trained_on.n_classes() == 0 ? identity
                                           : concat(probabilities_head, copy, "scores[k];\n}\n");
  return last;
}

LastStep write_dummy_classifier(const Saved& model, std::string& text) {
  const std::string strategy = model.params().text("strategy");
  const Index n_classes = model.trained_on().n_classes();
  if (strategy == "stratified" || strategy == "uniform")
    throw_not_exported(concat("DummyClassifier(strategy=", strategy, ")"));
  std::vector<double> shares = model.state.reals("class_prior", n_classes);
  if (strategy != "prior") {
    shares.assign(shares.size(), 0.0);
    shares[static_cast<std::size_t>(model.state.integer("answer", 0, n_classes - 1))] = 1;
  }
  return write_constant(model, shares, text);
}

bool starts_with_any(std::string_view type, std::initializer_list<std::string_view> prefixes) {
  for (const std::string_view prefix : prefixes)
    if (type.substr(0, prefix.size()) == prefix) return true;
  return false;
}

}  // namespace

LastStep write_last_step(const Saved& model, std::string& text) {
  const std::string type = model.type();
  text += concat("// ", type, "\n");
  if (starts_with_any(type, {"GradientBoosting"})) return write_boosting(model, text);
  if (starts_with_any(type, {"DecisionTree", "RandomForest", "ExtraTrees"}))
    return write_forest(model, text);
  if (type == "LogisticRegression") return write_linear_classifier(model, text);
  if (type == "LinearRegression" || type == "Ridge") return write_linear_regressor(model, text);
  if (type == "GaussianNB") return write_gaussian_nb(model, text);
  if (type == "DummyClassifier") return write_dummy_classifier(model, text);
  if (type == "DummyRegressor") return write_constant(model, {model.state.real("constant")}, text);
  throw_not_exported(type);
}

}  // namespace grove::exporting
