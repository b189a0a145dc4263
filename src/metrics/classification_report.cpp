#include <algorithm>
#include <cmath>
#include <ostream>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/metrics/classification.hpp"

namespace grove::metrics {
namespace {

std::string support_text(double value) {
  return value == std::floor(value) && value < 1e15 ? fixed_text(value, 0) : fixed_text(value, 2);
}

std::string left_padded(const std::string& text, std::size_t width) {
  return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
}

}  // namespace

ClassificationReport classification_report(const LabelsView& y_true, const LabelsView& y_pred,
                                           const ReportOptions& options,
                                           const SampleWeights& weights) {
  const bool named = !options.class_names.empty();
  const int n_classes = static_cast<int>(options.class_names.size());
  ClassificationReport report;
  report.accuracy = accuracy(y_true, y_pred, weights);
  const PerClass each = precision_recall_per_class(
      y_true, y_pred, {.n_classes = n_classes, .zero_division = options.zero_division}, weights);
  std::vector<char> seen(static_cast<std::size_t>(each.support.size()), named ? 1 : 0);
  for (Index i = 0; i < y_true.size(); ++i) {
    seen[static_cast<std::size_t>(y_true[i])] = 1;
    seen[static_cast<std::size_t>(y_pred[i])] = 1;
  }
  report.macro.name = "macro avg";
  report.weighted.name = "weighted avg";
  for (Index c = 0; c < each.support.size(); ++c) {
    const auto at = static_cast<std::size_t>(c);
    if (seen[at] == 0) continue;
    report.classes.push_back({named ? options.class_names[at] : std::to_string(c),
                              each.precision[c], each.recall[c], each.f_beta[c], each.support[c]});
  }
  const auto add = [](ClassificationReport::Row& to, const ClassificationReport::Row& row,
                      double share) {
    to.precision += share * row.precision;
    to.recall += share * row.recall;
    to.f1 += share * row.f1;
    to.support += row.support;
  };
  const double total = each.support.sum();
  for (const ClassificationReport::Row& row : report.classes) {
    add(report.macro, row, 1 / static_cast<double>(report.classes.size()));
    add(report.weighted, row, row.support / total);
  }
  return report;
}

std::ostream& operator<<(std::ostream& out, const ClassificationReport& report) {
  std::size_t width = report.weighted.name.size();
  for (const auto& row : report.classes) width = std::max(width, printable(row.name).size());
  std::string text(width, ' ');
  text += "  precision     recall         f1    support\n\n";
  const auto line = [&](const ClassificationReport::Row& row) {
    text += left_padded(printable(row.name), width);
    for (double value : {row.precision, row.recall, row.f1}) {
      text += left_padded(fixed_text(value, 3), 11);
    }
    text += left_padded(support_text(row.support), 11) + '\n';
  };
  for (const auto& row : report.classes) line(row);
  text += '\n' + left_padded("accuracy", width) + std::string(22, ' ');
  text += left_padded(fixed_text(report.accuracy, 3), 11);
  text += left_padded(support_text(report.macro.support), 11) + '\n';
  line(report.macro);
  line(report.weighted);
  return out << text;
}

}  // namespace grove::metrics
