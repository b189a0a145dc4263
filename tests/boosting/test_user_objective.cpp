#include <cmath>
#include <limits>

#include "grove/boosting/eval_metric.hpp"
#include "grove/boosting/objective.hpp"
#include "grove/core/random.hpp"
#include "support/check.hpp"

using namespace grove;
using grove::testing::message_of;

namespace {

/// What a user would write for two classes.
struct Logistic {
  static constexpr std::string_view link = "sigmoid";
  void gradients(VectorView scores, VectorView target, Eigen::Ref<Vector> gradients,
                 Eigen::Ref<Vector> hessians) const {
    Vector p = -scores;
    exp_in_place(p);
    p = 1 / (1 + p.array());
    gradients = p - target;
    hessians = (p.array() * (1 - p.array())).max(1e-16);
  }
  double loss(VectorView scores, VectorView target, VectorView weights) const {
    Vector e = -scores.cwiseAbs();
    exp_in_place(e);
    double sum = 0, total = 0;
    for (Index i = 0; i < scores.size(); ++i) {
      const double margin = target(i) == 1 ? scores(i) : -scores(i);
      sum += weights(i) * (std::log(1 + e(i)) + std::max(-margin, 0.0));
      total += weights(i);
    }
    return sum / total;
  }
};

/// The minimum: no loss, no start.
struct Cubic {
  void gradients(VectorView scores, VectorView target, Eigen::Ref<Vector> gradients,
                 Eigen::Ref<Vector> hessians) const {
    const auto d = (scores - target).array();
    gradients = d.abs() * d;
    hessians = 2 * d.abs();
  }
};

/// A mean and the logarithm of a scale for each row.
struct NormalDistribution {
  static constexpr std::string_view name = "normal";
  Index n_outputs(Index) const { return 2; }
  void gradients(const MatrixView& scores, VectorView target, Eigen::Ref<Matrix> gradients,
                 Eigen::Ref<Matrix> hessians) const {
    for (Index i = 0; i < target.size(); ++i) {
      const double precision = std::exp(-2 * scores(1, i)), off = scores(0, i) - target(i);
      gradients(0, i) = off * precision;
      gradients(1, i) = 1 - off * off * precision;
      hessians(0, i) = precision;
      hessians(1, i) = 2 * off * off * precision;
    }
  }
  double loss(const MatrixView& scores, VectorView target, VectorView weights) const {
    double sum = 0;
    for (Index i = 0; i < target.size(); ++i) {
      const double z = (scores(0, i) - target(i)) * std::exp(-scores(1, i));
      sum += weights(i) * (scores(1, i) + z * z / 2);
    }
    return sum / weights.sum();
  }
  Vector start(VectorView target, VectorView weights, Index n_outputs) const {
    Vector out = Vector::Zero(n_outputs);
    out(0) = target.dot(weights) / weights.sum();
    return out;
  }
};

/// Sees all rows: each row's score against the mean of all.
struct AgainstMean {
  void gradients(const MatrixView& scores, const ObjectiveData& data, Eigen::Ref<Matrix> gradients,
                 Eigen::Ref<Matrix> hessians, const Context&) const {
    gradients = (scores.array() - scores.mean() - data.target.transpose().array()).matrix();
    hessians.setOnes();
  }
  double loss(const MatrixView& scores, const ObjectiveData& data, const Context&) const {
    return scores.sum() + static_cast<double>(data.groups->sum());
  }
};

/// Fills in `bad` for one row.
struct Broken {
  Index row;
  double gradient, hessian;
  void gradients(VectorView scores, VectorView target, Eigen::Ref<Vector> gradients,
                 Eigen::Ref<Vector> hessians) const {
    gradients = scores - target;
    hessians.setOnes();
    for (Index i = 0; i < target.size(); ++i)
      if (target(i) == static_cast<double>(row)) {
        gradients(i) = gradient;
        hessians(i) = hessian;
      }
  }
};

struct Positive : Cubic {
  static constexpr std::string_view name = "positive";
  double start(VectorView target, VectorView) const { return target.maxCoeff(); }
  double leaf_value(VectorView residuals, VectorView) const { return residuals.minCoeff(); }
  std::string_view rejects(double target) const { return target > 0 ? "" : "not positive"; }
};

struct Extremes : Cubic {
  double leaf_value(VectorView residuals, VectorView) const { return residuals.minCoeff(); }
};

struct WrongStart : Cubic {
  double start(VectorView, VectorView) const { return std::log(0.0); }
};

std::vector<std::int32_t> rows_upto(std::int32_t n) {
  std::vector<std::int32_t> rows;
  for (std::int32_t i = 0; i < n; ++i) rows.push_back(i);
  return rows;
}

}  // namespace

TEST_CASE("A logistic loss of the user's gives the same bits as the built-in one") {
  const Index n = 20003;
  Rng rng(1);
  Matrix scores(1, n);
  Vector target(n), weights(n);
  for (Index i = 0; i < n; ++i) {
    scores(0, i) = 5 * rng.normal();
    target(i) = static_cast<double>(rng.below(2));
    weights(i) = rng.uniform();
  }
  const ObjectiveData data{target, weights, nullptr, 2};
  const Objective mine = Logistic{};
  const Objective built_in = make_objective("test", BoostingLoss::log_loss, 2);
  Matrix g, h, g_built_in, h_built_in;
  mine.differentiate(scores, data, g, h, {});
  built_in.differentiate(scores, data, g_built_in, h_built_in, {});
  CHECK((g.array() == g_built_in.array()).all());
  CHECK((h.array() == h_built_in.array()).all());
  const std::vector<std::int32_t> rows = rows_upto(20003);
  CHECK(mine.loss(scores, data, rows, {}) == built_in.loss(scores, data, rows, {}));
  CHECK(mine.link() == built_in.link());
  CHECK(mine.name() == "Logistic");
}

TEST_CASE("What a user's objective leaves out has a default or a clear error") {
  const Objective cubic = Cubic{};
  const Vector target = Vector::LinSpaced(4, -2, 1), weights = Vector::Ones(4);
  const ObjectiveData data{target, weights};
  CHECK(cubic.link() == "identity");
  CHECK(cubic.n_outputs(7) == 1);
  CHECK(cubic.start(data) == Vector::Zero(1));
  CHECK_FALSE(cubic.has_loss());
  CHECK_FALSE(cubic.renews_leaves());
  CHECK_NOTHROW(cubic.check_target("M", data));
  CHECK(message_of([&] { cubic.loss(Matrix::Zero(1, 4), data, {0}, {}); }) ==
        "objective Cubic has no loss");
  CHECK(message_of([&] { cubic.leaf_value(target, weights); }) ==
        "objective Cubic has no leaf_value of its own");
  const Objective positive = Positive{};
  CHECK(positive.name() == "positive");
  CHECK(positive.start(data) == Vector::Constant(1, 1));
  CHECK(positive.renews_leaves());
  CHECK(message_of([&] { positive.check_target("M", data); }) ==
        "M: the target is -2 at row 0, not positive");
  // Without a start the leaf value of everything serves, from the rows with weight.
  const Vector last_two = (Vector(4) << 0, 0, 1, 1).finished();
  CHECK(Objective(Extremes{}).start({target, last_two}) == Vector::Zero(1));
  CHECK(Objective(Extremes{}).start(data) == Vector::Constant(1, -2));
  CHECK(
      message_of([&] { Objective(WrongStart{}).start(data); }) ==
      "objective WrongStart: start gave 1 scores, not all of them finite; expected 1 finite ones");
}

TEST_CASE("An objective of several outputs gets matrices") {
  const Index n = 9000;
  Rng rng(2);
  Matrix scores(2, n);
  Vector target(n), weights(n);
  for (Index i = 0; i < n; ++i) {
    scores.col(i) << rng.normal(), rng.normal();
    target(i) = rng.normal();
    weights(i) = rng.uniform();
  }
  const ObjectiveData data{target, weights};
  const Objective normal = NormalDistribution{};
  CHECK(normal.n_outputs(0) == 2);
  CHECK(normal.start(data)(0) == Approx(target.dot(weights) / weights.sum()));
  Matrix g, h, g_whole(2, n), h_whole(2, n);
  normal.differentiate(scores, data, g, h, {.threads = 3});
  NormalDistribution{}.gradients(scores, target, g_whole, h_whole);
  CHECK((g.array() == g_whole.array()).all());
  CHECK((h.array() == h_whole.array()).all());
  CHECK(normal.loss(scores, data, rows_upto(9000), {}) ==
        Approx(NormalDistribution{}.loss(scores, target, weights)));
  CHECK(message_of([&] { normal.differentiate(scores.topRows(1), data, g, h, {}); }) ==
        "normal: the scores are 1 x 9000 for a target of 9000 rows and 9000 weights; expected 2 x "
        "9000");
}

TEST_CASE("An objective of all rows sees them all at once") {
  const Index n = 30000;
  const Matrix scores = Vector::LinSpaced(n, 0, 1).transpose();
  const Vector target = Vector::Constant(n, 0.25), weights = Vector::Ones(n);
  Labels groups = Labels::Zero(n);
  groups(2) = 10;
  const Objective objective = AgainstMean{};
  Matrix g, h;
  objective.differentiate(scores, {target, weights, &groups}, g, h, {});
  CHECK(g(0, 0) == Approx(-0.75));
  CHECK(g(0, n - 1) == Approx(0.25));
  CHECK(objective.loss(scores, {target, weights, &groups}, {0, 2}, {}) ==
        Approx(10 + scores(0, 2)));
}

TEST_CASE("Derivatives that are no numbers are errors with their row") {
  const Index n = 30000;
  const Vector target = Vector::LinSpaced(n, 0, static_cast<double>(n - 1));
  const Vector weights = Vector::Ones(n);
  const auto refusal = [&](double gradient, double hessian) {
    Matrix g, h;
    return message_of([&] {
      Objective(Broken{20000, gradient, hessian})
          .differentiate(Matrix::Zero(1, n), {target, weights}, g, h, {.threads = 2});
    });
  };
  const double inf = std::numeric_limits<double>::infinity();
  CHECK(refusal(std::nan(""), 1) ==
        "objective Broken: the gradient is nan at row 20000, output 0; expected a finite number");
  CHECK(refusal(-inf, 1) ==
        "objective Broken: the gradient is -inf at row 20000, output 0; expected a finite number");
  CHECK(refusal(1, -1) ==
        "objective Broken: the hessian is -1 at row 20000, output 0; expected a finite number of "
        "at least 0");
  CHECK(refusal(1, std::nan("")) ==
        "objective Broken: the hessian is nan at row 20000, output 0; expected a finite number of "
        "at least 0");
  CHECK(refusal(1, inf).find("the hessian is inf at row 20000") != std::string::npos);
  CHECK(refusal(1, 0) == "nothing thrown");
}

TEST_CASE("An empty objective says so, and copies share one") {
  Objective empty;
  CHECK_FALSE(empty);
  CHECK(empty.name() == "");
  CHECK(message_of([&] { empty.n_outputs(0); }) == "an empty Objective has no loss");
  const Objective cubic = Cubic{};
  empty = cubic;
  CHECK(empty);
  CHECK(empty.name() == "Cubic");
}

namespace {

struct LargestError {
  double operator()(VectorView target, const MatrixView& predictions, VectorView weights) const {
    return ((target - predictions.col(0)).array().abs() * weights.array()).maxCoeff();
  }
};
struct Accuracy {
  static constexpr std::string_view name = "accuracy";
  static constexpr bool greater_is_better = true;
  double operator()(VectorView, const MatrixView&, VectorView) const { return std::nan(""); }
};

}  // namespace

TEST_CASE("A metric of the user's") {
  const EvalMetric largest = LargestError{};
  CHECK(largest.name() == "LargestError");
  CHECK_FALSE(largest.greater_is_better());
  const Vector target = Vector::LinSpaced(3, 0, 2);
  CHECK(largest(target, Matrix::Ones(3, 1), Vector::Constant(3, 2)) == 2);
  const EvalMetric accuracy = Accuracy{};
  CHECK(accuracy.name() == "accuracy");
  CHECK(accuracy.greater_is_better());
  CHECK(message_of([&] { accuracy(target, Matrix::Ones(3, 1), Vector::Ones(3)); }) ==
        "metric accuracy is nan; expected a finite number");
  const EvalMetric empty;
  CHECK_FALSE(empty);
  CHECK(message_of([&] { empty(target, Matrix::Ones(3, 1), Vector::Ones(3)); }) ==
        "an empty EvalMetric measures nothing");
}
