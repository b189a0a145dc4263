#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "grove/core/error.hpp"
#include "grove/tree/dump.hpp"
#include "support/check.hpp"
#include "tree/random_tree.hpp"

using namespace grove;
using grove::testing::RandomTree;

namespace {

const Columns columns{{.name = "petal <width>", .kind = ColumnKind::numeric},
                      {.name = "col\"our\\",
                       .kind = ColumnKind::categorical,
                       .categories = {"red", "green & blue", "grey"}},
                      {.name = "line\nbreak", .kind = ColumnKind::numeric}};

/// petal <= 0.8 ? 0.25 : (colour in {red, grey} or missing ? -1 : 2)
Tree small() {
  Tree tree;
  tree.nodes = {{.feature = 0,
                 .threshold = 0.8,
                 .left = 1,
                 .right = 2,
                 .gain = 3.5,
                 .cover = 20,
                 .weight = 80},
                {.cover = 5, .weight = 20},
                {.feature = 1,
                 .categories = 0,
                 .missing_left = true,
                 .left = 3,
                 .right = 4,
                 .gain = 1,
                 .cover = 15,
                 .weight = 60},
                {.cover = 10, .weight = 10},
                {.cover = 5, .weight = 50}};
  tree.values = {0, 0.25, 0, -1, 2};
  tree.sets = {{1, 0, 1}};
  return tree;
}

TreeEnsemble two_outputs() {
  Tree line = small();
  line.linear_leaves = {{.node = 1, .intercept = 0.5, .features = {0}, .coefficients = {2.0}}};
  return {.base = Vector::Zero(2), .trees = {small(), line}};
}

/// Whether every tag that opens also closes, with text escaped: enough of XML for these files.
bool well_formed(const std::string& xml) {
  std::vector<std::string> open;
  for (std::size_t at = 0; at < xml.size();) {
    if (xml[at] != '<') {
      if (xml[at] == '>') return false;
      if (xml[at] == '&') {
        const std::string entity = xml.substr(at, xml.find(';', at) + 1 - at);
        if (std::set<std::string>{"&amp;", "&lt;", "&gt;", "&quot;"}.count(entity) == 0)
          return false;
      }
      ++at;
      continue;
    }
    const std::size_t end = xml.find('>', at);
    if (end == std::string::npos) return false;
    const std::string tag = xml.substr(at + 1, end - at - 1);
    if (tag.find('<') != std::string::npos) return false;
    if (tag[0] == '/') {
      if (open.empty() || open.back() != tag.substr(1)) return false;
      open.pop_back();
    } else if (tag.back() != '/') {
      open.push_back(tag.substr(0, tag.find(' ')));
    }
    at = end + 1;
  }
  return open.empty();
}

std::size_t count(const std::string& text, const std::string& word) {
  std::size_t n = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++n;
  return n;
}

}  // namespace

TEST_CASE("A tree as text") {
  CHECK(to_text(small(), columns) ==
        "petal <width> <= 0.8 (gain 3.5, cover 20, weight 80)\n"
        "  yes: value 0.25 (cover 5, weight 20)\n"
        "  no: col\"our\\ in {red, grey} or missing (gain 1, cover 15, weight 60)\n"
        "    yes: value -1 (cover 10)\n"
        "    no: value 2 (cover 5, weight 50)\n");
  const std::string both = to_text(two_outputs(), columns);
  CHECK(both.rfind("base 0 0\n\ntree 0, output 0\npetal", 0) == 0);
  CHECK(both.find("\ntree 1, output 1\npetal") != std::string::npos);
  CHECK(both.find("  yes: value 0.5 + 2 * petal <width>, or 0.25 where one is missing (cover 5") !=
        std::string::npos);
  Tree forest = small();
  forest.n_outputs = 2;
  forest.values = {0, 0, 1, 0, 0, 0, 0.5, 0.5, 0.125, 0.875};
  CHECK(to_text(forest, columns).find("no: values [0.125, 0.875]") != std::string::npos);
  CHECK(to_text(TreeEnsemble{.base = Vector::Zero(2), .trees = {forest}}, columns)
            .rfind("base 0 0\n\ntree 0\npetal", 0) == 0);
}

TEST_CASE("A tree as JSON holds all of it") {
  for (unsigned seed = 0; seed < 10; ++seed) {
    RandomTree source(seed, {.n_columns = 3, .n_outputs = seed % 2 == 0 ? 1 : 2});
    const Tree tree = source.make();
    const Columns names{
        {.name = "a"},
        {.name = "b"},
        {.name = "c", .kind = ColumnKind::categorical, .categories = {"p", "q", "r", "s"}}};
    const auto json = nlohmann::json::parse(to_json(tree, names));
    REQUIRE(json["nodes"].size() == tree.size());
    // A reader of the JSON alone predicts the same.
    const Matrix x = source.rows(50);
    for (Index i = 0; i < x.rows(); ++i) {
      std::size_t at = 0;
      while (json["nodes"][at].contains("column")) {
        const auto& node = json["nodes"][at];
        const std::string column = node["column"];
        const double value = x(i, column[0] - 'a');
        bool left = node["missing"] == "left";
        if (node.contains("threshold")) {
          if (!std::isnan(value)) left = value <= node["threshold"].get<double>();
        } else if (value < 3) {  // the fourth category is treated like a missing one
          const std::string name = names[2].categories[static_cast<std::size_t>(value)];
          const auto& set = node["categories"];
          left = std::find(set.begin(), set.end(), name) != set.end();
        }
        at = node[left ? "left" : "right"];
      }
      const int leaf = tree.leaf_of(x.row(i).data());
      CHECK(at == static_cast<std::size_t>(leaf));
      CHECK(json["nodes"][at]["value"].get<std::vector<double>>() ==
            std::vector<double>(tree.value(leaf), tree.value(leaf) + tree.n_outputs));
      CHECK(json["nodes"][at]["cover"] == tree.nodes[at].cover);
    }
  }
  const auto both = nlohmann::json::parse(to_json(two_outputs(), columns));
  CHECK(both["trees"].size() == 2);
  CHECK(both["columns"][0] == "petal <width>");
  CHECK(both["trees"][1]["nodes"][1]["line"]["coefficients"]["petal <width>"] == 2.0);
}

TEST_CASE("A tree as a graph for Graphviz") {
  const std::string dot = to_dot(small(), columns);
  CHECK(dot.rfind("digraph {", 0) == 0);
  CHECK(dot.find("n2 [label=\"col\\\"our\\\\ in {red, grey} or missing\\ngain 1, cover 15, weight "
                 "60\"]") != std::string::npos);
  CHECK(dot.find("n2 -> n4 [label=\"no\"]") != std::string::npos);
  CHECK(count(dot, "->") == 4);
  const std::string both = to_dot(two_outputs(), columns);
  CHECK(count(both, "->") == 8);
  CHECK(count(both, "subgraph") == 2);
  CHECK(count(both, "{\n") == count(both, "}\n"));
}

TEST_CASE("A tree as a drawing") {
  Tree tree = small();
  tree.nodes[2].feature = 2;
  tree.nodes[2].categories = -1;
  for (const std::string& svg :
       {to_svg(small(), columns), to_svg(tree, columns), to_svg(two_outputs(), columns)}) {
    CHECK(well_formed(svg));
    CHECK(svg.find("<title>") < svg.find("<desc>"));
    CHECK(svg.find("petal &lt;width&gt; &lt;= 0.8") != std::string::npos);
    CHECK(svg.find("href") == std::string::npos);
  }
  CHECK(count(to_svg(small(), columns), "<path") == 4);
  CHECK(count(to_svg(small(), columns), "class=\"box\"") == 5);
  CHECK(count(to_svg(two_outputs(), columns), "class=\"head\"") == 2);

  // Long conditions are cut between letters, and whole in the tooltip.
  std::string name;
  for (int i = 0; i < 60; ++i) name += "\u00e9";
  const std::string svg = to_svg(tree, {{.name = "a"}, {.name = "b"}, {.name = name}});
  CHECK(svg.find(name + " &lt;= ") != std::string::npos);
  CHECK(count(svg, "\u00e9\u2026</text>") == 1);

  Tree leaf;
  leaf.nodes.emplace_back();
  leaf.values = {0};
  CHECK(well_formed(to_svg(leaf, {})));
  CHECK(well_formed(to_svg(TreeEnsemble{}, {})));
}

TEST_CASE("The path of one row") {
  const Tree tree = small();
  const double missing = std::numeric_limits<double>::quiet_NaN();
  const double left[] = {0.5, 1, 0}, blue[] = {3, 1, 0}, unknown[] = {missing, missing, 0};
  CHECK(decision_path(tree, left) == std::vector<int>{0, 1});
  CHECK(decision_path(tree, blue) == std::vector<int>{0, 2, 4});
  CHECK(decision_path(tree, unknown) == std::vector<int>{0, 2, 3});
  CHECK(path_text(tree, blue, columns) ==
        "petal <width> <= 0.8: no, it is 3\n"
        "col\"our\\ in {red, grey} or missing: no, it is green & blue\n"
        "value 2 (cover 5, weight 50)\n");
  CHECK(path_text(tree, unknown, columns) ==
        "petal <width> <= 0.8: no, it is missing\n"
        "col\"our\\ in {red, grey} or missing: yes, it is missing\n"
        "value -1 (cover 10)\n");
  RandomTree source(3, {});
  const Tree random = source.make();
  const Matrix x = source.rows(30);
  for (Index i = 0; i < x.rows(); ++i)
    CHECK(decision_path(random, x.row(i).data()).back() == random.leaf_of(x.row(i).data()));
}

TEST_CASE("Dumps need the columns that the tree uses") {
  const Columns one{{.name = "a"}};
  CHECK_THROWS_AS(to_text(small(), one), InvalidData);
  CHECK_THROWS_AS(to_json(small(), one), InvalidData);
  CHECK_THROWS_AS(to_dot(small(), one), InvalidData);
  CHECK_THROWS_AS(to_svg(small(), one), InvalidData);
  const double row[] = {1.0, 1.0};
  CHECK_THROWS_AS(path_text(small(), row, one), InvalidData);
}
