// Tuning that does not fool itself. A tuned model searches on the rows that it is given, by
// cross-validation inside them; cross-validating it is nested, so no test row has a say in the
// choice. On pure noise the best inner score promises what the nested one does not keep.
#include <algorithm>
#include <grove/grove.hpp>
#include <iomanip>
#include <iostream>

using namespace grove;

int main() {
  // Every contender gets the same budget, the same inner folds, and the space that suits it.
  const SearchOptions knn_search{
      .budget = {.evaluations = 20},
      .space = SearchSpace{{"kneighborsclassifier__n_neighbors", log_integers(1, 50)},
                           {"kneighborsclassifier__weights", choices({"uniform", "distance"})}}};
  const SearchOptions tree_search{.method = SearchMethod::tpe,
                                  .budget = {.evaluations = 20},
                                  .space = SearchSpace{{"max_depth", integers(1, 12)},
                                                       {"min_samples_leaf", log_integers(1, 30)}}};
  const Pipeline knn(StandardScaler{}, KNeighborsClassifier());
  const std::vector<Estimator> models{knn, TunedModel(knn, knn_search), DecisionTreeClassifier(),
                                      TunedModel(DecisionTreeClassifier(), tree_search)};
  const Dataset wine = datasets::load_wine();
  std::cout << std::fixed << std::setprecision(3);
  for (const Estimator& model : models)
    std::cout << cross_validate(model, wine).mean("accuracy") << "  " << model.expression() << "\n";

  // What one search tried, and what it would have found with less.
  const TunedModel tuned = TunedModel(knn, knn_search).fit(wine);
  const SearchResult& result = tuned.result();
  std::cout << "\n" << tuned.report()->notes.back() << "\n";
  const std::vector<double> expected = expected_best(result);
  for (const std::size_t n : {1, 5, 20})
    std::cout << "expected best of " << n << " trials: " << expected[n - 1] << "\n";

  // Noise: labels that have nothing to do with x, in forty sets.
  double promised = 0, kept = 0, guessed = 0;
  for (int i = 0; i < 40; ++i) {
    Rng rng(static_cast<std::uint64_t>(i));
    const Matrix x = Matrix::NullaryExpr(60, 5, [&] { return rng.normal(); });
    const Labels y = Labels::NullaryExpr(60, [&] { return static_cast<int>(rng.below(2)); });
    const Dataset noise(x, y);
    const double ones = y.cast<double>().mean();
    guessed += std::max(ones, 1 - ones) / 40;
    const SearchResult found = TunedModel(knn, knn_search).fit(noise).result();
    promised += found.trials[found.best].score / 40;
    kept += cross_validate(TunedModel(knn, knn_search), noise).mean("accuracy") / 40;
  }
  std::cout << "\nOn noise the best inner score is " << promised << ", the nested one " << kept
            << "; always saying the commoner class scores " << guessed << "\n";
}
