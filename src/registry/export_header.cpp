#include "grove/registry/export_header.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/estimator/pipeline.hpp"
#include "registry/export_writer.hpp"
#include "registry/model_tree.hpp"

namespace grove {

namespace exporting {

namespace {

constexpr std::string_view helpers = R"(// The rounded product: never fused with a sum that follows.
inline double product(double a, double b) {
  volatile double result = a * b;
  return result;
}

// The code of one of n categories, -1 for a missing value or another one.
inline int code_of(double x, int n) {
  if (!(x >= 0 && x < n)) return -1;
  const int code = static_cast<int>(x);
  return x == code ? code : -1;
}

// Where a column goes: n_categories is -1 if it is numeric.
struct OneHot {
  int begin;
  int n_categories;
  int n_dropped;
  int has_missing;
};

inline void one_hot(double x, const OneHot& block, double* out) {
  if (block.n_categories < 0) {
    out[block.begin] = x;
    return;
  }
  int code = code_of(x, block.n_categories);
  if (code < 0 && block.has_missing == 1) code = block.n_categories;
  if (code >= block.n_dropped) out[block.begin + code - block.n_dropped] = 1;
}

inline double logistic(double score) {
  return score >= 0 ? 1 / (1 + std::exp(-score)) : std::exp(score) / (1 + std::exp(score));
}

inline void softmax(const double* scores, int n, double* out) {
  double top = scores[0];
  for (int k = 1; k < n; ++k) top = scores[k] > top ? scores[k] : top;
  double sum = 0;
  for (int k = 0; k < n; ++k) {
    out[k] = std::exp(scores[k] - top);
    sum += out[k];
  }
  for (int k = 0; k < n; ++k) out[k] /= sum;
}

)";

constexpr std::string_view lookups = R"(
/// The place of a column, -1 if there is none of that name.
inline int column_index(std::string_view name) {
  for (int j = 0; j < n_columns; ++j)
    if (columns[j].name == name) return j;
  return -1;
}

/// What stands for a word in a categorical column; NaN, as for a missing value, if it is unseen.
inline double category_code(int column, std::string_view word) {
  if (column >= 0 && column < n_columns)
    for (int k = 0; k < columns[column].n_categories; ++k)
      if (columns[column].categories[k] == word) return k;
  return std::numeric_limits<double>::quiet_NaN();
}
inline double category_code(std::string_view column, std::string_view word) {
  return category_code(column_index(column), word);
}

)";

constexpr std::string_view classify = R"(
/// Probabilities of the classes.
inline void predict_proba(const double* row, double* out) {
  double scores[n_scores];
  raw_scores(row, scores);
  detail::probabilities(scores, out);
}

/// The code of the most probable class, the first of equals; class_names has its name.
inline int predict(const double* row) {
  double shares[n_classes];
  predict_proba(row, shares);
  int best = 0;
  for (int k = 1; k < n_classes; ++k)
    if (shares[k] > shares[best]) best = k;
  return best;
}
)";

constexpr std::string_view regress = R"(
inline double predict(const double* row) {
  double scores[n_scores];
  raw_scores(row, scores);
  return detail::answer(scores);
}
)";

void check_namespace(const std::string& name) {
  constexpr std::array reserved{
      "alignas",  "alignof",  "and",      "asm",     "auto",      "bool",     "break",
      "case",     "catch",    "char",     "class",   "const",     "continue", "default",
      "delete",   "do",       "double",   "else",    "enum",      "explicit", "export",
      "extern",   "false",    "float",    "for",     "friend",    "goto",     "if",
      "inline",   "int",      "long",     "mutable", "namespace", "new",      "noexcept",
      "not",      "operator", "or",       "private", "protected", "public",   "register",
      "return",   "short",    "signed",   "sizeof",  "static",    "std",      "struct",
      "switch",   "template", "this",     "throw",   "true",      "try",      "typedef",
      "typename", "union",    "unsigned", "using",   "virtual",   "void",     "while",
      "xor"};
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  bool good = true;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find("::", begin), name.size());
    const std::string_view part = std::string_view(name).substr(begin, end - begin);
    good = good && !part.empty() && is_letter(part[0]) &&
           std::all_of(part.begin(), part.end(),
                       [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); }) &&
           std::find(reserved.begin(), reserved.end(), part) == reserved.end();
    begin = end + 2;
    if (end == name.size()) break;
  }
  if (!good)
    throw InvalidParameter(
        concat("export_header: the namespace must be a C++ name, as in model or "
               "a::b, got '",
               printable(name), "'"));
}

/// The steps of a pipeline, pipelines in pipelines unrolled.
struct Steps {
  std::vector<Saved> transformers;
  std::vector<Saved> last;
};

void collect(const Saved& model, Steps& steps) {
  if (model.type() != Pipeline::type_name) {
    steps.last.push_back(model);
    return;
  }
  const std::vector<StateReader> plans = model.plan.list("steps");
  const std::vector<StateReader> states = model.state.list("steps");
  for (std::size_t i = 0; i < plans.size(); ++i)
    steps.transformers.push_back({plans[i], states[i]});
  collect({model.plan.at("last"), model.state.at("last")}, steps);
}

std::string columns_text(const std::vector<Column>& columns) {
  std::string text;
  std::vector<std::string> rows;
  for (std::size_t j = 0; j < columns.size(); ++j) {
    const Column& column = columns[j];
    const bool categorical = column.kind == ColumnKind::categorical;
    std::string list = "nullptr";
    if (!column.categories.empty()) {
      std::vector<std::string> words;
      for (const std::string& word : column.categories) words.push_back(literal(word));
      list = concat("categories_", j);
      text += array_of("std::string_view", list, words);
      list = "detail::" + list;
    }
    rows.push_back(concat("{", literal(column.name), categorical ? ", true, " : ", false, ", list,
                          ", ", column.categories.size(), "}"));
  }
  if (!text.empty()) text = concat("namespace detail {\n", text, "}  // namespace detail\n\n");
  text += concat("inline constexpr int n_columns = ", columns.size(), ";\n",
                 "struct Column {\n  std::string_view name;\n  bool categorical;\n",
                 "  const std::string_view* categories;\n  int n_categories;\n};\n");
  return text + array_of("Column", "columns", rows);
}

std::string raw_scores_text(const std::vector<Step>& steps) {
  std::string text =
      "/// n_scores numbers: what the model adds up before its answer.\n"
      "inline void raw_scores(const double* row, double* out) {\n";
  std::string input = "row";
  for (const Step& step : steps) {
    text += concat("  double after_", step.name, "[", step.n_outputs, "];\n  detail::", step.name,
                   "(", input, ", after_", step.name, ");\n");
    input = "after_" + step.name;
  }
  return concat(text, "  detail::scores(", input, ", out);\n}\n");
}

std::string head_text(const Estimator& model, const TrainedOn& last) {
  return concat("// ", printable(model.expression(), 2000), " of grove, as plain C++17.\n",
                last.target_name.empty()
                    ? ""
                    : concat("// It predicts '", printable(last.target_name), "'.\n"),
                "// A row holds n_columns numbers in the order of `columns`: codes (category_code) "
                "in categorical\n// columns, NaN for missing values. Numbers are hexadecimal, so "
                "that every bit is kept.\n#pragma once\n\n#include <cmath>\n#include <limits>\n"
                "#include <string_view>\n\n#ifdef __FAST_MATH__\n",
                "#error \"compile without -ffast-math: missing values are NaN\"\n#endif\n\n");
}

}  // namespace

}  // namespace exporting

std::string export_header(const Estimator& model, const ExportOptions& options) {
  using namespace exporting;
  check_namespace(options.name_space);
  const Value tree = tree_of(model);
  const StateReader reader(tree, "model");
  Steps saved;
  collect({reader.at("model"), reader.at("state")}, saved);
  std::string body;
  std::vector<Step> steps;
  int number = 1;
  for (const Saved& step : saved.transformers) steps.push_back(write_step(step, number, body));
  const LastStep last = write_last_step(saved.last.front(), body);
  const std::vector<std::string>& class_names = last.trained_on.class_names;

  std::string text = head_text(model, last.trained_on);
  text += concat(
      "namespace ", options.name_space, " {\n\n",
      columns_text(saved.transformers.empty() ? last.trained_on.columns
                                              : saved.transformers.front().trained_on().columns));
  if (!class_names.empty()) {
    std::vector<std::string> names;
    for (const std::string& name : class_names) names.push_back(literal(name));
    text += concat("inline constexpr int n_classes = ", names.size(), ";\n",
                   array_of("std::string_view", "class_names", names));
  }
  text += concat("inline constexpr int n_scores = ", last.n_scores, ";\n", lookups,
                 "namespace detail {\n\n", helpers, body, "\n}  // namespace detail\n\n",
                 raw_scores_text(steps), class_names.empty() ? regress : classify,
                 "\n}  // namespace ", options.name_space, "\n");
  return text;
}

}  // namespace grove
