#pragma once

#include <cmath>
#include <vector>

#include "cluster/k_means/center_blocks.hpp"
#include "cluster/k_means/exact_sums.hpp"

// The nearest centre by products of matrices in float, |x - c|^2 = |x|^2 + |c|^2 - 2 x.c, of
// coordinates about a common point and scaled to at most 1. The products only filter: where they
// leave more than one centre within their proven error, the point is measured again in double.

namespace grove::cluster {

/// Where coordinates are moved to: (x - center) * scale, scale a power of two.
struct Frame {
  Eigen::RowVectorXd center;
  double scale = 1;
};
/// About the points' mean, for points and centres of at most this size.
Frame frame_about(const Eigen::RowVectorXd& center, double largest_value);

/// How far a score can be from |c|^2 / 2 - x.c, and from the order of the distances computed in
/// double, for |x|^2 = norm and |c| at most `center_norm` in the frame. Higham, "Accuracy and
/// stability of numerical algorithms", 2002, section 3.1: a product of d terms in any order is
/// within d u / (1 - d u) of the sum of the terms' magnitudes; each coordinate and the half norm
/// are rounded once, and so is their difference. Below the smallest normal number, digits are lost.
class ScoreError {
 public:
  ScoreError(Index d, double center_norm, double scale);
  double operator()(double norm) const;

 private:
  double center_norm_;
  double by_product_;
  double in_double_;
  double constant_;
};

/// How sure a comparison of bounds on two distances (in the frame) must be for the distances
/// computed in double to agree with it.
struct Margin {
  double relative;
  double absolute;

  Margin(Index d, double scale);
  /// The distance is at most `upper`, and others are at least what `limit` gives, or more.
  double limit(double upper) const { return upper * (1 + 4 * relative) + absolute; }
  /// From a squared distance computed in double, out of the frame: at least the distance.
  double upper(double squared, double scale) const {
    return std::sqrt(squared) * scale * (1 + relative) + absolute;
  }
  /// At most the distance.
  double lower(double squared, double scale) const {
    return std::max(0.0, std::sqrt(squared) * scale * (1 - relative) - absolute);
  }
};

/// Packed points of a chunk, and what the scan found of them. One per thread.
struct ScanBuffer {
  ScanBuffer(Index d, Index n_centers, bool with_scores);
  std::vector<float> points;
  std::vector<double> norms;  // squared
  std::vector<float> best;
  std::vector<float> second;
  std::vector<int> labels;
  std::vector<float> scores;
  std::vector<Index> which;  // the caller's names of the packed points
  Index n() const { return static_cast<Index>(which.size()); }
};

/// So many points are scanned at once; it depends on d alone.
Index rows_a_chunk(Index d);

/// Centres packed for the scan.
class CenterFilter {
 public:
  /// The scan meets the centres in `order`, if given.
  CenterFilter(const Matrix& centers, const Frame& frame, bool with_rows,
               const std::vector<int>* order = nullptr);

  /// Adds a point to the buffer.
  void pack(const double* point, Index name, ScanBuffer& buffer) const;
  /// Scores the points of the buffer; after that, `best`, `second` and `labels` are theirs.
  void scan(ScanBuffer& buffer) const;
  /// Scores some points of the buffer against `n_places` centres (a multiple of 16) from the place
  /// `first` (another) in the order; `labels` then holds places.
  void scan_part(const ScanBuffer& buffer, const std::vector<int>& which, Index first,
                 Index n_places, float* best, float* second, int* labels) const;
  /// True if the label that the scan found is the nearest centre for certain.
  bool certain(const ScanBuffer& buffer, std::size_t at) const {
    return static_cast<double>(buffer.second[at]) - buffer.best[at] > 2 * error(buffer.norms[at]);
  }
  /// Scores of one packed point against some centres.
  void pairs(const float* point, const int* which, int n, float* scores) const;

  const CenterBlocks& exact() const { return exact_; }
  const ScoreError& error() const { return error_; }
  double error(double norm) const { return error_(norm); }
  Index n_centers() const { return exact_.n_centers(); }

 private:
  static double largest_norm(const Matrix& centers, const Frame& frame);

  const Frame& frame_;
  CenterBlocks exact_;
  ScoreError error_;
  Index d_;
  Index stride_;
  std::vector<float> vectors_;
  std::vector<float> half_norms_;
  std::vector<float> rows_;
};

/// Floats from one packed row to the next.
inline Index packed_stride(Index d) { return (d + 15) / 16 * 16; }

/// The nearest centre of every point; `labels` and, unless null, `squared` have room for all.
void nearest_centers(std::string_view who, const Points& points, const Matrix& centers,
                     double largest_value, int* labels, double* squared, const Context& context);
/// n x k: euclidean distances.
Matrix all_distances(std::string_view who, const Points& points, const Matrix& centers,
                     const Context& context);

}  // namespace grove::cluster
