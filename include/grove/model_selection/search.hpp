#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "grove/estimator/estimator.hpp"
#include "grove/model_selection/scorer.hpp"
#include "grove/model_selection/search_result.hpp"
#include "grove/model_selection/splitter.hpp"

namespace grove {

enum class SearchMethod { grid, random, halving, hyperband, asha, tpe };
std::span<const EnumName<SearchMethod>> enum_names(SearchMethod);

/// How much a search may spend: the first limit that is reached ends it. 0 = no such limit; one
/// must be set. An evaluation is one candidate's inner cross-validation on all training rows; a
/// trial on a share of the rows costs that share of one.
struct SearchBudget {
  double evaluations = 0;
  double seconds = 0;
  /// Sum of all counted work.
  std::uint64_t work = 0;
};

struct SearchOptions {
  SearchMethod method = SearchMethod::random;
  SearchBudget budget = {.evaluations = 20};
  /// Default: Estimator::search_space().
  std::optional<SearchSpace> space = {};
  /// Default: 3 shuffled folds, stratified for classes.
  std::optional<Splitter> cv = {};
  /// Default: the first of default_scorers().
  std::optional<Scorer> metric = {};
  std::uint64_t seed = 0;
};

/// `METHOD:BUDGET`: "random:20" evaluations, "tpe:30s" seconds, "halving:5e9w" units of work.
SearchOptions parse_search(std::string_view text);
/// The inverse: method and budget.
std::string to_text(const SearchOptions& options);

/// An estimator that tunes itself: fit searches on the rows it is given, by cross-validation inside
/// them, then fits the best parameters on all of them. Cross-validating it is nested
/// cross-validation.
class TunedModel {
 public:
  static constexpr std::string_view type_name = "TunedModel";
  TunedModel(Estimator estimator, SearchOptions options);
  // fit, predict, predict_values, predict_proba, ... as Pipeline has them
  const SearchResult& result() const;
  const Estimator& best() const;
};

}  // namespace grove
