#pragma once

#include "grove/core/error.hpp"
#include "grove/data/dataset.hpp"

/// Predicts the class of the nearest class mean.
struct NearestMean {
  grove::Matrix means;
  void fit(const grove::Dataset& data) {
    means = grove::Matrix::Zero(data.n_classes(), data.n_columns());
    grove::Vector counts = grove::Vector::Constant(data.n_classes(), 1e-9);
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

/// Always class 0.
struct FirstClass {
  void fit(const grove::Dataset&) {}
  grove::Labels predict(grove::MatrixView x) const { return grove::Labels::Zero(x.rows()); }
};

struct Refuses {
  void fit(const grove::Dataset&) {
    throw grove::InvalidData("Refuses: column 'a<b' has 3 missing values", "put an imputer & co");
  }
  grove::Labels predict(grove::MatrixView x) const { return grove::Labels::Zero(x.rows()); }
};

/// A regressor: the mean of the target plus `offset`.
struct MeanPlus {
  double offset = 0;
  double mean = 0;
  void fit(const grove::Dataset& data) { mean = data.target().mean() + offset; }
  grove::Vector predict(grove::MatrixView x) const {
    return grove::Vector::Constant(x.rows(), mean);
  }
};
