#include "cluster/linkage/distance_triangle.hpp"

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

namespace {

double bytes_for(Index n) { return static_cast<double>(n) * static_cast<double>(n - 1) * 4; }

[[noreturn]] void refuse(std::string_view who, Index n) {
  throw InvalidData(
      concat(who, ": the table of distances between ", n, " clusters needs ",
             short_text(bytes_for(n)), " bytes (8 for each pair), and the machine has ",
             short_text(machine_bytes())),
      "linkage=ward, centroid, median and single need no such table; or cluster a sample of the "
      "rows, or the subclusters of Birch");
}

}  // namespace

void DistanceTriangle::check_room(std::string_view who, Index n) {
  if (bytes_for(n) > machine_bytes()) refuse(who, n);
}

DistanceTriangle::DistanceTriangle(std::string_view who, Index n) {
  check_room(who, n);
  const double bytes = bytes_for(n);
  const auto n_bytes = static_cast<std::size_t>(bytes) + 64;
  void* const memory = std::aligned_alloc(64, (n_bytes + 63) / 64 * 64);
  if (memory == nullptr) refuse(who, n);
  prefer_large_pages(memory, n_bytes);
  values_.reset(static_cast<double*>(memory));
}

}  // namespace grove::cluster
