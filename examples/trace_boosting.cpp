// What went on inside: the splits that every node of the first trees chose between.

#include <fstream>
#include <grove/grove.hpp>
#include <iostream>

using namespace grove;

int main() {
  const Dataset data = datasets::load_iris();
  GradientBoostingClassifier model({.n_estimators = 2, .max_leaf_nodes = 3});
  model.fit(data, BoostingOptions{.trace = {.what = {"splits"}, .file = "iris_trace.jsonl"}});

  std::ifstream trace("iris_trace.jsonl");
  std::string line;
  std::getline(trace, line);
  std::cout << "the root of the first tree, best split of every column first:\n" << line << "\n";

  std::cout << "loss by round:";
  for (const double loss : model.report().loss_curve) std::cout << " " << loss;
  std::cout << "\nwork:";
  for (const auto& [counter, n] : model.report().work) std::cout << " " << counter << " " << n;
  std::cout << "\n";
}
