// A whole estimator of your own: a plain struct that inherits nothing works with pipelines,
// cross-validation and comparisons, and the contract suite says what it gets wrong.
#include <grove/grove.hpp>
#include <iostream>

using namespace grove;

/// Predicts the class whose mean is nearest.
struct NearestMean {
  Matrix means;

  void fit(const Dataset& data) {
    means = Matrix::Zero(data.n_classes(), data.n_columns());
    Vector counts = Vector::Zero(data.n_classes());
    for (Index i = 0; i < data.n_rows(); ++i) {
      means.row(data.labels()(i)) += data.x().row(i);
      counts(data.labels()(i)) += 1;
    }
    means.array().colwise() /= counts.array().max(1);
  }
  Labels predict(MatrixView x) const {
    if (x.cols() != means.cols()) throw InvalidData("NearestMean: fitted on other columns");
    Labels labels(x.rows());
    for (Index i = 0; i < x.rows(); ++i)
      (means.rowwise() - x.row(i)).rowwise().squaredNorm().minCoeff(&labels(i));
    return labels;
  }
};

int main() {
  const Pipeline scaled(StandardScaler{}, NearestMean{});
  const CrossValidation result = cross_validate(scaled, datasets::load_wine());
  std::cout << "accuracy " << result.mean("accuracy") << " +- " << result.std("accuracy") << "\n";

  std::cout << "What the contract suite finds:\n";
  for (const Violation& violation : check_estimator(NearestMean{}))
    std::cout << "  " << violation.check << ": " << violation.message << "\n";
}
