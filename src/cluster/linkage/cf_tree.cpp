#include "cluster/linkage/cf_tree.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace grove::cluster {

namespace {

std::size_t at(Index i) { return static_cast<std::size_t>(i); }
Index chunk_count(Index n) { return (n + linkage_lanes - 1) / linkage_lanes; }

}  // namespace

CfTree::CfTree(Index d, double threshold, Index branching_factor)
    : d_(d),
      threshold_(threshold),
      most_entries_(branching_factor),
      kernels_(linkage_kernels()),
      names_(at(chunk_count(branching_factor + 1) * linkage_lanes)) {
  std::iota(names_.begin(), names_.end(), 0U);
  root_ = first_leaf_ = new_node(true);
}

Index CfTree::new_node(bool leaf) {
  Node node;
  node.leaf = leaf;
  nodes_.push_back(std::move(node));
  return static_cast<Index>(nodes_.size()) - 1;
}

double& CfTree::mean(Node& node, Index entry, Index j) const {
  return node.means[at((entry / linkage_lanes * d_ + j) * linkage_lanes + entry % linkage_lanes)];
}
double CfTree::mean(const Node& node, Index entry, Index j) const {
  return node.means[at((entry / linkage_lanes * d_ + j) * linkage_lanes + entry % linkage_lanes)];
}

CfTree::Feature CfTree::feature(const Node& node, Index entry) const {
  Feature feature{std::vector<double>(at(d_)), node.sizes[at(entry)], node.deviations[at(entry)]};
  for (Index j = 0; j < d_; ++j) feature.mean[at(j)] = mean(node, entry, j);
  return feature;
}

void CfTree::put(Node& node, Index entry, const Feature& feature, Index child) const {
  for (Index j = 0; j < d_; ++j) mean(node, entry, j) = feature.mean[at(j)];
  node.sizes[at(entry)] = feature.size;
  node.deviations[at(entry)] = feature.deviation;
  if (!node.leaf) node.children[at(entry)] = child;
}

void CfTree::append(Node& node, const Feature& feature, Index child) const {
  if (node.n % linkage_lanes == 0)
    node.means.resize(at((node.n / linkage_lanes + 1) * linkage_lanes * d_),
                      std::numeric_limits<double>::infinity());
  node.sizes.push_back(0);
  node.deviations.push_back(0);
  if (!node.leaf) node.children.push_back(child);
  put(node, node.n++, feature, child);
}

Index CfTree::nearest(const Node& node, const double* point) {
  NearestCenter best;
  kernels_.nearest({point}, {node.means.data(), nullptr, names_.data(), static_cast<int>(d_)}, 0,
                   chunk_count(node.n), best);
  distance_evaluations_ += static_cast<std::uint64_t>(node.n);
  return best.place;
}

double CfTree::growth(const Node& node, Index entry, const double* point) const {
  double squared = 0;
  for (Index j = 0; j < d_; ++j) {
    const double difference = point[j] - mean(node, entry, j);
    squared += difference * difference;
  }
  const double size = node.sizes[at(entry)];
  return squared * (size / (size + 1));
}

void CfTree::absorb(Node& node, Index entry, const double* point, double growth) const {
  const double size = node.sizes[at(entry)] += 1;
  for (Index j = 0; j < d_; ++j) {
    double& value = mean(node, entry, j);
    value += (point[j] - value) / size;
  }
  node.deviations[at(entry)] += growth;
}

bool CfTree::insert(Index at_node, const double* point) {
  {
    Node& node = nodes_[at(at_node)];
    if (node.leaf) {
      if (node.n > 0) {
        const Index entry = nearest(node, point);
        const double more = growth(node, entry, point);
        const double size = node.sizes[at(entry)] + 1;
        if ((node.deviations[at(entry)] + more) / size <= threshold_ * threshold_) {
          absorb(node, entry, point, more);
          return false;
        }
      }
      append(node, {std::vector<double>(point, point + d_), 1, 0}, -1);
      return node.n > most_entries_;
    }
  }
  const Index entry = nearest(nodes_[at(at_node)], point);
  const Index child = nodes_[at(at_node)].children[at(entry)];
  if (!insert(child, point)) {
    Node& node = nodes_[at(at_node)];
    absorb(node, entry, point, growth(node, entry, point));
    return false;
  }
  const Index other = split(child);
  Node& node = nodes_[at(at_node)];
  put(node, entry, sum_of(nodes_[at(child)]), child);
  append(node, sum_of(nodes_[at(other)]), other);
  return node.n > most_entries_;
}

void CfTree::insert(const double* point) {
  if (!insert(root_, point)) return;
  const Index left = root_;
  const Index right = split(left);
  root_ = new_node(false);
  append(nodes_[at(root_)], sum_of(nodes_[at(left)]), left);
  append(nodes_[at(root_)], sum_of(nodes_[at(right)]), right);
}

/// The two entries farthest apart part; each other entry stays with the nearer of them, with the
/// second if they are equally near.
Index CfTree::split(Index which) {
  const Node old = std::move(nodes_[at(which)]);
  const Index other = new_node(old.leaf);
  Node& first = nodes_[at(which)] = Node();
  Node& second = nodes_[at(other)];
  first.leaf = old.leaf;
  second.next = old.next;
  first.next = other;
  const Index padded = chunk_count(old.n) * linkage_lanes;
  Matrix distances(old.n, padded);
  for (Index i = 0; i < old.n; ++i)
    kernels_.distances(feature(old, i).mean.data(), old.means.data(), chunk_count(old.n),
                       static_cast<int>(d_), distances.row(i).data());
  distance_evaluations_ += static_cast<std::uint64_t>(old.n * old.n);
  Index a = 0;
  Index b = 0;
  for (Index i = 0; i < old.n; ++i)
    for (Index j = 0; j < old.n; ++j)
      if (distances(i, j) > distances(a, b)) {
        a = i;
        b = j;
      }
  for (Index i = 0; i < old.n; ++i) {
    const bool stays = i == a || distances(a, i) < distances(b, i);
    append(stays ? first : second, feature(old, i), old.leaf ? -1 : old.children[at(i)]);
  }
  return other;
}

CfTree::Feature CfTree::sum_of(const Node& node) const {
  Feature sum = feature(node, 0);
  for (Index entry = 1; entry < node.n; ++entry) {
    const double size = node.sizes[at(entry)];
    const double share = size / (sum.size + size);
    double squared = 0;
    for (Index j = 0; j < d_; ++j) {
      const double difference = mean(node, entry, j) - sum.mean[at(j)];
      squared += difference * difference;
      sum.mean[at(j)] += share * difference;
    }
    sum.deviation += node.deviations[at(entry)] + squared * sum.size * share;
    sum.size += size;
  }
  return sum;
}

Matrix CfTree::centers() const {
  Index n = 0;
  for (Index leaf = first_leaf_; leaf >= 0; leaf = nodes_[at(leaf)].next) n += nodes_[at(leaf)].n;
  Matrix centers(n, d_);
  Index row = 0;
  for (Index leaf = first_leaf_; leaf >= 0; leaf = nodes_[at(leaf)].next) {
    const Node& node = nodes_[at(leaf)];
    for (Index entry = 0; entry < node.n; ++entry, ++row)
      for (Index j = 0; j < d_; ++j) centers(row, j) = mean(node, entry, j);
  }
  return centers;
}

}  // namespace grove::cluster
