#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "grove/core/random.hpp"
#include "model_selection/search/brackets.hpp"
#include "model_selection/search/parzen.hpp"
#include "model_selection/search/sampler.hpp"
#include "model_selection/search/space.hpp"
#include "support/check.hpp"
#include "support/reference.hpp"

using namespace grove;

namespace {

double real_of(const Value& value) {
  const auto* whole = value.get_if<std::int64_t>();
  return whole != nullptr ? static_cast<double>(*whole) : *value.get_if<double>();
}

std::vector<double> reals_of(const std::vector<Value>& values) {
  std::vector<double> result;
  for (const Value& value : values) result.push_back(real_of(value));
  return result;
}

/// Asks and tells until the budget is spent; the score is f(params) or, with `noise`, off by what
/// too few rows cost.
template <class F>
std::vector<Trial> drive(SearchMethod method, SamplerSetup setup, double budget, const F& f,
                         double noise = 0) {
  std::vector<Trial> trials;
  const auto tried = [&](const ParamValues& params, double resource) {
    Trial trial;
    trial.params = params;
    trial.resource = resource;
    Rng rng = Rng(99).split(std::hash<std::string>()(text_of_point(params)));
    trial.score = f(params) + noise * (1 / std::sqrt(resource) - 1) * rng.normal();
    trials.push_back(trial);
    return trial;
  };
  double left = budget - 1;
  setup.evaluations = left;
  const auto sampler = make_sampler(method, setup);
  sampler->tell(tried(setup.own, 1));
  while (true) {
    const std::vector<Candidate> batch = sampler->ask(left);
    if (batch.empty()) return trials;
    std::vector<Trial> told;
    for (const Candidate& candidate : batch) {
      left -= candidate.resource;
      told.push_back(tried(candidate.params, candidate.resource));
    }
    for (const Trial& trial : told) sampler->tell(trial);
  }
}

double cost_of(const std::vector<Trial>& trials) {
  double cost = 0;
  for (const Trial& trial : trials) cost += trial.resource;
  return cost;
}

const SearchSpace two_reals = {{"a", reals(-5, 10)}, {"b", reals(0, 15)}};

/// Branin's function, minimum 0.397887.
double branin(const ParamValues& params) {
  const double a = real_of(params[0].second), b = real_of(params[1].second);
  const double pi = 3.14159265358979323846;
  const double bend = b - 5.1 / (4 * pi * pi) * a * a + 5 / pi * a - 6;
  return bend * bend + 10 * (1 - 1 / (8 * pi)) * std::cos(a) + 10;
}

double best_of(const std::vector<Trial>& trials) {
  double best = trials.front().score;
  for (const Trial& trial : trials)
    if (trial.resource >= 1) best = std::min(best, trial.score);
  return best;
}

}  // namespace

TEST_CASE("A point of the unit cube is a value of the range, and every value has its share") {
  CHECK(value_at(reals(2, 6), 0.25) == Value(3.0));
  CHECK(real_of(value_at(log_reals(0.01, 100), 0.5)) == Approx(1));
  CHECK(value_at(choices({"x", 7, Value()}), 0.99) == Value());
  std::map<double, int> linear, logarithmic;
  constexpr int n = 100000;
  for (int i = 0; i < n; ++i) {
    const double u = (i + 0.5) / n;
    ++linear[real_of(value_at(integers(3, 7), u))];
    ++logarithmic[real_of(value_at(log_integers(1, 9), u))];
  }
  CHECK(linear.size() == 5);
  for (const auto& [value, count] : linear) CHECK(count == n / 5);
  CHECK(logarithmic.size() == 9);
  for (const auto& [value, count] : logarithmic) {
    const double share = std::log((value + 0.5) / (value - 0.5)) / std::log(9.5 / 0.5);
    CHECK(std::abs(count - share * n) <= 1);
  }
}

TEST_CASE("Levels are evenly spread and hold both ends") {
  CHECK(reals_of(levels(reals(0, 1), 5)) == std::vector<double>{0, 0.25, 0.5, 0.75, 1});
  const std::vector<double> powers = reals_of(levels(log_reals(0.01, 100), 5));
  CHECK(powers.front() == 0.01);
  CHECK(powers.back() == 100);
  CHECK(powers[1] == Approx(0.1));
  CHECK(powers[3] == Approx(10));
  CHECK(reals_of(levels(integers(1, 10), 4)) == std::vector<double>{1, 4, 7, 10});
  CHECK(reals_of(levels(integers(1, 3), 9)) == std::vector<double>{1, 2, 3});
  // The first three would all round to 1.
  CHECK(reals_of(levels(log_integers(1, 100), 9)) ==
        std::vector<double>{1, 2, 3, 6, 10, 18, 32, 56, 100});
  CHECK(reals_of(levels(log_integers(1, 4), 3)) == std::vector<double>{1, 2, 4});
}

TEST_CASE("A grid never has more points than the budget, and uses as much of it as it can") {
  const SearchSpace space = {
      {"k", integers(1, 30)}, {"w", choices({"u", "d"})}, {"c", reals(0, 1)}};
  const ParamValues own = {{"k", 5}, {"w", "u"}, {"c", 0.3}};
  // 2 choices, then k and c in turn; with k and c at their own values, one point is the own one.
  for (const auto& [most, expected] : std::vector<std::pair<double, std::size_t>>{{1, 1},
                                                                                  {2, 1},
                                                                                  {3, 1},
                                                                                  {4, 4},
                                                                                  {8, 8},
                                                                                  {11, 8},
                                                                                  {12, 12},
                                                                                  {17, 16},
                                                                                  {18, 18},
                                                                                  {50, 50}}) {
    const std::vector<ParamValues> points = grid_points(space, own, most);
    INFO(most);
    CHECK(points.size() == expected);
    std::set<std::string> different;
    for (const ParamValues& point : points) different.insert(text_of_point(point));
    CHECK(different.size() == points.size());
    CHECK(different.count(text_of_point(own)) == 0);
  }
  const std::vector<ParamValues> points = grid_points(space, own, 8);
  CHECK(points.front() == ParamValues{{"k", 1}, {"w", "u"}, {"c", 0.0}});
  CHECK(points[1] == ParamValues{{"k", 1}, {"w", "u"}, {"c", 1.0}});
  CHECK(points.back() == ParamValues{{"k", 30}, {"w", "d"}, {"c", 1.0}});
  // The whole of a finite space, without the model's own point.
  const SearchSpace finite = {{"k", integers(1, 4)}, {"w", choices({"u", "d"})}};
  CHECK(grid_points(finite, {{"k", 3}, {"w", "d"}}, 7).size() == 7);
  CHECK(grid_points(finite, {{"k", 3}, {"w", "d"}}, 1000).size() == 7);
  CHECK(grid_points(finite, {{"k", 9}, {"w", "d"}}, 1000).size() == 8);
}

TEST_CASE("Random search draws every point of a finite space once, then ends") {
  SamplerSetup setup;
  setup.space = {{"k", log_integers(1, 40)}, {"w", choices({"u", "d", "n"})}};
  setup.own = {{"k", 7}, {"w", "d"}};
  const std::vector<Trial> trials =
      drive(SearchMethod::random, setup, 1000, [](const ParamValues&) { return 0.0; });
  std::set<std::string> different;
  for (const Trial& trial : trials) different.insert(text_of_point(trial.params));
  CHECK(trials.size() == 120);
  CHECK(different.size() == 120);
  // A larger budget goes on where a smaller one ended.
  const std::vector<Trial> fewer =
      drive(SearchMethod::random, setup, 30, [](const ParamValues&) { return 0.0; });
  REQUIRE(fewer.size() == 30);
  for (std::size_t i = 0; i < fewer.size(); ++i) CHECK(fewer[i].params == trials[i].params);
}

TEST_CASE("Rungs of halving are scikit-learn's") {
  const nlohmann::json cases = grove::testing::reference("search").at("halving");
  REQUIRE(cases.size() == 9);
  for (const nlohmann::json& expected : cases) {
    const int n_rungs = static_cast<int>(expected.at("candidates").size());
    const Bracket bracket = halving_bracket(expected.at("n_candidates").get<double>(), n_rungs);
    const double units = expected.at("units").back().get<double>();
    INFO(expected.dump());
    for (std::size_t i = 0; i < bracket.size(); ++i) {
      CHECK(bracket[i].n == expected.at("candidates")[i].get<double>());
      CHECK(bracket[i].resource * units == Approx(expected.at("units")[i].get<double>()));
    }
  }
}

TEST_CASE("Hyperband's brackets are those of the paper for R = 81 and eta = 3") {
  const std::vector<std::vector<std::pair<double, double>>> table = {
      {{5, 81}},
      {{8, 27}, {2, 81}},
      {{15, 9}, {5, 27}, {1, 81}},
      {{34, 3}, {11, 9}, {3, 27}, {1, 81}},
      {{81, 1}, {27, 3}, {9, 9}, {3, 27}, {1, 81}}};
  for (int s = 0; s <= 4; ++s) {
    const Bracket bracket = hyperband_bracket(hyperband_candidates(s, 4), s + 1);
    const auto& expected = table[static_cast<std::size_t>(s)];
    REQUIRE(bracket.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CHECK(bracket[i].n == expected[i].first);
      CHECK(bracket[i].resource * 81 == Approx(expected[i].second));
    }
  }
  // A search with the budget of one pass runs these, from the most rungs to one.
  SamplerSetup setup{two_reals, {{"a", 0.0}, {"b", 0.0}}, 0, 0, false, 5};
  const std::vector<Trial> trials =
      drive(SearchMethod::hyperband, setup, 1 + 1902.0 / 81, branin, 10);
  std::size_t at = 1;
  for (int s = 4; s >= 0; --s)
    for (const auto& [n, resource] : table[static_cast<std::size_t>(s)])
      for (int i = 0; i < n; ++i) {
        REQUIRE(at < trials.size());
        CHECK(trials[at++].resource * 81 == Approx(resource));
      }
  CHECK(at == trials.size());
}

TEST_CASE("A bracket takes as many candidates as its budget pays for") {
  for (const auto rule : {halving_bracket, hyperband_bracket})
    for (const int n_rungs : {1, 2, 3, 5})
      for (const double budget : {0.5, 1.0, 2.0, 4.7, 5.0, 19.0, 63.2}) {
        double largest = 0;
        const double least = std::pow(3, n_rungs - 1);
        for (double n = least; n < 10000; ++n)
          if (grove::cost_of(rule(n, n_rungs)) <= budget + 1e-9) largest = n;
        CHECK(affordable(rule, n_rungs, budget, 1e6) == largest);
        CHECK(affordable(rule, n_rungs, budget, 20) <= 20);
      }
}

TEST_CASE("No method spends more than its budget, nor leaves much of it") {
  SamplerSetup setup{two_reals, {{"a", 0.0}, {"b", 0.0}}, 0, 3, false, 4};
  for (const SearchMethod method : {SearchMethod::random, SearchMethod::halving,
                                    SearchMethod::hyperband, SearchMethod::asha, SearchMethod::tpe})
    for (const double budget : {1.0, 2.0, 5.5, 20.0, 60.0}) {
      const double cost = cost_of(drive(method, setup, budget, branin, 5));
      INFO(static_cast<int>(method) << " " << budget);
      CHECK(cost <= budget + 1e-9);
      CHECK(cost > budget - 1.0001);
    }
}

TEST_CASE("Halving promotes the best third, ties to the earlier, and no failed trial") {
  SamplerSetup setup{{{"k", integers(0, 1000)}}, {{"k", 0}}, 14, 0, true, 3};
  const auto sampler = make_sampler(SearchMethod::halving, setup);
  Trial first;
  first.params = setup.own;
  sampler->tell(first);
  const std::vector<Candidate> rung = sampler->ask(14);
  const std::size_t n = rung.size();
  REQUIRE(n >= 27);
  for (std::size_t i = 0; i < n; ++i) {
    Trial trial;
    trial.params = rung[i].params;
    trial.resource = rung[i].resource;
    trial.score = i % 2 == 0 ? 1 : std::nan("");
    sampler->tell(trial);
  }
  const std::vector<Candidate> next = sampler->ask(14);
  REQUIRE(next.size() == (n + 2) / 3);
  for (std::size_t i = 0; i < next.size(); ++i) CHECK(next[i].params == rung[2 * i].params);
  CHECK(next[0].resource == Approx(3 * rung[0].resource));
}

TEST_CASE("ASHA promotes only from the best third of a rung as it is, and often") {
  SamplerSetup setup{two_reals, {{"a", 0.0}, {"b", 0.0}}, 0, 1, false, 4};
  const std::vector<Trial> trials = drive(SearchMethod::asha, setup, 25, branin, 3);
  int promotions = 0;
  for (std::size_t i = 1; i < trials.size(); ++i) {
    const Trial& trial = trials[i];
    if (trial.resource < 0.04) continue;
    ++promotions;
    // What was known when it was asked for: all trials up to four before, at most.
    std::vector<double> scores;
    double own = std::nan("");
    for (std::size_t j = 1; j < i; ++j)
      if (std::abs(trials[j].resource * 3 - trial.resource) < 1e-9) {
        scores.push_back(trials[j].score);
        if (trials[j].params == trial.params) own = trials[j].score;
      }
    REQUIRE_FALSE(std::isnan(own));
    double better_ones = 0;
    for (const double score : scores) better_ones += score < own ? 1 : 0;
    CHECK(better_ones < static_cast<double>(scores.size()) / 3 + 4);
  }
  CHECK(promotions > static_cast<int>(trials.size()) / 5);
}

TEST_CASE("Parzen densities add up to one and are those that samples follow") {
  const std::vector<Value> seen = {2, 3, 3, 8};
  const std::vector<Value> seen_reals = {0.2, 0.25, 0.9, 40.0};
  for (const SearchRange& range : {integers(1, 9), log_integers(1, 9)}) {
    const Parzen parzen(range, seen);
    double total = 0;
    for (int k = 1; k <= 9; ++k) total += std::exp(parzen.log_density(k));
    CHECK(total == Approx(1).margin(1e-12));
    std::map<double, double> drawn;
    Rng rng(5);
    constexpr int n = 20000;
    for (int i = 0; i < n; ++i) drawn[real_of(parzen.sample(rng))] += 1.0 / n;
    for (int k = 1; k <= 9; ++k)
      CHECK(drawn[k] == Approx(std::exp(parzen.log_density(k))).margin(0.015));
  }
  for (const SearchRange& range : {reals(0.1, 50), log_reals(0.1, 50)}) {
    const Parzen parzen(range, seen_reals);
    const double low = range.logarithmic ? std::log(0.1) : 0.1;
    const double high = range.logarithmic ? std::log(50) : 50;
    double total = 0, below = 0;
    constexpr int n = 20000;
    for (int i = 0; i < n; ++i) {
      const double at = low + (i + 0.5) / n * (high - low);
      const double value = range.logarithmic ? std::exp(at) : at;
      // Up to a constant: the density at the coordinate is 1 / sqrt(2 pi) of it.
      const double mass =
          std::exp(parzen.log_density(value)) / std::sqrt(2 * 3.14159265358979) * (high - low) / n;
      total += mass;
      if (value < 5) below += mass;
    }
    CHECK(total == Approx(1).margin(1e-3));
    Rng rng(6);
    double share = 0;
    for (int i = 0; i < n; ++i) share += real_of(parzen.sample(rng)) < 5 ? 1.0 / n : 0;
    CHECK(share == Approx(below).margin(0.015));
  }
  const Parzen words(choices({"x", "y", "z"}), {"y", "y", "unknown"});
  CHECK(std::exp(words.log_density("y")) == Approx(3.0 / 5));
  CHECK(std::exp(words.log_density("z")) == Approx(1.0 / 5));
}

TEST_CASE("TPE finds better values than random search on a known function") {
  double regret_tpe = 0, regret_random = 0;
  int n_better = 0;
  constexpr int n_seeds = 30;
  for (int seed = 0; seed < n_seeds; ++seed) {
    SamplerSetup setup{
        two_reals, {{"a", 2.5}, {"b", 7.5}}, 0, static_cast<std::uint64_t>(seed), false, 1};
    const double tpe = best_of(drive(SearchMethod::tpe, setup, 60, branin)) - 0.397887;
    const double random = best_of(drive(SearchMethod::random, setup, 60, branin)) - 0.397887;
    regret_tpe += tpe / n_seeds;
    regret_random += random / n_seeds;
    n_better += tpe < random ? 1 : 0;
  }
  INFO("mean regret: TPE " << regret_tpe << ", random " << regret_random << ", TPE better in "
                           << n_better << " of 30");
  CHECK(regret_tpe < 0.6 * regret_random);
  CHECK(n_better >= 20);
}

TEST_CASE("TPE learns of choices and whole numbers, and tries no point twice") {
  const SearchSpace space = {{"k", log_integers(1, 64)},
                             {"w", choices({"p", "q", "r", "s", "t", "u"})},
                             {"n", integers(1, 20)}};
  const auto loss = [](const ParamValues& params) {
    const double k = std::log2(real_of(params[0].second)), n = real_of(params[2].second);
    const double word = *params[1].second.get_if<std::string>() == "s" ? 0 : 3;
    return (k - 4) * (k - 4) + word + std::abs(n - 13) / 4;
  };
  double tpe = 0, random = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    SamplerSetup setup{space, {{"k", 1}, {"w", "p"}, {"n", 1}}, 0, seed, false, 1};
    const std::vector<Trial> trials = drive(SearchMethod::tpe, setup, 50, loss);
    std::set<std::string> different;
    for (const Trial& trial : trials) different.insert(text_of_point(trial.params));
    CHECK(different.size() == trials.size());
    tpe += best_of(trials) / 30;
    random += best_of(drive(SearchMethod::random, setup, 50, loss)) / 30;
  }
  CHECK(tpe < 0.6 * random);
}
