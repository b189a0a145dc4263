#include <cmath>
#include <limits>
#include <numeric>

#include "grove/boosting/objective.hpp"
#include "grove/core/random.hpp"
#include "support/check.hpp"
#include "support/reference.hpp"

using namespace grove;
using grove::testing::close;
using grove::testing::message_of;
using grove::testing::reference;
using grove::testing::to_matrix;
using grove::testing::to_vector;

namespace {

struct Named {
  BoostingLoss loss;
  LossOptions options = {};
  Index n_classes = 0;
  Objective make() const { return make_objective("test", loss, n_classes, options); }
};

const std::vector<Named> smooth_losses{{BoostingLoss::squared_error},
                                       {BoostingLoss::huber, {.huber_delta = 0.7}},
                                       {BoostingLoss::poisson},
                                       {BoostingLoss::gamma},
                                       {BoostingLoss::tweedie, {.tweedie_power = 1.3}},
                                       {BoostingLoss::log_loss, {}, 2},
                                       {BoostingLoss::log_loss, {}, 4}};
const std::vector<Named> bent_losses{{BoostingLoss::absolute_error},
                                     {BoostingLoss::quantile, {.quantile = 0.2}},
                                     {BoostingLoss::quantile, {.quantile = 0.9}}};

std::vector<Named> all_losses() {
  std::vector<Named> all = smooth_losses;
  all.insert(all.end(), bent_losses.begin(), bent_losses.end());
  return all;
}

/// Scores, targets in the loss's domain and weights of n rows, drawn.
struct Problem {
  Matrix scores;
  Vector target, weights;
  Labels groups;
  Index n_classes;

  Problem(const Named& named, Index n, std::uint64_t seed)
      : scores(named.make().n_outputs(named.n_classes), n),
        target(n),
        weights(n),
        groups(n),
        n_classes(named.n_classes) {
    Rng rng(seed);
    const bool counts = named.loss == BoostingLoss::poisson || named.loss == BoostingLoss::tweedie;
    for (Index i = 0; i < n; ++i) {
      for (Index k = 0; k < scores.rows(); ++k) scores(k, i) = rng.normal();
      target(i) = 2 * rng.normal();
      if (counts) target(i) = std::floor(std::abs(target(i)));
      if (named.loss == BoostingLoss::gamma) target(i) = std::exp(target(i));
      if (named.loss == BoostingLoss::lambdarank) target(i) = static_cast<double>(rng.below(5));
      if (n_classes > 0) target(i) = static_cast<double>(rng.below(n_classes));
      weights(i) = static_cast<double>(rng.below(4));
      groups(i) = static_cast<int>(rng.below(7));
    }
    weights(0) = 1;
  }
  ObjectiveData data() const { return {target, weights, &groups, n_classes}; }
};

std::vector<std::int32_t> all_rows(Index n) {
  std::vector<std::int32_t> rows(static_cast<std::size_t>(n));
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

std::string title(const Objective& objective, Index n_classes) {
  return objective.name() + " of " + std::to_string(n_classes) + " classes";
}

}  // namespace

TEST_CASE("Losses and derivatives are scikit-learn's") {
  const auto table = reference("objectives");
  const Vector weights = to_vector(table["weights"]);
  for (const auto& entry : table["cases"]) {
    const std::string name = entry["loss"];
    INFO(name << " " << entry["options"].dump());
    const BoostingLoss loss = *ParamType<BoostingLoss>::from(Value(name));
    LossOptions options;
    options.quantile = entry["options"].value("quantile", 0.5);
    options.tweedie_power = entry["options"].value("tweedie_power", 1.5);
    const Matrix scores = to_matrix(entry["scores"]);
    const Vector target = to_vector(entry["target"]);
    const Index n_classes = name == "log_loss" ? std::max<Index>(2, scores.rows()) : 0;
    const Objective objective = make_objective("test", loss, n_classes, options);
    const ObjectiveData data{target, weights, nullptr, n_classes};
    Matrix gradients, hessians;
    objective.differentiate(scores, data, gradients, hessians, {});
    CHECK(close(gradients, to_matrix(entry["gradients"]), 1e-14));
    CHECK(close(hessians, to_matrix(entry["hessians"]), 1e-14));
    // scikit-learn's pinball loss at level 1/2 is half the absolute error; all else is the same.
    CHECK(close(objective.loss(scores, data, all_rows(target.size()), {}), entry["mean"], 1e-13));
    // Its weighted quantile is the lower of two, and its class scores sum to 0.
    if (objective.renews_leaves()) continue;
    Vector start = objective.start(data);
    if (start.size() > 1) start.array() -= start.mean();
    CHECK(close(start, to_vector(entry["start"]), 1e-13));
  }
}

TEST_CASE("Gradients and hessians are the derivatives of the loss") {
  for (const Named& named : all_losses()) {
    const Objective objective = named.make();
    INFO(title(objective, named.n_classes));
    const Problem problem(named, 30, 5);
    const ObjectiveData data = problem.data();
    Matrix g, h, g_up, g_down, unused;
    objective.differentiate(problem.scores, data, g, h, {});
    // The squared error is reported without the half that its gradient is of.
    const double factor = named.loss == BoostingLoss::squared_error ? 0.5 : 1;
    const bool true_hessian = !objective.renews_leaves();  // else it is 1
    for (std::int32_t i = 0; i < 30; ++i) {
      if (problem.weights(i) == 0) continue;
      for (Index k = 0; k < problem.scores.rows(); ++k) {
        const double step = 1e-5;
        Matrix up = problem.scores, down = problem.scores;
        up(k, i) += step;
        down(k, i) -= step;
        const double slope =
            (objective.loss(up, data, {i}, {}) - objective.loss(down, data, {i}, {})) / (2 * step);
        CHECK(g(k, i) == Approx(factor * slope).epsilon(1e-6).margin(1e-8));
        if (!true_hessian) continue;
        objective.differentiate(up, data, g_up, unused, {});
        objective.differentiate(down, data, g_down, unused, {});
        CHECK(h(k, i) ==
              Approx((g_up(k, i) - g_down(k, i)) / (2 * step)).epsilon(1e-6).margin(1e-8));
      }
    }
    if (!true_hessian) CHECK((h.array() == 1).all());
  }
}

TEST_CASE("The start is the best constant score") {
  for (const Named& named : all_losses())
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const Objective objective = named.make();
      INFO(title(objective, named.n_classes));
      const Problem problem(named, 40, seed);
      const Vector start = objective.start(problem.data());
      REQUIRE(start.size() == problem.scores.rows());
      const auto loss_at = [&](const Vector& constant) {
        return objective.loss(constant.replicate(1, 40), problem.data(), all_rows(40), {});
      };
      const double best = loss_at(start);
      for (Index k = 0; k < start.size(); ++k)
        for (const double step : {-1.0, -1e-2, -1e-4, 1e-4, 1e-2, 1.0}) {
          Vector moved = start;
          moved(k) += step;
          CHECK(loss_at(moved) >= best - 1e-14 * std::abs(best));
        }
    }
}

TEST_CASE("A start without rows of a kind is finite") {
  const Vector zeros = Vector::Zero(5), ones = Vector::Ones(5);
  CHECK(Named{BoostingLoss::poisson}.make().start({zeros, ones})(0) == std::log(1e-15));
  CHECK(Named{BoostingLoss::log_loss, {}, 2}.make().start({ones, ones, nullptr, 2})(0) ==
        -std::log(1e-15));
  const Vector three = Named{BoostingLoss::log_loss, {}, 3}.make().start({ones, ones, nullptr, 3});
  CHECK(three == Vector::Map(std::vector<double>{std::log(1e-15), 0, std::log(1e-15)}.data(), 3));
  CHECK(Named{BoostingLoss::squared_error}.make().start({ones, zeros}) == Vector::Zero(1));
}

TEST_CASE("A leaf's own value makes its loss least") {
  std::vector<Named> losses = bent_losses;
  for (const double delta : {0.1, 1.0, 30.0})
    losses.push_back({BoostingLoss::huber, {.huber_delta = delta}});
  Rng rng(8);
  for (const Named& named : losses)
    for (Index n = 1; n <= 40; ++n) {
      const Objective objective = named.make();
      INFO(objective.name() << ", " << n << " rows");
      REQUIRE(objective.renews_leaves());
      Vector residuals(n), weights(n);
      for (Index i = 0; i < n; ++i) {
        residuals(i) = n % 3 == 0 ? static_cast<double>(rng.below(4)) : rng.normal();
        weights(i) = n % 2 == 0 ? 1 : static_cast<double>(rng.below(3));
      }
      weights(0) = 2;
      const double value = objective.leaf_value(residuals, weights);
      const auto loss_at = [&](double constant) {
        return objective.loss(Matrix::Constant(1, n, constant), {residuals, weights}, all_rows(n),
                              {});
      };
      for (Index i = 0; i < n; ++i) CHECK(loss_at(value) <= loss_at(residuals(i)) + 1e-14);
      for (const double step : {-1.0, -1e-3, 1e-3, 1.0})
        CHECK(loss_at(value) <= loss_at(value + step) + 1e-14);
    }
  const Objective median = Named{BoostingLoss::absolute_error}.make();
  const auto of = [&](std::vector<double> r, std::vector<double> w) {
    const auto n = static_cast<Index>(r.size());
    return median.leaf_value(Vector::Map(r.data(), n), Vector::Map(w.data(), n));
  };
  CHECK(of({5, 1, 4, 2}, {1, 1, 1, 1}) == 3);  // the mean of the two in the middle
  CHECK(of({5, 1, 4, 2}, {1, 1, 3, 1}) == 4);
  CHECK(of({5, 1, 4, 2}, {0, 1, 1, 1}) == 2);
  CHECK(of({5, 1}, {0, 0}) == 0);
  CHECK(Named{BoostingLoss::huber}.make().leaf_value(Vector::Ones(2), Vector::Zero(2)) == 0);
}

TEST_CASE("Targets outside of a loss's domain are refused by row") {
  const auto refusal = [](const Named& named, double bad) {
    Vector target = Vector::Ones(4);
    target(2) = bad;
    return message_of([&] { named.make().check_target("M", {target, Vector::Ones(4)}); });
  };
  CHECK(refusal({BoostingLoss::poisson}, -1) == "M: the target is -1 at row 2, below 0");
  CHECK(refusal({BoostingLoss::poisson}, 0) == "nothing thrown");
  CHECK(refusal({BoostingLoss::tweedie}, -0.5) == "M: the target is -0.5 at row 2, below 0");
  CHECK(refusal({BoostingLoss::gamma}, 0) == "M: the target is 0 at row 2, not above 0");
  CHECK(refusal({BoostingLoss::lambdarank}, -2) == "M: the target is -2 at row 2, below 0");
  CHECK(refusal({BoostingLoss::lambdarank}, 40) ==
        "M: the target is 40 at row 2, beyond 31: a relevance is a small number, its gain is 2^y - "
        "1");
  for (const Named& named : all_losses())
    if (named.n_classes == 0)
      CHECK(refusal(named, 1e300) == "M: the target is 1e+300 at row 2, beyond 1e+100");
}

TEST_CASE("make_objective checks its options and the kind of target") {
  const auto refusal = [](const Named& named) { return message_of([&] { named.make(); }); };
  CHECK(Named{BoostingLoss::automatic}.make().name() == "squared_error");
  CHECK(Named{BoostingLoss::automatic, {}, 2}.make().link() == "sigmoid");
  CHECK(Named{BoostingLoss::automatic, {}, 3}.make().link() == "softmax");
  CHECK(Named{BoostingLoss::tweedie, {.tweedie_power = 1}}.make().name() == "poisson");
  CHECK(Named{BoostingLoss::tweedie, {.tweedie_power = 2}}.make().name() == "gamma");
  CHECK(refusal({BoostingLoss::poisson, {}, 2}) == "test: loss poisson does not fit classes");
  CHECK(refusal({BoostingLoss::log_loss}) == "test: loss log_loss does not fit a real target");
  CHECK(refusal({BoostingLoss::quantile, {.quantile = 1}}) ==
        "test: quantile must be above 0 and below 1, got 1");
  CHECK(refusal({BoostingLoss::huber, {.huber_delta = 0}}) ==
        "test: huber_delta must be above 0, got 0");
  CHECK(refusal({BoostingLoss::tweedie, {.tweedie_power = 2.5}}) ==
        "test: tweedie_power must be from 1 to 2, got 2.5");
  CHECK(refusal({BoostingLoss::lambdarank, {.ndcg_at = -1}}) ==
        "test: ndcg_at must be at least 0, got -1");
}

TEST_CASE("Derivatives and losses are the same for any number of threads and rows") {
  std::vector<Named> losses = all_losses();
  losses.push_back({BoostingLoss::lambdarank});
  for (const Named& named : losses) {
    const Objective objective = named.make();
    INFO(title(objective, named.n_classes));
    const Problem problem(named, 20001, 3);
    Matrix g, h, g_other, h_other;
    objective.differentiate(problem.scores, problem.data(), g, h, {.threads = 1});
    const auto rows = all_rows(20001);
    const double loss = objective.loss(problem.scores, problem.data(), rows, {.threads = 1});
    for (const int threads : {2, 3, 7}) {
      objective.differentiate(problem.scores, problem.data(), g_other, h_other,
                              {.threads = threads});
      CHECK((g_other.array() == g.array()).all());
      CHECK((h_other.array() == h.array()).all());
      CHECK(objective.loss(problem.scores, problem.data(), rows, {.threads = threads}) == loss);
    }
    if (named.loss == BoostingLoss::lambdarank) continue;
    // A row's derivatives do not depend on its place.
    const Vector target = problem.target.tail(7), weights = problem.weights.tail(7);
    objective.differentiate(problem.scores.rightCols(7),
                            {target, weights, nullptr, named.n_classes}, g_other, h_other, {});
    CHECK((g_other.array() == g.rightCols(7).array()).all());
    CHECK((h_other.array() == h.rightCols(7).array()).all());
  }
}

TEST_CASE("exp_in_place is exp to two units in the last place") {
  Rng rng(4);
  Vector x(100000);
  for (Index i = 0; i < x.size(); ++i) x(i) = (rng.uniform() * 2 - 1) * (i % 2 == 0 ? 1 : 700);
  Vector y = x;
  exp_in_place(y);
  double worst = 0;
  for (Index i = 0; i < x.size(); ++i) {
    const double expected = std::exp(x(i));
    worst = std::max(worst,
                     std::abs(y(i) - expected) / (std::nextafter(expected, HUGE_VAL) - expected));
  }
  CHECK(worst <= 2);
  const double inf = std::numeric_limits<double>::infinity();
  Vector edges(8);
  edges << 0, inf, -inf, std::nan(""), 709.7, 709.8, -708, 1;
  exp_in_place(edges);
  CHECK(edges(0) == 1);
  CHECK(edges(1) == inf);
  CHECK(edges(2) == edges(6));
  CHECK(std::isnan(edges(3)));
  CHECK(edges(4) == Approx(std::exp(709.7)));
  CHECK(edges(5) == inf);
  CHECK(edges(6) == Approx(std::exp(-708.0)));
  CHECK(edges(7) == Approx(std::exp(1.0)).epsilon(1e-15));
}

TEST_CASE("Links turn scores into predictions") {
  Matrix scores(3, 1);
  scores << 0, 1.5, -800;
  CHECK(apply_link("identity", scores, 0) == scores);
  CHECK(apply_link("exp", scores, 0)(1, 0) == std::exp(1.5));
  const Matrix pair = apply_link("sigmoid", scores, 2);
  REQUIRE(pair.cols() == 2);
  CHECK(pair(0, 1) == 0.5);
  CHECK(pair(1, 1) == 1 / (1 + std::exp(-1.5)));
  CHECK(pair(1, 0) == 1 - pair(1, 1));
  CHECK(pair(2, 1) == 0);
  CHECK(apply_link("sigmoid", scores, 0) == pair.col(1));
  CHECK(apply_link("sigmoid", scores, 1) == Matrix::Ones(3, 1));
  Matrix many(2, 3);
  many << 1, 2, 3, 1000, 0, 1000;
  const Matrix proba = apply_link("softmax", many, 3);
  CHECK(proba(0, 2) == Approx(std::exp(3.0) / (std::exp(1.0) + std::exp(2.0) + std::exp(3.0))));
  CHECK(proba.row(1) == Eigen::RowVector3d(0.5, 0, 0.5));
  CHECK(apply_link("softmax", many.bottomRows(1), 3) == proba.bottomRows(1));
  CHECK(message_of([&] { apply_link("probit", scores, 0); }) ==
        "apply_link: unknown link 'probit'; expected identity, exp, sigmoid or softmax");
}
