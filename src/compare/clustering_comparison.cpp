#include "grove/compare/clustering_comparison.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "core/memory_meter.hpp"
#include "core/stopwatch.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "grove/metrics/clustering.hpp"
#include "model_selection/principal_axes.hpp"

namespace grove {

namespace {

constexpr std::string_view who = "compare_clusterings";
enum RandomStream : std::uint64_t { judged_rows_stream = 1, drawn_rows_stream = 2 };

void check(const std::vector<Contender>& contenders, const ClusteringCompareOptions& options) {
  if (contenders.empty()) throw InvalidParameter(concat(who, ": there are no contenders"));
  std::unordered_set<std::string_view> names;
  for (const Contender& contender : contenders) {
    if (!names.insert(contender.name).second)
      throw InvalidParameter(
          concat(who, ": two contenders are called '", printable(contender.name), "'"),
          "give each its own name");
    if (contender.estimator.kind() != EstimatorKind::clusterer)
      throw InvalidParameter(
          concat(who, " needs clusterers, and ", contender.estimator.expression(), " is a ",
                 to_string(contender.estimator.kind())),
          "grove models lists the clusterers");
  }
  const Index smallest = std::min(options.metric_rows, options.drawn_points);
  if (smallest < 0 || options.stability.n_pairs < 0)
    throw InvalidParameter(
        concat(who, ": metric_rows, drawn_points and n_pairs must be at least 0"));
}

std::vector<ClusterMeasure> measures_for(const Dataset& data, bool stability) {
  std::vector<ClusterMeasure> measures{
      {"silhouette", true, false,
       "round clusters of like width that lie apart; a long or bent cluster scores low"},
      {"calinski_harabasz", true, false,
       "round clusters of like size; it has no fixed scale, so it compares clusterings of "
       "the same points only"},
      {"davies_bouldin", false, false,
       "round clusters that are narrow for the distance of their centres"},
      {"dbcv", true, false,
       "dense clusters of any shape with sparse space between; noise lowers it by its "
       "share"}};
  if (stability)
    measures.push_back({"stability", true, false,
                        "what other samples of the rows show again; few clusters have it "
                        "easier, and a single one always agrees with itself"});
  if (data.has_labels()) {
    measures.push_back({"adjusted_rand", true, true,
                        "agreement with the classes in pairs of rows, corrected for chance; large "
                        "classes count most"});
    measures.push_back({"ami", true, true,
                        "information shared with the classes, corrected for chance; small pure "
                        "clusters count more"});
    measures.push_back({"nmi", true, true,
                        "information shared with the classes, not corrected for chance: many "
                        "clusters score higher"});
  }
  return measures;
}

/// The points that all contenders are judged on.
class Judge {
 public:
  Judge(const Dataset& data, const ClusteringCompareOptions& options, const Context& context)
      : context_(context), truth_(data.has_labels() ? &data.labels() : nullptr) {
    std::vector<Index> numeric;
    for (std::size_t c = 0; c < data.columns().size(); ++c)
      if (data.columns()[c].kind == ColumnKind::numeric) numeric.push_back(static_cast<Index>(c));
    points_.resize(data.n_rows(), static_cast<Index>(numeric.size()));
    for (std::size_t c = 0; c < numeric.size(); ++c)
      points_.col(static_cast<Index>(c)) = data.x().col(numeric[c]);
    if (numeric.empty()) {
      unfit_ = "there is no numeric column";
    } else if (!points_.allFinite()) {
      unfit_ = "the data have missing values";
    } else if (options.standardize) {
      standardize();
    }
    const Index n = data.n_rows();
    if (options.metric_rows > 0 && options.metric_rows < n)
      sample_ = rows_by_seed(n, options.metric_rows, options.seed, judged_rows_stream);
  }

  const Matrix& points() const { return points_; }
  /// Why points have no shape to judge; "" if they have.
  const std::string& unfit() const { return unfit_; }

  static std::vector<Index> rows_by_seed(Index n, Index count, std::uint64_t seed,
                                         RandomStream stream) {
    std::vector<Index> rows = Rng(seed).split(stream).sample(n, count);
    std::sort(rows.begin(), rows.end());
    return rows;
  }

  double score(const std::string& measure, const Labels& labels) const {
    if (measure == "adjusted_rand") return metrics::adjusted_rand(*truth_, labels);
    if (measure == "ami") return metrics::adjusted_mutual_info(*truth_, labels);
    if (measure == "nmi") return metrics::normalized_mutual_info(*truth_, labels);
    if (!unfit_.empty()) throw InvalidData(unfit_);
    if (measure == "silhouette") {
      const auto [x, y] = without_noise(labels, sample_);
      return metrics::silhouette(x, y, context_);
    }
    if (measure == "dbcv") {
      if (sample_.empty()) return metrics::dbcv(points_, labels, context_);
      return metrics::dbcv(points_(sample_, Eigen::all), labels(sample_), context_);
    }
    const auto [x, y] = without_noise(labels, {});
    if (measure == "calinski_harabasz") return metrics::calinski_harabasz(x, y);
    return metrics::davies_bouldin(x, y);
  }

 private:
  void standardize() {
    for (Index c = 0; c < points_.cols(); ++c) {
      points_.col(c).array() -= points_.col(c).mean();
      const double deviation =
          std::sqrt(points_.col(c).squaredNorm() / static_cast<double>(points_.rows()));
      if (deviation > 0) points_.col(c) /= deviation;
    }
  }

  /// Of the given rows (of all, if empty) those that are in clusters.
  std::pair<Matrix, Labels> without_noise(const Labels& labels,
                                          const std::vector<Index>& among) const {
    std::vector<Index> rows;
    const Index n = among.empty() ? labels.size() : static_cast<Index>(among.size());
    for (Index i = 0; i < n; ++i) {
      const Index row = among.empty() ? i : among[static_cast<std::size_t>(i)];
      if (labels[row] >= 0) rows.push_back(row);
    }
    return {points_(rows, Eigen::all), labels(rows)};
  }

  const Context& context_;
  const Labels* truth_;
  Matrix points_;
  std::string unfit_;
  std::vector<Index> sample_;
};

Index count_clusters(const Labels& labels) {
  std::unordered_set<int> found;
  for (const int label : labels)
    if (label >= 0) found.insert(label);
  return static_cast<Index>(found.size());
}

/// Fits; false, with the error in its place, if that fails.
bool fit_into(ClusteringStanding& standing, const Contender& contender, const Dataset& data,
              const ClusteringCompareOptions& options, const Context& context) {
  Ledger ledger;
  Context counting = context;
  counting.ledger = &ledger;
  counting.progress = {};
  try {
    Estimator model = contender.estimator.unfitted();
    const MemoryMeter memory;
    const Stopwatch stopwatch;
    model.fit(data, counting);
    standing.fit_seconds = stopwatch.seconds();
    standing.peak_bytes = memory.peak_bytes();
    standing.labels = model.labels();
    if (const FitReport* report = model.report()) standing.warnings = report->warnings;
    if (options.drawings) standing.drawings = options.drawings(model);
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& error) {
    standing.error = error.what();
    standing.hint = error.hint();
  }
  standing.work = ledger.counts();
  if (context.ledger != nullptr) context.ledger->add(standing.work);
  return standing.error.empty();
}

ClusterScore score_of(const ClusterMeasure& measure, ClusteringStanding& standing,
                      const Contender& contender, const Dataset& data, const Judge& judge,
                      const ClusteringCompareOptions& options, const Context& context) {
  ClusterScore score;
  try {
    if (measure.name == "stability") {
      StabilityOptions resampling = options.stability;
      resampling.seed = options.seed;
      Context quiet = context;
      quiet.progress = {};
      quiet.ledger = nullptr;
      const Stability found = cluster_stability(contender.estimator, data, resampling, quiet);
      score.value = found.mean();
      standing.stability_std = found.std();
    } else {
      score.value = judge.score(measure.name, standing.labels);
    }
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& error) {
    score.undefined = error.what();
  }
  return score;
}

void rank(ClusteringComparison& comparison) {
  for (std::size_t m = 0; m < comparison.measures.size(); ++m) {
    const bool greater = comparison.measures[m].greater_is_better;
    const auto before = [&](double a, double b) {
      if (std::isnan(a) || std::isnan(b)) return !std::isnan(a) && std::isnan(b);
      return greater ? a > b : a < b;
    };
    for (ClusteringStanding& standing : comparison.standings) {
      double better = 0, equal = 0;
      const double own = standing.scores[m].value;
      for (const ClusteringStanding& other : comparison.standings) {
        const double value = other.scores[m].value;
        if (before(value, own)) ++better;
        if (!before(value, own) && !before(own, value)) ++equal;
      }
      standing.scores[m].rank = better + (equal + 1) / 2;
    }
  }
}

void place_points(ClusteringComparison& comparison, const Judge& judge, const Context& context) {
  comparison.not_drawn = judge.unfit();
  const Matrix& points = judge.points();
  if (!comparison.not_drawn.empty() || comparison.options.drawn_points == 0) return;
  comparison.drawn_rows =
      Judge::rows_by_seed(points.rows(), std::min(points.rows(), comparison.options.drawn_points),
                          comparison.options.seed, drawn_rows_stream);
  const PrincipalAxes axes = principal_axes(points, context);
  const Index n_axes = std::min<Index>(2, points.cols());
  const Matrix chosen = points(comparison.drawn_rows, Eigen::all);
  comparison.drawn_points = Matrix::Zero(chosen.rows(), 2);
  comparison.drawn_points.leftCols(n_axes) =
      (chosen.rowwise() - axes.mean.transpose()) * axes.axes.leftCols(n_axes);
  comparison.explained_variance = Vector::Zero(2);
  const double total = axes.variances.sum();
  if (total > 0) comparison.explained_variance.head(n_axes) = axes.variances.head(n_axes) / total;
}

}  // namespace

ClusteringComparison compare_clusterings(const std::vector<Contender>& contenders,
                                         const Dataset& data,
                                         const ClusteringCompareOptions& options,
                                         const Context& context) {
  check(contenders, options);
  ClusteringComparison result;
  result.dataset = data.name();
  result.n_rows = data.n_rows();
  result.n_columns = data.n_columns();
  result.fingerprint = data.fingerprint();
  if (data.has_labels() || data.has_target()) result.target = data.target_name();
  if (data.has_labels()) result.truth = data.labels();
  result.options = options;
  result.measures = measures_for(data, options.stability.n_pairs > 0);
  const Judge judge(data, options, context);
  result.n_judged_columns = judge.points().cols();
  const Dataset points = data.without_target();
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    context.check_stop(who);
    ClusteringStanding standing;
    standing.contender = contenders[i].name;
    standing.model = contenders[i].estimator.expression();
    standing.scores.resize(result.measures.size());
    if (fit_into(standing, contenders[i], points, options, context)) {
      standing.n_clusters = count_clusters(standing.labels);
      standing.n_noise = (standing.labels.array() < 0).count();
      for (std::size_t m = 0; m < result.measures.size(); ++m)
        standing.scores[m] =
            score_of(result.measures[m], standing, contenders[i], points, judge, options, context);
    } else {
      for (ClusterScore& score : standing.scores) score.undefined = "the fit failed";
    }
    result.standings.push_back(std::move(standing));
    if (context.progress)
      context.progress({"clusterers", static_cast<std::int64_t>(i + 1),
                        static_cast<std::int64_t>(contenders.size())});
  }
  rank(result);
  place_points(result, judge, context);
  return result;
}

}  // namespace grove
