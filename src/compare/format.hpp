#pragma once

#include <cstdint>
#include <string>

#include "grove/model_selection/cross_validate.hpp"
#include "grove/params/schema.hpp"

// How numbers look in the comparison's table and page.

namespace grove {

/// The name of an enumerator, as its enum_names() lists it.
template <class E>
std::string enum_text(E value) {
  return *ParamType<E>::to(value).template get_if<std::string>();
}

std::string p_value_text(double p);
std::string seconds_text(double seconds);
std::string bytes_text(std::uint64_t bytes);
/// Of the first fold that failed; "" if none did.
const std::string& first_error(const CrossValidation& result);
const std::string& first_hint(const CrossValidation& result);

}  // namespace grove
