#pragma once

// Eigen's heap alignment is part of its binary interface: a matrix allocated by a library built for
// SSE2 and freed by a program built for AVX would be freed the wrong way. 16 bytes is what glibc's
// malloc gives, works with every instruction set, and costs nothing measurable on current CPUs.
#if !defined(EIGEN_CORE_H) && !defined(EIGEN_MAX_ALIGN_BYTES)
#define EIGEN_MAX_ALIGN_BYTES 16
#endif
#include <Eigen/Core>

static_assert(
    EIGEN_DEFAULT_ALIGN_BYTES == 16,
    "grove is built with 16-byte Eigen alignment: include a grove header before any Eigen "
    "header, or compile with -DEIGEN_MAX_ALIGN_BYTES=16");

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
