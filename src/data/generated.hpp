#pragma once

#include <string_view>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"
#include "grove/core/random.hpp"
#include "grove/data/dataset.hpp"

// What the generators share.

namespace grove {

/// Streams 0, 1, ... of a seed are the rows; what belongs to the whole set has one of its own.
inline constexpr std::uint64_t shared_stream = ~std::uint64_t{0};

template <class T>
void require(bool holds, std::string_view who, std::string_view option, std::string_view expected,
             T got) {
  if (!holds)
    throw InvalidParameter(concat(who, ": ", option, " must be ", expected, ", got ", got));
}

inline void check_size(std::string_view who, Index n_samples) {
  require(n_samples >= 1, who, "n_samples", "at least 1", n_samples);
}

/// n_samples x n_columns, row(i, rng, x.row(i)) each.
template <class Row>
Matrix rows_of(Index n_samples, Index n_columns, std::uint64_t seed, Row&& row) {
  Matrix x(n_samples, n_columns);
  const Rng all(seed);
  parallel_for({}, n_samples, 1024, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      Rng rng = all.split(static_cast<std::uint64_t>(i));
      row(i, rng, x.row(i));
    }
  });
  return x;
}

/// Row i is of class i mod n_classes.
inline Labels turns(Index n_samples, int n_classes) {
  Labels labels(n_samples);
  for (Index i = 0; i < n_samples; ++i) labels(i) = static_cast<int>(i % n_classes);
  return labels;
}

/// With class names "0", "1", ..., all of them also where there are fewer rows.
inline Dataset classes(Matrix x, Labels labels, int n_classes, Columns columns = {}) {
  std::vector<std::string> names;
  for (int k = 0; k < n_classes; ++k) names.push_back(std::to_string(k));
  return Dataset(std::move(x), std::move(columns)).with_labels(std::move(labels), std::move(names));
}

/// As many columns called PREFIX0, PREFIX1, ...
inline void append_columns(Columns& columns, std::string_view prefix, Index count) {
  for (Index j = 0; j < count; ++j) columns.push_back({.name = concat(prefix, j)});
}

inline void check_columns(std::string_view who, const MatrixView& x, Index n_columns) {
  if (x.cols() != n_columns)
    throw InvalidData(concat(who, " needs ", n_columns, " columns, got ", x.cols()),
                      "give it the x of the generator's data set");
}

}  // namespace grove
