#include "grove/cluster/condensed_tree.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cluster/drawing_style.hpp"
#include "core/text.hpp"

namespace grove {

namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
  if (std::isfinite(value)) return value;
  return value > 0 ? "inf" : "-inf";
}

std::vector<std::vector<int>> children_of(const std::vector<CondensedCluster>& clusters) {
  std::vector<std::vector<int>> children(clusters.size());
  for (std::size_t i = 1; i < clusters.size(); ++i)
    children[static_cast<std::size_t>(clusters[i].parent)].push_back(static_cast<int>(i));
  return children;
}

/// Levels on the drawing's axis: from 0 to where the last of 100 points leave.
struct Scale {
  double top = 1;
  double pixels = 1;
  double operator()(double level) const { return std::min(level, top) / top * pixels; }
};

Scale scale_of(const CondensedTree& tree, double pixels) {
  std::vector<double> levels;
  for (const double level : tree.point_lambdas)
    if (std::isfinite(level)) levels.push_back(level);
  Scale scale{1, pixels};
  if (levels.empty()) return scale;
  const auto at = levels.begin() + static_cast<std::ptrdiff_t>((levels.size() - 1) * 99 / 100);
  std::nth_element(levels.begin(), at, levels.end());
  scale.top = std::max(*at, 1e-300);
  for (const CondensedCluster& cluster : tree.clusters)
    if (std::isfinite(cluster.birth)) scale.top = std::max(scale.top, cluster.birth * 1.05);
  return scale;
}

constexpr double width = 900;
constexpr double height = 560;
constexpr double margin = 60;

class Drawing {
 public:
  explicit Drawing(const CondensedTree& tree)
      : tree_(tree),
        children_(children_of(tree.clusters)),
        scale_(scale_of(tree, height - 2 * margin)),
        levels_(tree.clusters.size()) {
    for (Index i = 0; i < tree.point_clusters.size(); ++i)
      if (tree.point_clusters(i) >= 0)
        levels_[static_cast<std::size_t>(tree.point_clusters(i))].push_back(tree.point_lambdas(i));
    for (std::vector<double>& levels : levels_) std::sort(levels.begin(), levels.end());
  }

  std::string run() {
    out_ = concat("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ", width, " ", height,
                  "\">\n<title>Condensed tree</title>\n", cluster::drawing_style,
                  "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n");
    draw_axis();
    // The widths of siblings share their parent's; a parent is drawn before its children.
    std::vector<std::pair<double, double>> spans(tree_.clusters.size());
    spans[0] = {margin, width - margin / 2};
    for (std::size_t i = 0; i < tree_.clusters.size(); ++i) {
      draw_cluster(i, spans[i]);
      double at = spans[i].first;
      double total = 0;
      for (const int child : children_[i]) total += size_of(child);
      for (const int child : children_[i]) {
        const double share = (spans[i].second - spans[i].first) * size_of(child) / total;
        spans[static_cast<std::size_t>(child)] = {at, at + share};
        at += share;
      }
    }
    return out_ + "</svg>\n";
  }

 private:
  double size_of(int cluster) const {
    return tree_.clusters[static_cast<std::size_t>(cluster)].size;
  }
  double y(double level) const { return margin + scale_(level); }

  void draw_axis() {
    out_ += concat("<text x=\"", margin, "\" y=\"", margin - 24,
                   "\">level (1 / distance) downwards; a bar is as wide as it has points</text>\n");
    for (int i = 0; i <= 4; ++i) {
      const double level = scale_.top * i / 4;
      out_ += concat("<text x=\"8\" y=\"", fixed_text(y(level) + 4, 1), "\">", short_text(level),
                     "</text>\n<path d=\"M", margin - 6, " ", fixed_text(y(level), 1), "H",
                     width - margin / 2, "\" class=\"grid\"/>\n");
    }
  }

  /// Steps inwards as points leave; at most 60 of them.
  void draw_cluster(std::size_t i, std::pair<double, double> span) {
    const CondensedCluster& cluster = tree_.clusters[i];
    const double middle = (span.first + span.second) / 2;
    const double full = 0.92 * (span.second - span.first);
    const double size = std::max(cluster.size, 1.0);
    double remaining = size;
    const std::vector<double>& levels = levels_[i];
    const double each =
        levels.empty() || !children_[i].empty() ? 1.0 : size / static_cast<double>(levels.size());
    std::string left;
    std::string right;
    const auto step = [&](double level) {
      const double half = full * std::max(remaining, 0.0) / size / 2;
      left += concat(" L", fixed_text(middle - half, 2), " ", fixed_text(y(level), 2));
      right = concat(" L", fixed_text(middle + half, 2), " ", fixed_text(y(level), 2), right);
    };
    step(cluster.birth);
    const std::size_t stride = std::max<std::size_t>(1, levels.size() / 60);
    for (std::size_t k = 0; k < levels.size(); k += stride) {
      const std::size_t taken = std::min(stride, levels.size() - k);
      step(levels[k]);
      remaining -= each * static_cast<double>(taken);
      step(levels[k]);
    }
    step(cluster.death);
    const bool chosen = cluster.label >= 0;
    out_ += concat("<path d=\"M", left.substr(2), right, "Z\" class=\"bar",
                   cluster::colour_of(cluster.label), "\"><title>",
                   chosen ? concat("label ", cluster.label) : "not selected", ", ",
                   short_text(cluster.size), " points, level ", short_text(cluster.birth), " to ",
                   short_text(cluster.death), "</title></path>\n");
    if (chosen)
      out_ += concat("<text text-anchor=\"middle\" x=\"", fixed_text(middle, 1), "\" y=\"",
                     fixed_text(y(cluster.death) + 14, 1), "\">", cluster.label, "</text>\n");
  }

  const CondensedTree& tree_;
  std::vector<std::vector<int>> children_;
  Scale scale_;
  std::vector<std::vector<double>> levels_;  // of the points that leave each cluster
  std::string out_ = {};
};

}  // namespace

std::string CondensedTree::to_text() const {
  const std::vector<std::vector<int>> children = children_of(clusters);
  std::string text;
  std::vector<std::pair<int, int>> pending;  // cluster, depth
  if (!clusters.empty()) pending.emplace_back(0, 0);
  while (!pending.empty()) {
    const auto [i, depth] = pending.back();
    pending.pop_back();
    const CondensedCluster& cluster = clusters[static_cast<std::size_t>(i)];
    text += concat(std::string(static_cast<std::size_t>(2 * depth), ' '), "cluster ", i, ": ",
                   short_text(cluster.size), " points, level ", short_text(cluster.birth), " to ",
                   short_text(cluster.death), ", stability ", short_text(cluster.stability));
    if (cluster.label >= 0) text += concat(", label ", cluster.label);
    text += '\n';
    const std::vector<int>& below = children[static_cast<std::size_t>(i)];
    for (auto child = below.rbegin(); child != below.rend(); ++child)
      pending.emplace_back(*child, depth + 1);
  }
  return text;
}

std::string CondensedTree::to_json() const {
  Json json;
  json["clusters"] = Json::array();
  for (const CondensedCluster& cluster : clusters)
    json["clusters"].push_back({{"parent", cluster.parent},
                                {"birth", number(cluster.birth)},
                                {"death", number(cluster.death)},
                                {"size", cluster.size},
                                {"stability", number(cluster.stability)},
                                {"label", cluster.label}});
  json["points"]["cluster"] = std::vector<int>(point_clusters.begin(), point_clusters.end());
  Json levels = Json::array();
  for (const double level : point_lambdas) levels.push_back(number(level));
  json["points"]["lambda"] = std::move(levels);
  return json.dump();
}

std::string CondensedTree::to_svg() const {
  return clusters.empty() ? std::string() : Drawing(*this).run();
}

}  // namespace grove
