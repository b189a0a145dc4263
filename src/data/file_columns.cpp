#include "data/file_columns.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "core/large_pages.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove {

namespace {

Labels as_codes(const Vector& values) {
  Labels codes(values.size());
  for (Index i = 0; i < values.size(); ++i) codes(i) = static_cast<int>(values(i));
  return codes;
}

/// The sorted distinct values if they are integers and at most `most`; else nothing.
std::vector<double> few_integers(const Vector& values, std::size_t most) {
  std::set<double> distinct;
  for (Index i = 0; i < values.size(); ++i) {
    if (values(i) != std::floor(values(i)) || std::abs(values(i)) > 1e15) return {};
    distinct.insert(values(i) + 0.0);
    if (distinct.size() > most) return {};
  }
  return {distinct.begin(), distinct.end()};
}

template <class T>
int code_in(const std::vector<T>& sorted, const T& value) {
  return static_cast<int>(std::lower_bound(sorted.begin(), sorted.end(), value) - sorted.begin());
}

}  // namespace

std::vector<std::string> numbered_columns(Index n_columns) {
  std::vector<std::string> names;
  for (Index j = 0; j < n_columns; ++j) names.push_back(concat('c', j));
  return names;
}

void refuse_csv_options(const std::string& file, const ReadOptions& options) {
  if (options.delimiter != ',' || !options.na.empty())
    throw InvalidParameter(concat(file, ": delimiter and na are options for CSV files"),
                           "leave them out");
}

FileColumns::FileColumns(std::string file, std::vector<std::string> names,
                         const ReadOptions& options)
    : file_(std::move(file)),
      names_(std::move(names)),
      categorical_(names_.size()),
      task_(options.task) {
  for (const std::string& name : options.categorical)
    categorical_[place_of(name, "categorical")] = true;
  if (options.target) {
    target_ = place_of(*options.target, "the target");
  } else if (options.last_column_is_target && !names_.empty()) {
    target_ = names_.size() - 1;
  }
  if (options.weights) weights_ = place_of(*options.weights, "the weights");
  if (options.groups) groups_ = place_of(*options.groups, "the groups");
  for (std::size_t j = 0; j < names_.size(); ++j)
    if (j != target_ && j != weights_ && j != groups_) features_.push_back(j);
}

std::size_t FileColumns::place_of(const std::string& wanted, const char* option) const {
  const auto found = std::find(names_.begin(), names_.end(), wanted);
  if (found == names_.end())
    throw InvalidParameter(concat(file_, ": there is no column '", printable(wanted), "' for ",
                                  option, did_you_mean(wanted, names_)),
                           concat("the file has ", join(names_)));
  return static_cast<std::size_t>(found - names_.begin());
}

void FileColumns::allocate(Index n_rows) {
  x_.resize(n_rows, static_cast<Index>(features_.size()));
  prefer_large_pages(x_.data(), static_cast<std::size_t>(x_.size()) * sizeof(double));
  if (target_ != none) target_values_.resize(n_rows);
  if (weights_ != none) weight_values_.resize(n_rows);
  if (groups_ != none) group_values_.resize(n_rows);
}

ColumnCells FileColumns::cells(std::size_t column) {
  if (column == target_) return {target_values_.data()};
  if (column == weights_) return {weight_values_.data()};
  if (column == groups_) return {group_values_.data()};
  const auto place = std::lower_bound(features_.begin(), features_.end(), column);
  return {x_.data() + (place - features_.begin()), x_.cols()};
}

std::vector<ColumnContent> FileColumns::contents_of_numbers() {
  std::vector<ColumnContent> contents(size());
  for (std::size_t j = 0; j < size(); ++j) {
    if (!categorical_[j]) continue;
    const ColumnCells column = cells(j);
    std::set<std::string> distinct;
    for (Index row = 0; row < x_.rows(); ++row)
      if (!std::isnan(column[row])) distinct.insert(number_text(column[row]));
    contents[j] = {.words = true, .categories = {distinct.begin(), distinct.end()}};
    for (Index row = 0; row < x_.rows(); ++row)
      if (!std::isnan(column[row]))
        column[row] = code_in(contents[j].categories, number_text(column[row]));
  }
  return contents;
}

Dataset FileColumns::to_dataset(std::vector<ColumnContent> contents,
                                const std::function<std::int64_t(Index)>& line_of) && {
  Columns columns;
  for (const std::size_t j : features_)
    columns.push_back({.name = names_[j],
                       .kind = contents[j].words ? ColumnKind::categorical : ColumnKind::numeric,
                       .categories = std::move(contents[j].categories)});
  Dataset data(std::move(x_), std::move(columns));
  if (target_ != none) {
    refuse_missing(target_, target_values_, "target", line_of);
    data = with_target(data, contents[target_]);
  }
  if (weights_ != none) {
    refuse_missing(weights_, weight_values_, "weight", line_of);
    data = with_weights(data, contents[weights_]);
  }
  if (groups_ != none) {
    refuse_missing(groups_, group_values_, "group", line_of);
    data = with_groups(data, contents[groups_]);
  }
  return data;
}

void FileColumns::refuse_missing(std::size_t column, const Vector& values, const char* role,
                                 const std::function<std::int64_t(Index)>& line_of) const {
  for (Index row = 0; row < values.size(); ++row)
    if (std::isnan(values(row)))
      throw ParseError(file_, line_of ? line_of(row) : 0, 0,
                       concat("the ", role, " '", printable(names_[column]), "' is missing",
                              line_of ? std::string() : concat(" in row ", row)),
                       concat("every row needs a ", role, "; drop the rows that have none"));
}

Dataset FileColumns::with_target(const Dataset& data, const ColumnContent& content) const {
  const std::string& name = names_[target_];
  if (content.words) {
    if (task_ == Task::regression)
      throw ParseError(file_, 0, 0,
                       concat("the target '", printable(name), "' holds words (",
                              join(content.categories, 3), "), which a regression cannot predict"),
                       "use task = classification, or name another target");
    return data.with_labels(as_codes(target_values_), content.categories, name);
  }
  std::vector<double> classes;
  if (task_ != Task::regression)
    classes = few_integers(target_values_, task_ == Task::automatic ? 20 : std::size_t{1} << 20);
  if (classes.empty()) {
    if (task_ == Task::classification && target_values_.size() > 0)
      throw ParseError(
          file_, 0, 0,
          concat("the target '", printable(name), "' holds numbers that are not integers"),
          "use task = regression, or declare the column categorical");
    return data.with_target(target_values_, name);
  }
  Labels codes(target_values_.size());
  for (Index i = 0; i < codes.size(); ++i) codes(i) = code_in(classes, target_values_(i));
  std::vector<std::string> names;
  for (const double value : classes) names.push_back(concat(static_cast<std::int64_t>(value)));
  return data.with_labels(std::move(codes), std::move(names), name);
}

Dataset FileColumns::with_weights(const Dataset& data, const ColumnContent& content) const {
  if (content.words)
    throw ParseError(
        file_, 0, 0,
        concat("the weights '", printable(names_[weights_]), "' are words, not numbers"));
  return data.with_weights(weight_values_);
}

Dataset FileColumns::with_groups(const Dataset& data, const ColumnContent& content) const {
  if (content.words) return data.with_groups(as_codes(group_values_));
  const std::vector<double> distinct = few_integers(group_values_, std::size_t{1} << 30);
  if (distinct.empty())
    throw ParseError(file_, 0, 0, "the groups are numbers that are not integers");
  Labels groups(group_values_.size());
  for (Index i = 0; i < groups.size(); ++i) groups(i) = code_in(distinct, group_values_(i));
  return data.with_groups(std::move(groups));
}

}  // namespace grove
