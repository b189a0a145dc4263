#include "compare/report/page.hpp"

#include <ostream>

#include "compare/report/page_style.hpp"
#include "core/text.hpp"
#include "grove/core/environment.hpp"

namespace grove {

std::string percent(double value) { return fixed_text(value, 2) + "%"; }

std::string count_text(std::size_t n, const std::string& one, const std::string& many) {
  return concat(n, " ", n == 1 ? one : many);
}

void open_page(std::ostream& out, const std::string& title) {
  out << "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta "
         "name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>"
      << escaped(title) << "</title>\n<style>" << page_style
      << "</style></head>\n<body><main>\n<h1>" << escaped(title) << "</h1>\n";
}

void close_page(std::ostream& out) { out << "</main></body></html>\n"; }

void write_environment(std::ostream& out, const Context& context) {
  const Environment here = environment(context);
  out << "<dt>grove</dt><dd>" << escaped(here.version) << ", commit " << escaped(here.commit)
      << "</dd><dt>compiler</dt><dd>" << escaped(here.compiler) << "</dd><dt>flags</dt><dd><code>"
      << escaped(here.flags) << "</code></dd><dt>processor</dt><dd>" << escaped(here.cpu)
      << "</dd><dt>threads</dt><dd>" << here.threads << "</dd>";
}

}  // namespace grove
