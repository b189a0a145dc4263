// The question grove is made for: which variant is better, and how sure can one be? Same folds for
// all, a baseline that enters by itself, a test that respects the overlap of the training sets.
// Ends with a table and a page.
#include <fstream>
#include <grove/grove.hpp>
#include <iostream>

using namespace grove;

int main(int argc, char** argv) {
  const std::vector<Contender> contenders{
      {"1-NN", Pipeline(StandardScaler{}, KNeighborsClassifier({.n_neighbors = 1}))},
      {"15-NN", Pipeline(StandardScaler{}, KNeighborsClassifier({.n_neighbors = 15}))},
      {"15-NN, unscaled", KNeighborsClassifier({.n_neighbors = 15})},
      {"naive Bayes", GaussianNB()},
      {"boosting", GradientBoostingClassifier({.n_estimators = 50})}};
  const std::vector<Dataset> data{datasets::load_iris(), datasets::load_wine(),
                                  datasets::load_breast_cancer(), datasets::load("vehicle")};
  const Comparison comparison = compare(contenders, data, {.n_repeats = 2, .seed = 1});
  std::cout << comparison;

  const std::string page = argc > 1 ? argv[1] : "comparison.html";
  std::ofstream(page) << to_html(comparison);
  std::cout << "Report: " << page << "\n";
}
