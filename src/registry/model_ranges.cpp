#include <algorithm>
#include <charconv>
#include <optional>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/estimator/external_model.hpp"
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

/// The expression in pieces, each with its alternatives. The odd ones are the values of parameters.
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

  std::string_view text() const { return text_; }
  std::size_t size() const { return pieces_.size(); }
  const std::vector<std::string>& values(std::size_t piece) const { return pieces_[piece]; }
  /// The name before the = of a value.
  std::string_view name_of(std::size_t piece) const {
    std::string_view text = pieces_[piece - 1].front();
    text = trimmed(text.substr(0, text.size() - 1));
    return text.substr(text.find_last_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                             "0123456789_") +
                       1);
  }
  bool single() const {
    return std::all_of(pieces_.begin(), pieces_.end(),
                       [](const auto& values) { return values.size() == 1; });
  }
  std::string first() const { return with(0, pieces_.front().front()); }
  /// The first of each alternative, but `value` for the piece `changed`.
  std::string with(std::size_t changed, const std::string& value) const {
    std::string text;
    for (std::size_t i = 0; i < pieces_.size(); ++i)
      text += i == changed ? value : pieces_[i].front();
    return text;
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

/// The first parameter that is another in `changed`, with its value there; "" if there is none.
std::pair<std::string, Value> difference(const Estimator& model, const Estimator& changed) {
  const ParamValues before = model.param_values();
  const ParamValues after = changed.param_values();
  for (std::size_t i = 0; i < before.size() && i < after.size(); ++i)
    if (before[i].second != after[i].second) return after[i];
  return {};
}

/// Consecutive whole numbers are a range, so that a search knows their order.
SearchRange range_of(std::vector<Value> values) {
  const auto* first = values.front().get_if<std::int64_t>();
  if (first == nullptr || values.size() < 3) return choices(std::move(values));
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i] != Value(*first + static_cast<std::int64_t>(i)))
      return choices(std::move(values));
  return integers(*first, *first + static_cast<std::int64_t>(values.size()) - 1);
}

/// The parameter that a piece with several values sets, with those; no name if all are the same.
SearchDimension dimension_of(const Pieces& pieces, std::size_t piece, const Estimator& model) {
  std::string name;
  std::vector<Value> values{Value()};
  for (std::size_t i = 1; i < pieces.values(piece).size(); ++i) {
    const Estimator other = parse_model(pieces.with(piece, pieces.values(piece)[i]));
    auto [changed, value] = difference(model, other);
    if (changed.empty() || std::find(values.begin() + 1, values.end(), value) != values.end())
      fail(pieces.text(), concat("the value ", pieces.values(piece)[i], " is given twice"),
           "leave one out");
    name = changed;
    values.push_back(std::move(value));
  }
  for (const auto& [other, value] : model.param_values())
    if (other == name) values.front() = value;
  return {name, range_of(std::move(values))};
}

/// Which parameter the value of a piece belongs to: the one of `space` that changes with it.
std::string written(const Pieces& pieces, std::size_t piece, const Estimator& model,
                    const SearchSpace& space) {
  for (const auto& [name, range] : space) {
    const std::size_t last = name.rfind("__");
    if (name.substr(last == std::string::npos ? 0 : last + 2) != pieces.name_of(piece)) continue;
    const auto end = [&](double value) {
      return range.integer ? Value(static_cast<std::int64_t>(value)) : Value(value);
    };
    const std::vector<Value> values =
        range.choices.empty() ? std::vector<Value>{end(range.low), end(range.high)} : range.choices;
    for (const Value& value : values) {
      try {
        if (difference(model, parse_model(pieces.with(piece, to_text(value)))).first == name)
          return name;
      } catch (const InvalidParameter&) {
        // The value belongs to a parameter of the same name in another step.
      }
    }
  }
  return "";
}

/// A command may hold = and | of its own: what ends with one has no ranges.
bool is_external(std::string_view expression) {
  try {
    return external_part(parse_model(expression)) != nullptr;
  } catch (const InvalidParameter&) {
    return false;
  }
}

}  // namespace

SearchableModel parse_searchable_model(std::string_view expression) {
  if (is_external(expression)) return {parse_model(expression), {}};
  const Pieces pieces(expression);
  // As it was written, for the places in error messages; 7..7 is 7.
  const bool plain = pieces.single() && expression.find("..") == std::string_view::npos;
  SearchableModel result{parse_model(plain ? std::string(expression) : pieces.first()), {}};
  result.ranges = !pieces.single();
  if (!result.ranges) result.space = result.model.search_space();
  const SearchSpace all = result.space;
  for (std::size_t i = 1; i < pieces.size(); i += 2) {
    if (pieces.values(i).size() > 1) {
      result.space.push_back(dimension_of(pieces, i, result.model));
    } else if (!result.ranges) {
      const std::string name = written(pieces, i, result.model, all);
      std::erase_if(result.space, [&](const SearchDimension& one) { return one.name == name; });
    }
  }
  return result;
}

std::vector<Estimator> parse_models(std::string_view expression) {
  std::vector<Estimator> models;
  for (const std::string& one : Pieces(expression).combined()) models.push_back(parse_model(one));
  return models;
}

}  // namespace grove
