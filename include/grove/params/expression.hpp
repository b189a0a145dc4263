#pragma once

#include <string>
#include <string_view>

#include "grove/params/schema.hpp"

namespace grove::detail {

/// "Name(a=1, b=x)" with the values that differ.
std::string expression_text(std::string_view name, const ParamValues& values,
                            const ParamValues& defaults);

}  // namespace grove::detail
