#include "compare/report/report.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

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

std::string without_empty_brackets(const std::string& name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name.compare(i, 2, "()") == 0)
      ++i;
    else
      out += name[i];
  }
  return out;
}

/// "Model(a=1, b=[2, 3])" as the model and its parameters; a name that is no expression, because
/// its user chose it, has no model.
struct Step {
  std::string model;
  std::vector<std::string> params;
};
Step step_of(const std::string& text) {
  const std::size_t bracket = text.find('(');
  if (bracket == std::string::npos || bracket == 0 || text.back() != ')' ||
      text.find(' ') < bracket)
    return {};
  Step step{text.substr(0, bracket), {""}};
  int depth = 0;
  for (const char c : text.substr(bracket + 1, text.size() - bracket - 2)) {
    if (c == '(' || c == '[') ++depth;
    if (c == ')' || c == ']') --depth;
    if (c == ',' && depth == 0)
      step.params.emplace_back();
    else if (c != ' ' || !step.params.back().empty())
      step.params.back() += c;
  }
  return step;
}

/// By model and parameter.
using Counts = std::map<std::string, std::map<std::string, std::size_t>>;

/// The forms of a name, the shortest first. A parameter that all steps of the same model have says
/// nothing.
std::vector<std::string> forms_of(const std::string& name, const Counts& params_of,
                                  const std::map<std::string, std::size_t>& n_of) {
  const std::string whole = without_empty_brackets(name);
  const std::string last = whole.substr(last_step(whole));
  const Step step = step_of(last);
  std::vector<std::string> forms;
  if (!step.model.empty()) {
    forms.push_back(step.model);
    std::string own;
    for (const std::string& param : step.params)
      if (params_of.at(step.model).at(param) < n_of.at(step.model))
        own += (own.empty() ? "" : ", ") + param;
    if (!own.empty()) forms.push_back(step.model + "(" + own + ")");
  }
  if (!step.model.empty() || whole != name) forms.push_back(last);
  forms.push_back(whole);
  forms.push_back(name);
  return forms;
}

}  // namespace

std::vector<std::string> short_names(const std::vector<std::string>& names) {
  Counts params_of;
  std::map<std::string, std::size_t> n_of;
  for (const std::string& name : names) {
    const std::string whole = without_empty_brackets(name);
    const Step step = step_of(whole.substr(last_step(whole)));
    ++n_of[step.model];
    for (const std::string& param : std::set<std::string>(step.params.begin(), step.params.end()))
      ++params_of[step.model][param];
  }
  std::vector<std::string> found(names.size());
  std::map<std::string, int> taken;
  for (const std::string& name : names)
    for (const std::string& form : forms_of(name, params_of, n_of)) ++taken[form];
  std::map<std::string, int> used;
  for (std::size_t i = 0; i < names.size(); ++i) {
    found[i] = names[i];
    std::map<std::string, int> own;
    const std::vector<std::string> forms = forms_of(names[i], params_of, n_of);
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
