#include "grove/data/trained_on.hpp"

#include <cmath>
#include <limits>
#include <unordered_map>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/data/held_out.hpp"

namespace grove {

namespace {

std::string_view kind_text(ColumnKind kind) {
  return kind == ColumnKind::numeric ? "numeric" : "categorical";
}

std::vector<std::string> names_of(const std::vector<Column>& columns) {
  std::vector<std::string> names;
  for (const Column& column : columns) names.push_back(printable(column.name));
  return names;
}

/// Code in `from` -> code in `to`, NaN where `to` lacks the category.
std::vector<double> translation(const Column& from, const Column& to) {
  std::unordered_map<std::string_view, double> codes;
  for (std::size_t i = 0; i < to.categories.size(); ++i)
    codes.emplace(to.categories[i], static_cast<double>(i));
  std::vector<double> table;
  for (const std::string& category : from.categories) {
    const auto found = codes.find(category);
    table.push_back(found == codes.end() ? std::numeric_limits<double>::quiet_NaN()
                                         : found->second);
  }
  return table;
}

Index missing_in_column(const MatrixView& x, Index column) {
  Index count = 0;
  for (Index i = 0; i < x.rows(); ++i) count += std::isnan(x(i, column)) ? 1 : 0;
  return count;
}

[[noreturn]] void throw_missing(std::string_view who, const std::vector<Column>& columns,
                                const MatrixView& x) {
  for (Index j = 0; j < x.cols(); ++j) {
    const Index count = missing_in_column(x, j);
    if (count == 0) continue;
    throw InvalidData(
        concat(who, " cannot take missing values: column '",
               printable(columns[static_cast<std::size_t>(j)].name), "' has ", count, " in ",
               x.rows(), " rows"),
        "put SimpleImputer() before it in a pipeline, or use GradientBoosting*, which learns "
        "from missing values");
  }
  throw InvalidData(concat(who, " cannot take missing values"));
}

}  // namespace

Matrix TrainedOn::align(const Dataset& data, std::string_view who) const {
  if (data.columns() == columns) return data.x();
  std::unordered_map<std::string_view, std::size_t> places;
  for (std::size_t j = 0; j < data.columns().size(); ++j) places.emplace(data.columns()[j].name, j);
  Matrix x(data.n_rows(), n_columns());
  for (Index j = 0; j < n_columns(); ++j) {
    const Column& wanted = columns[static_cast<std::size_t>(j)];
    const auto found = places.find(wanted.name);
    if (found == places.end())
      throw InvalidData(
          concat(who, " was fitted with a column '", printable(wanted.name),
                 "', which the data lacks", did_you_mean(wanted.name, names_of(data.columns()))),
          concat("the data has ", join(names_of(data.columns()))));
    const Column& given = data.columns()[found->second];
    const auto source = static_cast<Index>(found->second);
    // A column without a single value says nothing about its kind.
    const bool empty =
        given.kind != wanted.kind && missing_in_column(data.x(), source) == data.n_rows();
    if (given.kind != wanted.kind && !empty)
      throw InvalidData(
          concat(who, " was fitted with a ", kind_text(wanted.kind), " column '",
                 printable(wanted.name), "', but it is ", kind_text(given.kind), " in the data"),
          "read the file with the same column kinds as the training data");
    if (given.kind == ColumnKind::numeric || empty || given.categories == wanted.categories) {
      x.col(j) = data.x().col(source);
      continue;
    }
    const std::vector<double> table = translation(given, wanted);
    for (Index i = 0; i < x.rows(); ++i) {
      const double code = data.x()(i, source);
      x(i, j) = std::isnan(code) ? code : table[static_cast<std::size_t>(code)];
    }
  }
  return x;
}

Value TrainedOn::to_value() const {
  Value::List list;
  for (const Column& column : columns) {
    Value::Map entry;
    entry["name"] = column.name;
    entry["kind"] = std::string(kind_text(column.kind));
    if (column.kind == ColumnKind::categorical) entry["categories"] = Value(column.categories);
    list.emplace_back(std::move(entry));
  }
  return Value::Map{{"columns", std::move(list)},
                    {"class_names", Value(class_names)},
                    {"target_name", target_name}};
}

TrainedOn TrainedOn::from_value(const StateReader& reader) {
  TrainedOn result;
  for (const StateReader& entry : reader.list("columns")) {
    Column column{.name = entry.text("name")};
    const std::string kind = entry.text("kind");
    if (kind == "categorical") {
      column.kind = ColumnKind::categorical;
      column.categories = entry.texts("categories");
    } else if (kind != "numeric") {
      entry.fail(concat("has an unknown kind '", printable(kind), "'"));
    }
    result.columns.push_back(std::move(column));
  }
  if (result.columns.empty()) reader.fail("has no columns");
  result.class_names = reader.texts("class_names");
  result.target_name = reader.text("target_name");
  return result;
}

namespace {

void check_target(std::string_view who, const Dataset& data, TargetKind target) {
  if (target == TargetKind::labels && !data.has_labels()) {
    if (data.has_target())
      throw InvalidData(concat(who, " is a classifier, but the target '",
                               printable(data.target_name()), "' holds real values"),
                        "use a regressor, or read the data with task = classification");
    throw InvalidData(concat(who, " needs class labels, but the data set has no target"),
                      "name the target column when reading the data, or give y");
  }
  if (target == TargetKind::real && !data.has_target()) {
    if (data.has_labels())
      throw InvalidData(
          concat(who, " is a regressor, but the target '", printable(data.target_name()),
                 "' holds class labels (", join(data.class_names(), 3), ")"),
          "use a classifier, or read the data with task = regression");
    throw InvalidData(concat(who, " needs a target, but the data set has none"),
                      "name the target column when reading the data, or give y");
  }
}

}  // namespace

void check_fit_data(std::string_view who, const Dataset& data, TargetKind target,
                    const Capabilities& capabilities) {
  if (data.n_rows() == 0)
    throw InvalidData(
        concat(who, " needs at least 1 row, got 0 rows of ", data.n_columns(), " columns"));
  if (data.n_columns() == 0)
    throw InvalidData(
        concat(who, " needs at least 1 column, got ", data.n_rows(), " rows of 0 columns"));
  check_target(who, data, target);
  refuse_held_out(who, "G-LEAK-13", "the data to fit on", data);
  if (!capabilities.categorical && data.has_categorical())
    for (const Column& column : data.columns())
      if (column.kind == ColumnKind::categorical)
        throw InvalidData(concat(who, " cannot take categorical columns: '", printable(column.name),
                                 "' has ", column.categories.size(), " categories"),
                          "put OneHotEncoder() or OrdinalEncoder() before it in a pipeline, or use "
                          "GradientBoosting*, which splits on categories");
  if (!capabilities.missing_values && data.has_missing())
    throw_missing(who, data.columns(), data.x());
  if (!capabilities.sample_weights && data.weights() != nullptr)
    throw Unsupported(concat(who, " has no use for sample weights"), "pass data.without_weights()");
}

void check_predict_data(std::string_view who, const MatrixView& x, const TrainedOn& trained_on,
                        const Capabilities& capabilities) {
  if (x.cols() != trained_on.n_columns())
    throw InvalidData(
        concat(who, " was fitted with ", trained_on.n_columns(), " columns, got ", x.cols()),
        x.rows() == trained_on.n_columns()
            ? "x looks transposed: rows are samples and columns are features"
            : "pass the columns of the training data, in the same order");
  bool has_missing = false;
  for (Index i = 0; i < x.rows(); ++i) {
    double sum = 0;  // stays 0 unless the row holds NaN or inf
    for (Index j = 0; j < x.cols(); ++j) sum += x(i, j) * 0.0;
    if (sum == 0.0) continue;
    for (Index j = 0; j < x.cols(); ++j)
      if (std::isinf(x(i, j)))
        throw InvalidData(concat(who, ": column '",
                                 printable(trained_on.columns[static_cast<std::size_t>(j)].name),
                                 "' is infinite at row ", i),
                          "grove takes finite numbers and NaN (missing)");
    has_missing = true;
  }
  if (has_missing && !capabilities.missing_values) throw_missing(who, trained_on.columns, x);
}

namespace {

void check_lengths(std::string_view who, const MatrixView& x, Index labels) {
  if (labels == x.rows()) return;
  throw InvalidData(concat(who, ": x has ", x.rows(), " rows, but y has ", labels, " entries"),
                    labels == x.cols()
                        ? "x looks transposed: rows are samples and columns are features"
                        : "give one entry of y per row of x");
}

}  // namespace

Dataset dataset_from(std::string_view who, const MatrixView& x, const Labels& y) {
  check_lengths(who, x, y.size());
  if (y.size() == 0) return Dataset::borrow(x).with_labels(y, {});
  const int low = y.minCoeff();
  const int high = y.maxCoeff();
  std::vector<char> seen;
  if (low >= 0 && static_cast<Index>(high) < y.size()) {
    seen.assign(static_cast<std::size_t>(high) + 1, 0);
    for (Index i = 0; i < y.size(); ++i) seen[static_cast<std::size_t>(y(i))] = 1;
  }
  Index n_distinct = 0;
  for (const char mark : seen) n_distinct += mark;
  if (seen.empty() || n_distinct != static_cast<Index>(high) + 1)
    throw InvalidData(
        concat(who, ": y must hold the codes 0..K-1, each at least once, got values in ", low, "..",
               high),
        "make a Dataset(x, y): its labels() are such codes and its class_names() say what they "
        "stand for");
  std::vector<std::string> names;
  for (int code = 0; code <= high; ++code) names.push_back(std::to_string(code));
  return Dataset::borrow(x).with_labels(y, std::move(names));
}

Dataset dataset_from(std::string_view who, const MatrixView& x, const Vector& y) {
  check_lengths(who, x, y.size());
  return Dataset::borrow(x).with_target(y);
}

}  // namespace grove
