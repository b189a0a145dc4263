#pragma once

#include <exception>
#include <functional>
#include <vector>

#include "grove/data/held_out.hpp"
#include "grove/model_selection/search.hpp"
#include "model_selection/search/sampler.hpp"

namespace grove {

/// Tries candidates on inner folds that are the same for all.
class TrialRunner {
 public:
  /// All four are kept by reference.
  TrialRunner(const Estimator& estimator, const Dataset& data, const SearchOptions& options,
              const Context& context);

  const Scorer& scorer() const { return scorer_; }
  const std::string& cv() const { return cv_; }
  /// The number of rungs, each with three times the rows of the one before, whose smallest has two
  /// rows for each fold and class: scikit-learn's min_resources="smallest". At most five.
  int most_rungs() const;

  /// Candidates and their folds run at once; the trials are in the order of `candidates`, and
  /// on_trial and `progress` get each as soon as those before it are done. `own`: the model as it
  /// is.
  std::vector<Trial> run(const std::vector<Candidate>& candidates, bool own,
                         const std::function<void(const Trial&)>& progress);

  /// The first exception of the first trial that met one; null: none did.
  const std::exception_ptr& first_error() const { return first_error_; }

 private:
  struct FoldOutcome;
  FoldOutcome run_fold(const Candidate& candidate, bool own, std::size_t fold,
                       const Context& context) const;
  Trial trial_of(const Candidate& candidate, const std::vector<FoldOutcome>& folds);
  std::vector<Index> rows_of(std::size_t fold, double resource) const;

  const Estimator& estimator_;
  const Dataset& data_;
  const SearchOptions& options_;
  const Context& context_;
  Scorer scorer_;
  std::string cv_;
  std::vector<Split> splits_;
  /// The training rows of each fold in the order in which shares of them take rows.
  std::vector<std::vector<Index>> orders_;
  std::exception_ptr first_error_;
  const HeldOut* outer_ = HeldOut::current();  // of the fold that is searched in
};

/// The folds that a search takes: options.cv, or 3, stratified for classes, whole groups together.
Splitter inner_splitter(const Estimator& estimator, const Dataset& data,
                        const SearchOptions& options);

/// `rows` shuffled so that every beginning has about the class shares of all, or, if `by_groups`,
/// so that groups stay together.
std::vector<Index> nested_order(const Dataset& data, const std::vector<Index>& rows, bool by_groups,
                                std::uint64_t seed);

}  // namespace grove
