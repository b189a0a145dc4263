#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "grove/params/schema.hpp"

namespace grove {

enum class Weights { uniform, distance, user };
std::span<const EnumName<Weights>> enum_names(Weights);

/// How much the vote of a neighbour weighs: the same for all, 1 / distance (neighbours at distance
/// 0, if any, vote alone), or a function of yours from a distance to a weight, finite and >= 0.
class VoteWeights {
 public:
  VoteWeights(Weights weights = Weights::uniform) : weights_(weights) {}
  template <class F>
  requires(!std::convertible_to<F, Weights> && !std::same_as<F, VoteWeights> &&
           std::regular_invocable<const F&, double>) VoteWeights(F f)
      : weights_(Weights::user), function_(std::make_shared<const Model<F>>(std::move(f))) {}

  Weights weights() const { return weights_; }
  /// "uniform", "distance" or "user".
  std::string name() const;
  /// Only of the user's: the weight of each distance.
  void apply(std::span<const double> distances, double* weights) const {
    function_->apply(distances, weights);
  }

 private:
  struct Function {
    virtual ~Function() = default;
    virtual void apply(std::span<const double> distances, double* weights) const = 0;
  };
  template <class F>
  struct Model final : Function {
    F f;
    explicit Model(F function) : f(std::move(function)) {}
    void apply(std::span<const double> distances, double* weights) const override {
      for (std::size_t i = 0; i < distances.size(); ++i) weights[i] = f(distances[i]);
    }
  };

  Weights weights_;
  std::shared_ptr<const Function> function_;
};

template <>
struct ParamType<VoteWeights> {
  static constexpr std::string_view name = "word";
  static Value to(const VoteWeights& value) { return value.name(); }
  static std::optional<VoteWeights> from(const Value& value);
};

}  // namespace grove
