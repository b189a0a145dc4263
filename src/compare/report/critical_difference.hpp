#pragma once

#include <iosfwd>
#include <string>

#include "grove/compare/critical_difference.hpp"

namespace grove::report {

/// Where everything of a critical-difference diagram stands.
struct DiagramLayout {
  struct Label {
    Index contender = 0;
    double x = 0;  // of its rank on the axis
    double y = 0;  // of its row
    bool left = true;
    double text_x = 0;
    std::string text;  // shortened
  };
  struct Bar {
    double x0 = 0, x1 = 0, y = 0;
  };
  double width = 0, height = 0;
  double axis_y = 0, axis_x0 = 0, axis_x1 = 0;
  double low = 1, high = 2;  // ranks at the ends of the axis
  bool narrow = false;       // labels stand on their lines instead of beside them
  std::vector<Label> labels;
  std::vector<Bar> bars;
  double rule_x0 = 0, rule_x1 = 0, rule_y = 0;  // as long as the critical difference

  double at(double rank) const {
    return axis_x0 + (rank - low) / (high - low) * (axis_x1 - axis_x0);
  }
};
/// `width` < 500: for a phone.
DiagramLayout layout_diagram(const CriticalDifference& diagram, double width);

/// The inside of an svg element of the layout's size.
void draw_diagram(std::ostream& out, const CriticalDifference& diagram,
                  const DiagramLayout& layout);

/// What the diagram shows, in sentences.
std::string diagram_text(const CriticalDifference& diagram);

}  // namespace grove::report
