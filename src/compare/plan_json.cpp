#include "compare/plan_json.hpp"

#include <limits>

#include "compare/report_format.hpp"
#include "core/atomic_file.hpp"
#include "core/sha256.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "model_selection/fold_json.hpp"

namespace grove {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();

Json dataset_json(const PlannedDataset& data, bool where_from) {
  Json json{{"name", data.name}};
  if (where_from) {
    json["source"] = data.source;
    json["reading"] = Json::object();
    for (const auto& [option, values] : data.reading) json["reading"][option] = values;
  }
  json["n_rows"] = data.n_rows;
  json["n_features"] = data.n_features;
  json["fingerprint"] = data.fingerprint;
  json["columns"] = Json::array();
  for (const PlannedColumn& column : data.columns)
    json["columns"].push_back({{"name", column.name}, {"digest", column.digest}});
  json["splitter"] = data.splitter;
  json["splits_sha256"] = data.splits_sha256;
  json["n_splits"] = data.n_splits;
  json["metrics"] = data.metrics;
  return json;
}

PlannedDataset dataset_from(const JsonReader& reader) {
  PlannedDataset data;
  data.name = reader.at("name").text();
  data.source = reader.at("source").text();
  for (const auto& [option, values] : reader.at("reading").members())
    data.reading.emplace_back(option, values.texts());
  data.n_rows = reader.at("n_rows").integer(0, largest);
  data.n_features = reader.at("n_features").integer(0, largest);
  data.fingerprint = reader.at("fingerprint").text();
  for (const JsonReader& column : reader.at("columns").items())
    data.columns.push_back({column.at("name").text(), column.at("digest").text()});
  data.splitter = reader.at("splitter").text();
  data.splits_sha256 = reader.at("splits_sha256").text();
  data.n_splits = reader.at("n_splits").integer(1, largest);
  data.metrics = reader.at("metrics").texts();
  return data;
}

}  // namespace

Json plan_json(const Plan& plan, bool where_from) {
  Json json;
  json["datasets"] = Json::array();
  for (const PlannedDataset& data : plan.datasets)
    json["datasets"].push_back(dataset_json(data, where_from));
  json["contenders"] = Json::array();
  for (const PlannedContender& contender : plan.contenders)
    json["contenders"].push_back({{"name", contender.name},
                                  {"expression", contender.expression},
                                  {"params", params_json(contender.params)},
                                  {"space", space_json(contender.space)},
                                  {"tuned_on", contender.tuned_on}});
  json["baseline"] = plan.baseline;
  if (where_from) json["cv"] = plan.cv;
  json["n_repeats"] = plan.n_repeats;
  json["metrics"] = plan.metrics;
  json["time_column"] = plan.time_column;
  json["tuning"] = plan.tuning;
  json["tuning_cv"] = plan.tuning_cv;
  json["tuning_metric"] = plan.tuning_metric;
  json["tuning_seed"] = plan.tuning_seed;
  json["seed"] = plan.seed;
  return json;
}

Plan plan_from(const JsonReader& reader) {
  Plan plan;
  for (const JsonReader& data : reader.at("datasets").items())
    plan.datasets.push_back(dataset_from(data));
  for (const JsonReader& item : reader.at("contenders").items()) {
    PlannedContender contender;
    contender.name = item.at("name").text();
    contender.expression = item.at("expression").text();
    contender.params = params_from(item.at("params"));
    contender.space = space_from(item.at("space"));
    contender.tuned_on = item.at("tuned_on").text();
    plan.contenders.push_back(std::move(contender));
  }
  if (plan.datasets.empty()) reader.at("datasets").fail("is empty");
  if (plan.contenders.empty()) reader.at("contenders").fail("is empty");
  plan.baseline = reader.at("baseline").boolean();
  plan.cv = reader.at("cv").text();
  plan.n_repeats =
      static_cast<int>(reader.at("n_repeats").integer(1, std::numeric_limits<std::int32_t>::max()));
  plan.metrics = reader.at("metrics").texts();
  plan.time_column = reader.at("time_column").text();
  plan.tuning = reader.at("tuning").text();
  plan.tuning_cv = reader.at("tuning_cv").text();
  plan.tuning_metric = reader.at("tuning_metric").text();
  plan.tuning_seed = reader.at("tuning_seed").count();
  plan.seed = reader.at("seed").count();
  return plan;
}

std::string plan_sha256(const Plan& plan) {
  return sha256_hex(plan_json(plan, false).dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string to_json(const Plan& plan) {
  Json json = format_json(plan_format);
  json["plan_sha256"] = plan_sha256(plan);
  json["plan"] = plan_json(plan);
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Plan read_plan(const std::string& path) {
  const std::string text = read_whole_file(path);
  const Json json = parse_json(text, path);
  return checked_plan(JsonReader(json, path), plan_format);
}

}  // namespace grove
