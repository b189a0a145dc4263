#include "grove/data/generators.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "data/generated.hpp"

namespace grove {

namespace {

constexpr double pi = std::numbers::pi;

void add_noise(double noise, Rng& rng, Matrix::RowXpr row) {
  if (noise == 0) return;
  for (double& value : row) value += noise * rng.normal();
}

void check_noise(std::string_view who, double noise) {
  require(noise >= 0 && std::isfinite(noise), who, "noise", "a number >= 0", noise);
}

}  // namespace

Matrix blob_centers(const BlobsOptions& options) {
  constexpr std::string_view who = "make_blobs";
  check_size(who, options.n_samples);
  require(options.n_features >= 1, who, "n_features", "at least 1", options.n_features);
  require(options.n_centers >= 1, who, "n_centers", "at least 1", options.n_centers);
  require(options.cluster_std >= 0 && std::isfinite(options.cluster_std), who, "cluster_std",
          "a number >= 0", options.cluster_std);
  require(options.center_box >= 0 && std::isfinite(options.center_box), who, "center_box",
          "a number >= 0", options.center_box);
  Matrix centers(options.n_centers, options.n_features);
  Rng rng = Rng(options.seed).split(shared_stream);
  for (double& value : centers.reshaped<Eigen::RowMajor>())
    value = options.center_box * (2 * rng.uniform() - 1);
  return centers;
}

Dataset make_blobs(const BlobsOptions& options) {
  const Matrix centers = blob_centers(options);
  Matrix x = rows_of(options.n_samples, options.n_features, options.seed,
                     [&](Index i, Rng& rng, Matrix::RowXpr row) {
                       row = centers.row(i % options.n_centers);
                       add_noise(options.cluster_std, rng, row);
                     });
  return classes(std::move(x), turns(options.n_samples, options.n_centers), options.n_centers)
      .with_name("blobs");
}

Dataset make_moons(const MoonsOptions& options) {
  check_size("make_moons", options.n_samples);
  check_noise("make_moons", options.noise);
  Matrix x =
      rows_of(options.n_samples, 2, options.seed, [&](Index i, Rng& rng, Matrix::RowXpr row) {
        const double angle = pi * rng.uniform();
        const bool upper = i % 2 == 0;
        row(0) = upper ? std::cos(angle) : 1 - std::cos(angle);
        row(1) = upper ? std::sin(angle) : 0.5 - std::sin(angle);
        add_noise(options.noise, rng, row);
      });
  return classes(std::move(x), turns(options.n_samples, 2), 2).with_name("moons");
}

Dataset make_circles(const CirclesOptions& options) {
  constexpr std::string_view who = "make_circles";
  check_size(who, options.n_samples);
  check_noise(who, options.noise);
  require(options.factor >= 0 && options.factor < 1, who, "factor", "in [0, 1)", options.factor);
  Matrix x =
      rows_of(options.n_samples, 2, options.seed, [&](Index i, Rng& rng, Matrix::RowXpr row) {
        const double angle = 2 * pi * rng.uniform();
        const double radius = i % 2 == 0 ? 1 : options.factor;
        row(0) = radius * std::cos(angle);
        row(1) = radius * std::sin(angle);
        add_noise(options.noise, rng, row);
      });
  return classes(std::move(x), turns(options.n_samples, 2), 2).with_name("circles");
}

namespace {

void check(const ClassificationOptions& options) {
  constexpr std::string_view who = "make_classification";
  check_size(who, options.n_samples);
  require(options.n_informative >= 1, who, "n_informative", "at least 1", options.n_informative);
  require(options.n_redundant >= 0, who, "n_redundant", "at least 0", options.n_redundant);
  require(options.n_repeated >= 0, who, "n_repeated", "at least 0", options.n_repeated);
  const Index used = options.n_informative + options.n_redundant + options.n_repeated;
  require(options.n_features >= used, who, "n_features",
          concat("at least n_informative + n_redundant + n_repeated = ", used), options.n_features);
  require(options.n_classes >= 1, who, "n_classes", "at least 1", options.n_classes);
  require(options.n_clusters_per_class >= 1, who, "n_clusters_per_class", "at least 1",
          options.n_clusters_per_class);
  const double corners = std::pow(2.0, static_cast<double>(options.n_informative));
  const double clusters = static_cast<double>(options.n_classes) * options.n_clusters_per_class;
  if (clusters > corners)
    throw InvalidParameter(
        concat(who, ": ", clusters, " clusters (n_classes * ",
               "n_clusters_per_class) need as many corners, but ", options.n_informative,
               " informative columns make only ", corners),
        "raise n_informative, or ask for fewer clusters");
  require(options.class_sep >= 0 && std::isfinite(options.class_sep), who, "class_sep",
          "a number >= 0", options.class_sep);
  require(options.flip_y >= 0 && options.flip_y <= 1, who, "flip_y", "in [0, 1]", options.flip_y);
}

Matrix uniform_matrix(Index rows, Index columns, Rng& rng) {
  Matrix result(rows, columns);
  for (double& value : result.reshaped<Eigen::RowMajor>()) value = 2 * rng.uniform() - 1;
  return result;
}

/// A cluster: normal points times `mix`, round `corner`.
struct Cluster {
  Vector corner;
  Matrix mix;
};

/// Corners drawn without repetition: bit j of a number is the side in column j.
std::vector<Cluster> draw_clusters(const ClassificationOptions& options, Rng& rng) {
  const Index d = options.n_informative;
  const Index count = static_cast<Index>(options.n_classes) * options.n_clusters_per_class;
  // Far fewer clusters than corners in high dimensions: the first 30 columns tell them apart.
  const Index n_bits = std::min<Index>(d, 30);
  const std::vector<Index> corners = rng.sample(Index{1} << n_bits, count);
  std::vector<Cluster> clusters;
  for (const Index corner : corners) {
    Cluster cluster{Vector(d), uniform_matrix(d, d, rng)};
    for (Index j = 0; j < d; ++j) {
      const bool high = j < n_bits ? ((corner >> j) & 1) != 0 : rng.uniform() < 0.5;
      cluster.corner(j) = high ? options.class_sep : -options.class_sep;
    }
    clusters.push_back(std::move(cluster));
  }
  return clusters;
}

}  // namespace

Dataset make_classification(const ClassificationOptions& options) {
  check(options);
  Rng rng = Rng(options.seed).split(shared_stream);
  const std::vector<Cluster> clusters = draw_clusters(options, rng);
  const Index d = options.n_informative;
  const Index base = d + options.n_redundant;
  const Matrix combinations = uniform_matrix(d, options.n_redundant, rng);
  std::vector<Index> copied;
  for (Index j = 0; j < options.n_repeated; ++j) copied.push_back(rng.below(base));
  Labels labels = turns(options.n_samples, options.n_classes);
  Matrix x = rows_of(
      options.n_samples, options.n_features, options.seed,
      [&](Index i, Rng& own, Matrix::RowXpr row) {
        const auto which = static_cast<std::size_t>(i % static_cast<Index>(clusters.size()));
        Vector point(d);
        for (double& value : point) value = own.normal();
        row.head(d) = point.transpose() * clusters[which].mix + clusters[which].corner.transpose();
        row.segment(d, options.n_redundant) = row.head(d) * combinations;
        for (Index j = 0; j < options.n_repeated; ++j)
          row(base + j) = row(copied[static_cast<std::size_t>(j)]);
        for (Index j = base + options.n_repeated; j < row.size(); ++j) row(j) = own.normal();
        if (own.uniform() < options.flip_y)
          labels(i) = static_cast<int>(own.below(options.n_classes));
      });
  Columns columns;
  append_columns(columns, "informative", d);
  append_columns(columns, "redundant", options.n_redundant);
  append_columns(columns, "repeated", options.n_repeated);
  append_columns(columns, "noise", options.n_features - base - options.n_repeated);
  return classes(std::move(x), std::move(labels), options.n_classes, std::move(columns))
      .with_name("classification");
}

Vector regression_coefficients(const RegressionOptions& options) {
  constexpr std::string_view who = "make_regression";
  check_size(who, options.n_samples);
  require(options.n_features >= 1, who, "n_features", "at least 1", options.n_features);
  require(options.n_informative >= 0 && options.n_informative <= options.n_features, who,
          "n_informative", concat("in 0..n_features = ", options.n_features),
          options.n_informative);
  check_noise(who, options.noise);
  require(std::isfinite(options.bias), who, "bias", "a finite number", options.bias);
  Vector coefficients = Vector::Zero(options.n_features);
  Rng rng = Rng(options.seed).split(shared_stream);
  for (double& value : coefficients.head(options.n_informative)) value = 100 * rng.uniform();
  return coefficients;
}

Dataset make_regression(const RegressionOptions& options) {
  const Vector coefficients = regression_coefficients(options);
  Vector y(options.n_samples);
  Matrix x = rows_of(options.n_samples, options.n_features, options.seed,
                     [&](Index i, Rng& rng, Matrix::RowXpr row) {
                       for (double& value : row) value = rng.normal();
                       y(i) = options.bias + row.dot(coefficients.transpose()) +
                              (options.noise > 0 ? options.noise * rng.normal() : 0);
                     });
  Columns columns;
  append_columns(columns, "informative", options.n_informative);
  append_columns(columns, "noise", options.n_features - options.n_informative);
  return Dataset(std::move(x), std::move(y), std::move(columns)).with_name("regression");
}

namespace {

/// Uniform columns, the target by `truth`, noise from streams of its own.
template <class Low, class High>
Dataset friedman(std::string_view name, const FriedmanOptions& options,
                 Vector (*truth)(const MatrixView&), const Low& low, const High& high) {
  check_size(concat("make_", name), options.n_samples);
  check_noise(concat("make_", name), options.noise);
  Matrix x = rows_of(options.n_samples, static_cast<Index>(low.size()), options.seed,
                     [&](Index, Rng& rng, Matrix::RowXpr row) {
                       for (Index j = 0; j < row.size(); ++j) {
                         const auto at = static_cast<std::size_t>(j);
                         row(j) = low[at] + (high[at] - low[at]) * rng.uniform();
                       }
                     });
  Vector y = truth(x);
  if (options.noise > 0) {
    const Rng all = Rng(options.seed).split(shared_stream);
    for (Index i = 0; i < y.size(); ++i)
      y(i) += options.noise * all.split(static_cast<std::uint64_t>(i)).normal();
  }
  return Dataset(std::move(x), std::move(y)).with_name(std::string(name));
}

constexpr std::array<double, 4> circuit_low = {0, 40 * pi, 0, 1};
constexpr std::array<double, 4> circuit_high = {100, 560 * pi, 1, 11};

/// The reactance of the circuit.
double reactance(const MatrixView& x, Index i) {
  return x(i, 1) * x(i, 2) - 1 / (x(i, 1) * x(i, 3));
}

}  // namespace

Vector friedman1_truth(const MatrixView& x) {
  check_columns("friedman1_truth", x, 10);
  Vector y(x.rows());
  for (Index i = 0; i < x.rows(); ++i)
    y(i) = 10 * std::sin(pi * x(i, 0) * x(i, 1)) + 20 * (x(i, 2) - 0.5) * (x(i, 2) - 0.5) +
           10 * x(i, 3) + 5 * x(i, 4);
  return y;
}

Vector friedman2_truth(const MatrixView& x) {
  check_columns("friedman2_truth", x, 4);
  Vector y(x.rows());
  for (Index i = 0; i < x.rows(); ++i)
    y(i) = std::sqrt(x(i, 0) * x(i, 0) + reactance(x, i) * reactance(x, i));
  return y;
}

Vector friedman3_truth(const MatrixView& x) {
  check_columns("friedman3_truth", x, 4);
  Vector y(x.rows());
  // atan2, because x0 may be 0; it is never negative.
  for (Index i = 0; i < x.rows(); ++i) y(i) = std::atan2(reactance(x, i), x(i, 0));
  return y;
}

Dataset make_friedman1(const FriedmanOptions& options) {
  return friedman("friedman1", options, friedman1_truth, std::vector<double>(10, 0.0),
                  std::vector<double>(10, 1.0));
}
Dataset make_friedman2(const FriedmanOptions& options) {
  return friedman("friedman2", options, friedman2_truth, circuit_low, circuit_high);
}
Dataset make_friedman3(const FriedmanOptions& options) {
  return friedman("friedman3", options, friedman3_truth, circuit_low, circuit_high);
}

}  // namespace grove
