#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <set>

#include "grove/cluster/agglomerative_clustering.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "support/contract.hpp"
#include "support/reference.hpp"

using namespace grove;
using namespace grove::testing;

namespace {

Matrix normal(Index n, Index d, std::uint64_t seed, double spread = 1) {
  Rng rng(seed);
  Matrix x(n, d);
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = spread * rng.normal();
  return x;
}

Matrix blobs(Index n, Index d, Index n_blobs, std::uint64_t seed) {
  const Matrix centers = normal(n_blobs, d, seed + 1000, 6);
  Matrix x = normal(n, d, seed);
  Rng rng(seed + 2000);
  for (Index i = 0; i < n; ++i) x.row(i) += centers.row(rng.below(n_blobs));
  return x;
}

/// Rows on a small grid: many ties and duplicates.
Matrix grid(Index n, Index d, Index values, std::uint64_t seed) {
  Rng rng(seed);
  Matrix x(n, d);
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = static_cast<double>(rng.below(values));
  return x;
}

Linkage linkage_named(const std::string& name) { return *ParamType<Linkage>::from(Value(name)); }

std::vector<double> heights_of(const Dendrogram& tree) {
  std::vector<double> heights;
  for (const Merge& merge : tree.merges()) heights.push_back(merge.height);
  return heights;
}

/// Every label of one stands for one label of the other.
bool same_partition(const Labels& a, const Labels& b) {
  std::set<std::pair<int, int>> pairs;
  for (Index i = 0; i < a.size(); ++i) pairs.insert({a(i), b(i)});
  const std::set<int> of_a(a.data(), a.data() + a.size()), of_b(b.data(), b.data() + b.size());
  return a.size() == b.size() && pairs.size() == of_a.size() && pairs.size() == of_b.size();
}

AgglomerativeClustering fitted(const Matrix& x, Linkage linkage, int threads = 1,
                               Metric metric = Metric::euclidean) {
  AgglomerativeClustering model({.n_clusters = 1, .linkage = linkage, .metric = metric});
  model.fit(x, {.threads = threads});
  return model;
}

constexpr Linkage all_linkages[] = {Linkage::ward,   Linkage::complete, Linkage::average,
                                    Linkage::single, Linkage::weighted, Linkage::centroid,
                                    Linkage::median};

/// Linkage distances by their definitions, from the points of the clusters.
class Definition {
 public:
  Definition(const Matrix& x, Linkage linkage) : x_(x), linkage_(linkage) {
    for (Index i = 0; i < x.rows(); ++i) clusters_.push_back({{i}, x.row(i)});
  }

  double distance(const std::size_t a, const std::size_t b) const {
    const Cluster& first = clusters_[a];
    const Cluster& second = clusters_[b];
    const double between = (first.center - second.center).norm();
    const auto n_a = static_cast<double>(first.points.size());
    const auto n_b = static_cast<double>(second.points.size());
    switch (linkage_) {
      case Linkage::ward:
        return std::sqrt(2 * n_a * n_b / (n_a + n_b)) * between;
      case Linkage::centroid:
      case Linkage::median:
        return between;
      case Linkage::weighted:
        return weighted(a, b);
      default:
        return of_points(first, second);
    }
  }

  void merge(std::size_t a, std::size_t b) {
    const Cluster& first = clusters_[a];
    const Cluster& second = clusters_[b];
    Cluster made = first;
    made.points.insert(made.points.end(), second.points.begin(), second.points.end());
    const auto n_a = static_cast<double>(first.points.size());
    const auto n_b = static_cast<double>(second.points.size());
    made.center =
        linkage_ == Linkage::median
            ? Eigen::RowVectorXd((first.center + second.center) / 2)
            : Eigen::RowVectorXd((n_a * first.center + n_b * second.center) / (n_a + n_b));
    made.parts = {a, b};
    clusters_.push_back(made);
  }

 private:
  struct Cluster {
    std::vector<Index> points;
    Eigen::RowVectorXd center;
    std::vector<std::size_t> parts = {};
  };
  double weighted(std::size_t a, std::size_t b) const {
    if (a < b) std::swap(a, b);  // a was made later
    if (clusters_[a].parts.empty()) return of_points(clusters_[a], clusters_[b]);
    return (weighted(clusters_[a].parts[0], b) + weighted(clusters_[a].parts[1], b)) / 2;
  }
  double of_points(const Cluster& a, const Cluster& b) const {
    double sum = 0, least = std::numeric_limits<double>::infinity(), most = 0;
    for (const Index i : a.points)
      for (const Index j : b.points) {
        const double distance = (x_.row(i) - x_.row(j)).norm();
        sum += distance;
        least = std::min(least, distance);
        most = std::max(most, distance);
      }
    if (linkage_ == Linkage::single) return least;
    if (linkage_ == Linkage::complete) return most;
    return sum / static_cast<double>(a.points.size() * b.points.size());
  }

  const Matrix& x_;
  Linkage linkage_;
  std::vector<Cluster> clusters_;
};

/// "" if every merge is of two clusters no farther apart than any two others, at its height.
std::string greedy_fault(const Matrix& x, Linkage linkage, const Dendrogram& tree) {
  Definition definition(x, linkage);
  std::vector<std::size_t> alive(static_cast<std::size_t>(x.rows()));
  for (std::size_t i = 0; i < alive.size(); ++i) alive[i] = i;
  for (const Merge& merge : tree.merges()) {
    const auto left = static_cast<std::size_t>(merge.left);
    const auto right = static_cast<std::size_t>(merge.right);
    double least = std::numeric_limits<double>::infinity();
    for (const std::size_t a : alive)
      for (const std::size_t b : alive)
        if (a < b) least = std::min(least, definition.distance(a, b));
    if (std::abs(merge.height - least) > 1e-9 * (1 + least))
      return "height " + std::to_string(merge.height) + ", least " + std::to_string(least);
    if (std::abs(definition.distance(left, right) - merge.height) > 1e-9 * (1 + least))
      return "the merged ones are not that far apart";
    definition.merge(left, right);
    std::erase_if(alive, [&](std::size_t c) { return c == left || c == right; });
    alive.push_back(static_cast<std::size_t>(x.rows()) +
                    static_cast<std::size_t>(&merge - tree.merges().data()));
  }
  return {};
}

}  // namespace

TEST_CASE("AgglomerativeClustering keeps the contract", "[agglomerative]") {
  for (const Linkage linkage : all_linkages)
    CHECK(contract_of(AgglomerativeClustering({.n_clusters = 3, .linkage = linkage})) == "");
  CHECK(contract_of(AgglomerativeClustering({.n_clusters = {}, .distance_threshold = 2.5})) == "");
  CHECK(contract_of(AgglomerativeClustering({.n_clusters = 3, .connectivity_neighbors = 1})) == "");
  CHECK(contract_of(AgglomerativeClustering(
            {.linkage = Linkage::average, .metric = Metric::manhattan})) == "");
}

TEST_CASE("Trees equal scipy's", "[agglomerative]") {
  const auto reference = grove::testing::reference("agglomerative");
  REQUIRE(reference["trees"].size() == 54);
  for (const auto& item : reference["trees"]) {
    INFO(item["set"].get<std::string>() << " " << item["linkage"].get<std::string>());
    const Matrix x = to_matrix(reference["sets"][item["set"].get<std::string>()]);
    const Linkage linkage = linkage_named(item["linkage"]);
    const AgglomerativeClustering model = fitted(x, linkage, 2);
    const std::vector<Merge>& merges = model.dendrogram().merges();
    const Vector heights = to_vector(item["heights"]);
    REQUIRE(static_cast<Index>(merges.size()) == heights.size());
    for (Index i = 0; i < heights.size(); ++i) {
      const Merge& merge = merges[static_cast<std::size_t>(i)];
      CHECK(std::abs(merge.height - heights(i)) <= 1e-10 * heights.maxCoeff());
      if (!item["sizes"].is_null()) CHECK(merge.size == item["sizes"][static_cast<std::size_t>(i)]);
    }
    if (item["labels"].is_null()) continue;
    for (const auto& [k, labels] : item["labels"].items())
      CHECK(same_partition(model.dendrogram().cut(std::stol(k)), to_labels(labels)));
    CHECK(model.dendrogram().leaf_order() == item["leaves"].get<std::vector<Index>>());
    const Vector cophenet = model.dendrogram().cophenetic_distances();
    const Vector theirs = to_vector(item["cophenet"]);
    for (Index i = 0; i < theirs.size(); ++i) CHECK(close(cophenet(97 * i), theirs(i), 1e-10));
  }
}

TEST_CASE("Trees by other metrics equal scipy's", "[agglomerative]") {
  const auto reference = grove::testing::reference("agglomerative");
  REQUIRE(reference["metrics"].size() == 16);
  for (const auto& item : reference["metrics"]) {
    INFO(item["metric"].get<std::string>() << " " << item["linkage"].get<std::string>());
    const Matrix x = to_matrix(reference["sets"][item["set"].get<std::string>()]);
    AgglomerativeClustering model(
        {.linkage = linkage_named(item["linkage"]),
         .metric = *ParamType<Distance>::from(Value(item["metric"].get<std::string>()))});
    model.fit(x);
    const std::vector<double> ours = heights_of(model.dendrogram());
    const Vector theirs = to_vector(item["heights"]);
    for (Index i = 0; i < theirs.size(); ++i)
      CHECK(close(ours[static_cast<std::size_t>(i)], theirs(i), 1e-10));
  }
}

TEST_CASE("Every merge is of the two nearest clusters, with ties and duplicates too",
          "[agglomerative]") {
  for (const std::uint64_t seed : {1U, 2U, 3U})
    for (const Matrix& x : {normal(40, 3, seed), grid(36, 2, 4, seed), grid(30, 1, 9, seed),
                            grid(25, 2, 2, seed), Matrix(Matrix::Constant(12, 2, 3.0))})
      for (const Linkage linkage : all_linkages) {
        INFO(ParamType<Linkage>::to(linkage).get_if<std::string>()->c_str() << " n " << x.rows());
        const AgglomerativeClustering model = fitted(x, linkage);
        CHECK(greedy_fault(x, linkage, model.dendrogram()) == "");
      }
}

// Sizes at which rounds, chains and trees all have work.
TEST_CASE("Larger sets merge the nearest clusters in every phase", "[agglomerative]") {
  Matrix spiral(260, 1);  // each point's nearest is the one before: pairs are rare
  for (Index i = 0; i < spiral.rows(); ++i) spiral(i, 0) = std::pow(1.05, static_cast<double>(i));
  for (const Matrix& x : {normal(230, 2, 7), grid(220, 2, 12, 8), spiral})
    for (const Linkage linkage :
         {Linkage::ward, Linkage::complete, Linkage::single, Linkage::centroid}) {
      INFO(ParamType<Linkage>::to(linkage).get_if<std::string>()->c_str() << " n " << x.rows());
      CHECK(greedy_fault(x, linkage, fitted(x, linkage).dendrogram()) == "");
    }
}

TEST_CASE("Any number of threads gives the same tree and the same work", "[agglomerative]") {
  const Matrix x = blobs(700, 5, 12, 4);
  const Matrix tied = grid(500, 2, 20, 5);
  for (const Linkage linkage : all_linkages)
    for (const Matrix& points : {x, tied}) {
      const AgglomerativeClustering one = fitted(points, linkage, 1);
      for (const int threads : {2, 3, 7}) {
        const AgglomerativeClustering many = fitted(points, linkage, threads);
        CHECK(many.dendrogram() == one.dendrogram());
        CHECK(many.report().work == one.report().work);
      }
      CHECK(one.report().work.at("distance_evaluations") > 0);
    }
}

TEST_CASE("Permuted rows give the same heights", "[agglomerative]") {
  const Matrix x = blobs(400, 4, 6, 9);
  Rng rng(3);
  std::vector<Index> order(400);
  for (Index i = 0; i < 400; ++i) order[static_cast<std::size_t>(i)] = i;
  for (Index i = 399; i > 0; --i)
    std::swap(order[static_cast<std::size_t>(i)],
              order[static_cast<std::size_t>(rng.below(i + 1))]);
  Matrix permuted(400, 4);
  for (Index i = 0; i < 400; ++i) permuted.row(i) = x.row(order[static_cast<std::size_t>(i)]);
  for (const Linkage linkage : all_linkages) {
    const AgglomerativeClustering a = fitted(x, linkage);
    const AgglomerativeClustering b = fitted(permuted, linkage);
    const std::vector<double> left = heights_of(a.dendrogram()), right = heights_of(b.dendrogram());
    for (std::size_t i = 0; i < left.size(); ++i) CHECK(close(left[i], right[i], 1e-12));
    Labels carried(400);
    const Labels cut = b.dendrogram().cut(6);
    for (Index i = 0; i < 400; ++i) carried(order[static_cast<std::size_t>(i)]) = cut(i);
    CHECK(same_partition(carried, a.dendrogram().cut(6)));
  }
}

TEST_CASE("Scale and offset do not matter", "[agglomerative]") {
  const Matrix x = normal(300, 3, 12);
  for (const Linkage linkage : all_linkages) {
    const std::vector<double> plain = heights_of(fitted(x, linkage).dendrogram());
    for (const double factor : {1e-120, 1e-30, 1e30, 1e120}) {
      const std::vector<double> scaled = heights_of(fitted(x * factor, linkage).dendrogram());
      for (std::size_t i = 0; i < plain.size(); ++i)
        CHECK(close(scaled[i] / factor, plain[i], 1e-9));
    }
    const std::vector<double> moved =
        heights_of(fitted(Matrix(x.array() + 1e6), linkage).dendrogram());
    for (std::size_t i = 0; i < plain.size(); ++i) CHECK(close(moved[i], plain[i], 1e-6));
  }
  CHECK(fitted(x * 5e-324, Linkage::ward).dendrogram().merges().back().height == 0);
}

TEST_CASE("Heights ascend but for centroid and median", "[agglomerative]") {
  for (const Matrix& x : {blobs(800, 3, 5, 2), grid(700, 3, 4, 3)})
    for (const Linkage linkage : all_linkages) {
      const bool steps_back = linkage == Linkage::centroid || linkage == Linkage::median;
      CHECK((steps_back || fitted(x, linkage).dendrogram().is_monotonic()));
    }
  Matrix triangle(3, 2);
  triangle << 0, 0, 1, 0, 0.5, 0.9;
  const Dendrogram tree = fitted(triangle, Linkage::centroid).dendrogram();
  CHECK(!tree.is_monotonic());
  CHECK(close(tree.merges()[1].height, 0.9, 1e-12));
  CHECK(tree.cut_at(0.95) == Labels::LinSpaced(3, 0, 2));  // the lower merge of height 1 is undone
}

TEST_CASE("Constrained clusterings equal scikit-learn's", "[agglomerative]") {
  const auto reference = grove::testing::reference("agglomerative");
  REQUIRE(reference["structured"].size() == 36);
  Graph graph;
  for (const auto& item : reference["structured"]) {
    const std::string set = item["set"], name = item["graph"], linkage = item["linkage"];
    INFO(set << " " << name << " " << linkage);
    const Matrix x = to_matrix(reference["sets"][set]);
    if (!item["edges"].is_null()) {
      std::vector<Eigen::Triplet<double, Index>> entries;
      for (const auto& edge : item["edges"])
        entries.emplace_back(edge[0].get<Index>(), edge[1].get<Index>(), 1.0);
      graph = Graph(x.rows(), x.rows());
      graph.setFromTriplets(entries.begin(), entries.end());
    }
    AgglomerativeClustering model({.n_clusters = 4, .linkage = linkage_named(linkage)});
    model.fit_connected(x, graph);
    CHECK(model.n_connected_components() == item["n_components"].get<Index>());
    CHECK(model.report().warnings.size() == (model.n_connected_components() > 1 ? 1U : 0U));
    const std::vector<double> ours = heights_of(model.dendrogram());
    const Vector theirs = to_vector(item["heights"]);
    for (Index i = 0; i < theirs.size(); ++i)
      CHECK(close(ours[static_cast<std::size_t>(i)], theirs(i), 1e-10));
    CHECK(same_partition(model.labels(), to_labels(item["labels"])));
    if (name == "k3" || name == "k10") {
      AgglomerativeClustering by_number({.n_clusters = 4,
                                         .linkage = linkage_named(linkage),
                                         .connectivity_neighbors = name == "k3" ? 3 : 10});
      CHECK(by_number.fit(x).dendrogram() == model.dendrogram());
    }
  }
}

TEST_CASE("Under a complete graph the trees are those without one", "[agglomerative]") {
  const Matrix x = normal(60, 3, 21);
  for (const Linkage linkage : all_linkages) {
    AgglomerativeClustering connected(
        {.n_clusters = 3, .linkage = linkage, .connectivity_neighbors = 59});
    const std::vector<double> ours = heights_of(connected.fit(x).dendrogram());
    const std::vector<double> plain = heights_of(fitted(x, linkage).dendrogram());
    for (std::size_t i = 0; i < ours.size(); ++i) CHECK(close(ours[i], plain[i], 1e-10));
  }
}

TEST_CASE("A distance of the user's is used", "[agglomerative]") {
  struct Taxi {
    double term(double a, double b) const { return std::abs(a - b); }
  };
  const Matrix x = normal(80, 3, 5);
  for (const Linkage linkage : {Linkage::average, Linkage::single, Linkage::complete}) {
    AgglomerativeClustering own({.linkage = linkage, .metric = Taxi{}});
    CHECK(own.fit(x).dendrogram() == fitted(x, linkage, 1, Metric::manhattan).dendrogram());
    CHECK_THROWS_AS(own.save_state(), Unsupported);
  }
  struct Nan {
    double operator()(const double*, const double*, Index) const { return std::nan(""); }
  };
  AgglomerativeClustering bad({.linkage = Linkage::average, .metric = Nan{}});
  CHECK_THROWS_AS(bad.fit(x), InvalidData);
}

TEST_CASE("Gower's distance takes missing values", "[agglomerative]") {
  Matrix x = blobs(60, 3, 2, 8);
  x(3, 1) = x(40, 0) = std::numeric_limits<double>::quiet_NaN();
  for (const Linkage linkage : {Linkage::average, Linkage::single, Linkage::complete}) {
    const Dendrogram tree = fitted(x, linkage, 2, Metric::gower).dendrogram();
    CHECK(tree.is_monotonic());
    CHECK(tree.merges().back().height <= 1);
  }
}

TEST_CASE("The tree is cut by number or by distance", "[agglomerative]") {
  Matrix x(5, 1);
  x << 0, 1, 10, 11.5, 30;
  AgglomerativeClustering model({.n_clusters = 3, .linkage = Linkage::single});
  CHECK(model.fit(x).labels() == (Labels(5) << 0, 0, 1, 1, 2).finished());
  CHECK(model.n_clusters() == 3);
  for (const auto& [threshold, k] : std::vector<std::pair<double, Index>>{
           {0, 5}, {1, 5}, {1.1, 4}, {1.5, 4}, {1.6, 3}, {9, 3}, {9.5, 2}, {18.5, 2}, {19, 1}}) {
    AgglomerativeClustering by_distance(
        {.n_clusters = {}, .linkage = Linkage::single, .distance_threshold = threshold});
    CHECK(by_distance.fit(x).n_clusters() == k);
  }
}

TEST_CASE("AgglomerativeClustering refuses what it cannot do", "[agglomerative]") {
  const Matrix x = normal(6, 2, 1);
  using Params = AgglomerativeClusteringParams;
  const auto refusal = [&](const Params& params) {
    return message_of([&] { AgglomerativeClustering(params).fit(x); });
  };
  CHECK(refusal({.n_clusters = 2, .distance_threshold = 1.0}) ==
        "AgglomerativeClustering: exactly one of n_clusters and distance_threshold must be given, "
        "got both");
  CHECK(refusal({.n_clusters = {}}) ==
        "AgglomerativeClustering: exactly one of n_clusters and distance_threshold must be given, "
        "got none");
  CHECK(refusal({.n_clusters = 7}) ==
        "AgglomerativeClustering: n_clusters = 7, but there are only 6 rows");
  for (const Linkage linkage : {Linkage::ward, Linkage::centroid, Linkage::median})
    CHECK(refusal({.linkage = linkage, .metric = Metric::manhattan}) ==
          "AgglomerativeClustering: linkage = " +
              *ParamType<Linkage>::to(linkage).get_if<std::string>() +
              " works with metric = euclidean, got manhattan");
  CHECK(refusal({.connectivity_neighbors = 6}) ==
        "AgglomerativeClustering: connectivity_neighbors = 6, but each of the 6 rows has only 5 "
        "others");
  CHECK(message_of([&] { AgglomerativeClustering().fit_connected(x, Graph(5, 6)); }) ==
        "AgglomerativeClustering: the connectivity must have a row and a column for each of the 6 "
        "rows, got 5 x 6");
  CHECK(message_of([&] {
          AgglomerativeClustering().fit(Matrix(x * 1e150));
        }).find("values beyond 1e140 are too large to compute with") != std::string::npos);
  Matrix hole = x;
  hole(3, 1) = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(AgglomerativeClustering().fit(hole), InvalidData);
  CHECK(message_of([&] { (void)AgglomerativeClustering().labels(); }) ==
        "AgglomerativeClustering is not fitted");
  const Matrix many = Vector::LinSpaced(2'000'000, 0, 1);
  CHECK(message_of([&] { AgglomerativeClustering({.linkage = Linkage::average}).fit(many); })
            .find("AgglomerativeClustering: the table of distances between 250000 clusters needs "
                  "2.49999e+11 bytes (8 for each pair), and the machine has ") == 0);
}

TEST_CASE("One point, and points that are all equal", "[agglomerative]") {
  for (const Linkage linkage : all_linkages) {
    const AgglomerativeClustering one = fitted(Matrix::Constant(1, 3, 2.0), linkage);
    CHECK(one.labels() == Labels::Zero(1));
    CHECK(one.dendrogram().merges().empty());
    AgglomerativeClustering equal({.n_clusters = 3, .linkage = linkage});
    equal.fit(Matrix(Matrix::Constant(300, 2, 7.5)));
    CHECK(equal.n_clusters() == 3);
    for (const Merge& merge : equal.dendrogram().merges()) CHECK(merge.height == 0);
  }
}

TEST_CASE("A saved clustering is the same", "[agglomerative]") {
  AgglomerativeClustering model({.n_clusters = 4, .linkage = Linkage::average});
  model.fit(blobs(90, 3, 4, 6));
  const Value state = model.save_state();
  const AgglomerativeClustering loaded =
      AgglomerativeClustering::load_state(model.params(), StateReader(state));
  CHECK(loaded.dendrogram() == model.dendrogram());
  CHECK(loaded.labels() == model.labels());
  CHECK(loaded.save_state() == state);
  CHECK_THROWS_AS(AgglomerativeClustering::load_state({.n_clusters = 91}, StateReader(state)),
                  ModelFormatError);
}
