#pragma once

#include <string>
#include <vector>

#include "grove/data/dataset.hpp"
#include "grove/tree/tree.hpp"

// Trees written out, for a person or for another program. `columns` are those of the training data;
// conditions name them and their categories. All functions throw InvalidData if a tree uses a
// column that `columns` does not have. A test holds ("yes") where the row goes left; "or missing"
// says that missing values and unseen categories do so too. O(nodes), but for the places of
// categories.

namespace grove {

/// A line per node, indented by its depth. Numbers have six significant digits.
std::string to_text(const Tree& tree, const Columns& columns);
/// Each tree under its number and, if there are several outputs, that of its output.
std::string to_text(const TreeEnsemble& ensemble, const Columns& columns);

/// {"n_outputs", "nodes": [{"node", "column", "threshold" or "categories" (that go left),
/// "missing": "left" or "right", "left", "right", "gain", "cover", "weight", "value": [...]}]}, a
/// leaf without the keys of a test and with "line" if it has one. All digits are kept.
std::string to_json(const Tree& tree, const Columns& columns);
/// {"base": [...], "columns": [names], "trees": [...]}.
std::string to_json(const TreeEnsemble& ensemble, const Columns& columns);

/// A graph for Graphviz.
std::string to_dot(const Tree& tree, const Columns& columns);
std::string to_dot(const TreeEnsemble& ensemble, const Columns& columns);

/// A drawing that needs no other file, from the root on the left to the leaves on the right. The
/// wider a line, the larger the cover behind it; the stronger a leaf's colour, the larger its
/// value. Long conditions are cut and given in full as a tooltip; <desc> holds to_text.
std::string to_svg(const Tree& tree, const Columns& columns);
/// One tree under the other.
std::string to_svg(const TreeEnsemble& ensemble, const Columns& columns);

/// The nodes that a row of doubles comes through, from the root (0) to its leaf.
std::vector<int> decision_path(const Tree& tree, const double* row);

/// The same in words, a line per test with the row's own value, then the answer:
/// "petal_width <= 0.8: yes, it is 0.2".
std::string path_text(const Tree& tree, const double* row, const Columns& columns);

}  // namespace grove
