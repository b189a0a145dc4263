#include "cli/tuning_options.hpp"

#include "cli/named_model.hpp"
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

std::optional<SearchOptions> tuning_of(const std::string& text, const Session& session) {
  if (text.empty()) return std::nullopt;
  SearchOptions options = parse_search(text);
  options.seed = session.split_seed();
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
  const auto [name, expression] = split_name(text);
  if (!tune) {
    Estimator model = untuned_model(expression, session);
    return {name.empty() ? model.expression() : name, std::move(model)};
  }
  SearchableModel one = session.searchable_model(expression);
  const std::string written = one.ranges ? expression : one.model.expression();
  return {name.empty() ? written : name, std::move(one.model), std::move(one.space)};
}

}  // namespace grove::cli
