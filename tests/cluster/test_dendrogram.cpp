#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>

#include "grove/cluster/agglomerative_clustering.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "support/check.hpp"

using namespace grove;
using namespace grove::testing;

namespace {

/// ((0, 1) at 1, 3) at 2.5, (2, 4) at 2; all at 7.
Dendrogram small() {
  return Dendrogram(5, {{0, 1, 1, 0}, {2, 4, 2, 0}, {3, 5, 2.5, 0}, {6, 7, 7, 0}});
}

Dendrogram random_tree(Index n, Linkage linkage) {
  Rng rng(11);
  Matrix x(n, 2);
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = rng.normal();
  AgglomerativeClustering model({.linkage = linkage});
  return model.fit(x).dendrogram();
}

/// Reads Newick back: depth of each name below the root, by branch lengths.
class NewickReader {
 public:
  explicit NewickReader(const std::string& text) : text_(text) {
    read(0);
    closed_ = text_.substr(at_) == ";\n";
  }
  bool closed() const { return closed_; }
  const std::map<std::string, double>& depths() const { return depths_; }

 private:
  std::vector<std::string> read(int level) {
    std::vector<std::string> names;
    if (text_[at_] == '(') {
      do {
        ++at_;
        for (std::string& name : read(level + 1)) names.push_back(std::move(name));
      } while (text_[at_] == ',');
      ++at_;  // )
    } else {
      names.push_back(name());
      depths_[names.back()] = 0;
    }
    if (text_[at_] == ':') {
      std::size_t used = 0;
      const double length = std::stod(text_.substr(at_ + 1), &used);
      at_ += used + 1;
      for (const std::string& name : names) depths_[name] += length;
    }
    return names;
  }
  std::string name() {
    std::string out;
    if (text_[at_] != '\'') {
      while (std::string("(),:;").find(text_[at_]) == std::string::npos) out += text_[at_++];
      return out;
    }
    for (++at_; text_[at_] != '\'' || text_[at_ + 1] == '\''; ++at_) {
      if (text_[at_] == '\'') ++at_;
      out += text_[at_];
    }
    ++at_;
    return out;
  }
  std::string text_;
  std::size_t at_ = 0;
  bool closed_ = false;
  std::map<std::string, double> depths_;
};

std::size_t count(const std::string& text, const std::string& word) {
  std::size_t n = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++n;
  return n;
}

}  // namespace

TEST_CASE("A dendrogram knows sizes, cuts, order and cophenetic distances", "[dendrogram]") {
  const Dendrogram tree = small();
  CHECK(tree.n_points() == 5);
  CHECK(tree.merges()[2] == Merge{3, 5, 2.5, 3});
  CHECK(tree.merges()[3].size == 5);
  CHECK(tree.cut(1) == Labels::Zero(5));
  CHECK(tree.cut(2) == (Labels(5) << 0, 0, 1, 0, 1).finished());
  CHECK(tree.cut(3) == (Labels(5) << 0, 0, 1, 2, 1).finished());
  CHECK(tree.cut(5) == Labels::LinSpaced(5, 0, 4));
  CHECK(tree.cut_at(2) == (Labels(5) << 0, 0, 1, 2, 3).finished());
  CHECK(tree.cut_at(2.1) == (Labels(5) << 0, 0, 1, 2, 1).finished());
  CHECK(tree.cut_at(0) == Labels::LinSpaced(5, 0, 4));
  CHECK(tree.leaf_order() == std::vector<Index>{2, 4, 3, 0, 1});
  CHECK(tree.cophenetic_distances() ==
        (Vector(10) << 1, 7, 2.5, 7, 7, 2.5, 7, 7, 2, 7).finished());
  CHECK(tree.is_monotonic());
}

TEST_CASE("Something that is no tree is refused", "[dendrogram]") {
  using Merges = std::vector<Merge>;
  const auto fault = [](Index n, const Merges& merges) {
    return message_of([&] { Dendrogram(n, merges); });
  };
  CHECK(fault(3, {{0, 1, 1, 0}}) ==
        "Dendrogram: the tree must have n_points - 1 merges, got 1 for 3 points");
  CHECK(fault(3, {{0, 1, 1, 0}, {1, 2, 2, 0}}) == "Dendrogram: the tree merges cluster 1 twice");
  CHECK(fault(3, {{0, 3, 1, 0}, {1, 2, 2, 0}}) ==
        "Dendrogram: the tree has a merge 0 of clusters 0 and 3; they must ascend and be made "
        "before it");
  CHECK(fault(2, {{1, 0, 1, 0}}).find("must ascend") != std::string::npos);
  CHECK(fault(2, {{0, 1, -1, 0}}) == "Dendrogram: the tree has the height -1 at merge 0");
  CHECK(message_of([] { (void)small().cut(6); }) ==
        "Dendrogram: a tree of 5 points can be cut into 1 to 5 clusters, not 6");
  const Value value = small().to_value();
  CHECK(Dendrogram::from_value(StateReader(value)) == small());
  Value::Map broken = *value.get_if<Value::Map>();
  broken["left"] = Value::Integers{0, 0, 5, 6};
  const Value bad(broken);
  CHECK_THROWS_AS(Dendrogram::from_value(StateReader(bad)), ModelFormatError);
}

TEST_CASE("Newick reads back", "[dendrogram]") {
  CHECK(to_newick(small()) == "((2:2,4:2):5,(3:2.5,(0:1,1:1):1.5):4.5);\n");
  CHECK(to_newick(Dendrogram(1, {})) == "0;\n");
  const std::vector<std::string> names{"plain", "two words", "it's", "a,b", ""};
  const NewickReader named(to_newick(small(), names));
  CHECK(named.closed());
  for (const std::string& name : names) CHECK(named.depths().at(name) == 7);
  for (const Linkage linkage : {Linkage::average, Linkage::single, Linkage::centroid}) {
    const Dendrogram tree = random_tree(200, linkage);
    const NewickReader reader(to_newick(tree));
    CHECK(reader.closed());
    CHECK(reader.depths().size() == 200);
    for (const auto& [name, depth] : reader.depths())
      CHECK(std::abs(depth - tree.merges().back().height) < 1e-12);
  }
  CHECK(message_of([] { to_newick(small(), {"a"}); }) ==
        "to_newick: a tree of 5 points needs 5 names, got 1");
}

TEST_CASE("JSON reads back to the same bits", "[dendrogram]") {
  const Dendrogram tree = random_tree(150, Linkage::ward);
  const nlohmann::json json = nlohmann::json::parse(to_json(tree));
  std::vector<Merge> merges;
  for (const auto& merge : json["merges"])
    merges.push_back({merge[0].get<Index>(), merge[1].get<Index>(), merge[2].get<double>(),
                      merge[3].get<Index>()});
  CHECK(json["n_points"] == 150);
  CHECK(merges == tree.merges());
  CHECK(to_json(Dendrogram(1, {})) == "{\"n_points\": 1, \"merges\": []}\n");
}

TEST_CASE("A drawing has a branch for each merge and a name for each leaf", "[dendrogram]") {
  const std::string svg = to_svg(small(), {.names = {"<a>", "b", "c", "d", "e"}, .n_clusters = 2});
  CHECK(count(svg, "<path class=\"line") == 4);
  CHECK(count(svg, "<path class=\"line c0\"") == 2);
  CHECK(count(svg, "<path class=\"line c1\"") == 1);
  CHECK(count(svg, "<line class=\"cut\"") == 1);
  CHECK(count(svg, ">&lt;a&gt;</text>") == 1);
  CHECK(count(svg, "prefers-color-scheme:dark") == 1);
  const std::string large = to_svg(random_tree(500, Linkage::ward), {.max_leaves = 20});
  CHECK(count(large, "<path class=\"line") == 19);
  CHECK(count(large, " points</text>") > 10);
  CHECK(to_svg(Dendrogram(1, {})).find("</svg>") != std::string::npos);
  CHECK(to_svg(Dendrogram(2, {{0, 1, 0, 0}})).find("nan") == std::string::npos);
  CHECK(message_of([] { to_svg(small(), {.max_leaves = 1}); }) ==
        "to_svg: max_leaves must be at least 2, got 1");
  CHECK_THROWS_AS(to_svg(small(), {.n_clusters = 9}), InvalidParameter);
  CHECK_THROWS_AS(to_svg(small(), {.names = {"a"}}), InvalidParameter);
}

TEST_CASE("A tree as deep as it has points is written without recursion", "[dendrogram]") {
  const Index n = 200'000;
  std::vector<Merge> merges{{0, 1, 1, 0}};
  for (Index i = 2; i < n; ++i) merges.push_back({i, n + i - 2, static_cast<double>(i), 0});
  const Dendrogram tree(n, merges);
  CHECK(count(to_newick(tree), "(") == static_cast<std::size_t>(n - 1));
  CHECK(tree.leaf_order().front() == n - 1);
  CHECK(tree.cut(3).maxCoeff() == 2);
  CHECK(!to_svg(tree).empty());
}
