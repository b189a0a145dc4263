#include "grove/data/standard_datasets.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/atomic_file.hpp"
#include "core/sha256.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/data/csv.hpp"

namespace grove::datasets {

namespace {

namespace fs = std::filesystem;

fs::path folder() {
  std::vector<std::string> places;
  if (const char* chosen = std::getenv("GROVE_DATASETS")) places.emplace_back(chosen);
  places.emplace_back(GROVE_INSTALLED_DATASETS);
  places.emplace_back(GROVE_SOURCE_DATASETS);
  // A relocated installation: beside the running program.
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
  if (!program.empty())
    places.push_back((program.parent_path().parent_path() / "share/grove/datasets").string());
  for (const std::string& place : places)
    if (fs::exists(fs::path(place) / "index.json", ignored)) return place;
  throw InvalidData("the bundled data sets are not found: no index.json in " + join(places),
                    "set GROVE_DATASETS to the folder `datasets` of grove");
}

DatasetInfo read_info(const nlohmann::json& entry) {
  DatasetInfo info;
  info.name = entry.at("name");
  info.file = entry.at("file");
  info.task = entry.at("task");
  info.n_rows = entry.at("rows");
  info.n_columns = entry.at("columns");
  if (!entry.at("target").is_null()) info.target = entry.at("target");
  info.categorical_columns = entry.at("categorical_columns").get<std::vector<std::string>>();
  info.positive_label = entry.value("positive_label", "");
  info.source = entry.at("source");
  info.licence = entry.at("licence");
  info.sha256 = entry.at("sha256");
  return info;
}

}  // namespace

std::vector<DatasetInfo> index() {
  const fs::path path = folder() / "index.json";
  std::vector<DatasetInfo> infos;
  try {
    const nlohmann::json json = nlohmann::json::parse(read_whole_file(path.string()));
    for (const auto& entry : json.at("datasets")) infos.push_back(read_info(entry));
  } catch (const nlohmann::json::exception& error) {
    throw ParseError(path.string(), 0, 0, concat("is not an index of data sets: ", error.what()));
  }
  return infos;
}

std::vector<std::string> names() {
  std::vector<std::string> result;
  for (const DatasetInfo& entry : index()) result.push_back(entry.name);
  return result;
}

DatasetInfo info(const std::string& name) {
  for (DatasetInfo& entry : index())
    if (entry.name == name) return std::move(entry);
  throw InvalidParameter(
      concat("there is no bundled data set '", printable(name), "'", did_you_mean(name, names())),
      concat("there are ", join(names(), 99)));
}

Dataset load(const std::string& name) {
  const DatasetInfo entry = info(name);
  const std::string path = (folder() / entry.file).string();
  if (sha256_hex(read_whole_file(path)) != entry.sha256)
    throw InvalidData(concat(path, " is not the file that the index describes (SHA-256 differs)"),
                      "restore the file, or read it with read_csv");
  ReadOptions options;
  if (!entry.target.empty()) options.target = entry.target;
  options.task = entry.task == "regression" ? Task::regression : Task::classification;
  options.categorical = entry.categorical_columns;
  return read_csv(path, options).with_name(entry.name);
}

Dataset load_iris() { return load("iris"); }
Dataset load_wine() { return load("wine"); }
Dataset load_breast_cancer() { return load("breast_cancer"); }
Dataset load_digits() { return load("digits"); }
Dataset load_diabetes() { return load("diabetes"); }
Dataset load_adult() { return load("adult"); }
Dataset load_diamonds() { return load("diamonds"); }

}  // namespace grove::datasets
