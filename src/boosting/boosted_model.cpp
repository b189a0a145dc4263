#include "boosting/boosted_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "boosting/grower.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"
#include "grove/core/random.hpp"

namespace grove {

namespace {

constexpr double largest_target = 1e100;  // and sum of weights: squares of both must not overflow
constexpr Index rows_a_block = 1024;

double sigmoid(double score) { return 1 / (1 + std::exp(-score)); }

/// Softmax of a row, in place.
void softmax(Eigen::Ref<Eigen::RowVectorXd> row) {
  const double top = row.maxCoeff();
  double sum = 0;
  for (Index k = 0; k < row.size(); ++k) {
    row(k) = std::exp(row(k) - top);
    sum += row(k);
  }
  for (Index k = 0; k < row.size(); ++k) row(k) /= sum;
}

}  // namespace

Matrix probabilities_of(const Matrix& raw, Index n_classes) {
  Matrix proba(raw.rows(), n_classes);
  if (n_classes == 1) {
    proba.setOnes();
    return proba;
  }
  for (Index i = 0; i < raw.rows(); ++i) {
    if (n_classes == 2) {
      proba(i, 1) = sigmoid(raw(i, 0));
      proba(i, 0) = 1 - proba(i, 1);
    } else {
      Eigen::RowVectorXd row = raw.row(i);
      softmax(row);
      proba.row(i) = row;
    }
  }
  return proba;
}

Matrix BoostedModel::raw_scores(const MatrixView& x, const Context& context) const {
  Matrix raw(x.rows(), n_outputs());
  const auto k = static_cast<std::size_t>(n_outputs());
  parallel_for(context, x.rows(), rows_a_block, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) raw.row(i) = ensemble.base.transpose();
    for (std::size_t t = 0; t < ensemble.trees.size(); ++t)
      for (Index i = begin; i < end; ++i)
        raw(i, static_cast<Index>(t % k)) +=
            ensemble.trees[t].predict(x.data() + i * x.outerStride());
    context.count(work::row_tree_visits,
                  static_cast<std::uint64_t>(end - begin) * ensemble.trees.size());
  });
  return raw;
}

namespace {

/// The training of one model: scores of all rows, round by round.
class Trainer {
 public:
  Trainer(std::string_view who, const GradientBoostingParams& params, Loss loss,
          const Dataset& data, const Context& context)
      : who_(who),
        params_(params),
        data_(data),
        context_(context),
        weights_(data.weights_or_ones()) {
    model_.trained_on = TrainedOn(data);
    model_.loss = loss;
    choose_rows();
    choose_base();
  }

  BoostedModel run() {
    const Index n = data_.n_rows();
    scores_ = model_.ensemble.base.transpose().replicate(n, 1);
    if (active_.empty()) return std::move(model_);
    const BinnedData binned = bin_data(data_, training_weights(), params_.max_bins, context_);
    int best_round = 0;
    double best_loss = std::numeric_limits<double>::infinity();
    for (int round = 0; round < params_.n_estimators; ++round) {
      context_.check_stop(who_);
      one_round(binned, round);
      const double loss = mean_loss(params_.early_stopping ? validation_ : training_);
      model_.report.loss_curve.push_back(loss);
      model_.report.iterations = round + 1;
      if (context_.progress) context_.progress({"trees", round + 1, params_.n_estimators});
      if (!params_.early_stopping) continue;
      if (loss < best_loss - params_.tol) {
        best_loss = loss;
        best_round = round + 1;
      } else if (round + 1 - best_round >= params_.n_iter_no_change) {
        break;
      }
    }
    if (params_.early_stopping)
      model_.ensemble.trees.resize(static_cast<std::size_t>(best_round * model_.n_outputs()));
    return std::move(model_);
  }

 private:
  /// Rows with weight; a share of them is held out for early stopping, the same share of every
  /// class.
  void choose_rows() {
    for (Index i = 0; i < data_.n_rows(); ++i)
      if (weights_(i) > 0) training_.push_back(static_cast<std::int32_t>(i));
    double total = 0;
    for (const std::int32_t row : training_) total += weights_(row);
    if (!(total <= largest_target))
      throw InvalidData(concat(who_, ": the weights sum to ", total, ", beyond ", largest_target),
                        "scale the weights");
    if (!params_.early_stopping) return;
    std::vector<std::int32_t> shuffled = training_;
    Rng(params_.seed).split(0).shuffle(shuffled);
    if (data_.has_labels())
      std::stable_sort(shuffled.begin(), shuffled.end(), [&](std::int32_t a, std::int32_t b) {
        return data_.labels()(a) < data_.labels()(b);
      });
    training_.clear();
    double due = 0;
    for (const std::int32_t row : shuffled) {
      due += params_.validation_fraction;
      (due >= 1 ? validation_ : training_).push_back(row);
      if (due >= 1) due -= 1;
    }
    std::sort(training_.begin(), training_.end());
    if (validation_.empty())
      throw InvalidData(concat(who_, ": ", shuffled.size(), " rows are too few to hold out ",
                               params_.validation_fraction, " of them for early stopping"),
                        "use a larger validation_fraction, or early_stopping = false");
  }

  void choose_base() {
    if (model_.loss == Loss::squared_error) {
      for (Index i = 0; i < data_.n_rows(); ++i)
        if (std::abs(data_.target()(i)) > largest_target)
          throw InvalidData(concat(who_, ": the target is ", data_.target()(i), " at row ", i,
                                   ", beyond ", largest_target),
                            "scale the target");
      double sum = 0, total = 0;
      for (const std::int32_t row : training_) {
        sum += weights_(row) * data_.target()(row);
        total += weights_(row);
      }
      model_.ensemble.base = Vector::Constant(1, sum / total);
      active_ = {0};
      return;
    }
    const Index n_classes = data_.n_classes();
    Vector share = Vector::Zero(n_classes);
    for (const std::int32_t row : training_) share(data_.labels()(row)) += weights_(row);
    share /= share.sum();
    const Index n_present = (share.array() > 0).count();
    const auto logit = [](double p) { return std::log(std::max(p, 1e-15)); };
    if (n_classes <= 2) {
      model_.ensemble.base =
          Vector::Constant(1, n_classes == 2 ? logit(share(1)) - logit(share(0)) : 0.0);
      if (n_present == 2) active_ = {0};
      return;
    }
    model_.ensemble.base = share.unaryExpr(logit);
    // A class without rows has nothing to learn from.
    for (Index k = 0; k < n_classes && n_present > 1; ++k)
      if (share(k) > 0) active_.push_back(k);
  }

  /// Weight 0 for rows that are held out, so that they have no say in the bins.
  Vector training_weights() const {
    Vector weights = Vector::Zero(weights_.size());
    for (const std::int32_t row : training_) weights(row) = weights_(row);
    return weights;
  }

  std::vector<std::int32_t> rows_of(int round) const {
    if (params_.subsample >= 1) return training_;
    const auto n = static_cast<Index>(training_.size());
    const Index count =
        std::max<Index>(1, static_cast<Index>(params_.subsample * static_cast<double>(n)));
    std::vector<std::int32_t> rows;
    for (const Index i :
         Rng(params_.seed).split(1).split(static_cast<std::uint64_t>(round)).sample(n, count))
      rows.push_back(training_[static_cast<std::size_t>(i)]);
    std::sort(rows.begin(), rows.end());
    return rows;
  }

  /// Gradient and hessian of output k per unit of weight.
  void differentiate(Index k, Vector& gradients, Vector& hessians) const {
    const Index n = data_.n_rows();
    gradients.resize(n);
    hessians.resize(n);
    parallel_for(context_, n, 8192, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) {
        if (model_.loss == Loss::squared_error) {
          gradients(i) = scores_(i, 0) - data_.target()(i);
          hessians(i) = 1;
          continue;
        }
        const double p = model_.n_outputs() == 1 ? sigmoid(scores_(i, 0)) : probabilities_(i, k);
        const double y =
            data_.labels()(i) == (model_.n_outputs() == 1 ? 1 : static_cast<int>(k)) ? 1 : 0;
        gradients(i) = p - y;
        hessians(i) = std::max(p * (1 - p), 1e-16);
      }
    });
  }

  void one_round(const BinnedData& binned, int round) {
    const std::vector<std::int32_t> rows = rows_of(round);
    if (model_.n_outputs() > 1) probabilities_ = probabilities_of(scores_, model_.n_outputs());
    std::vector<Tree> trees(static_cast<std::size_t>(model_.n_outputs()));
    for (Tree& tree : trees) {
      tree.nodes.emplace_back();
      tree.values.push_back(0);
    }
    // The trees of a round do not see each other, so they may grow at the same time.
    Matrix added = Matrix::Zero(model_.n_outputs(), data_.n_rows());
    const auto grow_one = [&](Index i, const Context& context) {
      const Index k = active_[static_cast<std::size_t>(i)];
      Vector gradients, hessians;
      differentiate(k, gradients, hessians);
      const FixedPoint sums = to_fixed_point(gradients, hessians, weights_, rows);
      Vector added_k = Vector::Zero(data_.n_rows());
      trees[static_cast<std::size_t>(k)] = grow_tree(binned, sums, rows, params_, context, added_k);
      add_outside(trees[static_cast<std::size_t>(k)], rows, added_k);
      added.row(k) = added_k.transpose();
    };
    parallel_for(context_, static_cast<Index>(active_.size()),
                 data_.n_rows() < 2000 ? static_cast<Index>(active_.size()) : 1,
                 [&](Index begin, Index end) {
                   for (Index i = begin; i < end; ++i) grow_one(i, context_);
                 });
    scores_ += added.transpose();
    for (Tree& tree : trees) model_.ensemble.trees.push_back(std::move(tree));
  }

  /// Rows that the tree was not grown on get their score by prediction.
  void add_outside(const Tree& tree, const std::vector<std::int32_t>& rows, Vector& added) const {
    if (static_cast<Index>(rows.size()) == data_.n_rows()) return;
    std::vector<char> inside(static_cast<std::size_t>(data_.n_rows()), 0);
    for (const std::int32_t row : rows) inside[static_cast<std::size_t>(row)] = 1;
    const MatrixMap x = data_.x();
    for (Index i = 0; i < data_.n_rows(); ++i)
      if (inside[static_cast<std::size_t>(i)] == 0)
        added(i) = tree.predict(x.data() + i * x.outerStride());
  }

  double loss_of(Index row) const {
    if (model_.loss == Loss::squared_error) {
      const double difference = scores_(row, 0) - data_.target()(row);
      return difference * difference;
    }
    const int label = data_.labels()(row);
    if (model_.n_outputs() == 1) {
      const double margin = label == 1 ? scores_(row, 0) : -scores_(row, 0);
      return margin > 0 ? std::log1p(std::exp(-margin)) : std::log1p(std::exp(margin)) - margin;
    }
    const double top = scores_.row(row).maxCoeff();
    return std::log((scores_.row(row).array() - top).exp().sum()) + top - scores_(row, label);
  }

  double mean_loss(const std::vector<std::int32_t>& rows) const {
    using Sum = std::pair<double, double>;  // of weighted losses and of weights
    const Sum sum = parallel_reduce(
        context_, static_cast<Index>(rows.size()), Index{8192}, Sum{},
        [&](Index begin, Index end) {
          Sum part;
          for (Index i = begin; i < end; ++i) {
            const std::int32_t row = rows[static_cast<std::size_t>(i)];
            part.first += weights_(row) * loss_of(row);
            part.second += weights_(row);
          }
          return part;
        },
        [](Sum& total, const Sum& part) {
          total.first += part.first;
          total.second += part.second;
        });
    return sum.first / sum.second;
  }

  std::string_view who_;
  const GradientBoostingParams& params_;
  const Dataset& data_;
  const Context& context_;
  Vector weights_;
  BoostedModel model_;
  std::vector<std::int32_t> training_, validation_;
  std::vector<Index> active_;  // outputs that get trees
  Matrix scores_, probabilities_;
};

}  // namespace

BoostedModel fit_boosted(std::string_view who, const GradientBoostingParams& params, Loss loss,
                         const Dataset& data, const Context& context) {
  if (data.n_rows() > std::numeric_limits<std::int32_t>::max())
    throw InvalidData(concat(who, " takes at most 2^31 - 1 rows, got ", data.n_rows()));
  return Trainer(who, params, loss, data, context).run();
}

Value boosted_to_value(const BoostedModel& model) {
  Value::List trees;
  for (const Tree& tree : model.ensemble.trees) trees.push_back(tree_to_value(tree));
  return Value::Map{{"trained_on", model.trained_on.to_value()},
                    {"base", Value(model.ensemble.base)},
                    {"trees", std::move(trees)}};
}

BoostedModel boosted_from_value(const GradientBoostingParams& params, Loss loss,
                                const StateReader& reader) {
  BoostedModel model;
  model.loss = loss;
  model.trained_on = TrainedOn::from_value(reader.at("trained_on"));
  const Index n_classes = model.trained_on.n_classes();
  if ((loss == Loss::log_loss) != (n_classes > 0)) reader.fail("does not fit its kind of target");
  model.ensemble.base =
      reader.vector("base", loss == Loss::squared_error || n_classes <= 2 ? 1 : n_classes);
  for (const StateReader& tree : reader.list("trees"))
    model.ensemble.trees.push_back(tree_from_value(tree, model.trained_on.n_columns()));
  if (model.ensemble.trees.size() % static_cast<std::size_t>(model.ensemble.base.size()) != 0)
    reader.fail("holds an incomplete round of trees");
  model.report.iterations = model.n_iter();
  return model;
}

}  // namespace grove
