#include "cluster/distance_triangle.hpp"

#include <unistd.h>

#include <algorithm>

#include "core/large_pages.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove::cluster {

namespace {

double machine_bytes() {
  const auto pages = static_cast<double>(sysconf(_SC_PHYS_PAGES));
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

}  // namespace

DistanceTriangle::DistanceTriangle(std::string_view who, Index n) {
  const double bytes = static_cast<double>(n) * static_cast<double>(n - 1) * 4;
  const auto refuse = [&] {
    throw InvalidData(
        concat(who, ": the distances between ", n, " clusters need ", short_text(bytes / 1e9),
               " GB (8 bytes for each of n (n - 1) / 2 pairs); there are ",
               short_text(machine_bytes() / 1e9), " GB in all"),
        "linkage=ward, centroid, median and single need no such table; or cluster a sample, or "
        "subclusters of BIRCH");
  };
  if (bytes > machine_bytes()) refuse();
  const auto n_bytes = static_cast<std::size_t>(bytes) + 64;
  void* const memory = std::aligned_alloc(64, (n_bytes + 63) / 64 * 64);
  if (memory == nullptr) refuse();
  prefer_large_pages(memory, n_bytes);
  values_.reset(static_cast<double*>(memory));
}

}  // namespace grove::cluster
