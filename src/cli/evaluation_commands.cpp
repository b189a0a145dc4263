#include <cmath>

#include "cli/app.hpp"
#include "cli/comparison_output.hpp"
#include "cli/comparison_run.hpp"
#include "cli/cv_spec.hpp"
#include "cli/data_source.hpp"
#include "cli/metric_choice.hpp"
#include "cli/output.hpp"
#include "cli/rerun.hpp"
#include "core/text.hpp"
#include "grove/compare/comparison.hpp"
#include "grove/core/error.hpp"
#include "grove/model_selection/cross_validate.hpp"

namespace grove::cli {

namespace {

struct EvaluationArguments {
  std::vector<std::string> data, models;
  std::string cv, metrics, json, html, out_of_fold, checkpoint, plan;
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
                results.front().splitter, "\n\n", table(head, rows));
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
    results.push_back(cross_validate(models[i], data, options[i], context));
  }
  clear_progress();
  refuse_if_all_failed(results);
  if (arguments.json != "-" && arguments.out_of_fold != "-") print(cv_text(data, results));
  if (!arguments.out_of_fold.empty())
    write_text(arguments.out_of_fold, out_of_fold_csv(data, results));
  if (!arguments.json.empty())
    write_text(arguments.json, to_json(results, session.split_seed(), context));
  report_failures(results, session);
}

/// What grove compare and grove rerun have in common: from contenders and data to a plan.
ReadyComparison made_ready(const EvaluationArguments& arguments, std::vector<Contender> contenders,
                           std::vector<Dataset> datasets, std::uint64_t seed) {
  ReadyComparison ready;
  CompareOptions& options = ready.options;
  options.n_repeats = static_cast<int>(arguments.repeats);
  options.seed = seed;
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
}

void compare_models(const EvaluationArguments& arguments, const Session& session) {
  check_outputs({arguments.html, arguments.json, arguments.checkpoint, arguments.plan});
  const std::vector<Estimator> models = models_of(arguments, session);
  parse_cv(arguments.cv);
  std::vector<Contender> contenders;
  for (const Estimator& model : models) {
    contenders.push_back({model.expression(), model});
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
  throw Error(concat("the report does not come out again: ", n,
                     n == 1 ? " difference" : " differences", ", first: ", first),
              result.same_build ? "the build is the same: the report was changed, or the result is "
                                  "not reproducible"
                                : "run it with the build that wrote it: see environment there");
}

void add_shared_options(CLI::App& command, EvaluationArguments& arguments) {
  command
      .add_option("-m,--model", arguments.models,
                  "a model, as in 'StandardScaler() | KNeighborsClassifier(n_neighbors=7)'; may be "
                  "repeated; see grove models")
      ->required()
      ->allow_extra_args(false);
  command.add_option(
      "--cv", arguments.cv,
      "stratified:5, kfold:5, group:5, time:5, loo or file:FOLDS.csv (default: stratified:5 "
      "for classes, kfold:5 for numbers)");
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
