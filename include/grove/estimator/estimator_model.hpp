#pragma once

// The inside of Estimator: an interface and the template that fits a user's type to it.

#include "grove/core/error.hpp"
#include "grove/estimator/estimator.hpp"
#include "grove/params/expression.hpp"

namespace grove {
namespace detail {

struct AnyEstimator {
  virtual ~AnyEstimator() = default;
  virtual std::unique_ptr<AnyEstimator> clone() const = 0;
  virtual std::unique_ptr<AnyEstimator> unfitted() const = 0;
  virtual const std::type_info& type() const = 0;
  virtual const void* object() const = 0;
  virtual std::string name() const = 0;
  virtual std::string expression() const = 0;
  virtual EstimatorKind kind() const = 0;
  virtual Capabilities capabilities() const = 0;
  virtual void fit(const Dataset& data, const Context& context) = 0;
  virtual Labels predict(const MatrixView& x, const Context& context) const = 0;
  virtual Vector predict_values(const MatrixView& x, const Context& context) const = 0;
  virtual Matrix predict_proba(const MatrixView& x, const Context& context) const = 0;
  virtual bool has_predict_proba() const = 0;
  virtual Vector score_samples(const MatrixView& x, const Context& context) const = 0;
  virtual Labels labels() const = 0;
  virtual std::optional<double> inertia() const = 0;
  virtual ParamValues param_values() const = 0;
  virtual SearchSpace search_space() const = 0;
  virtual void set_param(std::string_view name, const Value& value) = 0;
  virtual const TrainedOn* trained_on() const = 0;
  virtual const FitReport* report() const = 0;
  virtual Value save_state() const = 0;
};

[[noreturn]] void throw_no_labels(const std::string& who, EstimatorKind kind);
[[noreturn]] void throw_no_values(const std::string& who, EstimatorKind kind);
[[noreturn]] void throw_no_proba(const std::string& who);
[[noreturn]] void throw_no_scores(const std::string& who, EstimatorKind kind);
[[noreturn]] void throw_no_training_labels(const std::string& who);
[[noreturn]] void throw_no_params(const std::string& who, std::string_view name);
[[noreturn]] void throw_not_savable(const std::string& who);

template <class E>
std::string type_name_of() {
  if constexpr (requires { std::string_view(E::type_name); }) {
    return std::string(E::type_name);
  } else {
    return readable_type_name(typeid(E));
  }
}

template <class E>
struct EstimatorModel final : AnyEstimator {
  E held;
  explicit EstimatorModel(E estimator) : held(std::move(estimator)) {}

  std::unique_ptr<AnyEstimator> clone() const override {
    return std::make_unique<EstimatorModel>(held);
  }
  std::unique_ptr<AnyEstimator> unfitted() const override {
    if constexpr (Dynamic<E>) {
      return std::make_unique<EstimatorModel>(held.unfitted());
    } else if constexpr (HasSchema<E>) {
      return std::make_unique<EstimatorModel>(E(held.params()));
    } else {
      return clone();
    }
  }
  const std::type_info& type() const override { return typeid(E); }
  const void* object() const override { return &held; }
  std::string name() const override { return type_name_of<E>(); }
  std::string expression() const override {
    if constexpr (Dynamic<E>) {
      return held.expression();
    } else if constexpr (HasSchema<E>) {
      return expression_text(name(), param_values(),
                             E::Params::schema().values(typename E::Params{}));
    } else {
      return name();
    }
  }
  EstimatorKind kind() const override {
    if constexpr (Dynamic<E>) {
      return held.kind();
    } else if constexpr (HasLabels<E>) {
      return EstimatorKind::clusterer;
    } else if constexpr (ScoresSamples<E>) {
      return EstimatorKind::outlier_detector;
    } else if constexpr (PredictsValues<E>) {
      return EstimatorKind::regressor;
    } else {
      return EstimatorKind::classifier;
    }
  }
  Capabilities capabilities() const override {
    if constexpr (Dynamic<E>) {
      return held.capabilities();
    } else if constexpr (requires { Capabilities(E::capabilities); }) {
      return E::capabilities;
    } else {
      return {};
    }
  }
  void fit(const Dataset& data, const Context& context) override {
    if constexpr (FitsWithContext<E>) {
      held.fit(data, context);
    } else {
      held.fit(data);
    }
  }
  Labels predict(const MatrixView& x, const Context& context) const override {
    if constexpr (PredictsLabels<E>) {
      if constexpr (PredictsWithContext<E>) {
        return held.predict(x, context);
      } else {
        return held.predict(x);
      }
    } else {
      throw_no_labels(name(), kind());
    }
  }
  Vector predict_values(const MatrixView& x, const Context& context) const override {
    if constexpr (Dynamic<E>) {
      return held.predict_values(x, context);
    } else if constexpr (PredictsValues<E>) {
      if constexpr (PredictsWithContext<E>) {
        return held.predict(x, context);
      } else {
        return held.predict(x);
      }
    } else {
      throw_no_values(name(), kind());
    }
  }
  Matrix predict_proba(const MatrixView& x, const Context& context) const override {
    if constexpr (PredictsProba<E>) {
      if constexpr (requires { held.predict_proba(x, context); }) {
        return held.predict_proba(x, context);
      } else {
        return held.predict_proba(x);
      }
    } else {
      throw_no_proba(name());
    }
  }
  bool has_predict_proba() const override {
    if constexpr (Dynamic<E>) {
      return held.has_predict_proba();
    } else {
      return PredictsProba<E>;
    }
  }
  Vector score_samples(const MatrixView& x, const Context& context) const override {
    if constexpr (ScoresSamples<E>) {
      if constexpr (requires { held.score_samples(x, context); }) {
        return held.score_samples(x, context);
      } else {
        return held.score_samples(x);
      }
    } else {
      throw_no_scores(name(), kind());
    }
  }
  Labels labels() const override {
    if constexpr (HasLabels<E>) {
      return held.labels();
    } else {
      throw_no_training_labels(name());
    }
  }
  std::optional<double> inertia() const override {
    if constexpr (requires { std::optional<double>(held.inertia()); }) {
      return held.inertia();
    } else {
      return std::nullopt;
    }
  }
  ParamValues param_values() const override {
    if constexpr (Dynamic<E>) {
      return held.param_values();
    } else if constexpr (HasSchema<E>) {
      return E::Params::schema().values(held.params());
    } else {
      return {};
    }
  }
  SearchSpace search_space() const override {
    if constexpr (requires { SearchSpace(held.search_space()); }) {
      return held.search_space();
    } else if constexpr (HasSchema<E>) {
      return E::Params::schema().search_space();
    } else {
      return {};
    }
  }
  void set_param(std::string_view parameter, const Value& value) override {
    if constexpr (Dynamic<E>) {
      held.set_param(parameter, value);
    } else if constexpr (HasSchema<E>) {
      typename E::Params params = held.params();
      E::Params::schema().set(params, name(), parameter, value);
      held = E(std::move(params));
    } else {
      throw_no_params(name(), parameter);
    }
  }
  const TrainedOn* trained_on() const override {
    if constexpr (Dynamic<E>) {
      return held.trained_on();
    } else if constexpr (HasTrainedOn<E>) {
      return &held.trained_on();
    } else {
      return nullptr;
    }
  }
  const FitReport* report() const override {
    if constexpr (Dynamic<E>) {
      return held.report();
    } else if constexpr (HasReport<E>) {
      return &held.report();
    } else {
      return nullptr;
    }
  }
  Value save_state() const override {
    if constexpr (Savable<E>) {
      return held.save_state();
    } else {
      throw_not_savable(name());
    }
  }
};

}  // namespace detail

template <class E>
requires(!std::same_as<E, Estimator>) Estimator::Estimator(E estimator) {
  static_assert(std::copy_constructible<E>, "an estimator must be copyable");
  static_assert(detail::Fits<E>,
                "an estimator needs `void fit(const Dataset&)` or `void fit(const Dataset&, const "
                "Context&)`");
  static_assert(
      detail::Predicts<E> || detail::HasLabels<E> || detail::ScoresSamples<E>,
      "an estimator needs `Labels predict(MatrixView) const` (classifier), `Vector "
      "predict(MatrixView) const` (regressor), `Labels labels() const` (clusterer) or `Vector "
      "score_samples(MatrixView) const` (outlier detector); did you forget const?");
  static_assert(
      !detail::Predicts<E> || detail::PredictsLabels<E> || detail::PredictsValues<E>,
      "an estimator's predict must return grove::Labels (class codes) or grove::Vector (real "
      "values)");
  if constexpr (detail::Fits<E> && (detail::PredictsLabels<E> || detail::PredictsValues<E> ||
                                    detail::HasLabels<E> || detail::ScoresSamples<E>)) {
    held_ = std::make_unique<detail::EstimatorModel<E>>(std::move(estimator));
  }
}

template <class E>
const E* Estimator::get_if() const {
  return held().type() == typeid(E) ? static_cast<const E*>(held().object()) : nullptr;
}

}  // namespace grove
