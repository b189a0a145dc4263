#include "grove/estimator/estimator.hpp"

#include <utility>

#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove {

std::string_view to_string(EstimatorKind kind) {
  switch (kind) {
    case EstimatorKind::classifier:
      return "classifier";
    case EstimatorKind::regressor:
      return "regressor";
    case EstimatorKind::clusterer:
      return "clusterer";
    case EstimatorKind::outlier_detector:
      return "outlier detector";
  }
  return "estimator";
}

bool needs_target(EstimatorKind kind) {
  return kind == EstimatorKind::classifier || kind == EstimatorKind::regressor;
}

namespace detail {

void throw_no_labels(const std::string& who, EstimatorKind kind) {
  if (kind == EstimatorKind::regressor)
    throw Unsupported(concat(who, " is a regressor: it predicts real values, not labels"),
                      "call predict_values");
  if (kind == EstimatorKind::outlier_detector)
    throw Unsupported(concat(who, " draws no line between usual points and outliers"),
                      "call score_samples");
  throw Unsupported(concat(who, " cannot label new points"),
                    "its labels() are those of the training rows");
}

void throw_no_values(const std::string& who, EstimatorKind kind) {
  const bool scores = kind == EstimatorKind::outlier_detector;
  throw Unsupported(concat(who, scores ? " is an " : " is a ", to_string(kind),
                           ": it predicts labels, not real values"),
                    scores ? "call score_samples" : "call predict");
}

void throw_no_scores(const std::string& who, EstimatorKind kind) {
  throw Unsupported(concat(who, " is a ", to_string(kind), ": it gives points no scores"),
                    "score_samples is of outlier detectors and densities");
}

void throw_no_proba(const std::string& who) {
  throw Unsupported(concat(who, " does not predict probabilities"),
                    "use a classifier with predict_proba, or a metric of labels such as accuracy");
}

void throw_no_training_labels(const std::string& who) {
  throw Unsupported(concat(who, " is not a clusterer: it keeps no labels of its training rows"),
                    "call predict");
}

void throw_no_params(const std::string& who, std::string_view name) {
  throw InvalidParameter(concat(who, " has no parameter '", printable(name), "'"),
                         "the type declares no Params with a schema()");
}

void throw_not_savable(const std::string& who) {
  throw Unsupported(
      concat(who, " cannot be saved"),
      "only estimators of grove's registry are; keep the program that makes this one");
}

}  // namespace detail

const detail::AnyEstimator& Estimator::held() const {
  if (!held_) throw NotFitted("this Estimator was moved from", "assign an estimator to it first");
  return *held_;
}
detail::AnyEstimator& Estimator::held() {
  return const_cast<detail::AnyEstimator&>(std::as_const(*this).held());
}

Estimator::Estimator(const Estimator& other) : held_(other.held().clone()) {}
Estimator::Estimator(Estimator&&) noexcept = default;
Estimator& Estimator::operator=(const Estimator& other) {
  if (this != &other) held_ = other.held().clone();
  return *this;
}
Estimator& Estimator::operator=(Estimator&&) noexcept = default;
Estimator::~Estimator() = default;
Estimator::Estimator(std::unique_ptr<detail::AnyEstimator> held) : held_(std::move(held)) {}

std::string Estimator::name() const { return held().name(); }
std::string Estimator::expression() const { return held().expression(); }
EstimatorKind Estimator::kind() const { return held().kind(); }
Capabilities Estimator::capabilities() const { return held().capabilities(); }

Estimator& Estimator::fit(const Dataset& data, const Context& context) {
  held().fit(data, context);
  return *this;
}

Labels Estimator::predict(const MatrixView& x, const Context& context) const {
  return held().predict(x, context);
}
Vector Estimator::predict_values(const MatrixView& x, const Context& context) const {
  return held().predict_values(x, context);
}
Matrix Estimator::predict_proba(const MatrixView& x, const Context& context) const {
  return held().predict_proba(x, context);
}
bool Estimator::has_predict_proba() const { return held().has_predict_proba(); }
Vector Estimator::score_samples(const MatrixView& x, const Context& context) const {
  return held().score_samples(x, context);
}

namespace {

/// Types that do not remember their columns get the data's as they are.
template <class Predict>
auto on_aligned(const Estimator& estimator, const Dataset& data, const Predict& predict) {
  const TrainedOn* trained_on = estimator.trained_on();
  if (trained_on == nullptr || trained_on->columns == data.columns())
    return predict(MatrixView(data.x()));
  return predict(MatrixView(trained_on->align(data, estimator.name())));
}

}  // namespace

Labels Estimator::predict(const Dataset& data, const Context& context) const {
  return on_aligned(*this, data, [&](const MatrixView& x) { return predict(x, context); });
}
Vector Estimator::predict_values(const Dataset& data, const Context& context) const {
  return on_aligned(*this, data, [&](const MatrixView& x) { return predict_values(x, context); });
}
Matrix Estimator::predict_proba(const Dataset& data, const Context& context) const {
  return on_aligned(*this, data, [&](const MatrixView& x) { return predict_proba(x, context); });
}
Vector Estimator::score_samples(const Dataset& data, const Context& context) const {
  return on_aligned(*this, data, [&](const MatrixView& x) { return score_samples(x, context); });
}

Labels Estimator::labels() const { return held().labels(); }
std::optional<double> Estimator::inertia() const { return held().inertia(); }
Estimator Estimator::unfitted() const { return Estimator(held().unfitted()); }
ParamValues Estimator::param_values() const { return held().param_values(); }
void Estimator::set_param(std::string_view name, const Value& value) {
  held().set_param(name, value);
}
SearchSpace Estimator::search_space() const { return held().search_space(); }
const TrainedOn* Estimator::trained_on() const { return held().trained_on(); }
const FitReport* Estimator::report() const { return held().report(); }
Value Estimator::save_state() const { return held().save_state(); }

}  // namespace grove
