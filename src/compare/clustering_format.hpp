#pragma once

#include <string>

#include "grove/compare/clustering_comparison.hpp"

// How the figures of a comparison of clusterings look in its table and page.

namespace grove {

/// Four places, fewer for large numbers; "-" if there is no value.
std::string score_text(const ClusterScore& score);
/// "3.2 %" of the rows.
std::string noise_text(const ClusteringStanding& standing, Index n_rows);
/// Whether it has the best value of the measure (perhaps with others).
bool is_top(const ClusteringComparison& comparison, const ClusteringStanding& standing,
            std::size_t measure);
/// On what points and samples the figures stand, in sentences.
std::string conditions_text(const ClusteringComparison& comparison);

}  // namespace grove
