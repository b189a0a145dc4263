#include "grove/outlier/isolation_forest.hpp"

#include <cmath>
#include <numbers>
#include <numeric>

#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/fit_scope.hpp"
#include "grove/core/parallel.hpp"
#include "grove/core/random.hpp"
#include "outlier/neighborhood.hpp"
#include "tree/cart_model.hpp"

namespace grove {

// Search: about the 256 points of Liu, Ting & Zhou 2008.
const Schema<IsolationForestParams>& IsolationForestParams::schema() {
  using P = IsolationForestParams;
  static const Schema<P> table =
      Schema<P>()
          .add("n_estimators", &P::n_estimators, at_least(1), "Trees.")
          .add("max_samples", &P::max_samples, at_least(2), "Points drawn for each tree.")
          .add("contamination", &P::contamination, between(0, 0.5),
               "Share of outliers among the fitted points; 0: scores below -0.5.")
          .add("seed", &P::seed, at_least(0), "Seed of all that is drawn.")
          .search("max_samples", log_integers(32, 1024));
  return table;
}

struct IsolationForest::State {
  CartModel cart;
  Index n_samples = 0;  // of each tree
  double threshold = -0.5;
};

namespace {

/// Mean depth of an unsuccessful search in a binary search tree of n points.
double mean_search_depth(Index n) {
  if (n <= 1) return 0;
  if (n == 2) return 1;
  const auto m = static_cast<double>(n);
  return 2 * (std::log(m - 1) + std::numbers::egamma) - 2 * (m - 1) / m;
}

class IsolationTree {
 public:
  IsolationTree(const MatrixMap& x, std::vector<Index> rows, Rng rng)
      : x_(x), rows_(std::move(rows)), rng_(rng), columns_(static_cast<std::size_t>(x.cols())) {
    std::iota(columns_.begin(), columns_.end(), Index{0});
  }

  Tree grow() {
    const auto n = static_cast<double>(rows_.size());
    max_depth_ = static_cast<int>(std::ceil(std::log2(std::max(n, 2.0))));
    add_node(0, rows_.size(), 0);
    return std::move(tree_);
  }

 private:
  int add_node(std::size_t begin, std::size_t end, int depth) {
    const std::size_t place = tree_.nodes.size();
    const auto weight = static_cast<double>(end - begin);
    tree_.nodes.push_back({.cover = weight, .weight = weight});
    tree_.values.push_back(depth + mean_search_depth(static_cast<Index>(end - begin)));
    if (depth == max_depth_ || end - begin < 2 || !draw_split(begin, end, place))
      return static_cast<int>(place);
    const Index column = tree_.nodes[place].feature;
    const double threshold = tree_.nodes[place].threshold;
    const auto middle =
        std::stable_partition(rows_.begin() + static_cast<std::ptrdiff_t>(begin),
                              rows_.begin() + static_cast<std::ptrdiff_t>(end),
                              [&](Index row) { return x_(row, column) <= threshold; });
    const auto cut = static_cast<std::size_t>(middle - rows_.begin());
    const int left = add_node(begin, cut, depth + 1);
    const int right = add_node(cut, end, depth + 1);
    tree_.nodes[place].left = left;
    tree_.nodes[place].right = right;
    return static_cast<int>(place);
  }

  /// A threshold between the extremes of a random column that is not constant; false if all are.
  bool draw_split(std::size_t begin, std::size_t end, std::size_t place) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      std::swap(columns_[i], columns_[i + static_cast<std::size_t>(rng_.below(
                                              static_cast<Index>(columns_.size() - i)))]);
      const Index column = columns_[i];
      double low = x_(rows_[begin], column), high = low;
      for (std::size_t k = begin; k < end; ++k) {
        low = std::min(low, x_(rows_[k], column));
        high = std::max(high, x_(rows_[k], column));
      }
      if (low == high) continue;
      const double share = rng_.uniform();
      const double threshold = low * (1 - share) + high * share;
      tree_.nodes[place].feature = static_cast<int>(column);
      tree_.nodes[place].threshold = threshold >= low && threshold < high ? threshold : low;
      return true;
    }
    return false;
  }

  const MatrixMap& x_;
  std::vector<Index> rows_;
  Rng rng_;
  std::vector<Index> columns_;
  int max_depth_ = 0;
  Tree tree_;
};

Vector scores_of(const TreeEnsemble& trees, Index n_samples, const MatrixView& x,
                 const Context& context) {
  const double usual = mean_search_depth(n_samples);
  return -(mean_of_trees(trees, x, context).col(0).array() * (-std::numbers::ln2 / usual)).exp();
}

}  // namespace

IsolationForest& IsolationForest::fit(const Dataset& data, const Context& context) {
  params_.schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::none, capabilities);
  if (data.n_rows() < 2)
    throw InvalidData(
        concat(type_name, " tells points apart and needs at least 2, got ", data.n_rows()));
  const FitScope scope(context);
  auto state = std::make_shared<State>();
  state->cart.trained_on = TrainedOn(data);
  state->n_samples = std::min<Index>(params_.max_samples, data.n_rows());
  std::vector<Tree>& trees = state->cart.ensemble.trees;
  trees.resize(static_cast<std::size_t>(params_.n_estimators));
  parallel_for(scope.context(), params_.n_estimators, 8, [&](Index begin, Index end) {
    scope.context().check_stop(type_name);
    for (Index t = begin; t < end; ++t) {
      const Rng rng = Rng(params_.seed).split(static_cast<std::uint64_t>(t));
      trees[static_cast<std::size_t>(t)] =
          IsolationTree(data.x(), rng.split(0).sample(data.n_rows(), state->n_samples),
                        rng.split(1))
              .grow();
    }
  });
  if (params_.contamination > 0)
    state->threshold =
        threshold_at(scores_of(state->cart.ensemble, state->n_samples, data.x(), scope.context()),
                     params_.contamination);
  state->cart.report = scope.finish({.iterations = params_.n_estimators});
  state_ = std::move(state);
  return *this;
}

IsolationForest& IsolationForest::fit(const MatrixView& x, const Context& context) {
  return fit(Dataset::borrow(x), context);
}

Vector IsolationForest::score_samples(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.cart.trained_on, capabilities);
  return scores_of(state.cart.ensemble, state.n_samples, x, context);
}

Labels IsolationForest::predict(const MatrixView& x, const Context& context) const {
  return labels_of(score_samples(x, context), threshold());
}

double IsolationForest::threshold() const { return fitted(state_, type_name).threshold; }
const TreeEnsemble& IsolationForest::trees() const {
  return fitted(state_, type_name).cart.ensemble;
}
const TrainedOn& IsolationForest::trained_on() const {
  return fitted(state_, type_name).cart.trained_on;
}
const FitReport& IsolationForest::report() const { return fitted(state_, type_name).cart.report; }

Value IsolationForest::save_state() const {
  const State& state = fitted(state_, type_name);
  Value::Map map = cart_to_value(state.cart);
  map["n_samples"] = state.n_samples;
  map["threshold"] = state.threshold;
  return map;
}

IsolationForest IsolationForest::load_state(const IsolationForestParams& params,
                                            const StateReader& reader) {
  params.schema().check(params, type_name);
  auto state = std::make_shared<State>();
  state->cart = cart_from_value(false, reader);
  state->cart.report.iterations = static_cast<Index>(state->cart.ensemble.trees.size());
  state->n_samples = reader.integer("n_samples", 2, std::numeric_limits<std::int32_t>::max());
  state->threshold = reader.real("threshold");
  IsolationForest model(params);
  model.state_ = std::move(state);
  return model;
}

}  // namespace grove
