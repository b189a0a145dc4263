#include "forest/forest_model.hpp"

#include <cmath>
#include <mutex>

#include "core/text.hpp"
#include "forest/row_draws.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"
#include "grove/metrics/classification.hpp"
#include "grove/metrics/regression.hpp"

namespace grove {

namespace {

/// Each tree has two streams: one for its rows, one for its splits.
Rng rng_of_rows(std::uint64_t seed, Index tree) {
  return Rng(seed).split(static_cast<std::uint64_t>(tree)).split(0);
}
Rng rng_of_splits(std::uint64_t seed, Index tree) {
  return Rng(seed).split(static_cast<std::uint64_t>(tree)).split(1);
}

CartTarget target_of(const ForestPlan& plan, const Dataset& data, const RowDraws& draws) {
  // Draws have their weights from the row's chance to be drawn.
  const Vector weights = plan.bootstrap ? Vector::Ones(data.n_rows()) : data.weights_or_ones();
  const double n_draws = plan.bootstrap ? static_cast<double>(draws.n_draws()) : 0;
  if (!data.has_labels()) return real_target(plan.who, data, weights, plan.cart.impurity, n_draws);
  return class_target(
      plan.who, data, weights,
      class_factors(plan.class_weight, data.labels(), data.weights_or_ones(), data.n_classes()),
      n_draws);
}

/// One grower per thread that is at work, so that trees share their memory one after another.
class GrowerPool {
 public:
  GrowerPool(const ForestPlan& plan, const RankTable& columns, const CartTarget& target)
      : plan_(plan), columns_(columns), target_(target) {}

  std::unique_ptr<CartGrower> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!free_.empty()) {
        std::unique_ptr<CartGrower> grower = std::move(free_.back());
        free_.pop_back();
        return grower;
      }
    }
    return cart_grower(plan_.who, columns_, target_, plan_.cart);
  }
  void give_back(std::unique_ptr<CartGrower> grower) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(grower));
  }

 private:
  const ForestPlan& plan_;
  const RankTable& columns_;
  const CartTarget& target_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<CartGrower>> free_;
};

/// The mean of the trees that have not seen a row.
Matrix out_of_bag(const ForestPlan& plan, const TreeEnsemble& ensemble, const Dataset& data,
                  const RowDraws& draws, const Context& context) {
  const Index n = data.n_rows();
  const MatrixMap x = data.x();
  Matrix sums = Matrix::Zero(n, ensemble.n_outputs());
  Vector n_trees = Vector::Zero(n);
  for (std::size_t t = 0; t < ensemble.trees.size(); ++t) {
    const Tree& tree = ensemble.trees[t];
    const auto times = draws.draw(rng_of_rows(plan.seed, static_cast<Index>(t)));
    parallel_for(context, n, 4096, [&](Index begin, Index end) {
      context.check_stop(plan.who);
      for (Index i = begin; i < end; ++i) {
        if (times[static_cast<std::size_t>(i)] > 0) continue;
        const double* value = tree.value(tree.leaf_of(x.data() + i * x.outerStride()));
        for (Index k = 0; k < sums.cols(); ++k) sums(i, k) += value[k];
        n_trees(i) += 1;
      }
    });
  }
  for (Index i = 0; i < n; ++i) sums.row(i) /= n_trees(i);  // NaN for none
  return sums;
}

/// Accuracy or R^2 over the rows that some tree has not seen; NaN if there are none.
double score_of(const Matrix& oob, const Dataset& data) {
  std::vector<Index> rows;
  const Vector weights = data.weights_or_ones();
  for (Index i = 0; i < data.n_rows(); ++i)
    if (!std::isnan(oob(i, 0)) && weights(i) > 0) rows.push_back(i);
  if (rows.empty()) return std::numeric_limits<double>::quiet_NaN();
  const Dataset part = data.take(rows);
  const Matrix shares = oob(rows, Eigen::all);
  const Vector part_weights = part.weights_or_ones();
  if (!data.has_labels()) return metrics::r2(part.target(), shares.col(0), part_weights);
  return metrics::accuracy(part.labels(), argmax_rows(shares), part_weights);
}

}  // namespace

ForestModel fit_forest(const ForestPlan& plan, const Dataset& data, const Context& context) {
  if (plan.oob_score && !plan.bootstrap)
    throw InvalidParameter(
        concat(plan.who,
               ": oob_score needs bootstrap = true, since every tree sees every row else"),
        "set bootstrap = true, or oob_score = false");
  const RankTable columns = rank_columns(data, context);
  const RowDraws draws(data, plan.max_samples);
  const CartTarget target = target_of(plan, data, draws);
  ForestModel model;
  model.cart.trained_on = TrainedOn(data);
  TreeEnsemble& ensemble = model.cart.ensemble;
  ensemble.base = Vector::Zero(target.n_outputs());
  ensemble.trees.resize(static_cast<std::size_t>(plan.n_estimators));
  GrowerPool growers(plan, columns, target);
  std::mutex mutex;
  std::int64_t n_done = 0;
  parallel_for(context, plan.n_estimators, 1, [&](Index t, Index) {
    context.check_stop(plan.who);
    std::vector<std::uint32_t> times;
    if (plan.bootstrap) times = draws.draw(rng_of_rows(plan.seed, t));
    std::unique_ptr<CartGrower> grower = growers.take();
    ensemble.trees[static_cast<std::size_t>(t)] =
        grower->grow(times, rng_of_splits(plan.seed, t), context).tree;
    growers.give_back(std::move(grower));
    if (!context.progress) return;
    const std::lock_guard lock(mutex);
    context.progress({"trees", ++n_done, plan.n_estimators});
  });
  model.cart.report.iterations = plan.n_estimators;
  if (plan.oob_score) {
    model.has_oob = true;
    model.oob = out_of_bag(plan, ensemble, data, draws, context);
    model.oob_score = score_of(model.oob, data);
    if (model.oob.hasNaN())
      model.cart.report.warnings.push_back(
          "some rows were drawn for every tree and have no out-of-bag prediction; use more trees");
  }
  return model;
}

Matrix proximity_of(const CartModel& model, const MatrixView& x, const Context& context) {
  const Eigen::Matrix<int, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> leaves =
      leaves_of(model.ensemble, x, context);
  Matrix shares(x.rows(), x.rows());
  parallel_for(context, x.rows(), 16, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i)
      for (Index j = 0; j < x.rows(); ++j)
        shares(i, j) =
            static_cast<double>((leaves.row(i).array() == leaves.row(j).array()).count()) /
            static_cast<double>(leaves.cols());
  });
  return shares;
}

const ForestModel& with_oob(const ForestModel& model, std::string_view who) {
  if (!model.has_oob)
    throw Unsupported(concat(who, " has no out-of-bag results"), "fit it with oob_score = true");
  return model;
}

Value forest_to_value(const ForestModel& model) {
  Value::Map map = cart_to_value(model.cart);
  if (model.has_oob) {
    map["oob_rows"] = model.oob.rows();
    map["oob"] = Value(model.oob);
    map["oob_score"] = Value::Reals{model.oob_score};
  }
  return map;
}

ForestModel forest_from_value(bool classes, const StateReader& reader) {
  ForestModel model;
  model.cart = cart_from_value(classes, reader);
  model.cart.report.iterations = static_cast<Index>(model.cart.ensemble.trees.size());
  model.has_oob = reader.has("oob");
  if (!model.has_oob) return model;
  const auto rows = reader.integer("oob_rows", 1, std::numeric_limits<std::int32_t>::max());
  model.oob = reader.matrix("oob", rows, model.cart.ensemble.n_outputs(), false);
  model.oob_score = reader.reals("oob_score", 1, false)[0];
  return model;
}

}  // namespace grove
