#include "grove/inspection/permutation_importance.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <limits>
#include <numeric>
#include <ostream>
#include <sstream>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"
#include "grove/core/random.hpp"

namespace grove {

namespace {

constexpr const char* who = "permutation_importance";

void check(const Estimator& estimator, const Dataset& data,
           const PermutationImportanceOptions& options) {
  if (options.n_repeats < 1)
    throw InvalidParameter(concat(who, ": n_repeats must be at least 1, got ", options.n_repeats));
  if (!needs_target(estimator.kind()))
    throw Unsupported(concat(who, ": ", estimator.name(), " has no target to be scored on"),
                      "give it a classifier or a regressor");
  const TargetKind target =
      estimator.kind() == EstimatorKind::classifier ? TargetKind::labels : TargetKind::real;
  check_fit_data(who, data, target, {.missing_values = true, .categorical = true});
}

Scorer metric_of(const Estimator& estimator, const PermutationImportanceOptions& options) {
  return options.metric ? *options.metric : default_scorers(estimator).front();
}

PermutationImportance described(const Estimator& estimator, const Dataset& data,
                                const Scorer& metric, Index n_folds, int n_repeats) {
  PermutationImportance result;
  result.model = estimator.expression();
  result.dataset = data.name();
  result.metric = metric.name();
  for (const Column& column : data.columns()) result.columns.push_back(column.name);
  result.baseline.resize(n_folds);
  result.importances.resize(data.n_columns(), n_folds * n_repeats);
  return result;
}

/// One fitted model and the rows that it is judged on.
struct Judge {
  const Estimator& fitted;
  const Dataset& data;
  const Scorer& metric;

  double score(const MatrixView& x, const Context& context) const {
    const std::vector<Scorer> scorers{metric};
    const Dataset rows = Dataset::borrow(x, data.columns());
    return scores_of(predictions_for(fitted, rows, scorers, context), data, scorers, context)[0];
  }

  /// What each of `n_repeats` permutations of column `j` costs; `rng` gives one stream to each.
  Vector losses(Index j, double baseline, int n_repeats, const Rng& rng,
                const Context& context) const {
    Matrix x = data.x();
    Vector found(n_repeats);
    for (int repeat = 0; repeat < n_repeats; ++repeat) {
      context.check_stop(who);
      const std::vector<Index> from =
          rng.split(static_cast<std::uint64_t>(repeat)).permutation(x.rows());
      for (Index i = 0; i < x.rows(); ++i) x(i, j) = data.x()(from[static_cast<std::size_t>(i)], j);
      const double loss = baseline - score(x, context);
      found(repeat) = metric.greater_is_better() ? loss : -loss;
    }
    return found;
  }

  /// Fills the part of `result` that belongs to `fold`.
  void run(PermutationImportance& result, Index fold, int n_repeats, const Rng& rng,
           const Context& context) const {
    const double baseline = score(data.x(), context);
    result.baseline(fold) = baseline;
    parallel_tasks(context, data.n_columns(), [&](Index j, const Context& inner) {
      result.importances.row(j).segment(fold * n_repeats, n_repeats) =
          losses(j, baseline, n_repeats, rng.split(static_cast<std::uint64_t>(j)), inner);
    });
  }
};

/// What is reported by tasks that run inside others would be of parts nobody asked about.
Context quiet(const Context& context) {
  Context inner = context;
  inner.progress = {};
  return inner;
}

}  // namespace

Vector PermutationImportance::mean() const { return importances.rowwise().mean(); }

Vector PermutationImportance::std() const {
  if (importances.cols() < 2)
    return Vector::Constant(importances.rows(), std::numeric_limits<double>::quiet_NaN());
  const Matrix apart = importances.colwise() - mean();
  return (apart.rowwise().squaredNorm() / static_cast<double>(importances.cols() - 1))
      .array()
      .sqrt();
}

PermutationImportance permutation_importance(const Estimator& fitted, const Dataset& data,
                                             const PermutationImportanceOptions& options,
                                             const Context& context) {
  check(fitted, data, options);
  const Scorer metric = metric_of(fitted, options);
  PermutationImportance result = described(fitted, data, metric, 1, options.n_repeats);
  Judge{fitted, data, metric}.run(result, 0, options.n_repeats, Rng(options.seed), quiet(context));
  return result;
}

PermutationImportance permutation_importance_cv(const Estimator& estimator, const Dataset& data,
                                                const Splitter& cv,
                                                const PermutationImportanceOptions& options,
                                                const Context& context) {
  check(estimator, data, options);
  const Scorer metric = metric_of(estimator, options);
  const std::vector<Split> splits = cv.split(data);
  const auto n_folds = static_cast<Index>(splits.size());
  PermutationImportance result = described(estimator, data, metric, n_folds, options.n_repeats);
  parallel_tasks(quiet(context), n_folds, [&](Index fold, const Context& inner) {
    const Split& split = splits[static_cast<std::size_t>(fold)];
    Estimator fresh = estimator.unfitted();
    fresh.fit(data.take(split.train), inner);
    const Dataset test = data.take(split.test);
    Judge{fresh, test, metric}.run(result, fold, options.n_repeats,
                                   Rng(options.seed).split(static_cast<std::uint64_t>(fold)),
                                   inner);
  });
  return result;
}

std::ostream& operator<<(std::ostream& out, const PermutationImportance& result) {
  const Vector mean = result.mean(), deviation = result.std();
  std::vector<Index> order(result.columns.size());
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return mean(a) > mean(b); });
  std::size_t width = 6;
  for (const std::string& column : result.columns) width = std::max(width, column.size());
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << result.model << " on " << (result.dataset.empty() ? "the data" : result.dataset) << ": "
       << result.metric << " " << short_text(result.baseline.mean()) << ", what "
       << result.importances.cols() << " permutations of each column cost\n";
  const auto line = [&](const std::string& name, const std::string& a, const std::string& b) {
    text << std::left << std::setw(static_cast<int>(width)) << name << std::right << std::setw(14)
         << a << std::setw(14) << b << "\n";
  };
  line("column", "mean", "sd");
  for (const Index j : order)
    line(result.columns[static_cast<std::size_t>(j)], short_text(mean(j)),
         short_text(deviation(j)));
  return out << text.str();
}

}  // namespace grove
