#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/params/schema.hpp"

namespace grove {

struct BandwidthParams {
  /// Share of the rows that a point's neighbourhood holds; in [0, 1].
  double quantile = 0.3;
  /// Rows drawn without replacement to estimate from; none: all.
  std::optional<Index> n_samples = {};
  std::uint64_t seed = 0;
};

/// A bandwidth for MeanShift: the mean distance of the rows to the k-th nearest, itself included,
/// k = quantile n rounded down, at least 1. Time O(n^2 d), memory O(n) for each thread. Throws
/// InvalidParameter for a quantile outside [0, 1] or n_samples < 1, InvalidData for no rows, NaN,
/// and distances that overflow.
double estimate_bandwidth(const MatrixView& x, const BandwidthParams& params = {},
                          const Context& context = {});

struct MeanShiftParams {
  /// Radius of the flat kernel; none: estimate_bandwidth of the rows.
  std::optional<double> bandwidth = {};
  /// Seeds are the corners of a lattice of this width that are nearest to rows, not the rows.
  bool bin_seeding = false;
  /// Rows that a lattice corner must be the nearest of, to be a seed.
  int min_bin_freq = 1;
  /// Rows farther than the bandwidth from every centre belong to the nearest; else they are noise.
  bool cluster_all = true;
  int max_iter = 300;
  static const Schema<MeanShiftParams>& schema();
};

/// Modes of the density (Comaniciu & Meer, "Mean shift", PAMI 2002). Every seed moves to the mean
/// of the rows within the bandwidth (distance <= bandwidth, euclidean) until a step is shorter than
/// bandwidth / 1000 or max_iter steps are done. Of ends within the bandwidth of each other, the one
/// with the most rows about it is kept; equal ones by their coordinates, the larger first. A row
/// belongs to the nearest centre, the lowest label of equally near ones; centres are numbered from
/// the most rows down, and one that no row is nearest to is left out (scikit-learn keeps it).
///
/// Rows are held in a KD-tree whose nodes know the sums of their rows: a step costs about the nodes
/// on the border of the ball. Memory O(n d).
class MeanShift {
 public:
  using Params = MeanShiftParams;
  static constexpr std::string_view type_name = "MeanShift";
  static constexpr Capabilities capabilities{.sample_weights = false};

  explicit MeanShift(MeanShiftParams params = {}) : params_(std::move(params)) {}
  const MeanShiftParams& params() const { return params_; }

  /// A target is not looked at. Throws InvalidParameter, InvalidData or Cancelled; the old model is
  /// then kept. An estimated bandwidth of 0, as of equal rows, is InvalidData.
  MeanShift& fit(const Dataset& data, const Context& context = {});
  MeanShift& fit(const MatrixView& x, const Context& context = {});
  /// From these seeds (any number x d) in the place of the rows. A seed without a row within the
  /// bandwidth is dropped; all of them is InvalidData.
  MeanShift& fit_from(const Dataset& data, const MatrixView& seeds, const Context& context = {});
  MeanShift& fit_from(const MatrixView& x, const MatrixView& seeds, const Context& context = {});

  /// The nearest centre of each row; unless cluster_all, -1 beyond the bandwidth. Of the training
  /// rows these are labels().
  Labels predict(const MatrixView& x, const Context& context = {}) const;

  /// One per training row.
  const Labels& labels() const;
  /// k x d.
  const Matrix& cluster_centers() const;
  /// Given or estimated.
  double bandwidth() const;

  const TrainedOn& trained_on() const;
  /// iterations: the most steps that a seed made.
  const FitReport& report() const;
  Value save_state() const;
  static MeanShift load_state(const MeanShiftParams& params, const StateReader& reader);

 private:
  struct State;
  static std::shared_ptr<const State> fit_state(const MeanShiftParams& params, const Dataset& data,
                                                const Matrix* seeds, const Context& context);
  MeanShiftParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
