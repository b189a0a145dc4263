#include "boosting/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "boosting/grower.hpp"
#include "boosting/linear_leaves.hpp"
#include "boosting/sampling.hpp"
#include "boosting/trace.hpp"
#include "boosting/training_rows.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"
#include "grove/core/random.hpp"
#include "grove/data/held_out.hpp"

namespace grove {

std::shared_ptr<const BinnedData> bins_for(const GradientBoostingParams& params,
                                           const Dataset& data, const Vector& weights,
                                           const Context& context) {
  const int max_bins = params.tree_method == TreeMethod::exact ? all_values : params.max_bins;
  return std::make_shared<const BinnedData>(
      bin_data(data, weights, max_bins, params.enable_bundling, context));
}

namespace {

constexpr double largest_target = 1e100;
constexpr double usual_step_of_log_loss = 10;
constexpr std::size_t rows_in_curve = 20000;  // that the loss curve of training is measured on
constexpr Index rows_a_block = 4096;
constexpr std::size_t rows_worth_tasks = 8192;  // that pay for handing leaves to threads
constexpr Index rows_worth_threads = 50000;     // that keep all threads busy within one tree

/// The streams of randomness; 0 holds rows out.
enum Stream : std::uint64_t { row_stream = 1, column_stream = 2, drop_stream = 3 };

void scale_tree(Tree& tree, double factor) {
  for (double& value : tree.values) value *= factor;
  for (LinearLeaf& leaf : tree.linear_leaves) {
    leaf.intercept *= factor;
    for (double& coefficient : leaf.coefficients) coefficient *= factor;
  }
}

Vector target_of(const Dataset& data) {
  return data.has_labels() ? Vector(data.labels().cast<double>()) : data.target();
}

/// A set whose scores are kept up to date to watch its loss.
struct Watched {
  Matrix x;
  Vector target, weights;
  const Labels* groups = nullptr;
  Matrix scores;  // n_outputs x n
  std::vector<std::int32_t> rows;
};

struct OutputMemory {
  RoundedGradients sums;
  GrowMemory grow;
};

class Trainer {
 public:
  Trainer(const TrainingTask& task, const Context& context)
      : task_(task),
        params_(task.params),
        context_(context),
        objective_(params_.objective ? params_.objective
                                     : make_objective(task.who, params_.loss, task.data.n_classes(),
                                                      {params_.quantile, params_.huber_delta,
                                                       params_.tweedie_power, params_.ndcg_at})),
        constraints_(constraints_of(task.who, params_, task.data)),
        rows_(training_rows(task)),
        target_(target_of(task.data)) {
    model_.trained_on = TrainedOn(task.data);
    model_.link = objective_.link();
    check();
    const bool newton = model_.link == "sigmoid" || model_.link == "softmax";
    if (params_.max_delta_step || (newton && !params_.objective))
      constraints_.largest_value = params_.max_delta_step.value_or(usual_step_of_log_loss);
    start();
    watch();
  }

  BoostedModel run() {
    if (!task_.options.trace.what.empty())
      trace_.emplace(task_.options.trace, task_.data.columns());
    int done = task_.start != nullptr ? task_.start->n_iter() : 0;
    const std::shared_ptr<const BinnedData> bins =
        task_.bins != nullptr ? task_.bins : bins_for(params_, task_.data, rows_.weights, context_);
    double best_loss = std::numeric_limits<double>::infinity();
    int best_round = done;
    for (int round = done; round < params_.n_estimators && !active_.empty(); ++round) {
      context_.check_stop(task_.who);
      one_round(*bins, round);
      done = round + 1;
      const double loss = watched_loss();
      model_.report.loss_curve.push_back(loss);
      if (context_.progress) context_.progress({"trees", done, params_.n_estimators});
      if (stops_early() && improves(loss, best_loss)) {
        best_loss = loss;
        best_round = done;
        if (params_.booster == BoosterKind::dart) best_ = model_.ensemble;
      }
      if (task_.options.callback &&
          !task_.options.callback({done, params_.n_estimators, loss, best_round}))
        break;
      if (stops_early() && done - best_round >= params_.n_iter_no_change) break;
    }
    model_.report.iterations = done;
    if (stops_early()) cut_back(best_round);
    if (trace_) trace_->finish();
    model_.finish();
    return std::move(model_);
  }

 private:
  ObjectiveData training_data() const {
    return {target_, rows_.weights, task_.data.groups(), task_.data.n_classes()};
  }

  Index n_outputs() const { return model_.ensemble.n_outputs(); }

  void check() {
    if (task_.kind == TargetKind::real)
      for (const std::uint32_t row : rows_.training)
        if (std::abs(target_(row)) > largest_target)
          throw InvalidData(concat(task_.who, ": the target is ", target_(row), " at row ", row,
                                   ", beyond ", largest_target),
                            "scale the target");
    objective_.check_target(task_.who, training_data());
    const bool probabilities = model_.link == "sigmoid" || model_.link == "softmax";
    if (task_.kind == TargetKind::labels && !probabilities && !params_.objective)
      throw InvalidParameter(
          concat(task_.who, ": parameter 'loss' must be automatic or log_loss"),
          "the other losses are for real targets: use GradientBoostingRegressor");
    if (task_.kind == TargetKind::real && probabilities && !params_.objective)
      throw InvalidParameter(concat(task_.who, ": parameter 'loss' = log_loss is for classes"),
                             "use GradientBoostingClassifier");
    if (params_.linear_leaves && !constraints_.monotonic.empty())
      throw InvalidParameter(
          concat(task_.who, ": parameter 'linear_leaves' does not go with monotonic_cst"),
          "a line in a leaf has a direction of its own; use one of the two");
    if (params_.linear_leaves && objective_.renews_leaves())
      throw InvalidParameter(
          concat(task_.who, ": parameter 'linear_leaves' does not go with the loss ",
                 objective_.name()),
          "its leaves are medians or quantiles; use linear_leaves = false");
  }

  /// Base and scores, from the start of a warm model, or the given scores, or the best constant.
  void start() {
    const Index n = task_.data.n_rows();
    const Index outputs = objective_.n_outputs(task_.data.n_classes());
    if (task_.start != nullptr) {
      continue_from(*task_.start);
    } else if (task_.options.init_score) {
      model_.ensemble.base = Vector::Zero(outputs);
      scores_ = checked_scores(*task_.options.init_score, n, outputs, "init_score").transpose();
    } else {
      model_.ensemble.base = params_.base_score ? Vector::Constant(outputs, *params_.base_score)
                                                : objective_.start(training_data());
      scores_ = model_.ensemble.base.replicate(1, n);
    }
    find_active();
  }

  void continue_from(const BoostedModel& model) {
    if (model.trained_on.columns != model_.trained_on.columns ||
        model.trained_on.class_names != model_.trained_on.class_names ||
        model.link != model_.link ||
        model.n_outputs() != objective_.n_outputs(task_.data.n_classes()))
      throw InvalidData(concat(task_.who,
                               ": warm_start needs the columns, classes and loss of the "
                               "first fit"),
                        "use warm_start = false to fit anew");
    if (model.n_iter() > params_.n_estimators)
      throw InvalidParameter(
          concat(task_.who, ": parameter 'n_estimators' must be at least the ", model.n_iter(),
                 " rounds of the model that warm_start goes on "
                 "from, got ",
                 params_.n_estimators),
          "raise n_estimators, or use warm_start = false");
    model_.ensemble = model.ensemble;
    scores_ = model.predictor->scores(task_.data.x(), context_).transpose();
    if (task_.options.init_score)
      scores_ +=
          checked_scores(*task_.options.init_score, task_.data.n_rows(), n_outputs(), "init_score")
              .transpose();
  }

  const Matrix& checked_scores(const Matrix& scores, Index n, Index outputs,
                               std::string_view what) const {
    if (scores.rows() != n || scores.cols() != outputs || !scores.allFinite())
      throw InvalidData(concat(task_.who, ": ", what, " must hold ", n, " x ", outputs,
                               " finite numbers, got ", scores.rows(), " x ", scores.cols()));
    return scores;
  }

  /// A class without rows has nothing to learn from, nor has anything if there is one class.
  void find_active() {
    const Index n_classes = task_.data.n_classes();
    if (n_classes == 0 || params_.objective) {
      for (Index k = 0; k < n_outputs(); ++k) active_.push_back(k);
      return;
    }
    std::vector<char> present(static_cast<std::size_t>(n_classes), 0);
    for (const std::uint32_t row : rows_.training)
      present[static_cast<std::size_t>(task_.data.labels()(row))] = 1;
    if (std::count(present.begin(), present.end(), 1) < 2) return;
    for (Index k = 0; k < n_outputs(); ++k)
      if (n_outputs() == 1 || present[static_cast<std::size_t>(k)] != 0) active_.push_back(k);
  }

  bool stops_early() const { return params_.early_stopping || task_.options.validation != nullptr; }

  /// What the loss curve is measured on.
  void watch() {
    if (task_.options.validation != nullptr) {
      const Dataset& set = *task_.options.validation;
      refuse_held_out(task_.who, "G-LEAK-03", "the validation set", set);
      check_fit_data(task_.who, set, task_.kind, {.missing_values = true, .categorical = true});
      if (set.has_labels() && set.class_names() != task_.data.class_names())
        throw InvalidData(concat(task_.who, ": the validation set has other classes than the data"),
                          "take both from one data set");
      watched_.emplace();
      watched_->x = model_.trained_on.align(set, task_.who);
      watched_->target = target_of(set);
      watched_->weights = set.weights_or_ones();
      watched_->groups = set.groups();
      for (Index i = 0; i < set.n_rows(); ++i)
        watched_->rows.push_back(static_cast<std::int32_t>(i));
      objective_.check_target(task_.who, {watched_->target, watched_->weights, watched_->groups,
                                          task_.data.n_classes()});
      watched_->scores = model_.ensemble.base.replicate(1, set.n_rows());
      for (std::size_t t = 0; t < model_.ensemble.trees.size(); ++t)
        add_tree(model_.ensemble.trees[t], static_cast<Index>(t) % n_outputs(), watched_->x,
                 watched_->rows, 1, watched_->scores);
      if (task_.options.validation_init_score)
        watched_->scores += checked_scores(*task_.options.validation_init_score, set.n_rows(),
                                           n_outputs(), "validation_init_score")
                                .transpose();
      return;
    }
    if (!rows_.held_out.empty()) {
      curve_rows_ = rows_.held_out;
      return;
    }
    const std::size_t step = (rows_.training.size() + rows_in_curve - 1) / rows_in_curve;
    const bool pairs = task_.data.groups() != nullptr;  // a ranking is judged by whole groups
    for (std::size_t i = 0; i < rows_.training.size(); i += pairs ? 1 : step)
      curve_rows_.push_back(static_cast<std::int32_t>(rows_.training[i]));
  }

  double loss_of(const Matrix& scores, const ObjectiveData& data,
                 const std::vector<std::int32_t>& rows) const {
    if (!params_.eval_metric || !stops_early())
      return objective_.has_loss() ? objective_.loss(scores, data, rows, context_)
                                   : std::numeric_limits<double>::quiet_NaN();
    Matrix part(static_cast<Index>(rows.size()), scores.rows());
    Vector target(part.rows()), weights(part.rows());
    for (Index i = 0; i < part.rows(); ++i) {
      const std::int32_t row = rows[static_cast<std::size_t>(i)];
      part.row(i) = scores.col(row).transpose();
      target(i) = data.target(row);
      weights(i) = data.weights(row);
    }
    const double measure = params_.eval_metric(
        target, apply_link(model_.link, part, data.n_classes, context_), weights);
    return params_.eval_metric.greater_is_better() ? -measure : measure;
  }

  double watched_loss() const {
    if (watched_)
      return loss_of(
          watched_->scores,
          {watched_->target, watched_->weights, watched_->groups, task_.data.n_classes()},
          watched_->rows);
    const Vector& weights = rows_.held_out.empty() ? rows_.weights : rows_.held_out_weights;
    return loss_of(scores_, {target_, weights, task_.data.groups(), task_.data.n_classes()},
                   curve_rows_);
  }

  bool improves(double loss, double best) const { return loss < best - params_.tol; }

  void cut_back(int best_round) {
    if (params_.booster == BoosterKind::dart && best_round > 0 && best_) {
      model_.ensemble = std::move(*best_);
      return;
    }
    model_.ensemble.trees.resize(static_cast<std::size_t>(best_round * n_outputs()));
  }

  /// Adds factor times a tree's answers to the scores of `rows` of x.
  template <class X, class Row>
  void add_tree(const Tree& tree, Index output, const X& x, const std::vector<Row>& rows,
                double factor, Matrix& scores) const {
    parallel_for(context_, static_cast<Index>(rows.size()), rows_a_block,
                 [&](Index begin, Index end) {
                   for (Index i = begin; i < end; ++i) {
                     const auto row = static_cast<Index>(rows[static_cast<std::size_t>(i)]);
                     scores(output, row) += factor * tree.predict(x.data() + row * x.outerStride());
                   }
                 });
  }

  /// Adds factor times the trees of a round to all scores.
  void add_round(int round, double factor) {
    for (Index k = 0; k < n_outputs(); ++k) {
      const Tree& tree = model_.ensemble.trees[static_cast<std::size_t>(round * n_outputs() + k)];
      add_tree(tree, k, task_.data.x(), rows_.training, factor, scores_);
      add_tree(tree, k, task_.data.x(), rows_.held_out, factor, scores_);
      if (watched_) add_tree(tree, k, watched_->x, watched_->rows, factor, watched_->scores);
    }
  }

  void one_round(const BinnedData& bins, int round) {
    const Rng rng(params_.seed);
    std::vector<int> dropped;
    if (params_.booster == BoosterKind::dart)
      dropped = rounds_to_drop(params_, round,
                               rng.split(drop_stream).split(static_cast<std::uint64_t>(round)));
    for (const int out : dropped) add_round(out, -1);
    objective_.differentiate(scores_, training_data(), gradients_, hessians_, context_);
    const SampledRows sampled = sample_rows(
        params_, rows_.training, rng.split(row_stream).split(static_cast<std::uint64_t>(round)),
        gradients_, hessians_);
    if (trace_) trace_->gradients(round, gradients_, hessians_);
    const auto k = static_cast<double>(dropped.size());
    const double rate = dropped.empty() ? params_.learning_rate
                                        : params_.learning_rate / (k + params_.learning_rate);
    grow_round(bins, round, sampled, rate);
    for (const int out : dropped) {
      for (Index output = 0; output < n_outputs(); ++output)
        scale_tree(model_.ensemble.trees[static_cast<std::size_t>(out * n_outputs() + output)],
                   k / (k + params_.learning_rate));
      add_round(out, 1);
    }
  }

  /// The trees of a round do not see each other, so they grow at the same time where there are many
  /// of them or few rows.
  void grow_round(const BinnedData& bins, int round, const SampledRows& sampled, double rate) {
    std::vector<Tree> trees(static_cast<std::size_t>(n_outputs()));
    for (Tree& tree : trees) {
      tree.nodes.emplace_back();
      tree.values.push_back(0);
    }
    const auto grow = [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) {
        const Index k = active_[static_cast<std::size_t>(i)];
        trees[static_cast<std::size_t>(k)] = grow_one(bins, round, k, sampled, rate);
      }
    };
    const auto n_active = static_cast<Index>(active_.size());
    if (n_active == 1 || (static_cast<Index>(sampled.rows().size()) >= rows_worth_threads &&
                          n_active < 4 * n_threads(context_))) {
      grow(0, n_active);
    } else {
      parallel_for(context_, n_active, 1, grow);
    }
    for (Index k = 0; k < n_outputs(); ++k) {
      Tree& tree = trees[static_cast<std::size_t>(k)];
      if (watched_) add_tree(tree, k, watched_->x, watched_->rows, 1, watched_->scores);
      model_.ensemble.trees.push_back(std::move(tree));
    }
  }

  /// Grows the tree of output k and adds it to the scores of that output.
  Tree grow_one(const BinnedData& bins, int round, Index k, const SampledRows& sampled,
                double rate) {
    OutputMemory own;
    OutputMemory& memory = n_outputs() == 1 ? memory_ : own;
    RoundedGradients& sums = memory.sums;
    memory.grow.rows.assign(sampled.rows().begin(), sampled.rows().end());
    sums.n_rows = task_.data.n_rows();
    sums.gradients = gradients_.data() + k * sums.n_rows;
    sums.hessians = hessians_.data() + k * sums.n_rows;
    const bool everyone = static_cast<Index>(sampled.rows().size()) == task_.data.n_rows();
    round_gradients(task_.who, rows_.unweighted ? nullptr : rows_.weights.data(),
                    everyone ? nullptr : &sampled.rows(), context_, sums);
    std::optional<TreeTrace> trace;
    if (trace_) trace.emplace(*trace_, round, static_cast<int>(k));
    const GrowTask task{task_.who,
                        bins,
                        sums,
                        params_,
                        constraints_,
                        Rng(params_.seed)
                            .split(column_stream)
                            .split(static_cast<std::uint64_t>(round * n_outputs() + k)),
                        context_,
                        memory.grow,
                        trace ? &*trace : nullptr};
    GrownTree grown = grow_tree(task);
    if (objective_.renews_leaves()) renew_leaves(grown, k);
    if (params_.linear_leaves) fit_linear_leaves(task_.data, task, grown);
    scale_tree(grown.tree, rate);
    update_scores(grown, k, sampled.all != nullptr);
    memory.grow.rows = std::move(grown.rows);
    return std::move(grown.tree);
  }

  void renew_leaves(GrownTree& grown, Index k) const {
    const auto n = static_cast<Index>(grown.leaves.size());
    parallel_for(
        context_, n, grown.rows.size() < rows_worth_tasks ? n : 1, [&](Index begin, Index end) {
          for (Index i = begin; i < end; ++i) {
            const LeafRows& leaf = grown.leaves[static_cast<std::size_t>(i)];
            Vector residuals(static_cast<Index>(leaf.end - leaf.begin)), weights(residuals.size());
            for (Index r = 0; r < residuals.size(); ++r) {
              const std::uint32_t row = grown.rows[leaf.begin + static_cast<std::size_t>(r)];
              residuals(r) = target_(row) - scores_(k, row);
              weights(r) = rows_.weights(row);
            }
            grown.tree.values[static_cast<std::size_t>(leaf.node)] = std::clamp(
                objective_.leaf_value(residuals, weights), leaf.range.low, leaf.range.high);
          }
        });
  }

  void update_scores(const GrownTree& grown, Index k, bool all_training_rows) {
    if (!all_training_rows || params_.linear_leaves) {
      add_tree(grown.tree, k, task_.data.x(), rows_.training, 1, scores_);
    } else {
      const auto n = static_cast<Index>(grown.leaves.size());
      parallel_for(context_, n, grown.rows.size() < rows_worth_tasks ? n : 1,
                   [&](Index begin, Index end) {
                     for (Index i = begin; i < end; ++i) {
                       const LeafRows& leaf = grown.leaves[static_cast<std::size_t>(i)];
                       const double value = *grown.tree.value(leaf.node);
                       for (std::size_t r = leaf.begin; r < leaf.end; ++r)
                         scores_(k, grown.rows[r]) += value;
                     }
                   });
    }
    add_tree(grown.tree, k, task_.data.x(), rows_.held_out, 1, scores_);
  }

  const TrainingTask& task_;
  const GradientBoostingParams& params_;
  const Context& context_;
  Objective objective_;
  Constraints constraints_;
  TrainingRows rows_;
  Vector target_;
  BoostedModel model_;
  std::vector<Index> active_;  // outputs that get trees
  Matrix scores_;              // n_outputs x n
  Matrix gradients_, hessians_;
  OutputMemory memory_;  // kept from round to round where there is one output
  std::optional<Watched> watched_;
  std::vector<std::int32_t> curve_rows_;
  std::optional<TreeEnsemble> best_;
  std::optional<Trace> trace_;
};

}  // namespace

BoostedModel train_boosted(const TrainingTask& task, const Context& context) {
  if (task.data.n_rows() > std::numeric_limits<std::int32_t>::max())
    throw InvalidData(concat(task.who, " takes at most 2^31 - 1 rows, got ", task.data.n_rows()));
  return Trainer(task, context).run();
}

}  // namespace grove
