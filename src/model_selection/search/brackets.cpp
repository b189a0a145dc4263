#include "model_selection/search/brackets.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "model_selection/search/sampler.hpp"
#include "model_selection/search/space.hpp"

namespace grove {

namespace {

double power(int exponent) {
  double result = 1;
  for (int i = 0; i < exponent; ++i) result *= eta;
  return result;
}

template <class Round>
Bracket bracket_of(double n, int n_rungs, const Round& round) {
  Bracket bracket;
  for (int i = 0; i < n_rungs; ++i) {
    bracket.push_back({n, 1 / power(n_rungs - 1 - i)});
    n = round(n / eta);
  }
  return bracket;
}

}  // namespace

Bracket halving_bracket(double n_candidates, int n_rungs) {
  return bracket_of(n_candidates, n_rungs, [](double n) { return std::ceil(n); });
}

Bracket hyperband_bracket(double n_candidates, int n_rungs) {
  return bracket_of(n_candidates, n_rungs, [](double n) { return std::floor(n); });
}

double hyperband_candidates(int s, int s_max) {
  return std::ceil((s_max + 1) * power(s) / (s + 1));
}

double cost_of(const Bracket& bracket) {
  double cost = 0;
  for (const Rung& rung : bracket) cost += rung.n * rung.resource;
  return cost;
}

double affordable(Bracket (*rule)(double, int), int n_rungs, double evaluations, double most) {
  const auto fits = [&](double n) { return cost_of(rule(n, n_rungs)) <= evaluations + cost_slack; };
  double low = power(n_rungs - 1);
  if (low > most || !fits(low)) return 0;
  // The first rung alone costs n times its share.
  double high = std::min(most, std::floor(evaluations * low) + 1);
  while (low < high) {
    const double middle = std::ceil((low + high) / 2);
    if (fits(middle)) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

namespace {

/// Indices of the trials from best to worst, ties to the earliest, failed ones left out.
std::vector<std::size_t> ranking(const std::vector<Trial>& trials, bool greater_is_better) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < trials.size(); ++i)
    if (!std::isnan(trials[i].score)) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return better(trials[a], trials[b], greater_is_better);
  });
  return order;
}

/// Successive halving, one bracket after the other. Halving: all with the most rungs. Hyperband:
/// from the most rungs to one, and again.
class Brackets final : public Sampler {
 public:
  Brackets(const SamplerSetup& setup, bool hyperband)
      : setup_(setup),
        hyperband_(hyperband),
        source_(setup.space, setup.own, draws_of(setup.seed)),
        next_rungs_(setup.most_rungs) {}

  std::vector<Candidate> ask(double left) override {
    std::vector<Candidate> batch = next_rung();
    return batch.empty() ? first_rung(left) : batch;
  }

  void tell(const Trial& trial) override {
    if (trial.resource >= 1 || std::isnan(trial.score))
      finished_.insert(text_of_point(trial.params));
    told_.push_back(trial);
  }

 private:
  std::vector<Candidate> next_rung() {
    const std::vector<Trial> told = std::exchange(told_, {});
    if (rung_ + 1 >= bracket_.size()) return {};
    ++rung_;
    std::vector<Candidate> batch;
    for (const std::size_t i : ranking(told, setup_.greater_is_better)) {
      if (static_cast<double>(batch.size()) >= bracket_[rung_].n) break;
      batch.push_back({told[i].params, bracket_[rung_].resource});
    }
    if (batch.empty()) rung_ = bracket_.size();
    return batch;
  }

  std::vector<Candidate> first_rung(double left) {
    bracket_ = plan(left);
    rung_ = 0;
    std::vector<Candidate> batch;
    if (bracket_.empty()) return batch;
    const auto n = static_cast<std::size_t>(bracket_.front().n);
    while (batch.size() < n) {
      std::optional<ParamValues> point = source_.next();
      if (!point) break;
      batch.push_back({std::move(*point), bracket_.front().resource});
    }
    return batch;
  }

  /// The next bracket that the rest of the budget and of the space allows; empty: none.
  Bracket plan(double left) {
    if (source_.left() == 0.0) source_.only_seen(finished_);
    const double points = source_.left().value_or(most_points);
    const auto rule = hyperband_ ? hyperband_bracket : halving_bracket;
    for (int n_rungs = next_rungs_; n_rungs >= 1; --n_rungs) {
      double most = points;
      if (hyperband_) {
        most = std::min(most, hyperband_candidates(n_rungs - 1, setup_.most_rungs - 1));
      } else if (std::isinf(left)) {
        most = std::min(most, power(n_rungs - 1));
      }
      const double n = affordable(rule, n_rungs, left, most);
      if (n == 0) continue;
      if (hyperband_) next_rungs_ = n_rungs > 1 ? n_rungs - 1 : setup_.most_rungs;
      return rule(n, n_rungs);
    }
    return {};
  }

  static constexpr double most_points = 1e6;
  SamplerSetup setup_;
  bool hyperband_;
  PointSource source_;
  std::unordered_set<std::string> finished_;  // ran on all rows, or failed
  int next_rungs_;
  Bracket bracket_;
  std::size_t rung_ = 0;
  std::vector<Trial> told_;
};

/// Four workers that all take equally long: they ask together, and each sees what all were told.
class Asha final : public Sampler {
 public:
  explicit Asha(const SamplerSetup& setup)
      : setup_(setup),
        source_(setup.space, setup.own, draws_of(setup.seed)),
        rungs_(static_cast<std::size_t>(setup.most_rungs)) {}

  std::vector<Candidate> ask(double left) override {
    constexpr std::size_t n_workers = 4;
    std::vector<Candidate> batch;
    while (batch.size() < n_workers) {
      std::optional<Candidate> job = next_job(left);
      if (!job) break;
      left -= job->resource;
      batch.push_back(std::move(*job));
    }
    return batch;
  }

  void tell(const Trial& trial) override {
    if (running_.empty()) return;  // trial 0 is no candidate
    rungs_[running_.front()].trials.push_back(trial);
    rungs_[running_.front()].promoted.push_back(false);
    running_.erase(running_.begin());
  }

 private:
  struct Level {
    std::vector<Trial> trials;
    std::vector<bool> promoted;
  };

  double share(std::size_t rung) const {
    return 1 / power(static_cast<int>(rungs_.size() - 1 - rung));
  }

  std::optional<Candidate> next_job(double left) {
    if (std::optional<Candidate> job = promotion(left, false)) return job;
    if (share(0) > left + cost_slack) return std::nullopt;
    if (std::optional<ParamValues> point = source_.next()) {
      running_.push_back(0);
      return Candidate{std::move(*point), share(0)};
    }
    // No point of the space is new: those that wait go on.
    return promotion(left, true);
  }

  /// The best candidate that has not gone on, of the highest rung that has one: among the best
  /// third of its rung, or among all.
  std::optional<Candidate> promotion(double left, bool among_all) {
    for (std::size_t rung = rungs_.size() - 1; rung-- > 0;) {
      Level& level = rungs_[rung];
      const std::vector<std::size_t> order = ranking(level.trials, setup_.greater_is_better);
      const std::size_t third = level.trials.size() / static_cast<std::size_t>(eta);
      const std::size_t n = among_all ? order.size() : std::min(third, order.size());
      for (std::size_t i = 0; i < n; ++i) {
        if (level.promoted[order[i]] || share(rung + 1) > left + cost_slack) continue;
        level.promoted[order[i]] = true;
        running_.push_back(rung + 1);
        return Candidate{level.trials[order[i]].params, share(rung + 1)};
      }
    }
    return std::nullopt;
  }

  SamplerSetup setup_;
  PointSource source_;
  std::vector<Level> rungs_;
  std::vector<std::size_t> running_;  // the rungs of what was asked and not yet told
};

}  // namespace

std::unique_ptr<Sampler> make_brackets(const SamplerSetup& setup, bool hyperband) {
  return std::make_unique<Brackets>(setup, hyperband);
}
std::unique_ptr<Sampler> make_asha(const SamplerSetup& setup) {
  return std::make_unique<Asha>(setup);
}

}  // namespace grove
