#include "compare/external_notes.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace grove {

std::vector<std::string> external_notes(const Comparison& comparison) {
  std::vector<std::string> runs, silent;
  const auto add = [](std::vector<std::string>& names, const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const DatasetComparison& data : comparison.datasets)
    for (const Standing& standing : data.standings)
      for (const FoldResult& fold : standing.result.folds) {
        if (!fold.external) continue;
        add(runs, standing.contender);
        if (!fold.external->reported_seconds) add(silent, standing.contender);
      }
  std::vector<std::string> notes;
  if (!runs.empty())
    notes.push_back(concat("external: ", join(runs),
                           ": memory is all that the program had, interpreter and data included; "
                           "that of the others is the rise during fit and predict"));
  if (!silent.empty())
    notes.push_back(concat("external: ", join(silent),
                           ": fit is the wall time of the whole run, start-up and files included, "
                           "as the program reported no seconds of its own"));
  return notes;
}

}  // namespace grove
