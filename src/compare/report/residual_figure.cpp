#include <algorithm>
#include <cmath>

#include "compare/report/report.hpp"
#include "compare/report/svg.hpp"
#include "core/text.hpp"
#include "grove/core/random.hpp"

// Predicted against true values, and what is left over.

namespace grove::report {

namespace {

constexpr Index most_points = 600;  // in each drawing

/// All, or `most_points` by a shuffle that is the same for every contender.
std::vector<Index> drawn(Index n) {
  std::vector<Index> rows(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i) rows[static_cast<std::size_t>(i)] = i;
  if (n <= most_points) return rows;
  Rng rng(0);
  for (Index i = 0; i < most_points; ++i)
    std::swap(rows[static_cast<std::size_t>(i)],
              rows[static_cast<std::size_t>(i + rng.below(n - i))]);
  rows.resize(most_points);
  std::sort(rows.begin(), rows.end());
  return rows;
}

double quantile(const std::vector<double>& sorted, double q) {
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

struct Residuals {
  std::size_t contender = 0;
  Predicted found;
  std::vector<double> sorted;  // true minus predicted
  double q(double share) const { return quantile(sorted, share); }
};

std::string sentence(const Residuals& of) {
  return concat("Residuals, true minus predicted: median ", short_text(of.q(0.5)),
                ", half between ", short_text(of.q(0.25)), " and ", short_text(of.q(0.75)),
                ", all from ", short_text(of.sorted.front()), " to ", short_text(of.sorted.back()),
                ".");
}

void draw_panel(Report& report, const DatasetComparison& data, const Residuals& of, bool residuals,
                const Axis& x_axis, const Axis& y_axis) {
  Plane plane;
  plane.width = 320;
  plane.height = residuals ? 220 : 300;
  plane.left = 58;
  plane.x = x_axis;
  plane.y = y_axis;
  const Look& look = report.look(of.contender);
  const char* what = residuals ? "Residuals" : "Predicted against true values";
  report.out << "<figure>";
  report.open_svg(plane.width, plane.height, concat(what, " of ", look.name, " on ", data.dataset),
                  sentence(of));
  draw_plane(report.out, plane, residuals ? "predicted" : "true",
             residuals ? "true - predicted" : "predicted");
  const auto clipped = [](const Axis& axis, double v) {
    return std::clamp(v, axis.low(), axis.high());
  };
  if (residuals) {
    report.out << svg_line(plane.left, plane.at_y(0), plane.width - plane.right, plane.at_y(0),
                           "diagonal");
  } else {
    const double low = std::max(x_axis.low(), y_axis.low());
    const double high = std::min(x_axis.high(), y_axis.high());
    if (high > low)
      report.out << svg_line(plane.at_x(low), plane.at_y(low), plane.at_x(high), plane.at_y(high),
                             "diagonal");
  }
  std::string path;
  for (const Index i : drawn(of.found.target.size())) {
    const double truth = of.found.target(i), value = of.found.values(i);
    path += concat("M", pixels(plane.at_x(clipped(x_axis, residuals ? value : truth))), " ",
                   pixels(plane.at_y(clipped(y_axis, residuals ? truth - value : value))), "h0");
  }
  report.out << "<g class=\"" << look.css << "\"><path class=\"cloud\" d=\"" << path
             << "\"/></g></svg><figcaption>" << report.name_tag(of.contender)
             << "</figcaption></figure>\n";
}

void write_table(Report& report, const DatasetComparison& data, const std::vector<Residuals>& all) {
  report.open_table("Residuals on " + data.dataset, {"contender", "rows", "least", "5 %", "25 %",
                                                     "median", "75 %", "95 %", "largest"});
  for (const Residuals& of : all) {
    report.out << "<tr>";
    report.row_head(of.contender);
    report.cell(static_cast<double>(of.sorted.size()), std::to_string(of.sorted.size()));
    for (const double share : {0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0})
      report.cell(of.q(share), short_text(of.q(share)));
    report.out << "</tr>\n";
  }
  report.close_table();
}

void draw_all(Report& report, const DatasetComparison& data, const std::vector<Residuals>& all) {
  double least = all.front().found.target.minCoeff(), most = all.front().found.target.maxCoeff();
  double off = 0;
  const double truth_least = least, truth_most = most;
  for (const Residuals& of : all) {
    // A model that runs away must not flatten the others: three ranges of the truth at most.
    const double range = std::max(truth_most - truth_least, 1e-300);
    least = std::min(least, std::max(of.found.values.minCoeff(), truth_least - range));
    most = std::max(most, std::min(of.found.values.maxCoeff(), truth_most + range));
    off = std::max({off, -of.q(0.001), of.q(0.999)});
  }
  const Axis truth = Axis::linear(truth_least, truth_most, 3);
  const Axis values = Axis::linear(least, most, 3);
  const Axis left_over = Axis::linear(-off, off, 4);
  report.out << "<div class=\"figures\">\n";
  for (const Residuals& of : all) draw_panel(report, data, of, false, truth, values);
  report.out << "</div>\n<div class=\"figures\">\n";
  for (const Residuals& of : all) draw_panel(report, data, of, true, values, left_over);
  report.out << "</div>\n";
}

}  // namespace

void write_residuals(Report& report, const DatasetComparison& data) {
  if (data.labels.size() > 0 || data.target.size() == 0) return;
  std::vector<Residuals> all;
  for (const std::size_t i : by_rank(data)) {
    std::optional<Predicted> found = predicted_of(data, data.standings[i]);
    if (!found) continue;
    Residuals of;
    of.contender = i;
    of.found = *std::move(found);
    const Vector off = of.found.target - of.found.values;
    of.sorted.assign(off.data(), off.data() + off.size());
    std::sort(of.sorted.begin(), of.sorted.end());
    all.push_back(std::move(of));
  }
  if (all.empty()) return;
  const Index n = all.front().found.target.size();
  report.out << "<h3>Predicted and true values</h3>\n<p class=\"soft\">Of rows that the model had "
                "not seen";
  if (n > most_points)
    report.out << "; " << most_points << " of " << n << " rows are drawn, chosen by chance";
  report.out << ". What lies outside a picture is drawn at its border.</p>\n";
  draw_all(report, data, all);
  report.out << "<details><summary>Residuals as a table</summary>\n";
  write_table(report, data, all);
  report.out << "</details>\n";
}

}  // namespace grove::report
