#pragma once

#include <memory>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/params/schema.hpp"

namespace grove {

struct PCAParams {
  /// Components to keep; 0 = all, which are min(rows, numeric columns).
  int n_components = 0;
  /// If positive: the fewest components that together explain more than this share of the variance,
  /// at most n_components of them unless that is 0.
  double variance_share = 0;
  /// Divide every component by its standard deviation. One without variance is not divided.
  bool whiten = false;
  static const Schema<PCAParams>& schema();
};

/// Principal components of the numeric columns, called pca0, pca1, ...; categorical columns follow
/// them unchanged. The columns are centred, not scaled. Missing values are refused.
///
/// Exact: Householder QR of blocks of rows, then the singular values of what remains, which keeps
/// small ones that a covariance matrix loses. Of each component the coefficient that is largest in
/// magnitude is positive, the first of equal ones (scikit-learn's rule since 1.5). Integer weights
/// count repeated rows; rows of weight 0 take no part. The same bits for any number of threads.
/// O(n d min(n, d)) time; memory a copy of the rows at work plus O(d^2) a block.
///
/// Fewer than two rows (a sum of weights of at most 1) and columns whose variance overflows throw
/// InvalidData; n_components beyond min(rows, numeric columns) throws InvalidParameter.
class PCA {
 public:
  using Params = PCAParams;
  static constexpr std::string_view type_name = "PCA";
  static constexpr Capabilities capabilities{.missing_values = false, .categorical = true};

  explicit PCA(PCAParams params = {}) : params_(std::move(params)) {}
  const PCAParams& params() const { return params_; }

  /// Throws InvalidParameter or InvalidData; the old state is then kept.
  PCA& fit(const Dataset& data, const Context& context = {});
  PCA& fit(const MatrixView& x, const Context& context = {});
  /// x has the columns of the training data, the result output_columns(). Each row alone.
  Matrix transform(const MatrixView& x, const Context& context = {}) const;
  /// Columns matched by name; target, weights and groups are carried over.
  Dataset transform(const Dataset& data, const Context& context = {}) const;
  Dataset fit_transform(const Dataset& data, const Context& context = {});
  /// From output_columns() back to the columns of the training data: the nearest point that the
  /// kept components reach.
  Matrix inverse_transform(const MatrixView& x, const Context& context = {}) const;

  /// Components x numeric columns; rows of length 1, by falling variance.
  const Matrix& components() const;
  /// Sum of weighted squares along each component / (rows - 1).
  const Vector& explained_variance() const;
  /// The same as a share of the variance of all numeric columns; 0 if that is 0.
  const Vector& explained_variance_ratio() const;
  const Vector& singular_values() const;
  /// Of the numeric columns.
  const Vector& mean() const;

  const std::vector<Column>& output_columns() const;
  const TrainedOn& trained_on() const;
  Value save_state() const;
  static PCA load_state(const PCAParams& params, const StateReader& reader);

 private:
  struct State;
  PCAParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
