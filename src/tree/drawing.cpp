#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "grove/tree/dump.hpp"
#include "tree/words.hpp"

namespace grove {

namespace {

constexpr double row_height = 48;  // from one leaf to the next
constexpr double box_height = 38;
constexpr double gap = 72;  // between columns of boxes, for the lines and their "yes" and "no"
constexpr double margin = 16;
constexpr double heading = 28;
constexpr double character_width = 6.9;  // of the average letter
constexpr std::size_t longest_label = 44;

// Plain rules first: not every viewer knows the reader's colour scheme.
constexpr std::string_view style =
    "<style>.paper{fill:#fbfbf8}.box{fill:#fff;stroke:#9aa5ae}.up{fill:#2f6f9f}.down{fill:#c9822b}"
    ".edge{fill:none;stroke:#b9c2c9}text{font:12px system-ui,sans-serif;fill:#1c2126}"
    "text.soft{font-size:11px;fill:#59626b}text.head{font-weight:600;font-size:14px}"
    "@media(prefers-color-scheme:dark){.paper{fill:#14171a}.box{fill:#1c2024;stroke:#5b656e}"
    ".up{fill:#79b4e0}.down{fill:#e7a552}.edge{stroke:#4a535b}text{fill:#e6e8ea}"
    "text.soft{fill:#a2abb3}}</style>\n";

bool starts_letter(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

/// Letters of UTF-8.
std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_letter));
}

/// At most `longest_label` letters.
std::string shortened(const std::string& text) {
  if (length_of(text) <= longest_label) return text;
  std::size_t letters = 0, end = 0;
  while (end < text.size() && (letters += starts_letter(text[end]) ? 1 : 0) < longest_label) ++end;
  return text.substr(0, end) + "\u2026";
}

std::string pixels(double value) { return fixed_text(value, 1); }

/// A tree's boxes: depth gives the column, the leaves the rows; a parent is half-way between its
/// children.
class Drawing {
 public:
  Drawing(const Tree& tree, const Columns& columns) : tree_(tree) {
    check_columns("to_svg", tree, columns);
    for (int i = 0; i < static_cast<int>(tree.size()); ++i) {
      full_labels_.push_back(tree.is_leaf(i) ? answer_words(tree, i, columns)
                                             : condition(tree, node(i), columns));
      labels_.push_back(shortened(full_labels_.back()));
      numbers_.push_back(numbers_of(node(i)));
    }
    place();
  }

  double width() const { return lefts_.back() + widths_.back() + margin; }
  double height() const { return row_height * tree_.n_leaves(); }

  std::string draw(double top) const {
    std::string out = concat("<g transform=\"translate(0 ", pixels(top), ")\">\n");
    for (int i = 0; i < static_cast<int>(tree_.size()); ++i)
      if (!tree_.is_leaf(i))
        out += draw_edge(i, node(i).left, "yes") + draw_edge(i, node(i).right, "no");
    for (int i = 0; i < static_cast<int>(tree_.size()); ++i) out += draw_box(i);
    return out + "</g>\n";
  }

 private:
  const TreeNode& node(int i) const { return tree_.nodes[static_cast<std::size_t>(i)]; }
  double left_of(int i) const {
    return lefts_[static_cast<std::size_t>(depths_[static_cast<std::size_t>(i)])];
  }
  double width_of(int i) const {
    return widths_[static_cast<std::size_t>(depths_[static_cast<std::size_t>(i)])];
  }
  double middle_of(int i) const { return middles_[static_cast<std::size_t>(i)]; }

  void place() {
    const std::size_t n = tree_.size();
    depths_.assign(n, 0);
    middles_.assign(n, 0);
    std::vector<int> open{0};
    double next_row = row_height / 2;
    while (!open.empty()) {
      const int i = open.back();
      open.pop_back();
      if (tree_.is_leaf(i)) {
        middles_[static_cast<std::size_t>(i)] = next_row;
        next_row += row_height;
        continue;
      }
      for (const int child : {node(i).right, node(i).left}) {
        depths_[static_cast<std::size_t>(child)] = depths_[static_cast<std::size_t>(i)] + 1;
        open.push_back(child);
      }
    }
    for (int i = static_cast<int>(n) - 1; i >= 0; --i)
      if (!tree_.is_leaf(i))
        middles_[static_cast<std::size_t>(i)] =
            (middle_of(node(i).left) + middle_of(node(i).right)) / 2;
    widths_.assign(static_cast<std::size_t>(tree_.depth()) + 1, 0);
    for (std::size_t i = 0; i < n; ++i) {
      const auto letters = static_cast<double>(
          std::max({length_of(labels_[i]), length_of(numbers_[i]), std::size_t{8}}));
      double& width = widths_[static_cast<std::size_t>(depths_[i])];
      width = std::max(width, letters * character_width + 18);
    }
    lefts_.push_back(margin);
    for (std::size_t depth = 0; depth + 1 < widths_.size(); ++depth)
      lefts_.push_back(lefts_[depth] + widths_[depth] + gap);
  }

  std::string draw_edge(int from, int to, std::string_view answer) const {
    const double x0 = left_of(from) + width_of(from), y0 = middle_of(from);
    const double x1 = left_of(to), y1 = middle_of(to);
    const double bend = (x0 + x1) / 2;
    const double all = node(0).cover;
    const double share = all > 0 ? std::clamp(node(to).cover / all, 0.0, 1.0) : 0;
    return concat("<path class=\"edge\" stroke-width=\"", pixels(1 + 7 * share), "\" d=\"M",
                  pixels(x0), " ", pixels(y0), " C", pixels(bend), " ", pixels(y0), " ",
                  pixels(bend), " ", pixels(y1), " ", pixels(x1), " ", pixels(y1), "\"/>",
                  "<text class=\"soft\" text-anchor=\"end\" x=\"", pixels(x1 - 6), "\" y=\"",
                  pixels(y1 < y0 ? y1 - 7 : y1 + 16), "\">", answer, "</text>\n");
  }

  std::string draw_box(int i) const {
    const auto at = static_cast<std::size_t>(i);
    const std::string box =
        concat("x=\"", pixels(left_of(i)), "\" y=\"", pixels(middle_of(i) - box_height / 2),
               "\" width=\"", pixels(width_of(i)), "\" height=\"", pixels(box_height), "\" rx=\"",
               tree_.is_leaf(i) ? 12 : 4, "\"/>");
    std::string out = concat("<g><title>node ", i, ": ", escaped(full_labels_[at]), "</title>",
                             "<rect class=\"box\" ", box);
    const double value = *tree_.value(i);
    if (tree_.is_leaf(i) && tree_.n_outputs == 1 && largest_ > 0)
      out += concat("<rect class=\"", value < 0 ? "down" : "up", "\" fill-opacity=\"",
                    fixed_text(0.4 * std::abs(value) / largest_, 3), "\" ", box);
    const std::string x = pixels(left_of(i) + 9);
    const bool one_line = numbers_[at].empty();
    out += concat("<text x=\"", x, "\" y=\"", pixels(middle_of(i) + (one_line ? 4 : -3)), "\">",
                  escaped(labels_[at]), "</text>");
    if (!one_line)
      out += concat("<text class=\"soft\" x=\"", x, "\" y=\"", pixels(middle_of(i) + 12), "\">",
                    escaped(numbers_[at]), "</text>");
    return out + "</g>\n";
  }

  double largest_leaf() const {
    double largest = 0;
    for (int i = 0; i < static_cast<int>(tree_.size()); ++i)
      if (tree_.is_leaf(i)) largest = std::max(largest, std::abs(*tree_.value(i)));
    return largest;
  }

  const Tree& tree_;
  double largest_ = largest_leaf();
  std::vector<std::string> full_labels_, labels_, numbers_;  // of the nodes
  std::vector<int> depths_;
  std::vector<double> middles_;
  std::vector<double> widths_, lefts_;  // of the columns of boxes, by depth
};

std::string svg_document(double width, double height, const std::string& title,
                         const std::string& description, const std::string& body) {
  const std::string size = concat(" width=\"", pixels(width), "\" height=\"", pixels(height), "\"");
  return concat("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"", size, " viewBox=\"0 0 ",
                pixels(width), " ", pixels(height), "\">\n<title>", title, "</title>\n<desc>",
                escaped(description), "</desc>\n", style, "<rect class=\"paper\"", size, "/>\n",
                body, "</svg>\n");
}

std::string shape_of(const Tree& tree) {
  return concat(tree.n_leaves(), tree.n_leaves() == 1 ? " leaf" : " leaves", ", depth ",
                tree.depth());
}

}  // namespace

std::string to_svg(const Tree& tree, const Columns& columns) {
  const Drawing drawing(tree, columns);
  return svg_document(drawing.width(), drawing.height() + 2 * margin,
                      concat("A decision tree: ", shape_of(tree)), to_text(tree, columns),
                      drawing.draw(margin));
}

std::string to_svg(const TreeEnsemble& ensemble, const Columns& columns) {
  std::string body;
  double width = 20 * margin, top = margin;
  for (std::size_t t = 0; t < ensemble.trees.size(); ++t) {
    const Drawing drawing(ensemble.trees[t], columns);
    body += concat("<text class=\"head\" x=\"", pixels(margin), "\" y=\"", pixels(top + 12), "\">",
                   tree_title(ensemble, t), ": ", shape_of(ensemble.trees[t]), "</text>\n",
                   drawing.draw(top + heading));
    width = std::max(width, drawing.width());
    top += heading + drawing.height() + margin;
  }
  return svg_document(width, top + margin, concat(ensemble.trees.size(), " decision trees"),
                      to_text(ensemble, columns), body);
}

}  // namespace grove
