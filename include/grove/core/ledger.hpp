#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace grove {

/// Counted work by name. The counts depend on data, parameters and seed alone: they are equal on
/// every machine and for every number of threads.
using WorkCounts = std::map<std::string, std::uint64_t, std::less<>>;

/// Collects counted work. Thread-safe; call `add` once per batch or block, never per element.
class Ledger {
 public:
  void add(std::string_view counter, std::uint64_t n);
  void add(const WorkCounts& counts);
  WorkCounts counts() const;

 private:
  mutable std::mutex mutex_;
  WorkCounts counts_;
};

/// Counter names shared by the algorithms; an estimator may add its own.
namespace work {
inline constexpr std::string_view distance_evaluations = "distance_evaluations";
inline constexpr std::string_view bytes_read = "bytes_read";
inline constexpr std::string_view nodes_visited = "nodes_visited";
inline constexpr std::string_view histogram_updates = "histogram_updates";
inline constexpr std::string_view split_candidates = "split_candidates";
inline constexpr std::string_view iterations = "iterations";
inline constexpr std::string_view row_tree_visits = "row_tree_visits";
}  // namespace work

}  // namespace grove
