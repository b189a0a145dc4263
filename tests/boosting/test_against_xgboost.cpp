#include <cmath>
#include <limits>

#include "grove/boosting/gradient_boosting.hpp"
#include "support/check.hpp"
#include "support/reference.hpp"

using namespace grove;
using Json = nlohmann::json;

namespace {

Matrix rows_of(const Json& rows) {
  Matrix x(static_cast<Index>(rows.size()), static_cast<Index>(rows[0].size()));
  for (Index i = 0; i < x.rows(); ++i)
    for (Index j = 0; j < x.cols(); ++j) {
      const Json& value = rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
      x(i, j) = value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
    }
  return x;
}

/// The same column and the same sides for all rows, down to leaves that answer within 1e-5.
void check_node(const Tree& ours, int at, const Json& theirs, std::size_t there, const Matrix& x,
                const std::vector<Index>& rows) {
  const Json& node = theirs[there];
  REQUIRE(ours.is_leaf(at) == (node[2] == 0));
  if (ours.is_leaf(at)) {
    CHECK(*ours.value(at) == Approx(node[5].get<double>()).margin(1e-5));
    return;
  }
  const TreeNode& split = ours.nodes[static_cast<std::size_t>(at)];
  REQUIRE(split.feature == node[0].get<int>());
  std::vector<Index> left, right;
  for (const Index row : rows) {
    const double value = x(row, split.feature);
    const bool goes_left = ours.goes_left(split, value);
    CHECK(goes_left ==
          (std::isnan(value) ? node[4] == 1 : static_cast<float>(value) < node[1].get<float>()));
    (goes_left ? left : right).push_back(row);
  }
  check_node(ours, split.left, theirs, node[2], x, left);
  check_node(ours, split.right, theirs, node[3], x, right);
}

}  // namespace

TEST_CASE("exact grows the trees of XGBoost's exact method") {
  const Json reference = grove::testing::reference("xgboost_exact");
  REQUIRE(reference.at("cases").size() == 2);
  for (const Json& one : reference.at("cases")) {
    INFO(one.at("name"));
    const Matrix x = rows_of(one.at("x"));
    const Vector y = grove::testing::to_vector(one.at("y"));
    const double base = one.at("base");
    GradientBoostingParams params{.n_estimators = 6,
                                  .learning_rate = 0.3,
                                  .tree_method = TreeMethod::exact,
                                  .grow_policy = GrowPolicy::depth_wise,
                                  .max_leaf_nodes = {},
                                  .max_depth = one.at("depth").get<int>(),
                                  .min_samples_leaf = 1,
                                  .min_child_weight = 1,
                                  .l2_regularization = 1};
    std::vector<Index> all;
    for (Index i = 0; i < x.rows(); ++i) all.push_back(i);
    const auto check = [&](const TreeEnsemble& ours) {
      REQUIRE(ours.trees.size() == one.at("trees").size());
      for (std::size_t t = 0; t < ours.trees.size(); ++t) {
        INFO("tree " << t);
        check_node(ours.trees[t], 0, one.at("trees")[t], 0, x, all);
      }
    };
    if (one.at("name") == "classes") {
      params.base_score = std::log(base / (1 - base));
      check(GradientBoostingClassifier(params).fit(x, Labels(y.cast<int>())).trees());
    } else {
      params.base_score = base;
      check(GradientBoostingRegressor(params).fit(x, y).trees());
    }
  }
}
