#include "estimator/external_files.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "core/atomic_file.hpp"
#include "core/text.hpp"
#include "data/csv_parser.hpp"
#include "data/csv_writer.hpp"
#include "data/decimal.hpp"
#include "grove/core/error.hpp"

namespace grove {

namespace {

using Json = nlohmann::ordered_json;

Json columns_json(const std::vector<Column>& columns) {
  Json list = Json::array();
  for (const Column& column : columns) {
    const bool words = column.kind == ColumnKind::categorical;
    Json entry{{"name", column.name}, {"kind", words ? "categorical" : "numeric"}};
    if (words) entry["categories"] = column.categories;
    list.push_back(std::move(entry));
  }
  return list;
}

/// For messages: the directory is gone by the time they are read.
std::string file_name(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

std::string read_bounded(const std::string& path, std::uintmax_t most) {
  std::error_code ignored;
  const std::uintmax_t size = std::filesystem::file_size(path, ignored);
  if (!ignored && size > most)
    throw ParseError(file_name(path), 0, 0,
                     concat("is of ", size, " bytes; at most ", most, " were expected"));
  return read_whole_file(path);
}

}  // namespace

std::string task_json(const ExternalTask& task) {
  const CsvNames names = csv_names(task.train);
  Json json;
  json["task"] = task.classes() ? "classification" : "regression";
  json["target"] = names.target;
  if (task.classes()) json["classes"] = task.train.class_names();
  json["columns"] = columns_json(task.train.columns());
  json["weight"] = task.train.weights() != nullptr ? Json(names.weight) : Json(nullptr);
  json["group"] = task.train.groups() != nullptr ? Json(names.group) : Json(nullptr);
  json["n_train"] = task.train.n_rows();
  json["n_test"] = task.test.n_rows();
  json["proba"] = task.proba;
  json["threads"] = task.threads;
  json["seed"] = task.seed;
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

namespace {

constexpr std::string_view proba_prefix = "proba_";

/// Reads predictions.csv, a record at a time.
class PredictionReader {
 public:
  PredictionReader(std::string file, const ExternalTask& task)
      : file_(std::move(file)), task_(task), n_rows_(task.test.n_rows()) {
    const std::vector<std::string>& classes = task.train.class_names();
    for (std::size_t k = 0; k < classes.size(); ++k) codes_.emplace(classes[k], k);
  }

  void header(const std::vector<std::string>& names) {
    for (std::size_t j = 0; j < names.size(); ++j) place(names[j], j);
    if (!task_.classes()) {
      result_.values.resize(n_rows_);
      return;
    }
    result_.labels.resize(n_rows_);
    if (proba_columns_.empty()) return;
    result_.proba = Matrix::Zero(n_rows_, task_.train.n_classes());
    check_all_classes();
  }

  void record(std::int64_t line, const std::vector<std::string>& fields) {
    if (row_ == n_rows_)
      fail(line, concat("is one row too many: there are ", n_rows_, " test rows"),
           "write one row per row of test.csv, in its order");
    if (!task_.classes()) {
      result_.values(row_) = number(line, fields[prediction_], "prediction");
    } else {
      if (!proba_columns_.empty()) probabilities(line, fields);
      result_.labels(row_) = has_prediction_ ? code(line, fields[prediction_]) : most_probable();
    }
    ++row_;
  }

  ExternalPredictions finish() {
    if (row_ < n_rows_)
      throw ParseError(file_, 0, 0,
                       concat("has ", row_, row_ == 1 ? " row" : " rows", ", but there are ",
                              n_rows_, " test rows"),
                       "write one row per row of test.csv, in its order");
    return std::move(result_);
  }

 private:
  [[noreturn]] void fail(std::int64_t line, const std::string& what, std::string hint) const {
    throw ParseError(file_, line, 0, what, std::move(hint));
  }

  void place(const std::string& name, std::size_t j) {
    if (name == "prediction") {
      has_prediction_ = true;
      prediction_ = j;
      return;
    }
    std::vector<std::string> known = {"prediction"};
    for (const std::string& other : task_.train.class_names())
      known.push_back(concat(proba_prefix, other));
    const bool is_proba = name.rfind(proba_prefix, 0) == 0;
    const auto found = codes_.find(is_proba ? name.substr(proba_prefix.size()) : std::string());
    if (!is_proba || found == codes_.end())
      fail(1,
           concat("has a column '", printable(name), "'; expected ",
                  task_.classes() ? "prediction or proba_CLASS" : "prediction",
                  did_you_mean(name, known)),
           concat("the columns may be ", join(known)));
    proba_columns_.emplace_back(j, static_cast<Index>(found->second));
  }

  /// A class that training never saw may be left out; its probability is 0.
  void check_all_classes() const {
    const Labels& seen = task_.train.labels();
    for (Index k = 0; k < task_.train.n_classes(); ++k) {
      const bool there = std::any_of(proba_columns_.begin(), proba_columns_.end(),
                                     [&](const auto& entry) { return entry.second == k; });
      if (there || (seen.array() != static_cast<int>(k)).all()) continue;
      const std::string name =
          concat(proba_prefix, task_.train.class_names()[static_cast<std::size_t>(k)]);
      fail(1, concat("has no column '", printable(name), "'"),
           "write the probabilities of all classes, or none");
    }
  }

  double number(std::int64_t line, const std::string& text, std::string_view column) const {
    const Decimal decimal = parse_decimal(text);
    if (decimal.kind != DecimalKind::number)
      fail(line,
           concat("column '", printable(column), "': expected a number, got '", printable(text),
                  "'"),
           "every test row needs a finite number");
    return decimal.value;
  }

  int code(std::int64_t line, const std::string& text) const {
    const auto found = codes_.find(text);
    if (found == codes_.end())
      fail(line,
           concat("expected one of the classes ", join(task_.train.class_names()), ", got '",
                  printable(text), "'", did_you_mean(text, task_.train.class_names())),
           "write classes as they stand in train.csv");
    return static_cast<int>(found->second);
  }

  void probabilities(std::int64_t line, const std::vector<std::string>& fields) {
    double sum = 0;
    for (const auto& [j, k] : proba_columns_) {
      const std::string column =
          concat(proba_prefix, task_.train.class_names()[static_cast<std::size_t>(k)]);
      const double p = number(line, fields[j], column);
      if (p < 0 || p > 1 + tolerance)
        fail(line, concat("column '", printable(column), "': expected a probability, got ", p),
             "probabilities are in 0..1");
      result_.proba(row_, k) = p;
      sum += p;
    }
    if (std::abs(sum - 1) > tolerance)
      fail(line, concat("expected probabilities that sum to 1, got ", sum),
           "write the probabilities of all classes");
    result_.proba.row(row_) /= sum;
  }

  int most_probable() const {
    Index best = 0;
    result_.proba.row(row_).maxCoeff(&best);
    return static_cast<int>(best);
  }

  /// Programs round what they write, and many compute in single precision.
  static constexpr double tolerance = 1e-3;

  std::string file_;
  const ExternalTask& task_;
  Index n_rows_;
  Index row_ = 0;
  bool has_prediction_ = false;
  std::size_t prediction_ = 0;
  std::vector<std::pair<std::size_t, Index>> proba_columns_;  // column of the file, class
  std::unordered_map<std::string, std::size_t> codes_;
  ExternalPredictions result_;
};

std::uintmax_t most_bytes(const ExternalTask& task) {
  std::size_t longest = 40;
  for (const std::string& name : task.train.class_names())
    longest = std::max(longest, 2 * name.size() + 3);
  const auto rows = static_cast<std::uintmax_t>(task.test.n_rows()) + 1;
  return (1 << 16) +
         2 * rows * (longest + 40 * static_cast<std::uintmax_t>(task.train.n_classes()));
}

}  // namespace

ExternalPredictions read_predictions(const std::string& path, const ExternalTask& task) {
  if (!std::filesystem::exists(path))
    throw Error("the command wrote no predictions",
                "it must write the file that GROVE_PREDICTIONS names");
  const std::string text = read_bounded(path, most_bytes(task));
  const ReadOptions options;
  CsvJob job;
  job.name = file_name(path);
  job.text = text;
  if (job.text.substr(0, 3) == "\xef\xbb\xbf") job.text.remove_prefix(3);
  job.options = &options;
  PredictionReader reader(job.name, task);
  const CsvHeader header = parse_header(job);
  reader.header(header.names);
  for_each_record(job, header,
                  [&](std::int64_t line, const auto& fields) { reader.record(line, fields); });
  return reader.finish();
}

namespace {

constexpr std::uintmax_t most_timing_bytes = 1 << 16;

double seconds_in(const Json& json, const std::string& key, const std::string& file) {
  const auto found = json.find(key);
  if (found == json.end())
    throw ParseError(file, 0, 0, concat("has no '", key, "'"),
                     "write both fit_seconds and predict_seconds");
  const double value = found->is_number() ? found->get<double>() : -1;
  if (!(value >= 0) || !std::isfinite(value))
    throw ParseError(
        file, 0, 0,
        concat("'", key, "' must be a number >= 0, got ",
               printable(found->dump(-1, ' ', false, Json::error_handler_t::replace))));
  return value;
}

void read_work(const Json& work, ExternalRun& run, const std::string& file) {
  if (!work.is_object()) throw ParseError(file, 0, 0, "'work' must be an object of counts");
  for (const auto& [counter, count] : work.items()) {
    if (!count.is_number_unsigned())
      throw ParseError(file, 0, 0,
                       concat("'work': '", printable(counter), "' must be a whole number >= 0"));
    run.work[counter] = count.get<std::uint64_t>();
  }
}

}  // namespace

bool read_timing(const std::string& path, ExternalRun& run) {
  if (!std::filesystem::exists(path)) return false;
  const std::string file = file_name(path);
  const Json json = Json::parse(read_bounded(path, most_timing_bytes), nullptr, false);
  if (!json.is_object())
    throw ParseError(file, 0, 0, "is no JSON object",
                     "write {\"fit_seconds\": 1.5, \"predict_seconds\": 0.2}");
  const std::vector<std::string> keys = {"fit_seconds", "predict_seconds", "work"};
  for (const auto& [key, value] : json.items())
    if (std::find(keys.begin(), keys.end(), key) == keys.end())
      throw ParseError(
          file, 0, 0,
          concat("has an unknown entry '", printable(key), "'", did_you_mean(key, keys)),
          concat("there are ", join(keys)));
  const double fit = seconds_in(json, "fit_seconds", file);
  const double predict = seconds_in(json, "predict_seconds", file);
  if (fit + predict > run.seconds)
    throw ParseError(file, 0, 0,
                     concat("reports ", fit + predict, " s, but the command ran for ",
                            fixed_text(run.seconds, 3), " s"),
                     "report wall-clock seconds");
  run.fit_seconds = fit;
  run.predict_seconds = predict;
  if (const auto work = json.find("work"); work != json.end()) read_work(*work, run, file);
  return true;
}

}  // namespace grove
