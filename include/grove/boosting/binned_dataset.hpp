#pragma once

#include <memory>
#include <vector>

#include "grove/boosting/gradient_boosting_params.hpp"
#include "grove/core/context.hpp"
#include "grove/data/dataset.hpp"

namespace grove {

struct BinnedData;

/// A data set with its columns cut into bins, made once and used by many fits (cross-validation,
/// tuning): those spend no time on binning. Copies and `take` share the bins.
///
/// The bins are those of all rows, also in fits on a part of them, so held-out rows have a say in
/// where the edges lie. Where that matters, fit on plain data sets. Memory: about 2 bytes per row
/// and column beside the data (1 from 48 columns on; 2 to 4 for more than 255 bins or `exact`).
class BinnedDataset {
 public:
  /// `params` says how: max_bins, tree_method. Throws as fit does.
  explicit BinnedDataset(const Dataset& data, const GradientBoostingParams& params = {},
                         const Context& context = {});

  /// These rows of it, in ascending order, each at most once; throws InvalidParameter otherwise.
  BinnedDataset take(const std::vector<Index>& rows) const;

  const Dataset& data() const { return data_; }
  Index n_rows() const;
  Index n_columns() const { return data_.n_columns(); }
  /// Bins of a column, without the one for missing values.
  int n_bins(Index column) const;
  /// Upper ends of a numeric column's bins but the last.
  std::vector<double> bin_edges(Index column) const;

  // For the trainer.
  const std::shared_ptr<const BinnedData>& bins() const { return bins_; }
  /// Null: all rows.
  const std::shared_ptr<const std::vector<Index>>& rows() const { return rows_; }
  /// Throws InvalidParameter naming `who` if `params` asks for other bins.
  void check(std::string_view who, const GradientBoostingParams& params) const;

 private:
  Dataset data_;
  int max_bins_;
  TreeMethod tree_method_;
  std::shared_ptr<const BinnedData> bins_;
  std::shared_ptr<const std::vector<Index>> rows_;
};

}  // namespace grove
