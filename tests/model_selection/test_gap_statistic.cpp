#include <catch2/catch.hpp>
#include <cmath>
#include <sstream>

#include "grove/cluster/k_means.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "grove/model_selection/gap_statistic.hpp"
#include "support/check.hpp"

using namespace grove;
using grove::testing::message_of;

namespace {

Matrix blobs(int k, Index each, double distance, std::uint64_t seed) {
  Rng rng(seed);
  Matrix x(k * each, 2);
  for (Index i = 0; i < x.rows(); ++i) {
    const double angle = 6.283185307179586 * static_cast<double>(i % k) / k;
    x(i, 0) = distance * std::cos(angle) + rng.normal();
    x(i, 1) = distance * std::sin(angle) + rng.normal();
  }
  return x;
}

struct SlicesParams {
  int n_clusters = 2;
  static const Schema<SlicesParams>& schema() {
    static const Schema<SlicesParams> table =
        Schema<SlicesParams>().add("n_clusters", &SlicesParams::n_clusters, at_least(1), "Slices.");
    return table;
  }
};

/// Cuts the first column at equal distances.
class Slices {
 public:
  using Params = SlicesParams;
  static constexpr std::string_view type_name = "Slices";
  explicit Slices(SlicesParams params = {}) : params_(params) {}
  const SlicesParams& params() const { return params_; }
  void fit(const Dataset& data) {
    const double low = data.x().col(0).minCoeff();
    const double width = (data.x().col(0).maxCoeff() - low) / params_.n_clusters;
    labels_ = Labels(data.n_rows());
    for (Index i = 0; i < data.n_rows(); ++i)
      labels_[i] =
          std::min(static_cast<int>((data.x()(i, 0) - low) / width), params_.n_clusters - 1);
  }
  Labels labels() const { return labels_; }

 private:
  SlicesParams params_;
  Labels labels_;
};

struct AllNoise {
  void fit(const Dataset& data) { labels_ = Labels::Constant(data.n_rows(), -1); }
  Labels labels() const { return labels_; }
  Labels labels_;
};

}  // namespace

TEST_CASE("the gap statistic finds how many groups there are", "[gap]") {
  const KMeans model({.n_init = 3, .seed = 1});
  for (const int k : {1, 3, 5}) {
    const GapStatistic found = gap_statistic(
        model, blobs(k, 60, 8, 4), {.n_clusters = {1, 2, 3, 4, 5, 6}, .n_references = 10});
    REQUIRE(found.n_clusters);
    CHECK(*found.n_clusters == k);
    REQUIRE(found.rows.size() == 6);
    for (const GapRow& row : found.rows) {
      CHECK(row.gap == Approx(row.reference_mean - row.log_dispersion));
      CHECK(row.error > 0);
    }
  }
}

TEST_CASE("gap statistic: dispersions against their formulas", "[gap]") {
  Rng rng(3);
  Matrix x(4000, 3);
  for (Index i = 0; i < x.rows(); ++i) x.row(i) << 10 * rng.uniform(), rng.uniform(), 2;
  const GapStatistic found = gap_statistic(
      Slices{}, x, {.n_clusters = {1, 2, 3}, .n_references = 8, .reference = GapReference::box});
  for (const GapRow& row : found.rows) {
    // Uniform in slices of width 10 / k and height 1: n (width^2 + height^2) / 12.
    const double width = 10.0 / row.n_clusters;
    const double expected = std::log(4000 * (width * width + 1) / 12);
    CHECK(row.log_dispersion == Approx(expected).margin(0.04));
    CHECK(row.reference_mean == Approx(expected).margin(0.02));
    CHECK(std::abs(row.gap) < 0.05);
  }
  CHECK(found.rows[0].log_dispersion ==
        Approx(std::log((x.rowwise() - x.colwise().mean()).squaredNorm())).epsilon(1e-12));
}

TEST_CASE("references follow the principal axes", "[gap]") {
  // A thin diagonal line: its box is almost empty, its turned box is not.
  Rng rng(8);
  Matrix x(500, 2);
  for (Index i = 0; i < x.rows(); ++i) {
    const double along = 10 * rng.uniform();
    x.row(i) << along + 0.01 * rng.normal(), along + 0.01 * rng.normal();
  }
  const GapOptions options{.n_clusters = {1, 2}, .n_references = 5};
  GapOptions in_box = options;
  in_box.reference = GapReference::box;
  CHECK(gap_statistic(Slices{}, x, options).n_clusters == 1);
  const GapStatistic box = gap_statistic(Slices{}, x, in_box);
  CHECK(box.rows[1].gap > box.rows[0].gap + 0.5);
  CHECK(!box.n_clusters);
}

TEST_CASE("gap statistic: threads, seeds, text", "[gap]") {
  const Matrix x = blobs(3, 40, 6, 2);
  const KMeans model({.n_init = 2});
  const GapOptions options{.n_clusters = {2, 3, 4}, .n_references = 6, .seed = 5};
  const auto text = [&](int threads, const GapOptions& with) {
    std::ostringstream out;
    out.precision(17);
    const GapStatistic found = gap_statistic(model, x, with, {.threads = threads});
    for (const GapRow& row : found.rows) out << row.gap << ' ' << row.error << ' ';
    out << found;
    return out.str();
  };
  const std::string expected = text(1, options);
  for (const int threads : {2, 3, 7}) CHECK(text(threads, options) == expected);
  GapOptions other = options;
  other.seed = 6;
  CHECK(text(1, other) != expected);
  CHECK(expected.find("* ") != std::string::npos);
}

TEST_CASE("gap statistic: bad input", "[gap]") {
  const Matrix x = blobs(2, 10, 5, 1);
  const auto message = [&](const Estimator& model, const Matrix& points,
                           const GapOptions& options) {
    return message_of([&] { gap_statistic(model, points, options); });
  };
  CHECK(message(KMeans(), x, {.n_references = 1}) ==
        "gap_statistic: n_references must be at least 2, got 1");
  CHECK(message(KMeans(), x, {.n_clusters = {}}) == "gap_statistic: n_clusters is empty");
  CHECK(message(KMeans(), x, {.n_clusters = {2, 4}}) ==
        "gap_statistic: n_clusters must be consecutive, got 2 and then 4");
  CHECK(message(KMeans(), Matrix(0, 2), {}) == "gap_statistic: x is empty");
  Matrix holes = x;
  holes(1, 1) = std::nan("");
  CHECK(message(KMeans(), holes, {}) == "gap_statistic: x must be finite");
  CHECK(message(KMeans(), x, {.n_clusters = {30, 31}})
            .starts_with("KMeans: n_clusters = 30, but the data have only 20 distinct points"));
  CHECK(message(KMeans(), x, {.parameter = "k"}).find("'k'") != std::string::npos);
  CHECK(message(AllNoise{}, x, {}).find("n_clusters") != std::string::npos);
  // All points of a cluster equal: the logarithm of nothing.
  Matrix two(4, 1);
  two << 0, 0, 1, 1;
  const GapStatistic exact = gap_statistic(KMeans(), two, {.n_clusters = {1, 2}});
  CHECK(exact.rows[1].log_dispersion == -HUGE_VAL);
  CHECK(exact.rows[1].gap == HUGE_VAL);
}
