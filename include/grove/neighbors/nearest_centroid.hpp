#pragma once

#include <memory>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/params/schema.hpp"

namespace grove {

enum class CentroidMetric { euclidean, manhattan };
std::span<const EnumName<CentroidMetric>> enum_names(CentroidMetric);

struct NearestCentroidParams {
  /// euclidean: centroids are means; manhattan: medians, column by column.
  CentroidMetric metric = CentroidMetric::euclidean;
  /// By how many standard errors centroids are moved towards the overall mean; 0 = not at all.
  double shrink_threshold = 0;
  static const Schema<NearestCentroidParams>& schema();
};

/// The class whose centroid is nearest; equal distances go to the lower class code, and a class
/// without rows is never predicted. With shrink_threshold: nearest shrunken centroids (Tibshirani,
/// Hastie, Narasimhan & Chu 2002), which drops columns that do not tell the classes apart; a column
/// that is constant in every class keeps its centroids. Fit O(n d) (medians: O(n d log n)), predict
/// O(d K) per row.
class NearestCentroid {
 public:
  using Params = NearestCentroidParams;
  static constexpr std::string_view type_name = "NearestCentroid";
  static constexpr Capabilities capabilities{};

  explicit NearestCentroid(NearestCentroidParams params = {}) : params_(std::move(params)) {}
  const NearestCentroidParams& params() const { return params_; }
  /// Throws InvalidParameter or InvalidData; the old model is then kept.
  NearestCentroid& fit(const Dataset& data, const Context& context = {});
  NearestCentroid& fit(const MatrixView& x, const Labels& y, const Context& context = {});
  Labels predict(const MatrixView& x, const Context& context = {}) const;

  /// K x d; zeros for a class without rows.
  const Matrix& centroids() const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static NearestCentroid load_state(const NearestCentroidParams& params, const StateReader& reader);

 private:
  struct State;
  NearestCentroidParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
