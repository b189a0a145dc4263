#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include "cli/app.hpp"
#include "cli/cv_spec.hpp"
#include "cli/data_source.hpp"
#include "cli/metric_choice.hpp"
#include "cli/output.hpp"
#include "cli/tune_journal.hpp"
#include "core/atomic_file.hpp"
#include "core/stopwatch.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/model_selection/search.hpp"
#include "model_selection/cv_json.hpp"
#include "model_selection/search/trial_runner.hpp"
#include "model_selection/search_json.hpp"
#include "params/range_text.hpp"

namespace grove::cli {

namespace {

struct TuneArguments {
  std::string data, model, method = "random", budget = "20", space, metric, cv, journal, json;
  std::int64_t repeats = 1;
  DataOptions options;
};

/// All that a search needs, decided before it starts.
struct Plan {
  SearchableModel model;
  SearchOptions options;
  Dataset data;
  std::string splits_sha256;
};

SearchableModel model_of(const TuneArguments& arguments, const Session& session) {
  SearchableModel result = session.searchable_model(arguments.model);
  const EstimatorKind kind = result.model.kind();
  if (kind != EstimatorKind::classifier && kind != EstimatorKind::regressor)
    throw InvalidParameter(
        concat("grove tune needs a classifier or a regressor, got ", result.model.expression(),
               " (", to_string(kind), ")"),
        "grove cluster --compare judges clusterers side by side, as in 'KMeans(n_clusters=2..10)'");
  if (!arguments.space.empty()) {
    if (result.ranges)
      throw InvalidParameter("the search space is given twice: in the model and by --space",
                             "leave out one of them");
    result.space = read_space(read_whole_file(arguments.space), result.model, arguments.space);
  }
  if (result.space.empty())
    throw InvalidParameter(
        concat(result.model.expression(), " has nothing to tune"),
        result.model.search_space().empty()
            ? "give a search space: --space FILE, or ranges in the model, as in alpha=0.1|1|10"
            : "leave out parameters that shall be tuned, or give them ranges, as in 1..50");
  return result;
}

Plan plan_of(const TuneArguments& arguments, const Session& session) {
  SearchOptions options = parse_search(concat(arguments.method, ":", arguments.budget));
  options.seed = session.split_seed();
  SearchableModel model = model_of(arguments, session);
  const std::vector<Scorer> metrics = chosen_metrics(arguments.metric, model.model);
  if (!arguments.metric.empty() && metrics.size() != 1)
    throw InvalidParameter(concat("--metric must be one metric, got '", arguments.metric, "'"),
                           "grove compare --tune shows several");
  options.metric = metrics.front();
  options.space = model.space;
  const CvSpec spec = parse_cv(arguments.cv);
  Dataset data = load_data(arguments.data, arguments.options, DefaultTarget::last_column);
  if (spec.method != CvSpec::Method::automatic || arguments.repeats > 1) {
    options.cv = make_splitter(spec, static_cast<int>(arguments.repeats), options.seed, data);
  } else {
    options.cv = inner_splitter(model.model, data, options);
  }
  std::string sha256 = splits_sha256(options.cv->split(data));
  return {std::move(model), std::move(options), std::move(data), std::move(sha256)};
}

/// Budgets that a search plans with from its start cannot grow later.
bool plans_ahead(SearchMethod method) {
  return method == SearchMethod::grid || method == SearchMethod::halving ||
         method == SearchMethod::hyperband;
}

Json journal_header(const Plan& plan) {
  const std::string method = to_text(plan.options);
  const bool whole = plans_ahead(plan.options.method);
  return {{"journal", "grove tune"},
          {"version", 1},
          {"fingerprint", plan.data.fingerprint()},
          {"model", plan.model.model.expression()},
          {"space", space_json(plan.model.space)},
          {"method", whole ? method : method.substr(0, method.find(':'))},
          {"metric", plan.options.metric->name()},
          {"cv", plan.options.cv->describe()},
          {"splits_sha256", plan.splits_sha256},
          {"seed", plan.options.seed}};
}

SearchResult done_before(const Plan& plan, const std::vector<Trial>& trials) {
  SearchResult done;
  done.estimator = plan.model.model.expression();
  done.method = to_text(plan.options);
  done.seed = plan.options.seed;
  done.space = plan.model.space;
  done.cv = plan.options.cv->describe();
  done.fingerprint = plan.data.fingerprint();
  done.metric = plan.options.metric->name();
  done.greater_is_better = plan.options.metric->greater_is_better();
  done.trials = trials;
  return done;
}

SearchResult run(Plan& plan, const TuneArguments& arguments, const Session& session,
                 const Context& context) {
  if (arguments.journal.empty()) return search(plan.model.model, plan.data, plan.options, context);
  TuneJournal journal(arguments.journal, journal_header(plan), plan.model.space,
                      plan.model.model.param_values());
  std::size_t n_trials = journal.trials().size();
  if (n_trials > 0) {
    session.note(concat(n_trials, n_trials == 1 ? " trial is" : " trials are", " taken from ",
                        arguments.journal));
    plan.options.done = done_before(plan, journal.trials());
  }
  plan.options.on_trial = [&](const Trial& trial) {
    journal.append(trial);
    ++n_trials;
  };
  try {
    return search(plan.model.model, plan.data, plan.options, context);
  } catch (const Cancelled&) {
    throw Error("interrupted", concat(n_trials, n_trials == 1 ? " trial is" : " trials are", " in ",
                                      arguments.journal, ": the same command goes on from there"));
  }
}

Estimator model_of_trial(const Plan& plan, const SearchResult& result, std::size_t trial) {
  Estimator model = plan.model.model.unfitted();
  // Trial 0 is the model as it is.
  if (trial > 0)
    for (const auto& [name, value] : searched_params(result.trials[trial], result.space))
      model.set_param(name, value);
  return model;
}

Json curve_json(const std::vector<double>& curve) {
  Json json = Json::array();
  for (const double value : curve) json.push_back(number_or_null(value));
  return json;
}

Json result_json(const Plan& plan, const SearchResult& result, double seconds,
                 const Context& context) {
  const auto score = [&](std::size_t trial) { return number_or_null(result.trials[trial].score); };
  Json trials = Json::array();
  for (const Trial& trial : result.trials) trials.push_back(trial_json(trial, result.space));
  return {{"dataset",
           {{"name", plan.data.name()},
            {"n_rows", plan.data.n_rows()},
            {"n_features", plan.data.n_columns()},
            {"fingerprint", plan.data.fingerprint()}}},
          {"fingerprint", plan.data.fingerprint()},
          {"model", result.estimator},
          {"best_model", model_of_trial(plan, result, result.best).expression()},
          {"method", result.method},
          {"metric", result.metric},
          {"greater_is_better", result.greater_is_better},
          {"cv", result.cv},
          {"splits_sha256", plan.splits_sha256},
          {"seed", result.seed},
          {"space", space_json(result.space)},
          {"best", result.best},
          {"best_score", score(result.best)},
          {"default_score", score(0)},
          {"evaluations", evaluations_of(result)},
          {"seconds", seconds},
          {"best_so_far", curve_json(best_so_far(result))},
          {"expected_best", curve_json(expected_best(result))},
          {"trials", std::move(trials)},
          {"environment", environment_json(context)}};
}

std::string space_text(const SearchSpace& space) {
  std::string text;
  for (const auto& [name, range] : space) text += concat("  ", name, ": ", range_text(range), "\n");
  return text;
}

/// "-" for a trial that failed.
std::string score_text(double score) { return std::isnan(score) ? "-" : rounded(score); }

/// The best trials, those that saw all rows first.
std::string trials_text(const SearchResult& result) {
  constexpr std::size_t most = 10;
  std::vector<std::size_t> order(result.trials.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto before = [&](std::size_t i, std::size_t j) {
    const Trial& a = result.trials[i];
    const Trial& b = result.trials[j];
    if (std::isnan(a.score) != std::isnan(b.score)) return std::isnan(b.score);
    if (a.resource != b.resource) return a.resource > b.resource;
    if (std::isnan(a.score)) return false;
    return result.greater_is_better ? a.score > b.score : a.score < b.score;
  };
  std::stable_sort(order.begin(), order.end(), before);
  std::vector<std::string> head = {"trial", result.metric, "sd", "rows", "seconds"};
  for (const SearchDimension& dimension : result.space) head.push_back(dimension.name);
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < std::min(most, order.size()); ++i) {
    const Trial& trial = result.trials[order[i]];
    std::vector<std::string> row = {
        concat(order[i]), score_text(trial.score), score_text(trial.std),
        concat(fixed_text(100 * trial.resource, 0), "%"), fixed_text(trial.seconds, 3)};
    for (const auto& [name, value] : searched_params(trial, result.space)) {
      const auto* number = value.get_if<double>();
      row.push_back(number != nullptr ? short_text(*number) : to_text(value));
    }
    rows.push_back(std::move(row));
  }
  return table(head, rows);
}

/// "1: 0.9333  2: 0.9333  5: 0.96": at 1, 2, 5, 10, 20, 50, ... and at the end.
std::string curve_text(const std::vector<double>& curve) {
  std::string text;
  const auto add = [&](std::size_t n) { text += concat("  ", n, ": ", rounded(curve[n - 1])); };
  std::size_t next = 1;
  for (std::size_t step = 0; next < curve.size(); ++step) {
    add(next);
    next = step % 3 == 1 ? next / 2 * 5 : next * 2;
  }
  if (!curve.empty()) add(curve.size());
  return text;
}

std::string result_text(const Plan& plan, const SearchResult& result, double seconds) {
  const auto line = [&](std::string_view what, std::size_t trial) {
    const Trial& one = result.trials[trial];
    return std::vector<std::string>{std::string(what), rounded(one.score),
                                    model_of_trial(plan, result, trial).expression()};
  };
  std::uint64_t work = 0;
  std::size_t failed = 0;
  for (const Trial& trial : result.trials) {
    work += total_work(trial.work);
    failed += trial.error.empty() ? 0 : 1;
  }
  std::string text =
      concat(plan.data.name(), ": ", plan.data.n_rows(), " rows, ", plan.data.n_columns(),
             " columns; ", result.method, "; ", result.cv, "\n", space_text(result.space), "\n");
  text += table({"", result.metric, "model"}, {line("best", result.best), line("as given", 0)});
  text += concat("\n", trials_text(result), "\nbest so far after trial",
                 curve_text(best_so_far(result)), "\nexpected best of trials",
                 curve_text(expected_best(result)), "\n\n", result.trials.size(), " trials, ",
                 failed, " failed; ", rounded(evaluations_of(result), 1), " evaluations, ",
                 fixed_text(seconds, 2), " s, ", work, " units of work\n");
  for (const Trial& trial : result.trials)
    if (!trial.error.empty()) {
      text += concat("the first failure: ", trial.error, "\n");
      break;
    }
  return text +
         "The best score was chosen from many, so it flatters: grove compare --tune measures "
         "what tuning is worth.\n";
}

void tune(const TuneArguments& arguments, const Session& session) {
  check_outputs({arguments.json});
  Plan plan = plan_of(arguments, session);
  const Context context = session.context();
  const Stopwatch stopwatch;
  const SearchResult result = run(plan, arguments, session, context);
  const double seconds = stopwatch.seconds();
  clear_progress();
  if (arguments.json != "-") print(result_text(plan, result, seconds));
  if (!arguments.json.empty())
    write_json(arguments.json, result_json(plan, result, seconds, context));
}

}  // namespace

void add_tune_command(CLI::App& app, Session& session) {
  CLI::App* command =
      app.add_subcommand("tune", "search good parameters of a model by cross-validation");
  const auto arguments = std::make_shared<TuneArguments>();
  command->add_option("DATA", arguments->data, "a bundled data set or a file")->required();
  command
      ->add_option("-m,--model", arguments->model,
                   "a model; a parameter that is given a value keeps it, and ranges, as in "
                   "'KNeighborsClassifier(n_neighbors=1..50, weights=uniform|distance)', are the "
                   "search space; grove models NAME shows the default one")
      ->required();
  command->add_option("--method", arguments->method,
                      "grid, random, halving, hyperband, asha or tpe (default random)");
  command->add_option("--budget", arguments->budget,
                      "evaluations, seconds or units of work: 50, 30s or 5e9w (default 20)");
  command->add_option(
      "--space", arguments->space,
      "a file with the search space, JSON: {\"n_neighbors\": {\"low\": 1, \"high\": 50, "
      "\"scale\": \"log\"}, \"weights\": [\"uniform\", \"distance\"]}");
  command->add_option("--metric", arguments->metric, "what is made best (default accuracy or r2)");
  command->add_option("--cv", arguments->cv,
                      "folds, as in grove cv (default 3, stratified for classes)");
  add_integer(*command, "--repeats", arguments->repeats, 1,
              "do it again with other folds (default 1)");
  command->add_option("--journal", arguments->journal,
                      "keeps every trial in this file; a search that was stopped goes on from it");
  command->add_option("--json", arguments->json, "everything as JSON; - for stdout");
  arguments->options.add_to(*command);
  command->callback([arguments, &session] { tune(*arguments, session); });
}

}  // namespace grove::cli
