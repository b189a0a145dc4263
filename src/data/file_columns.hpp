#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "grove/data/dataset.hpp"
#include "grove/data/read_options.hpp"

namespace grove {

/// Where the values of a column go: every `stride`-th double from `data`.
struct ColumnCells {
  double* data = nullptr;
  Index stride = 1;
  double& operator[](Index row) const { return data[row * stride]; }
};

/// What a column turned out to hold: numbers, or codes of words with the words in sorted order.
struct ColumnContent {
  bool words = false;
  std::vector<std::string> categories = {};
};

/// c0, c1, ...: the columns of a file that does not name them.
std::vector<std::string> numbered_columns(Index n_columns);

/// Throws InvalidParameter if an option for CSV files is set.
void refuse_csv_options(const std::string& file, const ReadOptions& options);

/// The columns of a file on their way into a data set: what the readers of all formats share. A
/// reader names the columns, fills their cells (NaN = missing), and gets the data set.
class FileColumns {
 public:
  /// Throws InvalidParameter if an option names no column.
  FileColumns(std::string file, std::vector<std::string> names, const ReadOptions& options);

  std::size_t size() const { return names_.size(); }
  const std::string& name(std::size_t column) const { return names_[column]; }
  bool declared_categorical(std::size_t column) const { return categorical_[column]; }

  void allocate(Index n_rows);
  ColumnCells cells(std::size_t column);

  /// Turns the numbers of columns declared categorical into codes, and the others' contents are
  /// numbers: for formats that hold no words.
  std::vector<ColumnContent> contents_of_numbers();

  /// `line_of` is the line of a row for messages; null where the file has no lines.
  Dataset to_dataset(std::vector<ColumnContent> contents,
                     const std::function<std::int64_t(Index)>& line_of) &&;

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  std::size_t place_of(const std::string& wanted, const char* option) const;
  void refuse_missing(std::size_t column, const Vector& values, const char* role,
                      const std::function<std::int64_t(Index)>& line_of) const;
  Dataset with_target(const Dataset& data, const ColumnContent& content) const;
  Dataset with_weights(const Dataset& data, const ColumnContent& content) const;
  Dataset with_groups(const Dataset& data, const ColumnContent& content) const;

  std::string file_;
  std::vector<std::string> names_;
  std::vector<bool> categorical_;
  Task task_;
  std::size_t target_ = none;
  std::size_t weights_ = none;
  std::size_t groups_ = none;
  std::vector<std::size_t> features_;  // columns of the file, in the order of x_
  Matrix x_;
  Vector target_values_, weight_values_, group_values_;
};

}  // namespace grove
