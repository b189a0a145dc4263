#pragma once

#include <array>
#include <string>
#include <vector>

#include "grove/core/types.hpp"

// What is read off a reachability plot. Everything is in the order of the walk.

namespace grove::cluster {

struct Plot {
  std::vector<double> reachability;
  std::vector<int> predecessor;  // place; -1: none
};

struct XiOptions {
  double xi = 0.05;
  int min_samples = 5;  // a steep area has at most so many flat points in a row
  int min_cluster_size = 5;
  bool predecessor_correction = true;
};

using Span = std::array<int, 2>;  // first and last place

/// Figure 19 of Ankerst et al. (1999), with the corrections of scikit-learn: smaller spans before
/// those that hold them.
std::vector<Span> xi_clusters(Plot plot, const XiOptions& options);

/// Labels by place: each span that holds no smaller one, in their order.
std::vector<int> labels_of_spans(const std::vector<Span>& spans, std::size_t n);

/// The plot as SVG; at most 2000 bars, each the largest of its points.
std::string draw_plot(const std::vector<double>& reachability, const std::vector<int>& labels);

}  // namespace grove::cluster
