#include "compare/report/critical_difference.hpp"

#include <algorithm>
#include <cmath>
#include <locale>
#include <numeric>
#include <sstream>

#include "compare/report/report_style.hpp"
#include "compare/report/svg.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove {

CriticalDifference critical_difference(std::vector<std::string> contenders, Vector average_ranks,
                                       Index n_datasets, double alpha, Index control) {
  const auto k = static_cast<Index>(contenders.size());
  if (average_ranks.size() != k)
    throw InvalidData(concat("critical_difference: ", average_ranks.size(), " ranks for ", k,
                             k == 1 ? " contender" : " contenders"));
  for (const double rank : average_ranks)
    if (!(rank >= 1 && rank <= static_cast<double>(k)))
      throw InvalidData(concat("critical_difference: the average rank ", rank,
                               " is not between 1 and the number of contenders, ", k));
  if (control < -1 || control >= k)
    throw InvalidParameter(
        concat("critical_difference: there is no contender ", control, " among ", k),
        "control is a position from 0, or -1 for none");
  CriticalDifference diagram;
  diagram.critical_difference =
      control < 0 ? statistics::nemenyi_critical_difference(alpha, k, n_datasets)
                  : statistics::bonferroni_dunn_critical_difference(alpha, k, n_datasets);
  if (control < 0)
    diagram.groups = statistics::rank_groups(average_ranks, diagram.critical_difference);
  diagram.contenders = std::move(contenders);
  diagram.average_ranks = std::move(average_ranks);
  diagram.n_datasets = n_datasets;
  diagram.alpha = alpha;
  diagram.control = control;
  return diagram;
}

CriticalDifference critical_difference(const ScoreComparison& comparison) {
  if (!comparison.rank_tests)
    throw InvalidParameter(
        "critical_difference: the rows are folds of one data set, and ranks of folds are not "
        "independent",
        "give a table with one row per data set");
  const auto& names = comparison.table.contenders;
  Index control = -1;
  if (comparison.options.control)
    control = std::find(names.begin(), names.end(), *comparison.options.control) - names.begin();
  return critical_difference(names, comparison.average_ranks,
                             static_cast<Index>(comparison.table.rows.size()),
                             comparison.options.alpha, control);
}

bool too_few_datasets(const CriticalDifference& diagram) {
  return diagram.critical_difference >= static_cast<double>(diagram.contenders.size()) - 1;
}

namespace report {

namespace {

constexpr double font = 13;
constexpr double row_height = 22;

std::vector<Index> best_first(const Vector& ranks) {
  std::vector<Index> order(static_cast<std::size_t>(ranks.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return ranks(a) < ranks(b); });
  return order;
}

/// Bars under the axis, each on the first level where it meets no other. Returns the levels.
int place_bars(const CriticalDifference& diagram, DiagramLayout& layout) {
  constexpr double overhang = 4;
  std::vector<double> ends;  // of each level
  const auto add = [&](double x0, double x1) {
    std::size_t level = 0;
    while (level < ends.size() && x0 < ends[level] + 6) ++level;
    if (level == ends.size()) ends.push_back(0);
    ends[level] = x1;
    layout.bars.push_back({x0, x1, layout.axis_y + 14 + 9 * static_cast<double>(level)});
  };
  for (const std::vector<Index>& group : diagram.groups)
    add(layout.at(diagram.average_ranks(group.front())) - overhang,
        layout.at(diagram.average_ranks(group.back())) + overhang);
  if (diagram.control >= 0) {
    const double rank = diagram.average_ranks(diagram.control);
    add(std::max(layout.axis_x0, layout.at(rank - diagram.critical_difference)),
        std::min(layout.axis_x1, layout.at(rank + diagram.critical_difference)));
  }
  return static_cast<int>(ends.size());
}

/// The better half on the left, the best on top; the worse half on the right, the worst on top: so
/// no line crosses another.
void place_labels(const CriticalDifference& diagram, DiagramLayout& layout, double first_row) {
  const std::vector<Index> order = best_first(diagram.average_ranks);
  const std::size_t n_left = (order.size() + 1) / 2;
  const double step = layout.narrow ? 30 : row_height;
  for (std::size_t i = 0; i < order.size(); ++i) {
    DiagramLayout::Label label;
    label.contender = order[i];
    label.left = i < n_left;
    const std::size_t row = label.left ? i : order.size() - 1 - i;
    label.x = layout.at(diagram.average_ranks(order[i]));
    label.y = first_row + step * static_cast<double>(row);
    const std::string rank = fixed_text(diagram.average_ranks(order[i]), 2);
    const double room =
        (layout.narrow ? layout.width / 2 - 4 : layout.axis_x0 - 14) - text_width(rank, font) - 8;
    label.text = elided(diagram.contenders[static_cast<std::size_t>(order[i])], room, font);
    if (layout.narrow) {
      label.text_x = label.left ? 0 : layout.width;
    } else {
      label.text_x = label.left ? layout.axis_x0 - 12 : layout.axis_x1 + 12;
    }
    layout.labels.push_back(std::move(label));
  }
}

}  // namespace

DiagramLayout layout_diagram(const CriticalDifference& diagram, double width) {
  DiagramLayout layout;
  layout.width = width;
  layout.narrow = width < 500;
  double margin = 10;
  if (!layout.narrow) {
    for (const std::string& name : diagram.contenders)
      margin = std::max(margin, text_width(name, font) + text_width("88.88", font) + 26);
    margin = std::min(margin, width * 0.3);
  }
  layout.axis_x0 = margin;
  layout.axis_x1 = width - margin;
  layout.low = 1;
  layout.high = static_cast<double>(diagram.contenders.size());
  layout.rule_y = 22;
  layout.axis_y = 66;
  layout.rule_x0 = layout.at(1);
  layout.rule_x1 = std::min(layout.at(1 + diagram.critical_difference), layout.axis_x1);
  const int levels = place_bars(diagram, layout);
  const double first_row = layout.axis_y + 9 * levels + (layout.narrow ? 40 : 30);
  place_labels(diagram, layout, first_row);
  for (const DiagramLayout::Label& label : layout.labels)
    layout.height = std::max(layout.height, label.y + 14);
  return layout;
}

namespace {

void draw_axis(std::ostream& out, const CriticalDifference& diagram, const DiagramLayout& layout) {
  const auto k = static_cast<int>(diagram.contenders.size());
  const int every =
      std::max(1, static_cast<int>(std::ceil(18.0 * (k - 1) / (layout.axis_x1 - layout.axis_x0))));
  out << svg_line(layout.axis_x0, layout.axis_y, layout.axis_x1, layout.axis_y, "axis");
  for (int rank = 1; rank <= k; ++rank) {
    const bool labelled = (rank - 1) % every == 0 || rank == k;
    const double x = layout.at(rank);
    out << svg_line(x, layout.axis_y - (labelled ? 7 : 4), x, layout.axis_y, "axis");
    if (labelled && (rank == k || rank + every <= k || every == 1))
      out << svg_text(x, layout.axis_y - 11, std::to_string(rank), "middle");
  }
  out << "\n";
}

void draw_rule(std::ostream& out, const CriticalDifference& diagram, const DiagramLayout& layout) {
  const bool cut = layout.at(1 + diagram.critical_difference) > layout.axis_x1 + 0.01;
  const std::string text = concat("CD = ", fixed_text(diagram.critical_difference, 2),
                                  cut ? ", more than the axis" : "");
  out << svg_line(layout.rule_x0, layout.rule_y, layout.rule_x1, layout.rule_y, "axis")
      << svg_line(layout.rule_x0, layout.rule_y - 5, layout.rule_x0, layout.rule_y + 5, "axis");
  if (!cut)
    out << svg_line(layout.rule_x1, layout.rule_y - 5, layout.rule_x1, layout.rule_y + 5, "axis");
  out << svg_text(layout.rule_x0, layout.rule_y - 9, text) << "\n";
}

void draw_label(std::ostream& out, const CriticalDifference& diagram, const DiagramLayout& layout,
                const DiagramLayout::Label& label) {
  const auto contender = static_cast<std::size_t>(label.contender);
  const std::string rank = fixed_text(diagram.average_ranks(label.contender), 2);
  const double end = layout.narrow ? label.text_x
                     : label.left  ? layout.axis_x0 - 8
                                   : layout.axis_x1 + 8;
  out << "<g><title>" << escaped(diagram.contenders[contender]) << ": average rank " << rank
      << "</title><path class=\"lead\" d=\"M" << pixels(label.x) << " " << pixels(layout.axis_y)
      << "V" << pixels(label.y) << "H" << pixels(end) << "\"/><circle class=\"at\" r=\"3\" cx=\""
      << pixels(label.x) << "\" cy=\"" << pixels(layout.axis_y) << "\"/>";
  out << "<text class=\"label halo\" x=\"" << pixels(label.text_x) << "\" y=\""
      << pixels(layout.narrow ? label.y - 5 : label.y + 4.5) << "\" text-anchor=\""
      << (layout.narrow == label.left ? "start" : "end") << "\">";
  const std::string number = "<tspan class=\"rank\">" + rank + "</tspan>";
  if (layout.narrow == label.left)
    out << number << " " << escaped(label.text);
  else
    out << escaped(label.text) << " " << number;
  out << "</text></g>\n";
}

std::string names_of(const CriticalDifference& diagram, const std::vector<Index>& members) {
  std::vector<std::string> names;
  for (const Index i : members) names.push_back(diagram.contenders[static_cast<std::size_t>(i)]);
  return join(names, 99);
}

}  // namespace

void draw_diagram(std::ostream& out, const CriticalDifference& diagram,
                  const DiagramLayout& layout) {
  draw_rule(out, diagram, layout);
  draw_axis(out, diagram, layout);
  // Lines of the lower rows first, so that the texts of the upper ones lie over them.
  for (auto label = layout.labels.rbegin(); label != layout.labels.rend(); ++label)
    draw_label(out, diagram, layout, *label);
  for (const DiagramLayout::Bar& bar : layout.bars)
    out << svg_line(bar.x0, bar.y, bar.x1, bar.y, "bar");
}

std::string diagram_text(const CriticalDifference& diagram) {
  std::string text = "Average ranks, 1 is best: ";
  std::vector<std::string> parts;
  for (const Index i : best_first(diagram.average_ranks))
    parts.push_back(concat(diagram.contenders[static_cast<std::size_t>(i)], " ",
                           fixed_text(diagram.average_ranks(i), 2)));
  text += join(parts, 99) + ". ";
  text += concat("Critical difference at level ", short_text(diagram.alpha), ": ",
                 fixed_text(diagram.critical_difference, 2), ". ");
  if (too_few_datasets(diagram))
    return text +
           "That is no less than the axis is long: with so few data sets nothing can be "
           "told apart.";
  if (diagram.control >= 0)
    return text + concat("The bar covers the ranks that do not differ from ",
                         diagram.contenders[static_cast<std::size_t>(diagram.control)], ".");
  for (const std::vector<Index>& group : diagram.groups)
    text += concat("A bar joins ", names_of(diagram, group), ". ");
  if (diagram.groups.empty()) text += "No two lie closer than that. ";
  text.pop_back();
  return text;
}

}  // namespace report

std::string to_svg(const CriticalDifference& diagram) {
  const report::DiagramLayout layout = report::layout_diagram(diagram, 860);
  constexpr double room = 16;
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out << "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"t d\" width=\""
      << report::pixels(layout.width + 2 * room) << "\" height=\""
      << report::pixels(layout.height + 2 * room) << "\" viewBox=\"" << -room << " " << -room << " "
      << report::pixels(layout.width + 2 * room) << " " << report::pixels(layout.height + 2 * room)
      << "\"><title id=\"t\">Critical-difference diagram of " << diagram.contenders.size()
      << " contenders on " << diagram.n_datasets
      << (diagram.n_datasets == 1 ? " data set" : " data sets") << "</title>\n<desc id=\"d\">"
      << escaped(report::diagram_text(diagram)) << "</desc>\n<style>" << diagram_style
      << "</style>\n<rect class=\"paper\" x=\"" << -room << "\" y=\"" << -room
      << "\" width=\"100%\" height=\"100%\"/>\n";
  report::draw_diagram(out, diagram, layout);
  out << "</svg>\n";
  return out.str();
}

}  // namespace grove
