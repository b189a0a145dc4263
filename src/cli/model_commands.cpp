#include "cli/app.hpp"
#include "cli/data_source.hpp"
#include "cli/output.hpp"
#include "core/memory_meter.hpp"
#include "core/stopwatch.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/registry/archive.hpp"

namespace grove::cli {

namespace {

struct TrainArguments {
  std::string data, model, out, json;
  DataOptions options;
};

void train(const TrainArguments& arguments, const Session& session) {
  check_outputs({arguments.out, arguments.json});
  Estimator model = session.model(arguments.model);
  const Dataset data =
      load_data(arguments.data, arguments.options,
                needs_target(model.kind()) ? DefaultTarget::last_column : DefaultTarget::none);
  const Stopwatch stopwatch;
  const MemoryMeter memory;
  model.fit(data, session.context());
  const double seconds = stopwatch.seconds();
  const FitReport* report = model.report();
  Json json;
  json["model"] = model.expression();
  json["dataset"] = {{"name", data.name()},
                     {"n_rows", data.n_rows()},
                     {"n_features", data.n_columns()},
                     {"fingerprint", data.fingerprint()}};
  json["fit_seconds"] = seconds;
  json["peak_bytes"] = memory.peak_bytes();
  json["work"] = work_json(report != nullptr ? report->work : WorkCounts());
  if (report != nullptr) {
    json["iterations"] = report->iterations;
    json["converged"] = report->converged;
    json["warnings"] = report->warnings;
    for (const std::string& warning : report->warnings) session.note("grove: note: " + warning);
  }
  save(model, arguments.out);
  if (!arguments.json.empty()) write_json(arguments.json, json);
  session.note(concat("trained ", model.expression(), " on ", data.n_rows(), " rows in ",
                      fixed_text(seconds, 3), " s: ", arguments.out));
}

struct PredictArguments {
  std::string file, data, out;
  bool proba = false;
  DataOptions options;
};

/// A density has scores alone.
bool labels_points(const Estimator& model, const Dataset& data, const Context& context) {
  try {
    (void)model.predict(data.take({}), context);
  } catch (const Unsupported&) {
    return false;
  }
  return true;
}

std::string scores_csv(const Estimator& model, const Dataset& data, const Context& context) {
  const bool labelled = labels_points(model, data, context);
  const Vector scores = model.score_samples(data, context);
  const Labels labels = labelled ? model.predict(data, context) : Labels();
  std::string csv = labelled ? "prediction,score\n" : "score\n";
  for (Index i = 0; i < data.n_rows(); ++i) {
    if (labelled) csv += concat(labels(i), ",");
    csv += concat(scores(i), "\n");
  }
  return csv;
}

std::string predictions_csv(const Estimator& model, const Dataset& data, bool proba,
                            const Context& context) {
  const TrainedOn& trained = columns_of(model);
  const bool values = model.kind() == EstimatorKind::regressor;
  if (proba && !model.has_predict_proba())
    throw Unsupported(concat(model.expression(), " gives no probabilities"),
                      values ? "it is a regressor; leave out --proba" : "leave out --proba");
  if (model.kind() == EstimatorKind::outlier_detector) return scores_csv(model, data, context);
  std::string csv = "prediction";
  Labels labels;
  Vector reals;
  Matrix probabilities;
  if (values) {
    reals = model.predict_values(data, context);
  } else {
    labels = model.predict(data, context);
  }
  if (proba) {
    probabilities = model.predict_proba(data, context);
    for (const std::string& name : trained.class_names)
      csv += concat(",", csv_field("proba_" + name));
  }
  csv += "\n";
  for (Index i = 0; i < data.n_rows(); ++i) {
    if (values) {
      csv += number_text(reals(i));
    } else if (model.kind() == EstimatorKind::classifier) {
      csv += csv_field(trained.class_names.at(static_cast<std::size_t>(labels(i))));
    } else {
      csv += std::to_string(labels(i));
    }
    for (Index k = 0; k < probabilities.cols(); ++k) csv += concat(",", probabilities(i, k));
    csv += "\n";
  }
  return csv;
}

void predict(const PredictArguments& arguments, const Session& session) {
  check_outputs({arguments.out});
  const Estimator model = load(arguments.file);
  const Dataset data = load_features(arguments.data, arguments.options, columns_of(model));
  write_text(arguments.out, predictions_csv(model, data, arguments.proba, session.context()));
  session.note(
      concat("predicted ", data.n_rows(), " rows with ", model.expression(), ": ", arguments.out));
}

void add_train(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("train", "fit a model on all of a data set and save it");
  const auto arguments = std::make_shared<TrainArguments>();
  command->add_option("DATA", arguments->data, "a bundled data set or a file")->required();
  command->add_option("-m,--model", arguments->model, "the model; see grove models")->required();
  command->add_option("-o,--output", arguments->out, "the model file: .grove, or .json (readable)")
      ->required();
  command->add_option("--json", arguments->json, "seconds, memory and work as JSON; - for stdout");
  arguments->options.add_to(*command);
  command->callback([arguments, &session] { train(*arguments, session); });
}

void add_predict(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("predict", "predict with a saved model");
  const auto arguments = std::make_shared<PredictArguments>();
  command->add_option("FILE", arguments->file, "a model file")->required();
  command->add_option("DATA", arguments->data, "a bundled data set or a file")->required();
  command->add_option("-o,--output", arguments->out, "the predictions, CSV; - for stdout")
      ->required();
  command->add_flag("--proba", arguments->proba, "add a column proba_CLASS for each class");
  arguments->options.add_to(*command);
  command->callback([arguments, &session] { predict(*arguments, session); });
}

}  // namespace

void add_model_commands(CLI::App& app, Session& session) {
  add_train(app, session);
  add_predict(app, session);
}

}  // namespace grove::cli
