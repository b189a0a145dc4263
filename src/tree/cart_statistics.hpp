#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "tree/cart.hpp"

// What the grower sums over the rows of a node: for two classes, for more, and for real targets.
// Each kind has
//   Item   a row in a node, with all that is summed
//   Cell   what one row (or several, where cells_add) puts into the sums
//   Sums   of a node or of one side of a split
// score() orders the splits of a node: the higher the better. gain() is the decrease of impurity
// times weight. Weights are in whole units but for those that end in `effective`, which are in
// units of the data and multiplied by the class weights.

namespace grove {

inline double x_log2_x(double x) { return x > 0 ? x * std::log2(x) : 0; }

/// Counts of both classes in one word: sums of fewer than 2^32 rows.
class BinaryStatistics {
 public:
  static constexpr bool cells_add = true;
  struct Item {
    std::uint32_t row;
    std::uint32_t weight_and_class;
  };
  using Cell = std::uint64_t;
  using Sums = std::uint64_t;

  BinaryStatistics(const CartTarget& target, Impurity impurity)
      : target_(target),
        entropy_(impurity == Impurity::entropy),
        factor0_(target.class_weights(0)),
        factor1_(target.class_weights.size() > 1 ? target.class_weights(1) : 1) {}

  Item item(std::uint32_t row, std::uint32_t times) const {
    const auto weight = static_cast<std::uint32_t>(target_.weights[row]) * times;
    return {row, weight * 2 + static_cast<std::uint32_t>((*target_.labels)(row))};
  }
  static std::int64_t weight_of(const Item& item) { return item.weight_and_class >> 1; }
  static Cell cell(const Item& item) {
    return static_cast<Cell>(item.weight_and_class >> 1) << (32 * (item.weight_and_class & 1));
  }
  static Sums none() { return 0; }
  static void add(Sums& sums, Cell cell) { sums += cell; }
  static void add_if(bool wanted, Sums& sums, Cell cell) {
    sums += cell & (0 - static_cast<Cell>(wanted));
  }
  static void remove(Sums& sums, Cell cell) { sums -= cell; }
  static void subtract(Sums& sums, Sums part) { sums -= part; }
  static std::int64_t weight(Sums sums) {
    return static_cast<std::int64_t>((sums & 0xffffffff) + (sums >> 32));
  }
  double effective(Sums sums) const { return first(sums) + second(sums); }

  double score(Sums left, Sums right) const {
    const double l0 = first(left), l1 = second(left), r0 = first(right), r1 = second(right);
    const double l = l0 + l1, r = r0 + r1;
    if (entropy_)
      return x_log2_x(l0) + x_log2_x(l1) - x_log2_x(l) + x_log2_x(r0) + x_log2_x(r1) - x_log2_x(r);
    return -(l0 * l1 * r + r0 * r1 * l) / (l * r);
  }
  double impurity(Sums sums, std::span<const Item>) const { return impurity(sums); }
  double gain(Sums left, Sums right) const {
    const Sums total = left + right;
    return effective(total) * impurity(total) - effective(left) * impurity(left) -
           effective(right) * impurity(right);
  }
  void answer(Sums sums, double* out) const {
    const double all = effective(sums);
    out[0] = first(sums) / all;
    if (target_.class_weights.size() > 1) out[1] = second(sums) / all;
  }
  /// Where a category stands among others.
  double category_key(Sums category, int) const { return second(category) / effective(category); }
  static int main_class(Sums) { return 0; }

 private:
  double first(Sums sums) const { return factor0_ * static_cast<double>(sums & 0xffffffff); }
  double second(Sums sums) const { return factor1_ * static_cast<double>(sums >> 32); }
  double impurity(Sums sums) const {
    const double a = first(sums), b = second(sums), all = a + b;
    if (entropy_) return (x_log2_x(all) - x_log2_x(a) - x_log2_x(b)) / all;
    return 2 * a * b / (all * all);
  }

  const CartTarget& target_;
  bool entropy_;
  double factor0_, factor1_;
};

/// Any number of classes, weights of any size.
class ClassStatistics {
 public:
  static constexpr bool cells_add = false;
  struct Item {
    std::uint32_t row;
    int label;
    std::int64_t weight;
  };
  struct Cell {
    int label;
    std::int64_t weight;
  };
  struct Sums {
    std::vector<std::int64_t> counts;
    std::int64_t weight = 0;
    double squares = 0;  // of the counts, where plain_ makes them exact
  };

  ClassStatistics(const CartTarget& target, Impurity impurity)
      : target_(target),
        entropy_(impurity == Impurity::entropy),
        factors_(target.class_weights * target.weight_unit),
        plain_((factors_.array() == 1).all()) {}

  Item item(std::uint32_t row, std::uint32_t times) const {
    return {row, (*target_.labels)(row), target_.weights[row] * times};
  }
  static std::int64_t weight_of(const Item& item) { return item.weight; }
  static Cell cell(const Item& item) { return {item.label, item.weight}; }
  Sums none() const {
    Sums sums;
    sums.counts.assign(static_cast<std::size_t>(factors_.size()), 0);
    return sums;
  }
  void add(Sums& sums, const Cell& cell) const { change(sums, cell.label, cell.weight); }
  void add_if(bool wanted, Sums& sums, const Cell& cell) const {
    if (wanted) add(sums, cell);
  }
  void remove(Sums& sums, const Cell& cell) const { change(sums, cell.label, -cell.weight); }
  void subtract(Sums& sums, const Sums& part) const {
    for (std::size_t k = 0; k < part.counts.size(); ++k)
      change(sums, static_cast<int>(k), -part.counts[k]);
  }
  static std::int64_t weight(const Sums& sums) { return sums.weight; }
  double effective(const Sums& sums) const {
    if (plain_) return static_cast<double>(sums.weight);
    double sum = 0;
    for (std::size_t k = 0; k < sums.counts.size(); ++k) sum += count(sums, k);
    return sum;
  }

  double score(const Sums& left, const Sums& right) const {
    if (entropy_) return -surprise(left) - surprise(right);
    return squares(left) / effective(left) + squares(right) / effective(right);
  }
  double impurity(const Sums& sums, std::span<const Item>) const { return impurity(sums); }
  double gain(const Sums& left, const Sums& right) const {
    Sums total = left;
    for (std::size_t k = 0; k < total.counts.size(); ++k)
      add(total, {static_cast<int>(k), right.counts[k]});
    return effective(total) * impurity(total) - effective(left) * impurity(left) -
           effective(right) * impurity(right);
  }
  void answer(const Sums& sums, double* out) const {
    const double all = effective(sums);
    for (std::size_t k = 0; k < sums.counts.size(); ++k) out[k] = count(sums, k) / all;
  }
  double category_key(const Sums& category, int main_class) const {
    return count(category, static_cast<std::size_t>(main_class)) / effective(category);
  }
  int main_class(const Sums& node) const {
    std::size_t best = 0;
    for (std::size_t k = 1; k < node.counts.size(); ++k)
      if (count(node, k) > count(node, best)) best = k;
    return static_cast<int>(best);
  }

 private:
  double count(const Sums& sums, std::size_t k) const {
    return factors_(static_cast<Index>(k)) * static_cast<double>(sums.counts[k]);
  }
  void change(Sums& sums, int label, std::int64_t weight) const {
    std::int64_t& count = sums.counts[static_cast<std::size_t>(label)];
    sums.squares += static_cast<double>(weight) *
                    (2 * static_cast<double>(count) + static_cast<double>(weight));
    count += weight;
    sums.weight += weight;
  }
  double squares(const Sums& sums) const {
    if (plain_) return sums.squares;
    double sum = 0;
    for (std::size_t k = 0; k < sums.counts.size(); ++k) sum += count(sums, k) * count(sums, k);
    return sum;
  }
  /// Entropy times weight.
  double surprise(const Sums& sums) const {
    double sum = x_log2_x(effective(sums));
    for (std::size_t k = 0; k < sums.counts.size(); ++k) sum -= x_log2_x(count(sums, k));
    return sum;
  }
  double impurity(const Sums& sums) const {
    if (std::count(sums.counts.begin(), sums.counts.end(), 0) + 1 ==
        static_cast<std::ptrdiff_t>(sums.counts.size()))
      return 0;
    const double all = effective(sums);
    return entropy_ ? surprise(sums) / all : 1 - squares(sums) / (all * all);
  }

  const CartTarget& target_;
  bool entropy_;
  Vector factors_;
  bool plain_;  // all factors are 1
};

/// Real targets.
class RealStatistics {
 public:
  static constexpr bool cells_add = true;
  struct Cell {
    std::int64_t weight = 0;
    std::int64_t target = 0;
    Cell& operator+=(const Cell& other) {
      weight += other.weight;
      target += other.target;
      return *this;
    }
  };
  struct Item {
    std::uint32_t row;
    Cell cell;
  };
  using Sums = Cell;

  RealStatistics(const CartTarget& target, Impurity impurity)
      : target_(target),
        poisson_(impurity == Impurity::poisson),
        mean_unit_(target.target_unit / target.weight_unit) {}

  Item item(std::uint32_t row, std::uint32_t times) const {
    return {row, {target_.weights[row] * times, target_.weighted_targets[row] * times}};
  }
  static std::int64_t weight_of(const Item& item) { return item.cell.weight; }
  static Cell cell(const Item& item) { return item.cell; }
  static Sums none() { return {}; }
  static void add(Sums& sums, const Cell& cell) { sums += cell; }
  static void add_if(bool wanted, Sums& sums, const Cell& cell) {
    const std::int64_t mask = wanted ? -1 : 0;
    sums.weight += cell.weight & mask;
    sums.target += cell.target & mask;
  }
  static void remove(Sums& sums, const Cell& cell) {
    sums.weight -= cell.weight;
    sums.target -= cell.target;
  }
  static void subtract(Sums& sums, const Sums& part) { remove(sums, part); }
  static std::int64_t weight(const Sums& sums) { return sums.weight; }
  double effective(const Sums& sums) const {
    return static_cast<double>(sums.weight) * target_.weight_unit;
  }

  double score(const Sums& left, const Sums& right) const {
    const auto l = static_cast<double>(left.weight), r = static_cast<double>(right.weight);
    const auto a = static_cast<double>(left.target), b = static_cast<double>(right.target);
    if (poisson_) {
      if (left.target <= 0 || right.target <= 0) return -std::numeric_limits<double>::infinity();
      return a * std::log(a / l) + b * std::log(b / r);
    }
    const double difference = a * r - b * l;
    return difference * difference / (l * r);
  }
  double impurity(const Sums& sums, std::span<const Item> items) const {
    const double middle = mean(sums);
    double sum = 0;
    for (const Item& item : items) {
      const double y = (*target_.target)(item.row);
      const auto weight = static_cast<double>(item.cell.weight);
      if (!poisson_) {
        sum += weight * (y - middle) * (y - middle);
      } else if (y > 0) {
        sum += weight * y * std::log(y / middle);
      }
    }
    return sum / static_cast<double>(sums.weight);
  }
  double gain(const Sums& left, const Sums& right) const {
    const double l = effective(left), r = effective(right);
    const double a = mean(left), b = mean(right);
    if (!poisson_) return l * r / (l + r) * (a - b) * (a - b);
    const double all = (l * a + r * b) / (l + r);
    return l * a * std::log(a / all) + r * b * std::log(b / all);
  }
  void answer(const Sums& sums, double* out) const { out[0] = mean(sums); }
  double category_key(const Sums& category, int) const { return mean(category); }
  static int main_class(const Sums&) { return 0; }

 private:
  double mean(const Sums& sums) const {
    return target_.center +
           static_cast<double>(sums.target) / static_cast<double>(sums.weight) * mean_unit_;
  }

  const CartTarget& target_;
  bool poisson_;
  double mean_unit_;
};

}  // namespace grove
