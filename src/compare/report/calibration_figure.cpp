#include <algorithm>
#include <cmath>

#include "compare/report/report.hpp"
#include "compare/report/svg.hpp"
#include "core/text.hpp"

// Are the probabilities true? A reliability diagram per contender: ten bins of equal width, as
// metrics::expected_calibration_error has them, so that the distance of the points from the
// diagonal, weighted by their counts, is that error. Two classes: the probability of the second;
// more: that of the predicted class.

namespace grove::report {

namespace {

constexpr int n_bins = 10;
constexpr std::size_t in_sight = 6;  // the best; the others are folded away

struct Bin {
  double count = 0, predicted = 0, right = 0;  // sums
};

struct Reliability {
  std::size_t contender = 0;
  std::vector<Bin> bins = std::vector<Bin>(n_bins);
  double error = 0;
  double n = 0;
};

Reliability reliability_of(const Predicted& found, std::size_t contender) {
  Reliability result;
  result.contender = contender;
  for (Index i = 0; i < found.truth.size(); ++i) {
    Index column = 1;
    if (found.proba.cols() != 2) found.proba.row(i).maxCoeff(&column);
    const double p = found.proba(i, column);
    // Closed above.
    const int bin = std::clamp(static_cast<int>(std::ceil(p * n_bins)) - 1, 0, n_bins - 1);
    Bin& into = result.bins[static_cast<std::size_t>(bin)];
    ++into.count;
    into.predicted += p;
    if (found.truth(i) == column) ++into.right;
    ++result.n;
  }
  for (const Bin& bin : result.bins) result.error += std::abs(bin.right - bin.predicted) / result.n;
  return result;
}

/// Wilson's 95 % interval of a share.
std::pair<double, double> interval(double right, double n) {
  constexpr double z = 1.959963984540054;
  const double share = right / n;
  const double centre = (share + z * z / (2 * n)) / (1 + z * z / n);
  const double half =
      z / (1 + z * z / n) * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n));
  return {centre - half, centre + half};
}

std::string sentence(const Reliability& of) {
  std::vector<std::string> parts;
  for (const Bin& bin : of.bins)
    if (bin.count > 0)
      parts.push_back(concat(fixed_text(bin.predicted / bin.count, 2), " said, ",
                             fixed_text(bin.right / bin.count, 2), " true, of ",
                             fixed_text(bin.count, 0)));
  return concat("Expected calibration error ", fixed_text(of.error, 4), ". ", join(parts, 99), ".");
}

void draw_panel(Report& report, const DatasetComparison& data, const Reliability& of,
                const std::string& x_name) {
  constexpr double histogram = 40;
  Plane plane;
  plane.width = 300;
  plane.height = 330;
  plane.left = 52;
  plane.top = histogram + 16;
  plane.x = Axis::fixed(0, 1, 4, 2);
  plane.y = Axis::fixed(0, 1, 4, 2);
  const Look& look = report.look(of.contender);
  report.out << "<figure>";
  report.open_svg(plane.width, plane.height,
                  concat("Calibration of ", look.name, " on ", data.dataset), sentence(of));
  draw_plane(report.out, plane, x_name, "share that is true");
  report.out << svg_line(plane.at_x(0), plane.at_y(0), plane.at_x(1), plane.at_y(1), "diagonal")
             << "<g class=\"" << look.css << "\">";
  double most = 1;
  for (const Bin& bin : of.bins) most = std::max(most, bin.count);
  std::string line, points;
  for (int b = 0; b < n_bins; ++b) {
    const Bin& bin = of.bins[static_cast<std::size_t>(b)];
    if (!(bin.count > 0)) continue;
    const double x0 = plane.at_x(static_cast<double>(b) / n_bins) + 1.5;
    const double x1 = plane.at_x(static_cast<double>(b + 1) / n_bins) - 1.5;
    const double height = std::max(1.0, histogram * bin.count / most);
    report.out << "<rect class=\"bin\" x=\"" << pixels(x0) << "\" y=\""
               << pixels(histogram + 6 - height) << "\" width=\"" << pixels(x1 - x0)
               << "\" height=\"" << pixels(height) << "\"/>";
    const double x = plane.at_x(bin.predicted / bin.count);
    const auto [low, high] = interval(bin.right, bin.count);
    report.out << svg_line(x, plane.at_y(low), x, plane.at_y(high), "whisker");
    const double y = plane.at_y(bin.right / bin.count);
    line += concat(line.empty() ? "M" : "L", pixels(x), " ", pixels(y));
    points += marker(x, y, look.shape, 4);
  }
  report.out << "<path class=\"curve\" d=\"" << line << "\"/>" << points << "</g></svg><figcaption>"
             << report.name_tag(of.contender) << " <span class=\"soft\">ECE "
             << fixed_text(of.error, 4) << "</span></figcaption></figure>\n";
}

void write_table(Report& report, const DatasetComparison& data,
                 const std::vector<Reliability>& all) {
  report.open_table("Calibration on " + data.dataset,
                    {"contender", "probabilities", "rows", "mean said", "share true"});
  for (const Reliability& of : all)
    for (int b = 0; b < n_bins; ++b) {
      const Bin& bin = of.bins[static_cast<std::size_t>(b)];
      if (!(bin.count > 0)) continue;
      const double said = bin.predicted / bin.count, right = bin.right / bin.count;
      report.out << "<tr>";
      report.row_head(of.contender);
      report.cell(b, concat(fixed_text(0.1 * b, 1), " to ", fixed_text(0.1 * (b + 1), 1)));
      report.cell(bin.count, fixed_text(bin.count, 0));
      report.cell(said, fixed_text(said, 4));
      report.cell(right, fixed_text(right, 4));
      report.out << "</tr>\n";
      report.add_to_curves("calibration", data, of.contender, "", said, right, bin.count);
    }
  report.close_table();
}

}  // namespace

void write_calibration(Report& report, const DatasetComparison& data) {
  std::vector<Reliability> all;
  std::vector<std::string> without;
  for (const std::size_t i : by_rank(data)) {
    if (data.labels.size() == 0) return;
    const std::optional<Predicted> found = predicted_of(data, data.standings[i]);
    if (!found) continue;
    if (found->proba.size() == 0)
      without.push_back(report.look(i).name);
    else
      all.push_back(reliability_of(*found, i));
  }
  if (all.empty()) return;
  const bool two = data.class_names.size() == 2;
  report.out << "<h3>Calibration</h3>\n<p class=\"soft\">Of the rows to which a model gave "
             << (two ? "this probability of " + escaped(data.class_names[1])
                     : std::string("its class this probability"))
             << ", how many were "
             << (two ? escaped(data.class_names[1]) : std::string("of that class"))
             << "? On the diagonal the probabilities are true. Whiskers are 95 % intervals, bars "
                "on top the numbers of rows. ECE, the expected calibration error, is the mean "
                "distance from the diagonal over the rows.";
  if (!without.empty())
    report.out << " No probabilities come from " << escaped(join(without, 99)) << ".";
  report.out << "</p>\n<div class=\"figures\">\n";
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i == in_sight)
      report.out << "</div>\n<details><summary>Calibration of the others</summary>\n"
                    "<div class=\"figures\">\n";
    const Reliability& of = all[i];
    draw_panel(report, data, of, two ? "probability of " + data.class_names[1] : "probability");
  }
  report.out << (all.size() > in_sight ? "</div></details>\n" : "</div>\n")
             << "<details><summary>Calibration as a table</summary>\n";
  write_table(report, data, all);
  report.out << "</details>\n";
}

}  // namespace grove::report
