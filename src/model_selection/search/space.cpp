#include "model_selection/search/space.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/model_selection/search.hpp"

namespace grove {

namespace {

constexpr double largest_listed = 1e6;

double interpolated(const SearchRange& range, double share) {
  if (share <= 0) return range.low;
  if (share >= 1) return range.high;
  const double value =
      range.logarithmic
          ? std::exp(std::log(range.low) + share * (std::log(range.high) - std::log(range.low)))
          : range.low + share * (range.high - range.low);
  return std::clamp(value, range.low, range.high);
}

Value whole(double value) { return static_cast<std::int64_t>(std::llround(value)); }

}  // namespace

std::optional<double> n_values(const SearchRange& range) {
  if (!range.choices.empty()) return static_cast<double>(range.choices.size());
  if (range.integer) return range.high - range.low + 1;
  if (range.low == range.high) return 1;
  return std::nullopt;
}

std::optional<double> n_points(const SearchSpace& space) {
  double product = 1;
  for (const auto& [name, range] : space) {
    const std::optional<double> count = n_values(range);
    if (!count) return std::nullopt;
    product *= *count;
  }
  return product;
}

Value value_at(const SearchRange& range, double u) {
  if (!range.choices.empty()) {
    const auto n = static_cast<double>(range.choices.size());
    return range.choices[static_cast<std::size_t>(std::min(std::floor(u * n), n - 1))];
  }
  if (!range.integer) return interpolated(range, u);
  if (!range.logarithmic)
    return whole(std::min(range.high, range.low + std::floor(u * (range.high - range.low + 1))));
  const double low = std::log(range.low - 0.5), high = std::log(range.high + 0.5);
  return whole(std::clamp(std::round(std::exp(low + u * (high - low))), range.low, range.high));
}

Value nth_value(const SearchRange& range, std::size_t i) {
  if (!range.choices.empty()) return range.choices[i];
  if (range.integer) return whole(range.low + static_cast<double>(i));
  return range.low;
}

std::vector<Value> levels(const SearchRange& range, std::size_t count) {
  if (!range.choices.empty()) return range.choices;
  const std::optional<double> all = n_values(range);
  if (all && *all < static_cast<double>(count)) count = static_cast<std::size_t>(*all);
  std::vector<Value> values;
  double last = range.low - 1;
  for (std::size_t i = 0; i < count; ++i) {
    const double share = count == 1 ? 0 : static_cast<double>(i) / static_cast<double>(count - 1);
    double value = interpolated(range, share);
    if (range.integer) {
      // Small logarithmic levels would round to the same number.
      const double most = range.high - static_cast<double>(count - 1 - i);
      value = std::min(std::max(std::round(value), last + 1), most);
      last = value;
      values.push_back(whole(value));
    } else {
      values.emplace_back(value);
    }
  }
  return values;
}

std::string text_of_point(const ParamValues& point) {
  std::string text;
  for (const auto& [name, value] : point) text += concat(name, "=", to_text(value), ";");
  return text;
}

bool contains(const SearchRange& range, const Value& value) {
  if (!range.choices.empty())
    return std::find(range.choices.begin(), range.choices.end(), value) != range.choices.end();
  const auto* whole_value = value.get_if<std::int64_t>();
  const auto* real = value.get_if<double>();
  if (whole_value == nullptr && (real == nullptr || range.integer)) return false;
  const double number = real != nullptr ? *real : static_cast<double>(*whole_value);
  return number >= range.low && number <= range.high;
}

PointSource::PointSource(SearchSpace space, const ParamValues& own, Rng rng)
    : space_(std::move(space)), size_(n_points(space_)), own_(text_of_point(own)), rng_(rng) {
  own_inside_ = own.size() == space_.size();
  for (std::size_t d = 0; own_inside_ && d < own.size(); ++d)
    own_inside_ = contains(space_[d].range, own[d].second);
  seen_.insert(own_);
}

void PointSource::only_seen(std::unordered_set<std::string> points) {
  seen_ = std::move(points);
  seen_.insert(own_);
}

bool PointSource::mark(const ParamValues& point) {
  return seen_.insert(text_of_point(point)).second;
}

ParamValues PointSource::draw() {
  ParamValues point;
  for (const auto& [name, range] : space_)
    point.emplace_back(name, value_at(range, rng_.uniform()));
  return point;
}

namespace {

ParamValues nth_point(const SearchSpace& space, std::size_t i) {
  ParamValues point(space.size());
  for (std::size_t d = space.size(); d-- > 0;) {
    const auto n = static_cast<std::size_t>(*n_values(space[d].range));
    point[d] = {space[d].name, nth_value(space[d].range, i % n)};
    i /= n;
  }
  return point;
}

}  // namespace

std::optional<double> PointSource::left() const {
  if (!size_) return std::nullopt;
  return *size_ - static_cast<double>(seen_.size()) + (own_inside_ ? 0 : 1);
}

std::optional<ParamValues> PointSource::any_unseen() {
  if (*size_ > largest_listed) return std::nullopt;
  std::vector<std::size_t> unseen;
  for (std::size_t i = 0; i < static_cast<std::size_t>(*size_); ++i)
    if (seen_.count(text_of_point(nth_point(space_, i))) == 0) unseen.push_back(i);
  if (unseen.empty()) return std::nullopt;
  return nth_point(space_,
                   unseen[static_cast<std::size_t>(rng_.below(static_cast<Index>(unseen.size())))]);
}

std::optional<ParamValues> PointSource::next() {
  constexpr int most_draws = 100;
  for (int i = 0; i < most_draws; ++i) {
    ParamValues point = draw();
    if (mark(point)) return point;
  }
  // Nearly all points of a finite space are drawn, or all values of a continuum are the same.
  std::optional<ParamValues> point = size_ ? any_unseen() : std::nullopt;
  if (point) mark(*point);
  return point;
}

namespace {

constexpr std::string_view who = "search space";

void check_range(const std::string& name, const SearchRange& range) {
  if (!range.choices.empty()) return;
  const std::string where = concat(who, ": parameter '", printable(name), "'");
  if (!std::isfinite(range.low) || !std::isfinite(range.high))
    throw InvalidParameter(concat(where, " needs finite ends, got ", range.low, "..", range.high));
  if (range.low > range.high)
    throw InvalidParameter(concat(where, " has low ", range.low, " above high ", range.high),
                           "exchange the two");
  if (range.logarithmic && range.low <= 0)
    throw InvalidParameter(concat(where, " is logarithmic and must begin above 0, got ", range.low),
                           "raise the low end, or make the range linear");
  constexpr double most = 9007199254740992;  // 2^53
  if (range.integer &&
      (range.low != std::trunc(range.low) || range.high != std::trunc(range.high) ||
       range.low < -most || range.high > most))
    throw InvalidParameter(concat(where, " is of integers and needs whole ends below 2^53, got ",
                                  range.low, "..", range.high));
}

}  // namespace

void check_space(const Estimator& estimator, const SearchSpace& space) {
  std::vector<std::string> names;
  for (const auto& [name, value] : estimator.param_values()) names.push_back(name);
  std::unordered_set<std::string_view> used;
  for (const auto& [name, range] : space) {
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw InvalidParameter(concat(who, ": ", estimator.name(), " has no parameter '",
                                    printable(name), "'", did_you_mean(name, names)),
                             names.empty() ? concat(estimator.name(), " has no parameters")
                                           : concat("there are ", join(names, 40)));
    if (!used.insert(name).second)
      throw InvalidParameter(concat(who, ": parameter '", printable(name), "' is named twice"));
    check_range(name, range);
    std::unordered_set<std::string> texts;
    for (const Value& value : levels(range, 2)) {
      Estimator changed = estimator;
      changed.set_param(name, value);
      if (!texts.insert(to_text(value)).second)
        throw InvalidParameter(concat(who, ": parameter '", printable(name), "' has the choice ",
                                      printable(to_text(value)), " twice"));
    }
  }
}

}  // namespace grove
