#include "metrics/contingency.hpp"

#include <algorithm>
#include <cstdint>

#include "core/radix_sort.hpp"
#include "metrics/checks.hpp"

namespace grove::metrics {

Grouping grouping(const LabelsView& labels) {
  std::vector<int> distinct(labels.data(), labels.data() + labels.size());
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  Grouping result{{}, std::vector<double>(distinct.size(), 0)};
  result.group.reserve(static_cast<std::size_t>(labels.size()));
  for (const int label : labels) {
    const auto at = std::lower_bound(distinct.begin(), distinct.end(), label) - distinct.begin();
    result.group.push_back(at);
    result.sizes[static_cast<std::size_t>(at)] += 1;
  }
  return result;
}

Contingency contingency(std::string_view who, const LabelsView& labels_true,
                        const LabelsView& labels_pred) {
  check_rows(who, "labels_true", labels_true.size(), "labels_pred", labels_pred.size());
  const Grouping truth = grouping(labels_true);
  const Grouping found = grouping(labels_pred);
  std::vector<std::uint64_t> pairs(truth.group.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    pairs[i] = static_cast<std::uint64_t>(truth.group[i]) << 32 |
               static_cast<std::uint64_t>(found.group[i]);
  }
  radix_sort(pairs, [](std::uint64_t pair) { return pair; });
  Contingency table{{}, truth.sizes, found.sizes, static_cast<double>(pairs.size())};
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (i == 0 || pairs[i] != pairs[i - 1]) {
      table.cells.push_back(
          {static_cast<Index>(pairs[i] >> 32), static_cast<Index>(pairs[i] & 0xffffffffU), 0});
    }
    table.cells.back().count += 1;
  }
  return table;
}

}  // namespace grove::metrics
