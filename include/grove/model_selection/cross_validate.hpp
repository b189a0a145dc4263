#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "grove/estimator/external_model.hpp"
#include "grove/data/audit.hpp"
#include "grove/model_selection/scorer.hpp"
#include "grove/model_selection/search_result.hpp"
#include "grove/model_selection/splitter.hpp"

namespace grove {

struct FoldResult;
struct FinishedFold;

struct CrossValidateOptions {
  /// Default: StratifiedKFold for classifiers, KFold for regressors, 5 folds, shuffled with seed 0.
  std::optional<Splitter> cv = {};
  /// Default: default_scorers().
  std::vector<Scorer> metrics = {};
  bool train_scores = false;
  bool keep_estimators = false;
  /// Of the test rows, with probabilities where the model has them.
  bool keep_predictions = false;
  /// A numeric column that tells the time of each row: nothing may be trained on a later row than
  /// it is tested on. See leak_guards.hpp.
  std::string time_column = {};
  /// Asked before each split is run, from any thread: what an earlier run found on it, or null.
  /// What is given is taken as it is; it must fit the split (InvalidData).
  std::function<const FinishedFold*(std::size_t split)> finished = {};
  /// Receives each fold that was run, failed ones too; one call at a time, from any thread.
  std::function<void(std::size_t split, const FoldResult&, const PredictionSet&)> on_fold = {};
};

/// One fold. If `error` is not empty the fold failed and has no scores; it is never dropped.
struct FoldResult {
  int repeat = 0;
  int fold = 0;
  Index n_train = 0;
  Index n_test = 0;
  std::vector<double> scores;        // one per metric
  std::vector<double> train_scores;  // on request
  double fit_seconds = 0;
  double predict_seconds = 0;
  /// Processor time of fit and predict: of the fold's thread and of those that helped with its
  /// parallel loops, without waiting. Threads that an estimator starts by itself are left out.
  double cpu_seconds = 0;
  /// Rise of the process's resident memory during fit and predict; folds that run at once share it.
  std::uint64_t peak_bytes = 0;
  WorkCounts work;
  std::string error;
  std::string hint;
  std::optional<Estimator> estimator;  // on request
  /// Of a TunedModel: what its fit tried.
  std::shared_ptr<const SearchResult> search;
  /// Of an ExternalModel: its run, from which the seconds and bytes above are.
  std::shared_ptr<const ExternalRun> external;
};

/// A fold and what was predicted on its test rows, in their order; nothing if it failed.
struct FinishedFold {
  FoldResult result;
  PredictionSet predictions;
};

/// Predictions on the test rows of all folds of one repeat; rows that were never tested have label
/// -1 or NaN.
struct OutOfFold {
  Labels labels;
  Vector values;
  Matrix proba;
};

struct CrossValidation {
  std::string dataset;
  Index n_rows = 0;
  Index n_features = 0;
  std::string fingerprint;
  std::string model;     // its expression
  std::string name;      // by which its user calls it; may be empty
  std::string splitter;  // its description
  std::string splits_sha256;
  std::vector<std::string> metrics;
  std::vector<FoldResult> folds;
  std::vector<OutOfFold> out_of_fold;  // one per repeat, on request
  std::vector<Finding> findings;       // of cross_validate: see leak_guards.hpp

  Index n_failed() const;
  /// One score per fold, NaN for failed ones. Throws InvalidParameter for a metric that was not
  /// computed.
  Vector scores(std::string_view metric) const;
  /// Mean and standard deviation (n - 1) over the folds; NaN if any fold failed.
  double mean(std::string_view metric) const;
  double std(std::string_view metric) const;
};

/// Fits a fresh copy of `estimator` on the training part of every fold and scores it on the test
/// part. Whatever the estimator does in fit (a pipeline's scaling, imputing, early stopping) it
/// does inside the fold. Folds run at once as far as the context's threads allow; scores do not
/// depend on that. Throws for a clusterer and for data that cannot be split; errors inside a fold
/// are recorded in it.
CrossValidation cross_validate(const Estimator& estimator, const Dataset& data,
                               const CrossValidateOptions& options = {},
                               const Context& context = {});

/// The same on folds that are given. They are not looked at for leaks: fold_findings does that.
CrossValidation cross_validate_on(const Estimator& estimator, const Dataset& data,
                                  const std::vector<Split>& splits,
                                  const CrossValidateOptions& options = {},
                                  const Context& context = {});

/// The splitter that cross_validate takes by default.
Splitter default_splitter(const Estimator& estimator, int n_splits = 5, std::uint64_t seed = 0);

/// A table: one line per fold, then mean and standard deviation.
std::ostream& operator<<(std::ostream& out, const CrossValidation& result);

/// JSON of several models on one data set and the same folds; numbers keep full precision.
std::string to_json(const std::vector<CrossValidation>& models, std::uint64_t seed = 0,
                    const Context& context = {});

struct LearningCurveOptions {
  /// Shares of each training part, in (0, 1].
  std::vector<double> train_sizes = {0.1, 0.325, 0.55, 0.775, 1.0};
  std::optional<Splitter> cv = {};
  std::vector<Scorer> metrics = {};
  /// Rows are drawn from each training part in an order that this seed shuffles.
  std::uint64_t seed = 0;
};

/// Cross-validation at growing numbers of training rows; the smaller sets are parts of the larger
/// ones.
struct LearningCurvePoint {
  double train_size = 0;
  CrossValidation result;  // with train scores
};
std::vector<LearningCurvePoint> learning_curve(const Estimator& estimator, const Dataset& data,
                                               const LearningCurveOptions& options = {},
                                               const Context& context = {});

}  // namespace grove
