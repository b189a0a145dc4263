#include "grove/params/expression.hpp"

#include "core/text.hpp"

namespace grove::detail {

std::string expression_text(std::string_view name, const ParamValues& values,
                            const ParamValues& defaults) {
  std::string inside;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].second == defaults[i].second) continue;
    inside += concat(inside.empty() ? "" : ", ", values[i].first, "=", to_text(values[i].second));
  }
  return concat(name, "(", inside, ")");
}

}  // namespace grove::detail
