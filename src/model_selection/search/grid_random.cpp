#include <algorithm>
#include <cmath>

#include "model_selection/search/sampler.hpp"
#include "model_selection/search/space.hpp"

namespace grove {

bool better(const Trial& a, const Trial& b, bool greater_is_better) {
  if (std::isnan(a.score) || std::isnan(b.score))
    return !std::isnan(a.score) && std::isnan(b.score);
  return greater_is_better ? a.score > b.score : a.score < b.score;
}

namespace {

/// At most so many trials are asked for at once, so that a stop or a limit is seen in time.
std::size_t batch_of(double left) {
  return static_cast<std::size_t>(std::clamp(left + cost_slack, 0.0, 64.0));
}

/// How many levels each dimension gets: as search() says.
std::vector<std::size_t> level_counts(const SearchSpace& space, double most) {
  std::vector<std::size_t> counts(space.size(), 1);
  double product = 1;
  const auto raise = [&](std::size_t d, std::size_t count) {
    const double raised = product / static_cast<double>(counts[d]) * static_cast<double>(count);
    if (raised > most) return false;
    product = raised;
    counts[d] = count;
    return true;
  };
  for (std::size_t d = 0; d < space.size(); ++d)
    if (!space[d].range.choices.empty()) raise(d, space[d].range.choices.size());
  bool changed = true;
  while (changed) {
    changed = false;
    for (std::size_t d = 0; d < space.size(); ++d) {
      const SearchRange& range = space[d].range;
      const std::optional<double> all = n_values(range);
      if (!range.choices.empty() || (all && static_cast<double>(counts[d]) >= *all)) continue;
      changed = raise(d, counts[d] + 1) || changed;
    }
  }
  return counts;
}

std::vector<ParamValues> product_of_levels(const SearchSpace& space, const ParamValues& own,
                                           double most) {
  const std::vector<std::size_t> counts = level_counts(space, most);
  std::vector<ParamValues> points(1);
  for (std::size_t d = 0; d < space.size(); ++d) {
    const bool single = n_values(space[d].range) == 1.0;
    const std::vector<Value> values =
        counts[d] == 1 && !single ? std::vector<Value>{own[d].second}
                                  : levels(space[d].range, std::max<std::size_t>(counts[d], 2));
    std::vector<ParamValues> longer;
    for (const ParamValues& point : points)
      for (const Value& value : values) {
        longer.push_back(point);
        longer.back().emplace_back(space[d].name, value);
      }
    points = std::move(longer);
  }
  return points;
}

class Grid final : public Sampler {
 public:
  explicit Grid(const SamplerSetup& setup)
      : points_(grid_points(setup.space, setup.own, setup.evaluations)) {}
  std::vector<Candidate> ask(double left) override {
    std::vector<Candidate> batch;
    const std::size_t n = batch_of(left);
    while (batch.size() < n && next_ < points_.size()) batch.push_back({points_[next_++], 1});
    return batch;
  }
  void tell(const Trial&) override {}

 private:
  std::vector<ParamValues> points_;
  std::size_t next_ = 0;
};

class Random final : public Sampler {
 public:
  explicit Random(const SamplerSetup& setup)
      : source_(setup.space, setup.own, draws_of(setup.seed)) {}
  std::vector<Candidate> ask(double left) override {
    std::vector<Candidate> batch;
    const std::size_t n = batch_of(left);
    while (batch.size() < n) {
      std::optional<ParamValues> point = source_.next();
      if (!point) break;
      batch.push_back({std::move(*point), 1});
    }
    return batch;
  }
  void tell(const Trial&) override {}

 private:
  PointSource source_;
};

}  // namespace

std::vector<ParamValues> grid_points(const SearchSpace& space, const ParamValues& own,
                                     double most) {
  // The model's own point is trial 0: a grid that holds it may be larger by one.
  std::vector<ParamValues> points = product_of_levels(space, own, most + 1);
  auto same = std::find(points.begin(), points.end(), own);
  if (same == points.end()) {
    points = product_of_levels(space, own, most);
    same = std::find(points.begin(), points.end(), own);
  }
  if (same != points.end()) points.erase(same);
  return points;
}

std::unique_ptr<Sampler> make_grid(const SamplerSetup& setup) {
  return std::make_unique<Grid>(setup);
}
std::unique_ptr<Sampler> make_random(const SamplerSetup& setup) {
  return std::make_unique<Random>(setup);
}

std::unique_ptr<Sampler> make_sampler(SearchMethod method, const SamplerSetup& setup) {
  switch (method) {
    case SearchMethod::grid:
      return make_grid(setup);
    case SearchMethod::random:
      return make_random(setup);
    case SearchMethod::halving:
      return make_brackets(setup, false);
    case SearchMethod::hyperband:
      return make_brackets(setup, true);
    case SearchMethod::asha:
      return make_asha(setup);
    case SearchMethod::tpe:
      return make_tpe(setup);
  }
  return nullptr;
}

}  // namespace grove
