#include <algorithm>
#include <limits>

#include "core/text.hpp"
#include "registry/export_writer.hpp"

namespace grove::exporting {

namespace {

bool is_numeric(const Column& column) { return column.kind == ColumnKind::numeric; }

std::string function(const Step& step, std::string_view body) {
  return concat("inline void ", step.name, "(const double* x, double* out) {\n", body, "}\n\n");
}

std::string each_column(const Step& step, std::string_view statement) {
  return concat("  for (int j = 0; j < ", step.n_inputs, "; ++j) ", statement, "\n");
}

void write_quotient(const Step& step, const std::vector<double>& shift,
                    const std::vector<double>& scale, std::string& text) {
  text += array_of(step.name + "_shift", shift) + array_of(step.name + "_scale", scale);
  text += function(step, each_column(step, concat("out[j] = (x[j] - ", step.name, "_shift[j]) / ",
                                                  step.name, "_scale[j];")));
}

void write_standard_scaler(const Saved& saved, const Step& step, std::string& text) {
  std::vector<double> mean = saved.state.reals("mean", step.n_inputs);
  if (!saved.params().boolean("with_mean")) std::fill(mean.begin(), mean.end(), 0.0);
  write_quotient(step, mean, saved.state.reals("scale", step.n_inputs), text);
}

void write_min_max_scaler(const Saved& saved, const Step& step, std::string& text) {
  text += array_of(step.name + "_scale", saved.state.reals("scale", step.n_inputs)) +
          array_of(step.name + "_min", saved.state.reals("min", step.n_inputs));
  std::string body = each_column(
      step, concat("out[j] = product(x[j], ", step.name, "_scale[j]) + ", step.name, "_min[j];"));
  if (saved.params().boolean("clip")) {
    const std::vector<double> range = saved.params().reals("feature_range", 2);
    std::vector<std::int64_t> numeric;
    for (const Column& column : saved.trained_on().columns)
      numeric.push_back(is_numeric(column) ? 1 : 0);
    text += array_of(step.name + "_numeric", numeric);
    body += each_column(step, concat("{\n    if (", step.name, "_numeric[j] == 0) continue;"));
    body += concat("    if (out[j] < ", literal(range[0]), ") out[j] = ", literal(range[0]), ";\n");
    body += concat("    if (out[j] > ", literal(range[1]), ") out[j] = ", literal(range[1]),
                   ";\n  }\n");
  }
  text += function(step, body);
}

void write_imputer(const Saved& saved, const Step& step, std::string& text) {
  text += array_of(step.name + "_fill", saved.state.reals("statistics", step.n_inputs));
  text += function(step, each_column(step, concat("out[j] = std::isnan(x[j]) ? ", step.name,
                                                  "_fill[j] : x[j];")));
}

void write_ordinal_encoder(const Saved& saved, const Step& step, std::string& text) {
  std::vector<std::int64_t> sizes;
  for (const Column& column : saved.trained_on().columns)
    sizes.push_back(is_numeric(column) ? -1 : static_cast<std::int64_t>(column.categories.size()));
  text += array_of(step.name + "_categories", sizes);
  const StateReader missing = saved.params().at("encoded_missing_value");
  const std::string other =
      literal(missing.value().is_null() ? std::numeric_limits<double>::quiet_NaN()
                                        : saved.params().real("encoded_missing_value"));
  text += function(
      step, each_column(step, concat("{\n    const int n = ", step.name,
                                     "_categories[j];\n    out[j] = n >= 0 && code_of(x[j], n) < 0"
                                     " ? ",
                                     other, " : x[j];\n  }")));
}

/// Output columns of a categorical input: one per category but the dropped first one, and one more
/// for missing values.
void write_one_hot_encoder(const Saved& saved, Step& step, std::string& text) {
  const TrainedOn trained_on = saved.trained_on();
  const std::vector<std::int64_t> indicators =
      saved.state.integers("indicators", step.n_inputs, 0, 1);
  const std::string drop = saved.params().text("drop");
  std::vector<std::string> blocks;
  step.n_outputs = 0;
  for (std::size_t j = 0; j < trained_on.columns.size(); ++j) {
    const Column& column = trained_on.columns[j];
    const auto n = static_cast<Index>(column.categories.size());
    if (is_numeric(column)) {
      blocks.push_back(concat("{", step.n_outputs++, ", -1, 0, 0}"));
      continue;
    }
    const Index width = n + indicators[j];
    const Index dropped =
        width > 0 && (drop == "first" || (drop == "if_binary" && width == 2)) ? 1 : 0;
    blocks.push_back(concat("{", step.n_outputs, ", ", n, ", ", dropped, ", ", indicators[j], "}"));
    step.n_outputs += width - dropped;
  }
  text += array_of("OneHot", step.name + "_blocks", blocks);
  text += function(
      step, concat("  for (int k = 0; k < ", step.n_outputs, "; ++k) out[k] = 0;\n",
                   each_column(step, concat("one_hot(x[j], ", step.name, "_blocks[j], out);"))));
}

void write_column_transformer(const Saved& saved, Step& step, int& number, std::string& text) {
  const TrainedOn trained_on = saved.trained_on();
  const std::vector<StateReader> plans = saved.plan.list("parts");
  const std::vector<StateReader> states = saved.state.list("parts");
  std::vector<char> taken(trained_on.columns.size(), 0);
  std::string body;
  step.n_outputs = 0;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const Step part = write_step({plans[i].at("transformer"), states[i]}, number, text);
    body += concat("  double x", i, "[", part.n_inputs, "];\n");
    Index next = 0;
    for (const std::string& name : plans[i].texts("columns")) {
      const auto found = std::find_if(trained_on.columns.begin(), trained_on.columns.end(),
                                      [&](const Column& column) { return column.name == name; });
      const auto place = found - trained_on.columns.begin();
      taken[static_cast<std::size_t>(place)] = 1;
      body += concat("  x", i, "[", next++, "] = x[", place, "];\n");
    }
    body += concat("  ", part.name, "(x", i, ", out + ", step.n_outputs, ");\n");
    step.n_outputs += part.n_outputs;
  }
  for (std::size_t j = 0; j < taken.size() && saved.plan.text("remainder") == "passthrough"; ++j)
    if (taken[j] == 0) body += concat("  out[", step.n_outputs++, "] = x[", j, "];\n");
  text += function(step, body);
}

}  // namespace

Step write_step(const Saved& saved, int& number, std::string& text) {
  const std::string type = saved.type();
  const Index n_columns = saved.trained_on().n_columns();
  Step step{concat("step_", number++), n_columns, n_columns};
  text += concat("// ", type, "\n");
  if (type == "StandardScaler") {
    write_standard_scaler(saved, step, text);
  } else if (type == "RobustScaler") {
    write_quotient(step, saved.state.reals("center", n_columns),
                   saved.state.reals("scale", n_columns), text);
  } else if (type == "MinMaxScaler") {
    write_min_max_scaler(saved, step, text);
  } else if (type == "SimpleImputer") {
    write_imputer(saved, step, text);
  } else if (type == "OrdinalEncoder") {
    write_ordinal_encoder(saved, step, text);
  } else if (type == "OneHotEncoder") {
    write_one_hot_encoder(saved, step, text);
  } else if (type == "ColumnTransformer") {
    write_column_transformer(saved, step, number, text);
  } else {
    throw_not_exported(type);
  }
  return step;
}

}  // namespace grove::exporting
