#include "grove/data/train_test_split.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/text.hpp"
#include "data/class_shares.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"

namespace grove {

std::vector<Index> proportional_shares(const std::vector<Index>& counts, Index total) {
  const Index n = std::accumulate(counts.begin(), counts.end(), Index{0});
  std::vector<Index> result;
  std::vector<std::pair<double, std::size_t>> remainders;
  Index given = 0;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    const double exact =
        static_cast<double>(total) * static_cast<double>(counts[k]) / static_cast<double>(n);
    result.push_back(static_cast<Index>(exact));
    given += result.back();
    remainders.emplace_back(static_cast<double>(result.back()) - exact, k);
  }
  std::sort(remainders.begin(), remainders.end());
  for (std::size_t i = 0; given < total; ++i, ++given)
    ++result[remainders[i % remainders.size()].second];
  return result;
}

namespace {

using Parts = std::pair<std::vector<Index>, std::vector<Index>>;

Index share_of(std::string_view name, double share, Index n, bool up) {
  if (!(share > 0 && share < 1))
    throw InvalidParameter(concat("train_test_split: ", name, " must be in (0, 1), got ", share));
  const double exact = share * static_cast<double>(n);
  return static_cast<Index>(up ? std::ceil(exact) : std::floor(exact));
}

Parts stratified(const Dataset& data, Index n_train, Index n_test, std::uint64_t seed) {
  std::vector<std::vector<Index>> rows_of_class(static_cast<std::size_t>(data.n_classes()));
  for (Index i = 0; i < data.n_rows(); ++i)
    rows_of_class[static_cast<std::size_t>(data.labels()(i))].push_back(i);
  std::vector<Index> counts;
  Index n_present = 0;
  for (std::size_t k = 0; k < rows_of_class.size(); ++k) {
    counts.push_back(static_cast<Index>(rows_of_class[k].size()));
    n_present += counts.back() > 0 ? 1 : 0;
    if (counts.back() == 1)
      throw InvalidData(concat("train_test_split: class '", printable(data.class_names()[k]),
                               "' has 1 row, which cannot be in both parts"),
                        "drop the class, or split without stratify");
  }
  if (std::min(n_train, n_test) < n_present)
    throw InvalidData(concat("train_test_split: ", std::min(n_train, n_test),
                             " rows in a part are too few for ", n_present, " classes"));
  const std::vector<Index> for_test = proportional_shares(counts, n_test);
  std::vector<Index> left = counts;
  for (std::size_t k = 0; k < left.size(); ++k) left[k] -= for_test[k];
  const std::vector<Index> for_train = proportional_shares(left, n_train);
  Rng rng(seed);
  Parts parts;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    std::vector<Index>& rows = rows_of_class[k];
    rng.shuffle(rows);
    parts.second.insert(parts.second.end(), rows.begin(), rows.begin() + for_test[k]);
    parts.first.insert(parts.first.end(), rows.begin() + for_test[k],
                       rows.begin() + for_test[k] + for_train[k]);
  }
  rng.shuffle(parts.first);
  rng.shuffle(parts.second);
  return parts;
}

}  // namespace

Parts train_test_indices(const Dataset& data, const TrainTestSplitOptions& options) {
  const Index n = data.n_rows();
  const Index n_test = share_of("test_size", options.test_size, n, true);
  const Index n_train =
      options.train_size ? share_of("train_size", *options.train_size, n, false) : n - n_test;
  if (n_train < 1 || n_test < 1 || n_train + n_test > n)
    throw InvalidData(concat("train_test_split: ", n, " rows cannot give ", n_train,
                             " for training and ", n_test, " for testing"),
                      "give more rows, or other shares");
  if (options.stratify) {
    if (!options.shuffle) throw InvalidParameter("train_test_split: stratify needs shuffle");
    (void)data.labels();
    return stratified(data, n_train, n_test, options.seed);
  }
  if (options.shuffle) {
    const std::vector<Index> order = Rng(options.seed).permutation(n);
    return {{order.begin() + n_test, order.begin() + n_test + n_train},
            {order.begin(), order.begin() + n_test}};
  }
  Parts parts;
  for (Index i = 0; i < n_train; ++i) parts.first.push_back(i);
  for (Index i = n_train; i < n_train + n_test; ++i) parts.second.push_back(i);
  return parts;
}

std::pair<Dataset, Dataset> train_test_split(const Dataset& data,
                                             const TrainTestSplitOptions& options) {
  const auto [train, test] = train_test_indices(data, options);
  return {data.take(train), data.take(test)};
}

}  // namespace grove
