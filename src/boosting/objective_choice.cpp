#include <array>

#include "boosting/objective_losses.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove {

std::span<const EnumName<BoostingLoss>> enum_names(BoostingLoss) {
  static constexpr std::array<EnumName<BoostingLoss>, 10> names{{
      {BoostingLoss::automatic, "auto"},
      {BoostingLoss::squared_error, "squared_error"},
      {BoostingLoss::absolute_error, "absolute_error"},
      {BoostingLoss::huber, "huber"},
      {BoostingLoss::quantile, "quantile"},
      {BoostingLoss::poisson, "poisson"},
      {BoostingLoss::gamma, "gamma"},
      {BoostingLoss::tweedie, "tweedie"},
      {BoostingLoss::log_loss, "log_loss"},
      {BoostingLoss::lambdarank, "lambdarank"},
  }};
  return names;
}

namespace {

void check_options(std::string_view who, const LossOptions& options) {
  const auto check = [&](bool good, std::string_view name, double value, std::string_view range) {
    if (!good) throw InvalidParameter(concat(who, ": ", name, " must be ", range, ", got ", value));
  };
  check(options.quantile > 0 && options.quantile < 1, "quantile", options.quantile,
        "above 0 and below 1");
  check(options.huber_delta > 0 && options.huber_delta <= largest_target, "huber_delta",
        options.huber_delta, "above 0");
  check(options.tweedie_power >= 1 && options.tweedie_power <= 2, "tweedie_power",
        options.tweedie_power, "from 1 to 2");
  check(options.ndcg_at >= 0, "ndcg_at", options.ndcg_at, "at least 0");
}

std::string_view name_of(BoostingLoss loss) {
  for (const auto& entry : enum_names(loss))
    if (entry.value == loss) return entry.name;
  return "unknown";
}

Objective tweedie(double power) {
  if (power == 1) return PoissonLoss{};
  if (power == 2) return GammaLoss{};
  return TweedieLoss{power};
}

}  // namespace

Objective make_objective(std::string_view who, BoostingLoss loss, Index n_classes,
                         const LossOptions& options) {
  check_options(who, options);
  if (loss == BoostingLoss::automatic)
    loss = n_classes > 0 ? BoostingLoss::log_loss : BoostingLoss::squared_error;
  if ((loss == BoostingLoss::log_loss) != (n_classes > 0))
    throw InvalidParameter(concat(who, ": loss ", name_of(loss), " does not fit ",
                                  n_classes > 0 ? "classes" : "a real target"),
                           n_classes > 0 ? "use log_loss" : "use squared_error, or a classifier");
  switch (loss) {
    case BoostingLoss::automatic:
    case BoostingLoss::squared_error:
      return SquaredError{};
    case BoostingLoss::absolute_error:
      return AbsoluteError{};
    case BoostingLoss::huber:
      return HuberLoss{options.huber_delta};
    case BoostingLoss::quantile:
      return QuantileLoss{options.quantile};
    case BoostingLoss::poisson:
      return PoissonLoss{};
    case BoostingLoss::gamma:
      return GammaLoss{};
    case BoostingLoss::tweedie:
      return tweedie(options.tweedie_power);
    case BoostingLoss::log_loss:
      if (n_classes > 2) return MultinomialLogLoss{};
      return BinaryLogLoss{};
    case BoostingLoss::lambdarank:
      return LambdaRank{options.ndcg_at};
  }
  throw InvalidParameter(concat(who, ": unknown loss ", static_cast<int>(loss)));
}

}  // namespace grove
