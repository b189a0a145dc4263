#include <algorithm>
#include <cmath>
#include <locale>
#include <numeric>
#include <sstream>

#include "compare/format.hpp"
#include "compare/report/page.hpp"
#include "core/text.hpp"
#include "grove/compare/comparison.hpp"
#include "grove/core/environment.hpp"

// The comparison as one page. The drawings place things in percent of their width and in pixels of
// height, so that text and dots keep their size on a phone.

namespace grove {

namespace {

bool failed(const Standing& standing) { return standing.result.n_failed() > 0; }

/// A stretch of numbers drawn from 1 % to 99 % of the width, with about four round ticks.
struct Axis {
  double low = 0;
  double high = 1;
  double step = 0.25;
  int digits = 2;

  Axis(double least, double most) {
    if (!(most > least)) {
      const double room = std::max(std::abs(least) * 0.05, 1e-6);
      least -= room;
      most += room;
    }
    const double rough = (most - least) / 4;
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    const double share = rough / power;
    step = power * (share < 1.5 ? 1 : share < 3.5 ? 2 : share < 7.5 ? 5 : 10);
    low = std::floor(least / step) * step;
    high = std::ceil(most / step) * step;
    digits = std::clamp(static_cast<int>(-std::floor(std::log10(step) + 1e-9)), 0, 9);
  }
  long n_steps() const { return std::lround((high - low) / step); }
  double tick(long i) const { return low + static_cast<double>(i) * step; }
  double place(double value) const { return 1 + 98 * (value - low) / (high - low); }
};

std::vector<double> finite_scores(const Standing& standing, const std::string& metric) {
  std::vector<double> kept;
  for (const double score : standing.result.scores(metric))
    if (std::isfinite(score)) kept.push_back(score);
  return kept;
}

std::string score_sentence(const Standing& standing, const std::vector<double>& scores) {
  std::string text = standing.contender + ": ";
  if (failed(standing)) text += "failed";
  if (failed(standing) || scores.empty()) return text + ".";
  const auto [least, most] = std::minmax_element(scores.begin(), scores.end());
  return text + "mean " + fixed_text(standing.mean, 4) + ", folds from " + fixed_text(*least, 4) +
         " to " + fixed_text(*most, 4) + (standing.best ? ", the best." : ".");
}

/// The line above a drawing, as text of the page so that long names wrap; then the drawing, which
/// tells readers who do not see it `sentence`.
void open_row(std::ostream& out, const Standing& standing, const std::string& value,
              const std::string& sentence, int height) {
  out << "<div class=\"row" << (standing.best ? " best" : "") << "\"><span class=\"name\">"
      << escaped(standing.contender) << "</span><span class=\""
      << (failed(standing) ? "bad" : "soft") << "\">" << (failed(standing) ? "failed" : value)
      << "</span></div>\n<svg role=\"img\"" << (standing.best ? " class=\"best\"" : "")
      << " height=\"" << height << "\"><title>" << escaped(sentence) << "</title>";
}

void draw_tick_labels(std::ostream& out, const Axis& axis) {
  out << "<svg aria-hidden=\"true\" height=\"18\">";
  for (long i = 0; i <= axis.n_steps(); ++i) {
    const char* anchor = i == 0 ? "start" : i == axis.n_steps() ? "end" : "middle";
    const double value = axis.tick(i);
    out << "<text x=\"" << percent(axis.place(value)) << "\" y=\"13\" text-anchor=\"" << anchor
        << "\">" << fixed_text(std::abs(value) < axis.step / 2 ? 0 : value, axis.digits)
        << "</text>";
  }
  out << "</svg>\n";
}

void draw_scores_row(std::ostream& out, const Axis& axis, const Standing& standing,
                     const std::vector<double>& scores) {
  open_row(out, standing, fixed_text(standing.mean, 4), score_sentence(standing, scores), 24);
  out << "<line class=\"track\" x1=\"1%\" x2=\"99%\" y1=\"12\" y2=\"12\"/>";
  for (long i = 0; i <= axis.n_steps(); ++i) {
    const std::string x = percent(axis.place(axis.tick(i)));
    out << "<line class=\"grid\" x1=\"" << x << "\" x2=\"" << x << "\" y1=\"0\" y2=\"24\"/>";
  }
  // Folds with equal scores would hide each other: five heights in turn.
  for (std::size_t i = 0; i < scores.size(); ++i)
    out << "<circle class=\"dot\" r=\"4\" cx=\"" << percent(axis.place(scores[i])) << "\" cy=\""
        << 8 + 2 * (i % 5) << "\"/>";
  if (std::isfinite(standing.mean)) {
    const std::string x = percent(axis.place(standing.mean));
    out << "<line class=\"mean\" x1=\"" << x << "\" x2=\"" << x << "\" y1=\"2\" y2=\"22\"/>";
  }
  out << "</svg>\n";
}

void draw_scores(std::ostream& out, const DatasetComparison& data) {
  std::vector<std::vector<double>> scores;
  std::vector<double> all;
  for (const Standing& standing : data.standings) {
    scores.push_back(finite_scores(standing, data.metric));
    all.insert(all.end(), scores.back().begin(), scores.back().end());
  }
  out << "<h3>Scores</h3>\n<p class=\"soft\">" << escaped(data.metric)
      << (data.greater_is_better ? ", larger is better" : ", smaller is better")
      << ". A dot is a fold, the bar across is the mean.</p>\n";
  if (all.empty()) {
    out << "<p>No fold has a score.</p>\n";
    return;
  }
  const auto [least, most] = std::minmax_element(all.begin(), all.end());
  const Axis axis(*least, *most);
  for (std::size_t i = 0; i < scores.size(); ++i)
    draw_scores_row(out, axis, data.standings[i], scores[i]);
  draw_tick_labels(out, axis);
}

void draw_times(std::ostream& out, const DatasetComparison& data) {
  double longest = 0;
  for (const Standing& standing : data.standings)
    if (!failed(standing))
      longest = std::max(longest, standing.fit_seconds + standing.predict_seconds);
  if (!(longest > 0)) return;
  out << "<h3>Time</h3>\n<p class=\"soft\">Mean of the folds: <span class=\"key\" "
         "style=\"background:var(--fit)\"></span>fit<span class=\"key\" "
         "style=\"background:var(--predict)\"></span>predict</p>\n";
  for (const Standing& standing : data.standings) {
    const std::string fit = seconds_text(standing.fit_seconds);
    const std::string predict = seconds_text(standing.predict_seconds);
    open_row(out, standing, concat(fit, " + ", predict),
             failed(standing) ? standing.contender + ": failed"
                              : concat(standing.contender, ": fit ", fit, ", predict ", predict),
             14);
    if (!failed(standing)) {
      const double fit_width = 98 * standing.fit_seconds / longest;
      out << "<rect class=\"fit\" x=\"1%\" height=\"14\" width=\"" << percent(fit_width)
          << "\"/><rect class=\"predict\" x=\"" << percent(1 + fit_width)
          << "\" height=\"14\" width=\"" << percent(98 * standing.predict_seconds / longest)
          << "\"/>";
    }
    out << "</svg>\n";
  }
}

void write_row(std::ostream& out, const Standing& standing,
               const std::vector<std::string>& metrics) {
  out << "<tr" << (standing.best ? " class=\"best\"" : "") << "><th scope=\"row\">"
      << escaped(standing.contender) << "</th>";
  if (failed(standing)) {
    out << "<td class=\"bad\">failed on " << standing.result.n_failed() << " of "
        << standing.result.folds.size() << "</td><td>" << fixed_text(standing.rank, 1)
        << "</td><td>-</td>";
    for (std::size_t i = 1; i < metrics.size() + 3; ++i) out << "<td>-</td>";
    out << "</tr>\n";
    return;
  }
  out << "<td>" << fixed_text(standing.mean, 4) << " &plusmn; " << fixed_text(standing.std, 4)
      << "</td><td>" << fixed_text(standing.rank, 1) << "</td><td>"
      << (standing.best ? "best" : escaped(p_value_text(standing.p_value))) << "</td>";
  for (std::size_t i = 1; i < metrics.size(); ++i)
    out << "<td>" << fixed_text(standing.result.mean(metrics[i]), 4) << " &plusmn; "
        << fixed_text(standing.result.std(metrics[i]), 4) << "</td>";
  out << "<td>" << seconds_text(standing.fit_seconds) << "</td><td>"
      << seconds_text(standing.predict_seconds) << "</td><td>" << bytes_text(standing.peak_bytes)
      << "</td></tr>\n";
}

void write_table(std::ostream& out, const DatasetComparison& data) {
  const std::vector<std::string>& metrics = data.standings.front().result.metrics;
  out << "<h3>Numbers</h3>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
         "aria-label=\"Results on "
      << escaped(data.dataset) << "\"><table><thead><tr><th scope=\"col\">contender</th>"
      << "<th scope=\"col\">" << escaped(data.metric) << "</th><th scope=\"col\">rank</th>"
      << "<th scope=\"col\">p</th>";
  for (std::size_t i = 1; i < metrics.size(); ++i)
    out << "<th scope=\"col\">" << escaped(metrics[i]) << "</th>";
  out << "<th scope=\"col\">fit</th><th scope=\"col\">predict</th><th scope=\"col\">memory</th>"
         "</tr></thead><tbody>\n";
  for (const Standing& standing : data.standings) write_row(out, standing, metrics);
  out << "</tbody></table></div>\n";
}

void write_failures(std::ostream& out, const DatasetComparison& data) {
  for (const Standing& standing : data.standings) {
    if (!failed(standing)) continue;
    out << "<div class=\"failures\"><p><strong>" << escaped(standing.contender) << "</strong> "
        << "<span class=\"bad\">failed on " << standing.result.n_failed() << " of "
        << standing.result.folds.size() << " folds:</span> "
        << escaped(first_error(standing.result)) << "</p>";
    if (!first_hint(standing.result).empty())
      out << "<p class=\"soft\">" << escaped(first_hint(standing.result)) << "</p>";
    out << "</div>\n";
  }
}

void write_work(std::ostream& out, const DatasetComparison& data) {
  out << "<details><summary>Models, counted work and folds</summary>\n<dl>";
  for (const Standing& standing : data.standings) {
    out << "<dt>" << escaped(standing.contender) << "</dt><dd><code>"
        << escaped(standing.result.model) << "</code>";
    for (const auto& [counter, count] : standing.work)
      out << "<br>" << escaped(counter) << ": " << count;
    out << "</dd>\n";
  }
  out << "<dt>data fingerprint</dt><dd><code>" << escaped(data.fingerprint)
      << "</code></dd>\n<dt>folds</dt><dd>" << escaped(data.splitter)
      << ", the same for all</dd>\n<dt>SHA-256 of the folds</dt><dd><code>"
      << escaped(data.splits_sha256) << "</code></dd></dl></details>\n";
}

void write_ranks(std::ostream& out, const Comparison& comparison) {
  std::vector<std::size_t> order(comparison.contenders.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto rank_of = [&](std::size_t i) {
    return comparison.average_ranks(static_cast<Index>(i));
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return rank_of(a) < rank_of(b); });
  out << "<section><h2>Average ranks</h2>\n<p class=\"soft\">1 is best; a contender that fails on "
         "a data set comes last there.</p>\n<div class=\"scroll\"><table><thead><tr>"
         "<th scope=\"col\">contender</th><th scope=\"col\">average "
         "rank</th></tr></thead><tbody>\n";
  for (const std::size_t i : order)
    out << "<tr><th scope=\"row\">" << escaped(comparison.contenders[i]) << "</th><td>"
        << fixed_text(rank_of(i), 2) << "</td></tr>\n";
  out << "</tbody></table></div></section>\n";
}

void write_provenance(std::ostream& out, const Comparison& comparison, const Context& context) {
  out << "<section><h2>How this was made</h2>\n<p>On each data set the folds were made once and "
         "are the same for all contenders; all that a contender learns it learns inside the fold. "
         "p: two-sided corrected resampled t test against the best (Nadeau &amp; Bengio 2003), not "
         "corrected for the number of contenders. &plusmn;: standard deviation over the folds. "
         "Memory: largest rise of the process during a fold.</p>\n<dl>";
  write_environment(out, context);
  out << "<dt>seed</dt><dd>" << comparison.seed << "</dd></dl></section>\n";
}

}  // namespace

std::string to_html(const Comparison& comparison, const Context& context) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  const std::string title = count_text(comparison.contenders.size(), "contender", "contenders") +
                            " on " +
                            count_text(comparison.datasets.size(), "data set", "data sets");
  open_page(out, title);
  out << "<p class=\"soft\">Compared by cross-validation with grove "
      << escaped(environment(context).version) << ".</p>\n";
  if (comparison.datasets.size() > 1) write_ranks(out, comparison);
  for (const DatasetComparison& data : comparison.datasets) {
    out << "<section><h2>" << escaped(data.dataset) << "</h2>\n<p class=\"soft\">" << data.n_rows
        << " rows, " << count_text(static_cast<std::size_t>(data.n_features), "column", "columns")
        << "; " << escaped(data.splitter) << "</p>\n";
    write_failures(out, data);
    draw_scores(out, data);
    draw_times(out, data);
    write_table(out, data);
    write_work(out, data);
    out << "</section>\n";
  }
  write_provenance(out, comparison, context);
  close_page(out);
  return out.str();
}

}  // namespace grove
