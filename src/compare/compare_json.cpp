#include <cmath>

#include "compare/format.hpp"
#include "compare/tuning.hpp"
#include "grove/compare/comparison.hpp"
#include "model_selection/cv_json.hpp"

namespace grove {

namespace {

using Json = nlohmann::ordered_json;

Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

/// What was tuned, and in which fold what was found.
void add_searches(Json& model, const Standing& standing, bool tuning) {
  const std::vector<FoldResult>& folds = standing.result.folds;
  model["tuned"] = standing.tuned;
  if (standing.tuned || tuning) model["tuning"] = tuning_json(standing);
  for (std::size_t i = 0; i < folds.size(); ++i)
    if (folds[i].search != nullptr)
      model["folds"][i]["search"] = fold_search_json(*folds[i].search);
}

/// Null where nothing was counted.
Json unit_cost_part(const Standing& standing) {
  const UnitCost cost = unit_cost(standing);
  if (cost.counter.empty()) return nullptr;
  return {{"counter", cost.counter}, {"count", cost.count}, {"cpu_seconds", cost.seconds}};
}

Json dataset_part(const DatasetComparison& data, bool tuning) {
  Json models = Json::array();
  Json tests = Json::array();
  Json ranks = Json::object();
  std::string best;
  for (const Standing& standing : data.standings)
    if (standing.best) best = standing.contender;
  for (const Standing& standing : data.standings) {
    Json model = model_json(standing.result);
    model["name"] = standing.contender;
    add_searches(model, standing, tuning);
    model["unit_cost"] = unit_cost_part(standing);
    models.push_back(std::move(model));
    ranks[standing.contender] = standing.rank;
    if (std::isnan(standing.p_value)) continue;
    tests.push_back({{"a", standing.contender},
                     {"b", best},
                     {"test", "corrected_resampled_t"},
                     {"metric", data.metric},
                     {"statistic", number_or_null(standing.t_statistic)},
                     {"p_value", standing.p_value}});
  }
  return {{"dataset",
           {{"name", data.dataset},
            {"n_rows", data.n_rows},
            {"n_features", data.n_features},
            {"fingerprint", data.fingerprint}}},
          {"splitter", data.splitter},
          {"splits_sha256", data.splits_sha256},
          {"metric", data.metric},
          {"greater_is_better", data.greater_is_better},
          {"models", std::move(models)},
          {"tests", std::move(tests)},
          {"ranks", std::move(ranks)},
          {"findings", findings_json(data.findings)}};
}

}  // namespace

std::string to_json(const Comparison& comparison, const Context& context) {
  Json json;
  json["seed"] = comparison.seed;
  if (!comparison.tuning.empty()) json["tuning"] = comparison.tuning;
  json["datasets"] = Json::array();
  for (const DatasetComparison& data : comparison.datasets)
    json["datasets"].push_back(dataset_part(data, !comparison.tuning.empty()));
  json["ranks"] = Json::object();
  for (std::size_t i = 0; i < comparison.contenders.size(); ++i)
    json["ranks"][comparison.contenders[i]] = comparison.average_ranks(static_cast<Index>(i));
  json["findings"] = findings_json(comparison.findings);
  json["environment"] = environment_json(context);
  return json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace grove
