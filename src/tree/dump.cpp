#include "grove/tree/dump.hpp"

#include <nlohmann/json.hpp>

#include "core/text.hpp"
#include "tree/words.hpp"

namespace grove {

namespace {

using Json = nlohmann::ordered_json;

std::string json_text(const Json& json) {
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// "(gain 3, cover 20)" with a space before, or "".
std::string numbers_in_brackets(const TreeNode& node) {
  const std::string numbers = numbers_of(node);
  return numbers.empty() ? "" : concat(" (", numbers, ")");
}

Json node_json(const Tree& tree, int number, const Columns& columns) {
  const TreeNode& node = tree.nodes[static_cast<std::size_t>(number)];
  Json json{{"node", number}};
  if (node.left != 0) {
    json["column"] = columns[static_cast<std::size_t>(node.feature)].name;
    if (node.categories >= 0) {
      json["categories"] = left_categories(tree, node, columns);
    } else {
      json["threshold"] = node.threshold;
    }
    json["missing"] = node.missing_left ? "left" : "right";
    json["left"] = node.left;
    json["right"] = node.right;
    json["gain"] = node.gain;
  }
  json["cover"] = node.cover;
  json["weight"] = node.weight;
  json["value"] = std::vector<double>(tree.value(number), tree.value(number) + tree.n_outputs);
  return json;
}

Json tree_json(const Tree& tree, const Columns& columns) {
  check_columns("to_json", tree, columns);
  Json nodes = Json::array();
  for (int i = 0; i < static_cast<int>(tree.size()); ++i)
    nodes.push_back(node_json(tree, i, columns));
  for (const LinearLeaf& leaf : tree.linear_leaves) {
    Json coefficients = Json::object();
    for (std::size_t i = 0; i < leaf.features.size(); ++i)
      coefficients[columns[static_cast<std::size_t>(leaf.features[i])].name] = leaf.coefficients[i];
    nodes[static_cast<std::size_t>(leaf.node)]["line"] = {{"intercept", leaf.intercept},
                                                          {"coefficients", coefficients}};
  }
  return {{"n_outputs", tree.n_outputs}, {"nodes", std::move(nodes)}};
}

std::string dot_quoted(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

/// Nodes and edges, named by `prefix` and their number.
std::string dot_body(const Tree& tree, const Columns& columns, const std::string& prefix) {
  check_columns("to_dot", tree, columns);
  std::string out;
  for (int i = 0; i < static_cast<int>(tree.size()); ++i) {
    const TreeNode& node = tree.nodes[static_cast<std::size_t>(i)];
    const std::string text =
        node.left != 0 ? condition(tree, node, columns) : answer_words(tree, i, columns);
    out += concat("  ", prefix, i, " [label=\"", dot_quoted(text), "\\n", numbers_of(node), "\"",
                  node.left != 0 ? "" : ", style=\"rounded,filled\"", "];\n");
    if (node.left == 0) continue;
    out += concat("  ", prefix, i, " -> ", prefix, node.left, " [label=\"yes\"];\n");
    out += concat("  ", prefix, i, " -> ", prefix, node.right, " [label=\"no\"];\n");
  }
  return out;
}

std::string dot_graph(const std::string& body) {
  return concat(
      "digraph {\n  rankdir=LR;\n"
      "  node [shape=box, style=rounded, fillcolor=\"#eef3f7\", fontname=\"sans-serif\"];\n"
      "  edge [fontname=\"sans-serif\"];\n",
      body, "}\n");
}

}  // namespace

std::string to_text(const Tree& tree, const Columns& columns) {
  check_columns("to_text", tree, columns);
  struct Line {
    int node;
    std::string start;
    std::size_t indent;
  };
  std::vector<Line> open{{0, "", 0}};
  std::string out;
  while (!open.empty()) {
    const Line line = open.back();
    open.pop_back();
    const TreeNode& node = tree.nodes[static_cast<std::size_t>(line.node)];
    out += concat(
        std::string(line.indent, ' '), line.start,
        node.left != 0 ? condition(tree, node, columns) : answer_words(tree, line.node, columns),
        numbers_in_brackets(node), "\n");
    if (node.left == 0) continue;
    open.push_back({node.right, "no: ", line.indent + 2});
    open.push_back({node.left, "yes: ", line.indent + 2});
  }
  return out;
}

std::string to_text(const TreeEnsemble& ensemble, const Columns& columns) {
  std::string out = "base";
  for (const double value : ensemble.base) out += " " + short_text(value);
  out += "\n";
  for (std::size_t t = 0; t < ensemble.trees.size(); ++t)
    out += concat("\n", tree_title(ensemble, t), "\n", to_text(ensemble.trees[t], columns));
  return out;
}

std::string to_json(const Tree& tree, const Columns& columns) {
  return json_text(tree_json(tree, columns));
}

std::string to_json(const TreeEnsemble& ensemble, const Columns& columns) {
  Json json{{"base", std::vector<double>(ensemble.base.begin(), ensemble.base.end())},
            {"columns", Json::array()},
            {"trees", Json::array()}};
  for (const Column& column : columns) json["columns"].push_back(column.name);
  for (const Tree& tree : ensemble.trees) json["trees"].push_back(tree_json(tree, columns));
  return json_text(json);
}

std::string to_dot(const Tree& tree, const Columns& columns) {
  return dot_graph(dot_body(tree, columns, "n"));
}

std::string to_dot(const TreeEnsemble& ensemble, const Columns& columns) {
  std::string body;
  for (std::size_t t = 0; t < ensemble.trees.size(); ++t)
    body += concat("  subgraph cluster_", t, " {\n  label=\"", tree_title(ensemble, t), "\";\n",
                   dot_body(ensemble.trees[t], columns, concat("t", t, "n")), "  }\n");
  return dot_graph(body);
}

std::vector<int> decision_path(const Tree& tree, const double* row) {
  std::vector<int> path{0};
  while (!tree.is_leaf(path.back())) {
    const TreeNode& node = tree.nodes[static_cast<std::size_t>(path.back())];
    path.push_back(tree.goes_left(node, row[node.feature]) ? node.left : node.right);
  }
  return path;
}

std::string path_text(const Tree& tree, const double* row, const Columns& columns) {
  check_columns("path_text", tree, columns);
  std::string out;
  for (const int number : decision_path(tree, row)) {
    const TreeNode& node = tree.nodes[static_cast<std::size_t>(number)];
    if (node.left == 0) {
      out += concat(answer_words(tree, number, columns), numbers_in_brackets(node), "\n");
      continue;
    }
    const Column& column = columns[static_cast<std::size_t>(node.feature)];
    out += concat(condition(tree, node, columns), ": ",
                  tree.goes_left(node, row[node.feature]) ? "yes" : "no", ", it is ",
                  value_words(column, row[node.feature]), "\n");
  }
  return out;
}

}  // namespace grove
