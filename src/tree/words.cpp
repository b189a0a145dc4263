#include "tree/words.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "tree/outputs.hpp"

namespace grove {

namespace {

constexpr std::size_t longest_name = 1000;

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

void check_columns(std::string_view who, const Tree& tree, const Columns& columns) {
  const auto check = [&](int feature) {
    if (feature >= static_cast<int>(columns.size()))
      throw InvalidData(
          concat(who, ": the tree uses column ", feature, " of ", columns.size(), " columns"),
          "give the columns of the training data");
  };
  for (const TreeNode& node : tree.nodes)
    if (node.left != 0) check(node.feature);
  for (const LinearLeaf& leaf : tree.linear_leaves)
    for (const int feature : leaf.features) check(feature);
}

std::string column_name(const TreeNode& node, const Columns& columns) {
  return printable(columns[static_cast<std::size_t>(node.feature)].name, longest_name);
}

std::string value_words(const Column& column, double value) {
  if (std::isnan(value)) return "missing";
  if (value >= 0 && value < static_cast<double>(column.categories.size()))
    return printable(column.categories[static_cast<std::size_t>(value)], longest_name);
  return short_text(value);
}

std::string tree_title(const TreeEnsemble& ensemble, std::size_t t) {
  const bool one_each = ensemble.n_outputs() > 1 && ensemble.trees[t].n_outputs == 1;
  return concat("tree ", t, one_each ? concat(", output ", first_output(ensemble, t)) : "");
}

std::vector<std::string> left_categories(const Tree& tree, const TreeNode& node,
                                         const Columns& columns) {
  const auto& set = tree.sets[static_cast<std::size_t>(node.categories)];
  const auto& names = columns[static_cast<std::size_t>(node.feature)].categories;
  std::vector<std::string> result;
  for (std::size_t code = 0; code < set.size(); ++code)
    if (set[code] == 1)
      result.push_back(code < names.size() ? printable(names[code], longest_name)
                                           : std::to_string(code));
  return result;
}

std::string condition(const Tree& tree, const TreeNode& node, const Columns& columns) {
  std::string text = column_name(node, columns);
  if (node.categories >= 0) {
    text += concat(" in {", joined(left_categories(tree, node, columns)), "}");
  } else {
    text += concat(" <= ", short_text(node.threshold));
  }
  return node.missing_left ? text + " or missing" : text;
}

std::string answer_words(const Tree& tree, int node, const Columns& columns) {
  std::vector<std::string> values;
  for (int k = 0; k < tree.n_outputs; ++k) values.push_back(short_text(tree.value(node)[k]));
  if (values.size() > 1) return concat("values [", joined(values), "]");
  const auto line = std::find_if(tree.linear_leaves.begin(), tree.linear_leaves.end(),
                                 [&](const LinearLeaf& leaf) { return leaf.node == node; });
  if (line == tree.linear_leaves.end()) return concat("value ", values[0]);
  std::string text = concat("value ", short_text(line->intercept));
  for (std::size_t i = 0; i < line->features.size(); ++i)
    text +=
        concat(" + ", short_text(line->coefficients[i]), " * ",
               printable(columns[static_cast<std::size_t>(line->features[i])].name, longest_name));
  return concat(text, ", or ", values[0], " where one is missing");
}

std::string numbers_of(const TreeNode& node) {
  std::vector<std::string> parts;
  if (node.left != 0) parts.push_back("gain " + short_text(node.gain));
  if (node.cover != 0) parts.push_back("cover " + short_text(node.cover));
  if (node.weight != 0 && node.weight != node.cover)
    parts.push_back("weight " + short_text(node.weight));
  return joined(parts);
}

}  // namespace grove
