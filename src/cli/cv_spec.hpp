#pragma once

#include <cstdint>
#include <string>

#include "grove/data/dataset.hpp"
#include "grove/model_selection/splitter.hpp"

namespace grove::cli {

/// `--cv stratified:5|kfold:5|group:5|time:5|loo|file:FOLDS` and `--repeats R`, taken apart.
struct CvSpec {
  enum class Method { automatic, stratified, kfold, group, time, loo, file };
  Method method = Method::automatic;
  int n_splits = 5;
  std::string file;
};

/// Throws InvalidParameter with a suggestion. An empty text is `automatic`: stratified for classes,
/// kfold for real targets, 5 folds, shuffled.
CvSpec parse_cv(const std::string& text);

/// The splitter for `data`. Throws InvalidParameter where method and repeats, or method and data,
/// do not go together.
Splitter make_splitter(const CvSpec& spec, int repeats, std::uint64_t seed, const Dataset& data);

}  // namespace grove::cli
