#include "compare/report/sheet.hpp"

#include <cmath>
#include <locale>

#include "compare/report/critical_difference.hpp"
#include "compare/report/svg.hpp"
#include "core/text.hpp"

namespace grove::report {

Sheet::Sheet() { out.imbue(std::locale::classic()); }

std::string Sheet::new_id(const std::string& prefix) { return concat(prefix, "-", ++n_ids_); }

void Sheet::open_svg(double width, double height, const std::string& title,
                     const std::string& description, const std::string& css) {
  const std::string id = new_id("f");
  out << "<svg role=\"img\" aria-labelledby=\"" << id << "t " << id << "d\" viewBox=\"0 0 "
      << pixels(width) << " " << pixels(height) << "\"";
  if (!css.empty()) out << " class=\"" << css << "\"";
  out << "><title id=\"" << id << "t\">" << escaped(title) << "</title><desc id=\"" << id << "d\">"
      << escaped(description) << "</desc>\n";
}

void Sheet::open_table(const std::string& label, const std::vector<std::string>& head) {
  out << "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"" << escaped(label)
      << "\"><table class=\"sort\"><thead><tr>";
  for (const std::string& name : head) out << "<th scope=\"col\">" << escaped(name) << "</th>";
  out << "</tr></thead><tbody>\n";
}

void Sheet::close_table() { out << "</tbody></table></div>\n"; }

void Sheet::cell(double value, const std::string& text) {
  out << "<td data-v=\"";
  if (std::isfinite(value)) out << number_text(value);
  out << "\">" << escaped(text) << "</td>";
}

void Sheet::draw(const CriticalDifference& diagram) {
  out << "<figure class=\"diagram\">\n";
  const std::string title = concat("Critical-difference diagram over ", diagram.n_datasets,
                                   diagram.n_datasets == 1 ? " data set" : " data sets");
  for (const bool narrow : {false, true}) {
    const DiagramLayout layout = layout_diagram(diagram, narrow ? 340 : 860);
    open_svg(layout.width, layout.height, title, diagram_text(diagram),
             narrow ? "cd narrow" : "cd wide");
    draw_diagram(out, diagram, layout);
    out << "</svg>\n";
  }
  out << "<figcaption>Average ranks, 1 is best. ";
  if (too_few_datasets(diagram))
    out << "<strong>With so few data sets the critical difference is as long as the axis: no claim "
           "can be made.</strong>";
  else if (diagram.control >= 0)
    out << "The bar covers the ranks that are not told apart from "
        << escaped(diagram.contenders[static_cast<std::size_t>(diagram.control)]) << "'s.";
  else
    out << "A bar joins contenders that lie closer than the critical difference (CD) and are not "
           "told apart.";
  out << (diagram.control >= 0 ? " Bonferroni-Dunn test" : " Nemenyi's test") << ", level "
      << short_text(diagram.alpha) << "; after Demšar (2006).</figcaption></figure>\n";
}

}  // namespace grove::report
