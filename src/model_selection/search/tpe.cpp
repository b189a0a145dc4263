#include <algorithm>
#include <cmath>
#include <numeric>

#include "model_selection/search/parzen.hpp"
#include "model_selection/search/sampler.hpp"
#include "model_selection/search/space.hpp"

namespace grove {

namespace {

// Optuna's and the paper's practice.
constexpr std::size_t n_startup = 10;
constexpr std::size_t n_candidates = 24;
constexpr std::size_t most_good = 25;

std::size_t n_good_of(std::size_t n_trials) { return std::min((n_trials + 9) / 10, most_good); }

/// One trial at a time: dimension by dimension the candidate with the largest ratio of the density
/// of good trials to that of the others.
class Tpe final : public Sampler {
 public:
  explicit Tpe(const SamplerSetup& setup)
      : setup_(setup),
        source_(setup.space, setup.own, draws_of(setup.seed)),
        rng_(draws_of(setup.seed).split(1)) {}

  std::vector<Candidate> ask(double left) override {
    if (left + cost_slack < 1) return {};
    std::optional<ParamValues> point;
    if (trials_.size() >= n_startup) point = promising();
    if (!point) point = source_.next();
    if (!point) return {};
    return {{std::move(*point), 1}};
  }
  void tell(const Trial& trial) override { trials_.push_back(trial); }

 private:
  /// Nothing if only points come up that were tried.
  std::optional<ParamValues> promising() {
    std::vector<std::size_t> order(trials_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return better(trials_[a], trials_[b], setup_.greater_is_better);
    });
    std::vector<Parzen> good, other;
    for (std::size_t d = 0; d < setup_.space.size(); ++d) {
      std::vector<Value> best, rest;
      for (std::size_t i = 0; i < order.size(); ++i) {
        const Trial& trial = trials_[order[i]];
        const bool is_good = i < n_good_of(order.size()) && !std::isnan(trial.score);
        (is_good ? best : rest).push_back(trial.params[d].second);
      }
      good.emplace_back(setup_.space[d].range, best);
      other.emplace_back(setup_.space[d].range, rest);
    }
    constexpr int most_tries = 10;
    for (int i = 0; i < most_tries; ++i) {
      ParamValues point = best_candidate(good, other);
      if (source_.mark(point)) return point;
    }
    return std::nullopt;
  }

  ParamValues best_candidate(const std::vector<Parzen>& good, const std::vector<Parzen>& other) {
    ParamValues point;
    for (std::size_t d = 0; d < good.size(); ++d) {
      Value chosen;
      double largest = -std::numeric_limits<double>::infinity();
      for (std::size_t i = 0; i < n_candidates; ++i) {
        Value value = good[d].sample(rng_);
        const double ratio = good[d].log_density(value) - other[d].log_density(value);
        if (i > 0 && !(ratio > largest)) continue;
        largest = ratio;
        chosen = std::move(value);
      }
      point.emplace_back(setup_.space[d].name, std::move(chosen));
    }
    return point;
  }

  SamplerSetup setup_;
  PointSource source_;
  Rng rng_;
  std::vector<Trial> trials_;
};

}  // namespace

std::unique_ptr<Sampler> make_tpe(const SamplerSetup& setup) {
  return std::make_unique<Tpe>(setup);
}

}  // namespace grove
