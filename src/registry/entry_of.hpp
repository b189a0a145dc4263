#pragma once

#include <string>
#include <utility>

#include "grove/registry/registry.hpp"

namespace grove::registry {

namespace detail {

template <class E>
E made(const ParamValues& values) {
  using Params = typename E::Params;
  Params params;
  for (const auto& [name, value] : values) Params::schema().set(params, E::type_name, name, value);
  Params::schema().check(params, E::type_name);
  return E(std::move(params));
}

template <class E>
Entry common(Kind kind, std::string doc) {
  Entry entry;
  entry.name = std::string(E::type_name);
  entry.kind = kind;
  entry.doc = std::move(doc);
  entry.parameters = &E::Params::schema();
  entry.defaults = E::Params::schema().values(typename E::Params{});
  return entry;
}

}  // namespace detail

/// The row of an estimator with the shape of docs/adding_an_estimator.md.
template <class E>
Entry estimator_entry(Kind kind, std::string doc) {
  Entry entry = detail::common<E>(kind, std::move(doc));
  entry.make_estimator = [](const ParamValues& values) -> Estimator {
    return detail::made<E>(values);
  };
  entry.load_estimator = [](const ParamValues& values, const StateReader& state) -> Estimator {
    return E::load_state(detail::made<E>(values).params(), state);
  };
  return entry;
}

template <class T>
Entry transformer_entry(std::string doc) {
  Entry entry = detail::common<T>(Kind::transformer, std::move(doc));
  entry.make_transformer = [](const ParamValues& values) -> Transformer {
    return detail::made<T>(values);
  };
  entry.load_transformer = [](const ParamValues& values, const StateReader& state) -> Transformer {
    return T::load_state(detail::made<T>(values).params(), state);
  };
  return entry;
}

}  // namespace grove::registry
