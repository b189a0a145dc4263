#include "params/range_text.hpp"

#include "core/text.hpp"

namespace grove {

std::string range_text(const SearchRange& range) {
  if (range.choices.empty())
    return concat(range.low, "..", range.high, range.logarithmic ? ", logarithmic" : "");
  std::string text;
  for (const Value& value : range.choices)
    text += concat(text.empty() ? "" : " | ", to_text(value));
  return text;
}

}  // namespace grove
