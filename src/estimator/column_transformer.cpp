#include "grove/estimator/column_transformer.hpp"

#include <algorithm>
#include <unordered_set>

#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "estimator/step_names.hpp"
#include "grove/core/error.hpp"

namespace grove {

struct ColumnTransformer::State {
  TrainedOn trained_on;
  std::vector<Transformer> fitted;
  std::vector<std::vector<Index>> sources;  // per part: columns of the input
  std::vector<Index> rest;                  // columns passed through
  std::vector<Column> output_columns;
};

namespace {

std::vector<Index> places_of(const std::vector<std::string>& wanted,
                             const std::vector<Column>& columns) {
  std::vector<std::string> names;
  for (const Column& column : columns) names.push_back(column.name);
  std::vector<Index> places;
  for (const std::string& name : wanted) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end())
      throw InvalidData(concat("ColumnTransformer: the data has no column '", printable(name), "'",
                               did_you_mean(name, names)),
                        concat("the data has ", join(names)));
    places.push_back(static_cast<Index>(found - names.begin()));
  }
  return places;
}

Matrix select(const MatrixView& x, const std::vector<Index>& places) {
  Matrix selected(x.rows(), static_cast<Index>(places.size()));
  for (std::size_t j = 0; j < places.size(); ++j)
    selected.col(static_cast<Index>(j)) = x.col(places[j]);
  return selected;
}

std::vector<Column> select(const std::vector<Column>& columns, const std::vector<Index>& places) {
  std::vector<Column> selected;
  for (const Index place : places) selected.push_back(columns[static_cast<std::size_t>(place)]);
  return selected;
}

std::vector<std::string> part_names(const std::vector<ColumnPart>& parts) {
  std::vector<std::string> names;
  for (const ColumnPart& part : parts) names.push_back(part.transformer.name());
  return step_names_of(names);
}

}  // namespace

ColumnTransformer::ColumnTransformer(std::vector<ColumnPart> parts, Remainder remainder)
    : parts_(std::move(parts)), remainder_(remainder) {}

Capabilities ColumnTransformer::capabilities() const {
  // Each part speaks for its own columns when it is fitted.
  return {.missing_values = true, .categorical = true, .sample_weights = true};
}

std::string ColumnTransformer::expression() const {
  std::string text;
  for (const ColumnPart& part : parts_)
    text += concat(text.empty() ? "" : ", ", part.transformer.expression(), " on ",
                   to_text(Value(part.columns)));
  return concat(type_name, "(", text, remainder_ == Remainder::drop ? ", remainder=drop)" : ")");
}

ColumnTransformer& ColumnTransformer::fit(const Dataset& data, const Context& context) {
  check_fit_data(type_name, data, TargetKind::none, capabilities());
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn(data);
  std::vector<char> taken(static_cast<std::size_t>(data.n_columns()), 0);
  for (const ColumnPart& part : parts_) {
    std::vector<Index> places = places_of(part.columns, data.columns());
    for (const Index place : places) taken[static_cast<std::size_t>(place)] = 1;
    Transformer fresh = part.transformer.unfitted();
    fresh.fit(data.with_x(select(data.x(), places), select(data.columns(), places)), context);
    for (const Column& column : fresh.output_columns()) state->output_columns.push_back(column);
    state->fitted.push_back(std::move(fresh));
    state->sources.push_back(std::move(places));
  }
  for (Index j = 0; j < data.n_columns() && remainder_ == Remainder::passthrough; ++j) {
    if (taken[static_cast<std::size_t>(j)] != 0) continue;
    state->rest.push_back(j);
    state->output_columns.push_back(data.columns()[static_cast<std::size_t>(j)]);
  }
  std::unordered_set<std::string_view> seen;
  for (const Column& column : state->output_columns)
    if (!seen.insert(column.name).second)
      throw InvalidData(
          concat(type_name, ": two outputs are called '", printable(column.name), "'"),
          "name each column in one part only");
  state_ = std::move(state);
  return *this;
}

Matrix ColumnTransformer::transform(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities());
  Matrix result(x.rows(), static_cast<Index>(state.output_columns.size()));
  Index next = 0;
  for (std::size_t i = 0; i < state.fitted.size(); ++i) {
    const Matrix part = state.fitted[i].transform(select(x, state.sources[i]), context);
    result.middleCols(next, part.cols()) = part;
    next += part.cols();
  }
  for (const Index place : state.rest) result.col(next++) = x.col(place);
  return result;
}

Dataset ColumnTransformer::transform(const Dataset& data, const Context& context) const {
  const State& state = fitted(state_, type_name);
  const Matrix x = state.trained_on.align(data, type_name);
  Dataset result = data.with_x(transform(MatrixView(x), context), output_columns());
  // The notes are those of the parts.
  for (std::size_t i = 0; i < state.fitted.size(); ++i) {
    const Dataset part = data.with_x(select(x, state.sources[i]),
                                     select(state.trained_on.columns, state.sources[i]));
    const Dataset after = state.fitted[i].transform(part, context);
    for (std::size_t step = data.history().size(); step < after.history().size(); ++step)
      result = result.with_step(after.history()[step]);
  }
  return result;
}

const std::vector<Column>& ColumnTransformer::output_columns() const {
  return fitted(state_, type_name).output_columns;
}
const TrainedOn& ColumnTransformer::trained_on() const {
  return fitted(state_, type_name).trained_on;
}

ColumnTransformer ColumnTransformer::unfitted() const {
  return ColumnTransformer(parts_, remainder_);
}

ParamValues ColumnTransformer::param_values() const {
  const std::vector<std::string> names = part_names(parts_);
  ParamValues values;
  for (std::size_t i = 0; i < parts_.size(); ++i)
    for (const auto& [name, value] : parts_[i].transformer.param_values())
      values.emplace_back(concat(names[i], "__", name), value);
  return values;
}

void ColumnTransformer::set_param(std::string_view name, const Value& value) {
  const auto [part, parameter] = split_step_parameter(type_name, name, part_names(parts_));
  parts_[part].transformer.set_param(parameter, value);
  state_.reset();
}

SearchSpace ColumnTransformer::search_space() const {
  const std::vector<std::string> names = part_names(parts_);
  SearchSpace space;
  for (std::size_t i = 0; i < parts_.size(); ++i)
    for (auto& [name, range] : parts_[i].transformer.search_space())
      space.push_back({concat(names[i], "__", name), std::move(range)});
  return space;
}

Value ColumnTransformer::save_state() const {
  const State& state = fitted(state_, type_name);
  Value::List parts;
  for (const Transformer& part : state.fitted) parts.push_back(part.save_state());
  return Value::Map{{"trained_on", state.trained_on.to_value()}, {"parts", std::move(parts)}};
}

ColumnTransformer ColumnTransformer::load_state(std::vector<ColumnPart> parts, Remainder remainder,
                                                const StateReader& reader) {
  ColumnTransformer result({}, remainder);
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn::from_value(reader.at("trained_on"));
  std::vector<char> taken(state->trained_on.columns.size(), 0);
  for (ColumnPart& part : parts) {
    std::vector<Index> places = places_of(part.columns, state->trained_on.columns);
    if (part.transformer.trained_on().columns != select(state->trained_on.columns, places))
      reader.fail("holds a part that was fitted on other columns");
    for (const Index place : places) taken[static_cast<std::size_t>(place)] = 1;
    for (const Column& column : part.transformer.output_columns())
      state->output_columns.push_back(column);
    state->sources.push_back(std::move(places));
    state->fitted.push_back(part.transformer);
    part.transformer = part.transformer.unfitted();
  }
  for (std::size_t j = 0; j < taken.size() && remainder == Remainder::passthrough; ++j) {
    if (taken[j] != 0) continue;
    state->rest.push_back(static_cast<Index>(j));
    state->output_columns.push_back(state->trained_on.columns[j]);
  }
  result.parts_ = std::move(parts);
  result.state_ = std::move(state);
  return result;
}

}  // namespace grove
