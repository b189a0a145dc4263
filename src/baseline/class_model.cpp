#include "baseline/class_model.hpp"

#include <cmath>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"

namespace grove::baseline {

Index reduction_grain(Index n, Index least) { return std::max(least, (n + 63) / 64); }

void check_magnitude(std::string_view who, const Dataset& data) {
  constexpr double limit = 1e100;
  const MatrixMap x = data.x();
  for (Index i = 0; i < x.rows(); ++i) {
    if (x.row(i).cwiseAbs().maxCoeff() <= limit) continue;
    for (Index j = 0; j < x.cols(); ++j)
      if (std::abs(x(i, j)) > limit)
        throw InvalidData(
            concat(who, ": column '", printable(data.columns()[static_cast<std::size_t>(j)].name),
                   "' must be within -1e100..1e100, got ", x(i, j), " at row ", i),
            "scale the column, or use another unit");
  }
  if (!data.has_target()) return;
  for (Index i = 0; i < data.n_rows(); ++i)
    if (std::abs(data.target()(i)) > limit)
      throw InvalidData(concat(who, ": the target must be within -1e100..1e100, got ",
                               data.target()(i), " at row ", i),
                        "scale the target, or use another unit");
}

Vector class_weights(const Dataset& data) {
  Vector totals = Vector::Zero(data.n_classes());
  const Labels& labels = data.labels();
  const Vector* weights = data.weights();
  for (Index i = 0; i < labels.size(); ++i) totals(labels(i)) += weights ? (*weights)(i) : 1.0;
  return totals;
}

Labels classes_that_occur(const Vector& class_weights) {
  Labels codes(class_weights.size());
  Index n = 0;
  for (Index k = 0; k < class_weights.size(); ++k)
    if (class_weights(k) > 0) codes(n++) = static_cast<int>(k);
  return codes.head(n);
}

Constraint probabilities() {
  return {[](const Value& value) {
            const auto numbers = ParamType<std::vector<double>>::from(value);
            if (!numbers) return false;
            double sum = 0;
            for (const double number : *numbers) {
              if (!(number >= 0 && number <= 1)) return false;
              sum += number;
            }
            return numbers->empty() || std::abs(sum - 1) <= 1e-8;
          },
          "probabilities with sum 1, or empty"};
}

Vector class_priors(std::string_view who, const std::vector<double>& priors,
                    const Vector& class_weights) {
  if (priors.empty()) return class_weights / class_weights.sum();
  if (static_cast<Index>(priors.size()) != class_weights.size())
    throw InvalidParameter(concat(who, ": parameter 'priors' must have one entry per class, ",
                                  class_weights.size(), ", got ", priors.size()),
                           "leave it empty to use the class frequencies");
  for (std::size_t k = 0; k < priors.size(); ++k)
    if (priors[k] == 0 && class_weights(static_cast<Index>(k)) > 0)
      throw InvalidParameter(
          concat(who, ": parameter 'priors' must be > 0 for class ", k, ", which occurs, got 0"),
          "drop the rows of a class that cannot occur");
  return Eigen::Map<const Vector>(priors.data(), class_weights.size());
}

Labels argmax_rows(const Matrix& scores) {
  Labels best = Labels::Zero(scores.rows());
  for (Index i = 0; i < scores.rows(); ++i)
    for (Index k = 1; k < scores.cols(); ++k)
      if (scores(i, k) > scores(i, best(i))) best(i) = static_cast<int>(k);
  return best;
}

bool softmax(double* scores, Index n) {
  double top = scores[0];
  for (Index k = 1; k < n; ++k) top = std::max(top, scores[k]);
  if (!std::isfinite(top)) return false;
  double sum = 0;
  for (Index k = 0; k < n; ++k) {
    scores[k] = std::exp(scores[k] - top);
    sum += scores[k];
  }
  for (Index k = 0; k < n; ++k) scores[k] /= sum;
  return true;
}

void throw_overflow(std::string_view who, Index row) {
  throw InvalidData(concat(who, ": the values of row ", row, " are too large to compute with"),
                    "look for a misplaced decimal or a missing-value code in that row");
}

namespace {

void add_matrix(Matrix& total, const Matrix& part) { total += part; }

/// Sum over rows of w * f(row) into the row of the row's group.
template <class F>
Matrix grouped_sum(const Dataset& data, Index groups, const Labels* labels, const Context& context,
                   const F& f) {
  const MatrixMap x = data.x();
  const Vector* weights = data.weights();
  const Matrix zero = Matrix::Zero(groups, data.n_columns());
  return parallel_reduce(
      context, data.n_rows(), reduction_grain(data.n_rows()), zero,
      [&](Index begin, Index end) {
        Matrix sum = zero;
        for (Index i = begin; i < end; ++i) {
          const double w = weights ? (*weights)(i) : 1.0;
          const Index group = labels ? (*labels)(i) : 0;
          if (w > 0) sum.row(group) += w * f(x.row(i).array(), group).matrix();
        }
        return sum;
      },
      add_matrix);
}

void divide_rows(Matrix& sums, const Vector& weights) {
  for (Index k = 0; k < sums.rows(); ++k)
    if (weights(k) > 0) sums.row(k) /= weights(k);
}

ClassMoments grouped_moments(const Dataset& data, const Vector& weights, const Labels* labels,
                             const Context& context) {
  ClassMoments result;
  result.weights = weights;
  const Index groups = weights.size();
  result.means =
      grouped_sum(data, groups, labels, context, [](const auto& row, Index) { return row.eval(); });
  divide_rows(result.means, weights);
  // The second pass also corrects the mean by what rounding left.
  const Matrix first = result.means;
  Matrix shift = grouped_sum(data, groups, labels, context, [&](const auto& row, Index k) {
    return (row - first.row(k).array()).eval();
  });
  divide_rows(shift, weights);
  result.means += shift;
  result.vars = grouped_sum(data, groups, labels, context, [&](const auto& row, Index k) {
    return (row - result.means.row(k).array()).square().eval();
  });
  divide_rows(result.vars, weights);
  return result;
}

}  // namespace

ClassMoments class_moments(const Dataset& data, const Context& context) {
  return grouped_moments(data, class_weights(data), &data.labels(), context);
}

Moments moments(const Dataset& data, const Context& context) {
  const Vector total = Vector::Constant(
      1, data.weights() ? data.weights()->sum() : static_cast<double>(data.n_rows()));
  const ClassMoments one = grouped_moments(data, total, nullptr, context);
  return {total(0), one.means.row(0).transpose(), one.vars.row(0).transpose()};
}

}  // namespace grove::baseline
