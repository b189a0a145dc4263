#include "core/text.hpp"
#include "grove/tree/tree.hpp"
#include "registry/export_writer.hpp"

namespace grove::exporting {

namespace {

constexpr std::string_view node_text = R"(// A split sends x[column] <= number to the left, which is
// the next node, else to the right, `right` nodes on; with a set, `set` says where a category goes.
// In a leaf the column is -1 and the number its answer.
struct Node {
  double number;
  int column;
  int right;
  int set;
  bool missing_left;
};

)";

constexpr std::string_view walk_text = R"(
inline const Node* leaf_of(const Node* node, const double* x) {
  while (node->column >= 0) node += goes_left(*node, x[node->column]) ? 1 : node->right;
  return node;
}

)";

constexpr std::string_view numeric_text = R"(
inline bool goes_left(const Node& node, double value) {
  return std::isnan(value) ? node.missing_left : value <= node.number;
}
)";

constexpr std::string_view categorical_text = R"(
inline bool goes_left(const Node& node, double value) {
  if (node.set < 0) return std::isnan(value) ? node.missing_left : value <= node.number;
  const Set& set = sets[node.set];
  if (!(value >= 0 && value < set.size)) return node.missing_left;
  const int side = sides[set.begin + static_cast<int>(value)];
  return side == 2 ? node.missing_left : side == 1;
}
)";

constexpr std::string_view line_text = R"(
inline double answer_of(const Node& leaf, const double* x) {
  if (leaf.set < 0) return leaf.number;
  const Line& line = lines[leaf.set];
  double sum = line.intercept;
  for (int i = line.begin; i < line.end; ++i) {
    if (std::isnan(x[line_columns[i]])) return leaf.number;
    sum += product(line_coefficients[i], x[line_columns[i]]);
  }
  return sum;
}

)";

/// The tables of all trees, filled node by node: each left child right behind its parent.
class TreeTables {
 public:
  void add(const Tree& tree) {
    roots_.push_back(static_cast<std::int64_t>(nodes_.size()));
    const auto first_set = static_cast<int>(sets_.size());
    for (const auto& set : tree.sets) {
      sets_.push_back(concat("{", sides_.size(), ", ", set.size(), "}"));
      for (const std::uint8_t side : set) sides_.push_back(std::to_string(side));
    }
    several_ = tree.n_outputs > 1;
    // Right children wait here, with the place of the parent that must learn where they are.
    std::vector<std::pair<int, std::ptrdiff_t>> waiting{{0, -1}};
    while (!waiting.empty()) {
      auto [node, parent] = waiting.back();
      waiting.pop_back();
      const auto here = static_cast<std::ptrdiff_t>(nodes_.size());
      if (parent >= 0) nodes_[static_cast<std::size_t>(parent)].right = here - parent;
      for (; !tree.is_leaf(node); node = tree.nodes[static_cast<std::size_t>(node)].left) {
        const TreeNode& split = tree.nodes[static_cast<std::size_t>(node)];
        waiting.emplace_back(split.right, static_cast<std::ptrdiff_t>(nodes_.size()));
        nodes_.push_back({split.threshold, split.feature, 0,
                          split.categories < 0 ? -1 : first_set + split.categories,
                          split.missing_left});
      }
      add_leaf(tree, node);
    }
  }

  std::string text() const {
    std::string text(node_text);
    text += array_of("Node", "nodes", node_literals()) + array_of("roots", roots_);
    if (!values_.empty()) text += array_of("values", values_);
    if (!sets_.empty()) {
      text += "struct Set {\n  int begin;\n  int size;\n};\n" + array_of("Set", "sets", sets_);
      text += "// Per category: 1 left, 0 right, 2 like a missing value.\n" +
              array_of("unsigned char", "sides", sides_);
    }
    text += sets_.empty() ? numeric_text : categorical_text;
    text += walk_text;
    if (!lines_.empty()) {
      text += "// Leaves with a set answer by a line, unless one of its columns is missing.\n";
      text += "struct Line {\n  double intercept;\n  int begin;\n  int end;\n};\n";
      text += array_of("Line", "lines", lines_) + array_of("line_columns", line_columns_) +
              array_of("line_coefficients", line_coefficients_);
    }
    return concat(text, lines_.empty() ? "" : line_text);
  }

  bool has_several() const { return several_; }
  bool has_lines() const { return !lines_.empty(); }
  std::size_t n_trees() const { return roots_.size(); }

 private:
  struct Row {
    double number;
    int column;
    std::ptrdiff_t right;
    int set;
    bool missing_left;
  };

  void add_leaf(const Tree& tree, int node) {
    Row leaf{*tree.value(node), -1, 0, -1, false};
    if (several_) {
      leaf = {0, -1, static_cast<std::ptrdiff_t>(values_.size()), -1, false};
      values_.insert(values_.end(), tree.value(node), tree.value(node) + tree.n_outputs);
    }
    for (const LinearLeaf& line : tree.linear_leaves) {
      if (line.node != node) continue;
      leaf.set = static_cast<int>(lines_.size());
      const std::size_t begin = line_columns_.size();
      line_columns_.insert(line_columns_.end(), line.features.begin(), line.features.end());
      line_coefficients_.insert(line_coefficients_.end(), line.coefficients.begin(),
                                line.coefficients.end());
      lines_.push_back(
          concat("{", literal(line.intercept), ", ", begin, ", ", line_columns_.size(), "}"));
    }
    nodes_.push_back(leaf);
  }

  std::vector<std::string> node_literals() const {
    std::vector<std::string> literals;
    for (const Row& row : nodes_)
      literals.push_back(concat("{", literal(row.number), ", ", row.column, ", ", row.right, ", ",
                                row.set, row.missing_left ? ", true}" : ", false}"));
    return literals;
  }

  std::vector<Row> nodes_;
  std::vector<std::int64_t> roots_;
  std::vector<double> values_;
  std::vector<std::string> sets_, sides_, lines_;
  std::vector<std::int64_t> line_columns_;
  std::vector<double> line_coefficients_;
  bool several_ = false;
};

}  // namespace

void write_trees(const StateReader& state, const Vector& base, Index n_columns, std::string& text) {
  TreeTables tables;
  for (const StateReader& reader : state.list("trees"))
    tables.add(tree_from_value(reader, n_columns));
  text += array_of("base", std::vector<double>(base.begin(), base.end()));
  const Index n = base.size();
  std::string add;
  if (tables.n_trees() > 0) {
    text += tables.text();
    add = concat("  for (int t = 0; t < ", tables.n_trees(), "; ++t) {\n",
                 "    const Node& leaf = *leaf_of(nodes + roots[t], x);\n");
    add += tables.has_several()
               ? concat("    for (int k = 0; k < ", n, "; ++k) out[k] += values[leaf.right + k];\n")
               : concat("    out[", n == 1 ? "0" : concat("t % ", n),
                        "] += ", tables.has_lines() ? "answer_of(leaf, x)" : "leaf.number", ";\n");
    add += "  }\n";
  }
  text += concat("inline void scores(const double* x, double* out) {\n",
                 add.empty() ? "  (void)x;\n" : "", "  for (int k = 0; k < ", n,
                 "; ++k) out[k] = base[k];\n", add, "}\n\n");
}

}  // namespace grove::exporting
