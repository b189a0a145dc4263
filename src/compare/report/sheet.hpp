#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "grove/compare/critical_difference.hpp"

namespace grove::report {

/// A page that is being written: ids that do not repeat, drawings with their texts, tables that
/// sort.
class Sheet {
 public:
  Sheet();
  std::ostringstream out;

  /// Of this page alone.
  std::string new_id(const std::string& prefix);
  /// A drawing that says `title` and `description` to those who do not see it. Close with "</svg>".
  void open_svg(double width, double height, const std::string& title,
                const std::string& description, const std::string& css = "");
  /// A sortable table in a region that scrolls; the first column holds row headers.
  void open_table(const std::string& label, const std::vector<std::string>& head);
  void close_table();
  /// A cell that shows `text` and sorts by `value`.
  void cell(double value, const std::string& text);
  /// A figure with the diagram for wide and for narrow screens.
  void draw(const CriticalDifference& diagram);

 private:
  int n_ids_ = 0;
};

}  // namespace grove::report
