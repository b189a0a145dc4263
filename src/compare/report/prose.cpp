#include "compare/report/prose.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"

namespace grove::report {

std::string number_word(std::size_t n) {
  static constexpr std::array<const char*, 13> words = {"no",   "one",    "two",   "three", "four",
                                                        "five", "six",    "seven", "eight", "nine",
                                                        "ten",  "eleven", "twelve"};
  return n < words.size() ? words[n] : std::to_string(n);
}

std::string capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z')
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string counted(std::size_t n, const std::string& one, const std::string& many) {
  return number_word(n) + " " + (n == 1 ? one : many);
}

std::string listed(const std::vector<std::string>& items, std::size_t most,
                   const std::string& last) {
  std::vector<std::string> shown = items;
  if (items.size() > most + 1) {
    shown.resize(most);
    shown.push_back(number_word(items.size() - most) + " others");
  }
  std::string text;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (i > 0) text += i + 1 == shown.size() ? " " + last + " " : ", ";
    text += shown[i];
  }
  return text;
}

std::string p_text(double p) {
  return p < 0.0001 ? "p &lt; 0.0001" : "p = " + fixed_text(p, p < 0.001 ? 4 : 3);
}

}  // namespace grove::report
