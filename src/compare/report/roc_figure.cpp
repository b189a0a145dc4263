#include <algorithm>
#include <cmath>

#include "compare/report/report.hpp"
#include "compare/report/svg.hpp"
#include "core/text.hpp"
#include "grove/metrics/ranking.hpp"

// ROC curves of the out-of-fold predictions. Two classes: of the second. More: each class against
// the rest, averaged at equal false positive rates (macro), and the classes that are hardest to
// tell one by one.

namespace grove::report {

namespace {

constexpr int n_steps = 100;          // of a curve, whatever the number of rows
constexpr std::size_t n_hardest = 2;  // classes with a panel of their own

struct Roc {
  std::size_t contender = 0;
  std::vector<Vector> curves;  // per class: true positive rate at 0, 1 / n_steps, ..., 1; empty
                               // where a class has no rows
  std::vector<double> areas;   // NaN likewise
  Vector macro;
  double area = 0;
};

/// The highest true positive rate at each of the evenly spaced false positive rates, on the line
/// between the curve's points.
Vector sampled(const metrics::RocCurve& curve) {
  Vector out(n_steps + 1);
  Index at = 0;
  const Vector& x = curve.false_positive_rate;
  const Vector& y = curve.true_positive_rate;
  for (int s = 0; s <= n_steps; ++s) {
    const double wanted = static_cast<double>(s) / n_steps;
    while (at + 1 < x.size() && x(at + 1) <= wanted) ++at;
    out(s) = y(at);
    if (at + 1 < x.size() && wanted > x(at))
      out(s) += (y(at + 1) - y(at)) * (wanted - x(at)) / (x(at + 1) - x(at));
  }
  return out;
}

double area_under(const metrics::RocCurve& curve) {
  double area = 0;
  for (Index i = 1; i < curve.false_positive_rate.size(); ++i)
    area += (curve.false_positive_rate(i) - curve.false_positive_rate(i - 1)) *
            (curve.true_positive_rate(i) + curve.true_positive_rate(i - 1)) / 2;
  return area;
}

Roc roc_of(const Predicted& found, std::size_t contender, std::size_t n_classes) {
  Roc roc;
  roc.contender = contender;
  roc.macro = Vector::Zero(n_steps + 1);
  double n = 0;
  for (std::size_t c = 0; c < n_classes; ++c) {
    roc.curves.emplace_back();
    roc.areas.push_back(NAN);
    const int code = static_cast<int>(c);
    const Index positive = (found.truth.array() == code).count();
    if (positive == 0 || positive == found.truth.size() || (n_classes == 2 && c == 0)) continue;
    const metrics::RocCurve curve =
        metrics::roc_curve(found.truth, found.proba.col(code), {.positive = code});
    roc.curves.back() = sampled(curve);
    roc.areas.back() = area_under(curve);
    roc.macro += roc.curves.back();
    roc.area += roc.areas.back();
    ++n;
  }
  if (n > 0) {
    roc.macro /= n;
    roc.area /= n;
  } else {
    roc.area = NAN;
  }
  return roc;
}

/// False inside a stretch that is one straight line.
bool has_bend(const Vector& curve, Index s) {
  return s == 0 || s == n_steps || std::abs(2 * curve(s) - curve(s - 1) - curve(s + 1)) > 1e-9;
}

struct Line {
  std::size_t contender;
  const Vector* curve;
  double area;
};

void draw_panel(Report& report, const DatasetComparison& data, const std::string& caption,
                const std::vector<Line>& lines, bool labelled) {
  Plane plane;
  plane.width = labelled ? 440 : 300;
  plane.height = labelled ? 400 : 300;
  plane.left = 52;
  plane.x = Axis::fixed(0, 1, 4, 2);
  plane.y = Axis::fixed(0, 1, 4, 2);
  std::vector<std::string> parts;
  for (const Line& line : lines)
    parts.push_back(concat(report.look(line.contender).name, " ", fixed_text(line.area, 4)));
  report.out << "<figure>";
  report.open_svg(plane.width, plane.height, concat("ROC curves on ", data.dataset, ", ", caption),
                  "Areas under the curves: " + join(parts, 99) + ".");
  draw_plane(report.out, plane, "false positive rate", "true positive rate");
  report.out << svg_line(plane.at_x(0), plane.at_y(0), plane.at_x(1), plane.at_y(1), "diagonal");
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    std::string path;
    for (Index s = 0; s <= n_steps; ++s) {
      if (!has_bend(*line->curve, s)) continue;
      path += concat(path.empty() ? "M" : "L", pixels(plane.at_x(static_cast<double>(s) / n_steps)),
                     " ", pixels(plane.at_y((*line->curve)(s))));
    }
    report.out << "<g class=\"" << report.look(line->contender).css
               << "\"><path class=\"curve\" d=\"M" << pixels(plane.at_x(0)) << " "
               << pixels(plane.at_y(0)) << "L" << path.substr(1) << "\"/></g>\n";
  }
  if (labelled) {
    double y = plane.at_y(0) - 10;
    for (auto line = lines.rbegin(); line != lines.rend(); ++line, y -= 17) {
      const Look& look = report.look(line->contender);
      const std::string text = concat(elided(look.name, 190, 12), " ", fixed_text(line->area, 3));
      const double x = plane.width - plane.right - 8;
      report.out << svg_text(x - 16, y, text, "end", "label halo") << "<g class=\"" << look.css
                 << "\">" << marker(x - 6, y - 4, look.shape, 4.5) << "</g>";
    }
  }
  report.out << "</svg><figcaption>" << escaped(caption) << "</figcaption></figure>\n";
}

/// Classes by the best area that any contender reaches on them, the smallest first.
std::vector<std::size_t> hardest(const std::vector<Roc>& all, std::size_t n_classes) {
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t c = 0; c < n_classes; ++c) {
    double best = -1;
    for (const Roc& roc : all)
      if (!std::isnan(roc.areas[c])) best = std::max(best, roc.areas[c]);
    if (best >= 0) order.emplace_back(best, c);
  }
  std::sort(order.begin(), order.end());
  std::vector<std::size_t> classes;
  for (std::size_t i = 0; i < std::min(n_hardest, order.size()); ++i)
    classes.push_back(order[i].second);
  return classes;
}

void write_table(Report& report, const DatasetComparison& data, const std::vector<Roc>& all) {
  std::vector<std::string> head = {"class"};
  for (const Roc& roc : all) head.push_back(report.look(roc.contender).name);
  report.open_table("Areas under the ROC curves on " + data.dataset, head);
  for (std::size_t c = 0; c < data.class_names.size(); ++c) {
    if (std::all_of(all.begin(), all.end(), [&](const Roc& r) { return std::isnan(r.areas[c]); }))
      continue;
    report.out << "<tr><th scope=\"row\">" << escaped(data.class_names[c]) << "</th>";
    for (const Roc& roc : all) report.cell(roc.areas[c], fixed_text(roc.areas[c], 4));
    report.out << "</tr>\n";
  }
  report.close_table();
}

}  // namespace

void write_roc(Report& report, const DatasetComparison& data) {
  std::vector<Roc> all;
  const std::size_t k = data.class_names.size();
  for (const std::size_t i : by_rank(data)) {
    if (data.labels.size() == 0 || k < 2) return;
    const std::optional<Predicted> found = predicted_of(data, data.standings[i]);
    if (!found || found->proba.size() == 0) continue;
    Roc roc = roc_of(*found, i, k);
    if (!std::isnan(roc.area)) all.push_back(std::move(roc));
  }
  if (all.empty()) return;
  std::stable_sort(all.begin(), all.end(),
                   [](const Roc& a, const Roc& b) { return a.area > b.area; });
  std::vector<Line> lines;
  for (const Roc& roc : all) {
    lines.push_back({roc.contender, &roc.macro, roc.area});
    for (int s = 0; s <= n_steps; ++s)
      if (has_bend(roc.macro, s))
        report.add_to_curves("roc", data, roc.contender, k == 2 ? data.class_names[1] : "macro",
                             static_cast<double>(s) / n_steps, roc.macro(s), NAN);
  }
  report.out << "<h3>ROC curves</h3>\n<p class=\"soft\">"
             << (k == 2 ? "Telling " + escaped(data.class_names[1]) + " from " +
                              escaped(data.class_names[0])
                        : std::string("Each class against the rest"))
             << ", by the probabilities for rows that the model had not seen; drawn at "
             << n_steps + 1
             << " evenly spaced rates. The number is the area under the curve: 1 is "
                "perfect, 0.5 is chance.</p>\n<div class=\"figures roc\">\n";
  draw_panel(report, data, k == 2 ? "class " + data.class_names[1] : "mean of all classes", lines,
             true);
  if (k > 2)
    for (const std::size_t c : hardest(all, k)) {
      std::vector<Line> of_class;
      for (const Roc& roc : all)
        if (!std::isnan(roc.areas[c]))
          of_class.push_back({roc.contender, &roc.curves[c], roc.areas[c]});
      draw_panel(report, data,
                 concat("class ", data.class_names[c], k > n_hardest ? ", among the hardest" : ""),
                 of_class, false);
    }
  report.out << "</div>\n<details><summary>Areas as a table</summary>\n";
  write_table(report, data, all);
  report.out << "</details>\n";
}

}  // namespace grove::report
