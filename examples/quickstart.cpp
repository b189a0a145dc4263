// Load, split, fit, score.
#include <grove/grove.hpp>
#include <iostream>

using namespace grove;

int main() {
  const Dataset data = datasets::load_breast_cancer();
  const auto [train, test] =
      train_test_split(data, {.test_size = 0.2, .stratify = true, .seed = 7});

  GradientBoostingClassifier model({.n_estimators = 100, .learning_rate = 0.1});
  model.fit(train);
  std::cout << "accuracy " << metrics::accuracy(test.labels(), model.predict(test.x())) << "\n"
            << "log loss " << metrics::log_loss(test.labels(), model.predict_proba(test.x()))
            << "\n";
}
