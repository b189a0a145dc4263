#pragma once

#include <atomic>
#include <cmath>

#include "grove/core/error.hpp"
#include "grove/model_selection/search.hpp"
#include "grove/params/schema.hpp"

// A model whose score is a known function of its parameters, and which counts its fits.

namespace grove::testing {

enum class ToyMode { plain, good, bad };
inline std::span<const EnumName<ToyMode>> enum_names(ToyMode) {
  static constexpr EnumName<ToyMode> names[] = {
      {ToyMode::plain, "plain"}, {ToyMode::good, "good"}, {ToyMode::bad, "bad"}};
  return names;
}

struct ToyParams {
  double a = 0;
  int k = 1;
  ToyMode mode = ToyMode::plain;

  static const Schema<ToyParams>& schema() {
    static const auto made = [] {
      Schema<ToyParams> schema;
      schema.add("a", &ToyParams::a, between(-10, 10), "A number.")
          .add("k", &ToyParams::k, at_least(1), "A whole number.")
          .add("mode", &ToyParams::mode, "A word.");
      schema.search("a", reals(-1, 1)).search("k", integers(1, 12));
      return schema;
    }();
    return made;
  }
};

inline std::atomic<int> toy_fits{0};
inline std::atomic<Index> toy_rows{0};

/// Best at a = 0.3, k = 7, mode = good; "bad" with k > 10 cannot be fitted.
struct Toy {
  using Params = ToyParams;
  static constexpr std::string_view type_name = "Toy";
  Params own;
  double value = 0;

  Toy() = default;
  explicit Toy(Params params) : own(params) {}
  const Params& params() const { return own; }

  void fit(const Dataset& data, const Context& context) {
    context.check_stop(type_name);
    context.count("toy_rows", static_cast<std::uint64_t>(data.n_rows()));
    ++toy_fits;
    toy_rows += data.n_rows();
    if (own.mode == ToyMode::bad && own.k > 10)
      throw InvalidParameter("Toy: bad mode takes no k above 10");
    value = -std::abs(own.a - 0.3) - std::abs(own.k - 7) / 10.0 +
            (own.mode == ToyMode::good ? 1 : 0) + data.target().mean() / 1000;
  }
  Vector predict(MatrixView x) const { return Vector::Constant(x.rows(), value); }
};

/// The mean prediction: the toy's value.
inline Scorer toy_scorer() {
  return {"value", metrics::MetricInput::values, true,
          [](const metrics::Predictions& predictions) { return predictions.values->mean(); }};
}

inline Dataset toy_data(Index n = 243) {
  Matrix x(n, 1);
  Vector y(n);
  for (Index i = 0; i < n; ++i) {
    x(i, 0) = static_cast<double>(i);
    y(i) = std::sin(static_cast<double>(i));
  }
  return {x, y};
}

inline SearchSpace finite_toy_space() {
  return {{"k", integers(1, 12)}, {"mode", choices({"plain", "good", "bad"})}};
}

inline SearchOptions toy_search(SearchMethod method, double evaluations) {
  SearchOptions options;
  options.method = method;
  options.budget = {.evaluations = evaluations};
  options.metric = toy_scorer();
  return options;
}

inline constexpr SearchMethod all_methods[] = {SearchMethod::grid,    SearchMethod::random,
                                               SearchMethod::halving, SearchMethod::hyperband,
                                               SearchMethod::asha,    SearchMethod::tpe};

}  // namespace grove::testing
