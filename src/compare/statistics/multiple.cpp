#include "grove/compare/statistics/multiple.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "compare/statistics/checks.hpp"

namespace grove::statistics {

std::span<const EnumName<Adjustment>> enum_names(Adjustment) {
  static constexpr std::array<EnumName<Adjustment>, 6> names{
      {{Adjustment::none, "none"},
       {Adjustment::bonferroni, "bonferroni"},
       {Adjustment::holm, "holm"},
       {Adjustment::hochberg, "hochberg"},
       {Adjustment::shaffer, "shaffer"},
       {Adjustment::benjamini_hochberg, "benjamini_hochberg"}}};
  return names;
}

namespace {

std::vector<Index> ascending(const VectorView& p) {
  std::vector<Index> order(static_cast<std::size_t>(p.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return p(a) < p(b); });
  return order;
}

/// Running maximum of factor(i) p_(i) from the smallest p-value up; i counts from 0.
template <class F>
Vector step_down(const VectorView& p, F&& factor) {
  Vector adjusted(p.size());
  double highest = 0;
  Index i = 0;
  for (const Index at : ascending(p)) {
    highest = std::max(highest, std::min(1.0, factor(i++) * p(at)));
    adjusted(at) = highest;
  }
  return adjusted;
}

/// Running minimum from the largest p-value down.
template <class F>
Vector step_up(const VectorView& p, F&& factor) {
  Vector adjusted(p.size());
  const std::vector<Index> order = ascending(p);
  double lowest = 1;
  for (Index i = p.size(); i-- > 0;) {
    const Index at = order[static_cast<std::size_t>(i)];
    lowest = std::min(lowest, factor(i) * p(at));
    adjusted(at) = lowest;
  }
  return adjusted;
}

/// Which numbers of the pairs among k contenders can be equal at once: a part of j that are all
/// alike gives j (j - 1) / 2, and the rest is free.
std::vector<bool> possible_equalities(Index k) {
  std::vector<std::vector<bool>> possible{{true}};
  for (Index n = 1; n <= k; ++n) {
    std::vector<bool> set(static_cast<std::size_t>(n * (n - 1) / 2 + 1), false);
    for (Index j = 1; j <= n; ++j) {
      const auto& rest = possible[static_cast<std::size_t>(n - j)];
      const auto inside = static_cast<std::size_t>(j * (j - 1) / 2);
      for (std::size_t x = 0; x < rest.size(); ++x)
        if (rest[x]) set[inside + x] = true;
    }
    possible.push_back(std::move(set));
  }
  return possible.back();
}

Vector shaffer(const VectorView& p) {
  Index k = 2;
  while (k * (k - 1) / 2 < p.size()) ++k;
  if (k * (k - 1) / 2 != p.size())
    throw InvalidData(
        concat("Shaffer's procedure needs the p-values of all k (k - 1) / 2 pairs of ",
               "k contenders, got ", p.size()),
        "use holm for other families, such as comparisons with one control");
  const std::vector<bool> possible = possible_equalities(k);
  return step_down(p, [&](Index i) {
    auto most = static_cast<std::size_t>(p.size() - i);
    while (!possible[most]) --most;
    return static_cast<double>(most);
  });
}

void check_p_values(const VectorView& p) {
  for (Index i = 0; i < p.size(); ++i)
    if (!(p(i) >= 0 && p(i) <= 1))
      throw InvalidData(
          concat("adjust: p-value ", i, " must be in [0, 1], got ", number_text(p(i))));
}

}  // namespace

Vector adjust(const VectorView& p_values, Adjustment method) {
  check_p_values(p_values);
  if (p_values.size() == 0) return {};
  const auto m = static_cast<double>(p_values.size());
  const auto left = [m](Index i) { return m - static_cast<double>(i); };
  switch (method) {
    case Adjustment::none:
      break;
    case Adjustment::bonferroni:
      return (p_values * m).cwiseMin(1.0);
    case Adjustment::holm:
      return step_down(p_values, left);
    case Adjustment::hochberg:
      return step_up(p_values, left);
    case Adjustment::shaffer:
      return shaffer(p_values);
    case Adjustment::benjamini_hochberg:
      return step_up(p_values, [m](Index i) { return m / static_cast<double>(i + 1); });
  }
  return p_values;
}

}  // namespace grove::statistics
