#include "compare/report/page.hpp"

#include <cctype>
#include <ostream>

#include "compare/report/page_script.hpp"
#include "compare/report/page_style.hpp"
#include "compare/report/report_style.hpp"
#include "core/text.hpp"

namespace grove {

std::string percent(double value) { return fixed_text(value, 2) + "%"; }

std::string count_text(std::size_t n, const std::string& one, const std::string& many) {
  return concat(n, " ", n == 1 ? one : many);
}

std::string data_address(std::string_view media_type, std::string_view bytes) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view plain = "=:;,./()-_+*!";
  std::string out = concat("data:", media_type, ",");
  out.reserve(out.size() + bytes.size() + bytes.size() / 4);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = byte < 0x80 && std::isalnum(byte) != 0;
    if (letter || plain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += {'%', digits[byte / 16], digits[byte % 16]};
    }
  }
  return out;
}

void open_page(std::ostream& out, const std::string& title) {
  out << "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta "
         "name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>"
      << escaped(title) << "</title>\n<style>" << page_style << diagram_style << report_style
      << "</style></head>\n<body><main>\n<h1>" << escaped(title) << "</h1>\n";
}

void write_script(std::ostream& out) { out << "<script>" << page_script << "</script>\n"; }

void close_page(std::ostream& out) { out << "</main></body></html>\n"; }

void write_environment(std::ostream& out, const Environment& here) {
  out << "<dt>grove</dt><dd>" << escaped(here.version) << ", commit " << escaped(here.commit)
      << "</dd><dt>compiler</dt><dd>" << escaped(here.compiler) << "</dd><dt>flags</dt><dd><code>"
      << escaped(here.flags) << "</code></dd><dt>processor</dt><dd>" << escaped(here.cpu)
      << "</dd><dt>threads</dt><dd>" << here.threads << "</dd>";
}

}  // namespace grove
