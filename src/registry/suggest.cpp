#include "registry/suggest.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace grove {

namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::size_t common_prefix(std::string_view a, std::string_view b) {
  const std::size_t size = std::min(a.size(), b.size());
  std::size_t i = 0;
  while (i < size && a[i] == b[i]) ++i;
  return i;
}

}  // namespace

std::string suggestion(std::string_view name, const std::vector<std::string>& candidates) {
  const std::string wanted = lower(name);
  for (const std::string& candidate : candidates)
    if (lower(candidate) == wanted) return concat("; did you mean '", candidate, "'?");
  if (std::string near = did_you_mean(name, candidates); !near.empty()) return near;
  if (wanted.size() < 3) return "";
  std::vector<std::string> alike;
  std::size_t best = std::max<std::size_t>(4, wanted.size() / 2);
  for (const std::string& candidate : candidates) {
    const std::string low = lower(candidate);
    std::size_t match = common_prefix(low, wanted);
    if (low.find(wanted) != std::string::npos) match = wanted.size();
    if (match > best) alike.clear();
    if (match < best) continue;
    best = match;
    alike.push_back(concat("'", candidate, "'"));
  }
  if (alike.empty() || alike.size() > 4) return "";
  std::string text = alike.front();
  for (std::size_t i = 1; i < alike.size(); ++i)
    text += (i + 1 == alike.size() ? " or " : ", ") + alike[i];
  return concat("; did you mean ", text, "?");
}

}  // namespace grove
