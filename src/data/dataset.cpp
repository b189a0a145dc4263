#include "grove/data/dataset.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <mutex>
#include <unordered_set>

#include "core/sha256.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove {

namespace {

/// Only equality matters, so the order in which threads make data sets does not.
std::uint64_t next_source() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

/// The table. Either `owned` holds the numbers or the caller does.
struct Dataset::Storage {
  Matrix owned;
  MatrixMap x;
  std::vector<Column> columns;
  bool has_missing = false;
  bool has_categorical = false;

  Storage(Matrix matrix, std::vector<Column> named)
      : owned(std::move(matrix)),
        x(owned.data(), owned.rows(), owned.cols(), Eigen::OuterStride<>(owned.cols())),
        columns(std::move(named)) {
    check();
  }
  Storage(const MatrixView& borrowed, std::vector<Column> named)
      : x(borrowed.data(), borrowed.rows(), borrowed.cols(),
          Eigen::OuterStride<>(borrowed.outerStride())),
        columns(std::move(named)) {
    check();
  }
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  void check();
  void check_value(Index row, Index column) const;
};

struct Dataset::Target {
  std::optional<Labels> labels;
  std::vector<std::string> class_names;
  std::optional<Vector> values;
  std::string target_name;
  std::optional<Vector> weights;
  std::optional<Labels> groups;
  std::string name;
  std::uint64_t source = next_source();
  std::shared_ptr<const std::vector<Index>> rows = {};  // in the source; null: as they are
  std::vector<DataStep> history = {};
  mutable std::once_flag once = {};
  mutable std::string fingerprint = {};

  Target() = default;
  Target(const Target& other)
      : labels(other.labels),
        class_names(other.class_names),
        values(other.values),
        target_name(other.target_name),
        weights(other.weights),
        groups(other.groups),
        name(other.name),
        source(other.source),
        rows(other.rows),
        history(other.history) {}
  Target& operator=(const Target&) = delete;
};

void Dataset::Storage::check_value(Index row, Index column) const {
  const double value = x(row, column);
  const Column& info = columns[static_cast<std::size_t>(column)];
  if (std::isinf(value))
    throw InvalidData(
        concat("data set: column '", printable(info.name), "' is infinite at row ", row),
        "grove takes finite numbers and NaN (missing); replace or drop that row");
  if (info.kind == ColumnKind::categorical && !std::isnan(value)) {
    const auto n = static_cast<double>(info.categories.size());
    if (value < 0 || value >= n || value != std::floor(value))
      throw InvalidData(concat("data set: categorical column '", printable(info.name),
                               "' must hold codes 0..", info.categories.size() - 1, ", got ", value,
                               " at row ", row));
  }
}

void Dataset::Storage::check() {
  if (columns.empty())
    for (Index j = 0; j < x.cols(); ++j) columns.push_back({.name = concat("c", j)});
  if (static_cast<Index>(columns.size()) != x.cols())
    throw InvalidData(concat("data set: x has ", x.cols(), " columns, but ", columns.size(),
                             " columns are described"));
  std::unordered_set<std::string_view> seen;
  std::vector<Index> categorical;
  for (const Column& column : columns) {
    if (!seen.insert(column.name).second)
      throw InvalidData(concat("data set: two columns are called '", printable(column.name), "'"),
                        "columns are matched by name; give each its own");
    if (column.kind == ColumnKind::categorical)
      categorical.push_back(static_cast<Index>(&column - columns.data()));
  }
  has_categorical = !categorical.empty();
  for (Index i = 0; i < x.rows(); ++i) {
    const double* const row = x.data() + i * x.outerStride();
    unsigned infinite = 0;
    unsigned missing = 0;
    for (Index j = 0; j < x.cols(); ++j) {
      infinite |= std::abs(row[j]) == std::numeric_limits<double>::infinity() ? 1U : 0U;
      missing |= row[j] != row[j] ? 1U : 0U;
    }
    has_missing = has_missing || missing != 0;
    if (infinite != 0)
      for (Index j = 0; j < x.cols(); ++j) check_value(i, j);
    for (const Index j : categorical) check_value(i, j);
  }
}

namespace {

void check_length(std::string_view what, Index got, Index rows, Index columns) {
  if (got == rows) return;
  std::string hint = concat("give one entry of ", what, " per row of x");
  if (got == columns)
    hint = concat("x looks transposed: rows are samples and columns are features, so x should be ",
                  columns, " x ", rows, "; pass x.transpose()");
  throw InvalidData(concat("data set: ", what, " has ", got, " entries, but x has ", rows, " rows"),
                    hint);
}

void check_finite(std::string_view what, const Vector& values) {
  for (Index i = 0; i < values.size(); ++i)
    if (!std::isfinite(values(i)))
      throw InvalidData(
          concat("data set: ", what, " is ", values(i), " at row ", i),
          concat("every row needs a finite ", what, "; drop the rows that have none"));
}

/// Codes of sorted distinct values, and those values.
template <class T, class Values>
std::pair<Labels, std::vector<T>> encode(const Values& values, Index n) {
  std::vector<T> distinct;
  for (Index i = 0; i < n; ++i) distinct.push_back(values[static_cast<std::size_t>(i)]);
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  Labels codes(n);
  for (Index i = 0; i < n; ++i) {
    const auto found =
        std::lower_bound(distinct.begin(), distinct.end(), values[static_cast<std::size_t>(i)]);
    codes(i) = static_cast<int>(found - distinct.begin());
  }
  return {std::move(codes), std::move(distinct)};
}

std::pair<Labels, std::vector<std::string>> encode_integers(const Labels& y) {
  const std::vector<int> values(y.data(), y.data() + y.size());
  auto [codes, distinct] = encode<int>(values, y.size());
  std::vector<std::string> names;
  for (const int value : distinct) names.push_back(std::to_string(value));
  return {std::move(codes), std::move(names)};
}

}  // namespace

Dataset::Dataset(Matrix x, std::vector<Column> columns)
    : storage_(std::make_shared<const Storage>(std::move(x), std::move(columns))),
      target_(std::make_shared<const Target>()) {}

Dataset::Dataset(Matrix x, const Labels& y, std::vector<Column> columns)
    : Dataset(std::move(x), std::move(columns)) {
  check_length("y", y.size(), n_rows(), n_columns());
  auto [codes, names] = encode_integers(y);
  *this = with_labels(std::move(codes), std::move(names));
}

Dataset::Dataset(Matrix x, const std::vector<std::string>& y, std::vector<Column> columns)
    : Dataset(std::move(x), std::move(columns)) {
  check_length("y", static_cast<Index>(y.size()), n_rows(), n_columns());
  auto [codes, names] = encode<std::string>(y, n_rows());
  *this = with_labels(std::move(codes), std::move(names));
}

Dataset::Dataset(Matrix x, Vector y, std::vector<Column> columns)
    : Dataset(std::move(x), std::move(columns)) {
  *this = with_target(std::move(y));
}

Dataset Dataset::borrow(const MatrixView& x, std::vector<Column> columns) {
  Dataset data;
  data.storage_ = std::make_shared<const Storage>(x, std::move(columns));
  data.target_ = std::make_shared<const Target>();
  return data;
}

Dataset Dataset::borrow(const MatrixView& x, const Labels& y, std::vector<Column> columns) {
  Dataset data = borrow(x, std::move(columns));
  check_length("y", y.size(), x.rows(), x.cols());
  auto [codes, names] = encode_integers(y);
  return data.with_labels(std::move(codes), std::move(names));
}

Dataset Dataset::borrow(const MatrixView& x, const Vector& y, std::vector<Column> columns) {
  return borrow(x, std::move(columns)).with_target(y);
}

Dataset Dataset::with_labels(Labels codes, std::vector<std::string> class_names,
                             std::string target_name) const {
  check_length("y", codes.size(), n_rows(), n_columns());
  const int n_classes = static_cast<int>(class_names.size());
  for (Index i = 0; i < codes.size(); ++i)
    if (codes(i) < 0 || codes(i) >= n_classes)
      throw InvalidData(concat("data set: label ", codes(i), " at row ", i, " is not a code 0..",
                               n_classes - 1, " of the ", n_classes, " class names"));
  std::unordered_set<std::string_view> seen;
  for (const std::string& class_name : class_names)
    if (!seen.insert(class_name).second)
      throw InvalidData(concat("data set: two classes are called '", printable(class_name), "'"));
  auto target = std::make_shared<Target>(*target_);
  target->labels = std::move(codes);
  target->class_names = std::move(class_names);
  target->values.reset();
  target->target_name = std::move(target_name);
  Dataset data = *this;
  data.target_ = std::move(target);
  return data;
}

Dataset Dataset::with_target(Vector values, std::string target_name) const {
  check_length("y", values.size(), n_rows(), n_columns());
  check_finite("target", values);
  auto target = std::make_shared<Target>(*target_);
  target->labels.reset();
  target->class_names.clear();
  target->values = std::move(values);
  target->target_name = std::move(target_name);
  Dataset data = *this;
  data.target_ = std::move(target);
  return data;
}

Dataset Dataset::without_target() const {
  auto target = std::make_shared<Target>(*target_);
  target->labels.reset();
  target->class_names.clear();
  target->values.reset();
  target->target_name.clear();
  Dataset data = *this;
  data.target_ = std::move(target);
  return data;
}

Dataset Dataset::with_weights(Vector weights) const {
  check_length("weights", weights.size(), n_rows(), n_columns());
  check_finite("weight", weights);
  for (Index i = 0; i < weights.size(); ++i)
    if (weights(i) < 0)
      throw InvalidData(concat("data set: weights must be >= 0, got ", weights(i), " at row ", i));
  if (weights.size() > 0 && weights.maxCoeff() == 0)
    throw InvalidData("data set: all weights are 0", "at least one row needs a positive weight");
  auto target = std::make_shared<Target>(*target_);
  target->weights = std::move(weights);
  Dataset data = *this;
  data.target_ = std::move(target);
  return data;
}

Dataset Dataset::without_weights() const {
  auto target = std::make_shared<Target>(*target_);
  target->weights.reset();
  Dataset data = *this;
  data.target_ = std::move(target);
  return data;
}

Dataset Dataset::with_groups(Labels groups) const {
  check_length("groups", groups.size(), n_rows(), n_columns());
  auto target = std::make_shared<Target>(*target_);
  target->groups = std::move(groups);
  Dataset data = *this;
  data.target_ = std::move(target);
  return data;
}

Dataset Dataset::with_name(std::string name) const {
  auto target = std::make_shared<Target>(*target_);
  target->name = std::move(name);
  Dataset data = *this;
  data.target_ = std::move(target);
  return data;
}

Dataset Dataset::with_x(Matrix x, std::vector<Column> columns) const {
  if (x.rows() != n_rows())
    throw InvalidData(concat("data set: with_x needs ", n_rows(), " rows, got ", x.rows()));
  Dataset data = *this;
  data.storage_ = std::make_shared<const Storage>(std::move(x), std::move(columns));
  data.target_ = std::make_shared<const Target>(*target_);
  return data;
}

namespace {

template <class V>
V gather(const V& values, const std::vector<Index>& rows) {
  V result(static_cast<Index>(rows.size()));
  for (std::size_t i = 0; i < rows.size(); ++i) result(static_cast<Index>(i)) = values(rows[i]);
  return result;
}

}  // namespace

Dataset Dataset::take(const std::vector<Index>& rows) const {
  Matrix taken(static_cast<Index>(rows.size()), n_columns());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] < 0 || rows[i] >= n_rows())
      throw InvalidData(concat("data set: row ", rows[i], " is not in 0..", n_rows() - 1));
    taken.row(static_cast<Index>(i)) = storage_->x.row(rows[i]);
  }
  auto places = std::make_shared<std::vector<Index>>(rows);
  if (target_->rows)
    for (Index& place : *places) place = source_row(place);
  auto target = std::make_shared<Target>();
  if (target_->labels) target->labels = gather(*target_->labels, rows);
  if (target_->values) target->values = gather(*target_->values, rows);
  if (target_->weights) target->weights = gather(*target_->weights, rows);
  if (target_->groups) target->groups = gather(*target_->groups, rows);
  target->class_names = target_->class_names;
  target->target_name = target_->target_name;
  target->name = target_->name;
  target->source = target_->source;
  target->rows = std::move(places);
  target->history = target_->history;
  Dataset data;
  data.storage_ = std::make_shared<const Storage>(std::move(taken), storage_->columns);
  data.target_ = std::move(target);
  return data;
}

std::uint64_t Dataset::source() const { return target_->source; }

Index Dataset::source_row(Index i) const {
  return target_->rows ? (*target_->rows)[static_cast<std::size_t>(i)] : i;
}

const std::vector<DataStep>& Dataset::history() const { return target_->history; }

Dataset Dataset::with_step(DataStep step) const {
  auto target = std::make_shared<Target>(*target_);
  target->history.push_back(std::move(step));
  Dataset data = *this;
  data.target_ = std::move(target);
  return data;
}

Index Dataset::n_rows() const { return storage_->x.rows(); }
Index Dataset::n_columns() const { return storage_->x.cols(); }
MatrixMap Dataset::x() const { return storage_->x; }
const std::vector<Column>& Dataset::columns() const { return storage_->columns; }
bool Dataset::has_missing() const { return storage_->has_missing; }
bool Dataset::has_categorical() const { return storage_->has_categorical; }
bool Dataset::has_labels() const { return target_->labels.has_value(); }
bool Dataset::has_target() const { return target_->values.has_value(); }

const Labels& Dataset::labels() const {
  if (!target_->labels)
    throw InvalidData(has_target()
                          ? concat("data set: the target '", printable(target_->target_name),
                                   "' holds real values, not class labels")
                          : std::string("data set: it has no labels"),
                      has_target() ? "use target(), or read the data with task = classification"
                                   : "name the target column when reading the data");
  return *target_->labels;
}

const Vector& Dataset::target() const {
  if (!target_->values)
    throw InvalidData(has_labels()
                          ? concat("data set: the target '", printable(target_->target_name),
                                   "' holds class labels, not real values")
                          : std::string("data set: it has no target"),
                      has_labels() ? "use labels(), or read the data with task = regression"
                                   : "name the target column when reading the data");
  return *target_->values;
}

const std::vector<std::string>& Dataset::class_names() const { return target_->class_names; }
const std::string& Dataset::target_name() const { return target_->target_name; }
const Vector* Dataset::weights() const { return target_->weights ? &*target_->weights : nullptr; }
const Labels* Dataset::groups() const { return target_->groups ? &*target_->groups : nullptr; }
Vector Dataset::weights_or_ones() const {
  return target_->weights ? *target_->weights : Vector(Vector::Ones(n_rows()));
}
const std::string& Dataset::name() const { return target_->name; }

namespace {

void add_number(Sha256& hash, Index value) { hash.add(&value, sizeof value); }

template <class V>
void add_values(Sha256& hash, std::string_view what, const std::optional<V>& values) {
  if (!values) return;
  hash.add_text(what);
  hash.add(values->data(), static_cast<std::size_t>(values->size()) * sizeof(values->data()[0]));
}

/// Every NaN counts as the same missing value, and -0.0 as 0.0.
void add_row(Sha256& hash, const MatrixMap& x, Index row, std::vector<double>& buffer) {
  for (Index j = 0; j < x.cols(); ++j) {
    const double value = x(row, j);
    buffer[static_cast<std::size_t>(j)] =
        std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : value + 0.0;
  }
  hash.add(buffer.data(), buffer.size() * sizeof(double));
}

}  // namespace

const std::string& Dataset::fingerprint() const {
  std::call_once(target_->once, [this] {
    Sha256 hash;
    hash.add_text("grove data set 1");
    add_number(hash, n_rows());
    add_number(hash, n_columns());
    for (const Column& column : columns()) {
      hash.add_text(column.name);
      hash.add_text(column.kind == ColumnKind::numeric ? "numeric" : "categorical");
      add_number(hash, static_cast<Index>(column.categories.size()));
      for (const std::string& category : column.categories) hash.add_text(category);
    }
    std::vector<double> buffer(static_cast<std::size_t>(n_columns()));
    for (Index i = 0; i < n_rows(); ++i) add_row(hash, storage_->x, i, buffer);
    hash.add_text(target_->target_name);
    for (const std::string& class_name : target_->class_names) hash.add_text(class_name);
    add_values(hash, "labels", target_->labels);
    add_values(hash, "target", target_->values);
    add_values(hash, "weights", target_->weights);
    add_values(hash, "groups", target_->groups);
    target_->fingerprint = hash.hex();
  });
  return target_->fingerprint;
}

}  // namespace grove
