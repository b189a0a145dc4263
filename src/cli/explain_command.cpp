#include <algorithm>
#include <numeric>

#include "cli/app.hpp"
#include "cli/data_source.hpp"
#include "cli/output.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/estimator/pipeline.hpp"
#include "grove/registry/archive.hpp"
#include "grove/registry/trees_of.hpp"
#include "grove/tree/dump.hpp"
#include "grove/tree/importance.hpp"
#include "grove/tree/shap.hpp"
#include "tree/words.hpp"

namespace grove::cli {

namespace {

constexpr std::size_t most_lines = 30;

struct ExplainArguments {
  std::string file, data, background, shap, dump, json, out = "-";
  std::optional<std::int64_t> row, tree;
  DataOptions options;
};

/// What is explained: the trees, and the data as they see it.
struct Subject {
  const TreeEnsemble& ensemble;
  const TrainedOn& trained_on;
  Matrix x;
  std::vector<std::string> outputs;  // their names
  /// One matrix per output; empty if the leaves hold lines.
  std::vector<Matrix> shap;

  const Columns& columns() const { return trained_on.columns; }
  Index n_columns() const { return trained_on.n_columns(); }
};

const TreeEnsemble& trees_in(const Estimator& model) {
  const TreeEnsemble* trees = trees_of(model);
  if (trees == nullptr)
    throw Unsupported(
        concat("grove explain needs a model made of trees, and the file holds ",
               model.expression()),
        "train one, as in grove train DATA -m 'GradientBoostingClassifier()' -o FILE");
  return *trees;
}

/// The data as the last step of a model sees it, with that step's columns.
Matrix seen_by(const Estimator& model, Dataset data, const Context& context) {
  const auto* pipeline = model.get_if<Pipeline>();
  if (pipeline == nullptr) return columns_of(model).align(data, model.name());
  for (const Transformer& step : pipeline->transformers()) data = step.transform(data, context);
  return seen_by(pipeline->last(), std::move(data), context);
}

const TrainedOn& last_trained_on(const Estimator& model) {
  const auto* pipeline = model.get_if<Pipeline>();
  return pipeline == nullptr ? columns_of(model) : last_trained_on(pipeline->last());
}

/// A class each, or the second of two classes, or the target.
std::vector<std::string> output_names(const TreeEnsemble& ensemble, const TrainedOn& trained_on) {
  if (trained_on.n_classes() == ensemble.n_outputs()) return trained_on.class_names;
  if (trained_on.n_classes() == 2) return {trained_on.class_names[1]};
  return {trained_on.target_name};
}

bool has_lines(const TreeEnsemble& ensemble) {
  return std::any_of(ensemble.trees.begin(), ensemble.trees.end(),
                     [](const Tree& tree) { return !tree.linear_leaves.empty(); });
}

std::vector<Matrix> shap_of(const Estimator& model, const Subject& subject,
                            const ExplainArguments& arguments, const Session& session) {
  const Context context = session.context();
  if (arguments.shap.empty() && arguments.background.empty() && has_lines(subject.ensemble)) {
    session.note("grove: note: no SHAP values, for the leaves of the trees hold lines");
    return {};
  }
  if (arguments.background.empty()) return shap_values(subject.ensemble, subject.x, context);
  const Dataset background =
      load_features(arguments.background, arguments.options, columns_of(model));
  return shap_values(subject.ensemble, subject.x, seen_by(model, background, context), context);
}

/// Per column, its mean |SHAP| of one output.
Vector mean_parts(const Matrix& shap) {
  return shap.leftCols(shap.cols() - 1).cwiseAbs().colwise().mean().transpose();
}

/// Column numbers, the largest weight first; equal ones in their order.
std::vector<Index> ranked(const Vector& weights) {
  std::vector<Index> order(static_cast<std::size_t>(weights.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return weights(a) > weights(b); });
  return order;
}

/// A table of the first columns in this order, and how many are left out.
template <class Row>
std::string column_table(const std::vector<std::string>& head, const std::vector<Index>& order,
                         const Row& row) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < std::min(order.size(), most_lines); ++i)
    rows.push_back(row(order[i]));
  std::string text = table(head, rows);
  if (order.size() > most_lines)
    text += concat("... and ", order.size() - most_lines, " more columns; --json gives all\n");
  return text;
}

std::string name_of(const Subject& subject, Index column) {
  return printable(subject.columns()[static_cast<std::size_t>(column)].name);
}

std::string importance_text(const Subject& subject) {
  const auto importance = [&](Importance kind) {
    return feature_importances(subject.ensemble, subject.n_columns(), kind,
                               kind != Importance::split);
  };
  const Vector gain = importance(Importance::total_gain);
  const Vector splits = importance(Importance::split);
  const Vector cover = importance(Importance::total_cover);
  Vector parts = Vector::Zero(subject.n_columns());
  for (const Matrix& shap : subject.shap) parts += mean_parts(shap);
  std::vector<std::string> head{"column", "gain", "splits", "cover"};
  if (!subject.shap.empty()) head.push_back("mean |SHAP|");
  const std::string title =
      concat(subject.ensemble.trees.size(), " trees; shares of the gain and the cover",
             subject.shap.empty() ? std::string()
                                  : concat("; mean |SHAP| over ", subject.x.rows(), " rows",
                                           subject.shap.size() > 1 ? ", summed over classes" : ""),
             "\n");
  return title + column_table(head, ranked(subject.shap.empty() ? gain : parts), [&](Index j) {
           std::vector<std::string> row{name_of(subject, j), rounded(gain(j)),
                                        rounded(splits(j), 0), rounded(cover(j))};
           if (!subject.shap.empty()) row.push_back(rounded(parts(j)));
           return row;
         });
}

/// The output that a row scores highest, which is the one predicted where there are several.
std::size_t top_output(const Subject& subject, Index row) {
  std::size_t top = 0;
  for (std::size_t k = 1; k < subject.shap.size(); ++k)
    if (subject.shap[k].row(row).sum() > subject.shap[top].row(row).sum()) top = k;
  return top;
}

std::string row_text(const Subject& subject, Index row, std::optional<std::int64_t> tree) {
  std::string text;
  const std::size_t top = top_output(subject, row);
  if (!subject.shap.empty()) {
    const Vector values = subject.shap[top].row(row).transpose();
    text = concat("\nrow ", row, ": the score of ", printable(subject.outputs[top]), " is ",
                  rounded(values.sum()), ", and ", rounded(values(subject.n_columns())),
                  " was expected\n");
    text += column_table(
        {"column", "value", "SHAP"}, ranked(values.head(subject.n_columns()).cwiseAbs()),
        [&](Index j) {
          const std::string sign = values(j) > 0 ? "+" : "";
          return std::vector<std::string>{
              name_of(subject, j),
              value_words(subject.columns()[static_cast<std::size_t>(j)], subject.x(row, j)),
              sign + rounded(values(j))};
        });
  }
  if (subject.ensemble.trees.empty()) return text;
  const bool one_each = subject.ensemble.trees_a_round() > 1;
  const auto shown = tree ? static_cast<std::size_t>(*tree) : one_each ? top : 0;
  return concat(
      text, "\nrow ", row, " in ", tree_title(subject.ensemble, shown), "\n",
      path_text(subject.ensemble.trees[shown], subject.x.row(row).data(), subject.columns()));
}

std::string shap_csv(const Subject& subject) {
  std::string csv = "row,output";
  for (const Column& column : subject.columns()) csv += concat(",", csv_field(column.name));
  csv += ",expected\n";
  for (Index i = 0; i < subject.x.rows(); ++i)
    for (std::size_t k = 0; k < subject.shap.size(); ++k) {
      csv += concat(i, ",", csv_field(subject.outputs[k]));
      for (const double value : subject.shap[k].row(i)) csv += concat(",", value);
      csv += "\n";
    }
  return csv;
}

Json row_json(const Subject& subject, Index row) {
  Json json{{"row", row}, {"outputs", Json::object()}, {"paths", Json::array()}};
  for (std::size_t k = 0; k < subject.shap.size(); ++k) {
    const Vector values = subject.shap[k].row(row).transpose();
    const Vector parts = values.head(subject.n_columns());
    json["outputs"][subject.outputs[k]] = {
        {"score", values.sum()}, {"shap", std::vector<double>(parts.begin(), parts.end())}};
  }
  for (const Tree& tree : subject.ensemble.trees)
    json["paths"].push_back(decision_path(tree, subject.x.row(row).data()));
  return json;
}

Json explain_json(const Estimator& model, const Subject& subject, std::optional<std::int64_t> row) {
  Json json{{"model", model.expression()},
            {"n_rows", subject.x.rows()},
            {"n_trees", subject.ensemble.trees.size()},
            {"outputs", subject.outputs},
            {"expected", Json::array()},
            {"columns", Json::array()}};
  for (const Matrix& shap : subject.shap)
    json["expected"].push_back(shap.rows() > 0 ? Json(shap(0, subject.n_columns())) : Json());
  for (const Column& column : subject.columns())
    json["columns"].push_back({{"name", column.name}, {"mean_abs_shap", Json::array()}});
  const auto put = [&](const char* name, Importance kind) {
    const Vector values = feature_importances(subject.ensemble, subject.n_columns(), kind, false);
    for (Index j = 0; j < values.size(); ++j)
      json["columns"][static_cast<std::size_t>(j)][name] = values(j);
  };
  put("gain", Importance::gain);
  put("total_gain", Importance::total_gain);
  put("split", Importance::split);
  put("cover", Importance::cover);
  put("total_cover", Importance::total_cover);
  for (const Matrix& shap : subject.shap) {
    const Vector parts = mean_parts(shap);
    for (Index j = 0; j < parts.size(); ++j)
      json["columns"][static_cast<std::size_t>(j)]["mean_abs_shap"].push_back(parts(j));
  }
  if (row) json["row"] = row_json(subject, *row);
  return json;
}

struct Format {
  std::string name;
  std::string (*tree)(const Tree&, const Columns&);
  std::string (*ensemble)(const TreeEnsemble&, const Columns&);
};

const Format& format_of(const std::string& name) {
  static const std::vector<Format> formats{{"text", to_text, to_text},
                                           {"json", to_json, to_json},
                                           {"dot", to_dot, to_dot},
                                           {"svg", to_svg, to_svg}};
  std::vector<std::string> names;
  for (const Format& format : formats) {
    if (format.name == name) return format;
    names.push_back(format.name);
  }
  throw InvalidParameter(concat("--dump must be one of ", join(names), ", got '", printable(name),
                                "'", did_you_mean(name, names)),
                         "grove explain FILE DATA --dump svg --tree 0 -o tree.svg draws a tree");
}

void check_number(std::string_view option, std::optional<std::int64_t> number, Index count,
                  std::string_view things) {
  if (number && *number >= count)
    throw InvalidParameter(concat(option, " must be below ", count, ", got ", *number),
                           concat("there are ", count, " ", things, ", counted from 0"));
}

void explain(const ExplainArguments& arguments, const Session& session) {
  const bool dumps = !arguments.dump.empty();
  check_outputs({arguments.shap, arguments.json, dumps ? arguments.out : ""});
  const Format* format = dumps ? &format_of(arguments.dump) : nullptr;
  const Estimator model = load(arguments.file);
  const TreeEnsemble& ensemble = trees_in(model);
  check_number("--tree", arguments.tree, static_cast<Index>(ensemble.trees.size()), "trees");
  const Dataset data = load_features(arguments.data, arguments.options, columns_of(model));
  check_number("--row", arguments.row, data.n_rows(), "rows");
  const TrainedOn& trained_on = last_trained_on(model);
  Subject subject{ensemble,
                  trained_on,
                  seen_by(model, data, session.context()),
                  output_names(ensemble, trained_on),
                  {}};
  if (format != nullptr)
    write_text(arguments.out,
               arguments.tree
                   ? format->tree(ensemble.trees[static_cast<std::size_t>(*arguments.tree)],
                                  subject.columns())
                   : format->ensemble(ensemble, subject.columns()));
  if (dumps && arguments.shap.empty() && arguments.json.empty() && !arguments.row) return;
  subject.shap = shap_of(model, subject, arguments, session);
  if (!arguments.shap.empty()) write_text(arguments.shap, shap_csv(subject));
  if (!arguments.json.empty())
    write_json(arguments.json, explain_json(model, subject, arguments.row));
  if (arguments.shap == "-" || arguments.json == "-" || (dumps && arguments.out == "-")) return;
  print(importance_text(subject));
  if (arguments.row) print(row_text(subject, *arguments.row, arguments.tree));
}

}  // namespace

void add_explain_command(CLI::App& app, Session& session) {
  CLI::App* command =
      app.add_subcommand("explain", "say which columns a saved model of trees goes by, and how");
  const auto arguments = std::make_shared<ExplainArguments>();
  command->add_option("FILE", arguments->file, "a model file")->required();
  command->add_option("DATA", arguments->data, "the rows to explain: a bundled data set or a file")
      ->required();
  const auto add_number = [&](const std::string& name, std::optional<std::int64_t>& target,
                              const std::string& doc) {
    add_integer(*command, name, target, 0, doc);
  };
  add_number("--row", arguments->row, "explain this row (from 0): its SHAP values and its path");
  add_number("--tree", arguments->tree, "the tree (from 0) of --row's path and of --dump");
  command->add_option("--shap", arguments->shap, "the SHAP values of all rows, CSV; - for stdout");
  command->add_option("--background", arguments->background,
                      "data that unknown columns are taken from (interventional SHAP values); "
                      "default: by the trees' own covers");
  command->add_option("--dump", arguments->dump,
                      "write the trees, or the one of --tree, as text, json, dot or svg");
  command->add_option("-o,--output", arguments->out, "where --dump goes; - for stdout");
  command->add_option("--json", arguments->json,
                      "importances, SHAP values and the row's paths as JSON; - for stdout");
  arguments->options.add_to(*command);
  command->callback([arguments, &session] { explain(*arguments, session); });
}

}  // namespace grove::cli
