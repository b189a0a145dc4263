#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "grove/data/dataset.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/estimator/estimator.hpp"

namespace grove::cli {

/// --target, --task, --weights, --groups, --na, --categorical, --delimiter: how a file is read.
struct DataOptions {
  std::string target;
  std::string task;
  std::string weights;
  std::string groups;
  std::vector<std::string> na;
  std::vector<std::string> categorical;
  std::string delimiter;
  /// No option: as many columns as the model was trained on, for formats that do not say.
  Index n_columns = 0;

  void add_to(CLI::App& command);
};

/// The options that are set, by name, and the inverse. Throws InvalidParameter for a name that is
/// no option.
using Reading = std::vector<std::pair<std::string, std::vector<std::string>>>;
Reading reading_of(const DataOptions& options);
DataOptions options_of(const Reading& reading);

/// What a command makes of a file whose target is not named.
enum class DefaultTarget { last_column, none };

/// A bundled data set or a file. Throws InvalidData or ParseError for what cannot be read.
Dataset load_data(const std::string& data, const DataOptions& options,
                  DefaultTarget default_target);

/// What the model was trained on; throws Unsupported if it does not know.
const TrainedOn& columns_of(const Estimator& model);

/// The features of `data` for a fitted model: its target column, if it is there, is not needed.
Dataset load_features(const std::string& data, const DataOptions& options,
                      const TrainedOn& trained_on);

/// The data with the target that the model was trained on, its classes as the model's codes.
Dataset load_for_scoring(const std::string& data, const DataOptions& options,
                         const TrainedOn& trained_on);

}  // namespace grove::cli
