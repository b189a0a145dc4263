// Load, split, fit, score.
#include <grove/grove.hpp>
#include <iostream>

using namespace grove;

int main() {
  const Dataset data = datasets::load_breast_cancer();
  std::vector<Index> train_rows, test_rows;
  for (Index i = 0; i < data.n_rows(); ++i) (i % 5 == 0 ? test_rows : train_rows).push_back(i);
  const Dataset train = data.take(train_rows);
  const Dataset test = data.take(test_rows);

  GradientBoostingClassifier model({.n_estimators = 100, .learning_rate = 0.1});
  model.fit(train);
  std::cout << "accuracy " << metrics::accuracy(test.labels(), model.predict(test.x())) << "\n"
            << "log loss " << metrics::log_loss(test.labels(), model.predict_proba(test.x()))
            << "\n";
}
