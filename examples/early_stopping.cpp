// Three ways to stop boosting in time: held-out rows, a set of one's own, and a callback.

#include <grove/grove.hpp>
#include <iostream>

using namespace grove;

int main() {
  const Dataset data = datasets::load("credit_data");
  const auto [rest, test] = train_test_split(data, {.test_size = 0.2, .seed = 1});
  const auto [train, validation] = train_test_split(rest, {.test_size = 0.25, .seed = 2});
  const auto show = [&](const char* what, const GradientBoostingClassifier& model) {
    std::cout << what << ": " << model.n_iter() << " rounds, log loss "
              << metrics::log_loss(test.labels(), model.predict_proba(test.x())) << "\n";
  };

  GradientBoostingClassifier all({.n_estimators = 500});
  show("no stopping", all.fit(train));

  GradientBoostingClassifier held_out({.n_estimators = 500, .early_stopping = true, .seed = 3});
  show("a tenth of the rows held out", held_out.fit(rest));

  GradientBoostingClassifier watched({.n_estimators = 500, .n_iter_no_change = 20});
  show("a validation set", watched.fit(train, BoostingOptions{.validation = &validation}));

  GradientBoostingClassifier called({.n_estimators = 500});
  BoostingOptions options{.validation = &validation};
  options.callback = [](const BoostingRound& round) {
    if (round.round % 10 == 0) std::cout << "  " << round.round << " " << round.loss << "\n";
    return round.round < 30;
  };
  show("a callback", called.fit(train, options));

  std::cout << "log loss of the test set after 10 and 40 rounds of the first model:";
  all.booster().staged(test.x(), [&](int round, const Matrix& proba) {
    if (round == 10 || round == 40) std::cout << " " << metrics::log_loss(test.labels(), proba);
  });
  std::cout << "\n";
}
