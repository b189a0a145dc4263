#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "grove/data/dataset.hpp"
#include "grove/tree/tree.hpp"

// Nodes in words, for the dumps.

namespace grove {

/// Throws InvalidData if a tree uses a column that is not there.
void check_columns(std::string_view who, const Tree& tree, const Columns& columns);

/// The column's name, on one line.
std::string column_name(const TreeNode& node, const Columns& columns);
/// A value of the column: "0.2", "red", "missing"; a code without a name as it is.
std::string value_words(const Column& column, double value);
/// "tree 3" or, where each tree has one of several outputs, "tree 3, output 1".
std::string tree_title(const TreeEnsemble& ensemble, std::size_t t);
/// The names of the categories that go left.
std::vector<std::string> left_categories(const Tree& tree, const TreeNode& node,
                                         const Columns& columns);
/// "petal_width <= 0.8", "colour in {red, blue} or missing".
std::string condition(const Tree& tree, const TreeNode& node, const Columns& columns);
/// "value 0.5", "values [0.2, 0.8]", "value 1 + 0.5 * age, or 0.5 where missing".
std::string answer_words(const Tree& tree, int node, const Columns& columns);
/// "gain 3.1, cover 20, weight 80": what is not 0, and the weight where it is not the cover.
std::string numbers_of(const TreeNode& node);

}  // namespace grove
