#include "compare/report/csv.hpp"

#include <cctype>
#include <cmath>

#include "compare/report/page.hpp"
#include "core/text.hpp"
#include "grove/metrics/classification.hpp"

namespace grove::report {

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string csv_number(double value) { return std::isnan(value) ? "" : number_text(value); }

std::string csv_link(const std::string& file_name, const std::string& text,
                     const std::string& csv) {
  return concat("<a class=\"csv\" download=\"", escaped(file_name), "\" href=\"",
                data_address("text/csv;charset=utf-8", csv), "\">", escaped(text), "</a>");
}

namespace {

template <class Visit>
void for_each_standing(const Comparison& comparison, const Visit& visit) {
  for (const DatasetComparison& data : comparison.datasets)
    for (const Standing& standing : data.standings)
      visit(data, standing, concat(csv_field(data.dataset), ",", csv_field(standing.contender)));
}

}  // namespace

std::string scores_csv(const Comparison& comparison) {
  std::string csv = "dataset,contender,repeat,fold,n_train,n_test,metric,score\n";
  for_each_standing(
      comparison, [&](const DatasetComparison&, const Standing& standing, const std::string& who) {
        for (const FoldResult& fold : standing.result.folds)
          for (std::size_t m = 0; m < standing.result.metrics.size(); ++m)
            csv += concat(who, ",", fold.repeat, ",", fold.fold, ",", fold.n_train, ",",
                          fold.n_test, ",", csv_field(standing.result.metrics[m]), ",",
                          m < fold.scores.size() ? csv_number(fold.scores[m]) : "", "\n");
      });
  return csv;
}

std::string folds_csv(const Comparison& comparison) {
  std::string csv =
      "dataset,contender,repeat,fold,fit_seconds,predict_seconds,cpu_seconds,peak_bytes,error\n";
  for_each_standing(
      comparison, [&](const DatasetComparison&, const Standing& standing, const std::string& who) {
        for (const FoldResult& fold : standing.result.folds)
          csv += concat(who, ",", fold.repeat, ",", fold.fold, ",", csv_number(fold.fit_seconds),
                        ",", csv_number(fold.predict_seconds), ",", csv_number(fold.cpu_seconds),
                        ",", fold.peak_bytes, ",", csv_field(fold.error), "\n");
      });
  return csv;
}

std::string ranks_csv(const Comparison& comparison) {
  std::string csv = "dataset,contender,metric,mean,std,rank,tuned\n";
  for_each_standing(comparison, [&](const DatasetComparison& data, const Standing& standing,
                                    const std::string& who) {
    csv += concat(who, ",", csv_field(data.metric), ",", csv_number(standing.mean), ",",
                  csv_number(standing.std), ",", csv_number(standing.rank), ",",
                  standing.tuned ? "yes" : "no", "\n");
  });
  if (comparison.datasets.size() > 1)
    for (std::size_t i = 0; i < comparison.contenders.size(); ++i)
      csv += concat("(average),", csv_field(comparison.contenders[i]), ",,,,",
                    csv_number(comparison.average_ranks(static_cast<Index>(i))), ",\n");
  return csv;
}

std::string tests_csv(const Comparison& comparison, const std::optional<Overall>& overall) {
  std::string csv = "dataset,a,b,test,statistic,p_value,p_adjusted,difference,low,high\n";
  const auto line = [&](const std::string& where, const std::string& a, const std::string& b,
                        const char* test, double statistic, double p, double adjusted,
                        const statistics::MeanDifference& difference) {
    csv += concat(csv_field(where), ",", csv_field(a), ",", csv_field(b), ",", test, ",",
                  csv_number(statistic), ",", csv_number(p), ",", csv_number(adjusted), ",",
                  csv_number(difference.mean), ",", csv_number(difference.low), ",",
                  csv_number(difference.high), "\n");
  };
  for (const DatasetComparison& data : comparison.datasets) {
    const std::optional<std::size_t> best = best_of(data);
    if (!best) continue;
    const std::vector<AgainstBest> found = against_best(data);
    for (std::size_t i = 0; i < found.size(); ++i)
      if (const Standing& standing = data.standings[i]; !std::isnan(standing.p_value)) {
        // The statistic is of a - b as the scores are; the difference too.
        const double sign = data.greater_is_better ? -1 : 1;
        const statistics::MeanDifference& behind = found[i].behind;
        line(data.dataset, standing.contender, data.standings[*best].contender,
             "corrected_resampled_t", standing.t_statistic, standing.p_value, found[i].p_holm,
             {sign * behind.mean, sign < 0 ? -behind.high : behind.low,
              sign < 0 ? -behind.low : behind.high});
      }
  }
  if (!overall) return csv;
  const double none = std::nan("");
  line("(all)", "", "", "friedman", overall->friedman.statistic, overall->friedman.p_value, none,
       {none, none, none});
  for (const PairComparison& pair : overall->pairs)
    line("(all)", comparison.contenders[static_cast<std::size_t>(pair.first)],
         comparison.contenders[static_cast<std::size_t>(pair.second)], "wilcoxon",
         pair.test.statistic, pair.test.p_value, pair.p_adjusted, pair.difference);
  return csv;
}

std::string work_csv(const Comparison& comparison) {
  std::string csv = "dataset,contender,counter,count\n";
  for_each_standing(
      comparison, [&](const DatasetComparison&, const Standing& standing, const std::string& who) {
        for (const auto& [counter, count] : standing.work)
          csv += concat(who, ",", csv_field(counter), ",", count, "\n");
      });
  return csv;
}

std::string confusion_csv(const Comparison& comparison) {
  std::string csv;
  for_each_standing(comparison, [&](const DatasetComparison& data, const Standing& standing,
                                    const std::string& who) {
    if (data.labels.size() == 0) return;
    const std::optional<Predicted> found = predicted_of(data, standing);
    if (!found) return;
    const auto k = static_cast<Index>(data.class_names.size());
    const Matrix counts =
        metrics::confusion_matrix(found->truth, found->labels, {.n_classes = static_cast<int>(k)});
    if (csv.empty()) csv = "dataset,contender,truth,predicted,count\n";
    for (Index i = 0; i < k; ++i)
      for (Index j = 0; j < k; ++j)
        if (counts(i, j) > 0)
          csv += concat(who, ",", csv_field(data.class_names[static_cast<std::size_t>(i)]), ",",
                        csv_field(data.class_names[static_cast<std::size_t>(j)]), ",",
                        csv_number(counts(i, j)), "\n");
  });
  return csv;
}

std::string findings_csv(const Comparison& comparison) {
  std::string csv;
  const auto add = [&](const std::string& where, const char* of, const Finding& finding) {
    if (csv.empty()) csv = "dataset,of,code,text\n";
    csv += concat(csv_field(where), ",", of, ",", csv_field(finding.code), ",",
                  csv_field(finding.text), "\n");
  };
  for (const Finding& finding : comparison.findings) add("(all)", "comparison", finding);
  for (const DatasetComparison& data : comparison.datasets) {
    for (const Finding& finding : data.findings) add(data.dataset, "comparison", finding);
    for (const Finding& finding : data.audit) add(data.dataset, "data", finding);
  }
  return csv;
}

}  // namespace grove::report
