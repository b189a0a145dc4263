#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/types.hpp"

namespace grove {

/// One setting of a method: how good its answers are and what they cost.
struct TradeOffPoint {
  std::string method;   // points of one method are joined in the figure, in their order
  std::string setting;  // "8 probes"
  double quality = 0;   // larger is better
  double work = 0;      // counted, > 0
  double seconds = 0;
  Index n_different = 0;  // answers that are not the exact ones
};

/// What an approximation buys: quality against counted work, on one data set.
struct TradeOff {
  std::string title;
  std::string quality;  // the name of the measure, as "accuracy"
  std::string work;     // the unit, as "distances per query"
  std::vector<TradeOffPoint> points;
};

/// A table. Throws InvalidParameter for numbers that are not finite or work that is not positive.
std::ostream& operator<<(std::ostream& out, const TradeOff& trade_off);

/// One page that needs no network: for each, a curve on a logarithmic axis of work, and the table.
/// Throws as the table does, and InvalidParameter for no points.
std::string to_html(const std::string& title, const std::vector<TradeOff>& trade_offs,
                    const Context& context = {});

}  // namespace grove
