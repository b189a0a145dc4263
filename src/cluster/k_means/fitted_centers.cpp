#include "cluster/k_means/fitted_centers.hpp"

#include "cluster/k_means/center_filter.hpp"
#include "cluster/magnitude.hpp"

namespace grove::cluster {

namespace {

/// The largest magnitude of points that predict may take.
double checked(const FittedCenters& model, const MatrixView& x, const Context& context) {
  check_predict_data(model.who, x, model.trained_on, {});
  return check_magnitude(model.who, x, model.trained_on.columns, context);
}

}  // namespace

Labels FittedCenters::predict(const MatrixView& x, const Context& context) const {
  const double largest = checked(*this, x, context);
  Labels labels(x.rows());
  nearest_centers(who, {x}, centers, largest, labels.data(), nullptr, context);
  return labels;
}

Matrix FittedCenters::transform(const MatrixView& x, const Context& context) const {
  checked(*this, x, context);
  return all_distances(who, {x}, centers, context);
}

double FittedCenters::score(const MatrixView& x, const Context& context) const {
  const double largest = checked(*this, x, context);
  Labels labels(x.rows());
  Vector squared(x.rows());
  nearest_centers(who, {x}, centers, largest, labels.data(), squared.data(), context);
  return -squared.sum();
}

}  // namespace grove::cluster
