// One model, five folds, several metrics; everything the pipeline learns it learns inside the fold.
#include <grove/grove.hpp>
#include <iostream>

using namespace grove;

int main() {
  const Pipeline knn(StandardScaler{}, KNeighborsClassifier({.n_neighbors = 7}));
  std::cout << cross_validate(knn, datasets::load_iris(),
                              {.cv = StratifiedKFold{.n_splits = 5, .shuffle = true, .seed = 1},
                               .metrics = {"accuracy", "f1_macro", "log_loss"}});
}
