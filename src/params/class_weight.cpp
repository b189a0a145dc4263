#include "grove/params/class_weight.hpp"

namespace grove {

std::span<const EnumName<ClassWeight>> enum_names(ClassWeight) {
  static constexpr EnumName<ClassWeight> names[] = {{ClassWeight::none, "none"},
                                                    {ClassWeight::balanced, "balanced"}};
  return names;
}

}  // namespace grove
