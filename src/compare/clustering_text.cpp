#include <algorithm>
#include <cmath>
#include <locale>
#include <ostream>
#include <sstream>

#include "compare/clustering_format.hpp"
#include "compare/format.hpp"
#include "core/text.hpp"
#include "model_selection/cv_json.hpp"
#include "params/json_reader.hpp"

namespace grove {

std::string score_text(const ClusterScore& score) {
  if (std::isnan(score.value)) return "-";
  const double size = std::abs(score.value);
  return fixed_text(score.value, size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 4);
}

std::string noise_text(const ClusteringStanding& standing, Index n_rows) {
  return fixed_text(100 * static_cast<double>(standing.n_noise) / static_cast<double>(n_rows), 1) +
         " %";
}

bool is_top(const ClusteringComparison& comparison, const ClusteringStanding& standing,
            std::size_t measure) {
  const ClusterScore& score = standing.scores[measure];
  if (std::isnan(score.value)) return false;
  return std::all_of(
      comparison.standings.begin(), comparison.standings.end(),
      [&](const ClusteringStanding& other) { return !(other.scores[measure].rank < score.rank); });
}

std::string conditions_text(const ClusteringComparison& comparison) {
  const ClusteringCompareOptions& options = comparison.options;
  std::string text = concat(
      "All are judged on the same ", comparison.n_judged_columns, " numeric columns, ",
      options.standardize ? "each brought to zero mean and unit variance" : "as they are given",
      ", whatever a pipeline makes of them. Rows of noise are left out of silhouette, "
      "Calinski-Harabasz and Davies-Bouldin, lower DBCV by their share, and are one more group to "
      "stability and to the agreements with classes.");
  if (options.metric_rows > 0 && options.metric_rows < comparison.n_rows)
    text += concat(" Silhouette and DBCV are taken on ", options.metric_rows,
                   " rows drawn by seed, the same for all.");
  if (options.stability.n_pairs > 0)
    text += concat(" Stability: mean adjusted Rand index of ", options.stability.n_pairs,
                   " pairs of samples of ", fixed_text(100 * options.stability.fraction, 0),
                   " % of the rows, on the rows that both hold (Ben-Hur, Elisseeff and Guyon "
                   "2002).");
  return text;
}

namespace {

using Row = std::vector<std::string>;

std::vector<Row> cells_of(const ClusteringComparison& comparison) {
  std::vector<Row> rows{{"contender", "clusters", "noise"}};
  for (const ClusterMeasure& measure : comparison.measures) rows[0].push_back(measure.name);
  rows[0].insert(rows[0].end(), {"fit", "memory"});
  for (const ClusteringStanding& standing : comparison.standings) {
    rows.push_back({standing.contender});
    if (!standing.error.empty()) continue;
    rows.back().push_back(concat(standing.n_clusters));
    rows.back().push_back(noise_text(standing, comparison.n_rows));
    for (std::size_t m = 0; m < comparison.measures.size(); ++m)
      rows.back().push_back(score_text(standing.scores[m]) +
                            (is_top(comparison, standing, m) ? "*" : " "));
    rows.back().push_back(seconds_text(standing.fit_seconds));
    rows.back().push_back(bytes_text(standing.peak_bytes));
  }
  return rows;
}

void write_cells(std::ostream& out, const ClusteringComparison& comparison) {
  const std::vector<Row> rows = cells_of(comparison);
  std::vector<std::size_t> widths(rows[0].size(), 0);
  for (const Row& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  for (std::size_t r = 0; r < rows.size(); ++r) {
    out << "  " << rows[r][0] << std::string(widths[0] - rows[r][0].size(), ' ');
    for (std::size_t c = 1; c < rows[r].size(); ++c)
      out << std::string(2 + widths[c] - rows[r][c].size(), ' ') << rows[r][c];
    if (rows[r].size() == 1) {
      const ClusteringStanding& standing = comparison.standings[r - 1];
      out << "  failed: " << standing.error;
      if (!standing.hint.empty())
        out << "\n  " << std::string(widths[0], ' ') << "  hint: " << standing.hint;
    }
    out << "\n";
  }
}

using Json = nlohmann::ordered_json;

Json standing_json(const ClusteringComparison& comparison, const ClusteringStanding& standing) {
  Json scores = Json::object(), ranks = Json::object(), undefined = Json::object();
  for (std::size_t m = 0; m < comparison.measures.size(); ++m) {
    const std::string& name = comparison.measures[m].name;
    scores[name] = number_or_null(standing.scores[m].value);
    ranks[name] = standing.scores[m].rank;
    if (!standing.scores[m].undefined.empty()) undefined[name] = standing.scores[m].undefined;
  }
  const bool failed = !standing.error.empty();
  const double share =
      static_cast<double>(standing.n_noise) / static_cast<double>(comparison.n_rows);
  return {{"name", standing.contender},
          {"model", standing.model},
          {"error", failed ? Json(standing.error) : Json(nullptr)},
          {"n_clusters", failed ? Json(nullptr) : Json(standing.n_clusters)},
          {"n_noise", failed ? Json(nullptr) : Json(standing.n_noise)},
          {"noise_share", failed ? Json(nullptr) : Json(share)},
          {"scores", std::move(scores)},
          {"ranks", std::move(ranks)},
          {"undefined", std::move(undefined)},
          {"stability_std", standing.stability_std},
          {"fit_seconds", standing.fit_seconds},
          {"peak_bytes", standing.peak_bytes},
          {"work", standing.work},
          {"warnings", standing.warnings}};
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const ClusteringComparison& comparison) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << comparison.dataset << " (" << comparison.n_rows << " x " << comparison.n_columns << ")";
  if (!comparison.target.empty()) text << ", " << comparison.target << " held back from the fits";
  text << "\n";
  write_cells(text, comparison);
  text << "* best of its column. What each favours:\n";
  for (const ClusterMeasure& measure : comparison.measures)
    text << "  " << measure.name << " (" << (measure.greater_is_better ? "larger" : "smaller")
         << " is better): " << measure.favours << "\n";
  text << conditions_text(comparison) << "\n";
  return out << text.str();
}

std::string to_json(const ClusteringComparison& comparison, const Context& context) {
  const ClusteringCompareOptions& options = comparison.options;
  Json measures = Json::array(), models = Json::array();
  for (const ClusterMeasure& measure : comparison.measures)
    measures.push_back({{"name", measure.name},
                        {"greater_is_better", measure.greater_is_better},
                        {"external", measure.external},
                        {"favours", measure.favours}});
  for (const ClusteringStanding& standing : comparison.standings)
    models.push_back(standing_json(comparison, standing));
  const Json json{
      {"dataset",
       {{"name", comparison.dataset},
        {"n_rows", comparison.n_rows},
        {"n_features", comparison.n_columns},
        {"fingerprint", comparison.fingerprint}}},
      {"target", comparison.target.empty() ? Json(nullptr) : Json(comparison.target)},
      {"seed", options.seed},
      {"standardize", options.standardize},
      {"metric_rows", options.metric_rows},
      {"stability",
       {{"n_pairs", options.stability.n_pairs}, {"fraction", options.stability.fraction}}},
      {"measures", std::move(measures)},
      {"models", std::move(models)},
      {"environment", environment_json(context)}};
  return json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace grove
