#include <cctype>
#include <optional>

#include "core/text.hpp"
#include "estimator/external_command.hpp"
#include "grove/core/error.hpp"
#include "grove/estimator/column_transformer.hpp"
#include "grove/estimator/external_model.hpp"
#include "grove/estimator/pipeline.hpp"
#include "grove/registry/registry.hpp"

namespace grove {

namespace {

using registry::Entry;

constexpr std::string_view grammar =
    "write Name(parameter=value, ...), and a pipeline with | between its steps: "
    "StandardScaler() | KNeighborsClassifier(n_neighbors=7)";

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Estimator model() {
    std::vector<Transformer> steps;
    std::optional<Estimator> last;
    std::string last_name;
    while (true) {
      skip_space();
      const std::size_t begin = at_;
      const std::string name = step_name();
      if (last)
        fail(begin, concat(last_name, " is a model and must come last, but ", name, " follows it"),
             "transformers come first, the model last, as in "
             "StandardScaler() | KNeighborsClassifier()");
      if (is_transformer(name, begin)) {
        steps.push_back(transformer(name, begin));
      } else if (name == ExternalModel::type_name) {
        last = external(begin);
      } else {
        last = estimator(registry::at(name), begin);
      }
      last_name = name;
      skip_space();
      if (at_ == text_.size()) break;
      if (text_[at_] != '|')
        fail(at_, concat("expected | or the end after ", name, ", got ", here()), grammar);
      ++at_;
    }
    if (!last)
      fail(text_.size(), concat("a model must follow the transformer ", last_name),
           concat("end it with an estimator, as in ", last_name, "() | KNeighborsClassifier()"));
    if (steps.empty()) return std::move(*last);
    return Pipeline(std::move(steps), std::move(*last));
  }

 private:
  [[noreturn]] void fail(std::size_t at, const std::string& what, std::string_view hint) const {
    throw InvalidParameter(
        concat("model '", printable(text_, 120), "', position ", at + 1, ": ", what),
        std::string(hint));
  }
  /// Runs f; what it throws gets the place.
  template <class F>
  auto placed(std::size_t at, F f) const {
    try {
      return f();
    } catch (const InvalidParameter& error) {
      fail(at, error.what(), error.hint());
    }
  }

  std::string here() const {
    return at_ == text_.size() ? std::string("the end")
                               : concat("'", printable(text_.substr(at_, 1)), "'");
  }
  void skip_space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }
  bool accept(char wanted) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  std::string identifier() {
    const std::size_t begin = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_'))
      ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }
  std::string step_name() {
    skip_space();
    std::string name = identifier();
    if (name.empty()) fail(at_, concat("expected a model's name, got ", here()), grammar);
    return name;
  }

  bool is_transformer(const std::string& name, std::size_t begin) const {
    if (name == ColumnTransformer::type_name) return true;
    if (name == ExternalModel::type_name) return false;
    if (name == "Pipeline") fail(begin, "a pipeline is written with | between its steps", grammar);
    return placed(begin, [&] { return registry::at(name).is_transformer(); });
  }

  Estimator estimator(const Entry& entry, std::size_t begin) {
    const ParamValues values = arguments(entry);
    return placed(begin, [&] { return entry.make_estimator(values); });
  }
  Transformer transformer(const std::string& name, std::size_t begin) {
    if (name == ColumnTransformer::type_name) return column_transformer();
    const Entry& entry = registry::at(name);
    const ParamValues values = arguments(entry);
    return placed(begin, [&] { return entry.make_transformer(values); });
  }

  ParamValues arguments(const Entry& entry) {
    ParamValues values;
    if (accept('(')) read_arguments(entry, values);
    return values;
  }
  /// What stands between the parentheses, and the one that closes.
  void read_arguments(const Entry& entry, ParamValues& values) {
    while (!accept(')')) {
      const std::size_t begin = at_;
      const std::string name = identifier();
      if (name.empty() || !accept('='))
        fail(begin,
             concat("expected parameter=value, got ", begin == at_ ? here() : "'" + name + "'"),
             example_of(entry));
      for (const auto& [other, value] : values)
        if (other == name) fail(begin, concat("parameter '", name, "' is given twice"), grammar);
      skip_space();
      const std::size_t value_at = at_;
      const std::string_view text = value_text();
      values.emplace_back(name, placed(value_at, [&] { return parse_value(text); }));
      placed(begin, [&] {
        check_alone(entry, values.back());
        return 0;
      });
      if (accept(')')) break;
      if (!accept(',')) fail(at_, concat("expected , or ), got ", here()), grammar);
    }
  }

  /// external(COMMAND, timeout=60)
  Estimator external(std::size_t begin) {
    if (!accept('('))
      fail(at_, concat("expected ( and a command, got ", here()),
           "write external(COMMAND), as in external(python3 peer.py)");
    const CommandText command = read_command(text_, at_);
    if (!command.error.empty()) fail(command.end, command.error, command.hint);
    at_ = command.end;
    const auto make = [&](const ParamValues& values) {
      ExternalParams params{.command = command.command};
      for (const auto& [name, value] : values)
        ExternalParams::schema().set(params, ExternalModel::type_name, name, value);
      return ExternalModel(std::move(params));
    };
    Entry entry;
    entry.name = ExternalModel::type_name;
    entry.parameters = &ExternalParams::schema();
    entry.defaults = make({}).param_values();
    entry.make_estimator = make;
    ParamValues values = {entry.defaults.front()};
    if (!accept(')') && accept(',')) read_arguments(entry, values);
    return placed(begin, [&] { return make(values); });
  }

  /// One parameter by itself, so that its error has its own place.
  static void check_alone(const Entry& entry, const std::pair<std::string, Value>& value) {
    if (entry.is_transformer()) {
      entry.make_transformer({value});
    } else {
      entry.make_estimator({value});
    }
  }

  static std::string example_of(const Entry& entry) {
    if (entry.parameters->params().empty()) return concat(entry.name, " has no parameters");
    const std::string& name = entry.parameters->params().front().name;
    return concat("parameters are given by name, as in ", entry.name, "(", name, "=",
                  to_text(entry.defaults.front().second), "); it has ", join(names_of(entry), 40));
  }
  static std::vector<std::string> names_of(const Entry& entry) {
    std::vector<std::string> names;
    for (const ParamInfo& info : entry.parameters->params()) names.push_back(info.name);
    return names;
  }

  /// Up to the next , or ) outside quotes and brackets.
  std::string_view value_text() {
    const std::size_t begin = at_;
    int depth = 0;
    char quote = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (quote != 0) {
        if (c == quote) quote = 0;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '[') {
        ++depth;
      } else if (c == ']') {
        --depth;
      } else if ((c == ',' && depth <= 0) || c == ')') {
        break;
      }
    }
    if (quote != 0) fail(begin, concat("the quote ", quote, " is not closed"), grammar);
    if (at_ == text_.size()) fail(at_, "a parenthesis is not closed", grammar);
    return text_.substr(begin, at_ - begin);
  }

  /// ColumnTransformer(StandardScaler() on [a, b], OneHotEncoder() on [c], remainder=drop)
  Transformer column_transformer() {
    constexpr std::string_view form =
        "write ColumnTransformer(StandardScaler() on [age, income], OneHotEncoder() on [city]), "
        "then perhaps remainder=drop";
    std::vector<ColumnPart> parts;
    Remainder remainder = Remainder::passthrough;
    if (++depth_ > 16) fail(at_, "ColumnTransformer is nested too deeply", form);
    if (!accept('(')) fail(at_, concat("expected (, got ", here()), form);
    while (!accept(')')) {
      const std::size_t begin = at_;
      const std::string name = step_name();
      if (name == "remainder" && accept('=')) {
        skip_space();
        const std::string word = identifier();
        if (word != "drop" && word != "passthrough")
          fail(begin, concat("remainder must be passthrough or drop, got '", word, "'"), form);
        remainder = word == "drop" ? Remainder::drop : Remainder::passthrough;
      } else {
        parts.push_back(column_part(name, begin, form));
      }
      if (accept(')')) break;
      if (!accept(',')) fail(at_, concat("expected , or ), got ", here()), form);
    }
    if (parts.empty()) fail(at_, "ColumnTransformer has no parts", form);
    --depth_;
    return ColumnTransformer(std::move(parts), remainder);
  }
  ColumnPart column_part(const std::string& name, std::size_t begin, std::string_view form) {
    if (!is_transformer(name, begin))
      fail(begin, concat(name, " is no transformer, and a part of ColumnTransformer must be one"),
           form);
    Transformer part = transformer(name, begin);
    skip_space();
    const std::size_t word = at_;
    if (identifier() != "on")
      fail(word, concat("expected 'on' and a list of columns after ", name), form);
    skip_space();
    const std::size_t list = at_;
    const Value columns = placed(list, [&] { return parse_value(value_text()); });
    auto names = ParamType<std::vector<std::string>>::from(columns);
    if (!names || names->empty())
      fail(list, "expected a list of column names, as in [age, income]", form);
    return {std::move(part), std::move(*names)};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Estimator parse_model(std::string_view expression) { return Parser(expression).model(); }

}  // namespace grove
