#include "grove/model_selection/search.hpp"

#include <cmath>
#include <limits>
#include <span>

#include "core/stopwatch.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "model_selection/check_kind.hpp"
#include "model_selection/search/sampler.hpp"
#include "model_selection/search/trial_runner.hpp"

namespace grove {

namespace {

constexpr std::string_view who = "TunedModel";

void check_budget(const SearchOptions& options) {
  const auto& [evaluations, seconds, work] = options.budget;
  if (!std::isfinite(evaluations) || evaluations < 0 || (evaluations > 0 && evaluations < 1))
    throw InvalidParameter(
        concat(who, ": a budget of evaluations must be at least 1, got ", evaluations));
  if (!std::isfinite(seconds) || seconds < 0)
    throw InvalidParameter(concat(who, ": a budget of seconds must be above 0, got ", seconds));
  if (evaluations == 0 && seconds == 0 && work == 0)
    throw InvalidParameter(concat(who, ": the search has no budget"),
                           "set evaluations, seconds or work");
  constexpr double largest_grid = 1e6;
  if (options.method == SearchMethod::grid && (evaluations == 0 || evaluations > largest_grid))
    throw InvalidParameter(
        concat(who, ": a grid search needs a budget of evaluations, at most 1000000"),
        "as in grid:100; or use random, which needs no number");
}

/// The search of one call: what is asked, tried and told, and what it has cost.
class Search {
 public:
  Search(const Estimator& estimator, const Dataset& data, const SearchOptions& options,
         const Context& context);
  SearchResult run();

 private:
  bool spent() const;
  bool out_of_work() const;
  void check_work() const;
  double evaluations_left() const;
  void check_done() const;
  void try_all(const std::vector<Candidate>& candidates, bool own);
  std::size_t replay(const std::vector<Candidate>& candidates);
  void add(Trial trial);
  [[noreturn]] void throw_all_failed() const;

  const SearchOptions& options_;
  const Context& context_;
  TrialRunner runner_;
  SearchResult result_;
  ParamValues own_;
  Stopwatch watch_;
  double evaluations_ = 0, replayed_seconds_ = 0;
  std::uint64_t work_ = 0;
};

ParamValues own_values(const Estimator& estimator, const SearchSpace& space) {
  ParamValues own;
  const ParamValues all = estimator.param_values();
  for (const SearchDimension& dimension : space)
    for (const auto& [name, value] : all)
      if (name == dimension.name) own.emplace_back(name, value);
  return own;
}

Search::Search(const Estimator& estimator, const Dataset& data, const SearchOptions& options,
               const Context& context)
    : options_(options), context_(context), runner_(estimator, data, options, context) {
  result_.estimator = estimator.expression();
  result_.method = to_text(options);
  result_.seed = options.seed;
  result_.space = options.space ? *options.space : estimator.search_space();
  result_.cv = runner_.cv();
  result_.fingerprint = data.fingerprint();
  result_.metric = runner_.scorer().name();
  result_.greater_is_better = runner_.scorer().greater_is_better();
  check_space(estimator, result_.space);
  own_ = own_values(estimator, result_.space);
  check_done();
}

std::string_view method_of(std::string_view method) { return method.substr(0, method.find(':')); }

/// Refuses trials of another search, saying what is different.
void Search::check_done() const {
  if (!options_.done) return;
  const SearchResult& done = *options_.done;
  const auto differs = [](std::string_view what, std::string_view theirs, std::string_view ours) {
    if (theirs != ours)
      throw InvalidParameter(concat(who, ": the trials to go on from are of another ", what, ": ",
                                    printable(theirs), ", not ", printable(ours)),
                             "repeat the search as it was, or start a new one");
  };
  differs("model", done.estimator, result_.estimator);
  differs("method", method_of(done.method), method_of(result_.method));
  differs("seed", std::to_string(done.seed), std::to_string(result_.seed));
  differs("metric", done.metric, result_.metric);
  differs("way to make folds", done.cv, result_.cv);
  differs("data set", done.fingerprint, result_.fingerprint);
  if (done.space != result_.space)
    throw InvalidParameter(concat(who, ": the trials to go on from are of another search space"),
                           "repeat the search as it was, or start a new one");
}

double Search::evaluations_left() const {
  if (options_.budget.evaluations == 0) return std::numeric_limits<double>::infinity();
  return options_.budget.evaluations - evaluations_;
}

bool Search::spent() const {
  const SearchBudget& budget = options_.budget;
  return (budget.seconds > 0 && watch_.seconds() + replayed_seconds_ >= budget.seconds) ||
         out_of_work();
}

bool Search::out_of_work() const {
  return options_.budget.work > 0 && work_ >= options_.budget.work;
}

/// A budget of work does not end if nothing is counted.
void Search::check_work() const {
  constexpr std::size_t enough = 10;
  const SearchBudget& budget = options_.budget;
  if (budget.evaluations > 0 || budget.seconds > 0 || work_ > 0 || result_.trials.size() < enough)
    return;
  const std::string& error = result_.trials.front().error;
  throw InvalidParameter(
      concat(who, ": a budget of work, but ", result_.estimator, " counted none in ",
             result_.trials.size(), " trials", error.empty() ? "" : "; the first failed: " + error),
      "give a budget of evaluations or seconds");
}

void Search::add(Trial trial) {
  evaluations_ += trial.resource;
  for (const auto& [counter, count] : trial.work) work_ += count;
  if (context_.ledger != nullptr) context_.ledger->add(trial.work);
  result_.trials.push_back(std::move(trial));
}

/// Takes over those of the candidates that were tried before; returns how many.
std::size_t Search::replay(const std::vector<Candidate>& candidates) {
  if (!options_.done) return 0;
  std::size_t n = 0;
  // What was tried is taken, however long it took; work is the same every time.
  for (; n < candidates.size() && !(n > 0 && out_of_work()); ++n) {
    const std::size_t at = result_.trials.size();
    if (at >= options_.done->trials.size()) break;
    const Trial& trial = options_.done->trials[at];
    if (trial.params != candidates[n].params || trial.resource != candidates[n].resource)
      throw InvalidParameter(
          concat(who, ": trial ", at, " of those to go on from is not what ", result_.method,
                 " asks for"),
          concat("they were made by ", options_.done->method, "; give the same budget"));
    replayed_seconds_ += trial.seconds;
    add(trial);
  }
  return n;
}

void Search::try_all(const std::vector<Candidate>& candidates, bool own) {
  const std::size_t n_replayed = replay(candidates);
  double done = evaluations_;
  const auto progress = [&](const Trial& trial) {
    done += trial.resource;
    if (context_.progress)
      context_.progress({"evaluations", static_cast<std::int64_t>(done + cost_slack),
                         static_cast<std::int64_t>(options_.budget.evaluations)});
  };
  const std::vector<Candidate> rest(candidates.begin() + static_cast<std::ptrdiff_t>(n_replayed),
                                    candidates.end());
  if (rest.empty()) return;
  if (options_.budget.seconds == 0 && options_.budget.work == 0) {
    for (Trial& trial : runner_.run(rest, own, progress)) add(std::move(trial));
    return;
  }
  // Such limits are looked at before each trial.
  for (const Candidate& candidate : rest) {
    if (!own && spent()) return;
    for (Trial& trial : runner_.run({candidate}, own, progress)) add(std::move(trial));
  }
}

std::size_t best_of(const SearchResult& result) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < result.trials.size(); ++i) {
    const Trial& a = result.trials[i];
    const Trial& b = result.trials[best];
    if (std::isnan(a.score)) continue;
    const bool more = a.resource > b.resource || std::isnan(b.score);
    if (more || (a.resource == b.resource && better(a, b, result.greater_is_better))) best = i;
  }
  return best;
}

void Search::throw_all_failed() const {
  if (runner_.first_error()) std::rethrow_exception(runner_.first_error());
  throw Error(concat(who, ": all ", result_.trials.size(),
                     " trials failed; the first: ", result_.trials.front().error),
              "a model that fails by itself cannot be tuned: cross-validate it first");
}

SearchResult Search::run() {
  std::size_t n_told = 0;
  try_all({{own_, 1}}, true);
  if (!result_.space.empty()) {
    const auto sampler =
        make_sampler(options_.method, {result_.space, own_, evaluations_left(), options_.seed,
                                       result_.greater_is_better, runner_.most_rungs()});
    while (!spent()) {
      check_work();
      for (; n_told < result_.trials.size(); ++n_told) sampler->tell(result_.trials[n_told]);
      const std::vector<Candidate> candidates = sampler->ask(evaluations_left());
      if (candidates.empty()) break;
      try_all(candidates, false);
    }
  }
  result_.best = best_of(result_);
  if (std::isnan(result_.trials[result_.best].score)) throw_all_failed();
  return std::move(result_);
}

}  // namespace

SearchResult search(const Estimator& estimator, const Dataset& data, const SearchOptions& options,
                    const Context& context) {
  check_budget(options);
  check_kind(who, estimator, data);
  return Search(estimator, data, options, context).run();
}

}  // namespace grove
