#include <algorithm>
#include <cmath>
#include <functional>

#include "compare/report/report.hpp"
#include "compare/report/svg.hpp"
#include "core/text.hpp"

// What the searches inside the folds had found after each trial.

namespace grove::report {

namespace {

struct Curve {
  std::size_t contender = 0;
  std::vector<double> mean, std;  // over the folds; NaN where fewer than half of them have a value
  std::vector<int> n;
};

using Values = std::vector<double> (*)(const SearchResult&);

Curve curve_of(const Standing& standing, std::size_t contender, Values values) {
  std::vector<std::vector<double>> folds;
  std::size_t longest = 0;
  for (const FoldResult& fold : standing.result.folds)
    if (fold.search && !fold.search->trials.empty()) {
      folds.push_back(values(*fold.search));
      longest = std::max(longest, folds.back().size());
    }
  Curve curve{contender, {}, {}, {}};
  for (std::size_t t = 0; t < longest; ++t) {
    std::vector<double> found;
    for (const std::vector<double>& fold : folds)
      if (t < fold.size() && std::isfinite(fold[t])) found.push_back(fold[t]);
    const auto n = static_cast<double>(found.size());
    const bool enough = !found.empty() && 2 * found.size() >= folds.size();
    double mean = 0, squares = 0;
    for (const double value : found) mean += value / n;
    for (const double value : found) squares += (value - mean) * (value - mean);
    curve.mean.push_back(enough ? mean : NAN);
    curve.std.push_back(enough && n > 1 ? std::sqrt(squares / (n - 1)) : 0);
    curve.n.push_back(static_cast<int>(n));
  }
  return curve;
}

std::vector<Curve> curves_of(const DatasetComparison& data, Values values) {
  std::vector<Curve> curves;
  for (std::size_t i = 0; i < data.standings.size(); ++i) {
    Curve curve = curve_of(data.standings[i], i, values);
    const auto is_finite = [](double value) { return std::isfinite(value); };
    if (std::any_of(curve.mean.begin(), curve.mean.end(), is_finite))
      curves.push_back(std::move(curve));
  }
  return curves;
}

const SearchResult* first_search(const DatasetComparison& data) {
  for (const Standing& standing : data.standings)
    for (const FoldResult& fold : standing.result.folds)
      if (fold.search && !fold.search->trials.empty()) return fold.search.get();
  return nullptr;
}

std::string sentence(const Report& report, const std::vector<Curve>& curves) {
  std::vector<std::string> parts;
  for (const Curve& curve : curves) {
    std::size_t first = 0, last = curve.mean.size() - 1;
    while (!std::isfinite(curve.mean[first])) ++first;
    while (!std::isfinite(curve.mean[last])) --last;
    parts.push_back(concat(report.look(curve.contender).name, " from ",
                           fixed_text(curve.mean[first], 4), " after ", first + 1, " to ",
                           fixed_text(curve.mean[last], 4), " after ", last + 1));
  }
  return "Mean of the folds, by number of trials: " + join(parts, 99) + ".";
}

void draw_curve(std::ostream& out, const Plane& plane, const Curve& curve, const Look& look) {
  std::string line, upper, lower;
  for (std::size_t t = 0; t < curve.mean.size(); ++t) {
    if (!std::isfinite(curve.mean[t])) continue;
    const std::string x = pixels(plane.at_x(static_cast<double>(t + 1)));
    const auto y = [&](double value) {
      return pixels(plane.at_y(std::clamp(value, plane.y.low(), plane.y.high())));
    };
    line += concat(line.empty() ? "M" : "L", x, " ", y(curve.mean[t]));
    upper += concat(upper.empty() ? "M" : "L", x, " ", y(curve.mean[t] + curve.std[t]));
    lower = concat("L", x, " ", y(curve.mean[t] - curve.std[t]), lower);
  }
  out << "<g class=\"" << look.css << "\"><path class=\"band\" d=\"" << upper << lower
      << "Z\"/><path class=\"curve\" d=\"" << line << "\"/></g>\n";
}

void draw_panel(Report& report, const DatasetComparison& data, const std::vector<Curve>& curves,
                const std::string& title, const std::string& metric) {
  double least = INFINITY, most = -INFINITY;
  std::size_t longest = 1;
  for (const Curve& curve : curves)
    for (std::size_t t = 0; t < curve.mean.size(); ++t) {
      if (!std::isfinite(curve.mean[t])) continue;
      // The band of the first trials may be wide: half of it is enough of the picture.
      least = std::min(least, curve.mean[t] - curve.std[t] / 2);
      most = std::max(most, curve.mean[t] + curve.std[t] / 2);
      longest = std::max(longest, t + 1);
    }
  Plane plane;
  plane.width = 420;
  plane.left = 60;
  for (const Curve& curve : curves)  // for the names
    plane.right =
        std::clamp(text_width(report.look(curve.contender).name, 13) + 14, plane.right, 160.0);
  plane.height = 265 + 14.0 * std::max(0.0, static_cast<double>(curves.size()) - 10);
  plane.x = Axis::fixed(1, static_cast<double>(std::max<std::size_t>(longest, 2)), 1, 0);
  if (longest >= 10) plane.x = Axis::linear(0, static_cast<double>(longest));
  plane.y = Axis::linear(least, most);
  report.out << "<figure>";
  report.open_svg(plane.width, plane.height, concat(title, " on ", data.dataset),
                  sentence(report, curves));
  draw_plane(report.out, plane, "trials", metric);
  LabelPlaces labels(plane);
  for (const Curve& curve : curves)
    draw_curve(report.out, plane, curve, report.look(curve.contender));
  for (const Curve& curve : curves) {
    std::size_t last = curve.mean.size() - 1;
    while (!std::isfinite(curve.mean[last])) --last;
    const double x = plane.at_x(static_cast<double>(last + 1)), y = plane.at_y(curve.mean[last]);
    const Look& look = report.look(curve.contender);
    report.out << "<g class=\"" << look.css << "\">" << marker(x, y, look.shape, 4) << "</g>";
    labels.draw(report.out, x, y, look.name);
  }
  report.out << "</svg><figcaption>" << escaped(title) << "</figcaption></figure>\n";
}

void write_table(Report& report, const DatasetComparison& data, const std::vector<Curve>& so_far,
                 const std::vector<Curve>& expected) {
  report.open_table("Tuning on " + data.dataset,
                    {"contender", "trials", "folds", "best so far", "sd", "expected best"});
  for (const Curve& curve : so_far)
    for (std::size_t t = 0; t < curve.mean.size(); ++t) {
      if (!std::isfinite(curve.mean[t])) continue;
      report.out << "<tr>";
      report.row_head(curve.contender);
      report.cell(static_cast<double>(t + 1), std::to_string(t + 1));
      report.cell(curve.n[t], std::to_string(curve.n[t]));
      report.cell(curve.mean[t], fixed_text(curve.mean[t], 4));
      report.cell(curve.std[t], fixed_text(curve.std[t], 4));
      const auto other = std::find_if(expected.begin(), expected.end(), [&](const Curve& c) {
        return c.contender == curve.contender;
      });
      const double value = other != expected.end() && t < other->mean.size() ? other->mean[t] : NAN;
      report.cell(value, fixed_text(value, 4));
      report.out << "</tr>\n";
    }
  report.close_table();
}

void add_to_csv(Report& report, const DatasetComparison& data, const std::vector<Curve>& curves,
                const char* series) {
  for (const Curve& curve : curves)
    for (std::size_t t = 0; t < curve.mean.size(); ++t)
      if (std::isfinite(curve.mean[t]))
        report.add_to_curves("tuning", data, curve.contender, series, static_cast<double>(t + 1),
                             curve.mean[t], curve.n[t]);
}

}  // namespace

void write_tuning(Report& report, const DatasetComparison& data) {
  const SearchResult* search = first_search(data);
  if (search == nullptr) return;
  const std::vector<Curve> so_far = curves_of(data, best_so_far);
  const std::vector<Curve> expected = curves_of(data, expected_best);
  if (so_far.empty()) return;
  report.out << "<h3>Tuning</h3>\n<p class=\"soft\">Inside the training part of every fold, "
             << escaped(search->method) << ", by " << escaped(search->metric)
             << (search->greater_is_better ? ", larger is better" : ", smaller is better")
             << ". Lines are means of the folds, bands one standard deviation. Expected best: what "
                "so many of the trials, drawn by chance, would have found (Dodge et al. 2019); a "
                "line that still climbs at its end asks for a larger budget.</p>\n"
                "<div class=\"figures wide\">\n";
  draw_panel(report, data, so_far, "Best so far", search->metric);
  if (!expected.empty()) draw_panel(report, data, expected, "Expected best", search->metric);
  report.out << "</div>\n<details><summary>Tuning as a table</summary>\n";
  write_table(report, data, so_far, expected);
  report.out << "</details>\n";
  add_to_csv(report, data, so_far, "best so far");
  add_to_csv(report, data, expected, "expected best");
}

}  // namespace grove::report
