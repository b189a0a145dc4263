#pragma once

// The inside of Transformer: an interface and the template that fits a user's type to it.

#include "grove/estimator/estimator_model.hpp"
#include "grove/estimator/transformer.hpp"

namespace grove {
namespace detail {

struct AnyTransformer {
  virtual ~AnyTransformer() = default;
  virtual std::unique_ptr<AnyTransformer> clone() const = 0;
  virtual std::unique_ptr<AnyTransformer> unfitted() const = 0;
  virtual const std::type_info& type() const = 0;
  virtual const void* object() const = 0;
  virtual std::string name() const = 0;
  virtual std::string expression() const = 0;
  virtual Capabilities capabilities() const = 0;
  virtual void fit(const Dataset& data, const Context& context) = 0;
  virtual Matrix transform(const MatrixView& x, const Context& context) const = 0;
  virtual const std::vector<Column>& output_columns() const = 0;
  virtual ParamValues param_values() const = 0;
  virtual SearchSpace search_space() const = 0;
  virtual void set_param(std::string_view name, const Value& value) = 0;
  virtual const TrainedOn& trained_on() const = 0;
  virtual Value save_state() const = 0;
  virtual Dataset transform(const Dataset& data, const Context& context) const = 0;
};

/// For types that have no transform of a Dataset: columns matched by name, and a note.
Dataset transformed(const AnyTransformer& transformer, const Dataset& data, const RowSet& fitted_on,
                    bool used_target, const Context& context);

[[noreturn]] void throw_unfitted(const std::string& who);

template <class T>
struct TransformerModel final : AnyTransformer {
  T held;
  TrainedOn seen;  // for types that keep no trained_on() of their own
  RowSet rows;
  explicit TransformerModel(T transformer) : held(std::move(transformer)) {}

  std::unique_ptr<AnyTransformer> clone() const override {
    return std::make_unique<TransformerModel>(*this);
  }
  std::unique_ptr<AnyTransformer> unfitted() const override {
    if constexpr (requires { held.unfitted(); }) {
      return std::make_unique<TransformerModel>(held.unfitted());
    } else if constexpr (HasSchema<T>) {
      return std::make_unique<TransformerModel>(T(held.params()));
    } else {
      return std::make_unique<TransformerModel>(held);
    }
  }
  const std::type_info& type() const override { return typeid(T); }
  const void* object() const override { return &held; }
  std::string name() const override { return type_name_of<T>(); }
  std::string expression() const override {
    if constexpr (requires { held.expression(); }) {
      return held.expression();
    } else if constexpr (HasSchema<T>) {
      return expression_text(name(), param_values(),
                             T::Params::schema().values(typename T::Params{}));
    } else {
      return name();
    }
  }
  Capabilities capabilities() const override {
    if constexpr (requires { Capabilities(T::capabilities); }) {
      return T::capabilities;
    } else if constexpr (requires { Capabilities(held.capabilities()); }) {
      return held.capabilities();
    } else {
      return {};
    }
  }
  void fit(const Dataset& data, const Context& context) override {
    if constexpr (FitsWithContext<T>) {
      held.fit(data, context);
    } else {
      held.fit(data);
    }
    if constexpr (!HasTrainedOn<T>) seen = TrainedOn(data);
    rows = RowSet(data);
  }
  Matrix transform(const MatrixView& x, const Context& context) const override {
    if constexpr (TransformsWithContext<T>) {
      return held.transform(x, context);
    } else {
      return held.transform(x);
    }
  }
  const std::vector<Column>& output_columns() const override {
    if constexpr (HasOutputColumns<T>) {
      return held.output_columns();
    } else {
      return trained_on().columns;
    }
  }
  ParamValues param_values() const override {
    if constexpr (requires { held.param_values(); }) {
      return held.param_values();
    } else if constexpr (HasSchema<T>) {
      return T::Params::schema().values(held.params());
    } else {
      return {};
    }
  }
  SearchSpace search_space() const override {
    if constexpr (requires { SearchSpace(held.search_space()); }) {
      return held.search_space();
    } else if constexpr (HasSchema<T>) {
      return T::Params::schema().search_space();
    } else {
      return {};
    }
  }
  void set_param(std::string_view parameter, const Value& value) override {
    if constexpr (requires { held.set_param(parameter, value); }) {
      held.set_param(parameter, value);
    } else if constexpr (HasSchema<T>) {
      typename T::Params params = held.params();
      T::Params::schema().set(params, name(), parameter, value);
      held = T(std::move(params));
    } else {
      throw_no_params(name(), parameter);
    }
  }
  const TrainedOn& trained_on() const override {
    if constexpr (HasTrainedOn<T>) {
      return held.trained_on();
    } else {
      if (seen.columns.empty()) throw_unfitted(name());
      return seen;
    }
  }
  Value save_state() const override {
    if constexpr (Savable<T>) {
      return held.save_state();
    } else {
      throw_not_savable(name());
    }
  }
  Dataset transform(const Dataset& data, const Context& context) const override {
    if constexpr (requires {
                    { held.transform(data, context) } -> std::same_as<Dataset>;
                  }) {
      return held.transform(data, context);
    } else {
      bool used_target = false;
      if constexpr (requires { bool(T::uses_target); }) used_target = T::uses_target;
      return transformed(*this, data, rows, used_target, context);
    }
  }
};

}  // namespace detail

template <class T>
requires(!std::same_as<T, Transformer>) Transformer::Transformer(T transformer) {
  static_assert(std::copy_constructible<T>, "a transformer must be copyable");
  static_assert(detail::Fits<T>,
                "a transformer needs `void fit(const Dataset&)` or `void fit(const Dataset&, const "
                "Context&)`");
  static_assert(
      detail::Transforms<T>,
      "a transformer needs `Matrix transform(MatrixView) const`; did you forget const, or put an "
      "estimator before the last step of a pipeline?");
  if constexpr (detail::Fits<T> && detail::Transforms<T>) {
    held_ = std::make_unique<detail::TransformerModel<T>>(std::move(transformer));
  }
}

template <class T>
const T* Transformer::get_if() const {
  return held().type() == typeid(T) ? static_cast<const T*>(held().object()) : nullptr;
}

}  // namespace grove
