#include "grove/boosting/objective.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/text.hpp"
#include "grove/boosting/eval_metric.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"

namespace grove {

namespace {

constexpr Index values_a_block = 2048;
constexpr Index rows_a_link_block = 1024;

Index rows_a_block(Index n_outputs) {
  return std::max<Index>(128, values_a_block / std::max<Index>(n_outputs, 1));
}

/// Rows copied together, for a loss over some of them.
struct Gathered {
  Matrix scores;
  Vector target, weights;
  Labels groups;
  Index n_classes;

  template <class Rows>
  Gathered(const Matrix& all_scores, const ObjectiveData& data, const Rows& rows)
      : scores(all_scores.rows(), static_cast<Index>(rows.size())),
        target(scores.cols()),
        weights(scores.cols()),
        groups(data.groups != nullptr ? scores.cols() : 0),
        n_classes(data.n_classes) {
    for (Index i = 0; i < scores.cols(); ++i) {
      const Index row = rows[static_cast<std::size_t>(i)];
      scores.col(i) = all_scores.col(row);
      target(i) = data.target(row);
      weights(i) = data.weights(row);
      if (data.groups != nullptr) groups(i) = (*data.groups)(row);
    }
  }
  ObjectiveData data() const {
    return {target, weights, groups.size() > 0 ? &groups : nullptr, n_classes};
  }
};

void check_shapes(const std::string& name, const Matrix& scores, const ObjectiveData& data,
                  Index n_outputs) {
  if (scores.cols() == data.target.size() && data.weights.size() == data.target.size() &&
      scores.rows() == n_outputs)
    return;
  throw InvalidData(concat(name, ": the scores are ", scores.rows(), " x ", scores.cols(),
                           " for a target of ", data.target.size(), " rows and ",
                           data.weights.size(), " weights; expected ", n_outputs, " x ",
                           data.target.size()));
}

/// The first derivative that is no number, or a hessian below 0, is an error.
void check_derivatives(const std::string& name, const MatrixView& gradients,
                       const MatrixView& hessians, Index first_row) {
  constexpr double most = std::numeric_limits<double>::max();
  for (Index k = 0; k < gradients.rows(); ++k) {
    const double* g = gradients.data() + k * gradients.outerStride();
    const double* h = hessians.data() + k * hessians.outerStride();
    int wrong = 0;
    for (Index i = 0; i < gradients.cols(); ++i)
      wrong |= static_cast<int>(!(std::abs(g[i]) <= most)) | static_cast<int>(!(h[i] >= 0)) |
               static_cast<int>(!(h[i] <= most));
    if (wrong == 0) continue;
    for (Index i = 0; i < gradients.cols(); ++i) {
      const bool bad_gradient = !std::isfinite(g[i]);
      if (!bad_gradient && std::isfinite(h[i]) && h[i] >= 0) continue;
      throw InvalidData(
          concat("objective ", name, ": the ", bad_gradient ? "gradient" : "hessian", " is ",
                 bad_gradient ? g[i] : h[i], " at row ", first_row + i, ", output ", k,
                 bad_gradient ? "; expected a finite number"
                              : "; expected a finite number of at least 0"),
          "a smaller learning_rate keeps the scores in range; else look at the objective's code");
    }
  }
}

}  // namespace

const detail::ObjectiveModel& Objective::model() const {
  if (model_ == nullptr)
    throw InvalidParameter("an empty Objective has no loss", "assign one: see make_objective");
  return *model_;
}

std::string Objective::name() const {
  return model_ == nullptr ? std::string() : model_->traits.name;
}
Index Objective::n_outputs(Index n_classes) const { return model().n_outputs(n_classes); }
std::string Objective::link() const { return model().traits.link; }
bool Objective::has_loss() const { return model().traits.has_loss; }
bool Objective::sees_all_rows() const { return model().traits.all_rows; }
bool Objective::renews_leaves() const { return model().traits.renews_leaves; }

void Objective::check_target(std::string_view who, const ObjectiveData& data) const {
  for (Index i = 0; i < data.target.size(); ++i)
    if (const std::string_view reason = model().rejects(data.target(i)); !reason.empty())
      throw InvalidData(
          concat(who, ": the target is ", data.target(i), " at row ", i, ", ", reason),
          concat("scale or shift the target, or choose another loss than ", name()));
}

Vector Objective::start(const ObjectiveData& data) const {
  std::vector<Index> rows;
  for (Index i = 0; i < data.target.size(); ++i)
    if (data.weights(i) > 0) rows.push_back(i);
  const Index n_outputs = model().n_outputs(data.n_classes);
  if (rows.empty()) return Vector::Zero(n_outputs);
  const Gathered some(Matrix::Zero(0, data.target.size()), data, rows);
  Vector start = model().start(some.data());
  if (start.size() != n_outputs || !start.allFinite())
    throw InvalidData(concat("objective ", name(), ": start gave ", start.size(), " scores",
                             start.allFinite() ? "" : ", not all of them finite", "; expected ",
                             n_outputs, " finite ones"));
  return start;
}

void Objective::differentiate(const Matrix& scores, const ObjectiveData& data, Matrix& gradients,
                              Matrix& hessians, const Context& context) const {
  const Index n = scores.cols(), k = scores.rows();
  check_shapes(name(), scores, data, model().n_outputs(data.n_classes));
  gradients.resize(k, n);
  hessians.resize(k, n);
  if (model().traits.all_rows) {
    model().gradients(scores, data, gradients, hessians, context);
    return check_derivatives(name(), gradients, hessians, 0);
  }
  parallel_for(context, n, rows_a_block(k), [&](Index begin, Index end) {
    const Index length = end - begin;
    const ObjectiveData block{data.target.segment(begin, length),
                              data.weights.segment(begin, length), nullptr, data.n_classes};
    auto g = gradients.middleCols(begin, length);
    auto h = hessians.middleCols(begin, length);
    model().gradients(scores.middleCols(begin, length), block, g, h, context);
    check_derivatives(model().traits.name, g, h, begin);
  });
}

double Objective::loss(const Matrix& scores, const ObjectiveData& data,
                       const std::vector<std::int32_t>& rows, const Context& context) const {
  if (!has_loss())
    throw Unsupported(concat("objective ", name(), " has no loss"),
                      "give it `double loss(VectorView scores, VectorView target, VectorView "
                      "weights) const`, or watch an EvalMetric");
  check_shapes(name(), scores, data, model().n_outputs(data.n_classes));
  if (model().traits.all_rows) {
    const Gathered some(scores, data, rows);
    return model().loss(some.scores, some.data(), context);
  }
  using Sum = std::pair<double, double>;  // of weighted losses and of weights
  const Sum sum = parallel_reduce(
      context, static_cast<Index>(rows.size()), rows_a_block(scores.rows()), Sum{},
      [&](Index begin, Index end) {
        const Gathered some(scores, data,
                            std::span(rows).subspan(static_cast<std::size_t>(begin),
                                                    static_cast<std::size_t>(end - begin)));
        double total = 0;
        for (Index i = 0; i < some.weights.size(); ++i) total += some.weights(i);
        return total > 0 ? Sum{total * model().loss(some.scores, some.data(), context), total}
                         : Sum{};
      },
      [](Sum& all, const Sum& part) {
        all.first += part.first;
        all.second += part.second;
      });
  return sum.first / sum.second;
}

double Objective::leaf_value(const VectorView& residuals, const VectorView& weights) const {
  if (!renews_leaves())
    throw Unsupported(concat("objective ", name(), " has no leaf_value of its own"));
  return model().leaf_value(residuals, weights);
}

namespace {

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

Matrix apply_link(std::string_view link, const MatrixView& scores, Index n_classes,
                  const Context& context) {
  if (!detail::is_link(link))
    throw InvalidParameter(concat("apply_link: unknown link '", link,
                                  "'; expected identity, exp, sigmoid or softmax"));
  if (n_classes == 1) return Matrix::Ones(scores.rows(), 1);
  const bool pair = link == "sigmoid" && n_classes == 2;
  Matrix out(scores.rows(), pair ? 2 : scores.cols());
  parallel_for(context, scores.rows(), rows_a_link_block, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      if (pair) {
        out(i, 1) = 1 / (1 + std::exp(-scores(i, 0)));
        out(i, 0) = 1 - out(i, 1);
        continue;
      }
      out.row(i) = scores.row(i);
      if (link == "softmax") softmax(out.row(i));
      for (Index k = 0; k < out.cols(); ++k) {
        if (link == "exp") out(i, k) = std::exp(out(i, k));
        if (link == "sigmoid") out(i, k) = 1 / (1 + std::exp(-out(i, k)));
      }
    }
  });
  return out;
}

double EvalMetric::operator()(const VectorView& target, const MatrixView& predictions,
                              const VectorView& weights) const {
  if (model_ == nullptr) throw InvalidParameter("an empty EvalMetric measures nothing");
  const double value = model_->measure(target, predictions, weights);
  if (!std::isfinite(value))
    throw InvalidData(concat("metric ", name(), " is ", value, "; expected a finite number"));
  return value;
}

}  // namespace grove
