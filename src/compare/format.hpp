#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

#include "grove/compare/comparison.hpp"
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

/// What a contender counted most of, bytes apart, and the processor time for one of it: a slow
/// implementation of a good algorithm does little work and takes long over each unit.
struct UnitCost {
  std::string counter;  // "" if nothing was counted
  std::uint64_t count = 0;
  double seconds = 0;
};
UnitCost unit_cost(const Standing& standing);
/// 12345678 is "12.3 M".
std::string amount_text(std::uint64_t count);
/// One line per contender that did not fail: times, memory, work and time per unit of work.
void write_costs(std::ostream& out, const DatasetComparison& data, int width);

}  // namespace grove
