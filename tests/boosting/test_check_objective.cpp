#include <algorithm>
#include <cmath>
#include <limits>

#include "grove/boosting/objective.hpp"
#include "grove/core/random.hpp"
#include "grove/testing/check_objective.hpp"
#include "support/check.hpp"

using namespace grove;
using grove::testing::listing;

namespace {

struct Rows {
  Vector target{100}, weights{100};
  Labels groups{100};

  explicit Rows(BoostingLoss loss, Index n_classes = 0) {
    Rng rng(7);
    for (Index i = 0; i < 100; ++i) {
      const bool codes = n_classes > 0 || loss == BoostingLoss::lambdarank;
      target(i) = codes ? static_cast<double>(rng.below(std::max<Index>(n_classes, 2)))
                        : std::exp(rng.normal());
      weights(i) = static_cast<double>(rng.below(3));
      groups(i) = static_cast<int>(i / 5);
    }
  }
};

struct Squared {
  double slope = 1, bend = 1;
  void gradients(VectorView scores, VectorView target, Eigen::Ref<Vector> gradients,
                 Eigen::Ref<Vector> hessians) const {
    gradients = slope * (scores - target);
    hessians.setConstant(bend);
  }
  double loss(VectorView scores, VectorView target, VectorView weights) const {
    return (scores - target).array().square().matrix().dot(weights) / weights.sum();
  }
};

struct Cubed : Squared {
  double loss(VectorView scores, VectorView target, VectorView weights) const {
    return (scores - target).array().abs().cube().matrix().dot(weights) / weights.sum();
  }
};

/// Each row's gradient depends on the first of its block.
struct Gossip : Squared {
  void gradients(VectorView scores, VectorView target, Eigen::Ref<Vector> gradients,
                 Eigen::Ref<Vector> hessians) const {
    Squared::gradients(scores, target, gradients, hessians);
    gradients.array() += scores(0);
  }
};

std::vector<std::string> broken(const Objective& objective) {
  const Rows rows(BoostingLoss::squared_error);
  std::vector<std::string> names;
  for (const Violation& v : check_objective(objective, {rows.target, rows.weights}))
    names.push_back(v.check);
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("The built-in objectives keep what boosting relies on") {
  const auto check = [](BoostingLoss loss, Index n_classes) {
    const Objective objective = make_objective("test", loss, n_classes);
    INFO(objective.name() << " of " << n_classes << " classes");
    const Rows rows(loss, n_classes);
    CHECK(listing(check_objective(objective,
                                  {rows.target, rows.weights, &rows.groups, n_classes})) == "");
  };
  for (const auto& [loss, name] : enum_names(BoostingLoss{}))
    if (loss != BoostingLoss::automatic && loss != BoostingLoss::log_loss) check(loss, 0);
  check(BoostingLoss::log_loss, 2);
  check(BoostingLoss::log_loss, 5);
}

TEST_CASE("check_objective names what an objective gets wrong") {
  CHECK(broken(Squared{}) == Names{});
  CHECK(broken(Squared{.slope = 3}) == Names{});
  CHECK(broken(Squared{.slope = -1}) == Names{"gradient_of_loss"});
  CHECK(broken(Squared{.bend = -1}) ==
        Names{"finite_derivatives", "same_for_any_threads", "rows_are_alone", "gradient_of_loss"});
  CHECK(broken(Squared{.slope = std::numeric_limits<double>::infinity()}).front() ==
        "finite_derivatives");
  CHECK(broken(Cubed{}) == Names{"gradient_of_loss"});
  CHECK(broken(Gossip{}) == Names{"rows_are_alone", "gradient_of_loss"});
}
