#include <cmath>

#include "cli/app.hpp"
#include "cli/comparison_output.hpp"
#include "cli/cv_spec.hpp"
#include "cli/data_source.hpp"
#include "cli/metric_choice.hpp"
#include "cli/output.hpp"
#include "cli/tuned_file.hpp"
#include "core/text.hpp"
#include "grove/compare/comparison.hpp"
#include "grove/compare/guards.hpp"
#include "grove/core/error.hpp"
#include "grove/model_selection/cross_validate.hpp"

namespace grove::cli {

namespace {

struct EvaluationArguments {
  std::vector<std::string> data, models;
  std::string cv, metrics, json, html, out_of_fold;
  std::string time;
  bool strict = false;
  std::int64_t repeats = 1;
  DataOptions options;
};

std::vector<Estimator> models_of(const EvaluationArguments& arguments, const Session& session) {
  std::vector<Estimator> models;
  for (const std::string& text : arguments.models) {
    models.push_back(session.model(text));
    if (models.back().kind() == EstimatorKind::clusterer)
      throw InvalidParameter(concat(models.back().expression(),
                                    " is a clusterer, and cross-validation needs a classifier or "
                                    "a regressor"),
                             "grove cluster runs clusterers");
    if (models.back().kind() == EstimatorKind::outlier_detector)
      throw InvalidParameter(concat(models.back().expression(),
                                    " is an outlier detector, and cross-validation needs a "
                                    "classifier or a regressor"),
                             "grove train and grove predict run outlier detectors");
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

/// Data and folds are the same for all models, and so is what is found in them.
std::string findings_text(const std::vector<CrossValidation>& results) {
  std::string text;
  for (const Finding& finding : results.front().findings)
    text += concat("! ", to_text(finding), "\n");
  return text;
}

std::string cv_text(const Dataset& data, const std::vector<CrossValidation>& results) {
  std::vector<std::string> head = {"model"};
  for (const std::string& metric : results.front().metrics) head.push_back(metric);
  head.insert(head.end(), {"fit s", "predict s", "failed"});
  std::vector<std::vector<std::string>> rows;
  for (const CrossValidation& result : results) {
    std::vector<std::string> row = {result.model};
    for (const std::string& metric : result.metrics)
      row.push_back(concat(rounded(result.mean(metric)), " +- ", rounded(result.std(metric))));
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
      csv += concat(csv_field(result.model), ",", repeat, ",", i, ",");
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
        session.note(concat("grove: note: ", result.model, " failed in ", result.n_failed(), " of ",
                            result.folds.size(), " folds: ", fold.error,
                            fold.hint.empty() ? "" : "\n  hint: ", fold.hint));
        break;
      }
}

void cv(const EvaluationArguments& arguments, const Session& session) {
  check_outputs({arguments.out_of_fold, arguments.json});
  const std::vector<Estimator> models = models_of(arguments, session);
  const CvSpec spec = parse_cv(arguments.cv);
  std::vector<CrossValidateOptions> options(models.size());
  for (std::size_t i = 0; i < models.size(); ++i) {
    options[i].metrics = chosen_metrics(arguments.metrics, models[i]);
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
    results.push_back(cross_validate(models[i], data, options[i], context));
  }
  for (const std::string& text : arguments.models)
    if (is_tuned_file(text) && read_tuned(text).fingerprint == data.fingerprint())
      results.front().findings.push_back(
          {"G-LEAK-12", concat(printable(text), " was searched on this very data")});
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
  const std::vector<Estimator> models = models_of(arguments, session);
  const CvSpec spec = parse_cv(arguments.cv);
  std::vector<Contender> contenders;
  CompareOptions options;
  for (const Estimator& model : models) {
    contenders.push_back({model.expression(), model});
    if (!arguments.metrics.empty()) options.metrics = chosen_metrics(arguments.metrics, model);
  }
  options.n_repeats = static_cast<int>(arguments.repeats);
  options.seed = session.split_seed();
  options.time_column = arguments.time;
  options.strict = arguments.strict;
  for (std::size_t i = 0; i < contenders.size(); ++i)
    if (is_tuned_file(arguments.models[i]))
      contenders[i].tuned_on = TunedOn{.fingerprint = read_tuned(arguments.models[i]).fingerprint};
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
                  "a model, as in 'StandardScaler() | KNeighborsClassifier(n_neighbors=7)'; may be "
                  "repeated; see grove models; @FILE: the best of grove tune --json FILE")
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
