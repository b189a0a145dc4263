#include "boosting/bundling.hpp"

#include <algorithm>
#include <bit>
#include <optional>

namespace grove {

namespace {

constexpr double sparse_share = 0.2;  // of rows away from the commonest bin, at most
constexpr int most_codes = 256;

/// The rows of a column that are away from its commonest bin, as bits.
struct Sparse {
  std::size_t column = 0;
  int default_bin = 0;
  std::vector<std::uint64_t> away;
};

/// Whether some evenly spaced rows leave a hope that the column is sparse.
bool may_be_sparse(const Dataset& data, const ColumnBins& bins, Index column) {
  constexpr Index n_looked_at = 500;
  const MatrixMap x = data.x();
  const Index step = std::max<Index>(1, data.n_rows() / n_looked_at);
  std::vector<Index> counts(static_cast<std::size_t>(bins.n_codes()), 0);
  Index n = 0;
  for (Index i = 0; i < data.n_rows(); i += step, ++n)
    ++counts[static_cast<std::size_t>(bins.bin_of(x(i, column)))];
  const Index most = *std::max_element(counts.begin(), counts.end());
  return static_cast<double>(n - most) <= 2 * sparse_share * static_cast<double>(n);
}

std::optional<Sparse> sparse_column(const Dataset& data, const ColumnBins& bins, std::size_t j) {
  if (!may_be_sparse(data, bins, static_cast<Index>(j))) return std::nullopt;
  const MatrixMap x = data.x();
  const Index n = data.n_rows();
  std::vector<Index> counts(static_cast<std::size_t>(bins.n_codes()), 0);
  std::vector<std::uint8_t> codes(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i) {
    const int bin = bins.bin_of(x(i, static_cast<Index>(j)));
    codes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(bin);
    ++counts[static_cast<std::size_t>(bin)];
  }
  const auto commonest = std::max_element(counts.begin(), counts.end());
  if (static_cast<double>(n - *commonest) > sparse_share * static_cast<double>(n))
    return std::nullopt;
  Sparse sparse;
  sparse.column = j;
  sparse.default_bin = static_cast<int>(commonest - counts.begin());
  sparse.away.assign(static_cast<std::size_t>((n + 63) / 64), 0);
  for (Index i = 0; i < n; ++i)
    if (codes[static_cast<std::size_t>(i)] != sparse.default_bin)
      sparse.away[static_cast<std::size_t>(i / 64)] |= std::uint64_t{1} << (i % 64);
  return sparse;
}

struct Bundle {
  std::vector<Sparse> members;
  std::vector<std::uint64_t> away;
  int n_codes = 1;

  bool admits(const Sparse& sparse, int more_codes) const {
    if (n_codes + more_codes > most_codes) return false;
    for (std::size_t i = 0; i < away.size(); ++i)
      if ((away[i] & sparse.away[i]) != 0) return false;
    return true;
  }
};

std::vector<Bundle> bundles_of(const Dataset& data, const BinnedData& binned) {
  std::vector<Bundle> bundles;
  for (std::size_t j = 0; j < binned.columns.size(); ++j) {
    std::optional<Sparse> sparse = sparse_column(data, binned.columns[j], j);
    if (!sparse) continue;
    const int codes = binned.columns[j].n_codes() - 1;
    auto found = std::find_if(bundles.begin(), bundles.end(),
                              [&](const Bundle& b) { return b.admits(*sparse, codes); });
    if (found == bundles.end()) {
      bundles.push_back({{}, std::vector<std::uint64_t>(sparse->away.size(), 0), 1});
      found = bundles.end() - 1;
    }
    for (std::size_t i = 0; i < sparse->away.size(); ++i) found->away[i] |= sparse->away[i];
    found->n_codes += codes;
    found->members.push_back(std::move(*sparse));
  }
  return bundles;
}

}  // namespace

void place_columns(const Dataset& data, bool bundle, BinnedData& binned) {
  binned.places.assign(binned.columns.size(), {.group = -1});
  binned.group_codes.clear();
  if (bundle) {
    for (const Bundle& b : bundles_of(data, binned)) {
      if (b.members.size() < 2) continue;
      int first = 1;
      for (const Sparse& member : b.members) {
        binned.places[member.column] = {binned.n_groups(), first, member.default_bin};
        first += binned.columns[member.column].n_codes() - 1;
      }
      binned.group_codes.push_back(b.n_codes);
    }
  }
  for (std::size_t j = 0; j < binned.columns.size(); ++j) {
    if (binned.places[j].group >= 0) continue;
    binned.places[j] = {binned.n_groups(), 0, -1};
    binned.group_codes.push_back(binned.columns[j].n_codes());
  }
}

}  // namespace grove
