#include <algorithm>

#include "cli/app.hpp"
#include "cli/comparison_output.hpp"
#include "cli/data_source.hpp"
#include "cli/output.hpp"
#include "core/stopwatch.hpp"
#include "core/text.hpp"
#include "grove/compare/clustering_comparison.hpp"
#include "grove/core/error.hpp"
#include "grove/registry/drawings_of.hpp"

namespace grove::cli {

namespace {

struct ClusterArguments {
  std::string data, out, json, html;
  std::vector<std::string> models;
  bool compare = false;
  bool standardize = false;
  std::int64_t pairs = 5;
  std::int64_t metric_rows = 0;
  DataOptions options;
};

void check_clusterer(const Estimator& model) {
  if (model.kind() != EstimatorKind::clusterer)
    throw InvalidParameter(concat("grove cluster needs a clusterer, and ", model.expression(),
                                  " is a ", to_string(model.kind())),
                           "grove models lists the clusterers");
}

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
  if (!arguments.html.empty())
    throw InvalidParameter("--html is the page of a comparison", "add --compare");
  if (arguments.models.size() != 1)
    throw InvalidParameter(
        concat("grove cluster fits one model, and ", arguments.models.size(), " are given"),
        "--compare compares several");
  if (arguments.out.empty())
    throw InvalidParameter("-o is needed: the file for the labels, or - for stdout",
                           "--compare judges clusterings without writing labels");
  check_outputs({arguments.out, arguments.json});
  Estimator model = session.model(arguments.models.front());
  check_clusterer(model);
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

/// Every contender failed: there is nothing to compare.
void refuse_if_all_failed(const ClusteringComparison& comparison) {
  for (const ClusteringStanding& standing : comparison.standings)
    if (standing.error.empty()) return;
  const ClusteringStanding& first = comparison.standings.front();
  throw InvalidData(first.error, first.hint);
}

void compare(const ClusterArguments& arguments, const Session& session) {
  if (!arguments.out.empty())
    throw InvalidParameter("-o takes the labels of one model, and --compare writes none",
                           "the comparison goes to --html and --json");
  check_outputs({arguments.html, arguments.json});
  std::vector<Contender> contenders;
  for (const std::string& expression : arguments.models)
    for (Estimator& model : session.models(expression)) {
      check_clusterer(model);
      const std::string name = model.expression();
      const bool known = std::any_of(contenders.begin(), contenders.end(),
                                     [&](const Contender& other) { return other.name == name; });
      if (!known) contenders.push_back({name, std::move(model)});
    }
  const Dataset data = load_data(arguments.data, arguments.options, DefaultTarget::none);
  ClusteringCompareOptions options;
  options.stability.n_pairs = static_cast<int>(arguments.pairs);
  options.metric_rows = static_cast<Index>(arguments.metric_rows);
  options.standardize = arguments.standardize;
  options.seed = session.split_seed();
  if (!arguments.html.empty()) options.drawings = drawings_of;
  const Context context = session.context();
  const ClusteringComparison comparison = compare_clusterings(contenders, data, options, context);
  clear_progress();
  refuse_if_all_failed(comparison);
  write_comparison(comparison, arguments.html, arguments.json, context);
}

void add_comparison_options(CLI::App& command, ClusterArguments& arguments) {
  command.add_flag("--compare", arguments.compare,
                   "judge several models side by side: shape of the clusters, noise, stability, "
                   "time, and agreement with the target, which the fits do not see");
  command.add_option("--html", arguments.html, "with --compare: one page with everything");
  add_integer(command, "--pairs", arguments.pairs, 0,
              "with --compare: pairs of samples for the stability (default 5; 0 = none)");
  add_integer(command, "--metric-rows", arguments.metric_rows, 0,
              "with --compare: rows for silhouette and DBCV, whose time is quadratic (default 0 = "
              "all)");
  command.add_flag("--standardize", arguments.standardize,
                   "with --compare: judge on columns of zero mean and unit variance");
}

}  // namespace

void add_cluster_command(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("cluster", "find groups of rows, without a target");
  const auto arguments = std::make_shared<ClusterArguments>();
  command->add_option("DATA", arguments->data, "a bundled data set or a file")->required();
  command
      ->add_option("-m,--model", arguments->models,
                   "a clusterer, as in 'KMeans(n_clusters=3)'; with --compare it may be repeated "
                   "and stand for many: 'KMeans(n_clusters=2..10)', 'DBSCAN(eps=0.3|0.5|1)'")
      ->required()
      ->allow_extra_args(false);
  command->add_option("-o,--output", arguments->out, "the labels, CSV; noise is -1; - for stdout");
  command->add_option("--json", arguments->json,
                      "clusters, inertia, seconds and work, or the comparison, as JSON; - for "
                      "stdout");
  add_comparison_options(*command, *arguments);
  arguments->options.add_to(*command);
  command->callback([arguments, &session] {
    if (arguments->compare) {
      compare(*arguments, session);
    } else {
      cluster(*arguments, session);
    }
  });
}

}  // namespace grove::cli
