#include "compare/report/page.hpp"
#include "compare/report/prose.hpp"
#include "compare/report/report.hpp"
#include "core/text.hpp"

// The comparison as one page.

namespace grove {

namespace report {

namespace {

constexpr std::size_t most_open = 3;  // data sets that are not folded away

std::string anchor(std::size_t dataset) { return concat("data-", dataset + 1); }

std::string winner_text(const Report& report, const DatasetComparison& data) {
  const std::optional<std::size_t> best = best_of(data);
  if (!best) return "<span class=\"bad\">all failed</span>";
  return report.name_tag(*best) + " <span class=\"soft\">" +
         fixed_text(data.standings[*best].mean, 4) + "</span>";
}

void write_contents(Report& report) {
  report.out << "<nav aria-label=\"Contents\"><ul class=\"contents\">\n";
  for (std::size_t d = 0; d < report.comparison.datasets.size(); ++d) {
    const DatasetComparison& data = report.comparison.datasets[d];
    report.out << "<li><a href=\"#" << anchor(d) << "\">" << escaped(data.dataset) << "</a> "
               << winner_text(report, data) << "</li>\n";
  }
  report.out << "</ul></nav>\n";
}

void write_dataset(Report& report, std::size_t position) {
  const DatasetComparison& data = report.comparison.datasets[position];
  const bool folded = report.comparison.datasets.size() > most_open;
  report.out << "<section id=\"" << anchor(position) << "\">";
  if (folded) report.out << "<details class=\"fold\"><summary>";
  report.out << "<h2>" << escaped(data.dataset) << "</h2>";
  if (folded) report.out << " " << winner_text(report, data) << "</summary>";
  report.out << "\n<p class=\"soft\">"
             << count_text(static_cast<std::size_t>(data.n_rows), "row", "rows") << ", "
             << count_text(static_cast<std::size_t>(data.n_features), "column", "columns");
  if (!data.class_names.empty())
    report.out << ", " << count_text(data.class_names.size(), "class", "classes");
  report.out << "; " << escaped(data.splitter) << "</p>\n";
  write_findings(report, data);
  write_scores(report, data);
  write_times(report, data);
  write_work(report, data);
  write_tuning(report, data);
  write_confusion(report, data);
  write_roc(report, data);
  write_calibration(report, data);
  write_residuals(report, data);
  if (folded) report.out << "</details>";
  report.out << "</section>\n";
}

}  // namespace

}  // namespace report

std::string to_html(const Comparison& comparison, const Context& context) {
  report::Report page(comparison);
  const std::optional<report::Overall> overall = report::overall_of(comparison);
  open_page(page.out,
            concat(count_text(comparison.contenders.size(), "contender", "contenders"), " on ",
                   comparison.datasets.size() == 1
                       ? comparison.datasets.front().dataset
                       : count_text(comparison.datasets.size(), "data set", "data sets")));
  report::write_opening(page, overall);
  if (overall) report::write_ranks(page, *overall);
  report::write_contenders(page);
  if (comparison.datasets.size() > 1) report::write_contents(page);
  for (std::size_t d = 0; d < comparison.datasets.size(); ++d) report::write_dataset(page, d);
  report::write_downloads(page, overall);
  report::write_provenance(page, context);
  write_script(page.out);
  close_page(page.out);
  return page.out.str();
}

}  // namespace grove
