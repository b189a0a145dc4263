#include "compare/report/svg.hpp"

#include <algorithm>
#include <cmath>
#include <ostream>

#include "core/text.hpp"

namespace grove::report {

namespace {

/// Start of the character that holds byte `at` of a UTF-8 text.
std::size_t character_start(std::string_view text, std::size_t at) {
  while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) --at;
  return at;
}

double character_width(unsigned char byte) {
  if ((byte & 0xc0) == 0x80) return 0;  // inside a UTF-8 character
  if (byte >= 0xe0) return 1;           // maybe a wide one
  if (byte == 'm' || byte == 'w' || byte == 'M' || byte == 'W' || byte == '@') return 0.9;
  if (byte >= 'A' && byte <= 'Z') return 0.7;
  constexpr std::string_view narrow = "ijltfrI.,:;'|!()[] -";
  return narrow.find(static_cast<char>(byte)) != std::string_view::npos ? 0.36 : 0.6;
}

}  // namespace

std::string pixels(double value) {
  std::string text = fixed_text(value, 1);
  if (text.size() > 2 && text.substr(text.size() - 2) == ".0") text.resize(text.size() - 2);
  return text == "-0" ? "0" : text;
}

double text_width(std::string_view text, double font_size) {
  double width = 0;
  for (const char c : text) width += character_width(static_cast<unsigned char>(c));
  return width * font_size;
}

std::string elided(std::string_view text, double most, double font_size) {
  if (text_width(text, font_size) <= most) return std::string(text);
  for (std::size_t kept = text.size(); kept > 1; --kept) {
    const std::size_t head = character_start(text, (kept * 3 + 2) / 5);
    const std::size_t tail = character_start(text, text.size() - (kept - (kept * 3 + 2) / 5));
    const std::string shorter =
        std::string(text.substr(0, head)) + "…" + std::string(text.substr(tail));
    if (text_width(shorter, font_size) <= most) return shorter;
  }
  return "…";
}

std::string marker(double x, double y, int shape, double radius) {
  const auto polygon = [&](std::initializer_list<std::pair<double, double>> corners) {
    std::string points;
    for (const auto& [dx, dy] : corners)
      points +=
          concat(points.empty() ? "" : " ", pixels(x + dx * radius), ",", pixels(y + dy * radius));
    return concat("<polygon class=\"mark\" points=\"", points, "\"/>");
  };
  switch (shape) {
    case 1:
      return polygon({{-0.9, -0.9}, {0.9, -0.9}, {0.9, 0.9}, {-0.9, 0.9}});
    case 2:
      return polygon({{0, -1.25}, {1.15, 0.8}, {-1.15, 0.8}});
    case 3:
      return polygon({{0, -1.3}, {1.3, 0}, {0, 1.3}, {-1.3, 0}});
    case 4:
      return polygon({{0, 1.25}, {1.15, -0.8}, {-1.15, -0.8}});
    case 5:
      return polygon({{-0.35, -1.2},
                      {0.35, -1.2},
                      {0.35, -0.35},
                      {1.2, -0.35},
                      {1.2, 0.35},
                      {0.35, 0.35},
                      {0.35, 1.2},
                      {-0.35, 1.2},
                      {-0.35, 0.35},
                      {-1.2, 0.35},
                      {-1.2, -0.35},
                      {-0.35, -0.35}});
    default:
      return concat("<circle class=\"mark\" r=\"", pixels(radius), "\" cx=\"", pixels(x),
                    "\" cy=\"", pixels(y), "\"/>");
  }
}

std::string svg_text(double x, double y, std::string_view text, std::string_view anchor,
                     std::string_view css) {
  std::string out = concat("<text x=\"", pixels(x), "\" y=\"", pixels(y), "\"");
  if (anchor != "start") out += concat(" text-anchor=\"", anchor, "\"");
  if (!css.empty()) out += concat(" class=\"", css, "\"");
  return concat(out, ">", escaped(text), "</text>");
}

std::string svg_line(double x1, double y1, double x2, double y2, std::string_view css) {
  return concat("<line class=\"", css, "\" x1=\"", pixels(x1), "\" y1=\"", pixels(y1), "\" x2=\"",
                pixels(x2), "\" y2=\"", pixels(y2), "\"/>");
}

void draw_plane(std::ostream& out, const Plane& plane, const std::string& x_name,
                const std::string& y_name) {
  const double floor = plane.height - plane.bottom;
  const double end = plane.width - plane.right;
  for (const double tick : plane.y.ticks()) {
    const double y = plane.at_y(tick);
    out << svg_line(plane.left, y, end, y, "grid")
        << svg_text(plane.left - 6, y + 4, plane.y.label(tick), "end");
  }
  for (const double tick : plane.x.ticks()) {
    const double x = plane.at_x(tick);
    out << svg_line(x, plane.top, x, floor, "grid")
        << svg_text(x, floor + 18, plane.x.label(tick), "middle");
  }
  out << svg_line(plane.left, floor, end, floor, "axis")
      << svg_text((plane.left + end) / 2, plane.height - 8, x_name, "middle", "name");
  const double middle = (plane.top + floor) / 2;
  out << "<text class=\"name\" text-anchor=\"middle\" transform=\"translate(12 " << pixels(middle)
      << ") rotate(-90)\">" << escaped(y_name) << "</text>\n";
}

void LabelPlaces::keep_free(double x, double y, double radius) {
  points_.push_back({x - radius, y - radius, x + radius, y + radius});
}

bool LabelPlaces::is_free(const Box& box) const {
  if (box.x0 < plane_.left || box.x1 > plane_.width - 1 || box.y0 < 0 ||
      box.y1 > plane_.height - plane_.bottom)
    return false;
  const auto apart = [&](const Box& other) {
    return box.x1 <= other.x0 || other.x1 <= box.x0 || box.y1 <= other.y0 || other.y1 <= box.y0;
  };
  return std::all_of(points_.begin(), points_.end(), apart) &&
         std::all_of(boxes_.begin(), boxes_.end(), apart);
}

void LabelPlaces::draw(std::ostream& out, double x, double y, const std::string& text) {
  constexpr double font = 12;
  const std::string shown = elided(text, (plane_.width - plane_.left) * 0.55, font);
  const double width = text_width(shown, font);
  // Rows ever further away; on each to the right, to the left, in the middle, at the borders.
  for (int row = 0; row < 80; ++row) {
    const double dy = (row % 2 == 0 ? -1 : 1) * ((row + 1) / 2) * (row < 3 ? 13.0 : 10.0);
    const double low = plane_.left + 2, high = plane_.width - width - 2;
    for (const double start : {x + 9, x - 9 - width, x - width / 2, low, high}) {
      const Box box{start, y + dy - 7, start + width, y + dy + 7};
      if (!is_free(box)) continue;
      const bool far = std::abs(dy) > 14 || box.x0 > x + 10 || box.x1 < x - 10;
      if (far)
        out << svg_line(x, y, std::clamp(x, box.x0, box.x1), dy < 0 ? box.y1 - 1 : box.y0 + 1,
                        "leader");
      out << svg_text(start, y + dy + 4, shown, "start", "label halo");
      boxes_.push_back(box);
      return;
    }
  }
}

}  // namespace grove::report
