#include "grove/registry/registry.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "params/range_text.hpp"
#include "registry/suggest.hpp"

namespace grove {

namespace registry {

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::classifier:
      return "classifier";
    case Kind::regressor:
      return "regressor";
    case Kind::clusterer:
      return "clusterer";
    case Kind::outlier_detector:
      return "outlier detector";
    case Kind::transformer:
      return "transformer";
  }
  return "";
}

namespace {

std::vector<std::string> names_where(bool transformer) {
  std::vector<std::string> result;
  for (const Entry& entry : entries())
    if (entry.is_transformer() == transformer) result.push_back(entry.name);
  return result;
}

}  // namespace

std::vector<std::string> names() { return names_where(false); }
std::vector<std::string> transformer_names() { return names_where(true); }

std::vector<Estimator> estimators() {
  std::vector<Estimator> result;
  for (const Entry& entry : entries())
    if (!entry.is_transformer()) result.push_back(entry.make_estimator({}));
  return result;
}

std::vector<Transformer> transformers() {
  std::vector<Transformer> result;
  for (const Entry& entry : entries())
    if (entry.is_transformer()) result.push_back(entry.make_transformer({}));
  return result;
}

const Entry* find(std::string_view name) {
  for (const Entry& entry : entries())
    if (entry.name == name) return &entry;
  return nullptr;
}

const Entry& at(std::string_view name) {
  if (const Entry* entry = find(name)) return *entry;
  std::vector<std::string> all = names();
  const std::vector<std::string> steps = transformer_names();
  all.insert(all.end(), steps.begin(), steps.end());
  throw InvalidParameter(
      concat("there is no model called '", printable(name), "'", suggestion(name, all)),
      concat("models: ", join(names(), 99), "; transformers: ", join(steps, 99)));
}

std::string help(const Entry& entry) {
  std::string text = concat(entry.name, " (", to_string(entry.kind), ")\n  ", entry.doc, "\n");
  if (entry.parameters->params().empty()) return text + "\nIt has no parameters.\n";
  text += "\nParameters:\n";
  for (std::size_t i = 0; i < entry.parameters->params().size(); ++i) {
    const ParamInfo& info = entry.parameters->params()[i];
    text += concat("  ", info.name, " = ", to_text(entry.defaults[i].second), "\n      ", info.doc,
                   "\n      ", info.type, ", ", info.constraint.text,
                   info.nullable ? ", or none\n" : "\n");
    if (info.search) text += concat("      searched by default: ", range_text(*info.search), "\n");
  }
  return text;
}

}  // namespace registry

Estimator make_estimator(std::string_view name, const ParamValues& params) {
  const registry::Entry& entry = registry::at(name);
  if (entry.is_transformer())
    throw InvalidParameter(concat(name, " is a transformer, not an estimator"),
                           concat("use make_transformer, or put a model after it: ", name,
                                  "() | KNeighborsClassifier()"));
  return entry.make_estimator(params);
}

Transformer make_transformer(std::string_view name, const ParamValues& params) {
  const registry::Entry& entry = registry::at(name);
  if (!entry.is_transformer())
    throw InvalidParameter(
        concat(name, " is a ", registry::to_string(entry.kind), ", not a transformer"),
        concat("transformers are ", join(registry::transformer_names(), 99)));
  return entry.make_transformer(params);
}

}  // namespace grove
