#include <algorithm>

#include "cluster/density/density_searches.hpp"
#include "cluster/disjoint_sets.hpp"

namespace grove::cluster {

namespace {

/// DBSCAN by the neighbours of one point at a time, found once to count them and once to link
/// them; they are never kept.
class IndexSearch final : public DensitySearch {
 public:
  IndexSearch(PointIndex index, double eps) : index_(std::move(index)), eps_(eps) {}

  Density find(std::string_view who, const CoreRule& rule, const Context& context) override {
    const Matrix points = index_.points();
    const auto everywhere = [this](Index) { return eps_; };
    Density density(points.rows(), points.rows());
    index_.for_each_within(
        who, points, everywhere,
        [&](Index i, const std::vector<Hit>& hits) {
          density.core[static_cast<std::size_t>(i)] = is_core(rule, hits) ? 1 : 0;
        },
        context);
    DisjointSets sets(points.rows());
    set_core(density.core);
    index_.for_each_within(
        who, points, everywhere,
        [&](Index i, const std::vector<Hit>& hits) {
          const auto own = static_cast<PointId>(i);
          if (core_[own] == 0) {
            density.owner[own] = lowest_core(hits);
            return;
          }
          for (const Hit& hit : hits)
            if (hit.row < i && core_[static_cast<std::size_t>(hit.row)] != 0)
              sets.unite(own, static_cast<PointId>(hit.row));
        },
        context);
    for (std::size_t i = 0; i < core_.size(); ++i)
      if (core_[i] != 0) density.owner[i] = sets.find(static_cast<PointId>(i));
    return density;
  }

  void set_core(const Buffer<char>& core) override { core_.assign(core.begin(), core.end()); }

  void lowest_core(std::string_view who, const MatrixView& queries, PointId* found,
                   const Context& context) const override {
    index_.for_each_within(
        who, queries, [this](Index) { return eps_; },
        [&](Index i, const std::vector<Hit>& hits) { found[i] = lowest_core(hits); }, context);
  }

  Matrix points() const override { return index_.points(); }

 private:
  static bool is_core(const CoreRule& rule, const std::vector<Hit>& hits) {
    if (rule.weights() == nullptr) return static_cast<double>(hits.size()) >= rule.enough();
    double sum = 0;
    for (const Hit& hit : hits) sum += rule.weights()[hit.row];
    if (!rule.unclear(sum)) return sum >= rule.enough();
    std::vector<double> weights;
    for (const Hit& hit : hits) weights.push_back(rule.weights()[hit.row]);
    return rule.reached_by(weights);
  }

  PointId lowest_core(const std::vector<Hit>& hits) const {
    PointId lowest = nobody;
    for (const Hit& hit : hits)
      if (core_[static_cast<std::size_t>(hit.row)] != 0)
        lowest = std::min(lowest, static_cast<PointId>(hit.row));
    return lowest;
  }

  PointIndex index_;
  double eps_;
  std::vector<char> core_;
};

}  // namespace

std::unique_ptr<DensitySearch> make_index_search(PointIndex index, double eps) {
  return std::make_unique<IndexSearch>(std::move(index), eps);
}

}  // namespace grove::cluster
