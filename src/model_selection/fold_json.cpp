#include "model_selection/fold_json.hpp"

#include <bit>
#include <cstring>
#include <limits>

#include "core/base64.hpp"
#include "model_selection/search_json.hpp"

namespace grove {

namespace {

using Json = nlohmann::ordered_json;

static_assert(std::endian::native == std::endian::little, "arrays are written little-endian");

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();

Json reals_json(const std::vector<double>& values) {
  Json json = Json::array();
  for (const double value : values) json.push_back(real_json(value));
  return json;
}

std::vector<double> reals_from(const JsonReader& reader) {
  std::vector<double> values;
  for (const JsonReader& item : reader.items()) values.push_back(item.real());
  return values;
}

Json work_json(const WorkCounts& work) {
  Json json = Json::object();
  for (const auto& [counter, count] : work) json[counter] = count;
  return json;
}

WorkCounts work_from(const JsonReader& reader) {
  WorkCounts work;
  for (const auto& [counter, count] : reader.members()) work[counter] = count.count();
  return work;
}

template <class T>
std::string packed(const T* values, Index n) {
  return to_base64(
      {reinterpret_cast<const unsigned char*>(values), static_cast<std::size_t>(n) * sizeof(T)});
}

template <class T>
std::vector<T> unpacked(const JsonReader& reader) {
  const auto bytes = from_base64(reader.text());
  if (!bytes || bytes->size() % sizeof(T) != 0) reader.fail("is not an array in base64");
  std::vector<T> values(bytes->size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes->data(), bytes->size());
  return values;
}

Json predictions_json(const PredictionSet& predictions) {
  static_assert(sizeof(Labels::Scalar) == 4);
  Json json = Json::object();
  if (predictions.labels.size() > 0)
    json["labels"] = packed(predictions.labels.data(), predictions.labels.size());
  if (predictions.values.size() > 0)
    json["values"] = packed(predictions.values.data(), predictions.values.size());
  if (predictions.proba.size() > 0) {
    json["n_classes"] = predictions.proba.cols();
    json["proba"] = packed(predictions.proba.data(), predictions.proba.size());
  }
  return json;
}

PredictionSet predictions_from(const JsonReader& reader) {
  PredictionSet predictions;
  if (reader.has("labels")) {
    const auto labels = unpacked<Labels::Scalar>(reader.at("labels"));
    predictions.labels = Eigen::Map<const Labels>(labels.data(), static_cast<Index>(labels.size()));
  }
  if (reader.has("values")) {
    const auto values = unpacked<double>(reader.at("values"));
    predictions.values = Eigen::Map<const Vector>(values.data(), static_cast<Index>(values.size()));
  }
  if (reader.has("proba")) {
    const auto proba = unpacked<double>(reader.at("proba"));
    const auto n = static_cast<Index>(proba.size());
    const Index n_classes = reader.at("n_classes").integer(1, std::max<Index>(1, n));
    if (n % n_classes != 0) reader.at("proba").fail("has not n_classes values per row");
    predictions.proba = Eigen::Map<const Matrix>(proba.data(), n / n_classes, n_classes);
  }
  return predictions;
}

Json external_json(const ExternalRun& run) {
  return {{"seconds", run.seconds},
          {"fit_seconds", run.fit_seconds},
          {"predict_seconds", run.predict_seconds},
          {"reported_seconds", run.reported_seconds},
          {"cpu_seconds", run.cpu_seconds},
          {"peak_bytes", run.peak_bytes},
          {"threads", run.threads},
          {"work", work_json(run.work)},
          {"exchange_seconds", run.exchange_seconds}};
}

ExternalRun external_from(const JsonReader& reader) {
  ExternalRun run;
  run.seconds = reader.at("seconds").real();
  run.fit_seconds = reader.at("fit_seconds").real();
  run.predict_seconds = reader.at("predict_seconds").real();
  run.reported_seconds = reader.at("reported_seconds").boolean();
  run.cpu_seconds = reader.at("cpu_seconds").real();
  run.peak_bytes = reader.at("peak_bytes").count();
  run.threads =
      static_cast<int>(reader.at("threads").integer(1, std::numeric_limits<std::int32_t>::max()));
  run.work = work_from(reader.at("work"));
  run.exchange_seconds = reader.at("exchange_seconds").real();
  return run;
}

Trial trial_from(const JsonReader& reader) {
  Trial trial;
  trial.params = params_from(reader.at("params"));
  trial.resource = reader.at("resource").real();
  trial.score = reader.at("score").real();
  trial.std = reader.at("std").real();
  trial.seconds = reader.at("seconds").real();
  trial.work = work_from(reader.at("work"));
  trial.error = reader.at("error").text();
  return trial;
}

}  // namespace

Json search_json(const SearchResult& result) {
  Json trials = Json::array();
  for (const Trial& trial : result.trials)
    trials.push_back({{"params", params_json(trial.params)},
                      {"resource", real_json(trial.resource)},
                      {"score", real_json(trial.score)},
                      {"std", real_json(trial.std)},
                      {"seconds", trial.seconds},
                      {"work", work_json(trial.work)},
                      {"error", trial.error}});
  return {{"estimator", result.estimator},
          {"method", result.method},
          {"seed", result.seed},
          {"space", space_json(result.space)},
          {"cv", result.cv},
          {"fingerprint", result.fingerprint},
          {"metric", result.metric},
          {"greater_is_better", result.greater_is_better},
          {"best", result.best},
          {"trials", std::move(trials)}};
}

SearchResult search_from(const JsonReader& reader) {
  SearchResult result;
  result.estimator = reader.at("estimator").text();
  result.method = reader.at("method").text();
  result.seed = reader.at("seed").count();
  result.space = space_from(reader.at("space"));
  result.cv = reader.at("cv").text();
  result.fingerprint = reader.at("fingerprint").text();
  result.metric = reader.at("metric").text();
  result.greater_is_better = reader.at("greater_is_better").boolean();
  for (const JsonReader& trial : reader.at("trials").items())
    result.trials.push_back(trial_from(trial));
  const auto n = static_cast<std::int64_t>(result.trials.size());
  result.best =
      static_cast<std::size_t>(reader.at("best").integer(0, std::max<std::int64_t>(0, n - 1)));
  return result;
}

Json finished_fold_json(const FoldResult& fold, const PredictionSet& predictions) {
  return {{"repeat", fold.repeat},
          {"fold", fold.fold},
          {"n_train", fold.n_train},
          {"n_test", fold.n_test},
          {"scores", reals_json(fold.scores)},
          {"train_scores", reals_json(fold.train_scores)},
          {"fit_seconds", fold.fit_seconds},
          {"predict_seconds", fold.predict_seconds},
          {"cpu_seconds", fold.cpu_seconds},
          {"peak_bytes", fold.peak_bytes},
          {"work", work_json(fold.work)},
          {"error", fold.error},
          {"hint", fold.hint},
          {"search", fold.search ? search_json(*fold.search) : Json(nullptr)},
          {"external", fold.external ? external_json(*fold.external) : Json(nullptr)},
          {"predictions", predictions_json(predictions)}};
}

FinishedFold finished_fold_from(const JsonReader& reader) {
  constexpr std::int64_t largest_int = std::numeric_limits<std::int32_t>::max();
  FinishedFold finished;
  FoldResult& fold = finished.result;
  fold.repeat = static_cast<int>(reader.at("repeat").integer(0, largest_int));
  fold.fold = static_cast<int>(reader.at("fold").integer(0, largest_int));
  fold.n_train = reader.at("n_train").integer(0, largest);
  fold.n_test = reader.at("n_test").integer(0, largest);
  fold.scores = reals_from(reader.at("scores"));
  fold.train_scores = reals_from(reader.at("train_scores"));
  fold.fit_seconds = reader.at("fit_seconds").real();
  fold.predict_seconds = reader.at("predict_seconds").real();
  fold.cpu_seconds = reader.at("cpu_seconds").real();
  fold.peak_bytes = reader.at("peak_bytes").count();
  fold.work = work_from(reader.at("work"));
  fold.error = reader.at("error").text();
  fold.hint = reader.at("hint").text();
  if (!reader.at("search").is_null())
    fold.search = std::make_shared<const SearchResult>(search_from(reader.at("search")));
  if (!reader.at("external").is_null())
    fold.external = std::make_shared<const ExternalRun>(external_from(reader.at("external")));
  finished.predictions = predictions_from(reader.at("predictions"));
  return finished;
}

}  // namespace grove
