#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/estimator/estimator.hpp"

namespace grove {

struct ExternalParams {
  /// Given to /bin/sh -c in the caller's directory.
  std::string command = {};
  /// Seconds that one run may take; then it is ended, and the fit counts as failed.
  double timeout = 600;
  /// Of a classifier: the command writes probabilities, so metrics of them can be asked for.
  bool proba = false;
  /// Passed on in task.json.
  std::uint64_t seed = 0;
  static const Schema<ExternalParams>& schema();
};

/// What one run of a command took.
struct ExternalRun {
  double seconds = 0;  // wall clock, from its start to its end
  /// As the program reported them; else all of `seconds` is fit_seconds.
  double fit_seconds = 0;
  double predict_seconds = 0;
  bool reported_seconds = false;
  double cpu_seconds = 0;  // user and system, of the command and all below it
  /// Resident memory of the whole program, interpreter and data included: of its largest process
  /// or, if more, of all that lived at once.
  std::uint64_t peak_bytes = 0;
  int threads = 1;  // that it was told to use
  WorkCounts work;  // as the program reported it
  /// What the exchange of files took of grove itself; no part of the above.
  double exchange_seconds = 0;
};

/// Any program as an estimator, so that it can be compared on the very same folds. `fit` keeps the
/// training rows; the first `predict` of a test set runs the command on files in a temporary
/// directory and reads what it wrote. A classifier or a regressor, as the data have it.
///
/// The command finds in its environment the paths
///   GROVE_TRAIN        CSV: all columns, the target, and `weight` and `group` where there are any
///   GROVE_TEST         CSV: the same columns without these
///   GROVE_TASK         JSON: "task", "target", "classes" (the order of codes), "columns" (name,
///                      kind, categories), "weight", "group", "n_train", "n_test", "proba",
///                      "threads", "seed"
///   GROVE_PREDICTIONS  CSV that it must write, a row per test row: `prediction` (the class as in
///                      train.csv, or a number), or `proba_CLASS` for every class, or both
///   GROVE_TIMING       JSON that it may write: "fit_seconds", "predict_seconds", "work" (counts)
/// and in OMP_NUM_THREADS, OPENBLAS_NUM_THREADS, MKL_NUM_THREADS and GROVE_THREADS the threads that
/// it may use. Missing values are empty fields. A class that is not in the training rows may lack
/// its column of probabilities; rows are divided by their sum; without `prediction` the most
/// probable class is predicted, the first of equal ones.
///
/// Throws Error for a command that cannot start, fails or runs too long (with the last lines that
/// it wrote), ParseError for files that are not as they should be, Cancelled.
class ExternalModel {
 public:
  using Params = ExternalParams;
  static constexpr std::string_view type_name = "external";

  /// Throws InvalidParameter for an empty command or a limit that is not positive.
  explicit ExternalModel(ExternalParams params);

  const ExternalParams& params() const { return params_; }
  EstimatorKind kind() const { return kind_; }
  Capabilities capabilities() const { return {.missing_values = true, .categorical = true}; }
  /// As parse_model reads it: external(COMMAND, timeout=60); the command is quoted where its end
  /// would not be clear.
  std::string expression() const;

  ExternalModel& fit(const Dataset& data, const Context& context = {});
  Labels predict(const MatrixView& x, const Context& context = {}) const;
  Vector predict_values(const MatrixView& x, const Context& context = {}) const;
  Matrix predict_proba(const MatrixView& x, const Context& context = {}) const;
  bool has_predict_proba() const { return params_.proba && kind_ == EstimatorKind::classifier; }

  ExternalModel unfitted() const;
  ParamValues param_values() const;
  void set_param(std::string_view name, const Value& value);
  const TrainedOn* trained_on() const;
  const FitReport* report() const;

  /// The same, not fitted, as a classifier or regressor.
  ExternalModel of_kind(EstimatorKind kind) const;
  /// The latest run; nothing before the first.
  std::optional<ExternalRun> last_run() const;

 private:
  struct State;
  struct Answer;
  const State& state() const;
  std::shared_ptr<const Answer> answer(const MatrixView& x, const Context& context) const;

  ExternalParams params_;
  EstimatorKind kind_ = EstimatorKind::classifier;
  std::shared_ptr<const State> state_;
};

/// The external model that an estimator is, or that its pipeline ends with; else null.
const ExternalModel* external_part(const Estimator& estimator);

/// The estimator, its external part made a classifier or a regressor as the data have it; not
/// fitted if there is one.
Estimator with_task_of(const Estimator& estimator, const Dataset& data);

}  // namespace grove
