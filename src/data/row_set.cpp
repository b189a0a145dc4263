#include "grove/data/row_set.hpp"

#include <algorithm>

#include "grove/data/dataset.hpp"

namespace grove {

RowSet::RowSet(const Dataset& data) : source_(data.source()), size_(data.n_rows()) {
  Index last = -1;
  bool in_order = true;
  for (Index i = 0; i < size_; ++i) {
    in_order = in_order && data.source_row(i) == i;
    last = std::max(last, data.source_row(i));
  }
  if (in_order) return;
  std::vector<bool> rows(static_cast<std::size_t>(last + 1));
  for (Index i = 0; i < data.n_rows(); ++i) {
    const auto row = static_cast<std::size_t>(data.source_row(i));
    if (rows[row]) --size_;
    rows[row] = true;
  }
  rows_ = std::make_shared<const std::vector<bool>>(std::move(rows));
}

bool RowSet::contains(std::uint64_t source, Index row) const {
  if (source != source_ || row < 0) return false;
  if (!rows_) return row < size_;
  return row < static_cast<Index>(rows_->size()) && (*rows_)[static_cast<std::size_t>(row)];
}

Index RowSet::shared_with(const Dataset& data) const {
  if (size_ == 0 || data.source() != source_) return 0;
  Index count = 0;
  for (Index i = 0; i < data.n_rows(); ++i) count += contains(source_, data.source_row(i)) ? 1 : 0;
  return count;
}

}  // namespace grove
