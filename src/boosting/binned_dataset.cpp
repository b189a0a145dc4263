#include "grove/boosting/binned_dataset.hpp"

#include "boosting/trainer.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove {

BinnedDataset::BinnedDataset(const Dataset& data, const GradientBoostingParams& params,
                             const Context& context)
    : data_(data), max_bins_(params.max_bins), tree_method_(params.tree_method) {
  constexpr std::string_view who = "BinnedDataset";
  GradientBoostingParams::schema().check(params, who);
  if (data.n_rows() == 0 || data.n_columns() == 0)
    throw InvalidData(
        concat(who, " needs rows and columns, got ", data.n_rows(), " x ", data.n_columns()));
  bins_ = bins_for(params, data, data.weights_or_ones(), context);
}

BinnedDataset BinnedDataset::take(const std::vector<Index>& rows) const {
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i] < 0 || rows[i] >= data_.n_rows() || (i > 0 && rows[i] <= rows[i - 1]))
      throw InvalidParameter(concat("BinnedDataset::take needs ascending rows from 0 to ",
                                    data_.n_rows() - 1, ", got ", rows[i], " at place ", i));
  BinnedDataset part = *this;
  part.rows_ = std::make_shared<const std::vector<Index>>(rows);
  return part;
}

Index BinnedDataset::n_rows() const {
  return rows_ != nullptr ? static_cast<Index>(rows_->size()) : data_.n_rows();
}

int BinnedDataset::n_bins(Index column) const {
  return bins_->columns.at(static_cast<std::size_t>(column)).n_bins;
}

std::vector<double> BinnedDataset::bin_edges(Index column) const {
  return bins_->columns.at(static_cast<std::size_t>(column)).edges;
}

void BinnedDataset::check(std::string_view who, const GradientBoostingParams& params) const {
  if (params.tree_method != tree_method_ ||
      (tree_method_ == TreeMethod::hist && params.max_bins != max_bins_))
    throw InvalidParameter(
        concat(who, ": the binned data set was made for other tree_method or max_bins (", max_bins_,
               ") than the model asks for (", params.max_bins, ")"),
        "make the BinnedDataset with the model's parameters");
}

}  // namespace grove
