#include <algorithm>
#include <cmath>
#include <locale>
#include <map>
#include <set>
#include <sstream>

#include "compare/clustering_format.hpp"
#include "compare/format.hpp"
#include "compare/report/page.hpp"
#include "core/text.hpp"
#include "grove/core/environment.hpp"

// A comparison of clusterings as one page.

namespace grove {

namespace {

bool failed(const ClusteringStanding& standing) { return !standing.error.empty(); }

/// A model's expression that may be broken after its brackets, commas and bars, where a line is
/// short.
std::string breakable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += escaped(text.substr(i, 1));
    const bool at_break = text[i] == '(' || text[i] == ',' || text[i] == '|';
    if (at_break && i + 1 < text.size() && text[i + 1] != ')') out += "<wbr>";
  }
  return out;
}

std::string heading_of(const ClusterMeasure& measure) {
  std::string text = measure.name;
  std::replace(text.begin(), text.end(), '_', ' ');
  return escaped(text) + (measure.greater_is_better ? "" : "&nbsp;&darr;");
}

void write_failures(std::ostream& out, const ClusteringComparison& comparison) {
  for (const ClusteringStanding& standing : comparison.standings) {
    if (!failed(standing)) continue;
    out << "<div class=\"failures\"><p><strong>" << escaped(standing.contender)
        << "</strong> <span class=\"bad\">failed:</span> " << escaped(standing.error) << "</p>";
    if (!standing.hint.empty()) out << "<p class=\"soft\">" << escaped(standing.hint) << "</p>";
    out << "</div>\n";
  }
}

/// The bar under a score: from the worst of the contenders (5 %) to the best (100 %).
std::string bar_of(const ClusteringComparison& comparison, const ClusterScore& score,
                   std::size_t measure) {
  double least = score.value;
  double most = score.value;
  for (const ClusteringStanding& standing : comparison.standings) {
    const double value = standing.scores[measure].value;
    if (std::isnan(value)) continue;
    least = std::min(least, value);
    most = std::max(most, value);
  }
  double share = most > least ? (score.value - least) / (most - least) : 1;
  if (most > least && !comparison.measures[measure].greater_is_better) share = 1 - share;
  return percent(5 + 95 * share);
}

void write_row(std::ostream& out, const ClusteringComparison& comparison,
               const ClusteringStanding& standing) {
  out << "<tr><th scope=\"row\">" << breakable(standing.contender) << "</th>";
  if (failed(standing)) {
    out << "<td class=\"bad\">failed</td><td colspan=\"" << comparison.measures.size() + 3
        << "\"></td></tr>\n";
    return;
  }
  out << "<td>" << standing.n_clusters << "</td><td>" << noise_text(standing, comparison.n_rows)
      << "</td>";
  for (std::size_t m = 0; m < comparison.measures.size(); ++m) {
    const ClusterScore& score = standing.scores[m];
    if (std::isnan(score.value)) {
      out << "<td title=\"" << escaped(score.undefined) << "\">-</td>";
      continue;
    }
    out << "<td class=\"score" << (is_top(comparison, standing, m) ? " top" : "")
        << "\" style=\"--part:" << bar_of(comparison, score, m) << "\" title=\"rank "
        << fixed_text(score.rank, std::fmod(score.rank, 1) == 0 ? 0 : 1);
    if (comparison.measures[m].name == "stability" && comparison.options.stability.n_pairs > 1)
      out << ", &plusmn; " << fixed_text(standing.stability_std, 4);
    out << "\">" << score_text(score);
    out << "</td>";
  }
  out << "<td>" << seconds_text(standing.fit_seconds) << "</td><td>"
      << bytes_text(standing.peak_bytes) << "</td></tr>\n";
}

void write_table(std::ostream& out, const ClusteringComparison& comparison) {
  out << "<h3>Numbers</h3>\n<p class=\"soft\">Under each number a bar: the longer the better, from "
         "the worst to the best of its column. The best is bold.</p>\n<div class=\"scroll pinned\" "
         "role=\"region\" tabindex=\"0\" aria-label=\"Figures of all contenders\"><table><thead>"
         "<tr><th scope=\"col\">contender</th><th scope=\"col\">clusters</th>"
         "<th scope=\"col\">noise</th>";
  for (const ClusterMeasure& measure : comparison.measures)
    out << "<th scope=\"col\">" << heading_of(measure) << "</th>";
  out << "<th scope=\"col\">fit</th><th scope=\"col\">memory</th></tr></thead><tbody>\n";
  for (const ClusteringStanding& standing : comparison.standings)
    write_row(out, comparison, standing);
  out << "</tbody></table></div>\n";
}

void write_meaning(std::ostream& out, const ClusteringComparison& comparison) {
  out << "<section><h2>What each figure favours</h2>\n<p class=\"soft\">No figure is the truth: "
         "each prefers clusters of some kind. Choose the one whose kind you look for.</p>\n<dl>";
  for (const ClusterMeasure& measure : comparison.measures)
    out << "<dt>" << escaped(measure.name) << "</dt><dd>"
        << (measure.greater_is_better ? "" : "smaller is better; ") << escaped(measure.favours)
        << "</dd>\n";
  out << "</dl>\n<p>" << escaped(conditions_text(comparison)) << "</p></section>\n";
}

/// Places points in a picture of 320 x 240 with equal scales on both axes.
class Frame {
 public:
  static constexpr double width = 320;
  static constexpr double height = 240;

  explicit Frame(const Matrix& points) {
    for (int axis = 0; axis < 2; ++axis) {
      low_[axis] = points.col(axis).minCoeff();
      high_[axis] = points.col(axis).maxCoeff();
    }
    const double across = std::max(high_[0] - low_[0], 1e-300) / (width - 16);
    const double up = std::max(high_[1] - low_[1], 1e-300) / (height - 16);
    unit_ = std::max(across, up);
  }
  std::string place(const Matrix& points, Index i) const {
    const double x = width / 2 + (points(i, 0) - (low_[0] + high_[0]) / 2) / unit_;
    const double y = height / 2 - (points(i, 1) - (low_[1] + high_[1]) / 2) / unit_;
    return concat(fixed_text(x, 1), " ", fixed_text(y, 1));
  }

 private:
  double low_[2], high_[2];
  double unit_ = 1;
};

constexpr int n_colours = 10;
using Colours = std::map<int, int>;  // of each label

/// A cluster takes the colour of the reference's group that it shares most drawn rows with, largest
/// shares first; clusters that are left over take colours that are free.
Colours colours_like(const Labels& reference, const Labels& labels,
                     const std::vector<Index>& drawn_rows) {
  std::map<std::pair<int, int>, Index> shared;
  for (const Index row : drawn_rows)
    if (labels[row] >= 0 && reference[row] >= 0) ++shared[{reference[row], labels[row]}];
  std::vector<std::pair<Index, std::pair<int, int>>> order;
  for (const auto& [pair, count] : shared) order.push_back({-count, pair});
  std::sort(order.begin(), order.end());
  Colours colours;
  std::set<int> taken;
  for (const auto& [count, pair] : order)
    if (colours.count(pair.second) == 0 && taken.insert(pair.first).second)
      colours[pair.second] = pair.first;
  int next = 0;
  for (const Index row : drawn_rows) {
    if (labels[row] < 0 || colours.count(labels[row]) != 0) continue;
    while (taken.count(next) != 0) ++next;
    colours[labels[row]] = next;
    taken.insert(next);
  }
  return colours;
}

/// One path for each colour: points are lines of no length with round ends.
void draw_points(std::ostream& out, const ClusteringComparison& comparison, const Frame& frame,
                 const Labels& labels, const Colours& colours) {
  std::map<int, std::string> paths;
  for (std::size_t i = 0; i < comparison.drawn_rows.size(); ++i) {
    const int label = labels[comparison.drawn_rows[i]];
    std::string& path = paths[label < 0 ? -1 : colours.at(label) % n_colours];
    path += "M" + frame.place(comparison.drawn_points, static_cast<Index>(i)) + "h0";
  }
  for (const auto& [colour, path] : paths)
    out << "<path class=\"" << (colour < 0 ? std::string("noise") : concat("c", colour))
        << "\" d=\"" << path << "\"/>";
}

void write_figure(std::ostream& out, const ClusteringComparison& comparison, const Frame& frame,
                  const Labels& labels, const Labels& reference, const std::string& name,
                  const std::string& caption) {
  out << "<figure><svg role=\"img\" viewBox=\"0 0 " << Frame::width << " " << Frame::height
      << "\"><title>" << escaped(concat(name, ": ", caption)) << "</title>";
  draw_points(out, comparison, frame, labels,
              colours_like(reference, labels, comparison.drawn_rows));
  out << "</svg><figcaption><strong>" << breakable(name) << "</strong><br><span class=\"soft\">"
      << escaped(caption) << "</span></figcaption></figure>\n";
}

std::string caption_of(const ClusteringComparison& comparison, const ClusteringStanding& standing) {
  std::string text =
      count_text(static_cast<std::size_t>(standing.n_clusters), "cluster", "clusters");
  if (standing.n_noise > 0) text += ", " + noise_text(standing, comparison.n_rows) + " noise";
  for (std::size_t m = 0; m < comparison.measures.size(); ++m)
    if (comparison.measures[m].name == "silhouette" || comparison.measures[m].name == "dbcv")
      text += concat(", ", comparison.measures[m].name, " ", score_text(standing.scores[m]));
  return text;
}

void write_plots(std::ostream& out, const ClusteringComparison& comparison) {
  out << "<section><h2>Pictures</h2>\n";
  if (comparison.drawn_rows.empty()) {
    out << "<p>No points are drawn"
        << (comparison.not_drawn.empty() ? "" : ": " + escaped(comparison.not_drawn))
        << ".</p></section>\n";
    return;
  }
  const Vector shares = 100 * comparison.explained_variance;
  out << "<p class=\"soft\">" << comparison.drawn_rows.size() << " of " << comparison.n_rows
      << " rows on the first two principal components, which hold " << fixed_text(shares[0], 0)
      << " % and " << fixed_text(shares[1], 0)
      << " % of the variance: what lies apart in other directions may overlap here. Each colour is "
         "a cluster, like ones in like colours; they return after "
      << n_colours << "; noise is grey.</p>\n<div class=\"figures\">\n";
  const Frame frame(comparison.drawn_points);
  Labels reference = comparison.truth;
  for (const ClusteringStanding& standing : comparison.standings)
    if (reference.size() == 0) reference = standing.labels;
  if (comparison.truth.size() > 0)
    write_figure(out, comparison, frame, comparison.truth, comparison.truth, comparison.target,
                 concat("the ", comparison.truth.maxCoeff() + 1,
                        " classes, which the clusterers do not see"));
  for (const ClusteringStanding& standing : comparison.standings)
    if (!failed(standing))
      write_figure(out, comparison, frame, standing.labels, reference, standing.contender,
                   caption_of(comparison, standing));
  out << "</div></section>\n";
}

/// As images, because the style sheets of drawings would meet each other and the page's.
void write_drawings(std::ostream& out, const ClusteringComparison& comparison) {
  for (const ClusteringStanding& standing : comparison.standings) {
    if (standing.drawings.empty()) continue;
    out << "<section><h2>" << breakable(standing.contender) << "</h2>\n";
    for (const Drawing& drawing : standing.drawings)
      out << "<h3>" << escaped(drawing.title)
          << "</h3>\n<div class=\"drawing scroll\" role=\"region\" tabindex=\"0\" aria-label=\""
          << escaped(drawing.title) << "\"><img alt=\"" << escaped(drawing.title) << " of "
          << escaped(standing.contender) << "\" src=\""
          << data_address("image/svg+xml", drawing.svg) << "\"></div>\n";
    out << "</section>\n";
  }
}

void write_work(std::ostream& out, const ClusteringComparison& comparison) {
  out << "<details><summary>Models, counted work and warnings</summary>\n<dl>";
  for (const ClusteringStanding& standing : comparison.standings) {
    out << "<dt>" << escaped(standing.contender) << "</dt><dd><code>" << escaped(standing.model)
        << "</code>";
    for (const auto& [counter, count] : standing.work)
      out << "<br>" << escaped(counter) << ": " << count;
    for (const std::string& warning : standing.warnings) out << "<br>" << escaped(warning);
    for (std::size_t m = 0; m < comparison.measures.size(); ++m)
      if (!failed(standing) && !standing.scores[m].undefined.empty())
        out << "<br>no " << escaped(comparison.measures[m].name) << ": "
            << escaped(standing.scores[m].undefined);
    out << "</dd>\n";
  }
  out << "<dt>data fingerprint</dt><dd><code>" << escaped(comparison.fingerprint)
      << "</code></dd></dl></details>\n";
}

}  // namespace

std::string to_html(const ClusteringComparison& comparison, const Context& context) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  open_page(out, concat(count_text(comparison.standings.size(), "clustering", "clusterings"),
                        " of ", comparison.dataset.empty() ? "the data" : comparison.dataset));
  out << "<p class=\"soft\">" << comparison.n_rows << " rows, "
      << count_text(static_cast<std::size_t>(comparison.n_columns), "column", "columns");
  if (!comparison.target.empty())
    out << "; " << escaped(comparison.target) << " is held back from the fits";
  out << ". Compared with grove " << escaped(environment(context).version)
      << ".</p>\n<section><h2>Results</h2>\n";
  write_failures(out, comparison);
  write_table(out, comparison);
  write_work(out, comparison);
  out << "</section>\n";
  write_plots(out, comparison);
  write_drawings(out, comparison);
  write_meaning(out, comparison);
  out << "<section><h2>How this was made</h2>\n<p>Every clusterer was fitted once on all rows; "
         "seconds, memory (the rise of the process) and counted work are those of that fit.</p>\n"
         "<dl>";
  write_environment(out, environment(context));
  out << "<dt>seed</dt><dd>" << comparison.options.seed << "</dd></dl></section>\n";
  close_page(out);
  return out.str();
}

}  // namespace grove
