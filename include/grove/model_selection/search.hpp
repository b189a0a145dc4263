#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "grove/estimator/estimator.hpp"
#include "grove/model_selection/scorer.hpp"
#include "grove/model_selection/search_result.hpp"
#include "grove/model_selection/splitter.hpp"

namespace grove {

/// How the next parameters are chosen. All but grid draw from the space at random; halving,
/// hyperband and asha first try many on a share of the rows (eta = 3, at most five rungs).
enum class SearchMethod { grid, random, halving, hyperband, asha, tpe };
std::span<const EnumName<SearchMethod>> enum_names(SearchMethod);

/// How much a search may spend: the first limit that is reached ends it. 0 = no such limit; one
/// must be set. An evaluation is one candidate's inner cross-validation on all training rows; a
/// trial on a share of the rows costs that share of one. The first trial always runs.
struct SearchBudget {
  /// At least 1. Never exceeded.
  double evaluations = 0;
  /// Wall-clock time of the search, without the fit of the winner; no trial begins after it. With
  /// this limit alone the answer depends on the machine.
  double seconds = 0;
  /// Sum of all counted work; no trial begins once it is reached.
  std::uint64_t work = 0;
};

struct SearchOptions {
  SearchMethod method = SearchMethod::random;
  SearchBudget budget = {.evaluations = 20};
  /// Default: Estimator::search_space().
  std::optional<SearchSpace> space = {};
  /// Default: 3 shuffled folds, stratified for classes; where the data have groups, no group is in
  /// two folds. A splitter that parts a group is refused.
  std::optional<Splitter> cv = {};
  /// Default: the first of default_scorers().
  std::optional<Scorer> metric = {};
  /// Of the folds and of what is drawn.
  std::uint64_t seed = 0;
  /// To go on from: an earlier search of the same model, data, space, folds, metric, method and
  /// seed; anything else is refused. Its trials are taken as they are, in its order, and the answer
  /// is that of a search that was never interrupted. Only grid, halving and hyperband need the same
  /// budget.
  std::optional<SearchResult> done = {};
  /// Receives each new trial of one search in the order of asking, one call at a time, from any
  /// thread.
  std::function<void(const Trial&)> on_trial = {};
};

/// `METHOD:BUDGET`: "random:20" evaluations, "tpe:30s" seconds, "halving:5e9w" units of work; more
/// than one limit as "random:50,30s". Throws InvalidParameter.
SearchOptions parse_search(std::string_view text);
/// The inverse: method and budget.
std::string to_text(const SearchOptions& options);

/// Throws InvalidParameter for a parameter that `estimator` does not have (with a suggestion) or
/// that is named twice, for values that it does not admit, for low > high, for a logarithmic range
/// that reaches 0, and for integer ranges with ends that are not whole.
void check_space(const Estimator& estimator, const SearchSpace& space);

/// Trial 0 is `estimator` as it is, on all rows, whether or not its parameters lie in the space: a
/// tuned model is never worse in the inner folds than the untuned one. Then the method asks:
/// - grid: the product of levels that are spread evenly over each range, ends included. All choices
///   where they fit, then one level more for each range in turn, as long as the number of points
///   stays within the evaluations; a parameter that is left with one level keeps its own value. The
///   last parameter varies fastest.
/// - random: independent draws. No point of a finite space is tried twice; when all were, it ends.
/// - halving: Jamieson and Talwalkar, AISTATS 2016, as scikit-learn's HalvingRandomSearchCV with
///   rows as the resource: the largest number of candidates that the evaluations pay for starts on
///   the smallest share, the best third goes on with three times the rows, the last rung sees all.
/// - hyperband: Li et al., JMLR 18, 2018: brackets from many candidates on few rows to few on all,
///   again and again while the budget lasts.
/// - asha: Li et al., MLSys 2020: a candidate goes on as soon as it is in the best third of its
///   rung. Four simulated workers, all equally fast, so that no clock decides.
/// - tpe: Bergstra et al., NeurIPS 2011: ten trials like random, then one at a time where good
///   trials are dense and bad ones are not; failed trials count as bad.
///
/// All trials share the same folds. The answer is the same for any number of threads. A trial that
/// fails or whose score is NaN is recorded and never wins; if all fail, throws what the first
/// threw. Throws Unsupported for clusterers and outlier detectors, Cancelled when stopped. Counted
/// work goes to the context's ledger.
SearchResult search(const Estimator& estimator, const Dataset& data,
                    const SearchOptions& options = {}, const Context& context = {});

/// An estimator that tunes itself: fit searches on the rows it is given, by cross-validation inside
/// them, then fits the best parameters on all of them. Cross-validating it is nested
/// cross-validation. It answers as the model that it found; save that, `best()`, not the search.
class TunedModel {
 public:
  static constexpr std::string_view type_name = "TunedModel";

  explicit TunedModel(Estimator estimator, SearchOptions options = {});

  /// Throw NotFitted before fit.
  const SearchResult& result() const;
  const Estimator& best() const;
  const Estimator& estimator() const { return estimator_; }
  const SearchOptions& options() const { return options_; }

  EstimatorKind kind() const;
  /// "Tuned(KNeighborsClassifier(), random:20)"
  std::string expression() const;
  Capabilities capabilities() const;
  TunedModel& fit(const Dataset& data, const Context& context = {});
  Labels predict(const MatrixView& x, const Context& context = {}) const;
  Vector predict_values(const MatrixView& x, const Context& context = {}) const;
  Matrix predict_proba(const MatrixView& x, const Context& context = {}) const;
  bool has_predict_proba() const;
  TunedModel unfitted() const;
  /// Those of the estimator: trial 0 and what the search leaves alone.
  ParamValues param_values() const;
  void set_param(std::string_view name, const Value& value);
  const TrainedOn* trained_on() const;
  /// The best model's, with the seconds and the work of the whole search and a note of what it
  /// found.
  const FitReport* report() const;
  /// Throws Unsupported: save best().
  Value save_state() const;

 private:
  struct State;
  Estimator estimator_;
  SearchOptions options_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
