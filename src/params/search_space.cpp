#include "grove/params/search_space.hpp"

#include <utility>

namespace grove {

SearchRange reals(double low, double high) { return {.low = low, .high = high}; }

SearchRange log_reals(double low, double high) {
  return {.low = low, .high = high, .logarithmic = true};
}

SearchRange integers(std::int64_t low, std::int64_t high) {
  return {.low = static_cast<double>(low), .high = static_cast<double>(high), .integer = true};
}

SearchRange log_integers(std::int64_t low, std::int64_t high) {
  SearchRange range = integers(low, high);
  range.logarithmic = true;
  return range;
}

SearchRange choices(std::vector<Value> values) { return {.choices = std::move(values)}; }

}  // namespace grove
