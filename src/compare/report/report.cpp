#include "compare/report/report.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "compare/report/csv.hpp"
#include "compare/report/svg.hpp"
#include "core/text.hpp"

namespace grove::report {

namespace {

constexpr int n_colours = 8;  // k0 ... k7 in the style sheet
constexpr std::size_t longest_name = 34;

/// Where the last step of a pipeline begins: behind the last bar outside brackets and quotes.
std::size_t last_step(const std::string& text) {
  int depth = 0;
  char quote = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
      continue;
    }
    if (c == '\'' || c == '"') quote = c;
    if (c == '(' || c == '[') ++depth;
    if (c == ')' || c == ']') --depth;
    if (c == '|' && depth == 0) start = i + 1;
  }
  while (start < text.size() && text[start] == ' ') ++start;
  return start;
}

/// The forms of a name, the shortest first.
std::vector<std::string> forms_of(const std::string& name) {
  std::string whole;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name.compare(i, 2, "()") == 0)
      ++i;
    else
      whole += name[i];
  }
  const std::string step = whole.substr(last_step(whole));
  const std::size_t bracket = step.find('(');
  // Only an expression is cut: a name that its user chose stays.
  const bool expression =
      bracket != std::string::npos && bracket > 0 && step.back() == ')' && step.find(' ') > bracket;
  std::vector<std::string> forms;
  if (expression) forms.push_back(step.substr(0, bracket));
  if (expression || whole != name) forms.push_back(step);
  forms.push_back(whole);
  forms.push_back(name);
  return forms;
}

}  // namespace

std::vector<std::string> short_names(const std::vector<std::string>& names) {
  std::vector<std::string> found(names.size());
  std::map<std::string, int> taken;
  for (const std::string& name : names)
    for (const std::string& form : std::vector<std::string>(forms_of(name))) ++taken[form];
  std::map<std::string, int> used;
  for (std::size_t i = 0; i < names.size(); ++i) {
    found[i] = names[i];
    std::map<std::string, int> own;
    const std::vector<std::string> forms = forms_of(names[i]);
    for (const std::string& form : forms) ++own[form];
    for (const std::string& form : forms)
      if (!form.empty() && taken[form] == own[form]) {
        found[i] = form;
        break;
      }
    found[i] = elided(found[i], static_cast<double>(longest_name), 1.7);
    const int n = ++used[found[i]];
    if (n > 1) found[i] += concat(" #", n);
  }
  return found;
}

Report::Report(const Comparison& comparison_) : comparison(comparison_) {
  curves_csv = "figure,dataset,contender,series,x,y,count\n";
  const std::vector<std::string> names = short_names(comparison.contenders);
  int next = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    Look look;
    look.name = names[i];
    look.baseline = is_baseline(comparison.datasets.front().standings[i]);
    if (look.baseline) {
      look.css = "kb";
      look.shape = 5;
    } else {
      look.css = concat("k", next % n_colours);
      look.shape = (next + next / n_colours) % 5;
      ++next;
    }
    looks.push_back(look);
  }
}

std::string Report::name_tag(std::size_t contender) const {
  const Look& look = looks[contender];
  return concat("<span class=\"who\"><svg class=\"swatch ", look.css,
                "\" viewBox=\"0 0 14 14\" aria-hidden=\"true\">", marker(7, 7, look.shape, 5),
                "</svg>", escaped(look.name), "</span>");
}

void Report::add_to_curves(const char* figure, const DatasetComparison& data, std::size_t contender,
                           const std::string& series, double x, double y, double count) {
  curves_csv += concat(figure, ",", csv_field(data.dataset), ",",
                       csv_field(data.standings[contender].contender), ",", csv_field(series), ",",
                       csv_number(x), ",", csv_number(y), ",", csv_number(count), "\n");
}

void Report::row_head(std::size_t contender) {
  out << "<th scope=\"row\">" << name_tag(contender) << "</th>";
}

}  // namespace grove::report
