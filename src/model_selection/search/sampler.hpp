#pragma once

#include <memory>
#include <vector>

#include "grove/core/random.hpp"
#include "grove/model_selection/search.hpp"

namespace grove {

/// What a sampler asks to be tried.
struct Candidate {
  ParamValues params;
  double resource = 1;  // share of the rows, and what it costs of an evaluation
};

/// A search method: it is asked, all that it named is tried, and it is told in the same order. It
/// knows of no data, threads or time, so its sequence depends on what it is told alone. Trial 0
/// (the model's own parameters) is told first.
struct Sampler {
  virtual ~Sampler() = default;
  /// The next trials, together for at most `left` evaluations; none: the method is done.
  virtual std::vector<Candidate> ask(double left) = 0;
  virtual void tell(const Trial& trial) = 0;
};

struct SamplerSetup {
  SearchSpace space;
  ParamValues own;         // the model's values of the space's parameters
  double evaluations = 0;  // after trial 0; infinite without such a limit
  std::uint64_t seed = 0;
  bool greater_is_better = true;
  int most_rungs = 1;  // that the number of rows allows
};

std::unique_ptr<Sampler> make_sampler(SearchMethod method, const SamplerSetup& setup);

std::unique_ptr<Sampler> make_grid(const SamplerSetup& setup);
std::unique_ptr<Sampler> make_random(const SamplerSetup& setup);
std::unique_ptr<Sampler> make_brackets(const SamplerSetup& setup, bool hyperband);
std::unique_ptr<Sampler> make_asha(const SamplerSetup& setup);
std::unique_ptr<Sampler> make_tpe(const SamplerSetup& setup);

/// The stream that samplers draw from; the folds have the seed's own.
inline Rng draws_of(std::uint64_t seed) { return Rng(seed).split(1); }

/// Costs are sums of shares: allow for their rounding.
inline constexpr double cost_slack = 1e-9;

/// Whether the score of `a` is better than that of `b`; a failed trial is worse than any other.
bool better(const Trial& a, const Trial& b, bool greater_is_better);

/// The points of the grid search: see search().
std::vector<ParamValues> grid_points(const SearchSpace& space, const ParamValues& own, double most);

}  // namespace grove
