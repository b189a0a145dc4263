#include <limits>

#include "cluster/reachability/condense.hpp"

namespace grove::cluster {

Value tree_to_value(const CondensedTree& tree) {
  std::vector<std::int64_t> parents, labels;
  std::vector<double> births, deaths, sizes, stabilities;
  for (const CondensedCluster& cluster : tree.clusters) {
    parents.push_back(cluster.parent);
    labels.push_back(cluster.label);
    births.push_back(cluster.birth);
    deaths.push_back(cluster.death);
    sizes.push_back(cluster.size);
    stabilities.push_back(cluster.stability);
  }
  return Value::Map{{"n_clusters", static_cast<std::int64_t>(parents.size())},
                    {"parents", std::move(parents)},
                    {"labels", std::move(labels)},
                    {"births", std::move(births)},
                    {"deaths", std::move(deaths)},
                    {"sizes", std::move(sizes)},
                    {"stabilities", std::move(stabilities)},
                    {"point_clusters", Value(tree.point_clusters)},
                    {"point_lambdas", Value(tree.point_lambdas)}};
}

CondensedTree tree_from_value(const StateReader& reader, Index n_rows) {
  CondensedTree tree;
  const Index n = reader.integer("n_clusters", 1, 2 * n_rows);
  const auto parents = reader.integers("parents", n, -1, n - 1);
  const auto labels = reader.integers("labels", n, -1, n - 1);
  const std::vector<double> births = reader.reals("births", n, false);
  const std::vector<double> deaths = reader.reals("deaths", n, false);
  const std::vector<double> sizes = reader.reals("sizes", n);
  const std::vector<double> stabilities = reader.reals("stabilities", n, false);
  for (std::size_t i = 0; i < parents.size(); ++i) {
    if ((i == 0) != (parents[i] < 0) || parents[i] >= static_cast<std::int64_t>(i))
      reader.fail("has a cluster that does not follow its parent");
    if (!(births[i] >= 0 && deaths[i] >= births[i] && sizes[i] > 0 && stabilities[i] >= 0))
      reader.fail("has a cluster with an impossible level, size or stability");
    tree.clusters.push_back({static_cast<int>(parents[i]), births[i], deaths[i], sizes[i],
                             stabilities[i], static_cast<int>(labels[i])});
  }
  tree.point_clusters = reader.labels("point_clusters", n_rows, -1, static_cast<int>(n) - 1);
  tree.point_lambdas = reader.vector("point_lambdas", n_rows, false);
  for (const double level : tree.point_lambdas)
    if (!(level >= 0)) reader.fail("has a point with an impossible level");
  return tree;
}

}  // namespace grove::cluster
