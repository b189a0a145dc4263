#include "grove/model_selection/gap_statistic.hpp"

#include <cmath>
#include <iomanip>
#include <locale>
#include <ostream>
#include <sstream>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"
#include "grove/core/random.hpp"
#include "model_selection/principal_axes.hpp"

namespace grove {

namespace {

constexpr std::string_view who = "gap_statistic";

void check(const Estimator& clusterer, const MatrixView& x, const GapOptions& options) {
  if (clusterer.kind() != EstimatorKind::clusterer)
    throw InvalidParameter(concat(who, " needs a clusterer, and ", clusterer.expression(), " is a ",
                                  to_string(clusterer.kind())),
                           "grove models lists the clusterers");
  if (options.n_references < 2)
    throw InvalidParameter(
        concat(who, ": n_references must be at least 2, got ", options.n_references),
        "the error of the gap needs a spread");
  if (options.n_clusters.empty())
    throw InvalidParameter(concat(who, ": n_clusters is empty"), "give numbers to try");
  for (std::size_t i = 0; i < options.n_clusters.size(); ++i)
    if (options.n_clusters[i] != options.n_clusters[0] + static_cast<int>(i))
      throw InvalidParameter(concat(who, ": n_clusters must be consecutive, got ",
                                    options.n_clusters[i - 1], " and then ", options.n_clusters[i]),
                             "each gap is compared with that of one cluster more");
  if (x.rows() == 0 || x.cols() == 0) throw InvalidData(concat(who, ": x is empty"));
  if (!x.allFinite())
    throw InvalidData(concat(who, ": x must be finite"), "impute missing values first");
}

/// Squared distances to the clusters' means, summed up.
double dispersion(const Matrix& x, const Labels& labels) {
  if (labels.minCoeff() < 0)
    throw InvalidData(concat(who, ": the clusterer leaves rows as noise"),
                      "the statistic is of methods that put every row into one of k clusters");
  const Index k = labels.maxCoeff() + 1;
  Matrix means = Matrix::Zero(k, x.cols());
  Vector sizes = Vector::Zero(k);
  for (Index i = 0; i < x.rows(); ++i) {
    means.row(labels[i]) += x.row(i);
    sizes[labels[i]] += 1;
  }
  for (Index c = 0; c < k; ++c) means.row(c) /= std::max(sizes[c], 1.0);
  double sum = 0;
  for (Index i = 0; i < x.rows(); ++i) sum += (x.row(i) - means.row(labels[i])).squaredNorm();
  return sum;
}

/// Uniform points in a box about the data.
class References {
 public:
  References(const Matrix& x, const GapOptions& options, const Context& context)
      : options_(options), n_(x.rows()) {
    Matrix turned = x;
    if (options.reference == GapReference::principal_box) {
      axes_ = principal_axes(x, context);
      turned = (x.rowwise() - axes_.mean.transpose()) * axes_.axes;
    }
    low_ = turned.colwise().minCoeff().transpose();
    high_ = turned.colwise().maxCoeff().transpose();
  }

  Matrix make(int reference) const {
    Rng rng = Rng(options_.seed).split(static_cast<std::uint64_t>(reference));
    Matrix points(n_, low_.size());
    for (Index i = 0; i < n_; ++i)
      for (Index c = 0; c < points.cols(); ++c)
        points(i, c) = low_[c] + (high_[c] - low_[c]) * rng.uniform();
    if (options_.reference == GapReference::box) return points;
    return (points * axes_.axes.transpose()).rowwise() + axes_.mean.transpose();
  }

 private:
  const GapOptions& options_;
  Index n_;
  PrincipalAxes axes_;
  Vector low_, high_;
};

/// Log dispersion for each number of clusters.
Vector log_dispersions(const Estimator& clusterer, const Matrix& x, const GapOptions& options,
                       const Context& context) {
  const Dataset data = Dataset::borrow(x);
  Vector logs(static_cast<Index>(options.n_clusters.size()));
  for (std::size_t i = 0; i < options.n_clusters.size(); ++i) {
    context.check_stop(who);
    Estimator model = clusterer.unfitted();
    model.set_param(options.parameter, options.n_clusters[i]);
    model.fit(data, context);
    logs[static_cast<Index>(i)] = std::log(dispersion(x, model.labels()));
  }
  return logs;
}

GapStatistic summary(const Vector& own, const Matrix& references, const GapOptions& options) {
  GapStatistic result;
  const auto n = static_cast<double>(references.rows());
  for (Index i = 0; i < own.size(); ++i) {
    const double mean = references.col(i).mean();
    const double variance = (references.col(i).array() - mean).square().sum() / n;
    result.rows.push_back({options.n_clusters[static_cast<std::size_t>(i)], own[i], mean,
                           mean - own[i], std::sqrt(variance) * std::sqrt(1 + 1 / n)});
  }
  for (std::size_t i = 0; i + 1 < result.rows.size() && !result.n_clusters; ++i)
    if (result.rows[i].gap >= result.rows[i + 1].gap - result.rows[i + 1].error)
      result.n_clusters = result.rows[i].n_clusters;
  return result;
}

}  // namespace

GapStatistic gap_statistic(const Estimator& clusterer, const MatrixView& x,
                           const GapOptions& options, const Context& context) {
  check(clusterer, x, options);
  const Matrix points = x;
  const References references(points, options, context);
  Vector own;
  Matrix logs(options.n_references, static_cast<Index>(options.n_clusters.size()));
  // Task 0 is the data itself, so that its errors come first.
  parallel_tasks(context, options.n_references + 1, [&](Index task, const Context& inner) {
    if (task == 0) {
      own = log_dispersions(clusterer, points, options, inner);
    } else {
      const Matrix reference = references.make(static_cast<int>(task) - 1);
      logs.row(task - 1) = log_dispersions(clusterer, reference, options, inner);
    }
  });
  return summary(own, logs, options);
}

std::ostream& operator<<(std::ostream& out, const GapStatistic& statistic) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << "  clusters   log W  expected     gap   error\n";
  for (const GapRow& row : statistic.rows)
    text << (row.n_clusters == statistic.n_clusters ? "* " : "  ") << std::setw(8) << row.n_clusters
         << std::setw(8) << fixed_text(row.log_dispersion, 3) << std::setw(10)
         << fixed_text(row.reference_mean, 3) << std::setw(8) << fixed_text(row.gap, 3)
         << std::setw(8) << fixed_text(row.error, 3) << "\n";
  return out << text.str();
}

}  // namespace grove
