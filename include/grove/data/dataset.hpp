#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "grove/core/types.hpp"
#include "grove/data/row_set.hpp"

namespace grove {

namespace detail {
template <class Derived>
inline constexpr bool is_row_major_memory = Derived::IsRowMajor &&
                                            (int(Derived::Flags) & int(Eigen::DirectAccessBit)) !=
                                                0 &&
                                            int(Derived::InnerStrideAtCompileTime) == 1;
}  // namespace detail

enum class ColumnKind { numeric, categorical };

/// A column's name and kind. A categorical column holds codes 0..categories.size()-1 as doubles.
struct Column {
  std::string name;
  ColumnKind kind = ColumnKind::numeric;
  std::vector<std::string> categories = {};
  bool operator==(const Column&) const = default;
};

using Columns = std::vector<Column>;

/// An immutable table of samples over shared storage: copies are cheap, `with_...` share what they
/// do not change.
///
/// x() is n_rows x n_columns; NaN = missing; a categorical column holds codes. At most one target:
/// labels() (class codes 0..K-1 with class_names()) or target() (real values). Constructors throw
/// InvalidData on inf, on lengths that do not fit, on column names that repeat, on category codes
/// out of range, and on a NaN or infinite target.
class Dataset {
 public:
  /// No target. Columns are numeric and called c0, c1, ... unless given.
  explicit Dataset(Matrix x, std::vector<Column> columns = {});
  /// Classes from any integers: codes follow the sorted distinct values, class_names() are their
  /// decimal text.
  Dataset(Matrix x, const Labels& y, std::vector<Column> columns = {});
  /// Classes from any strings: codes follow the sorted distinct values.
  Dataset(Matrix x, const std::vector<std::string>& y, std::vector<Column> columns = {});
  /// Regression.
  Dataset(Matrix x, Vector y, std::vector<Column> columns = {});

  /// Sits on the caller's memory without a copy of x. The caller keeps `x` alive and unchanged as
  /// long as this data set, or any made from it by `with_...`, lives; `take` copies.
  static Dataset borrow(const MatrixView& x, std::vector<Column> columns = {});
  static Dataset borrow(const MatrixView& x, const Labels& y, std::vector<Column> columns = {});
  static Dataset borrow(const MatrixView& x, const Vector& y, std::vector<Column> columns = {});

  /// What would have to be copied cannot be borrowed: column-major matrices and expressions.
  template <class Derived, class... Rest,
            class = std::enable_if_t<!detail::is_row_major_memory<Derived>>>
  static void borrow(const Eigen::MatrixBase<Derived>&, const Rest&...) {
    static_assert(
        detail::is_row_major_memory<Derived>,
        "Dataset::borrow needs row-major memory (grove::Matrix, a row block of it, or a Map of "
        "one); a column-major matrix or an expression would be copied and the copy would die: use "
        "Dataset(x) instead");
  }

  /// Codes as they are: every code in 0..class_names.size()-1. The way to make a part of a larger
  /// set that may miss a class.
  Dataset with_labels(Labels codes, std::vector<std::string> class_names,
                      std::string target_name = "target") const;
  Dataset with_target(Vector target, std::string target_name = "target") const;
  Dataset without_target() const;
  /// Weights are finite and >= 0, with a positive sum.
  Dataset with_weights(Vector weights) const;
  Dataset without_weights() const;
  /// Rows of one group stay together in group-wise splits. Any integers.
  Dataset with_groups(Labels groups) const;
  Dataset with_name(std::string name) const;
  /// The same rows and target with other columns.
  Dataset with_x(Matrix x, std::vector<Column> columns) const;

  /// The rows in the given order; indices may repeat. Class names and categories are inherited.
  Dataset take(const std::vector<Index>& rows) const;

  Index n_rows() const;
  Index n_columns() const;
  MatrixMap x() const;
  const std::vector<Column>& columns() const;
  bool has_missing() const;
  bool has_categorical() const;

  bool has_labels() const;
  bool has_target() const;
  /// Throw InvalidData if there is no such target.
  const Labels& labels() const;
  const Vector& target() const;
  /// Fixed for the whole set; empty unless has_labels().
  const std::vector<std::string>& class_names() const;
  Index n_classes() const { return static_cast<Index>(class_names().size()); }
  const std::string& target_name() const;

  /// Null if there are none.
  const Vector* weights() const;
  const Labels* groups() const;
  /// The weights, or ones.
  Vector weights_or_ones() const;

  const std::string& name() const;
  /// SHA-256 (hex) of names, kinds, categories, values, target, weights and groups; not of name().
  /// Computed once.
  const std::string& fingerprint() const;

  /// The table that the rows come from, and the place of row i in it: kept by `take` and
  /// `with_...`.
  std::uint64_t source() const;
  Index source_row(Index i) const;
  /// What fitted transformers did to the columns, in order; not part of the fingerprint.
  const std::vector<DataStep>& history() const;
  Dataset with_step(DataStep step) const;

 private:
  struct Storage;
  struct Target;
  Dataset() = default;
  std::shared_ptr<const Storage> storage_;
  std::shared_ptr<const Target> target_;
};

}  // namespace grove
