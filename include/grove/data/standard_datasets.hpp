#pragma once

#include <string>
#include <vector>

#include "grove/data/dataset.hpp"

namespace grove::datasets {

/// What the index says of a bundled data set.
struct DatasetInfo {
  std::string name;
  std::string file;
  std::string task;  // classification, regression or clustering
  Index n_rows = 0;
  Index n_columns = 0;
  std::string target;  // empty for clustering
  std::vector<std::string> categorical_columns;
  std::string positive_label;  // of binary sets that have a usual one
  std::string source;
  std::string licence;
  std::string sha256;  // of the file
};

/// The bundled data sets, in the order of the index. They are looked for in the folder that the
/// environment variable GROVE_DATASETS names, else where grove was installed, else in its source
/// tree. Throws InvalidData, saying where it looked, if there is none.
std::vector<DatasetInfo> index();
std::vector<std::string> names();

/// Throws InvalidParameter, with a suggestion, for an unknown name.
DatasetInfo info(const std::string& name);

/// Reads a bundled data set and names it. Throws InvalidData if the file is not the one that the
/// index describes (SHA-256).
Dataset load(const std::string& name);

Dataset load_iris();           // 150 x 4, 3 classes
Dataset load_wine();           // 178 x 13, 3 classes
Dataset load_breast_cancer();  // 569 x 30, 2 classes
Dataset load_digits();         // 1797 x 64, 10 classes
Dataset load_diabetes();       // 442 x 10, regression
Dataset load_adult();          // 32561 x 14, 2 classes, mixed columns, missing values
Dataset load_diamonds();       // 53940 x 9, regression, mixed columns

}  // namespace grove::datasets
