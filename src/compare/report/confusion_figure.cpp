#include <algorithm>
#include <cmath>

#include "compare/report/page.hpp"
#include "compare/report/report.hpp"
#include "core/text.hpp"
#include "grove/metrics/classification.hpp"

// Confusion matrices: tables of the page, shaded by the share of their row, so that everybody reads
// the same thing. Up to six classes show counts and shares, more show counts.

namespace grove::report {

namespace {

constexpr std::size_t with_shares = 6;  // classes at most

struct Mistake {
  double count;
  Index truth, predicted;
};

std::vector<Mistake> mistakes(const Matrix& counts) {
  std::vector<Mistake> found;
  for (Index i = 0; i < counts.rows(); ++i)
    for (Index j = 0; j < counts.cols(); ++j)
      if (i != j && counts(i, j) > 0) found.push_back({counts(i, j), i, j});
  std::stable_sort(found.begin(), found.end(),
                   [](const Mistake& a, const Mistake& b) { return a.count > b.count; });
  return found;
}

std::string mistake_text(const DatasetComparison& data, const Matrix& counts) {
  const std::vector<Mistake> found = mistakes(counts);
  if (found.empty()) return "No row is wrong.";
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < std::min<std::size_t>(3, found.size()); ++i)
    parts.push_back(concat(data.class_names[static_cast<std::size_t>(found[i].truth)],
                           " taken for ",
                           data.class_names[static_cast<std::size_t>(found[i].predicted)], " (",
                           fixed_text(found[i].count, 0), ")"));
  return "Most often wrong: " + join(parts) + ".";
}

/// Shade 0 to 9; 0 for none.
int shade(double share) { return share > 0 ? 1 + std::min(8, static_cast<int>(share * 8.999)) : 0; }

void write_cell(std::ostream& out, double count, double share, bool right, bool many) {
  const int level = shade(share);
  out << "<td";
  if (level > 0) out << " class=\"" << (right ? "r" : "w") << level << "\"";
  out << ">";
  if (count > 0 || !many) out << fixed_text(count, 0);
  if (!many && count > 0) out << "<small>" << fixed_text(100 * share, 0) << " %</small>";
  out << "</td>";
}

void write_matrix(Report& report, const DatasetComparison& data, std::size_t contender,
                  const Matrix& counts) {
  std::ostream& out = report.out;
  const bool many = data.class_names.size() > with_shares;
  out << "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Confusion matrix of "
      << escaped(report.look(contender).name) << " on " << escaped(data.dataset)
      << "\"><table class=\"confusion" << (many ? " many" : "") << "\"><caption>"
      << report.name_tag(contender) << " <span class=\"soft\">"
      << escaped(mistake_text(data, counts))
      << "</span></caption><thead><tr><td class=\"corner\">true &darr; predicted &rarr;</td>";
  for (const std::string& name : data.class_names)
    out << "<th scope=\"col\">" << escaped(name) << "</th>";
  out << "</tr></thead><tbody>\n";
  for (Index i = 0; i < counts.rows(); ++i) {
    const double n = counts.row(i).sum();
    out << "<tr><th scope=\"row\">" << escaped(data.class_names[static_cast<std::size_t>(i)])
        << "</th>";
    for (Index j = 0; j < counts.cols(); ++j)
      write_cell(out, counts(i, j), n > 0 ? counts(i, j) / n : 0, i == j, many);
    out << "</tr>\n";
  }
  out << "</tbody></table></div>\n";
}

}  // namespace

void write_confusion(Report& report, const DatasetComparison& data) {
  if (data.labels.size() == 0) return;
  const std::size_t k = data.class_names.size();
  const bool many = k > with_shares;
  // Many classes make large tables: only the best is in sight.
  const std::size_t in_sight = many ? 1 : 6;
  std::size_t n_written = 0;
  for (const std::size_t i : by_rank(data)) {
    const std::optional<Predicted> found = predicted_of(data, data.standings[i]);
    if (!found) continue;
    const Matrix counts =
        metrics::confusion_matrix(found->truth, found->labels, {.n_classes = static_cast<int>(k)});
    if (n_written == 0)
      report.out << "<h3>Confusion</h3>\n<p class=\"soft\">Rows are the true classes, columns the "
                    "predicted ones"
                 << (many ? "" : "; percentages are of the row")
                 << ". Right answers are shaded green, wrong ones red, by the share of their row. "
                    "Every row is counted once, when its model had not seen it.</p>\n<div"
                 << (many ? "" : " class=\"matrices\"") << ">\n";
    if (n_written == in_sight)
      report.out << "</div>\n<details><summary>Confusion of the others</summary>\n<div"
                 << (many ? "" : " class=\"matrices\"") << ">\n";
    write_matrix(report, data, i, counts);
    ++n_written;
  }
  if (n_written > 0) report.out << "</div>\n";
  if (n_written > in_sight) report.out << "</details>\n";
}

}  // namespace grove::report
