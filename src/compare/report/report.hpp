#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compare/report/sheet.hpp"
#include "compare/report/standings.hpp"
#include "grove/compare/comparison.hpp"

// The page of a comparison while it is written; each figure has a file of its own. Where the
// comparison has nothing to show in a figure, that figure is left out.

namespace grove::report {

/// A contender looks the same all over the page.
struct Look {
  std::string name;  // shortened, unique
  std::string css;   // class of its colour
  int shape = 0;     // of its marks
  bool baseline = false;
};

class Report : public Sheet {
 public:
  explicit Report(const Comparison& comparison);

  const Comparison& comparison;
  std::vector<Look> looks;  // in the order of the contenders
  std::string curves_csv;   // figure,dataset,contender,series,x,y,count

  const Look& look(std::size_t contender) const { return looks[contender]; }
  /// "<span>" with the contender's mark and short name.
  std::string name_tag(std::size_t contender) const;
  void add_to_curves(const char* figure, const DatasetComparison& data, std::size_t contender,
                     const std::string& series, double x, double y, double count);

  void row_head(std::size_t contender);
};

/// Names as short as they may be without being equal: the last step of a pipeline, its parameters
/// where they tell it apart.
std::vector<std::string> short_names(const std::vector<std::string>& names);

// Figures and parts of one data set.
void write_findings(Report& report, const DatasetComparison& data);
void write_scores(Report& report, const DatasetComparison& data);
void write_times(Report& report, const DatasetComparison& data);
void write_work(Report& report, const DatasetComparison& data);
void write_tuning(Report& report, const DatasetComparison& data);
void write_calibration(Report& report, const DatasetComparison& data);
void write_roc(Report& report, const DatasetComparison& data);
void write_confusion(Report& report, const DatasetComparison& data);
void write_residuals(Report& report, const DatasetComparison& data);

// Of the whole.
void write_opening(Report& report, const std::optional<Overall>& overall);
void write_cautions(Report& report, const std::optional<Overall>& overall);
void write_ranks(Report& report, const Overall& overall);
/// Short names and what they stand for.
void write_contenders(Report& report);
void write_downloads(Report& report, const std::optional<Overall>& overall);
void write_provenance(Report& report, const Context& context);

}  // namespace grove::report
