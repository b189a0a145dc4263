#pragma once

#include <vector>

namespace grove {

/// The share of candidates that go on, and the growth of their rows.
inline constexpr double eta = 3;

/// How many candidates run on which share of the rows.
struct Rung {
  double n = 0;
  double resource = 1;
  bool operator==(const Rung&) const = default;
};
using Bracket = std::vector<Rung>;

/// scikit-learn's rule: ceil(n / 3) go on, with three times the rows; the last rung sees all.
Bracket halving_bracket(double n_candidates, int n_rungs);

/// Hyperband's rule: the floor of it.
Bracket hyperband_bracket(double n_candidates, int n_rungs);

/// What Hyperband's bracket s of s_max begins with: ceil((s_max + 1) / (s + 1) 3^s), of s + 1
/// rungs. Li et al. 2018, algorithm 1.
double hyperband_candidates(int s, int s_max);

/// In evaluations.
double cost_of(const Bracket& bracket);

/// The largest number of candidates, at most `most`, that `evaluations` pay for; at least one must
/// reach the last rung, else 0.
double affordable(Bracket (*rule)(double, int), int n_rungs, double evaluations, double most);

}  // namespace grove
