#pragma once

#include "grove/compare/comparison.hpp"

namespace grove {

/// What holds for all contenders on one data set, decided before anything runs.
struct Protocol {
  Splitter splitter;
  std::vector<Split> splits;
  std::vector<Scorer> scorers;
};
/// Throws InvalidData for data without a target and what the splitter throws.
Protocol protocol_for(const Dataset& data, const CompareOptions& options);

/// Unless a Dummy was given.
bool baseline_enters(const std::vector<Contender>& contenders);

}  // namespace grove
