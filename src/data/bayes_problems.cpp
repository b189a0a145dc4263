#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "data/generated.hpp"
#include "grove/data/generators.hpp"

namespace grove {

namespace {

constexpr Index n_norm = 20;
constexpr Index n_wave = 21;
/// A coordinate of 2 e.
const double shift = 2 / std::sqrt(20.0);

enum class Along { none, ones, alternating };

/// Where a class stands and how wide it is.
struct Normal {
  double length = 0;
  Along along = Along::none;
  double sd = 1;
};

template <class ClassOf>
Dataset normals(std::string_view name, const BayesOptions& options, ClassOf&& class_of) {
  check_size(concat("make_", name), options.n_samples);
  Matrix x =
      rows_of(options.n_samples, n_norm, options.seed, [&](Index i, Rng& rng, Matrix::RowXpr row) {
        const Normal normal = class_of(i % 2, rng);
        for (Index j = 0; j < n_norm; ++j) {
          const bool minus = normal.along == Along::alternating && j % 2 == 1;
          const double mean = minus ? -normal.length : normal.length;
          row(j) = mean * shift + normal.sd * rng.normal();
        }
      });
  return classes(std::move(x), turns(options.n_samples, 2), 2).with_name(std::string(name));
}

template <class IsSecond>
Labels two_classes(std::string_view who, const MatrixView& x, IsSecond&& is_second) {
  check_columns(who, x, n_norm);
  Labels labels(x.rows());
  for (Index i = 0; i < x.rows(); ++i) labels(i) = is_second(x.row(i)) ? 1 : 0;
  return labels;
}

double log_cosh(double t) {
  return std::abs(t) + std::log1p(std::exp(-2 * std::abs(t))) - std::numbers::ln2;
}

double triangle(Index j, Index peak) {
  return std::max(6.0 - static_cast<double>(std::abs(j - peak)), 0.0);
}

/// The peaks of the two waves that each class mixes.
constexpr std::array<std::array<Index, 2>, 3> wave_peaks = {{{10, 14}, {10, 6}, {14, 6}}};

/// log of the integral over u in [0, 1] of exp(-|x - (u a + (1 - u) b)|^2 / 2): a normal integral,
/// because the exponent is quadratic in u. Up to a constant, the log density of the class.
double wave_log_density(const Eigen::Ref<const Eigen::RowVectorXd>& x,
                        const std::array<Index, 2>& peaks) {
  double aa = 0;
  double ab = 0;
  double bb = 0;
  for (Index j = 0; j < n_wave; ++j) {
    const double a = triangle(j, peaks[0]) - triangle(j, peaks[1]);
    const double b = x(j) - triangle(j, peaks[1]);
    aa += a * a;
    ab += a * b;
    bb += b * b;
  }
  const double mean = ab / aa;
  const double scale = std::sqrt(aa / 2);
  // erfc of the nearer tail keeps its digits far from [0, 1].
  const double low = -mean * scale;
  const double high = (1 - mean) * scale;
  const double mass =
      low > 0 ? std::erfc(low) - std::erfc(high) : std::erfc(-high) - std::erfc(-low);
  return -(bb - ab * mean + std::log(aa)) / 2 + std::log(std::max(mass, 1e-300));
}

}  // namespace

Dataset make_twonorm(const BayesOptions& options) {
  return normals("twonorm", options, [](Index k, Rng&) {
    return Normal{k == 0 ? 1.0 : -1.0, Along::ones, 1};
  });
}

Dataset make_threenorm(const BayesOptions& options) {
  return normals("threenorm", options, [](Index k, Rng& rng) {
    if (k == 1) return Normal{1, Along::alternating, 1};
    return Normal{rng.uniform() < 0.5 ? 1.0 : -1.0, Along::ones, 1};
  });
}

Dataset make_ringnorm(const BayesOptions& options) {
  return normals("ringnorm", options, [](Index k, Rng&) {
    return k == 0 ? Normal{0, Along::none, 2} : Normal{1, Along::ones, 1};
  });
}

Dataset make_waveform(const BayesOptions& options) {
  check_size("make_waveform", options.n_samples);
  Matrix x =
      rows_of(options.n_samples, n_wave, options.seed, [&](Index i, Rng& rng, Matrix::RowXpr row) {
        const auto& peaks = wave_peaks[static_cast<std::size_t>(i % 3)];
        const double u = rng.uniform();
        for (Index j = 0; j < n_wave; ++j)
          row(j) = u * triangle(j, peaks[0]) + (1 - u) * triangle(j, peaks[1]) + rng.normal();
      });
  return classes(std::move(x), turns(options.n_samples, 3), 3).with_name("waveform");
}

Labels twonorm_bayes_rule(const MatrixView& x) {
  return two_classes("twonorm_bayes_rule", x, [](const auto& row) { return row.sum() < 0; });
}

Labels threenorm_bayes_rule(const MatrixView& x) {
  return two_classes("threenorm_bayes_rule", x, [](const auto& row) {
    double along = 0;
    double across = 0;
    for (Index j = 0; j < n_norm; ++j) {
      along += row(j);
      across += j % 2 == 0 ? row(j) : -row(j);
    }
    return across * shift > log_cosh(along * shift);
  });
}

Labels ringnorm_bayes_rule(const MatrixView& x) {
  return two_classes("ringnorm_bayes_rule", x, [](const auto& row) {
    const double to_ring = row.squaredNorm() / 8 + static_cast<double>(n_norm) * std::numbers::ln2;
    const double to_point = (row.array() - shift).square().sum() / 2;
    return to_point < to_ring;
  });
}

Labels waveform_bayes_rule(const MatrixView& x) {
  check_columns("waveform_bayes_rule", x, n_wave);
  Labels labels(x.rows());
  for (Index i = 0; i < x.rows(); ++i) {
    std::array<double, 3> density{};
    for (std::size_t k = 0; k < 3; ++k) density[k] = wave_log_density(x.row(i), wave_peaks[k]);
    labels(i) =
        static_cast<int>(std::max_element(density.begin(), density.end()) - density.begin());
  }
  return labels;
}

}  // namespace grove
