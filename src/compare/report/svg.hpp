#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "compare/report/axis.hpp"

// Pieces of drawings. Colours come from classes of the page's style sheet.

namespace grove::report {

/// With one digit after the point, or none.
std::string pixels(double value);

/// About how wide the text is in a sans-serif font, rather more than less.
double text_width(std::string_view text, double font_size);

/// Shortened in the middle until it is no wider than that.
std::string elided(std::string_view text, double most, double font_size);

/// A point of one of six shapes, so that colours need not be told apart.
std::string marker(double x, double y, int shape, double radius = 5);
/// An element of text; `anchor` is start, middle or end.
std::string svg_text(double x, double y, std::string_view text, std::string_view anchor = "start",
                     std::string_view css = "");
std::string svg_line(double x1, double y1, double x2, double y2, std::string_view css);

/// The plane of a chart: axes with ticks, grid lines and names.
struct Plane {
  double width = 360;
  double height = 280;
  double left = 52;
  double right = 12;
  double top = 12;
  double bottom = 44;
  Axis x;
  Axis y;

  double at_x(double value) const { return left + x.place(value) * (width - left - right); }
  double at_y(double value) const {
    return height - bottom - y.place(value) * (height - top - bottom);
  }
};
void draw_plane(std::ostream& out, const Plane& plane, const std::string& x_name,
                const std::string& y_name);

/// Places texts beside points so that they cover neither each other nor the points.
class LabelPlaces {
 public:
  struct Box {
    double x0, y0, x1, y1;
  };
  explicit LabelPlaces(const Plane& plane) : plane_(plane) {}
  /// Ground that no text may cover.
  void keep_free(double x, double y, double radius);
  /// Draws it beside (x, y), with a line to the point if it had to move away.
  void draw(std::ostream& out, double x, double y, const std::string& text);
  const std::vector<Box>& boxes() const { return boxes_; }

 private:
  bool is_free(const Box& box) const;
  const Plane& plane_;
  std::vector<Box> points_;
  std::vector<Box> boxes_;
};

}  // namespace grove::report
