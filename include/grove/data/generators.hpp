#pragma once

#include <cstdint>
#include <optional>

#include "grove/data/dataset.hpp"

// Data whose truth is known. Each row is drawn from a stream of its own, so the first n rows of a
// seed are the same however many are asked for and whatever the number of threads; classes take
// turns (row i is of class i mod K). All throw InvalidParameter for an option out of range.

namespace grove {

struct BlobsOptions {
  Index n_samples = 100;
  Index n_features = 2;
  int n_centers = 3;
  double cluster_std = 1;
  /// Centres are uniform in [-center_box, center_box]^n_features.
  double center_box = 10;
  std::uint64_t seed = 0;
};
/// Isotropic Gaussian clouds; the label is the cloud.
Dataset make_blobs(const BlobsOptions& options = {});
/// n_centers x n_features: where the clouds of make_blobs(options) stand. The nearest centre is
/// Bayes' rule.
Matrix blob_centers(const BlobsOptions& options);

struct MoonsOptions {
  Index n_samples = 100;
  /// Standard deviation of the Gaussian noise on both coordinates.
  double noise = 0;
  std::uint64_t seed = 0;
};
/// Two interleaving half circles of radius 1, angles uniform: (cos t, sin t) and
/// (1 - cos t, 0.5 - sin t).
Dataset make_moons(const MoonsOptions& options = {});

struct CirclesOptions {
  Index n_samples = 100;
  double noise = 0;
  /// Radius of the inner circle (class 1); the outer one has radius 1. In [0, 1).
  double factor = 0.8;
  std::uint64_t seed = 0;
};
/// Two circles round the origin, angles uniform.
Dataset make_circles(const CirclesOptions& options = {});

struct ClassificationOptions {
  Index n_samples = 100;
  Index n_features = 20;
  Index n_informative = 2;
  Index n_redundant = 2;
  Index n_repeated = 0;
  int n_classes = 2;
  int n_clusters_per_class = 2;
  /// Half the side of the cube on whose corners the clusters stand.
  double class_sep = 1;
  /// Share of the rows whose class is drawn anew at random.
  double flip_y = 0.01;
  std::uint64_t seed = 0;
};
/// Gaussian clusters on the corners of a cube, each with its own covariance, in the manner of Guyon
/// ("Design of experiments for the NIPS 2003 variable selection benchmark"). The truth is in the
/// column names: informative*, redundant* (linear combinations of those), repeated* (copies of
/// either), noise* (standard normal). n_classes * n_clusters_per_class is at most 2^n_informative.
Dataset make_classification(const ClassificationOptions& options = {});

struct RegressionOptions {
  Index n_samples = 100;
  Index n_features = 100;
  Index n_informative = 10;
  double bias = 0;
  /// Standard deviation of the Gaussian noise on the target.
  double noise = 0;
  std::uint64_t seed = 0;
};
/// x standard normal, y = bias + x coefficients + noise; columns informative* and noise*.
Dataset make_regression(const RegressionOptions& options = {});
/// n_features: uniform in [0, 100) for the informative columns (the first ones), 0 for the others.
Vector regression_coefficients(const RegressionOptions& options);

struct FriedmanOptions {
  Index n_samples = 100;
  /// Standard deviation of the Gaussian noise on the target.
  double noise = 0;
  std::uint64_t seed = 0;
};
/// Friedman, "Multivariate adaptive regression splines", Annals of Statistics 19 (1991). 1: ten
/// columns uniform in [0, 1), of which five matter,
///   y = 10 sin(pi x0 x1) + 20 (x2 - 0.5)^2 + 10 x3 + 5 x4;
/// 2 and 3: an alternating-current circuit, x0 in [0, 100), x1 in [40 pi, 560 pi), x2 in [0, 1),
/// x3 in [1, 11); impedance y = (x0^2 + (x1 x2 - 1 / (x1 x3))^2)^1/2 and phase
/// y = atan((x1 x2 - 1 / (x1 x3)) / x0).
Dataset make_friedman1(const FriedmanOptions& options = {});
Dataset make_friedman2(const FriedmanOptions& options = {});
Dataset make_friedman3(const FriedmanOptions& options = {});
/// The targets without noise. Throw InvalidData if x has not 10 (or 4) columns.
Vector friedman1_truth(const MatrixView& x);
Vector friedman2_truth(const MatrixView& x);
Vector friedman3_truth(const MatrixView& x);

struct BayesOptions {
  Index n_samples = 300;
  std::uint64_t seed = 0;
};
/// Problems whose best possible rule is known, with equally likely classes. Breiman, "Bias,
/// variance, and arcing classifiers", TR 460, Berkeley 1996; waveform: Breiman et al.,
/// "Classification and regression trees", 1984. Below e = (1, ..., 1) / 20^1/2 and
/// f = (1, -1, 1, ...) / 20^1/2, 20 columns; N(m, S) is the normal distribution.
/// twonorm: N(2 e, I) against N(-2 e, I).
Dataset make_twonorm(const BayesOptions& options = {});
/// threenorm: N(2 e, I) or N(-2 e, I), equally likely, against N(2 f, I).
Dataset make_threenorm(const BayesOptions& options = {});
/// ringnorm: N(0, 4 I) against N(2 e, I).
Dataset make_ringnorm(const BayesOptions& options = {});
/// waveform: three classes, 21 columns, x_j = u a_j + (1 - u) b_j + N(0, 1) with u uniform in
/// [0, 1) and (a, b) two of the three triangles h(j) = max(6 - |j - c|, 0), c = 10, 14, 6.
Dataset make_waveform(const BayesOptions& options = {});

/// The rule that no classifier can beat: one code a row. Throw InvalidData for a wrong number of
/// columns.
Labels twonorm_bayes_rule(const MatrixView& x);
Labels threenorm_bayes_rule(const MatrixView& x);
Labels ringnorm_bayes_rule(const MatrixView& x);
Labels waveform_bayes_rule(const MatrixView& x);

/// Its error. The first three by integration; that of waveform by simulation, to
/// +-0.0001.
inline constexpr double twonorm_bayes_error = 0.022750131948179195;
inline constexpr double threenorm_bayes_error = 0.10463315560799878;
inline constexpr double ringnorm_bayes_error = 0.01239660810317261;
inline constexpr double waveform_bayes_error = 0.1329;

}  // namespace grove
