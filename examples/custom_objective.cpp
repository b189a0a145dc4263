// A loss and a metric of one's own: plain structs that inherit nothing, at the speed of the
// built-in.

#include <cmath>
#include <grove/grove.hpp>
#include <iostream>

using namespace grove;

// log(cosh(error)): squared near 0 and absolute far away, smooth everywhere.
struct LogCosh {
  static constexpr std::string_view name = "log_cosh";
  void gradients(VectorView scores, VectorView target, Eigen::Ref<Vector> gradients,
                 Eigen::Ref<Vector> hessians) const {
    gradients = (scores - target).array().tanh();
    hessians = 1 - gradients.array().square();
    hessians = hessians.cwiseMax(1e-3);
  }
  double loss(VectorView scores, VectorView target, VectorView weights) const {
    return ((scores - target).array().cosh().log() * weights.array()).sum() / weights.sum();
  }
  double start(VectorView target, VectorView) const { return target.mean(); }
};

// What early stopping watches: the share of predictions that are off by more than 1.
struct FarOff {
  double operator()(VectorView target, const MatrixView& predictions, VectorView weights) const {
    const auto off = (predictions.col(0) - target).array().abs() > 1;
    return (off.cast<double>() * weights.array()).sum() / weights.sum();
  }
};

int main() {
  const Dataset data = datasets::load("abalone");
  const auto [train, test] = train_test_split(data, {.test_size = 0.25, .seed = 1});
  GradientBoostingRegressor mine({.n_estimators = 500,
                                  .learning_rate = 0.05,
                                  .early_stopping = true,
                                  .n_iter_no_change = 50,
                                  .objective = LogCosh{},
                                  .eval_metric = FarOff{}});
  mine.fit(train);
  GradientBoostingRegressor squared({.learning_rate = 0.05});
  squared.fit(train);
  std::cout << "log_cosh: " << mine.n_iter() << " rounds, mean absolute error "
            << metrics::mean_absolute_error(test.target(), mine.predict(test.x()))
            << "\nsquared error: mean absolute error "
            << metrics::mean_absolute_error(test.target(), squared.predict(test.x())) << "\n";
}
