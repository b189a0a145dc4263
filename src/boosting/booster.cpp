#include "grove/boosting/booster.hpp"

#include <limits>

#include "boosting/boosted_model.hpp"
#include "grove/tree/importance.hpp"

namespace grove {

namespace {

Index rounds_of(int n_rounds) {
  return n_rounds < 0 ? Predictor::all : static_cast<Index>(n_rounds);
}

}  // namespace

int Booster::n_iter() const { return model_->n_iter(); }
Index Booster::n_outputs() const { return model_->n_outputs(); }
const std::string& Booster::link() const { return model_->link; }
const TreeEnsemble& Booster::trees() const { return model_->ensemble; }

Matrix Booster::scores(const MatrixView& x, const Context& context, int n_rounds) const {
  check_predict_data("Booster", x, model_->trained_on,
                     {.missing_values = true, .categorical = true});
  return model_->predictor->scores(x, context, rounds_of(n_rounds));
}

Matrix Booster::predictions(const MatrixView& x, const Context& context, int n_rounds) const {
  return apply_link(model_->link, scores(x, context, n_rounds), model_->trained_on.n_classes(),
                    context);
}

Eigen::Matrix<int, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> Booster::apply(
    const MatrixView& x, const Context& context) const {
  check_predict_data("Booster", x, model_->trained_on,
                     {.missing_values = true, .categorical = true});
  return model_->predictor->leaves(x, context);
}

void Booster::staged(const MatrixView& x, const std::function<void(int, const Matrix&)>& f,
                     const Context& context) const {
  Matrix sums = scores(x, context, 0);
  const Index a_round = model_->ensemble.trees_a_round();
  for (int round = 1; round <= n_iter(); ++round) {
    model_->predictor->add_scores(x, sums, context, (round - 1) * a_round, round * a_round);
    f(round, apply_link(model_->link, sums, model_->trained_on.n_classes(), context));
  }
}

void Booster::score_row(const double* row, double* scores) const noexcept {
  model_->predictor->score_row(row, scores);
}

Vector Booster::feature_importances() const {
  return grove::feature_importances(model_->ensemble, model_->trained_on.n_columns(),
                                    Importance::total_gain);
}

}  // namespace grove
