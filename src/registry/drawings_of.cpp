#include "grove/registry/drawings_of.hpp"

#include "grove/cluster/agglomerative_clustering.hpp"
#include "grove/cluster/hdbscan.hpp"
#include "grove/cluster/optics.hpp"
#include "grove/estimator/pipeline.hpp"

namespace grove {

std::vector<Drawing> drawings_of(const Estimator& model) {
  if (const auto* pipeline = model.get_if<Pipeline>()) return drawings_of(pipeline->last());
  if (const auto* merges = model.get_if<AgglomerativeClustering>())
    return {{"Dendrogram", to_svg(merges->dendrogram(), {.n_clusters = merges->n_clusters()})}};
  if (const auto* hdbscan = model.get_if<HDBSCAN>())
    return {{"Condensed tree", hdbscan->condensed_tree().to_svg()}};
  if (const auto* optics = model.get_if<OPTICS>()) return {{"Reachability plot", optics->to_svg()}};
  return {};
}

}  // namespace grove
