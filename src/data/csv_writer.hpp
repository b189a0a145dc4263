#pragma once

#include <string>

#include "grove/data/dataset.hpp"

namespace grove {

/// The header's names for what is no feature; each differs from those of all columns.
struct CsvNames {
  std::string target;
  std::string weight;
  std::string group;
};

/// target_name(), "weight" and "group", with as many _ after them as it takes.
CsvNames csv_names(const Dataset& data);

/// The data as CSV: columns, then the target, the weight and the group if there are any. Missing
/// values are empty fields, categories their words, numbers the shortest text that reads back to
/// the same bits; quotes as RFC 4180 has them.
std::string csv_text(const Dataset& data);

}  // namespace grove
