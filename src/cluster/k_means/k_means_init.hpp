#pragma once

#include <string_view>

#include "cluster/k_means/points.hpp"
#include "grove/cluster/k_means.hpp"
#include "grove/core/context.hpp"
#include "grove/core/random.hpp"

namespace grove::cluster {

/// Starting centres, distinct points. Throws InvalidData if there are fewer than k of them.
Matrix draw_centers(std::string_view who, const Points& points, Index k, KMeansInit init,
                    double largest_value, Rng rng, const Context& context);

}  // namespace grove::cluster
