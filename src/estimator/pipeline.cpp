#include "grove/estimator/pipeline.hpp"

#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "estimator/step_names.hpp"

namespace grove {

Pipeline::Pipeline(std::vector<Transformer> steps, Estimator last)
    : transformers_(std::move(steps)) {
  last_.push_back(std::move(last));
}

Pipeline Pipeline::from_fitted(std::vector<Transformer> steps, Estimator last) {
  Pipeline pipeline(std::move(steps), std::move(last));
  pipeline.fitted_ = true;
  return pipeline;
}

const Estimator& Pipeline::last() const {
  if (last_.empty()) throw_not_fitted(type_name);
  return last_.front();
}

EstimatorKind Pipeline::kind() const { return last().kind(); }

std::string Pipeline::expression() const {
  std::string text;
  for (const Transformer& step : transformers_) text += step.expression() + " | ";
  return text + last().expression();
}

Capabilities Pipeline::capabilities() const {
  // A step passes on what it does not remove, so it must be followed by steps that take it.
  Capabilities capabilities = last().capabilities();
  for (auto step = transformers_.rbegin(); step != transformers_.rend(); ++step) {
    const Capabilities own = step->capabilities();
    capabilities.missing_values =
        own.missing_values && (own.removes_missing || capabilities.missing_values);
    capabilities.categorical =
        own.categorical && (own.removes_categorical || capabilities.categorical);
  }
  return capabilities;
}

Pipeline& Pipeline::fit(const Dataset& data, const Context& context) {
  // Fitted on the side, so that a failure leaves the old model.
  Pipeline fresh = unfitted();
  Dataset current = data;
  for (Transformer& step : fresh.transformers_) {
    context.check_stop(type_name);
    current = step.fit_transform(current, context);
  }
  fresh.last_.front().fit(current, context);
  fresh.fitted_ = true;
  *this = std::move(fresh);
  return *this;
}

Matrix Pipeline::through(const MatrixView& x, const Context& context) const {
  if (!fitted_) throw_not_fitted(type_name);
  Matrix current = transformers_.front().transform(x, context);
  for (std::size_t i = 1; i < transformers_.size(); ++i)
    current = transformers_[i].transform(current, context);
  return current;
}

Labels Pipeline::predict(const MatrixView& x, const Context& context) const {
  if (transformers_.empty()) return last().predict(x, context);
  return last().predict(MatrixView(through(x, context)), context);
}

Vector Pipeline::predict_values(const MatrixView& x, const Context& context) const {
  if (transformers_.empty()) return last().predict_values(x, context);
  return last().predict_values(MatrixView(through(x, context)), context);
}

Matrix Pipeline::predict_proba(const MatrixView& x, const Context& context) const {
  if (transformers_.empty()) return last().predict_proba(x, context);
  return last().predict_proba(MatrixView(through(x, context)), context);
}

Vector Pipeline::score_samples(const MatrixView& x, const Context& context) const {
  if (transformers_.empty()) return last().score_samples(x, context);
  return last().score_samples(MatrixView(through(x, context)), context);
}

bool Pipeline::has_predict_proba() const { return last().has_predict_proba(); }
Labels Pipeline::labels() const { return last().labels(); }
std::optional<double> Pipeline::inertia() const { return last().inertia(); }

Pipeline Pipeline::unfitted() const {
  std::vector<Transformer> steps;
  for (const Transformer& step : transformers_) steps.push_back(step.unfitted());
  return Pipeline(std::move(steps), last().unfitted());
}

std::vector<std::string> Pipeline::step_names() const {
  std::vector<std::string> names;
  for (const Transformer& step : transformers_) names.push_back(step.name());
  names.push_back(last().name());
  return step_names_of(names);
}

ParamValues Pipeline::param_values() const {
  const std::vector<std::string> steps = step_names();
  ParamValues values;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const ParamValues own =
        i < transformers_.size() ? transformers_[i].param_values() : last().param_values();
    for (const auto& [name, value] : own) values.emplace_back(concat(steps[i], "__", name), value);
  }
  return values;
}

void Pipeline::set_param(std::string_view name, const Value& value) {
  const auto [step, parameter] = split_step_parameter(type_name, name, step_names());
  Pipeline changed = unfitted();
  if (step < transformers_.size()) {
    changed.transformers_[step].set_param(parameter, value);
  } else {
    changed.last_.front().set_param(parameter, value);
  }
  *this = std::move(changed);
}

SearchSpace Pipeline::search_space() const {
  const std::vector<std::string> steps = step_names();
  SearchSpace space;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const SearchSpace own =
        i < transformers_.size() ? transformers_[i].search_space() : last().search_space();
    for (const auto& [name, range] : own) space.push_back({concat(steps[i], "__", name), range});
  }
  return space;
}

const TrainedOn* Pipeline::trained_on() const {
  if (!fitted_) throw_not_fitted(type_name);
  return transformers_.empty() ? last().trained_on() : &transformers_.front().trained_on();
}

const FitReport* Pipeline::report() const {
  if (!fitted_) throw_not_fitted(type_name);
  return last().report();
}

Value Pipeline::save_state() const {
  if (!fitted_) throw_not_fitted(type_name);
  Value::List steps;
  for (const Transformer& step : transformers_) steps.push_back(step.save_state());
  return Value::Map{{"steps", std::move(steps)}, {"last", last().save_state()}};
}

}  // namespace grove
