#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "compare/format.hpp"
#include "compare/page.hpp"
#include "grove/compare/comparison.hpp"
#include "grove/core/environment.hpp"

// One self-contained page: no script, no network, light and dark, readable on a phone.

namespace grove {

namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

std::string fixed1(double value) { return fixed_text(value, 1); }

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  void include(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  /// 0..1 within the range; the middle if it has no width.
  double place(double value) const { return high > low ? (value - low) / (high - low) : 0.5; }
};

constexpr double plot_width = 640;
constexpr double row_height = 30;
constexpr double left = 12;
constexpr double right = plot_width - 12;

/// Dots for the folds, a line for mean +- sd, a diamond for the mean; one row per contender, its
/// name above.
std::string dot_plot(const DatasetComparison& data) {
  Range range;
  for (const Standing& standing : data.standings)
    for (const FoldResult& fold : standing.result.folds)
      if (fold.error.empty()) range.include(fold.scores.front());
  std::ostringstream out;
  const double height = row_height * static_cast<double>(data.standings.size()) + 34;
  out << "<svg viewBox=\"0 0 " << plot_width << ' ' << height << "\" role=\"img\" aria-label=\""
      << escaped(data.metric) << " of every fold on " << escaped(data.dataset) << "\">";
  out << "<title>" << escaped(data.metric) << " of every fold on " << escaped(data.dataset)
      << "; the table below holds the numbers</title>";
  const auto x_of = [&](double value) { return left + range.place(value) * (right - left); };
  for (int tick = 0; tick <= 4 && range.high > range.low; ++tick) {
    const double value = range.low + (range.high - range.low) * tick / 4;
    const char* anchor = tick == 0 ? "start" : tick == 4 ? "end" : "middle";
    out << "<line class=\"grid\" x1=\"" << fixed1(x_of(value)) << "\" x2=\"" << fixed1(x_of(value))
        << "\" y1=\"4\" y2=\"" << fixed1(height - 22) << "\"/><text class=\"tick\" x=\""
        << fixed1(x_of(value)) << "\" y=\"" << fixed1(height - 6) << "\" text-anchor=\"" << anchor
        << "\">" << fixed_text(value, 3) << "</text>";
  }
  double y = 4;
  for (const Standing& standing : data.standings) {
    out << "<text class=\"name\" x=\"" << left << "\" y=\"" << fixed1(y + 11) << "\">"
        << escaped(standing.contender) << "</text>";
    const double center = y + 21;
    if (std::isnan(standing.mean)) {
      out << "<text class=\"failed\" x=\"" << left << "\" y=\"" << fixed1(center + 5)
          << "\">failed</text>";
      y += row_height;
      continue;
    }
    for (const FoldResult& fold : standing.result.folds)
      out << "<circle class=\"fold\" cx=\"" << fixed1(x_of(fold.scores.front())) << "\" cy=\""
          << fixed1(center) << "\" r=\"3\"/>";
    const double low = std::max(range.low, standing.mean - standing.std);
    const double high = std::min(range.high, standing.mean + standing.std);
    if (!std::isnan(standing.std))
      out << "<line class=\"spread\" x1=\"" << fixed1(x_of(low)) << "\" x2=\"" << fixed1(x_of(high))
          << "\" y1=\"" << fixed1(center) << "\" y2=\"" << fixed1(center) << "\"/>";
    const double x = x_of(standing.mean);
    out << "<path class=\"mean" << (standing.best ? " best" : "") << "\" d=\"M" << fixed1(x - 6)
        << ' ' << fixed1(center) << "L" << fixed1(x) << ' ' << fixed1(center - 6) << "L"
        << fixed1(x + 6) << ' ' << fixed1(center) << "L" << fixed1(x) << ' ' << fixed1(center + 6)
        << "Z\"/>";
    y += row_height;
  }
  out << "</svg>";
  return out.str();
}

/// Fit seconds as bars on a logarithmic scale, from a tenth of the quickest.
std::string time_bars(const DatasetComparison& data) {
  Range range;
  for (const Standing& standing : data.standings)
    if (!std::isnan(standing.mean)) range.include(std::log10(std::max(1e-7, standing.fit_seconds)));
  std::ostringstream out;
  out << "<ul class=\"bars\">";
  for (const Standing& standing : data.standings) {
    out << "<li><span class=\"who\">" << escaped(standing.contender) << "</span>";
    if (std::isnan(standing.mean)) {
      out << "<span class=\"failed\">failed</span></li>";
      continue;
    }
    const double place = (std::log10(std::max(1e-7, standing.fit_seconds)) - range.low + 1) /
                         (range.high - range.low + 1);
    out << "<span class=\"track\"><span class=\"bar\" style=\"width:" << fixed1(100 * place)
        << "%\"></span></span><span class=\"what\">" << seconds_text(standing.fit_seconds)
        << "</span></li>";
  }
  out << "</ul>";
  return out.str();
}

std::string work_text(const WorkCounts& work) {
  std::string text;
  for (const auto& [counter, count] : work)
    text += (text.empty() ? "" : ", ") + counter + " " + std::to_string(count);
  return text.empty() ? "-" : text;
}

std::string score_table(const DatasetComparison& data) {
  std::ostringstream out;
  out << "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Contender</th>";
  for (const std::string& metric : data.standings.front().result.metrics)
    out << "<th scope=\"col\">" << escaped(metric) << "</th>";
  out << "<th scope=\"col\">Rank</th><th scope=\"col\">p</th><th scope=\"col\">Fit</th><th "
         "scope=\"col\">Predict</th><th scope=\"col\">Memory</th>"
         "<th scope=\"col\">Work</th></tr></thead><tbody>";
  for (const Standing& standing : data.standings) {
    out << "<tr" << (standing.best ? " class=\"best\"" : "") << "><th scope=\"row\">"
        << escaped(standing.contender) << "<small>" << escaped(standing.result.model)
        << "</small></th>";
    const Index n_failed = standing.result.n_failed();
    if (n_failed > 0) {
      out << "<td class=\"failed\" colspan=\"" << standing.result.metrics.size() + 6
          << "\">failed on " << n_failed << " of " << standing.result.folds.size()
          << " folds: " << escaped(first_error(standing.result));
      if (!first_hint(standing.result).empty())
        out << "<br>Hint: " << escaped(first_hint(standing.result));
      out << "</td></tr>";
      continue;
    }
    for (const std::string& metric : standing.result.metrics)
      out << "<td>" << fixed_text(standing.result.mean(metric), 4) << " <small>&plusmn; "
          << fixed_text(standing.result.std(metric), 4) << "</small></td>";
    out << "<td>" << fixed1(standing.rank) << "</td><td>"
        << (standing.best ? "best" : escaped(p_value_text(standing.p_value))) << "</td><td>"
        << seconds_text(standing.fit_seconds) << "</td><td>"
        << seconds_text(standing.predict_seconds) << "</td><td>" << bytes_text(standing.peak_bytes)
        << "</td><td class=\"work\">" << escaped(work_text(standing.work)) << "</td></tr>";
  }
  out << "</tbody></table></div>";
  return out.str();
}

std::string dataset_section(const DatasetComparison& data) {
  std::ostringstream out;
  out << "<section><h2>" << escaped(data.dataset) << "</h2><p>" << data.n_rows << " rows, "
      << data.n_features << " columns. " << escaped(data.splitter) << "; " << escaped(data.metric)
      << ", " << (data.greater_is_better ? "larger" : "smaller")
      << " is better. Dots are folds, the diamond is their mean, the line one standard deviation "
         "to each side.</p>";
  out << "<figure>" << dot_plot(data) << "</figure>" << score_table(data);
  out << "<h3>Time to fit</h3><p>Mean per fold, on a logarithmic scale.</p>" << time_bars(data)
      << "</section>";
  return out.str();
}

std::string summary(const Comparison& comparison) {
  std::vector<std::size_t> order(comparison.contenders.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return comparison.average_ranks(static_cast<Index>(a)) <
           comparison.average_ranks(static_cast<Index>(b));
  });
  std::ostringstream out;
  out << "<section><h2>Average ranks</h2><ol class=\"ranks\">";
  for (const std::size_t i : order)
    out << "<li><span>" << escaped(comparison.contenders[i]) << "</span> <strong>"
        << fixed_text(comparison.average_ranks(static_cast<Index>(i)), 2) << "</strong></li>";
  out << "</ol><p>Rank 1 is the best mean on a data set; equal means share a rank, failures come "
         "last. All contenders had the same folds. "
         "p: corrected resampled t test against the best (Nadeau &amp; Bengio 2003), not adjusted "
         "for the number of comparisons.</p></section>";
  return out.str();
}

std::string provenance(const Comparison& comparison, const Context& context) {
  const Environment here = environment(context);
  std::ostringstream out;
  out << "<section><h2>Provenance</h2><dl><dt>grove</dt><dd>" << escaped(here.version)
      << ", commit " << escaped(here.commit) << "</dd><dt>Compiler</dt><dd>"
      << escaped(here.compiler) << " " << escaped(here.flags) << "</dd><dt>Processor</dt><dd>"
      << escaped(here.cpu) << ", " << here.threads << " threads</dd><dt>Seed</dt><dd>"
      << comparison.seed << "</dd>";
  for (const DatasetComparison& data : comparison.datasets)
    out << "<dt>" << escaped(data.dataset) << "</dt><dd>data <code>" << escaped(data.fingerprint)
        << "</code><br>folds <code>" << escaped(data.splits_sha256) << "</code></dd>";
  out << "</dl></section>";
  return out.str();
}

}  // namespace

std::string to_html(const Comparison& comparison, const Context& context) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out << page_head << "<main><h1>Comparison of " << comparison.contenders.size() << " models on "
      << comparison.datasets.size()
      << (comparison.datasets.size() == 1 ? " data set" : " data sets") << "</h1>"
      << summary(comparison);
  for (const DatasetComparison& data : comparison.datasets) out << dataset_section(data);
  out << provenance(comparison, context) << "</main></body></html>\n";
  return out.str();
}

}  // namespace grove
