#include "grove/compare/trade_off.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <locale>
#include <ostream>
#include <sstream>

#include "compare/format.hpp"
#include "compare/report/page.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove {

namespace {

void check(const TradeOff& trade_off) {
  for (const TradeOffPoint& point : trade_off.points) {
    const std::string where =
        concat("trade-off '", printable(trade_off.title), "': ", printable(point.method), ", ",
               printable(point.setting));
    if (!std::isfinite(point.quality))
      throw InvalidParameter(concat(where, ": quality must be finite, got ", point.quality));
    if (!(point.work > 0 && std::isfinite(point.work)))
      throw InvalidParameter(concat(where, ": work must be positive and finite, got ", point.work));
  }
}

std::string work_text(double work) {
  return work < 1000 ? fixed_text(work, 1) : amount_text(static_cast<std::uint64_t>(work));
}

std::vector<std::string> cells_of(const TradeOffPoint& point) {
  return {fixed_text(point.quality, 4), std::to_string(point.n_different), work_text(point.work),
          seconds_text(point.seconds)};
}

std::vector<std::string> methods_of(const TradeOff& trade_off) {
  std::vector<std::string> methods;
  for (const TradeOffPoint& point : trade_off.points)
    if (std::find(methods.begin(), methods.end(), point.method) == methods.end())
      methods.push_back(point.method);
  return methods;
}

/// The plot in percent of the width (logarithm of work) and pixels of the height (quality).
struct Plot {
  static constexpr int height = 260, top = 14, bottom = 226;
  double left = 0, right = 1;  // decades of work
  double low = 0, step = 0.1;
  int n_steps = 1;

  explicit Plot(const TradeOff& trade_off) {
    const auto& points = trade_off.points;
    const auto [cheap, dear] = std::minmax_element(
        points.begin(), points.end(), [](const auto& a, const auto& b) { return a.work < b.work; });
    left = std::floor(std::log10(cheap->work));
    right = std::max(left + 1, std::ceil(std::log10(dear->work)));
    const auto [worst, best] =
        std::minmax_element(points.begin(), points.end(),
                            [](const auto& a, const auto& b) { return a.quality < b.quality; });
    const double range = std::max(best->quality - worst->quality, 1e-4);
    const double power = std::pow(10, std::floor(std::log10(range / 4)));
    const double share = range / 4 / power;
    step = power * (share < 1.5 ? 1 : share < 3.5 ? 2 : share < 7.5 ? 5 : 10);
    low = std::floor(worst->quality / step) * step;
    n_steps = std::max(1, static_cast<int>(std::ceil((best->quality - low) / step - 1e-9)));
  }
  std::string x(double decade) const { return percent(8 + 89 * (decade - left) / (right - left)); }
  std::string x_of(const TradeOffPoint& point) const { return x(std::log10(point.work)); }
  double y(double quality) const {
    return bottom - (bottom - top) * (quality - low) / (step * n_steps);
  }
  int digits() const {
    return std::clamp(static_cast<int>(-std::floor(std::log10(step) + 1e-9)), 0, 6);
  }
};

/// A power of ten in short: 100, 10 k.
std::string tick_text(double decade) {
  if (decade < 0) return fixed_text(std::pow(10, decade), static_cast<int>(-decade));
  const int thousands = std::min(static_cast<int>(decade) / 3, 3);
  const char* const units[] = {"", " k", " M", " G"};
  return fixed_text(std::pow(10, decade - 3 * thousands), 0) + units[thousands];
}

void draw_grid(std::ostream& out, const Plot& plot) {
  for (int i = 0; i <= plot.n_steps; ++i) {
    const double quality = plot.low + i * plot.step;
    const std::string y = fixed_text(plot.y(quality), 1);
    out << "<line class=\"grid\" x1=\"8%\" x2=\"97%\" y1=\"" << y << "\" y2=\"" << y
        << "\"/><text x=\"7%\" y=\"" << fixed_text(plot.y(quality) + 4, 1)
        << "\" text-anchor=\"end\">" << fixed_text(quality, plot.digits()) << "</text>";
  }
  for (double decade = plot.left; decade <= plot.right; ++decade)
    out << "<line class=\"grid\" x1=\"" << plot.x(decade) << "\" x2=\"" << plot.x(decade)
        << "\" y1=\"" << Plot::top << "\" y2=\"" << Plot::bottom << "\"/><text x=\""
        << plot.x(decade) << "\" y=\"" << Plot::bottom + 18 << "\" text-anchor=\"middle\">"
        << tick_text(decade) << "</text>";
}

void draw_method(std::ostream& out, const TradeOff& trade_off, const Plot& plot,
                 const std::string& method, std::size_t colour) {
  const TradeOffPoint* before = nullptr;
  for (const TradeOffPoint& point : trade_off.points) {
    if (point.method != method) continue;
    const std::string y = fixed_text(plot.y(point.quality), 1);
    if (before != nullptr)
      out << "<line class=\"c" << colour << "\" stroke-width=\"2\" x1=\"" << plot.x_of(*before)
          << "\" y1=\"" << fixed_text(plot.y(before->quality), 1) << "\" x2=\"" << plot.x_of(point)
          << "\" y2=\"" << y << "\"/>";
    out << "<circle r=\"5\" style=\"fill:var(--c" << colour << ")\" cx=\"" << plot.x_of(point)
        << "\" cy=\"" << y << "\"><title>" << escaped(point.method) << ", "
        << escaped(point.setting) << ": " << fixed_text(point.quality, 4) << ", "
        << work_text(point.work) << " " << escaped(trade_off.work) << "</title></circle>";
    before = &point;
  }
}

void draw(std::ostream& out, const TradeOff& trade_off) {
  const Plot plot(trade_off);
  const std::vector<std::string> methods = methods_of(trade_off);
  out << "<p class=\"soft\">" << escaped(trade_off.quality) << " against "
      << escaped(trade_off.work) << ": the further left, the cheaper</p>\n<p class=\"soft\">";
  for (std::size_t i = 0; i < methods.size(); ++i)
    out << "<span style=\"white-space:nowrap;margin-right:.8em\"><span class=\"key\" "
           "style=\"background:var(--c"
        << i % 10 << ")\"></span>" << escaped(methods[i]) << "</span> ";
  out << "</p>\n<svg role=\"img\" height=\"" << Plot::height << "\"><title>"
      << escaped(concat(trade_off.title, ": ", trade_off.quality, " against ", trade_off.work,
                        "; the numbers are in the table below"))
      << "</title>";
  draw_grid(out, plot);
  for (std::size_t i = 0; i < methods.size(); ++i)
    draw_method(out, trade_off, plot, methods[i], i % 10);
  out << "<text x=\"52%\" y=\"" << Plot::height - 2 << "\" text-anchor=\"middle\">"
      << escaped(trade_off.work) << "</text></svg>\n";
}

void write_table(std::ostream& out, const TradeOff& trade_off) {
  out << "<div class=\"scroll pinned\" role=\"region\" tabindex=\"0\" aria-label=\"Numbers on "
      << escaped(trade_off.title)
      << "\"><table><thead><tr><th scope=\"col\">method</th><th scope=\"col\">"
      << escaped(trade_off.quality) << "</th><th scope=\"col\">other answers</th><th scope=\"col\">"
      << escaped(trade_off.work) << "</th><th scope=\"col\">time</th></tr></thead><tbody>\n";
  for (const TradeOffPoint& point : trade_off.points) {
    out << "<tr><th scope=\"row\">" << escaped(point.method) << ", " << escaped(point.setting)
        << "</th>";
    for (const std::string& cell : cells_of(point)) out << "<td>" << cell << "</td>";
    out << "</tr>\n";
  }
  out << "</tbody></table></div>\n";
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const TradeOff& trade_off) {
  check(trade_off);
  std::size_t method = 6, setting = 7;
  for (const TradeOffPoint& point : trade_off.points) {
    method = std::max(method, point.method.size());
    setting = std::max(setting, point.setting.size());
  }
  const auto cell = [](const std::string& text, std::size_t width) {
    return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
  };
  const auto word = [](const std::string& text, std::size_t width) {
    return text + std::string(width - text.size() + 2, ' ');
  };
  std::string text = trade_off.title + "\n  " + word("method", method) + word("setting", setting) +
                     cell(trade_off.quality, 10) + cell("other answers", 15) +
                     cell(trade_off.work, trade_off.work.size() + 2) + cell("time", 11) + "\n";
  for (const TradeOffPoint& point : trade_off.points) {
    const std::vector<std::string> cells = cells_of(point);
    text += "  " + word(point.method, method) + word(point.setting, setting) +
            cell(cells[0], std::max<std::size_t>(10, trade_off.quality.size())) +
            cell(cells[1], 15) + cell(cells[2], trade_off.work.size() + 2) + cell(cells[3], 11) +
            "\n";
  }
  return out << text;
}

std::string to_html(const std::string& title, const std::vector<TradeOff>& trade_offs,
                    const Context& context) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  open_page(out, title);
  for (const TradeOff& trade_off : trade_offs) {
    if (trade_off.points.empty())
      throw InvalidParameter(
          concat("trade-off '", printable(trade_off.title), "' has no points to draw"));
    check(trade_off);
    out << "<section><h2>" << escaped(trade_off.title) << "</h2>\n";
    draw(out, trade_off);
    write_table(out, trade_off);
    out << "</section>\n";
  }
  out << "<section><h2>How this was made</h2>\n<dl>";
  write_environment(out, environment(context));
  out << "</dl></section>\n";
  close_page(out);
  return out.str();
}

}  // namespace grove
