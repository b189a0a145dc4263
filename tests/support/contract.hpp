#pragma once

#include "support/check.hpp"

namespace grove::testing {

/// The contract suite with save and load through the type's own functions; "" = contract kept.
template <class E>
std::string contract_of(const E& estimator) {
  CheckOptions options;
  options.reload = [](const Estimator& fitted) -> Estimator {
    const E& model = *fitted.get_if<E>();
    const Value state = model.save_state();
    return E::load_state(model.params(), StateReader(state));
  };
  return listing(check_estimator(estimator, options));
}

template <class T>
std::string transformer_contract_of(const T& transformer) {
  CheckOptions options;
  options.reload_transformer = [](const Transformer& fitted) -> Transformer {
    const T& model = *fitted.get_if<T>();
    const Value state = model.save_state();
    return T::load_state(model.params(), StateReader(state));
  };
  return listing(check_transformer(transformer, options));
}

}  // namespace grove::testing
