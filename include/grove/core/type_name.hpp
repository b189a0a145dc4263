#pragma once

#include <string>
#include <typeinfo>

namespace grove::detail {

/// The name of a type as one would write it, without its namespaces.
std::string readable_type_name(const std::type_info& type);

}  // namespace grove::detail
