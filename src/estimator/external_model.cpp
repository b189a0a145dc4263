#include "grove/estimator/external_model.hpp"

#include <time.h>

#include <cstring>
#include <filesystem>
#include <mutex>

#include "core/atomic_file.hpp"
#include "core/command.hpp"
#include "core/cpu_meter.hpp"
#include "core/not_fitted.hpp"
#include "core/stopwatch.hpp"
#include "core/temporary_folder.hpp"
#include "core/text.hpp"
#include "core/thread_budget.hpp"
#include "data/csv_writer.hpp"
#include "estimator/external_command.hpp"
#include "estimator/external_files.hpp"
#include "grove/core/error.hpp"
#include "grove/estimator/pipeline.hpp"

namespace grove {

const Schema<ExternalParams>& ExternalParams::schema() {
  using P = ExternalParams;
  static const Schema<P> table =
      Schema<P>()
          .add("command", &P::command,
               {[](const Value& value) {
                  const auto* text = value.get_if<std::string>();
                  return text != nullptr && !text->empty() && text->find('\0') == std::string::npos;
                },
                "a command for /bin/sh"},
               "What to run, in the caller's directory.")
          .add("timeout", &P::timeout, greater_than(0), "Seconds that one run may take.")
          .add("proba", &P::proba, "Whether the command writes probabilities of classes.")
          .add("seed", &P::seed, at_least(0), "Passed on in task.json.");
  return table;
}

struct ExternalModel::Answer {
  Matrix x;  // what was asked
  ExternalPredictions predictions;
  ExternalRun run;
};

struct ExternalModel::State {
  explicit State(const Dataset& data) : train(data), trained_on(data) {}
  Dataset train;
  TrainedOn trained_on;
  FitReport report;
  mutable std::mutex mutex;
  mutable std::shared_ptr<const Answer> latest;
};

namespace {

std::string last_lines(const CommandResult& result) {
  std::string_view text = result.err;
  std::string_view from = "its standard error ends ";
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    text = result.out;
    from = "its output ends ";
  }
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos) return "";
  constexpr std::size_t most = 1000;
  text = text.substr(0, end + 1);
  if (text.size() > most) text.remove_prefix(text.size() - most);
  // What is cut begins with a whole character.
  while (!text.empty() && (static_cast<unsigned char>(text.front()) & 0xc0) == 0x80)
    text.remove_prefix(1);
  std::string shown;
  while (!text.empty()) {
    const std::size_t line = std::min(text.find('\n'), text.size());
    std::string_view words = text.substr(0, line);
    while (!words.empty() && words.back() == '\r') words.remove_suffix(1);
    shown += concat(shown.empty() ? "" : " | ", printable(words, 4 * most));
    text.remove_prefix(std::min(line + 1, text.size()));
  }
  return concat("; ", from, "'", shown, "'");
}

void check_end(const CommandResult& result, const ExternalParams& params, std::string_view who) {
  using End = CommandResult::End;
  std::string what, hint;
  if (result.end == End::timed_out) {
    what = concat("ran longer than its limit of ", params.timeout, " s and was ended");
    hint = "give it more time, as in external(COMMAND, timeout=3600)";
  } else if (result.end == End::signalled) {
    const char* name = ::strsignal(result.code);
    what = concat("was ended by signal ", result.code, name != nullptr ? " (" : "",
                  name != nullptr ? name : "", name != nullptr ? ")" : "");
  } else if (result.code != 0) {
    what = concat("failed with exit code ", result.code);
    if (result.code == 127) hint = "127 stands for a command that is not found";
    if (result.code == 126) hint = "126 stands for a file that may not be run";
  }
  if (!what.empty()) throw Error(concat(who, " ", what, last_lines(result)), hint);
}

/// Tasks that run at once have equal shares, so that a run is told the same however they finish.
int threads_for_run(const Context& context) {
  const int tasks = context.budget != nullptr ? context.budget->tasks() : 1;
  return std::max(1, n_threads(context) / tasks);
}

/// One exchange: writes the files, runs the command, reads what it wrote.
ExternalPredictions exchange(const ExternalParams& params, const ExternalTask& task,
                             const Context& context, ExternalRun& run) {
  const std::string who = concat("external(", printable(params.command, 100), ")");
  const TemporaryFolder folder("grove-external");
  const std::string train = folder / "train.csv", test = folder / "test.csv";
  const std::string task_file = folder / "task.json", timing = folder / "timing.json";
  const std::string predictions = folder / "predictions.csv";
  write_new_file(train, csv_text(task.train));
  write_new_file(test, csv_text(task.test));
  write_new_file(task_file, task_json(task));
  context.check_stop(who);
  const std::string threads = concat(task.threads);
  const CommandResult result =
      run_command(params.command, {.environment = {{"GROVE_TRAIN", train},
                                                   {"GROVE_TEST", test},
                                                   {"GROVE_TASK", task_file},
                                                   {"GROVE_PREDICTIONS", predictions},
                                                   {"GROVE_TIMING", timing},
                                                   {"GROVE_THREADS", threads},
                                                   {"OMP_NUM_THREADS", threads},
                                                   {"OPENBLAS_NUM_THREADS", threads},
                                                   {"MKL_NUM_THREADS", threads}},
                                   .timeout = params.timeout,
                                   .stop = context.stop});
  context.check_stop(who);
  check_end(result, params, who);
  run.seconds = result.seconds;
  run.fit_seconds = result.seconds;
  run.cpu_seconds = result.cpu_seconds;
  run.peak_bytes = result.peak_bytes;
  run.threads = task.threads;
  try {
    run.reported_seconds = read_timing(timing, run);
    return read_predictions(predictions, task);
  } catch (const Error& error) {
    throw InvalidData(concat(who, ": ", error.what(), last_lines(result)), error.hint());
  }
}

}  // namespace

ExternalModel::ExternalModel(ExternalParams params) : params_(std::move(params)) {
  ExternalParams::schema().check(params_, type_name);
}

std::string ExternalModel::expression() const {
  std::string text = concat(type_name, "(", command_text(params_.command));
  const ParamValues defaults = ExternalParams::schema().values({.command = params_.command});
  const ParamValues values = param_values();
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i].second != defaults[i].second)
      text += concat(", ", values[i].first, "=", to_text(values[i].second));
  return text + ")";
}

const ExternalModel::State& ExternalModel::state() const {
  if (!state_) throw_not_fitted(type_name);
  return *state_;
}

ExternalModel& ExternalModel::fit(const Dataset& data, const Context& context) {
  context.check_stop(type_name);
  const bool real = data.has_target();
  check_fit_data(type_name, data, real ? TargetKind::real : TargetKind::labels, capabilities());
  const auto state = std::make_shared<State>(data);
  state->report.notes.push_back("the command runs when predictions are asked for");
  kind_ = real ? EstimatorKind::regressor : EstimatorKind::classifier;
  state_ = state;
  return *this;
}

std::shared_ptr<const ExternalModel::Answer> ExternalModel::answer(const MatrixView& x,
                                                                   const Context& context) const {
  const State& fitted = state();
  check_predict_data(type_name, x, fitted.trained_on, capabilities());
  auto answer = std::make_shared<Answer>();
  if (x.rows() == 0) {
    answer->predictions.proba.resize(0, fitted.trained_on.n_classes());
    return answer;
  }
  answer->x = x;
  const std::scoped_lock lock(fitted.mutex);
  const Matrix* known = fitted.latest ? &fitted.latest->x : nullptr;
  if (known != nullptr && known->rows() == x.rows() && known->cols() == x.cols() &&
      std::memcmp(known->data(), answer->x.data(),
                  static_cast<std::size_t>(x.size()) * sizeof(double)) == 0)
    return fitted.latest;
  const Stopwatch stopwatch;
  const Dataset test = Dataset::borrow(MatrixView(answer->x), fitted.trained_on.columns);
  const ExternalTask task{.train = fitted.train,
                          .test = test,
                          .proba = has_predict_proba(),
                          .threads = threads_for_run(context),
                          .seed = params_.seed};
  {
    const CpuPause grove_waits;
    answer->predictions = exchange(params_, task, context, answer->run);
  }
  CpuMeter::add_to_current(std::llround(1e9 * answer->run.cpu_seconds));
  answer->run.exchange_seconds = stopwatch.seconds() - answer->run.seconds;
  for (const auto& [counter, count] : answer->run.work) context.count(counter, count);
  fitted.latest = answer;
  return answer;
}

Labels ExternalModel::predict(const MatrixView& x, const Context& context) const {
  if (kind_ == EstimatorKind::regressor) detail::throw_no_labels(std::string(type_name), kind_);
  return answer(x, context)->predictions.labels;
}

Vector ExternalModel::predict_values(const MatrixView& x, const Context& context) const {
  if (kind_ != EstimatorKind::regressor) detail::throw_no_values(std::string(type_name), kind_);
  return answer(x, context)->predictions.values;
}

Matrix ExternalModel::predict_proba(const MatrixView& x, const Context& context) const {
  if (!has_predict_proba())
    throw Unsupported(concat(expression(), " was not said to write probabilities"),
                      "write external(COMMAND, proba=true)");
  const auto answered = answer(x, context);
  if (answered->predictions.proba.rows() != x.rows())
    throw InvalidData(concat(expression(), ": predictions.csv has no probabilities"),
                      "write a column proba_CLASS for every class, or leave proba=true out");
  return answered->predictions.proba;
}

ExternalModel ExternalModel::unfitted() const { return of_kind(kind_); }

ExternalModel ExternalModel::of_kind(EstimatorKind kind) const {
  ExternalModel fresh(params_);
  fresh.kind_ = kind;
  return fresh;
}

ParamValues ExternalModel::param_values() const { return ExternalParams::schema().values(params_); }

void ExternalModel::set_param(std::string_view name, const Value& value) {
  ExternalParams changed = params_;
  ExternalParams::schema().set(changed, type_name, name, value);
  *this = ExternalModel(std::move(changed)).of_kind(kind_);
}

const TrainedOn* ExternalModel::trained_on() const { return &state().trained_on; }
const FitReport* ExternalModel::report() const { return &state().report; }

std::optional<ExternalRun> ExternalModel::last_run() const {
  if (!state_) return std::nullopt;
  const std::scoped_lock lock(state_->mutex);
  return state_->latest ? std::optional(state_->latest->run) : std::nullopt;
}

const ExternalModel* external_part(const Estimator& estimator) {
  if (const auto* external = estimator.get_if<ExternalModel>()) return external;
  const auto* pipeline = estimator.get_if<Pipeline>();
  return pipeline != nullptr ? external_part(pipeline->last()) : nullptr;
}

Estimator with_task_of(const Estimator& estimator, const Dataset& data) {
  if (external_part(estimator) == nullptr) return estimator;
  if (const auto* external = estimator.get_if<ExternalModel>())
    return external->of_kind(data.has_target() ? EstimatorKind::regressor
                                               : EstimatorKind::classifier);
  const auto& pipeline = *estimator.get_if<Pipeline>();
  return Pipeline(pipeline.unfitted().transformers(), with_task_of(pipeline.last(), data));
}

}  // namespace grove
