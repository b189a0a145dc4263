#include <grove/grove.hpp>
#include <iostream>

// A program of somebody else's: links the installed package, moves matrices across its border.

struct NearestMean {
  grove::Matrix means;
  void fit(const grove::Dataset& data) {
    means = grove::Matrix::Zero(data.n_classes(), data.n_columns());
    grove::Vector counts = grove::Vector::Zero(data.n_classes());
    for (grove::Index i = 0; i < data.n_rows(); ++i) {
      means.row(data.labels()(i)) += data.x().row(i);
      counts(data.labels()(i)) += 1;
    }
    means.array().colwise() /= counts.array();
  }
  grove::Labels predict(grove::MatrixView x) const {
    grove::Labels labels(x.rows());
    for (grove::Index i = 0; i < x.rows(); ++i)
      (means.rowwise() - x.row(i)).rowwise().squaredNorm().minCoeff(&labels(i));
    return labels;
  }
};

int main() {
  grove::Rng rng(1);
  grove::Matrix x(50, 3);
  grove::Labels y(50);
  for (grove::Index i = 0; i < 50; ++i) {
    y(i) = static_cast<int>(i % 2);
    for (grove::Index j = 0; j < 3; ++j) x(i, j) = rng.normal() + 8 * y(i);
  }
  grove::Estimator model = NearestMean{};
  const grove::Dataset data(std::move(x), y);  // the library frees what this program allocated
  model.fit(data.take({0, 1, 2, 3, 10, 11}));
  const bool right = model.predict(data) == data.labels();
  std::cout << (right ? "consumed" : "wrong") << '\n';
  return right ? 0 : 1;
}
