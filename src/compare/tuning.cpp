#include "compare/tuning.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <ostream>

#include "compare/format.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "model_selection/search_json.hpp"

namespace grove {

namespace {

using Json = nlohmann::ordered_json;

SearchSpace space_of(const Contender& contender) {
  return contender.space ? *contender.space : contender.estimator.search_space();
}

/// Of six digits at most, for reading.
std::string brief_text(const Value& value) {
  const auto* number = value.get_if<double>();
  return number != nullptr ? short_text(*number) : to_text(value);
}

/// "n_neighbors=7, weights=distance"
std::string params_text(const ParamValues& params) {
  std::string text;
  for (const auto& [name, value] : params)
    text += concat(text.empty() ? "" : ", ", name, "=", brief_text(value));
  return text;
}

/// What most of the folds found: the parameters, and in how many folds.
std::pair<std::string, Index> commonest_best(const Standing& standing) {
  std::vector<std::pair<std::string, Index>> found;
  for (const FoldResult& fold : standing.result.folds) {
    if (fold.search == nullptr || fold.search->trials.empty()) continue;
    const Trial& best = fold.search->trials.at(fold.search->best);
    const std::string text = params_text(searched_params(best, fold.search->space));
    const auto same = std::find_if(found.begin(), found.end(),
                                   [&](const auto& one) { return one.first == text; });
    if (same == found.end()) {
      found.emplace_back(text, 1);
    } else {
      ++same->second;
    }
  }
  if (found.empty()) return {};
  return *std::max_element(found.begin(), found.end(),
                           [](const auto& a, const auto& b) { return a.second < b.second; });
}

}  // namespace

TuningCost tuning_cost(const Standing& standing) {
  TuningCost cost;
  for (const FoldResult& fold : standing.result.folds) {
    if (fold.search == nullptr) continue;
    ++cost.searches;
    cost.evaluations += evaluations_of(*fold.search);
    cost.trials += static_cast<Index>(fold.search->trials.size());
    for (const Trial& trial : fold.search->trials) {
      cost.failed += trial.error.empty() ? 0 : 1;
      cost.seconds += trial.seconds;
      cost.work += total_work(trial.work);
    }
  }
  return cost;
}

std::string_view tuning_state(const Standing& standing) {
  if (standing.tuned) return "tuned";
  return standing.tunable ? "untuned" : "nothing to tune";
}

Estimator entrant(const Contender& contender, const CompareOptions& options, const Scorer& metric) {
  if (!options.tune) return contender.estimator;
  SearchSpace space = space_of(contender);
  if (space.empty()) return contender.estimator;
  SearchOptions search = *options.tune;
  search.space = std::move(space);
  // What is tested on the future is tuned on it too.
  if (!search.cv && options.cv && options.cv->describe().rfind("TimeSeriesSplit(", 0) == 0)
    search.cv = TimeSeriesSplit{.n_splits = 3};
  if (!search.metric) search.metric = metric;
  return TunedModel(contender.estimator, std::move(search));
}

void mark_tuning(Standing& standing, const Contender& contender, const Estimator& entrant) {
  const std::vector<FoldResult>& folds = standing.result.folds;
  // Folds whose fit failed have no search; a tuned model may also stand behind a pipeline's steps.
  standing.tuned = entrant.get_if<TunedModel>() != nullptr ||
                   std::any_of(folds.begin(), folds.end(),
                               [](const FoldResult& fold) { return fold.search != nullptr; });
  standing.tunable =
      standing.tuned || !space_of(contender).empty() || !contender.estimator.search_space().empty();
}

void check_spaces(const std::vector<Contender>& contenders, const CompareOptions& options) {
  if (!options.tune) return;
  if (options.tune->space)
    throw InvalidParameter("compare: one search space cannot serve all contenders",
                           "set Contender::space");
  if (options.tune->done || options.tune->on_trial)
    throw InvalidParameter("compare: a search that goes on from another serves one model alone",
                           "leave SearchOptions::done and on_trial empty");
  for (const Contender& contender : contenders) {
    if (!contender.space) continue;
    try {
      check_space(contender.estimator, *contender.space);
    } catch (const InvalidParameter& error) {
      throw InvalidParameter(
          concat("compare: contender '", printable(contender.name), "': ", error.what()),
          error.hint());
    }
  }
}

void write_tuning(std::ostream& out, const Comparison& comparison, const DatasetComparison& data) {
  if (comparison.tuning.empty()) return;
  std::size_t longest = 9;
  for (const Standing& standing : data.standings)
    longest = std::max(longest, standing.contender.size());
  const int width = static_cast<int>(longest) + 1;
  out << "  tuned inside each of the folds by " << comparison.tuning
      << "; sums over the folds, and what most of them chose\n";
  out << "  " << std::left << std::setw(width) << "contender" << std::right << std::setw(16) << ""
      << std::setw(8) << "trials" << std::setw(8) << "failed" << std::setw(13) << "evaluations"
      << std::setw(12) << "time" << std::setw(13) << "all work"
      << "\n";
  for (const Standing& standing : data.standings) {
    out << "  " << std::left << std::setw(width) << standing.contender << std::right
        << std::setw(16) << tuning_state(standing);
    const TuningCost cost = tuning_cost(standing);
    if (cost.searches > 0) {
      const auto [params, folds] = commonest_best(standing);
      out << std::setw(8) << cost.trials << std::setw(8) << cost.failed << std::setw(13)
          << fixed_text(cost.evaluations, 1) << std::setw(12) << seconds_text(cost.seconds)
          << std::setw(13) << short_text(static_cast<double>(cost.work)) << "  " << params << " ("
          << folds << " of " << cost.searches << ")";
    }
    out << "\n";
  }
  out << "\n";
}

Json tuning_json(const Standing& standing) {
  const TuningCost cost = tuning_cost(standing);
  return {{"state", std::string(tuning_state(standing))},
          {"searches", cost.searches},
          {"trials", cost.trials},
          {"failed", cost.failed},
          {"evaluations", cost.evaluations},
          {"seconds", cost.seconds},
          {"work", cost.work}};
}

Json fold_search_json(const SearchResult& result) {
  Json trials = Json::array();
  for (const Trial& trial : result.trials) trials.push_back(trial_json(trial, result.space));
  Json json{{"method", result.method},
            {"metric", result.metric},
            {"cv", result.cv},
            {"seed", result.seed},
            {"space", space_json(result.space)}};
  if (!result.trials.empty()) {
    const Trial& best = result.trials.at(result.best);
    json["best"] = result.best;
    json["best_params"] = params_json(searched_params(best, result.space));
    json["best_score"] = number_or_null(best.score);
  }
  json["trials"] = std::move(trials);
  return json;
}

}  // namespace grove
