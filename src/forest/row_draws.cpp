#include "forest/row_draws.hpp"

#include <algorithm>
#include <cmath>

#include "tree/cart.hpp"

namespace grove {

RowDraws::RowDraws(const Dataset& data, double share)
    : n_rows_(data.n_rows()), n_draws_(data.n_rows()) {
  if (const Vector* weights = data.weights()) {
    whole_ = are_whole(*weights);
    double sum = 0;
    for (const double weight : *weights) cumulated_.push_back(sum += weight);
    n_draws_ = whole_ ? static_cast<Index>(sum) : (weights->array() > 0).count();
  }
  n_draws_ =
      std::max<Index>(1, static_cast<Index>(std::round(share * static_cast<double>(n_draws_))));
}

std::vector<std::uint32_t> RowDraws::draw(Rng rng) const {
  std::vector<std::uint32_t> times(static_cast<std::size_t>(n_rows_), 0);
  if (cumulated_.empty()) {
    for (Index i = 0; i < n_draws_; ++i) ++times[static_cast<std::size_t>(rng.below(n_rows_))];
    return times;
  }
  const double sum = cumulated_.back();
  const auto last = static_cast<std::size_t>(
      std::lower_bound(cumulated_.begin(), cumulated_.end(), sum) - cumulated_.begin());
  for (Index i = 0; i < n_draws_; ++i) {
    const double place =
        whole_ ? static_cast<double>(rng.below(static_cast<Index>(sum))) : rng.uniform() * sum;
    const auto row = std::upper_bound(cumulated_.begin(), cumulated_.end(), place);
    ++times[std::min(static_cast<std::size_t>(row - cumulated_.begin()), last)];
  }
  return times;
}

}  // namespace grove
