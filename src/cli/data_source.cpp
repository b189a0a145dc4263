#include "cli/data_source.hpp"

#include <algorithm>
#include <filesystem>

#include "cli/session.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/data/read_data.hpp"
#include "grove/data/standard_datasets.hpp"
#include "registry/suggest.hpp"

namespace grove::cli {

void DataOptions::add_to(CLI::App& command) {
  command.add_option(
      "--target", target,
      "the column to predict; none = no target (default: the last column; describe and "
      "cluster: none)");
  command.add_option("--task", task,
                     "classification or regression (default: as the target's values say)");
  command.add_option("--weights", weights, "the column of row weights");
  command.add_option("--groups", groups, "the column that says which rows belong together");
  command.add_option("--na", na, "one more word for a missing value; may be repeated")
      ->allow_extra_args(false);
  command
      .add_option("--categorical", categorical,
                  "a column of names, even if they look like numbers; may be repeated")
      ->allow_extra_args(false);
  command.add_option("--delimiter", delimiter, "between the fields of a CSV file (default: ,)");
}

Reading reading_of(const DataOptions& options) {
  Reading reading;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) reading.push_back({name, {value}});
  };
  add("target", options.target);
  add("task", options.task);
  add("weights", options.weights);
  add("groups", options.groups);
  if (!options.na.empty()) reading.emplace_back("na", options.na);
  if (!options.categorical.empty()) reading.emplace_back("categorical", options.categorical);
  add("delimiter", options.delimiter);
  return reading;
}

DataOptions options_of(const Reading& reading) {
  DataOptions options;
  const std::vector<std::pair<std::string, std::string*>> words = {
      {"target", &options.target},
      {"task", &options.task},
      {"weights", &options.weights},
      {"groups", &options.groups},
      {"delimiter", &options.delimiter}};
  for (const auto& [name, values] : reading) {
    const auto word = std::find_if(words.begin(), words.end(), [&, &wanted = name](const auto& w) {
      return w.first == wanted;
    });
    if (name == "na") {
      options.na = values;
    } else if (name == "categorical") {
      options.categorical = values;
    } else if (word != words.end() && values.size() == 1) {
      *word->second = values.front();
    } else {
      throw InvalidParameter(
          concat("data cannot be read with ", values.size(), " values of '", printable(name), "'"),
          "the report may be of a later grove");
    }
  }
  return options;
}

namespace {

Task task_of(const std::string& text) {
  if (text.empty()) return Task::automatic;
  if (text == "classification") return Task::classification;
  if (text == "regression") return Task::regression;
  throw InvalidParameter(concat("--task must be classification or regression, got '",
                                printable(text), "'",
                                did_you_mean(text, {"classification", "regression"})));
}

bool is_file_path(const std::string& data) {
  std::error_code ignored;
  return data.find('/') != std::string::npos || data.find('.') != std::string::npos ||
         std::filesystem::exists(data, ignored);
}

ReadOptions read_options(const DataOptions& options) {
  ReadOptions read;
  read.task = task_of(options.task);
  read.n_columns = options.n_columns;
  if (!options.weights.empty()) read.weights = options.weights;
  if (!options.groups.empty()) read.groups = options.groups;
  read.na = options.na;
  read.categorical = options.categorical;
  if (options.delimiter == "\\t" || options.delimiter == "tab") {
    read.delimiter = '\t';
  } else if (options.delimiter.size() == 1) {
    read.delimiter = options.delimiter.front();
  } else if (!options.delimiter.empty()) {
    throw InvalidParameter(concat("--delimiter must be one character or tab, got '",
                                  printable(options.delimiter), "'"));
  }
  return read;
}

Dataset read_file(const std::string& path, const ReadOptions& options) {
  Context context;
  context.stop = interrupt_token();
  const Dataset data =
      read_data(path, options, context).with_name(std::filesystem::path(path).filename().string());
  if (data.n_columns() == 0)
    throw InvalidData(concat(printable(path, 300), ": the only column, '",
                             printable(data.target_name()), "', is the target; no feature is left"),
                      "if it is several columns, name what separates them: --delimiter ';'");
  return data;
}

Dataset features_and_target(const Dataset& data) {
  if (!data.has_labels() && !data.has_target()) return data;
  Matrix x(data.n_rows(), data.n_columns() + 1);
  x.leftCols(data.n_columns()) = data.x();
  std::vector<Column> columns = data.columns();
  Column last{.name = data.target_name()};
  if (data.has_labels()) {
    last.kind = ColumnKind::categorical;
    last.categories = data.class_names();
    x.rightCols(1) = data.labels().cast<double>();
  } else {
    x.rightCols(1) = data.target();
  }
  columns.push_back(std::move(last));
  return data.without_target().with_x(std::move(x), std::move(columns));
}

/// A bundled set with another of its columns as the target, or the same for another task.
Dataset with_target_column(const Dataset& data, const std::string& target, Task task) {
  const Dataset all = features_and_target(data);
  std::vector<std::string> names;
  for (const Column& column : all.columns()) names.push_back(column.name);
  const auto found = std::find(names.begin(), names.end(), target);
  if (found == names.end())
    throw InvalidParameter(concat(data.name(), ": there is no column '", printable(target),
                                  "' for the target", did_you_mean(target, names)),
                           concat("the data set has ", join(names)));
  const auto at = static_cast<Index>(found - names.begin());
  const Vector values = all.x().col(at);
  Matrix x(all.n_rows(), all.n_columns() - 1);
  x << all.x().leftCols(at), all.x().rightCols(all.n_columns() - at - 1);
  std::vector<Column> columns = all.columns();
  const Column column = columns[static_cast<std::size_t>(at)];
  columns.erase(columns.begin() + at);
  if (values.array().isNaN().any())
    throw InvalidData(
        concat(data.name(), ": the target '", printable(target), "' has missing values"),
        "name another target");
  const Dataset rest = all.with_x(std::move(x), std::move(columns));
  const bool categorical = column.kind == ColumnKind::categorical;
  if (categorical && task == Task::regression)
    throw InvalidData(concat(data.name(), ": the target '", printable(target), "' holds words (",
                             join(column.categories, 3), "), which a regression cannot predict"),
                      "use --task classification, or name another target");
  if (categorical) return rest.with_labels(values.cast<int>(), column.categories, column.name);
  if (task != Task::classification) return rest.with_target(values, column.name);
  std::vector<double> distinct(values.begin(), values.end());
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  std::vector<std::string> class_names;
  for (const double value : distinct) class_names.push_back(number_text(value));
  Labels codes(values.size());
  for (Index i = 0; i < codes.size(); ++i)
    codes(i) = static_cast<int>(std::lower_bound(distinct.begin(), distinct.end(), values(i)) -
                                distinct.begin());
  return rest.with_labels(std::move(codes), std::move(class_names), column.name);
}

Dataset load_bundled(const std::string& name, const DataOptions& options) {
  const std::vector<std::string> names = datasets::names();
  if (std::find(names.begin(), names.end(), name) == names.end())
    throw InvalidData(
        concat("'", printable(name), "' is neither a bundled data set nor a file",
               suggestion(name, names)),
        "grove datasets lists the bundled ones; a file ends in .csv, .npy or .libsvm");
  if (!options.weights.empty() || !options.groups.empty())
    throw InvalidParameter(
        concat("--weights and --groups are for files; '", name, "' is a bundled set"),
        "give the path of a file");
  const Dataset data = datasets::load(name);
  const Task task = task_of(options.task);
  if (options.target == "none") return data.without_target();
  const bool kept = options.target.empty() || options.target == data.target_name();
  const bool fits = task == Task::automatic || (task == Task::regression && data.has_target()) ||
                    (task == Task::classification && data.has_labels());
  if (kept && fits) return data;
  if (kept && !data.has_labels() && !data.has_target()) return data;
  return with_target_column(data, kept ? data.target_name() : options.target, task).with_name(name);
}

std::vector<std::string> misread_columns(const Dataset& data, const TrainedOn& trained_on) {
  std::vector<std::string> names;
  for (const Column& wanted : trained_on.columns)
    for (const Column& given : data.columns())
      if (given.name == wanted.name && wanted.kind == ColumnKind::categorical &&
          given.kind == ColumnKind::numeric)
        names.push_back(given.name);
  return names;
}

/// Once more with the columns declared that the model knows as names, if a file's values alone did
/// not say so.
Dataset load_as_trained(const std::string& data, DataOptions options, DefaultTarget default_target,
                        const TrainedOn& trained_on) {
  options.n_columns = static_cast<Index>(trained_on.columns.size());
  const Dataset first = load_data(data, options, default_target);
  const std::vector<std::string> misread = misread_columns(first, trained_on);
  if (misread.empty() || !is_file_path(data)) return first;
  options.categorical.insert(options.categorical.end(), misread.begin(), misread.end());
  return load_data(data, options, default_target);
}

}  // namespace

Dataset load_data(const std::string& data, const DataOptions& options,
                  DefaultTarget default_target) {
  if (!is_file_path(data)) return load_bundled(data, options);
  ReadOptions read = read_options(options);
  if (!options.target.empty() && options.target != "none") read.target = options.target;
  read.last_column_is_target =
      options.target.empty() && default_target == DefaultTarget::last_column;
  return read_file(data, read);
}

const TrainedOn& columns_of(const Estimator& model) {
  const TrainedOn* trained = model.trained_on();
  if (trained == nullptr) throw Unsupported(concat(model.name(), " does not know its columns"));
  return *trained;
}

Dataset load_features(const std::string& data, const DataOptions& options,
                      const TrainedOn& trained_on) {
  DataOptions features = options;
  features.target = "none";
  return load_as_trained(data, features, DefaultTarget::none, trained_on);
}

Dataset load_for_scoring(const std::string& data, const DataOptions& options,
                         const TrainedOn& trained_on) {
  DataOptions scored = options;
  if (scored.target.empty()) scored.target = trained_on.target_name;
  if (scored.task.empty())
    scored.task = trained_on.class_names.empty() ? "regression" : "classification";
  const Dataset loaded = load_as_trained(data, scored, DefaultTarget::last_column, trained_on);
  if (!loaded.has_labels() || loaded.class_names() == trained_on.class_names) return loaded;
  std::vector<int> codes;
  for (const std::string& name : loaded.class_names()) {
    const auto found =
        std::find(trained_on.class_names.begin(), trained_on.class_names.end(), name);
    if (found == trained_on.class_names.end())
      throw InvalidData(concat("the target '", printable(loaded.target_name()), "' has the class '",
                               printable(name), "', which the model was not trained on"),
                        concat("it knows ", join(trained_on.class_names)));
    codes.push_back(static_cast<int>(found - trained_on.class_names.begin()));
  }
  Labels labels = loaded.labels();
  for (int& label : labels) label = codes[static_cast<std::size_t>(label)];
  return loaded.with_labels(std::move(labels), trained_on.class_names, loaded.target_name());
}

}  // namespace grove::cli
