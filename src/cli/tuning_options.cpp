#include "cli/tuning_options.hpp"

#include "cli/named_model.hpp"
#include "cli/tuned_file.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove::cli {

namespace {

bool has_ranges(const std::string& expression) {
  try {
    return parse_searchable_model(expression).ranges;
  } catch (const InvalidParameter&) {
    return false;
  }
}

}  // namespace

std::optional<SearchOptions> tuning_of(const std::string& text, std::uint64_t seed) {
  if (text.empty()) return std::nullopt;
  SearchOptions options = parse_search(text);
  options.seed = seed;
  return options;
}

Estimator untuned_model(const std::string& expression, const Session& session) {
  try {
    return session.model(expression);
  } catch (const InvalidParameter&) {
    if (!has_ranges(expression)) throw;
  }
  throw InvalidParameter(
      concat("model '", printable(expression, 120), "' has a parameter with several values"),
      "give it one, or tune over them: grove tune, or grove compare --tune random:20");
}

Contender contender_of(const std::string& text, bool tune, const Session& session) {
  auto [name, expression] = split_name(text);
  std::optional<TunedOn> tuned_on;
  if (is_tuned_file(expression)) {
    const TunedFile file = read_tuned(expression);
    expression = file.model;
    tuned_on = TunedOn{.fingerprint = file.fingerprint};
  }
  if (!tune) {
    Estimator model = untuned_model(expression, session);
    if (name.empty()) name = model.expression();
    return {std::move(name), std::move(model), std::nullopt, std::move(tuned_on)};
  }
  SearchableModel one = session.searchable_model(expression);
  if (name.empty()) name = expression;  // a value that is written is not searched, default or not
  return {std::move(name), std::move(one.model), std::move(one.space), std::move(tuned_on)};
}

}  // namespace grove::cli
