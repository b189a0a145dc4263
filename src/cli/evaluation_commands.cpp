#include <algorithm>
#include <cmath>

#include "cli/app.hpp"
#include "cli/comparison_output.hpp"
#include "cli/comparison_run.hpp"
#include "cli/cv_spec.hpp"
#include "cli/data_source.hpp"
#include "cli/metric_choice.hpp"
#include "cli/named_model.hpp"
#include "cli/output.hpp"
#include "cli/rerun.hpp"
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
  std::string cv, metrics, tune, json, html, out_of_fold, time, checkpoint, plan;
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
    const auto [name, expression] = split_name(text);
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

/// What grove compare and grove rerun have in common: from contenders and data to a plan.
ReadyComparison made_ready(const EvaluationArguments& arguments, std::vector<Contender> contenders,
                           std::vector<Dataset> datasets, std::uint64_t seed) {
  ReadyComparison ready;
  CompareOptions& options = ready.options;
  options.n_repeats = static_cast<int>(arguments.repeats);
  options.seed = seed;
  options.tune = tuning_of(arguments.tune, seed);
  options.time_column = arguments.time;
  options.strict = arguments.strict;
  for (const Contender& contender : contenders)
    if (!arguments.metrics.empty())
      options.metrics = chosen_metrics(arguments.metrics, contender.estimator);
  const CvSpec spec = parse_cv(arguments.cv);
  for (const Dataset& data : datasets) {
    const Splitter splitter = make_splitter(spec, options.n_repeats, options.seed, data);
    if (spec.method != CvSpec::Method::automatic) options.cv = splitter;
  }
  ready.plan = plan_of(contenders, datasets, options);
  ready.plan.cv = arguments.cv;
  ready.contenders = std::move(contenders);
  ready.datasets = std::move(datasets);
  return ready;
}

void run_and_write(const ReadyComparison& ready, const EvaluationArguments& arguments,
                   const Session& session) {
  const ComparisonOutputs outputs{arguments.json, arguments.html, arguments.checkpoint};
  const Comparison comparison = run_comparison(ready, outputs, session);
  write_comparison(comparison, arguments.html, arguments.json, session.context());
  remove_checkpoint(outputs);
  if (arguments.strict) refuse_findings(all_findings(comparison));
}

void compare_models(const EvaluationArguments& arguments, const Session& session) {
  check_outputs({arguments.html, arguments.json, arguments.checkpoint, arguments.plan});
  parse_cv(arguments.cv);
  std::vector<Contender> contenders;
  const bool tune = tuning_of(arguments.tune, session.split_seed()).has_value();
  for (const std::string& text : arguments.models) {
    contenders.push_back(contender_of(text, tune, session));
    const Estimator& model = contenders.back().estimator;
    check_supervised(model);
    if (!arguments.metrics.empty()) chosen_metrics(arguments.metrics, model);
  }
  std::vector<Dataset> datasets;
  for (const std::string& name : arguments.data)
    datasets.push_back(load_data(name, arguments.options, DefaultTarget::last_column));
  ReadyComparison ready =
      made_ready(arguments, std::move(contenders), std::move(datasets), session.split_seed());
  for (std::size_t i = 0; i < ready.datasets.size(); ++i) {
    ready.plan.datasets[i].source = arguments.data[i];
    ready.plan.datasets[i].reading = reading_of(arguments.options);
  }
  hold_to_plan(arguments.plan, ready.plan, session);
  run_and_write(ready, arguments, session);
}

struct RerunArguments {
  std::string report, json, html;
  bool run_programs = false;
};

void rerun(const RerunArguments& arguments, const Session& session) {
  check_outputs({arguments.json, arguments.html});
  const ComparisonReport report = read_comparison(arguments.report);
  const Plan& plan = report.plan;
  check_repeatable(plan);
  EvaluationArguments again;
  again.cv = plan.cv;
  again.repeats = plan.n_repeats;
  again.tune = plan.tuning;
  again.time = plan.time_column;
  for (const std::string& metric : plan.metrics)
    again.metrics += concat(again.metrics.empty() ? "" : ",", metric);
  again.json = arguments.json;
  again.html = arguments.html;
  ReadyComparison ready = made_ready(again, contenders_again(plan, arguments.run_programs),
                                     datasets_again(plan), plan.seed);
  for (std::size_t i = 0; i < plan.datasets.size(); ++i) {
    ready.plan.datasets[i].source = plan.datasets[i].source;
    ready.plan.datasets[i].reading = plan.datasets[i].reading;
  }
  check_same_data(plan, ready.plan);
  const ComparisonOutputs outputs{again.json, again.html, again.checkpoint};
  const Comparison comparison = run_comparison(ready, outputs, session);
  const ReportComparison result =
      compare_reports(report.text, to_json(comparison), arguments.report, "the second run");
  if (again.json != "-" && again.html != "-") print(verdict(arguments.report, result, plan));
  if (!again.html.empty()) write_text(again.html, to_html(comparison, session.context()));
  if (!again.json.empty()) write_text(again.json, to_json(comparison, session.context()));
  remove_checkpoint(outputs);
  if (result.equal()) return;
  const std::size_t n = result.differences.size() + result.plan.size();
  std::string first = result.plan.empty() ? "" : result.plan.front();
  if (!result.differences.empty())
    first = concat(result.differences.front().place, " was ", result.differences.front().before,
                   " and is ", result.differences.front().now);
  throw Error(
      concat("the report does not come out again: ", n, n == 1 ? " difference" : " differences",
             ", first: ", first),
      by_the_clock(plan)  ? "a budget in seconds is not the same work twice: tune by evaluations"
      : result.same_build ? "the build is the same: the report was changed, or the result is "
                            "not reproducible"
                          : "run it with the build that wrote it: see environment there");
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
                      "inside the training part of each fold, all with this budget (w: units of "
                      "work, each model's own counters); a parameter "
                      "that is given a value keeps it, and ranges, as in n_neighbors=1..50 or "
                      "weights=uniform|distance, are the model's search space");
  command->add_option("--html", arguments->html, "one page with everything, for a browser");
  command->add_option("--plan", arguments->plan,
                      "writes what is decided to this file before anything runs; if it is there, "
                      "refuses to run anything else");
  command->add_option("--checkpoint", arguments->checkpoint,
                      "keeps every fold that is done in this file, and goes on from it (default: "
                      "beside --json or --html until they are written)");
  arguments->options.add_to(*command);
  command->callback([arguments, &session] { compare_models(*arguments, session); });
}

void add_rerun(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand(
      "rerun", "run a comparison again from its JSON report; any difference is an error");
  const auto arguments = std::make_shared<RerunArguments>();
  command->add_option("REPORT", arguments->report, "what grove compare --json wrote")->required();
  command->add_option("--json", arguments->json, "the new report; - for stdout");
  command->add_option("--html", arguments->html, "its page");
  command->add_flag("--run-programs", arguments->run_programs,
                    "also run the programs that the report names as external(COMMAND)");
  command->callback([arguments, &session] { rerun(*arguments, session); });
}

}  // namespace

void add_evaluation_commands(CLI::App& app, Session& session) {
  add_cv(app, session);
  add_compare(app, session);
  add_rerun(app, session);
}

}  // namespace grove::cli
