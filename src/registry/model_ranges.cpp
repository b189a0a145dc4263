#include <charconv>
#include <optional>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/registry/registry.hpp"

namespace grove {

namespace {

constexpr std::size_t most_models = 1000;

[[noreturn]] void fail(std::string_view expression, const std::string& what,
                       const std::string& hint) {
  throw InvalidParameter(concat("model '", printable(expression, 120), "': ", what), hint);
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// Appends one alternative: a value, or the whole numbers of low..high.
void add_alternative(std::string_view expression, std::string_view text,
                     std::vector<std::string>& values) {
  text = trimmed(text);
  const bool quoted = !text.empty() && (text.front() == '"' || text.front() == '\'');
  const std::size_t dots = quoted ? std::string_view::npos : text.find("..");
  if (dots == std::string_view::npos) {
    values.emplace_back(text);
    return;
  }
  const auto low = whole_number(trimmed(text.substr(0, dots)));
  const auto high = whole_number(trimmed(text.substr(dots + 2)));
  if (!low || !high || *low > *high || *high - *low >= static_cast<std::int64_t>(most_models))
    fail(expression,
         concat("'", printable(text), "' is no range of at most ", most_models,
                " whole numbers, from low to high"),
         "write 2..10, or give the values one by one: 0.1|0.5|1");
  for (std::int64_t value = *low; value <= *high; ++value) values.push_back(concat(value));
}

/// The expression in pieces, each with its alternatives.
class Pieces {
 public:
  explicit Pieces(std::string_view expression) : text_(expression) {
    std::size_t literal = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '(') ++depth_;
      if (c == ')') --depth_;
      if (c != '=' || depth_ == 0) continue;
      const std::vector<std::string> values = alternatives();
      pieces_.push_back({std::string(text_.substr(literal, begin_ - literal))});
      pieces_.push_back(values);
      literal = at_;
    }
    pieces_.push_back({std::string(text_.substr(literal))});
  }

  /// All combinations, the last piece varying fastest.
  std::vector<std::string> combined() const {
    std::vector<std::string> done{""};
    for (const std::vector<std::string>& piece : pieces_) {
      if (done.size() * piece.size() > most_models)
        fail(text_, concat("its ranges stand for more than ", most_models, " models"),
             "narrow them");
      std::vector<std::string> longer;
      for (const std::string& start : done)
        for (const std::string& value : piece) longer.push_back(start + value);
      done = std::move(longer);
    }
    return done;
  }

 private:
  /// Reads the value at at_, up to the , or ) after it.
  std::vector<std::string> alternatives() {
    std::vector<std::string> values;
    begin_ = at_;
    std::size_t start = at_;
    int brackets = 0;
    char quote = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (quote != 0) {
        if (c == quote) quote = 0;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '[') {
        ++brackets;
      } else if (c == ']') {
        --brackets;
      } else if (c == ')' || (c == ',' && brackets <= 0)) {
        break;
      } else if (c == '|' && brackets <= 0) {
        add_alternative(text_, text_.substr(start, at_ - start), values);
        start = at_ + 1;
      }
    }
    add_alternative(text_, text_.substr(start, at_ - start), values);
    return values;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;
  int depth_ = 0;
  std::vector<std::vector<std::string>> pieces_;
};

}  // namespace

std::vector<Estimator> parse_models(std::string_view expression) {
  std::vector<Estimator> models;
  for (const std::string& one : Pieces(expression).combined()) models.push_back(parse_model(one));
  return models;
}

}  // namespace grove
