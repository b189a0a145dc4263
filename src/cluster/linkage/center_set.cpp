#include "cluster/linkage/center_set.hpp"

#include <algorithm>
#include <limits>

#include "grove/core/parallel.hpp"

namespace grove::cluster {

namespace {

constexpr std::uint32_t no_name = std::numeric_limits<std::uint32_t>::max();
/// A search over so many coordinates is worth the start of threads.
constexpr Index worth_sharing = Index{1} << 20;

Index chunk_count(Index n) { return (n + linkage_lanes - 1) / linkage_lanes; }

}  // namespace

CenterSet::CenterSet(const MatrixView& centers, std::vector<double> sizes, bool by_size)
    : d_(centers.cols()),
      by_size_(by_size),
      kernels_(linkage_kernels()),
      chunks_(static_cast<std::size_t>(chunk_count(centers.rows()) * linkage_lanes * d_)),
      sizes_(std::move(sizes)),
      alive_(static_cast<std::size_t>(centers.rows()), 1) {
  const Index n = centers.rows();
  const Index n_padded = chunk_count(n) * linkage_lanes;
  sizes_.resize(static_cast<std::size_t>(n_padded), 1);
  for (Index i = 0; i < n_padded; ++i) {
    names_.push_back(i < n ? static_cast<std::uint32_t>(i) : no_name);
    for (Index j = 0; j < d_; ++j)
      value(i, j) = i < n ? centers(i, j) : std::numeric_limits<double>::infinity();
  }
}

void CenterSet::copy_point(Index place, double* out) const {
  for (Index j = 0; j < d_; ++j) out[j] = value(place, j);
}

double CenterSet::distance(Index a, Index b) const {
  double sum = 0;
  for (Index j = 0; j < d_; ++j) {
    const double difference = value(a, j) - value(b, j);
    sum += difference * difference;
  }
  return by_size_ ? sum * (size(a) * size(b) / (size(a) + size(b))) : sum;
}

void CenterSet::nearest(Index place, NearestCenter& best, const Context& context) const {
  std::vector<double> point(static_cast<std::size_t>(d_));
  copy_point(place, point.data());
  const CenterQuery query{point.data(), size(place), place};
  const CenterChunks centers{chunks_.data(), by_size_ ? sizes_.data() : nullptr, names_.data(),
                             static_cast<int>(d_)};
  const Index n_chunks = chunk_count(n_places());
  if (n_chunks * linkage_lanes * d_ < worth_sharing)
    return kernels_.nearest(query, centers, 0, n_chunks, best);
  best = parallel_reduce(
      context, n_chunks, 2048, best,
      [&](Index begin, Index end) {
        NearestCenter found = best;
        kernels_.nearest(query, centers, begin, end - begin, found);
        return found;
      },
      [](NearestCenter& a, const NearestCenter& b) {
        if (b.distance < a.distance || (b.distance == a.distance && b.name < a.name)) a = b;
      });
}

void CenterSet::merge(Index a, Index b, double share) {
  for (Index j = 0; j < d_; ++j) {
    value(b, j) += share * (value(a, j) - value(b, j));
    value(a, j) = std::numeric_limits<double>::infinity();
  }
  const auto from = static_cast<std::size_t>(a);
  sizes_[static_cast<std::size_t>(b)] += sizes_[from];
  sizes_[from] = 1;
  names_[from] = no_name;
  alive_[from] = 0;
}

void CenterSet::distances(Index place, double* out, const Context& context) const {
  std::vector<double> point(static_cast<std::size_t>(d_));
  copy_point(place, point.data());
  const Index n_chunks = chunk_count(n_places());
  const auto measure = [&](Index begin, Index end) {
    kernels_.distances(point.data(), chunks_.data() + begin * linkage_lanes * d_, end - begin,
                       static_cast<int>(d_), out + begin * linkage_lanes);
  };
  if (n_chunks * linkage_lanes * d_ < worth_sharing) return measure(0, n_chunks);
  parallel_for(context, n_chunks, 2048, measure);
}

}  // namespace grove::cluster
