#include <algorithm>
#include <cmath>

#include "cli/app.hpp"
#include "cli/comparison_output.hpp"
#include "cli/cv_spec.hpp"
#include "cli/data_source.hpp"
#include "cli/metric_choice.hpp"
#include "cli/named_model.hpp"
#include "cli/output.hpp"
#include "cli/tuned_file.hpp"
#include "cli/tuning_options.hpp"
#include "core/text.hpp"
#include "grove/compare/comparison.hpp"
#include "grove/compare/guards.hpp"
#include "grove/core/error.hpp"
#include "grove/model_selection/cross_validate.hpp"

namespace grove::cli {

namespace {

struct EvaluationArguments {
  std::vector<std::string> data, models;
  std::string cv, metrics, tune, json, html, out_of_fold, time;
  bool strict = false;
  std::int64_t repeats = 1;
  DataOptions options;
};

void check_supervised(const Estimator& model) {
  if (model.kind() == EstimatorKind::clusterer)
    throw InvalidParameter(concat(model.expression(),
                                  " is a clusterer, and cross-validation needs a classifier or "
                                  "a regressor"),
                           "grove cluster runs clusterers");
  if (model.kind() == EstimatorKind::outlier_detector)
    throw InvalidParameter(concat(model.expression(),
                                  " is an outlier detector, and cross-validation needs a "
                                  "classifier or a regressor"),
                           "grove train and grove predict run outlier detectors");
}

std::vector<NamedModel> models_of(const EvaluationArguments& arguments, const Session& session) {
  std::vector<NamedModel> models;
  for (const std::string& text : arguments.models) {
    auto [name, expression] = split_name(text);
    if (is_tuned_file(expression)) expression = read_tuned(expression).model;
    models.push_back({name, untuned_model(expression, session)});
    check_supervised(models.back().model);
  }
  return models;
}

/// A failure that holds for every fold of every model is the command's own.
void refuse_if_all_failed(const std::vector<CrossValidation>& results) {
  for (const CrossValidation& result : results)
    if (result.n_failed() < static_cast<Index>(result.folds.size())) return;
  const FoldResult& first = results.front().folds.front();
  throw InvalidData(first.error, first.hint);
}

/// Those of all models: some give no probabilities.
std::vector<std::string> all_metrics(const std::vector<CrossValidation>& results) {
  std::vector<std::string> all;
  for (const CrossValidation& result : results)
    for (const std::string& metric : result.metrics)
      if (std::find(all.begin(), all.end(), metric) == all.end()) all.push_back(metric);
  return all;
}

const std::string& shown_name(const CrossValidation& result) {
  return result.name.empty() ? result.model : result.name;
}

/// Data and folds are the same for all models, and so is what is found in them.
std::string findings_text(const std::vector<CrossValidation>& results) {
  std::string text;
  for (const Finding& finding : results.front().findings)
    text += concat("! ", to_text(finding), "\n");
  return text;
}

std::string cv_text(const Dataset& data, const std::vector<CrossValidation>& results) {
  const std::vector<std::string> metrics = all_metrics(results);
  std::vector<std::string> head = {"model"};
  head.insert(head.end(), metrics.begin(), metrics.end());
  head.insert(head.end(), {"fit s", "predict s", "failed"});
  std::vector<std::vector<std::string>> rows;
  for (const CrossValidation& result : results) {
    std::vector<std::string> row = {shown_name(result)};
    for (const std::string& metric : metrics) {
      const auto& own = result.metrics;
      const bool has = std::find(own.begin(), own.end(), metric) != own.end();
      row.push_back(has ? concat(rounded(result.mean(metric)), " +- ", rounded(result.std(metric)))
                        : "-");
    }
    double fit = 0;
    double predict = 0;
    for (const FoldResult& fold : result.folds) {
      fit += fold.fit_seconds;
      predict += fold.predict_seconds;
    }
    row.insert(row.end(), {fixed_text(fit, 3), fixed_text(predict, 3),
                           concat(result.n_failed(), "/", result.folds.size())});
    rows.push_back(std::move(row));
  }
  return concat(data.name(), ": ", data.n_rows(), " rows, ", data.n_columns(), " columns; ",
                results.front().splitter, "\n\n", table(head, rows), findings_text(results));
}

void append_out_of_fold(std::string& csv, const Dataset& data, const CrossValidation& result) {
  for (std::size_t repeat = 0; repeat < result.out_of_fold.size(); ++repeat) {
    const OutOfFold& predictions = result.out_of_fold[repeat];
    for (Index i = 0; i < data.n_rows(); ++i) {
      const bool labels = predictions.labels.size() > 0;
      if (labels ? predictions.labels(i) < 0 : std::isnan(predictions.values(i))) continue;
      csv += concat(csv_field(shown_name(result)), ",", repeat, ",", i, ",");
      csv += labels
                 ? csv_field(data.class_names().at(static_cast<std::size_t>(predictions.labels(i))))
                 : number_text(predictions.values(i));
      for (Index k = 0; k < data.n_classes(); ++k)
        csv +=
            predictions.proba.size() > 0 ? concat(",", predictions.proba(i, k)) : std::string(",");
      csv += "\n";
    }
  }
}

std::string out_of_fold_csv(const Dataset& data, const std::vector<CrossValidation>& results) {
  std::string csv = "model,repeat,row,prediction";
  for (const std::string& name : data.class_names()) csv += concat(",", csv_field("proba_" + name));
  csv += "\n";
  for (const CrossValidation& result : results) append_out_of_fold(csv, data, result);
  return csv;
}

void report_failures(const std::vector<CrossValidation>& results, const Session& session) {
  for (const CrossValidation& result : results)
    for (const FoldResult& fold : result.folds)
      if (!fold.error.empty()) {
        session.note(concat("grove: note: ", shown_name(result), " failed in ", result.n_failed(),
                            " of ", result.folds.size(), " folds: ", fold.error,
                            fold.hint.empty() ? "" : "\n  hint: ", fold.hint));
        break;
      }
}

void cv(const EvaluationArguments& arguments, const Session& session) {
  check_outputs({arguments.out_of_fold, arguments.json});
  const std::vector<NamedModel> models = models_of(arguments, session);
  const CvSpec spec = parse_cv(arguments.cv);
  std::vector<CrossValidateOptions> options(models.size());
  for (std::size_t i = 0; i < models.size(); ++i) {
    options[i].metrics = chosen_metrics(arguments.metrics, models[i].model);
    options[i].keep_predictions = !arguments.out_of_fold.empty();
  }
  const Dataset data =
      load_data(arguments.data.front(), arguments.options, DefaultTarget::last_column);
  const Splitter splitter =
      make_splitter(spec, static_cast<int>(arguments.repeats), session.split_seed(), data);
  const Context context = session.context();
  std::vector<CrossValidation> results;
  for (std::size_t i = 0; i < models.size(); ++i) {
    options[i].cv = splitter;
    options[i].time_column = arguments.time;
    results.push_back(cross_validate(models[i].model, data, options[i], context));
    results.back().name = models[i].name;
  }
  for (const std::string& text : arguments.models) {
    const std::string model = split_name(text).second;
    if (is_tuned_file(model) && read_tuned(model).fingerprint == data.fingerprint())
      results.front().findings.push_back(
          {"G-LEAK-12", concat(printable(model), " was searched on this very data")});
  }
  clear_progress();
  refuse_if_all_failed(results);
  if (arguments.json != "-" && arguments.out_of_fold != "-") print(cv_text(data, results));
  if (!arguments.out_of_fold.empty())
    write_text(arguments.out_of_fold, out_of_fold_csv(data, results));
  if (!arguments.json.empty())
    write_text(arguments.json, to_json(results, session.split_seed(), context));
  report_failures(results, session);
  if (arguments.strict) refuse_findings(results.front().findings);
}

/// Every model failed in every fold of every data set: there is nothing to compare.
void refuse_if_all_failed(const Comparison& comparison) {
  const FoldResult* first = nullptr;
  for (const DatasetComparison& part : comparison.datasets)
    for (const Standing& standing : part.standings) {
      if (standing.contender == baseline_name) continue;
      if (standing.result.n_failed() < static_cast<Index>(standing.result.folds.size())) return;
      if (first == nullptr && !standing.result.folds.empty())
        first = &standing.result.folds.front();
    }
  if (first != nullptr) throw InvalidData(first->error, first->hint);
}

void compare_models(const EvaluationArguments& arguments, const Session& session) {
  check_outputs({arguments.html, arguments.json});
  const CvSpec spec = parse_cv(arguments.cv);
  std::vector<Contender> contenders;
  CompareOptions options;
  options.tune = tuning_of(arguments.tune, session);
  for (const std::string& text : arguments.models) {
    contenders.push_back(contender_of(text, options.tune.has_value(), session));
    const Estimator& model = contenders.back().estimator;
    check_supervised(model);
    if (!arguments.metrics.empty()) options.metrics = chosen_metrics(arguments.metrics, model);
  }
  options.n_repeats = static_cast<int>(arguments.repeats);
  options.seed = session.split_seed();
  options.time_column = arguments.time;
  options.strict = arguments.strict;
  std::vector<Dataset> datasets;
  for (const std::string& name : arguments.data) {
    datasets.push_back(load_data(name, arguments.options, DefaultTarget::last_column));
    const Splitter splitter = make_splitter(spec, options.n_repeats, options.seed, datasets.back());
    if (spec.method != CvSpec::Method::automatic) options.cv = splitter;
  }
  const Context context = session.context();
  const Comparison comparison = compare(contenders, datasets, options, context);
  clear_progress();
  refuse_if_all_failed(comparison);
  write_comparison(comparison, arguments.html, arguments.json, context);
  if (arguments.strict) refuse_findings(all_findings(comparison));
}

void add_shared_options(CLI::App& command, EvaluationArguments& arguments) {
  command
      .add_option("-m,--model", arguments.models,
                  "a model, as in 'StandardScaler() | KNeighborsClassifier(n_neighbors=7)', or any "
                  "program, 'external(COMMAND)', or @FILE, the best of grove tune --json FILE; "
                  "NAME=MODEL names it; may be repeated; see grove models")
      ->required()
      ->allow_extra_args(false);
  command.add_option(
      "--cv", arguments.cv,
      "stratified:5, kfold:5, group:5, time:5, loo or file:FOLDS.csv (default: stratified:5 "
      "for classes, kfold:5 for numbers)");
  command.add_option("--time", arguments.time,
                     "a numeric column that tells the time: training on later rows is a finding");
  command.add_flag("--strict", arguments.strict, "findings (G-LEAK-...) are errors");
  add_integer(command, "--repeats", arguments.repeats, 1,
              "do it again with other folds (default 1)");
  command.add_option("--metrics", arguments.metrics, "names with commas between");
  command.add_option("--json", arguments.json, "everything as JSON; - for stdout");
}

void add_cv(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("cv", "cross-validate models on one data set");
  const auto arguments = std::make_shared<EvaluationArguments>();
  command->add_option("DATA", arguments->data, "a bundled data set or a file")
      ->required()
      ->expected(1);
  add_shared_options(*command, *arguments);
  command->add_option(
      "--out-of-fold", arguments->out_of_fold,
      "the predictions of the test rows, CSV: model,repeat,row,prediction,proba_CLASS...");
  arguments->options.add_to(*command);
  command->callback([arguments, &session] { cv(*arguments, session); });
}

void add_compare(CLI::App& app, Session& session) {
  CLI::App* command =
      app.add_subcommand("compare", "compare models on data sets, fairly, beside a baseline");
  const auto arguments = std::make_shared<EvaluationArguments>();
  command->add_option("DATA", arguments->data, "bundled data sets or files, one or more")
      ->required();
  add_shared_options(*command, *arguments);
  command->add_option("--tune", arguments->tune,
                      "METHOD:BUDGET, as in random:20, tpe:30s or halving:5e9w: tunes every model "
                      "inside the training part of each fold, all with this budget; a parameter "
                      "that is given a value keeps it, and ranges, as in n_neighbors=1..50 or "
                      "weights=uniform|distance, are the model's search space");
  command->add_option("--html", arguments->html, "one page with everything, for a browser");
  arguments->options.add_to(*command);
  command->callback([arguments, &session] { compare_models(*arguments, session); });
}

}  // namespace

void add_evaluation_commands(CLI::App& app, Session& session) {
  add_cv(app, session);
  add_compare(app, session);
}

}  // namespace grove::cli
