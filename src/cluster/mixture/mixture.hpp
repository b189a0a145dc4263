#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "cluster/mixture/mixture_scan.hpp"
#include "grove/cluster/gaussian_mixture.hpp"

// Expectation maximisation for Gaussian mixtures: densities, moments and updates.

namespace grove::cluster {

/// Covariances and precisions in the shapes that GaussianMixture documents.
struct Mixture {
  CovarianceType type = CovarianceType::full;
  Vector weights;
  Matrix means;
  std::vector<Matrix> covariances;
  std::vector<Matrix> precisions_cholesky;
};

/// Points with weights (null = 1), and what does not change between iterations.
struct MixturePoints {
  std::string_view who;
  MatrixView x;
  const Vector* weights = nullptr;
  double total_weight = 0;
  Vector mean;
  Matrix scatter;  // tied: weighted sum of products of offsets from the mean
};
MixturePoints mixture_points(std::string_view who, const Dataset& data, CovarianceType type,
                             const Context& context);

/// Weighted sums over all rows.
struct Moments {
  double log_likelihood = 0;
  Vector total;   // k
  Matrix first;   // k x d, about the centres
  Matrix second;  // full: k d x d, lower triangles; diag and spherical: k x d
};

/// Responsibilities of rows [begin, end) into out(row - begin, component).
using Responsibilities = std::function<void(Index begin, Index end, Matrix& out)>;

/// One pass: the moments about the means under the mixture's own responsibilities.
Moments expectation(const MixturePoints& points, const Mixture& mixture, const Context& context);
/// The moments about the rows of `centers` under given responsibilities.
Moments moments_of(const MixturePoints& points, CovarianceType type, const Matrix& centers,
                   const Responsibilities& given, const Context& context);

/// The mixture that maximises the likelihood. Throws InvalidData if a covariance collapses.
Mixture maximization(const MixturePoints& points, CovarianceType type, const Matrix& centers,
                     const Moments& moments, double reg_covar);

/// From the covariances. Throws InvalidData.
void set_precisions(std::string_view who, Mixture& mixture);

/// What rows get from a fitted mixture; null = not wanted. A row's values do not depend on others.
struct MixtureAnswers {
  Labels* labels = nullptr;
  Matrix* proba = nullptr;
  Vector* log_densities = nullptr;
};
void answer(std::string_view who, const Mixture& mixture, const MatrixView& x,
            const MixtureAnswers& answers, const Context& context);

/// log by sums and products in one order: the same bits on every machine. x > 0, finite.
double exact_log(double x);

}  // namespace grove::cluster
