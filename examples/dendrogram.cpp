// The tree of Ward's clustering: cut it at several places, draw it, hand it to a tree viewer.
#include <fstream>
#include <grove/grove.hpp>
#include <iostream>

using namespace grove;

namespace {

std::vector<std::string> names_of(const Dataset& data) {
  std::vector<std::string> names;
  for (Index i = 0; i < data.n_rows(); ++i)
    names.push_back(data.class_names()[static_cast<std::size_t>(data.labels()(i))] + " " +
                    std::to_string(i));
  return names;
}

}  // namespace

int main() {
  const Dataset iris = datasets::load_iris();
  const Dataset scaled = StandardScaler{}.fit(iris).transform(iris);

  AgglomerativeClustering model({.n_clusters = 3, .linkage = Linkage::ward});
  const Dendrogram& tree = model.fit(scaled).dendrogram();
  std::cout << "agreement with the species: "
            << metrics::adjusted_rand(iris.labels(), model.labels()) << "\n";

  for (Index k = 2; k <= 5; ++k) {
    const Labels labels = tree.cut(k);
    std::cout << k << " clusters of";
    for (int label = 0; label < k; ++label) std::cout << " " << (labels.array() == label).count();
    std::cout << ", silhouette " << metrics::silhouette(scaled.x(), labels) << "\n";
  }
  const Merge& last = tree.merges().back();
  std::cout << "the last merge, of all " << last.size << " points, is at " << last.height << "\n";
  std::cout << (tree.cut_at(last.height / 2).maxCoeff() + 1) << " clusters at half of that\n";

  const std::vector<std::string> names = names_of(iris);
  std::ofstream("iris.svg") << to_svg(tree, {.names = names, .n_clusters = 3, .max_leaves = 40});
  std::ofstream("iris.nwk") << to_newick(tree, names);
  std::cout << "iris.svg and iris.nwk are written\n";
}
