#include "neighbors/metric_space.hpp"

#include <Eigen/Cholesky>
#include <array>
#include <cmath>
#include <numbers>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"

namespace grove {

namespace {

constexpr std::array<EnumName<Metric>, 9> metric_names{{{Metric::euclidean, "euclidean"},
                                                        {Metric::manhattan, "manhattan"},
                                                        {Metric::chebyshev, "chebyshev"},
                                                        {Metric::minkowski, "minkowski"},
                                                        {Metric::cosine, "cosine"},
                                                        {Metric::hamming, "hamming"},
                                                        {Metric::haversine, "haversine"},
                                                        {Metric::mahalanobis, "mahalanobis"},
                                                        {Metric::gower, "gower"}}};

struct Gower {
  std::vector<double> scale;  // 2 / range; 0 where all fitted points agree
  std::vector<char> categorical;

  double operator()(const double* a, const double* b, Index n) const {
    double sum = 0;
    double known = 0;
    for (Index j = 0; j < n; ++j) {
      const auto column = static_cast<std::size_t>(j);
      if (std::isnan(a[j]) || std::isnan(b[j])) continue;
      known += 1;
      if (categorical[column] != 0 || scale[column] == 0) {
        sum += a[j] == b[j] ? 0 : 1;
      } else {
        sum += std::min(1.0, std::abs(a[j] / 2 - b[j] / 2) * scale[column]);
      }
    }
    return known > 0 ? sum / known : 1;
  }
};

struct Box {
  Eigen::RowVectorXd low, high;
};

/// Of the numbers that are there.
Box bounding_box(const MatrixView& points, const Context& context) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const Box none{Eigen::RowVectorXd::Constant(points.cols(), infinity),
                 Eigen::RowVectorXd::Constant(points.cols(), -infinity)};
  return parallel_reduce(
      context, points.rows(), 1024, none,
      [&](Index begin, Index end) {
        Box box = none;
        for (Index i = begin; i < end; ++i)
          for (Index j = 0; j < points.cols(); ++j) {
            const double value = points(i, j);
            box.low(j) = value < box.low(j) ? value : box.low(j);
            box.high(j) = value > box.high(j) ? value : box.high(j);
          }
        return box;
      },
      [](Box& a, const Box& b) {
        a.low = a.low.cwiseMin(b.low);
        a.high = a.high.cwiseMax(b.high);
      });
}

Gower gower_of(const Box& box, const std::vector<Column>& columns) {
  Gower gower;
  for (Index j = 0; j < box.low.size(); ++j) {
    const auto at = static_cast<std::size_t>(j);
    const double half_range = box.high(j) / 2 - box.low(j) / 2;  // the whole could overflow
    const double scale = half_range > 0 ? 1 / half_range : 0;
    gower.scale.push_back(std::isfinite(scale) ? scale : 0);
    gower.categorical.push_back(!columns.empty() && columns[at].kind == ColumnKind::categorical);
  }
  return gower;
}

/// W with |a W - b W|^2 = (a - b) V^-1 (a - b)', from the covariance V of the points.
Matrix whitening_by_covariance(std::string_view who, const MatrixView& points) {
  const Index n = points.rows();
  const Index d = points.cols();
  Eigen::RowVectorXd mean = Eigen::RowVectorXd::Zero(d);
  for (Index i = 0; i < n; ++i) mean += points.row(i) / static_cast<double>(n);
  Matrix covariance = Matrix::Zero(d, d);
  Eigen::RowVectorXd centered(d);
  for (Index i = 0; i < n; ++i) {
    centered = points.row(i) - mean;
    covariance.noalias() += centered.transpose() * centered;
  }
  covariance /= static_cast<double>(std::max<Index>(1, n - 1));
  const Eigen::LLT<Eigen::MatrixXd> factor(covariance);
  const double largest = covariance.diagonal().maxCoeff();
  if (!std::isfinite(largest) || factor.info() != Eigen::Success || factor.rcond() < 1e-14)
    throw InvalidData(concat(who, ": the covariance of the ", d, " columns over ", n,
                             " rows has no inverse, which the metric 'mahalanobis' needs"),
                      "drop columns that are constant or sums of others, or give an inverse "
                      "covariance to Distance::mahalanobis");
  // V = L L', so that V^-1 = L^-T L^-1 and rows are multiplied by L^-T.
  return factor.matrixU().solve(Eigen::MatrixXd::Identity(d, d));
}

Matrix whitening_by_inverse(std::string_view who, const Matrix& inverse, Index d) {
  if (inverse.rows() != d)
    throw InvalidParameter(
        concat(who, ": the inverse covariance of 'mahalanobis' is ", inverse.rows(), " x ",
               inverse.cols(), ", but the points have ", d, " columns"),
        "give one row and one column for each column");
  return Eigen::LLT<Eigen::MatrixXd>(inverse).matrixL();
}

}  // namespace

Distance Distance::mahalanobis(Matrix inverse_covariance) {
  const bool square =
      inverse_covariance.rows() == inverse_covariance.cols() && inverse_covariance.size() > 0;
  if (!square || !inverse_covariance.allFinite() ||
      !inverse_covariance.isApprox(inverse_covariance.transpose(), 1e-9) ||
      Eigen::LLT<Eigen::MatrixXd>(inverse_covariance).info() != Eigen::Success)
    throw InvalidParameter(
        concat("Distance::mahalanobis: an inverse covariance must be square, symmetric and "
               "positive definite, got ",
               inverse_covariance.rows(), " x ", inverse_covariance.cols(),
               square ? ", which is not" : ""));
  Distance distance(Metric::mahalanobis);
  distance.inverse_covariance_ = std::make_shared<const Matrix>(std::move(inverse_covariance));
  return distance;
}

std::string Distance::name() const {
  for (const auto& entry : metric_names)
    if (entry.value == metric_) return std::string(entry.name);
  return "user";
}

std::optional<Distance> ParamType<Distance>::from(const Value& value) {
  const auto* word = value.get_if<std::string>();
  if (word == nullptr) return std::nullopt;
  for (const auto& entry : metric_names)
    if (entry.name == *word) return Distance(entry.value);
  return std::nullopt;
}

Constraint metric_constraint() {
  std::vector<std::string> names{"user"};
  for (const auto& entry : metric_names) names.emplace_back(entry.name);
  Constraint constraint = one_of(names);
  names.erase(names.begin());
  constraint.text = concat("one of ", join(names), ", or a distance of yours from C++");
  return constraint;
}

Capabilities with_metric(Capabilities capabilities, const Distance& metric) {
  if (metric.metric() == Metric::gower) {
    capabilities.categorical = true;
    capabilities.missing_values = true;
  }
  return capabilities;
}

MetricSpace::MetricSpace(std::string_view who, const Distance& metric, double p,
                         const MatrixView& points, const std::vector<Column>& columns,
                         const Context& context)
    : metric_(metric.metric()), reduced_{metric_, p, points.cols(), metric.kernel()} {
  if (metric_ == Metric::haversine && points.cols() != 2)
    throw InvalidData(concat(who,
                             ": the metric 'haversine' takes 2 columns, latitude and "
                             "longitude in radians, got ",
                             points.cols()));
  if (metric_ == Metric::mahalanobis) {
    reduced_.metric = Metric::euclidean;
    whitening_ = metric.inverse_covariance() == nullptr
                     ? whitening_by_covariance(who, points)
                     : whitening_by_inverse(who, *metric.inverse_covariance(), points.cols());
  }
  Box box = bounding_box(prepares() ? MatrixView(prepare(points, context)) : points, context);
  if (metric_ == Metric::gower) {
    reduced_.kernel = std::make_shared<const detail::KernelOf<Gower>>(gower_of(box, columns));
  } else if (metric_ != Metric::user) {
    reduced_.kernel = kernel_of(reduced_.metric, p);
  }
  low_ = std::move(box.low);
  high_ = std::move(box.high);
  check(who, points, context);
}

Matrix MetricSpace::prepare(const MatrixView& x, const Context& context) const {
  Matrix prepared(x.rows(), x.cols());
  parallel_for(context, x.rows(), 1024, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      if (metric_ == Metric::mahalanobis) {
        prepared.row(i).noalias() = x.row(i) * whitening_;
      } else {
        const double largest = x.row(i).cwiseAbs().maxCoeff();
        if (largest > 0) prepared.row(i) = x.row(i) / largest;
        prepared.row(i) /= prepared.row(i).norm();
      }
    }
  });
  return prepared;
}

void MetricSpace::check(std::string_view who, const MatrixView& x, const Context& context) const {
  switch (metric_) {
    case Metric::haversine:
      parallel_for(context, x.rows(), 4096, [&](Index begin, Index end) {
        constexpr double pi = std::numbers::pi;
        for (Index i = begin; i < end; ++i)
          if (!(std::abs(x(i, 0)) <= pi / 2 && std::abs(x(i, 1)) <= pi))
            throw InvalidData(concat(who, ": row ", i, " is (", x(i, 0), ", ", x(i, 1),
                                     "), no latitude and longitude in radians, which the metric "
                                     "'haversine' needs"),
                              "the first column must lie in [-pi/2, pi/2], the second in [-pi, "
                              "pi]; degrees are multiplied by pi / 180");
      });
      return;
    case Metric::cosine:
      parallel_for(context, x.rows(), 4096, [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i)
          if (x.row(i).isZero(0))
            throw InvalidData(concat(who, ": row ", i,
                                     " holds only zeros and has no direction, which the metric "
                                     "'cosine' needs"),
                              "drop such rows, or use another metric");
      });
      return;
    case Metric::mahalanobis:
      return check_overflow(who, prepare(x, context), context);
    case Metric::hamming:
    case Metric::gower:
    case Metric::user:
      return;
    default:
      check_overflow(who, x, context);
  }
}

void MetricSpace::check_overflow(std::string_view who, const MatrixView& x,
                                 const Context& context) const {
  const Vector none = Vector::Zero(x.cols());
  // The extent of the joint box bounds every distance between a query in it and a point.
  const auto overflows = [&](const Eigen::RowVectorXd& low, const Eigen::RowVectorXd& high) {
    const Eigen::RowVectorXd extent = high.cwiseMax(high_) - low.cwiseMin(low_);
    return !std::isfinite(reduced_(extent.data(), none.data(), x.cols()));
  };
  parallel_for(context, x.rows(), 4096, [&](Index begin, Index end) {
    const auto block = x.middleRows(begin, end - begin);
    if (!overflows(block.colwise().minCoeff(), block.colwise().maxCoeff())) return;
    for (Index i = begin; i < end; ++i)
      if (overflows(x.row(i), x.row(i)))
        throw InvalidData(concat(who, ": distances from row ", i, " overflow a double"),
                          "scale the columns first, as with StandardScaler()");
  });
}

}  // namespace grove
