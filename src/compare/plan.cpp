#include "grove/compare/plan.hpp"

#include <cmath>
#include <map>

#include "compare/protocol.hpp"
#include "core/sha256.hpp"
#include "core/text.hpp"

namespace grove {

namespace {

void add_values(Sha256& hash, const Vector& values) {
  Vector plain = values;
  for (double& value : plain) {
    if (std::isnan(value)) value = std::nan("");
    if (value == 0) value = 0;  // one zero
  }
  hash.add(plain.data(), static_cast<std::size_t>(plain.size()) * sizeof(double));
}

PlannedColumn column_of(const std::string& name, std::string_view kind,
                        const std::vector<std::string>& categories, const Vector& values) {
  Sha256 hash;
  hash.add_text(kind);
  for (const std::string& category : categories) hash.add_text(category);
  add_values(hash, values);
  return {name, hash.hex().substr(0, 16)};
}

std::vector<PlannedColumn> columns_of(const Dataset& data) {
  std::vector<PlannedColumn> columns;
  for (Index j = 0; j < data.n_columns(); ++j) {
    const Column& column = data.columns()[static_cast<std::size_t>(j)];
    columns.push_back(column_of(column.name,
                                column.kind == ColumnKind::numeric ? "numeric" : "categorical",
                                column.categories, data.x().col(j)));
  }
  if (data.has_labels())
    columns.push_back(
        column_of(data.target_name(), "target", data.class_names(), data.labels().cast<double>()));
  if (data.has_target())
    columns.push_back(column_of(data.target_name(), "target", {}, data.target()));
  if (data.weights() != nullptr)
    columns.push_back(column_of("the weights", "weights", {}, *data.weights()));
  if (data.groups() != nullptr)
    columns.push_back(column_of("the groups", "groups", {}, data.groups()->cast<double>()));
  return columns;
}

PlannedDataset planned(const Dataset& data, const CompareOptions& options) {
  const Protocol protocol = protocol_for(data, options);
  PlannedDataset result;
  result.name = data.name();
  result.n_rows = data.n_rows();
  result.n_features = data.n_columns();
  result.fingerprint = data.fingerprint();
  result.columns = columns_of(data);
  result.splitter = protocol.splitter.describe();
  result.splits_sha256 = splits_sha256(protocol.splits);
  result.n_splits = static_cast<Index>(protocol.splits.size());
  for (const Scorer& scorer : protocol.scorers) result.metrics.push_back(scorer.name());
  return result;
}

std::string quoted(std::string_view name) { return concat("'", printable(name), "'"); }

class Differences {
 public:
  /// "the seed was 0 and is 1"
  template <class T>
  void changed(const std::string& what, const T& before, const T& now) {
    if (!(before == now))
      list_.push_back(concat(what, " was ", text(before), " and is ", text(now)));
  }
  void add(const std::string& what) { list_.push_back(what); }
  std::vector<std::string> take() { return std::move(list_); }

 private:
  static std::string text(const std::string& value) {
    return value.empty() ? "none" : printable(value, 200);
  }
  static std::string text(std::uint64_t value) { return std::to_string(value); }
  static std::string text(int value) { return std::to_string(value); }
  static std::string text(bool value) { return value ? "in" : "out"; }
  static std::string text(const std::vector<std::string>& names) {
    return names.empty() ? "the default" : join(names, 99);
  }
  std::vector<std::string> list_;
};

/// Items of both lists by their name, in order; a name that only one has is reported.
template <class Item, class Compare>
void match(const std::vector<Item>& before, const std::vector<Item>& now, std::string_view what,
           Differences& differences, const Compare& compare) {
  const auto find = [](const std::vector<Item>& items, const std::string& name) {
    const Item* found = nullptr;
    for (const Item& item : items)
      if (item.name == name) found = &item;
    return found;
  };
  for (const Item& item : before) {
    const Item* other = find(now, item.name);
    if (other == nullptr)
      differences.add(concat(what, " ", quoted(item.name), " was removed"));
    else
      compare(item, *other);
  }
  for (const Item& item : now)
    if (find(before, item.name) == nullptr)
      differences.add(concat(what, " ", quoted(item.name), " was added"));
}

void compare_contenders(const PlannedContender& before, const PlannedContender& now,
                        Differences& differences) {
  std::map<std::string, std::string> old;
  for (const auto& [name, value] : before.params) old[name] = to_text(value);
  const std::string whose = concat(" of contender ", quoted(before.name));
  for (const auto& [name, value] : now.params) {
    const auto found = old.find(name);
    if (found == old.end()) {
      differences.add(concat("parameter ", name, whose, " is new: ", to_text(value)));
      continue;
    }
    differences.changed(concat("parameter ", name, whose), found->second, to_text(value));
    old.erase(found);
  }
  for (const auto& [name, value] : old)
    differences.add(concat("parameter ", printable(name), whose, " is gone: ", printable(value)));
  differences.changed(concat("the model", whose), before.expression, now.expression);
  differences.changed(concat("the data of an earlier search", whose), before.tuned_on,
                      now.tuned_on);
  if (before.space != now.space)
    differences.add(concat("what is tuned", whose, " is something else"));
}

}  // namespace

Plan plan_of(const std::vector<Contender>& contenders, const std::vector<Dataset>& datasets,
             const CompareOptions& options) {
  Plan plan;
  for (const Dataset& data : datasets) plan.datasets.push_back(planned(data, options));
  for (const Contender& contender : contenders) {
    const Estimator& model = contender.estimator;
    PlannedContender planned{contender.name, model.expression(), model.param_values(), {}, {}};
    if (options.tune) planned.space = contender.space.value_or(model.search_space());
    if (contender.tuned_on) planned.tuned_on = contender.tuned_on->fingerprint;
    plan.contenders.push_back(std::move(planned));
  }
  plan.baseline = baseline_enters(contenders);
  if (options.cv) plan.cv = options.cv->describe();
  plan.n_repeats = options.n_repeats;
  for (const Scorer& scorer : options.metrics) plan.metrics.push_back(scorer.name());
  plan.time_column = options.time_column;
  plan.seed = options.seed;
  if (options.tune) {
    plan.tuning = to_text(*options.tune);
    if (options.tune->cv) plan.tuning_cv = options.tune->cv->describe();
    if (options.tune->metric) plan.tuning_metric = options.tune->metric->name();
    plan.tuning_seed = options.tune->seed;
  }
  return plan;
}

std::vector<std::string> data_differences(const PlannedDataset& before, const PlannedDataset& now) {
  if (before.fingerprint == now.fingerprint) return {};
  Differences differences;
  differences.changed("the number of rows", std::to_string(before.n_rows),
                      std::to_string(now.n_rows));
  differences.changed("the number of columns", std::to_string(before.n_features),
                      std::to_string(now.n_features));
  match(before.columns, now.columns, "column", differences,
        [&](const PlannedColumn& a, const PlannedColumn& b) {
          if (a.digest != b.digest && before.n_rows == now.n_rows)
            differences.add(concat("column ", quoted(a.name), " has other values"));
        });
  std::vector<std::string> list = differences.take();
  if (list.empty()) list.emplace_back("the order or the kind of columns is another");
  return list;
}

std::vector<std::string> plan_differences(const Plan& before, const Plan& now) {
  if (plan_sha256(before) == plan_sha256(now)) return {};
  Differences differences;
  match(before.datasets, now.datasets, "data set", differences,
        [&](const PlannedDataset& a, const PlannedDataset& b) {
          const std::string whose = concat(" of ", printable(a.name));
          for (const std::string& what : data_differences(a, b))
            differences.add(concat("the data", whose, ": ", what));
          if (a.splits_sha256 != b.splits_sha256)
            differences.add(concat("the folds", whose, " are others (", printable(a.splitter), ", ",
                                   printable(b.splitter), ")"));
          if (!a.metrics.empty() && !b.metrics.empty() && a.metrics.front() != b.metrics.front())
            differences.changed(concat("the deciding metric", whose), a.metrics.front(),
                                b.metrics.front());
          else
            differences.changed(concat("the list of metrics", whose), a.metrics, b.metrics);
        });
  match(before.contenders, now.contenders, "contender", differences,
        [&](const PlannedContender& a, const PlannedContender& b) {
          compare_contenders(a, b, differences);
        });
  differences.changed("the baseline", before.baseline, now.baseline);
  differences.changed("the column of times", before.time_column, now.time_column);
  differences.changed("the tuning", before.tuning, now.tuning);
  differences.changed("the folds of the tuning", before.tuning_cv, now.tuning_cv);
  differences.changed("the metric of the tuning", before.tuning_metric, now.tuning_metric);
  differences.changed("the seed of the tuning", before.tuning_seed, now.tuning_seed);
  differences.changed("the number of repeats", before.n_repeats, now.n_repeats);
  differences.changed("the seed", before.seed, now.seed);
  std::vector<std::string> list = differences.take();
  if (list.empty()) list.emplace_back("the order of data sets or contenders is another");
  return list;
}

}  // namespace grove
