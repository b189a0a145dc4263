#pragma once

#include <string_view>

namespace grove {

/// "KNeighborsClassifier is not fitted", with the hint to call fit first.
[[noreturn]] void throw_not_fitted(std::string_view who);

/// The state behind a model's pointer, or NotFitted.
template <class Pointer>
const auto& fitted(const Pointer& state, std::string_view who) {
  if (!state) throw_not_fitted(who);
  return *state;
}

}  // namespace grove
