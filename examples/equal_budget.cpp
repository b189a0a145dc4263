// One tuning budget for all: every contender gets 20 evaluations inside the training part of each
// fold. Then the curve that tells how much of the budget one of them needed.
#include <cstdio>
#include <grove/grove.hpp>
#include <iostream>

using namespace grove;

int main() {
  const std::vector<Contender> contenders = {
      {"k-NN", Pipeline(StandardScaler{}, KNeighborsClassifier())},
      {"tree", DecisionTreeClassifier()},
      {"logistic", Pipeline(StandardScaler{}, LogisticRegression())},
      // Held back from tuning: the tables mark it.
      {"1-NN", Pipeline(StandardScaler{}, KNeighborsClassifier({.n_neighbors = 1})), SearchSpace{}},
  };
  const Comparison comparison =
      compare(contenders, {datasets::load_wine()},
              {.cv = StratifiedKFold{.n_splits = 3, .shuffle = true, .seed = 1},
               .tune = parse_search("random:20")});
  std::cout << comparison;

  const DatasetComparison& wine = comparison.datasets.front();
  for (const Standing& standing : wine.standings) {
    const TuningCost cost = tuning_cost(standing);
    std::printf("%-20s %-16s %3.0f evaluations in %d folds\n", standing.contender.c_str(),
                std::string(tuning_state(standing)).c_str(), cost.evaluations,
                static_cast<int>(cost.searches));
  }

  const SearchResult& search = *wine.standings.front().result.folds.front().search;
  const std::vector<double> best = best_so_far(search);
  const std::vector<double> expected = expected_best(search);
  std::printf("\nk-NN in the first fold\n%8s %12s %14s\n", "trials", "best so far",
              "expected best");
  for (const std::size_t n : {1, 2, 5, 10, 20})
    if (n <= expected.size()) std::printf("%8zu %12.4f %14.4f\n", n, best[n - 1], expected[n - 1]);
}
