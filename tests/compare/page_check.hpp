#pragma once

#include <catch2/catch.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

// What must hold of every page.

namespace grove::testing {

inline std::size_t count_of(const std::string& text, const std::string& piece) {
  std::size_t count = 0;
  for (std::size_t at = text.find(piece); at != std::string::npos; at = text.find(piece, at + 1))
    ++count;
  return count;
}

inline bool holds(const std::string& text, const std::string& piece) {
  return text.find(piece) != std::string::npos;
}

/// The page without the insides of style and script.
inline std::string markup(const std::string& page) {
  std::string out;
  std::size_t at = 0;
  while (at < page.size()) {
    std::size_t next = page.size();
    std::string end;
    for (const char* tag : {"style", "script"}) {
      const std::size_t found = page.find("<" + std::string(tag) + ">", at);
      if (found < next) {
        next = found;
        end = "</" + std::string(tag) + ">";
      }
    }
    out += page.substr(at, next - at);
    if (next == page.size()) break;
    at = page.find(end, next) + end.size();
  }
  return out;
}

/// Tags that are closed in another order than they were opened; "" if there are none.
inline std::string first_imbalance(const std::string& page) {
  static const std::set<std::string> empty_tags = {"meta", "br", "wbr", "img", "!DOCTYPE"};
  std::vector<std::string> open;
  const std::string text = markup(page);
  for (std::size_t at = text.find('<'); at != std::string::npos; at = text.find('<', at + 1)) {
    const std::size_t end = text.find('>', at);
    if (end == std::string::npos) return "'<' without '>'";
    const std::string inside = text.substr(at + 1, end - at - 1);
    const std::string name = inside.substr(0, inside.find_first_of(" /\n", 1));
    if (inside.empty()) return "<>";
    if (inside[0] == '/') {
      if (open.empty() || open.back() != inside.substr(1))
        return "</" + inside.substr(1) + "> closes <" + (open.empty() ? "" : open.back()) + ">";
      open.pop_back();
    } else if (inside.back() != '/' && empty_tags.count(name) == 0) {
      open.push_back(name);
    }
  }
  return open.empty() ? "" : "<" + open.back() + "> stays open";
}

/// What stands around the first `piece`; "" if there is none.
inline std::string around(const std::string& text, const std::string& piece) {
  const std::size_t at = text.find(piece);
  return at == std::string::npos ? "" : text.substr(at < 80 ? 0 : at - 80, 120);
}

inline void check_page(const std::string& page) {
  CHECK(first_imbalance(page) == "");
  const std::string text = markup(page);
  std::set<std::string> ids;
  const std::regex id(" id=\"([^\"]*)\"");
  for (std::sregex_iterator at(text.begin(), text.end(), id), end; at != end; ++at) {
    INFO((*at)[1]);
    CHECK(ids.insert((*at)[1]).second);
  }
  // Every drawing has a text of its own.
  const std::regex drawing("<svg role=\"img\"([^>]*)>");
  for (std::sregex_iterator at(text.begin(), text.end(), drawing), end; at != end; ++at) {
    const std::string attributes = (*at)[1];
    std::smatch found;
    REQUIRE(std::regex_search(attributes, found, std::regex("aria-labelledby=\"([^\"]+)\"")));
    std::istringstream names(found[1]);
    for (std::string name; names >> name;) {
      const std::size_t place = text.find(" id=\"" + name + "\">");
      REQUIRE(place != std::string::npos);
      CHECK(text[text.find('>', place) + 1] != '<');
    }
  }
  for (const char* outside : {"http:", "https:", "<link", "src=\"h", "url(", "@import", "//cdn"})
    CHECK(!holds(page, outside));
  for (const char* no_number :
       {"\"nan", "nan%", "inf%", " nan", ">nan", ">inf<", "NaN\"", "Mnan", "Lnan"})
    CHECK(around(text, no_number) == "");
}

/// The file that a download link of the page holds.
inline std::string csv_of(const std::string& page, const std::string& file) {
  const std::string start = "download=\"" + file + "\" href=\"data:text/csv;charset=utf-8,";
  const std::size_t at = page.find(start);
  if (at == std::string::npos) return "";
  const std::size_t begin = at + start.size();
  const std::string coded = page.substr(begin, page.find('"', begin) - begin);
  std::string out;
  for (std::size_t i = 0; i < coded.size(); ++i)
    if (coded[i] == '%') {
      out += static_cast<char>(std::stoi(coded.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      out += coded[i];
    }
  return out;
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace grove::testing
