#include <cmath>
#include <iomanip>
#include <map>
#include <ostream>
#include <sstream>

#include "core/text.hpp"
#include "grove/core/environment.hpp"
#include "grove/model_selection/cross_validate.hpp"
#include "grove/model_selection/leak_guards.hpp"
#include "model_selection/cv_json.hpp"
#include "params/json_reader.hpp"

// Cross-validation as text and as JSON.

namespace grove {

namespace {

nlohmann::ordered_json external_json(const ExternalRun& run) {
  return {{"seconds", run.seconds},
          {"seconds_from", run.reported_seconds ? "program" : "wall clock"},
          {"threads", run.threads}};
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const CrossValidation& result) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << result.model << " on " << (result.dataset.empty() ? "the data" : result.dataset) << " ("
       << result.n_rows << " x " << result.n_features << "), " << result.splitter << "\n";
  text << std::left << std::setw(10) << "fold" << std::right;
  for (const std::string& metric : result.metrics) text << std::setw(20) << metric;
  text << std::setw(12) << "fit s" << std::setw(12) << "predict s" << std::setw(12) << "cpu s"
       << "\n";
  for (const FoldResult& fold : result.folds) {
    text << std::left << std::setw(10)
         << (std::to_string(fold.repeat) + "/" + std::to_string(fold.fold)) << std::right;
    if (!fold.error.empty()) {
      text << "  failed: " << fold.error << "\n";
      continue;
    }
    for (const double score : fold.scores) text << std::setw(20) << fixed_text(score, 4);
    text << std::setw(12) << fixed_text(fold.fit_seconds, 4) << std::setw(12)
         << fixed_text(fold.predict_seconds, 4) << std::setw(12) << fixed_text(fold.cpu_seconds, 4)
         << "\n";
  }
  text << std::left << std::setw(10) << "mean" << std::right;
  for (const std::string& metric : result.metrics)
    text << std::setw(20) << fixed_text(result.mean(metric), 4);
  text << "\n" << std::left << std::setw(10) << "sd" << std::right;
  for (const std::string& metric : result.metrics)
    text << std::setw(20) << fixed_text(result.std(metric), 4);
  text << "\n";
  if (result.n_failed() > 0)
    text << result.n_failed() << " of " << result.folds.size() << " folds failed\n";
  for (const Finding& finding : result.findings) text << "! " << to_text(finding) << "\n";
  return out << text.str();
}

nlohmann::ordered_json findings_json(const std::vector<Finding>& findings) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Finding& finding : findings) {
    nlohmann::ordered_json title = nullptr;
    for (const LeakGuard& guard : leak_guards())
      if (guard.code == finding.code) title = guard.title;
    list.push_back({{"code", finding.code}, {"title", title}, {"text", finding.text}});
  }
  return list;
}

nlohmann::ordered_json model_json(const CrossValidation& result) {
  nlohmann::ordered_json folds = nlohmann::ordered_json::array();
  for (const FoldResult& fold : result.folds) {
    nlohmann::ordered_json scores = nlohmann::ordered_json::object();
    for (std::size_t i = 0; i < fold.scores.size(); ++i)
      scores[result.metrics[i]] = number_or_null(fold.scores[i]);
    nlohmann::ordered_json entry{
        {"repeat", fold.repeat},
        {"fold", fold.fold},
        {"n_train", fold.n_train},
        {"n_test", fold.n_test},
        {"scores", std::move(scores)},
        {"fit_seconds", fold.fit_seconds},
        {"predict_seconds", fold.predict_seconds},
        {"cpu_seconds", fold.cpu_seconds},
        {"peak_bytes", fold.peak_bytes},
        {"work", std::map<std::string, std::uint64_t>(fold.work.begin(), fold.work.end())}};
    entry["error"] =
        fold.error.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(fold.error);
    if (fold.external) entry["external"] = external_json(*fold.external);
    folds.push_back(std::move(entry));
  }
  nlohmann::ordered_json mean = nlohmann::ordered_json::object();
  nlohmann::ordered_json deviation = nlohmann::ordered_json::object();
  for (const std::string& metric : result.metrics) {
    mean[metric] = number_or_null(result.mean(metric));
    deviation[metric] = number_or_null(result.std(metric));
  }
  nlohmann::ordered_json json{{"model", result.model},
                              {"folds", std::move(folds)},
                              {"mean", std::move(mean)},
                              {"std", std::move(deviation)}};
  if (!result.name.empty()) json["name"] = result.name;
  return json;
}

nlohmann::ordered_json dataset_json(const CrossValidation& result) {
  return {{"name", result.dataset},
          {"n_rows", result.n_rows},
          {"n_features", result.n_features},
          {"fingerprint", result.fingerprint}};
}

nlohmann::ordered_json environment_json(const Context& context) {
  const Environment here = environment(context);
  return {{"version", here.version}, {"commit", here.commit}, {"compiler", here.compiler},
          {"flags", here.flags},     {"cpu", here.cpu},       {"threads", here.threads}};
}

std::string to_json(const std::vector<CrossValidation>& models, std::uint64_t seed,
                    const Context& context) {
  nlohmann::ordered_json json;
  if (!models.empty()) {
    json["dataset"] = dataset_json(models.front());
    json["splits_sha256"] = models.front().splits_sha256;
  }
  json["seed"] = seed;
  json["models"] = nlohmann::ordered_json::array();
  for (const CrossValidation& model : models) json["models"].push_back(model_json(model));
  json["findings"] =
      findings_json(models.empty() ? std::vector<Finding>{} : models.front().findings);
  json["environment"] = environment_json(context);
  return json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace grove
