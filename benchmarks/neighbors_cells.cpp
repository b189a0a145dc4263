// What it costs and brings to replace a search by clustering: seconds, distances and recall of the
// cells of k-means by the number searched, beside the exact searches; and the accuracy of a few
// prototypes per class beside all points. neighbors_cells [POINTS.npy QUERIES.npy]; without files,
// letter_recognition, of which every fifth row asks.
#include <chrono>
#include <cstdio>

#include "grove/core/error.hpp"
#include "grove/data/npy.hpp"
#include "grove/data/standard_datasets.hpp"
#include "grove/neighbors/approximate_neighbors.hpp"
#include "grove/neighbors/k_neighbors.hpp"
#include "grove/neighbors/prototype_classifier.hpp"

namespace {

using namespace grove;
constexpr Index k = 10;

struct Cost {
  double seconds;
  double distances;  // of a query
};

template <class F>
Cost cost_of(Index n_queries, const F& f) {
  Cost best{1e300, 0};
  for (int run = 0; run < 3; ++run) {
    Ledger ledger;
    const auto start = std::chrono::steady_clock::now();
    f(Context{.ledger = &ledger});
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    best.seconds = std::min(best.seconds, time.count());
    best.distances = static_cast<double>(ledger.counts().at("distance_evaluations")) /
                     static_cast<double>(n_queries);
  }
  return best;
}

void compare_searches(const Matrix& points, const Matrix& queries) {
  std::printf("%-22s %9s %15s %8s\n", "search, k = 10", "seconds", "distances/query", "recall");
  const auto row = [](const std::string& name, const Cost& cost, double recall) {
    std::printf("%-22s %9.4f %15.1f %8.4f\n", name.c_str(), cost.seconds, cost.distances, recall);
  };
  for (const auto& [name, algorithm] : {std::pair{"brute", Algorithm::brute},
                                        {"kd_tree", Algorithm::kd_tree},
                                        {"cells, exact", Algorithm::cells}}) {
    NearestNeighbors exact({.algorithm = algorithm});
    exact.fit(points);
    const auto search = [&](const Context& context) {
      (void)exact.kneighbors(queries, k, context);
    };
    row(name, cost_of(queries.rows(), search), 1);
  }
  ApproximateNeighbors model;
  model.fit(points);
  for (Index n_probes = 1; n_probes <= model.n_cells(); n_probes *= 2) {
    const auto search = [&](const Context& context) {
      (void)model.kneighbors(queries, k, n_probes, context);
    };
    row(std::to_string(n_probes) + " of " + std::to_string(model.n_cells()) + " cells",
        cost_of(queries.rows(), search), model.recall(queries, k, n_probes));
  }
}

template <class E>
void judge(const std::string& name, E model, const Dataset& train, const Dataset& test) {
  model.fit(train);
  Labels predicted;
  const Cost cost = cost_of(
      test.n_rows(), [&](const Context& context) { predicted = model.predict(test.x(), context); });
  const auto right = (predicted.array() == test.labels().array()).count();
  std::printf("%-22s %9.4f %15.1f %8.4f\n", name.c_str(), cost.seconds, cost.distances,
              static_cast<double>(right) / static_cast<double>(test.n_rows()));
}

void run(int argc, char** argv) {
  if (argc == 3) return compare_searches(read_npy(argv[1]).x(), read_npy(argv[2]).x());
  const Dataset data = datasets::load("letter_recognition");
  std::vector<Index> asking, asked;
  for (Index i = 0; i < data.n_rows(); ++i) (i % 5 == 0 ? asking : asked).push_back(i);
  const Dataset train = data.take(asked);
  const Dataset test = data.take(asking);
  compare_searches(train.x(), test.x());
  std::printf("\n%-22s %9s %15s %8s\n", "classifier", "seconds", "distances/query", "accuracy");
  judge("1 neighbour", KNeighborsClassifier({.n_neighbors = 1}), train, test);
  for (const int n : {1, 4, 16, 64, 256})
    judge(std::to_string(n) + " prototypes a class", PrototypeClassifier({.n_prototypes = n}),
          train, test);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "neighbors_cells: error: %s\n", e.what());
    return 1;
  }
}
