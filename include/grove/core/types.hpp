#pragma once

// How Eigen allocates is part of its binary interface: a matrix made by one side and freed by the
// other must come from the same malloc. grove is built for plain x86-64 (and picks AVX by itself at
// run time), where Eigen uses glibc's; address sanitizer changes that unless told otherwise.
#if !defined(EIGEN_CORE_H) && !defined(EIGEN_MALLOC_ALREADY_ALIGNED)
#define EIGEN_MALLOC_ALREADY_ALIGNED 1
#endif
#include <Eigen/Core>

static_assert(
    EIGEN_DEFAULT_ALIGN_BYTES == 16,
    "this file is compiled for AVX, where Eigen allocates in another way than in grove's "
    "library, and matrices that cross the border would crash: compile the files that "
    "include grove without -mavx and -march=native; grove uses AVX at run time by itself");
static_assert(EIGEN_MALLOC_ALREADY_ALIGNED == 1,
              "Eigen allocates in another way here than in grove's library: include a grove header "
              "before Eigen's, or compile with -DEIGEN_MALLOC_ALREADY_ALIGNED=1");

namespace grove {

using Index = Eigen::Index;

/// Rows are samples, columns are features; row-major, so that one sample is contiguous.
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;

/// Class codes 0..K-1 or cluster labels (-1 is noise).
using Labels = Eigen::VectorXi;

/// Parameter types: row blocks, column blocks and `Eigen::Map`s of foreign memory bind without a
/// copy; a column-major matrix is copied once. Views are never stored or returned.
using MatrixView = Eigen::Ref<const Matrix, 0, Eigen::OuterStride<>>;
using VectorView = Eigen::Ref<const Vector>;
using LabelsView = Eigen::Ref<const Labels>;

/// What `Dataset::x()` returns: a window on the data set's storage; binds to `MatrixView` without a
/// copy.
using MatrixMap = Eigen::Map<const Matrix, Eigen::Unaligned, Eigen::OuterStride<>>;

}  // namespace grove
