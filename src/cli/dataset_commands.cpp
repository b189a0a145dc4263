#include <algorithm>
#include <cmath>
#include <set>

#include "cli/app.hpp"
#include "cli/data_source.hpp"
#include "cli/output.hpp"
#include "core/text.hpp"
#include "grove/data/audit.hpp"
#include "grove/data/standard_datasets.hpp"

namespace grove::cli {

namespace {

struct ColumnFacts {
  Index missing = 0;
  std::size_t distinct = 0;
  double sum = 0;
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
};

template <class Values>
ColumnFacts facts_of(const Values& values) {
  ColumnFacts facts;
  std::vector<double> present;
  present.reserve(static_cast<std::size_t>(values.size()));
  for (Index i = 0; i < values.size(); ++i) {
    const double value = values(i);
    if (std::isnan(value)) {
      ++facts.missing;
      continue;
    }
    facts.sum += value;
    facts.low = std::min(facts.low, value);
    facts.high = std::max(facts.high, value);
    present.push_back(value);
  }
  std::sort(present.begin(), present.end());
  facts.distinct =
      static_cast<std::size_t>(std::unique(present.begin(), present.end()) - present.begin());
  return facts;
}

struct Description {
  Json json = Json::object();
  std::string text;
};

void describe_columns(const Dataset& data, Description& description) {
  std::vector<std::vector<std::string>> rows;
  for (Index j = 0; j < data.n_columns(); ++j) {
    const Column& column = data.columns()[static_cast<std::size_t>(j)];
    const bool numeric = column.kind == ColumnKind::numeric;
    const ColumnFacts facts = facts_of(data.x().col(j));
    Json entry = {{"name", column.name},
                  {"kind", numeric ? "numeric" : "categorical"},
                  {"missing", facts.missing},
                  {"distinct", facts.distinct}};
    if (numeric) entry["sum"] = facts.sum;
    std::string range;
    if (numeric && facts.distinct > 0)
      range = concat(short_text(facts.low), " .. ", short_text(facts.high));
    if (!numeric) range = printable(join(column.categories, 4), 60);
    rows.push_back({printable(column.name, 40), numeric ? "numeric" : "categorical",
                    std::to_string(facts.missing), std::to_string(facts.distinct), range});
    description.json["columns"].push_back(std::move(entry));
  }
  description.text += table({"column", "kind", "missing", "distinct", "values"}, rows);
}

void describe_target(const Dataset& data, Description& description) {
  if (data.has_labels()) {
    std::vector<Index> counts(data.class_names().size(), 0);
    for (const int code : data.labels()) ++counts[static_cast<std::size_t>(code)];
    Json classes = Json::array();
    description.text += concat("\ntarget ", data.target_name(), ": ", counts.size(), " classes\n");
    std::vector<std::vector<std::string>> rows;
    for (std::size_t k = 0; k < counts.size(); ++k) {
      classes.push_back({{"name", data.class_names()[k]}, {"rows", counts[k]}});
      rows.push_back({printable(data.class_names()[k], 40), std::to_string(counts[k])});
    }
    description.text += table({"class", "rows"}, rows);
    description.json["target"] = {
        {"name", data.target_name()}, {"kind", "classes"}, {"classes", std::move(classes)}};
  } else if (data.has_target()) {
    const ColumnFacts facts = facts_of(data.target());
    description.text += concat("\ntarget ", data.target_name(), ": real, ", short_text(facts.low),
                               " .. ", short_text(facts.high), ", mean ",
                               short_text(facts.sum / static_cast<double>(data.n_rows())), "\n");
    description.json["target"] = {{"name", data.target_name()},
                                  {"kind", "real"},
                                  {"sum", facts.sum},
                                  {"distinct", facts.distinct}};
  }
}

struct DescribeArguments {
  std::string data, json;
  DataOptions options;
};

void describe(const DescribeArguments& arguments, const Session& session) {
  const Dataset data = load_data(arguments.data, arguments.options, DefaultTarget::none);
  Description description;
  description.json = {{"name", data.name()},
                      {"rows", data.n_rows()},
                      {"fingerprint", data.fingerprint()},
                      {"columns", Json::array()}};
  description.text =
      concat(data.name(), ": ", data.n_rows(), " rows, ", data.n_columns(), " columns\n\n");
  describe_columns(data, description);
  describe_target(data, description);
  description.json["findings"] = Json::array();
  description.text += "\n";
  for (const Finding& finding : audit(data, {}, session.context())) {
    description.json["findings"].push_back({{"code", finding.code}, {"text", finding.text}});
    description.text += concat(finding.code, ": ", finding.text, "\n");
  }
  if (description.json["findings"].empty()) description.text += "nothing odd was found\n";
  if (arguments.json != "-") print(description.text);
  if (!arguments.json.empty()) write_json(arguments.json, description.json);
}

void list_datasets(const std::string& json_path) {
  std::vector<std::vector<std::string>> rows;
  Json json = Json::array();
  for (const datasets::DatasetInfo& info : datasets::index()) {
    rows.push_back({info.name, std::to_string(info.n_rows), std::to_string(info.n_columns),
                    info.task, info.target});
    json.push_back({{"name", info.name},
                    {"rows", info.n_rows},
                    {"columns", info.n_columns},
                    {"task", info.task},
                    {"target", info.target},
                    {"source", info.source},
                    {"licence", info.licence},
                    {"sha256", info.sha256}});
  }
  if (json_path != "-") print(table({"name", "rows", "columns", "task", "target"}, rows));
  if (!json_path.empty()) write_json(json_path, json);
}

}  // namespace

void add_dataset_commands(CLI::App& app, Session& session) {
  CLI::App* list = app.add_subcommand("datasets", "the bundled data sets");
  const auto json = std::make_shared<std::string>();
  list->add_option("--json", *json, "the same as JSON; - for stdout");
  list->callback([json] { list_datasets(*json); });

  CLI::App* command =
      app.add_subcommand("describe", "columns, kinds, missing values, classes, findings");
  const auto arguments = std::make_shared<DescribeArguments>();
  command->add_option("DATA", arguments->data, "a bundled data set or a file")->required();
  command->add_option("--json", arguments->json, "the same as JSON; - for stdout");
  arguments->options.add_to(*command);
  command->callback([arguments, &session] { describe(*arguments, session); });
}

}  // namespace grove::cli
