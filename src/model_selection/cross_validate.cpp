#include "grove/model_selection/cross_validate.hpp"

#include <atomic>
#include <cmath>
#include <limits>
#include <mutex>

#include "core/cpu_meter.hpp"
#include "core/memory_meter.hpp"
#include "core/stopwatch.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"
#include "grove/core/random.hpp"
#include "grove/data/held_out.hpp"
#include "grove/estimator/pipeline.hpp"
#include "grove/model_selection/leak_guards.hpp"
#include "grove/model_selection/search.hpp"
#include "model_selection/check_kind.hpp"

namespace grove {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

std::size_t place_of(const CrossValidation& result, std::string_view metric) {
  for (std::size_t i = 0; i < result.metrics.size(); ++i)
    if (result.metrics[i] == metric) return i;
  throw InvalidParameter(concat("cross_validate: metric '", printable(metric), "' was not computed",
                                did_you_mean(metric, result.metrics)),
                         concat("there are ", join(result.metrics)));
}

/// Of a tuned model, alone or behind a pipeline's steps.
std::shared_ptr<const SearchResult> search_of(const Estimator& model) {
  if (const auto* tuned = model.get_if<TunedModel>())
    return std::make_shared<const SearchResult>(tuned->result());
  if (const auto* pipeline = model.get_if<Pipeline>()) return search_of(pipeline->last());
  return nullptr;
}

/// What no metric asked for, of predictions that are kept: not timed, not counted.
void complete(PredictionSet& predictions, const Estimator& fitted, const Dataset& test,
              const Context& context) {
  if (fitted.kind() != EstimatorKind::classifier) return;
  Context silent = context;
  silent.ledger = nullptr;
  silent.progress = {};
  if (predictions.labels.size() == 0) predictions.labels = fitted.predict(test, silent);
  if (predictions.proba.size() == 0 && fitted.has_predict_proba())
    predictions.proba = fitted.predict_proba(test, silent);
}

/// What an external command took instead of what grove measured while it waited for it.
void charge_external(const Estimator& fitted, FoldResult& result) {
  const auto* tuned = fitted.get_if<TunedModel>();
  const ExternalModel* external = external_part(tuned != nullptr ? tuned->best() : fitted);
  const std::optional<ExternalRun> run = external != nullptr ? external->last_run() : std::nullopt;
  if (!run) return;
  const double waited = run->seconds + run->exchange_seconds;
  result.fit_seconds += run->fit_seconds;
  result.predict_seconds = std::max(0.0, result.predict_seconds - waited) + run->predict_seconds;
  result.peak_bytes = run->peak_bytes;
  result.external = std::make_shared<const ExternalRun>(*run);
}

/// Everything about one fold that may throw.
struct FoldRun {
  const Estimator& estimator;
  const Dataset& data;
  const std::vector<Scorer>& scorers;
  const CrossValidateOptions& options;
  const HeldOut* held_out_further_out;

  PredictionSet run(const Split& split, FoldResult& result, const Context& context) const {
    const Dataset train = data.take(split.train);
    const Dataset test = data.take(split.test);
    const HeldOut held_out(train, test, held_out_further_out);
    Ledger ledger;
    Context counting = context;
    counting.ledger = &ledger;
    counting.progress = {};
    const MemoryMeter memory;
    const CpuMeter cpu;
    Estimator fresh = estimator.unfitted();
    const Stopwatch fitting;
    fresh.fit(train, counting);
    result.fit_seconds = fitting.seconds();
    result.search = search_of(fresh);
    const Stopwatch predicting;
    PredictionSet predictions = predictions_for(fresh, test, scorers, counting);
    result.predict_seconds = predicting.seconds();
    result.cpu_seconds = cpu.seconds();
    result.peak_bytes = memory.peak_bytes();
    result.work = ledger.counts();
    charge_external(fresh, result);
    if (context.ledger != nullptr) context.ledger->add(result.work);
    std::vector<double> scores = scores_of(predictions, test, scorers, context);
    if (options.train_scores)
      result.train_scores =
          scores_of(predictions_for(fresh, train, scorers, context), train, scorers, context);
    result.scores = std::move(scores);
    if (options.keep_predictions) complete(predictions, fresh, test, context);
    if (options.keep_estimators) result.estimator = std::move(fresh);
    return predictions;
  }
};

void store(OutOfFold& all, const PredictionSet& part, const std::vector<Index>& rows, Index n) {
  if (part.labels.size() > 0 && all.labels.size() == 0) all.labels = Labels::Constant(n, -1);
  if (part.values.size() > 0 && all.values.size() == 0)
    all.values = Vector::Constant(n, not_a_number);
  if (part.proba.size() > 0 && all.proba.size() == 0)
    all.proba = Matrix::Constant(n, part.proba.cols(), not_a_number);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto from = static_cast<Index>(i);
    if (part.labels.size() > 0) all.labels(rows[i]) = part.labels(from);
    if (part.values.size() > 0) all.values(rows[i]) = part.values(from);
    if (part.proba.size() > 0) all.proba.row(rows[i]) = part.proba.row(from);
  }
}

/// Nothing may be taken from an earlier run that this one could not have made.
void check_finished(const FinishedFold& fold, const Split& split, const Dataset& data,
                    std::size_t n_scores) {
  const FoldResult& result = fold.result;
  const PredictionSet& predictions = fold.predictions;
  const auto n = static_cast<Index>(split.test.size());
  const auto refuse = [&](std::string_view what) {
    throw InvalidData(concat("cross_validate: the finished fold ", split.repeat, "/", split.fold,
                             " does not fit: ", what));
  };
  if (result.repeat != split.repeat || result.fold != split.fold || result.n_test != n ||
      result.n_train != static_cast<Index>(split.train.size()))
    refuse("it is of another split");
  if (!result.error.empty()) {
    if (!result.scores.empty()) refuse("it failed and has scores");
    return;
  }
  if (result.scores.size() != n_scores) refuse("it has another number of scores");
  for (const Index rows : {predictions.labels.size(), predictions.values.size()})
    if (rows != 0 && rows != n) refuse("it has another number of predictions");
  if (predictions.labels.size() > 0 &&
      (predictions.labels.minCoeff() < 0 || predictions.labels.maxCoeff() >= data.n_classes()))
    refuse("it predicts a class that there is not");
  if (predictions.proba.size() > 0 &&
      (predictions.proba.rows() != n || predictions.proba.cols() != data.n_classes()))
    refuse("its probabilities have another shape");
}

void record(FoldResult& result, const std::exception& error) {
  result.error = error.what();
  if (const auto* own = dynamic_cast<const Error*>(&error)) result.hint = own->hint();
  result.scores.clear();
  result.train_scores.clear();
}

CrossValidation described(const Estimator& estimator, const Dataset& data,
                          const std::vector<Split>& splits, const std::vector<Scorer>& scorers) {
  CrossValidation result;
  result.dataset = data.name();
  result.n_rows = data.n_rows();
  result.n_features = data.n_columns();
  result.fingerprint = data.fingerprint();
  result.model = estimator.expression();
  result.splits_sha256 = splits_sha256(splits);
  for (const Scorer& scorer : scorers) result.metrics.push_back(scorer.name());
  return result;
}

}  // namespace

void check_kind(std::string_view who, const Estimator& estimator, const Dataset& data) {
  if (estimator.kind() == EstimatorKind::clusterer)
    throw Unsupported(
        concat(who, ": ", estimator.name(), " is a clusterer, which has no target to be tested on"),
        "judge clusterings with silhouette or adjusted_rand");
  if (estimator.kind() == EstimatorKind::outlier_detector)
    throw Unsupported(concat(who, ": ", estimator.name(),
                             " is an outlier detector, which has no target to be tested on"),
                      "where outliers are known, judge score_samples with metrics::roc_auc");
  const TargetKind target =
      estimator.kind() == EstimatorKind::classifier ? TargetKind::labels : TargetKind::real;
  check_fit_data(estimator.name(), data, target,
                 {.missing_values = true, .categorical = true, .sample_weights = true});
}

Index CrossValidation::n_failed() const {
  Index count = 0;
  for (const FoldResult& fold : folds) count += fold.error.empty() ? 0 : 1;
  return count;
}

Vector CrossValidation::scores(std::string_view metric) const {
  const std::size_t place = place_of(*this, metric);
  Vector values(static_cast<Index>(folds.size()));
  for (std::size_t i = 0; i < folds.size(); ++i)
    values(static_cast<Index>(i)) = folds[i].error.empty() ? folds[i].scores[place] : not_a_number;
  return values;
}

double CrossValidation::mean(std::string_view metric) const {
  const Vector values = scores(metric);
  return values.size() == 0 ? not_a_number : values.mean();
}

double CrossValidation::std(std::string_view metric) const {
  const Vector values = scores(metric);
  if (values.size() < 2) return not_a_number;
  return std::sqrt((values.array() - values.mean()).square().sum() /
                   static_cast<double>(values.size() - 1));
}

Splitter default_splitter(const Estimator& estimator, int n_splits, std::uint64_t seed) {
  if (estimator.kind() == EstimatorKind::classifier)
    return StratifiedKFold{.n_splits = n_splits, .shuffle = true, .seed = seed};
  return KFold{.n_splits = n_splits, .shuffle = true, .seed = seed};
}

CrossValidation cross_validate_on(const Estimator& model, const Dataset& data,
                                  const std::vector<Split>& splits,
                                  const CrossValidateOptions& options, const Context& context) {
  const Estimator estimator = with_task_of(model, data);
  check_kind("cross_validate", estimator, data);
  const std::vector<Scorer> scorers =
      options.metrics.empty() ? default_scorers(estimator) : options.metrics;
  CrossValidation result = described(estimator, data, splits, scorers);
  result.folds.resize(splits.size());
  int n_repeats = 0;
  for (const Split& split : splits) n_repeats = std::max(n_repeats, split.repeat + 1);
  if (options.keep_predictions) result.out_of_fold.resize(static_cast<std::size_t>(n_repeats));
  const FoldRun runner{estimator, data, scorers, options, HeldOut::current()};
  std::mutex mutex;
  std::int64_t done = 0;
  parallel_tasks(context, static_cast<Index>(splits.size()), [&](Index i, const Context& inner) {
    const Split& split = splits[static_cast<std::size_t>(i)];
    FoldResult& fold = result.folds[static_cast<std::size_t>(i)];
    fold.repeat = split.repeat;
    fold.fold = split.fold;
    fold.n_train = static_cast<Index>(split.train.size());
    fold.n_test = static_cast<Index>(split.test.size());
    const auto place = static_cast<std::size_t>(i);
    const FinishedFold* finished = options.finished ? options.finished(place) : nullptr;
    PredictionSet predictions;
    if (finished != nullptr) {
      check_finished(*finished, split, data, scorers.size());
      fold = finished->result;
      predictions = finished->predictions;
      if (context.ledger != nullptr) context.ledger->add(fold.work);
    } else {
      try {
        predictions = runner.run(split, fold, inner);
      } catch (const Cancelled&) {
        throw;
      } catch (const std::exception& error) {
        record(fold, error);
      }
    }
    const std::scoped_lock lock(mutex);
    if (finished == nullptr && options.on_fold) options.on_fold(place, fold, predictions);
    if (options.keep_predictions)
      store(result.out_of_fold[static_cast<std::size_t>(split.repeat)], predictions, split.test,
            data.n_rows());
    ++done;
    if (context.progress)
      context.progress({"folds", done, static_cast<std::int64_t>(splits.size())});
  });
  return result;
}

CrossValidation cross_validate(const Estimator& model, const Dataset& data,
                               const CrossValidateOptions& options, const Context& context) {
  const Estimator estimator = with_task_of(model, data);
  check_kind("cross_validate", estimator, data);
  const Splitter splitter = options.cv ? *options.cv : default_splitter(estimator);
  const std::vector<Split> splits = splitter.split(data);
  std::vector<Finding> findings =
      fold_findings(data, splits, {.time_column = options.time_column}, context);
  CrossValidation result = cross_validate_on(estimator, data, splits, options, context);
  result.splitter = splitter.describe();
  result.findings = std::move(findings);
  return result;
}

std::vector<LearningCurvePoint> learning_curve(const Estimator& model, const Dataset& data,
                                               const LearningCurveOptions& options,
                                               const Context& context) {
  const Estimator estimator = with_task_of(model, data);
  check_kind("cross_validate", estimator, data);
  const Splitter splitter = options.cv ? *options.cv : default_splitter(estimator);
  std::vector<Split> splits = splitter.split(data);
  for (std::size_t i = 0; i < splits.size(); ++i)
    Rng(options.seed).split(i).shuffle(splits[i].train);
  std::vector<LearningCurvePoint> curve;
  for (const double share : options.train_sizes) {
    if (!(share > 0 && share <= 1))
      throw InvalidParameter(concat("learning_curve: train_sizes must be in (0, 1], got ", share));
    std::vector<Split> part = splits;
    for (Split& split : part) {
      const auto n =
          static_cast<std::size_t>(std::ceil(share * static_cast<double>(split.train.size())));
      split.train.resize(n);
    }
    LearningCurvePoint point{
        share, cross_validate_on(estimator, data, part,
                                 {.metrics = options.metrics, .train_scores = true}, context)};
    point.result.splitter = splitter.describe();
    curve.push_back(std::move(point));
  }
  return curve;
}

}  // namespace grove
