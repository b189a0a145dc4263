#include "cli/app.hpp"
#include "cli/data_source.hpp"
#include "cli/output.hpp"
#include "core/stopwatch.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove::cli {

namespace {

struct ClusterArguments {
  std::string data, model, out, json;
  DataOptions options;
};

Json cluster_json(const Estimator& model, const Labels& labels) {
  Json json;
  json["model"] = model.expression();
  json["n_rows"] = labels.size();
  json["n_clusters"] = labels.size() == 0 ? 0 : labels.maxCoeff() + 1;
  json["n_noise"] = (labels.array() < 0).count();
  if (const auto inertia = model.inertia()) json["inertia"] = *inertia;
  return json;
}

void cluster(const ClusterArguments& arguments, const Session& session) {
  check_outputs({arguments.out, arguments.json});
  Estimator model = session.model(arguments.model);
  if (model.kind() != EstimatorKind::clusterer)
    throw InvalidParameter(concat("grove cluster needs a clusterer, and ", model.expression(),
                                  " is a ", to_string(model.kind())),
                           "grove models lists the clusterers");
  const Dataset data =
      load_data(arguments.data, arguments.options, DefaultTarget::none).without_target();
  const Stopwatch stopwatch;
  model.fit(data, session.context());
  const double seconds = stopwatch.seconds();
  const Labels labels = model.labels();
  Json json = cluster_json(model, labels);
  json["fit_seconds"] = seconds;
  const FitReport* report = model.report();
  json["work"] = work_json(report != nullptr ? report->work : WorkCounts());
  std::string csv = "label\n";
  for (const int label : labels) csv += concat(label, "\n");
  write_text(arguments.out, csv);
  if (!arguments.json.empty()) write_json(arguments.json, json);
  if (report != nullptr)
    for (const std::string& warning : report->warnings) session.note("grove: note: " + warning);
  session.note(concat(json["n_clusters"].get<int>(), " clusters of ", labels.size(), " rows, ",
                      json["n_noise"].get<Index>(), " rows of noise, in ", fixed_text(seconds, 3),
                      " s: ", arguments.out));
}

}  // namespace

void add_cluster_command(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("cluster", "find groups of rows, without a target");
  const auto arguments = std::make_shared<ClusterArguments>();
  command->add_option("DATA", arguments->data, "a bundled data set or a file")->required();
  command->add_option("-m,--model", arguments->model, "a clusterer, as in 'KMeans(n_clusters=3)'")
      ->required();
  command->add_option("-o,--output", arguments->out, "the labels, CSV; noise is -1; - for stdout")
      ->required();
  command->add_option("--json", arguments->json,
                      "clusters, inertia, seconds and work as JSON; - for stdout");
  arguments->options.add_to(*command);
  command->callback([arguments, &session] { cluster(*arguments, session); });
}

}  // namespace grove::cli
