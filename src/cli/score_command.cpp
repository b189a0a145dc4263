#include "cli/app.hpp"
#include "cli/data_source.hpp"
#include "cli/metric_choice.hpp"
#include "cli/output.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/registry/archive.hpp"

namespace grove::cli {

namespace {

struct ScoreArguments {
  std::string file, data, metrics, json;
  DataOptions options;
};

void score(const ScoreArguments& arguments, const Session& session) {
  check_outputs({arguments.json});
  const Estimator model = load(arguments.file);
  if (!needs_target(model.kind()))
    throw InvalidParameter(concat("grove score needs a classifier or a regressor, and ",
                                  model.expression(), " is a ", to_string(model.kind())),
                           "grove predict gives its labels of new rows");
  const std::vector<Scorer> chosen = chosen_metrics(arguments.metrics, model);
  const Dataset data = load_for_scoring(arguments.data, arguments.options, columns_of(model));
  const Context context = session.context();
  const std::vector<double> scores =
      scores_of(predictions_for(model, data, chosen, context), data, chosen, context);
  Json json;
  json["model"] = model.expression();
  json["n_rows"] = data.n_rows();
  json["scores"] = Json::object();
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    json["scores"][chosen[i].name()] = scores[i];
    rows.push_back({chosen[i].name(), rounded(scores[i])});
  }
  if (arguments.json != "-") print(table({"metric", "score"}, rows));
  if (!arguments.json.empty()) write_json(arguments.json, json);
}

}  // namespace

void add_score_command(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("score", "score a saved model on data with a target");
  const auto arguments = std::make_shared<ScoreArguments>();
  command->add_option("FILE", arguments->file, "a model file")->required();
  command->add_option("DATA", arguments->data, "a bundled data set or a file")->required();
  command->add_option("--metrics", arguments->metrics, "names with commas between");
  command->add_option("--json", arguments->json, "the scores as JSON; - for stdout");
  arguments->options.add_to(*command);
  command->callback([arguments, &session] { score(*arguments, session); });
}

}  // namespace grove::cli
