#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/params/schema.hpp"

namespace grove {

/// full: a matrix for each component; tied: one for all; diag: a variance for each component and
/// column; spherical: one for each component.
enum class CovarianceType { full, tied, diag, spherical };
std::span<const EnumName<CovarianceType>> enum_names(CovarianceType);

/// First responsibilities: the labels of KMeans, or random numbers (a row's own, so that repeated
/// rows and weights start differently).
enum class MixtureInit { kmeans, random };
std::span<const EnumName<MixtureInit>> enum_names(MixtureInit);

struct GaussianMixtureParams {
  int n_components = 1;
  CovarianceType covariance_type = CovarianceType::full;
  /// Converged when the mean log likelihood of a row changes by less.
  double tol = 1e-3;
  /// Added to every variance.
  double reg_covar = 1e-6;
  int max_iter = 100;
  /// Starts; the one with the largest lower_bound is kept, the first of equal ones.
  int n_init = 1;
  MixtureInit init_params = MixtureInit::kmeans;
  /// A start given as numbers, row by row, in the place of what init_params finds; empty = none.
  /// n_components weights; n_components x columns means; precisions (inverse covariances) in the
  /// shape of covariances().
  std::vector<double> weights_init = {};
  std::vector<double> means_init = {};
  std::vector<double> precisions_init = {};
  std::uint64_t seed = 0;
  static const Schema<GaussianMixtureParams>& schema();
};

/// A sum of normal distributions, by expectation maximisation (Dempster, Laird & Rubin 1977), with
/// the steps, the stopping rule and the lower bound of scikit-learn. Log densities are summed
/// safely; moments are taken about the old means. Integer weights count repeated rows. The label of
/// a row is its most probable component, the first of equal ones; a component can be nobody's. The
/// same bits for any number of threads and instruction set. O(n k d^2) an iteration for full, else
/// O(n k d); memory k d^2 for each block of rows, at most half of the data or 512 rows.
///
/// InvalidData: fewer rows than components, values beyond 1e140, and a component whose covariance
/// collapses (its rows are equal or lie in a plane, and reg_covar is too small to help).
/// report(): iterations and loss_curve (minus the mean log likelihood) of the kept start.
class GaussianMixture {
 public:
  using Params = GaussianMixtureParams;
  static constexpr std::string_view type_name = "GaussianMixture";
  static constexpr Capabilities capabilities{};

  explicit GaussianMixture(GaussianMixtureParams params = {}) : params_(std::move(params)) {}
  const GaussianMixtureParams& params() const { return params_; }

  /// A target is not looked at. Throws InvalidParameter, InvalidData or Cancelled; the old model is
  /// then kept.
  GaussianMixture& fit(const Dataset& data, const Context& context = {});
  GaussianMixture& fit(const MatrixView& x, const Context& context = {});

  Labels predict(const MatrixView& x, const Context& context = {}) const;
  /// n x n_components; rows sum to 1. Equal shares where all densities vanish.
  Matrix predict_proba(const MatrixView& x, const Context& context = {}) const;
  /// Log of the density at each row.
  Vector score_samples(const MatrixView& x, const Context& context = {}) const;
  /// Their mean.
  double score(const MatrixView& x, const Context& context = {}) const;
  /// Information criteria of Schwarz and Akaike: less is better.
  double bic(const MatrixView& x, const Context& context = {}) const;
  double aic(const MatrixView& x, const Context& context = {}) const;

  struct Samples {
    Matrix x;
    Labels components;
  };
  /// n draws from the mixture, each row with random numbers of its own.
  Samples sample(Index n, std::uint64_t seed = 0) const;

  /// One per training row.
  const Labels& labels() const;
  const Vector& weights() const;
  /// n_components x d.
  const Matrix& means() const;
  /// full: n_components matrices d x d; tied: one; diag: one, n_components x d; spherical: one,
  /// n_components x 1.
  const std::vector<Matrix>& covariances() const;
  /// In the same shapes: U with U U^T = precision, upper triangular; for diag and spherical 1 /
  /// standard deviation.
  const std::vector<Matrix>& precisions_cholesky() const;
  bool converged() const;
  /// Weighted mean log likelihood of the training rows before the last update.
  double lower_bound() const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static GaussianMixture load_state(const GaussianMixtureParams& params, const StateReader& reader);

 private:
  struct State;
  GaussianMixtureParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
