#include <algorithm>
#include <cmath>

#include "cluster/drawing_style.hpp"
#include "core/text.hpp"
#include "grove/cluster/dendrogram.hpp"
#include "grove/core/error.hpp"

// Dendrograms written out: SVG, Newick, JSON. No recursion: a tree of n points may be n deep.

namespace grove {

namespace {

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

void check_names(std::string_view who, const Dendrogram& tree,
                 const std::vector<std::string>& names) {
  if (!names.empty() && static_cast<Index>(names.size()) != tree.n_points())
    throw InvalidParameter(concat(who, ": a tree of ", tree.n_points(), " points needs ",
                                  tree.n_points(), " names, got ", names.size()));
}

double height_of(const Dendrogram& tree, Index cluster) {
  return cluster < tree.n_points() ? 0 : tree.merges()[at(cluster - tree.n_points())].height;
}

/// As it is if it has no character that means something; else in quotes, which double inside.
std::string newick_name(const std::string& name) {
  const bool plain = !name.empty() && std::none_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' ||
           std::string_view("()[]{}:;,'\"_").find(c) != std::string_view::npos;
  });
  if (plain) return name;
  std::string quoted = "'";
  for (const char c : name) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  quoted += '\'';
  return quoted;
}

// Colours of branches by cluster, light and dark; they repeat.
constexpr double row_height = 18;
constexpr double plot_width = 560;
constexpr double margin = 16;
constexpr double axis_height = 28;
constexpr double character_width = 7;
constexpr std::size_t longest_name = 32;

std::string pixels(double value) { return fixed_text(value, 1); }

bool starts_letter(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

std::string shortened(const std::string& text) {
  std::size_t letters = 0, end = 0;
  while (end < text.size() && (letters += starts_letter(text[end]) ? 1 : 0) <= longest_name) ++end;
  return end == text.size() ? text : text.substr(0, end) + "\u2026";
}

/// A step of 1, 2 or 5 times a power of ten that divides the range in at most 6 parts.
double tick_step(double range) {
  const double least = range / 6;
  const double power = std::pow(10, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= least) return factor * power;
  return 10 * power;
}

/// The root on the left, heights to the left, leaves on the right.
class DendrogramSvg {
 public:
  DendrogramSvg(const Dendrogram& tree, const DendrogramDrawing& drawing)
      : tree_(tree),
        drawing_(drawing),
        n_(tree.n_points()),
        first_drawn_(std::max<Index>(0, n_ - drawing.max_leaves)) {
    for (const Merge& merge : tree.merges()) highest_ = std::max(highest_, merge.height);
    place();
    if (drawing.n_clusters) colour(tree.cut(*drawing.n_clusters));
  }

  std::string draw() const {
    std::size_t longest = 4;
    for (const std::string& label : labels_) longest = std::max(longest, label.size());
    const double width =
        2 * margin + plot_width + 8 + character_width * static_cast<double>(longest);
    const double height =
        2 * margin + axis_height + row_height * static_cast<double>(leaves_.size());
    const std::string size =
        concat(" width=\"", pixels(width), "\" height=\"", pixels(height), "\"");
    std::string out =
        concat("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"", size, " viewBox=\"0 0 ",
               pixels(width), " ", pixels(height), "\">\n<title>A dendrogram of ", n_,
               " points</title>\n", cluster::drawing_style, "<rect class=\"paper\"", size, "/>\n");
    out += draw_axis(height - margin - axis_height) + draw_cut(height - margin - axis_height);
    for (Index i = static_cast<Index>(tree_.merges().size()) - 1; i >= first_drawn_; --i)
      out += draw_merge(i);
    for (std::size_t i = 0; i < leaves_.size(); ++i)
      out += concat("<text x=\"", pixels(margin + plot_width + 8), "\" y=\"",
                    pixels(rows_[at(leaves_[i])] + 4), "\">", escaped(labels_[i]), "</text>\n");
    return out + "</svg>\n";
  }

 private:
  bool is_leaf(Index cluster) const { return cluster < n_ + first_drawn_; }
  double x_of(double height) const {
    return margin + plot_width * (highest_ > 0 ? 1 - height / highest_ : 0.0);
  }
  double left_of(Index cluster) const {
    return is_leaf(cluster) ? margin + plot_width : x_of(height_of(tree_, cluster));
  }

  void place() {
    rows_.assign(at(2 * n_ - 1), 0);
    std::vector<Index> open{2 * n_ - 2};
    while (!open.empty()) {
      const Index cluster = open.back();
      open.pop_back();
      if (is_leaf(cluster)) {
        rows_[at(cluster)] = margin + row_height * (static_cast<double>(leaves_.size()) + 0.5);
        leaves_.push_back(cluster);
        labels_.push_back(label_of(cluster));
        continue;
      }
      const Merge& merge = tree_.merges()[at(cluster - n_)];
      open.push_back(merge.right);
      open.push_back(merge.left);
    }
    for (Index i = first_drawn_; i < n_ - 1; ++i) {
      const Merge& merge = tree_.merges()[at(i)];
      rows_[at(n_ + i)] = (rows_[at(merge.left)] + rows_[at(merge.right)]) / 2;
    }
  }

  std::string label_of(Index cluster) const {
    if (cluster >= n_) return concat(tree_.merges()[at(cluster - n_)].size, " points");
    return drawing_.names.empty() ? concat(cluster) : shortened(drawing_.names[at(cluster)]);
  }

  void colour(const Labels& labels) {
    colours_.assign(at(2 * n_ - 1), -1);
    const Index n_joined = n_ - *drawing_.n_clusters;
    for (Index i = 0; i < n_; ++i) colours_[at(i)] = labels(i);
    for (Index i = 0; i < n_joined; ++i)
      colours_[at(n_ + i)] = colours_[at(tree_.merges()[at(i)].left)];
  }

  std::string draw_merge(Index i) const {
    const Merge& merge = tree_.merges()[at(i)];
    const int c = colours_.empty() ? -1 : colours_[at(n_ + i)];
    const std::string x = pixels(x_of(merge.height));
    return concat("<path class=\"line", cluster::colour_of(c), "\" stroke-width=\"1.5\" d=\"M",
                  pixels(left_of(merge.left)), " ", pixels(rows_[at(merge.left)]), "H", x, "V",
                  pixels(rows_[at(merge.right)]), "H", pixels(left_of(merge.right)),
                  "\"><title>height ", short_text(merge.height), ", ", merge.size,
                  " points</title></path>\n");
  }

  std::string draw_axis(double bottom) const {
    if (highest_ == 0) return {};
    const double step = tick_step(highest_);
    std::string out;
    for (int i = 0; step * i <= highest_; ++i) {
      const std::string x = pixels(x_of(step * i));
      out +=
          concat("<line class=\"grid\" x1=\"", x, "\" x2=\"", x, "\" y1=\"", pixels(margin),
                 "\" y2=\"", pixels(bottom), "\"/><text class=\"soft\" text-anchor=\"middle\" x=\"",
                 x, "\" y=\"", pixels(bottom + 16), "\">", short_text(step * i), "</text>\n");
    }
    return out;
  }

  /// Half-way between the last merge that is kept and the first that is undone.
  std::string draw_cut(double bottom) const {
    if (!drawing_.n_clusters || *drawing_.n_clusters < 2 || !tree_.is_monotonic()) return {};
    const Index undone = n_ - *drawing_.n_clusters;
    const double above = tree_.merges()[at(undone)].height;
    const double below = undone > 0 ? tree_.merges()[at(undone - 1)].height : 0;
    const std::string x = pixels(x_of(below / 2 + above / 2));
    return concat("<line class=\"cut\" x1=\"", x, "\" x2=\"", x, "\" y1=\"", pixels(margin),
                  "\" y2=\"", pixels(bottom), "\"/>\n");
  }

  const Dendrogram& tree_;
  const DendrogramDrawing& drawing_;
  Index n_;
  Index first_drawn_;  // merges before it are inside leaves
  double highest_ = 0;
  std::vector<double> rows_;  // of the clusters
  std::vector<Index> leaves_;
  std::vector<std::string> labels_;
  std::vector<int> colours_;
};

}  // namespace

std::string to_svg(const Dendrogram& tree, const DendrogramDrawing& drawing) {
  check_names("to_svg", tree, drawing.names);
  if (drawing.max_leaves < 2)
    throw InvalidParameter(
        concat("to_svg: max_leaves must be at least 2, got ", drawing.max_leaves));
  return DendrogramSvg(tree, drawing).draw();
}

std::string to_newick(const Dendrogram& tree, const std::vector<std::string>& names) {
  check_names("to_newick", tree, names);
  const Index n = tree.n_points();
  struct Step {
    Index cluster;  // -1: only the text
    double height;  // of the parent
    std::string_view text;
  };
  std::string out;
  std::vector<Step> open{{2 * n - 2, -1, {}}};
  const auto length = [&](const Step& step) {
    return step.height < 0 ? std::string()
                           : concat(":", step.height - height_of(tree, step.cluster));
  };
  while (!open.empty()) {
    const Step step = open.back();
    open.pop_back();
    if (step.cluster < n && step.text.empty()) {
      out += names.empty() ? concat(step.cluster) : newick_name(names[at(step.cluster)]);
      out += length(step);
    } else if (step.text == ")") {
      out += concat(")", length(step));
    } else if (step.text == ",") {
      out += ",";
    } else {
      const Merge& merge = tree.merges()[at(step.cluster - n)];
      out += "(";
      open.push_back({step.cluster, step.height, ")"});
      open.push_back({merge.right, merge.height, {}});
      open.push_back({0, 0, ","});
      open.push_back({merge.left, merge.height, {}});
    }
  }
  return out + ";\n";
}

std::string to_json(const Dendrogram& tree) {
  std::string out = concat("{\"n_points\": ", tree.n_points(), ", \"merges\": [");
  std::string_view between;
  for (const Merge& merge : tree.merges()) {
    out += concat(between, "[", merge.left, ", ", merge.right, ", ", merge.height, ", ", merge.size,
                  "]");
    between = ", ";
  }
  return out + "]}\n";
}

}  // namespace grove
