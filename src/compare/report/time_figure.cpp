#include <algorithm>
#include <cmath>

#include "compare/format.hpp"
#include "compare/report/report.hpp"
#include "compare/report/svg.hpp"
#include "core/text.hpp"

// Score against seconds, with the contenders that no other one beats in both.

namespace grove::report {

namespace {

struct Point {
  std::size_t contender = 0;
  double seconds = 0;
  double score = 0;
  bool front = false;
};

/// Those with a score, by seconds; marks the front: no other is as fast and better, or as good and
/// faster.
std::vector<Point> points_of(const DatasetComparison& data, double (*seconds)(const Standing&)) {
  std::vector<Point> points;
  for (std::size_t i = 0; i < data.standings.size(); ++i) {
    const Standing& standing = data.standings[i];
    if (std::isfinite(standing.mean) && seconds(standing) > 0)
      points.push_back({i, seconds(standing), standing.mean, false});
  }
  const double sign = data.greater_is_better ? 1 : -1;
  std::stable_sort(points.begin(), points.end(), [&](const Point& a, const Point& b) {
    return a.seconds != b.seconds ? a.seconds < b.seconds : sign * a.score > sign * b.score;
  });
  double best = -INFINITY;
  for (Point& point : points) {
    point.front = sign * point.score > best;
    best = std::max(best, sign * point.score);
  }
  return points;
}

std::string sentence(const Report& report, const DatasetComparison& data,
                     const std::vector<Point>& points) {
  std::vector<std::string> all, front;
  for (const Point& point : points) {
    const std::string& name = report.look(point.contender).name;
    all.push_back(
        concat(name, " ", fixed_text(point.score, 4), " in ", short_seconds(point.seconds)));
    if (point.front) front.push_back(name);
  }
  return concat(data.metric, " and seconds, the fastest first: ", join(all, 99),
                ". No other is both as fast and better than: ", join(front, 99), ".");
}

/// A baseline that would take more than half of the score axis is named below the picture instead.
std::string leave_out_far_baselines(const Report& report, std::vector<Point>& points) {
  double least = INFINITY, most = -INFINITY, lowest = INFINITY, highest = -INFINITY;
  for (const Point& point : points) {
    lowest = std::min(lowest, point.score);
    highest = std::max(highest, point.score);
    if (report.look(point.contender).baseline) continue;
    least = std::min(least, point.score);
    most = std::max(most, point.score);
  }
  if (!(most > least) || highest - lowest <= 2 * (most - least)) return "";
  std::vector<std::string> names;
  std::erase_if(points, [&](const Point& point) {
    const Look& look = report.look(point.contender);
    if (!look.baseline || (point.score >= least && point.score <= most)) return false;
    names.push_back(concat(escaped(look.name), " (", fixed_text(point.score, 4), " in ",
                           short_seconds(point.seconds), ")"));
    return true;
  });
  return names.empty() ? "" : "Outside the picture: " + join(names) + ".";
}

void draw_panel(Report& report, const DatasetComparison& data, const char* what,
                double (*seconds)(const Standing&)) {
  std::vector<Point> points = points_of(data, seconds);
  if (points.empty()) return;
  const std::string text = sentence(report, data, points);
  const std::string left_out = leave_out_far_baselines(report, points);
  double least = points.front().score, most = least;
  for (const Point& point : points) {
    least = std::min(least, point.score);
    most = std::max(most, point.score);
  }
  Plane plane;
  plane.width = 400;
  plane.left = 60;
  plane.height = 275 + 14.0 * std::max(0.0, static_cast<double>(points.size()) - 8);
  plane.x = Axis::log(points.front().seconds, points.back().seconds);
  // Room, so that no mark sits on the border.
  const double room = (most - least) / 20;
  plane.y = Axis::linear(least - room, most + room);
  report.out << "<figure>";
  report.open_svg(plane.width, plane.height, concat("Score against ", what, " on ", data.dataset),
                  text);
  draw_plane(report.out, plane, concat(what, ", log scale"), data.metric);
  std::string front;
  for (const Point& point : points)
    if (point.front) {
      const std::string y = pixels(plane.at_y(point.score));
      front += front.empty() ? concat("M", pixels(plane.at_x(point.seconds)), " ", y)
                             : concat("H", pixels(plane.at_x(point.seconds)), "V", y);
    }
  report.out << "<path class=\"front\" d=\"" << front << "H" << pixels(plane.width - plane.right)
             << "\"/>\n";
  LabelPlaces labels(plane);
  for (const Point& point : points)
    labels.keep_free(plane.at_x(point.seconds), plane.at_y(point.score), 6);
  for (const Point& point : points) {
    const Look& look = report.look(point.contender);
    const double x = plane.at_x(point.seconds), y = plane.at_y(point.score);
    report.out << "<g class=\"" << look.css << "\">" << marker(x, y, look.shape) << "</g>";
  }
  for (const Point& point : points)
    labels.draw(report.out, plane.at_x(point.seconds), plane.at_y(point.score),
                report.look(point.contender).name);
  report.out << "</svg>";
  if (!left_out.empty()) report.out << "<figcaption class=\"soft\">" << left_out << "</figcaption>";
  report.out << "</figure>\n";
}

void write_table(Report& report, const DatasetComparison& data) {
  const std::vector<Point> points =
      points_of(data, [](const Standing& s) { return s.fit_seconds + s.predict_seconds; });
  report.open_table("Seconds on " + data.dataset,
                    {"contender", "fit", "predict", "both", "processor", "memory", "on the front"});
  for (const Point& point : points) {
    const Standing& standing = data.standings[point.contender];
    report.out << "<tr>";
    report.row_head(point.contender);
    report.cell(standing.fit_seconds, seconds_text(standing.fit_seconds));
    report.cell(standing.predict_seconds, seconds_text(standing.predict_seconds));
    report.cell(point.seconds, seconds_text(point.seconds));
    if (standing.cpu_seconds > 0)
      report.cell(standing.cpu_seconds, seconds_text(standing.cpu_seconds));
    else
      report.cell(std::nan(""), "-");
    report.cell(static_cast<double>(standing.peak_bytes), bytes_text(standing.peak_bytes));
    report.cell(point.front ? 1 : 0, point.front ? "yes" : "no");
    report.out << "</tr>\n";
  }
  report.close_table();
}

}  // namespace

void write_times(Report& report, const DatasetComparison& data) {
  if (points_of(data, [](const Standing& s) { return s.fit_seconds + s.predict_seconds; }).empty())
    return;
  report.out << "<h3>Score against time</h3>\n<p class=\"soft\">Mean seconds of a fold. The dashed "
                "line is the front: what lies on it is beaten by no other contender in score and "
                "time at once.</p>\n<div class=\"figures wide\">\n";
  draw_panel(report, data, "seconds to fit and predict",
             [](const Standing& s) { return s.fit_seconds + s.predict_seconds; });
  draw_panel(report, data, "seconds to predict",
             [](const Standing& s) { return s.predict_seconds; });
  report.out << "</div>\n<details><summary>Seconds as a table</summary>\n";
  write_table(report, data);
  report.out << "</details>\n";
}

}  // namespace grove::report
