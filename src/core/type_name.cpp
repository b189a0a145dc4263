#include "grove/core/type_name.hpp"

#include <cxxabi.h>

#include <cstdlib>

namespace grove::detail {

std::string readable_type_name(const std::type_info& type) {
  int status = 0;
  char* text = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
  std::string name = text != nullptr ? text : type.name();
  std::free(text);
  const std::size_t scope = name.rfind("::");
  return scope == std::string::npos ? name : name.substr(scope + 2);
}

}  // namespace grove::detail
