#include <algorithm>
#include <cmath>
#include <numeric>
#include <sstream>

#include "cli/app.hpp"
#include "cli/output.hpp"
#include "cli/statlog.hpp"
#include "compare/report/page.hpp"
#include "core/text.hpp"
#include "grove/core/environment.hpp"
#include "grove/core/error.hpp"
#include "grove/data/standard_datasets.hpp"
#include "grove/metrics/interval.hpp"
#include "grove/model_selection/cross_validate.hpp"
#include "registry/suggest.hpp"

namespace grove::cli {

namespace {

/// The alternative with the best accuracy in 10-fold cross-validation on the rows that it is given.
struct BestOf {
  std::vector<Estimator> alternatives;
  std::optional<Estimator> best;

  void fit(const Dataset& data, const Context& context) {
    const Splitter folds = StratifiedKFold{.n_splits = 10, .shuffle = true};
    best = alternatives.front();
    double highest = -1;
    for (const Estimator& alternative : alternatives) {
      const double accuracy =
          cross_validate(alternative, data, {.cv = folds, .metrics = {"accuracy"}}, context)
              .mean("accuracy");
      if (accuracy > highest) best = alternative;
      highest = std::max(highest, accuracy);
    }
    best->fit(data, context);
  }
  Labels predict(const MatrixView& x, const Context& context = {}) const {
    return best->predict(x, context);
  }
};

struct MethodResult {
  const StudyMethod* method = nullptr;
  std::string model;  // with the alternative that was chosen, if one was chosen once
  double n_right = 0, n_asked = 0;
  double error = 0;              // percent
  metrics::Interval interval{};  // 95 %, of the error
  double seconds = 0, cpu_seconds = 0;
  std::string failure;
};

struct StudyResult {
  const Study* study = nullptr;
  Index n_train = 0, n_test = 0;  // of the first split
  std::vector<MethodResult> methods;
};

std::vector<Split> splits_of(const Study& study, const Dataset& data, std::uint64_t seed) {
  if (study.protocol == Protocol::cross_validation)
    return RepeatedStratifiedKFold{
        .n_splits = study.n_folds, .n_repeats = study.n_repeats, .seed = seed}
        .split(data);
  if (study.protocol == Protocol::leave_one_out) return LeaveOneOut{}.split(data);
  Split split;
  split.train.resize(static_cast<std::size_t>(study.n_train));
  split.test.resize(static_cast<std::size_t>(data.n_rows() - study.n_train));
  std::iota(split.train.begin(), split.train.end(), Index{0});
  std::iota(split.test.begin(), split.test.end(), study.n_train);
  return {split};
}

MethodResult run_method(const Study& study, const StudyMethod& method, const Dataset& data,
                        const std::vector<Split>& splits, const Session& session,
                        const Context& context) {
  MethodResult result;
  result.method = &method;
  result.model = method.model;
  const std::vector<Estimator> models = session.models(method.model);
  const Estimator model = models.size() == 1 ? models.front() : Estimator(BestOf{models, {}});
  const CrossValidateOptions options{.metrics = {"accuracy"},
                                     .keep_estimators = study.protocol == Protocol::hold_out};
  const CrossValidation run = cross_validate_on(model, data, splits, options, context);
  for (const FoldResult& fold : run.folds) {
    result.seconds += fold.fit_seconds + fold.predict_seconds;
    result.cpu_seconds += fold.cpu_seconds;
    if (!fold.error.empty()) {
      result.failure = fold.error;
      return result;
    }
    result.n_right += std::round(fold.scores.front() * static_cast<double>(fold.n_test));
    result.n_asked += static_cast<double>(fold.n_test);
    if (fold.estimator)
      if (const auto* chosen = fold.estimator->get_if<BestOf>())
        result.model = chosen->best->expression();
  }
  const double share = 1 - result.n_right / result.n_asked;
  result.error = 100 * share;
  // Repeats ask the same rows again, and tell nothing new about how far the rows are from all rows.
  const auto n_rows = result.n_asked / study.n_repeats;
  const metrics::Interval interval = metrics::wilson_interval(share * n_rows, n_rows);
  result.interval = {100 * interval.low, 100 * interval.high};
  return result;
}

StudyResult run_study(const Study& study, const Session& session, const Context& context) {
  StudyResult result;
  result.study = &study;
  const Dataset data = datasets::load(study.dataset);
  const std::vector<Split> splits = splits_of(study, data, session.split_seed());
  result.n_train = static_cast<Index>(splits.front().train.size());
  result.n_test = static_cast<Index>(splits.front().test.size());
  for (const StudyMethod& method : study.methods) {
    context.check_stop("reproduce");
    result.methods.push_back(run_method(study, method, data, splits, session, context));
  }
  return result;
}

std::string protocol_text(const StudyResult& result) {
  const Study& study = *result.study;
  if (study.protocol == Protocol::leave_one_out) return "leave one out";
  if (study.protocol == Protocol::cross_validation)
    return concat(study.n_folds, "-fold cross-validation, ", study.n_repeats, " times");
  return concat("first ", result.n_train, " rows train, last ", result.n_test, " test");
}

/// A figure that was not checked is marked.
std::string published_text(const PublishedError& error) {
  const std::string percent = number_text(error.percent);
  return (error.checked ? "" : "~") + percent +
         (percent.find('.') == std::string::npos ? ".0" : "");
}

std::string others_text(const Study& study) {
  std::vector<std::string> figures;
  for (const PublishedError& error : study.others)
    figures.push_back(concat(error.method, " ", published_text(error)));
  return join(figures, figures.size());
}

std::string interval_text(const metrics::Interval& interval) {
  return concat(fixed_text(interval.low, 2), " .. ", fixed_text(interval.high, 2));
}

const std::vector<std::string> head{"method", "published", "grove", "95 % interval",
                                    "right",  "cpu s",     "model"};

std::vector<std::string> row_of(const MethodResult& result) {
  const auto& published = result.method->published;
  const std::string figure = published.empty() ? "-" : published_text(published.front());
  if (!result.failure.empty())
    return {result.method->name, figure, "failed", "-", "-", "-", result.failure};
  return {result.method->name,
          figure,
          fixed_text(result.error, 2),
          interval_text(result.interval),
          concat(result.n_right, "/", result.n_asked),
          fixed_text(result.cpu_seconds, 2),
          result.model};
}

std::string text_of(const std::vector<StudyResult>& results) {
  std::string text;
  for (const StudyResult& result : results) {
    std::vector<std::vector<std::string>> rows;
    for (const MethodResult& method : result.methods) rows.push_back(row_of(method));
    const Study& study = *result.study;
    text += concat(study.dataset, ": error in percent; ", protocol_text(result), "\n\n",
                   table(head, rows));
    if (!study.others.empty()) text += concat("published only: ", others_text(study), "\n");
    text += concat("published: ", study.source, "\n");
    if (!study.remark.empty()) text += study.remark + "\n";
    text += "\n";
  }
  return text +
         "~ quoted from memory, not checked in the source. Interval: Wilson's, for other rows of "
         "the same kind.\nModels with | were chosen by 10-fold cross-validation inside the "
         "training "
         "rows.\n";
}

Json json_of(const MethodResult& result) {
  Json published = nullptr;
  if (!result.method->published.empty()) {
    const PublishedError& error = result.method->published.front();
    published = {{"method", error.method}, {"error", error.percent}, {"checked", error.checked}};
  }
  Json json{{"method", result.method->name}, {"model", result.model}, {"published", published}};
  if (!result.failure.empty()) {
    json["failure"] = result.failure;
    return json;
  }
  json["error"] = result.error;
  json["interval"] = {result.interval.low, result.interval.high};
  json["n_right"] = result.n_right;
  json["n_asked"] = result.n_asked;
  json["seconds"] = result.seconds;
  json["cpu_seconds"] = result.cpu_seconds;
  return json;
}

Json json_of(const std::vector<StudyResult>& results, const Session& session,
             const Context& context) {
  Json studies = Json::array();
  for (const StudyResult& result : results) {
    const Study& study = *result.study;
    Json methods = Json::array();
    for (const MethodResult& method : result.methods) methods.push_back(json_of(method));
    Json others = Json::array();
    for (const PublishedError& error : study.others)
      others.push_back(
          {{"method", error.method}, {"error", error.percent}, {"checked", error.checked}});
    studies.push_back({{"dataset", study.dataset},
                       {"protocol", protocol_text(result)},
                       {"source", study.source},
                       {"methods", std::move(methods)},
                       {"published_only", std::move(others)},
                       {"remark", study.remark}});
  }
  const Environment here = environment(context);
  return {{"study", "statlog"},
          {"seed", session.split_seed()},
          {"studies", std::move(studies)},
          {"environment",
           {{"version", here.version}, {"commit", here.commit}, {"threads", here.threads}}}};
}

std::string html_of(const std::vector<StudyResult>& results, const Context& context) {
  std::ostringstream out;
  open_page(out, "StatLog's error rates, published and reproduced");
  out << "<p class=\"soft\">Error in percent. ~: quoted from memory, not checked in the source. "
         "Interval: Wilson's, for other rows of the same kind.</p>\n";
  for (const StudyResult& result : results) {
    const Study& study = *result.study;
    out << "<section><h2>" << escaped(study.dataset) << "</h2>\n<p class=\"soft\">"
        << escaped(protocol_text(result))
        << "</p>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Errors on "
        << escaped(study.dataset) << "\"><table><thead><tr>";
    for (const std::string& column : head)
      out << "<th scope=\"col\"" << (column == "model" ? " style=\"text-align:left\"" : "") << ">"
          << column << "</th>";
    out << "</tr></thead><tbody>\n";
    for (const MethodResult& method : result.methods) {
      const std::vector<std::string> row = row_of(method);
      out << "<tr><th scope=\"row\">" << escaped(row.front()) << "</th>";
      for (std::size_t i = 1; i + 1 < row.size(); ++i) out << "<td>" << escaped(row[i]) << "</td>";
      out << "<td style=\"text-align:left;white-space:normal;min-width:16rem\"><code>"
          << escaped(row.back()) << "</code></td></tr>\n";
    }
    out << "</tbody></table></div>\n";
    if (!study.remark.empty()) out << "<p>" << escaped(study.remark) << "</p>\n";
    if (!study.others.empty())
      out << "<p class=\"soft\">Published only: " << escaped(others_text(study)) << "</p>\n";
    out << "<p class=\"soft\">Published: " << escaped(study.source) << "</p></section>\n";
  }
  out << "<section><h2>How this was made</h2>\n<dl>";
  write_environment(out, environment(context));
  out << "</dl></section>\n";
  close_page(out);
  return out.str();
}

struct ReproduceArguments {
  std::string study, json, html;
  std::vector<std::string> data;
};

std::vector<const Study*> chosen_studies(const ReproduceArguments& arguments) {
  if (arguments.study != "statlog")
    throw InvalidParameter(concat("there is no study '", printable(arguments.study), "'",
                                  suggestion(arguments.study, {"statlog"})),
                           "write grove reproduce statlog");
  std::vector<const Study*> chosen;
  std::vector<std::string> names;
  for (const Study& study : statlog_studies()) {
    names.push_back(study.dataset);
    if (arguments.data.empty() || std::find(arguments.data.begin(), arguments.data.end(),
                                            study.dataset) != arguments.data.end())
      chosen.push_back(&study);
  }
  for (const std::string& name : arguments.data)
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw InvalidParameter(
          concat("statlog has no data set '", printable(name), "'", suggestion(name, names)),
          concat("it has ", join(names)));
  return chosen;
}

void reproduce(const ReproduceArguments& arguments, const Session& session) {
  const std::vector<const Study*> studies = chosen_studies(arguments);
  check_outputs({arguments.json, arguments.html});
  const Context context = session.context();
  std::vector<StudyResult> results;
  for (const Study* study : studies) results.push_back(run_study(*study, session, context));
  clear_progress();
  if (arguments.json != "-" && arguments.html != "-") print(text_of(results));
  if (!arguments.html.empty()) write_text(arguments.html, html_of(results, context));
  if (!arguments.json.empty()) write_json(arguments.json, json_of(results, session, context));
}

}  // namespace

void add_reproduce_command(CLI::App& app, Session& session) {
  CLI::App* command =
      app.add_subcommand("reproduce", "published error rates beside grove's own, on the same rows");
  const auto arguments = std::make_shared<ReproduceArguments>();
  command->add_option("STUDY", arguments->study, "statlog")->required();
  command->add_option(
      "DATA", arguments->data,
      "satellite, vehicle, shuttle, letter_recognition, sonar, glass (default: all)");
  command->add_option("--json", arguments->json, "everything as JSON; - for stdout");
  command->add_option("--html", arguments->html, "a page for a browser");
  command->callback([arguments, &session] { reproduce(*arguments, session); });
}

}  // namespace grove::cli
