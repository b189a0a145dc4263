#pragma once

#include <string>

namespace grove {

/// A picture of a fitted model: `svg` is one <svg> element with xmlns and viewBox.
struct Drawing {
  std::string title;
  std::string svg;
};

}  // namespace grove
