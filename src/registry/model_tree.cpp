#include "registry/model_tree.hpp"

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/estimator/column_transformer.hpp"
#include "grove/estimator/pipeline.hpp"
#include "grove/registry/registry.hpp"

namespace grove {

namespace {

Value plan_of(const Transformer& transformer);

template <class Model>
Value simple_plan(const Model& model) {
  const registry::Entry* entry = registry::find(model.name());
  if (entry == nullptr)
    throw Unsupported(concat(model.name(), " cannot be saved: it is not one of grove's own types"),
                      "keep what it learned in a file of your own");
  Value::Map params;
  for (const auto& [name, value] : model.param_values()) params[name] = value;
  return Value::Map{{"type", model.name()}, {"params", std::move(params)}};
}

Value plan_of(const Transformer& transformer) {
  const auto* columns = transformer.get_if<ColumnTransformer>();
  if (columns == nullptr) return simple_plan(transformer);
  Value::List parts;
  for (const ColumnPart& part : columns->parts())
    parts.push_back(
        Value::Map{{"transformer", plan_of(part.transformer)}, {"columns", Value(part.columns)}});
  return Value::Map{
      {"type", transformer.name()},
      {"parts", std::move(parts)},
      {"remainder", columns->remainder() == Remainder::drop ? "drop" : "passthrough"}};
}

Value plan_of(const Estimator& model) {
  const auto* pipeline = model.get_if<Pipeline>();
  if (pipeline == nullptr) return simple_plan(model);
  Value::List steps;
  for (const Transformer& step : pipeline->transformers()) steps.push_back(plan_of(step));
  return Value::Map{
      {"type", model.name()}, {"steps", std::move(steps)}, {"last", plan_of(pipeline->last())}};
}

const registry::Entry& entry_of(const StateReader& plan, bool transformer) {
  const std::string type = plan.text("type");
  const registry::Entry* entry = registry::find(type);
  if (entry == nullptr || entry->is_transformer() != transformer)
    plan.fail(concat("names an unknown ", transformer ? "transformer" : "model", " '",
                     printable(type), "'"));
  return *entry;
}

ParamValues params_of(const StateReader& plan) {
  const StateReader reader = plan.at("params");
  const auto* map = reader.value().get_if<Value::Map>();
  if (map == nullptr) reader.fail("must be a map of named values");
  return ParamValues(map->begin(), map->end());
}

Transformer transformer_from(const StateReader& plan, const StateReader& state) {
  if (plan.text("type") != ColumnTransformer::type_name)
    return entry_of(plan, true).load_transformer(params_of(plan), state);
  const std::vector<StateReader> plans = plan.list("parts");
  const std::vector<StateReader> states = state.list("parts");
  if (plans.size() != states.size() || plans.empty())
    state.fail(concat("must hold ", plans.size(), " parts, got ", states.size()));
  std::vector<ColumnPart> parts;
  for (std::size_t i = 0; i < plans.size(); ++i)
    parts.push_back(
        {transformer_from(plans[i].at("transformer"), states[i]), plans[i].texts("columns")});
  const std::string rest = plan.text("remainder");
  if (rest != "drop" && rest != "passthrough") plan.fail("has an unknown remainder");
  return ColumnTransformer::load_state(
      std::move(parts), rest == "drop" ? Remainder::drop : Remainder::passthrough, state);
}

void check_joint(const StateReader& state, const std::vector<Column>& output,
                 const TrainedOn* next) {
  if (next != nullptr && next->columns != output)
    state.fail("holds a step that was fitted on other columns than the step before it makes");
}

Estimator estimator_from(const StateReader& plan, const StateReader& state) {
  if (plan.text("type") != Pipeline::type_name)
    return entry_of(plan, false).load_estimator(params_of(plan), state);
  const std::vector<StateReader> plans = plan.list("steps");
  const std::vector<StateReader> states = state.list("steps");
  if (plans.size() != states.size())
    state.fail(concat("must hold ", plans.size(), " steps, got ", states.size()));
  std::vector<Transformer> steps;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    Transformer step = transformer_from(plans[i], states[i]);
    if (i > 0) check_joint(states[i], steps.back().output_columns(), &step.trained_on());
    steps.push_back(std::move(step));
  }
  Estimator last = estimator_from(plan.at("last"), state.at("last"));
  if (!steps.empty()) check_joint(state, steps.back().output_columns(), last.trained_on());
  return Pipeline::from_fitted(std::move(steps), std::move(last));
}

}  // namespace

Value tree_of(const Estimator& model) {
  Value state = model.save_state();
  return Value::Map{{"model", plan_of(model)}, {"state", std::move(state)}};
}

namespace {

/// from(plan, state) of a tree; whatever it throws becomes a ModelFormatError.
template <class From>
auto model_of(const Value& tree, const From& from) {
  try {
    const StateReader reader(tree, "file");
    return from(reader.at("model"), reader.at("state"));
  } catch (const ModelFormatError&) {
    throw;
  } catch (const Error& error) {
    throw ModelFormatError(concat("the model is not usable: ", error.what()), error.hint());
  }
}

}  // namespace

Estimator model_from(const Value& tree) { return model_of(tree, estimator_from); }

Value tree_of(const NearestNeighbors& index) {
  Value::Map params;
  for (const auto& [name, value] : NearestNeighborsParams::schema().values(index.params()))
    params[name] = value;
  Value state = index.save_state();
  return Value::Map{{"model", Value::Map{{"type", std::string(NearestNeighbors::type_name)},
                                         {"params", std::move(params)}}},
                    {"state", std::move(state)}};
}

NearestNeighbors index_from(const Value& tree) {
  return model_of(tree, [](const StateReader& plan, const StateReader& state) {
    if (plan.text("type") != NearestNeighbors::type_name)
      plan.fail(concat("is not an index of neighbours but '", printable(plan.text("type")), "'"));
    NearestNeighborsParams params;
    for (const auto& [name, value] : params_of(plan))
      NearestNeighborsParams::schema().set(params, NearestNeighbors::type_name, name, value);
    return NearestNeighbors::load_state(params, state);
  });
}

}  // namespace grove
