#include <algorithm>
#include <cmath>

#include "compare/format.hpp"
#include "compare/report/page.hpp"
#include "compare/report/report.hpp"
#include "compare/report/svg.hpp"
#include "core/text.hpp"

// Scores of every fold as dots. Things are placed in percent of the width and in pixels of height,
// so that text and dots keep their size on a phone.

namespace grove::report {

namespace {

constexpr std::size_t most_folds = 200;  // drawn, and in the table; leave-one-out has many

/// Of many scores, evenly spaced ones from the least to the largest.
std::vector<double> thinned(std::vector<double> scores) {
  if (scores.size() <= most_folds) return scores;
  std::sort(scores.begin(), scores.end());
  std::vector<double> kept;
  for (std::size_t i = 0; i < most_folds; ++i)
    kept.push_back(scores[i * (scores.size() - 1) / (most_folds - 1)]);
  return kept;
}

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

std::string x_percent(const Axis& axis, double value) {
  return percent(1 + 98 * axis.place(value));
}

void draw_row(Report& report, const Axis& axis, std::size_t contender, const Standing& standing,
              const std::vector<double>& scores) {
  std::ostream& out = report.out;
  const std::string id = report.new_id("f");
  out << "<div class=\"row" << (standing.best ? " best" : "") << "\"><span class=\"name\">"
      << report.name_tag(contender) << "</span><span class=\""
      << (failed(standing) ? "bad" : "soft") << "\">"
      << (failed(standing) ? "failed" : fixed_text(standing.mean, 4))
      << "</span></div>\n<svg role=\"img\" aria-labelledby=\"" << id << "\" class=\"dots "
      << report.look(contender).css << "\" height=\"24\"><title id=\"" << id << "\">"
      << escaped(score_sentence(standing, scores))
      << "</title><line class=\"track\" x1=\"1%\" x2=\"99%\" y1=\"12\" y2=\"12\"/>";
  for (const double tick : axis.ticks()) {
    const std::string x = x_percent(axis, tick);
    out << "<line class=\"grid\" x1=\"" << x << "\" x2=\"" << x << "\" y1=\"0\" y2=\"24\"/>";
  }
  // Folds with equal scores would hide each other: five heights in turn.
  for (std::size_t i = 0; i < scores.size(); ++i)
    out << "<circle class=\"dot\" r=\"4\" cx=\"" << x_percent(axis, scores[i]) << "\" cy=\""
        << 8 + 2 * (i % 5) << "\"/>";
  if (!axis.holds(standing.mean)) {
    const bool left = standing.mean < axis.low();
    out << "<text x=\"" << (left ? 1 : 99) << "%\" dx=\"" << (left ? 6 : -6)
        << "\" y=\"16\" text-anchor=\"" << (left ? "start" : "end") << "\">"
        << (left ? "← outside" : "outside →") << "</text>";
  } else if (std::isfinite(standing.mean)) {
    const std::string x = x_percent(axis, standing.mean);
    out << "<line class=\"mean\" x1=\"" << x << "\" x2=\"" << x << "\" y1=\"2\" y2=\"22\"/>";
  }
  out << "</svg>\n";
}

void draw_tick_labels(std::ostream& out, const Axis& axis) {
  out << "<svg aria-hidden=\"true\" class=\"ticks\" height=\"18\">";
  for (std::size_t i = 0; i < axis.ticks().size(); ++i) {
    const char* anchor = i == 0 ? "start" : i + 1 == axis.ticks().size() ? "end" : "middle";
    const double tick = axis.ticks()[i];
    out << "<text x=\"" << x_percent(axis, tick) << "\" y=\"13\" text-anchor=\"" << anchor << "\">"
        << axis.label(tick) << "</text>";
  }
  out << "</svg>\n";
}

/// The scores that the axis spans. A baseline that lies far from the models would squeeze them
/// together: it is left out if it takes more than half of the axis.
std::vector<double> drawn_scores(const DatasetComparison& data,
                                 const std::vector<std::vector<double>>& scores) {
  std::vector<double> models, all;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    std::vector<double> own = scores[i];
    if (std::isfinite(data.standings[i].mean)) own.push_back(data.standings[i].mean);
    all.insert(all.end(), own.begin(), own.end());
    if (!is_baseline(data.standings[i])) models.insert(models.end(), own.begin(), own.end());
  }
  if (models.empty()) return all;
  const auto [least, most] = std::minmax_element(models.begin(), models.end());
  const auto [lowest, highest] = std::minmax_element(all.begin(), all.end());
  const bool squeezed = *most > *least && *highest - *lowest > 2 * (*most - *least);
  return squeezed ? models : all;
}

void draw_dots(Report& report, const DatasetComparison& data) {
  std::vector<std::vector<double>> scores;
  for (const Standing& standing : data.standings)
    scores.push_back(finite_scores(standing, data.metric));
  const std::vector<double> all = drawn_scores(data, scores);
  report.out << "<h3>Scores</h3>\n<p class=\"soft\">" << escaped(data.metric)
             << (data.greater_is_better ? ", larger is better" : ", smaller is better")
             << ". A dot is a fold, the bar across is the mean.";
  const std::size_t n_folds = data.standings.front().result.folds.size();
  if (n_folds > most_folds)
    report.out << " " << most_folds << " of " << n_folds
               << " folds are drawn, evenly spaced from the least score to the largest.";
  report.out << "</p>\n";
  if (all.empty()) {
    report.out << "<p>No fold has a score.</p>\n";
    return;
  }
  const auto [least, most] = std::minmax_element(all.begin(), all.end());
  const Axis axis = Axis::linear(*least, *most);
  for (const std::size_t i : by_rank(data)) {
    if (!axis.holds(data.standings[i].mean)) scores[i].clear();
    draw_row(report, axis, i, data.standings[i], thinned(scores[i]));
  }
  draw_tick_labels(report.out, axis);
}

std::string mean_text(const Standing& standing, const std::string& metric) {
  return fixed_text(standing.result.mean(metric), 4) + " ± " +
         fixed_text(standing.result.std(metric), 4);
}

void write_row(Report& report, std::size_t contender, const Standing& standing,
               const AgainstBest& against, const std::vector<std::string>& metrics) {
  std::ostream& out = report.out;
  out << "<tr" << (standing.best ? " class=\"best\"" : "") << ">";
  report.row_head(contender);
  report.cell(standing.rank, fixed_text(standing.rank, std::fmod(standing.rank, 1) == 0 ? 0 : 1));
  if (failed(standing)) {
    out << "<td class=\"bad\" data-v=\"\">failed on " << standing.result.n_failed() << " of "
        << standing.result.folds.size() << "</td>";
    for (std::size_t i = 1; i < metrics.size() + 4; ++i) out << "<td data-v=\"\">-</td>";
    out << "</tr>\n";
    return;
  }
  report.cell(standing.mean, mean_text(standing, metrics.front()));
  if (standing.best) {
    out << "<td data-v=\"0\">best</td><td data-v=\"1\">-</td><td data-v=\"1\">-</td>";
  } else if (std::isnan(against.p_holm)) {
    out << "<td data-v=\"\">-</td><td data-v=\"\">-</td><td data-v=\"\">-</td>";
  } else {
    report.cell(against.behind.mean,
                concat(fixed_text(against.behind.mean, 4), " [", fixed_text(against.behind.low, 4),
                       ", ", fixed_text(against.behind.high, 4), "]"));
    report.cell(standing.p_value, p_value_text(standing.p_value));
    report.cell(against.p_holm, p_value_text(against.p_holm));
  }
  for (std::size_t i = 1; i < metrics.size(); ++i)
    report.cell(standing.result.mean(metrics[i]), mean_text(standing, metrics[i]));
  out << "</tr>\n";
}

void write_folds(Report& report, const DatasetComparison& data) {
  if (data.standings.front().result.folds.size() > most_folds) return;  // they are in the CSV
  report.out << "<details><summary>Every fold's " << escaped(data.metric) << "</summary>\n";
  std::vector<std::string> head = {"repeat.fold"};
  for (const Look& look : report.looks) head.push_back(look.name);
  report.open_table("Scores of every fold on " + data.dataset, head);
  const std::vector<FoldResult>& folds = data.standings.front().result.folds;
  std::vector<Vector> scores;
  for (const Standing& standing : data.standings)
    scores.push_back(standing.result.scores(data.metric));
  for (std::size_t f = 0; f < folds.size(); ++f) {
    report.out << "<tr><th scope=\"row\" data-v=\"" << f << "\">" << folds[f].repeat + 1 << "."
               << folds[f].fold + 1 << "</th>";
    for (const Vector& of : scores)
      report.cell(of(static_cast<Index>(f)), fixed_text(of(static_cast<Index>(f)), 4));
    report.out << "</tr>\n";
  }
  report.close_table();
  report.out << "</details>\n";
}

}  // namespace

void write_scores(Report& report, const DatasetComparison& data) {
  draw_dots(report, data);
  const std::vector<std::string>& metrics = data.standings.front().result.metrics;
  report.out << "<h3>Numbers</h3>\n";
  std::vector<std::string> head = {"contender",          "rank", data.metric,
                                   "behind best [95 %]", "p",    "p (Holm)"};
  head.insert(head.end(), metrics.begin() + 1, metrics.end());
  report.open_table("Results on " + data.dataset, head);
  const std::vector<AgainstBest> against = against_best(data);
  for (const std::size_t i : by_rank(data))
    write_row(report, i, data.standings[i], against[i], metrics);
  report.close_table();
  write_folds(report, data);
}

}  // namespace grove::report
