#include "grove/neighbors/approximate_neighbors.hpp"

#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/fit_scope.hpp"
#include "grove/core/parallel.hpp"
#include "neighbors/cells.hpp"
#include "neighbors/metric_space.hpp"
#include "neighbors/point_index.hpp"

namespace grove {

const Schema<ApproximateNeighborsParams>& ApproximateNeighborsParams::schema() {
  using P = ApproximateNeighborsParams;
  static const Schema<P> table =
      Schema<P>()
          .add("n_neighbors", &P::n_neighbors, at_least(1),
               "Neighbours to find if a call names no number.")
          .add("n_cells", &P::n_cells, at_least(0), "Cells; 0: the root of the number of points.")
          .add("n_probes", &P::n_probes, at_least(1), "Cells that are searched for a query.")
          .add("metric", &P::metric, metric_constraint(), "Distance between points.")
          .add("p", &P::p, at_least(1), "Power of the minkowski metric.")
          .add("seed", &P::seed, at_least(0), "Of the sample that the cells are learnt from.");
  return table;
}

struct ApproximateNeighbors::State {
  TrainedOn trained_on;
  MetricSpace space;
  Cells cells;
  PointIndex exact;  // keeps the points, and answers for recall
  FitReport report;
};

ApproximateNeighbors& ApproximateNeighbors::fit(const Dataset& data, const Context& context) {
  params_.schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::none, capabilities);
  const FitScope scope(context);
  check_serves(type_name, Algorithm::cells, params_.metric);
  MetricSpace space(type_name, params_.metric, params_.p, data.x(), {}, scope.context());
  const Matrix prepared = space.prepares() ? space.prepare(data.x(), scope.context()) : Matrix();
  Cells cells(space.prepares() ? MatrixView(prepared) : MatrixView(data.x()), space.reduced(),
              params_.n_cells, params_.seed, scope.context());
  PointIndex exact(type_name, data.x(), {}, {.metric = params_.metric, .p = params_.p},
                   scope.context());
  auto state = std::make_shared<State>(
      State{TrainedOn(data), std::move(space), std::move(cells), std::move(exact), FitReport{}});
  state->report = scope.finish();
  state_ = std::move(state);
  return *this;
}

ApproximateNeighbors& ApproximateNeighbors::fit(const MatrixView& x, const Context& context) {
  return fit(Dataset::borrow(x), context);
}

Neighbors ApproximateNeighbors::kneighbors(const MatrixView& x, std::optional<Index> k,
                                           const Context& context) const {
  return kneighbors(x, k.value_or(params_.n_neighbors), params_.n_probes, context);
}

Neighbors ApproximateNeighbors::kneighbors(const MatrixView& x, Index k, Index n_probes,
                                           const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  check_k(type_name, k, state.exact.n_points());
  if (n_probes < 1)
    throw InvalidParameter(concat(type_name, ": n_probes must be >= 1, got ", n_probes));
  state.space.check(type_name, x, context);
  const Matrix prepared = state.space.prepares() ? state.space.prepare(x, context) : Matrix();
  const MatrixView queries = state.space.prepares() ? MatrixView(prepared) : x;
  Neighbors result;
  result.rows.resize(x.rows(), k);
  result.distances.resize(x.rows(), k);
  const NearestTask task{type_name,
                         &queries,
                         x.rows(),
                         k,
                         state.space.reduced(),
                         result.rows.data(),
                         result.distances.data()};
  parallel_for(context, x.rows(), 64, [&](Index begin, Index end) {
    context.check_stop(type_name);
    SearchWork work;
    for (Index i = begin; i < end; ++i) {
      BestHits best(k, task.reduced);
      state.cells.nearest(queries.data() + i * queries.outerStride(), n_probes, best, work);
      task.write(i, best.sorted());
    }
    work.count_in(context);
  });
  return result;
}

double ApproximateNeighbors::recall(const MatrixView& x, std::optional<Index> k,
                                    const Context& context) const {
  return recall(x, k.value_or(params_.n_neighbors), params_.n_probes, context);
}

double ApproximateNeighbors::recall(const MatrixView& x, Index k, Index n_probes,
                                    const Context& context) const {
  const Neighbors found = kneighbors(x, k, n_probes, context);
  if (x.rows() == 0) return 1;
  const Neighbors truth = fitted(state_, type_name).exact.nearest(type_name, &x, k, context);
  Index hits = 0;
  for (Index i = 0; i < x.rows(); ++i)
    for (Index h = 0; h < k; ++h)
      hits += (truth.rows.row(i).array() == found.rows(i, h)).any() ? 1 : 0;
  return static_cast<double>(hits) / static_cast<double>(found.rows.size());
}

Index ApproximateNeighbors::n_cells() const { return fitted(state_, type_name).cells.n_cells(); }
const TrainedOn& ApproximateNeighbors::trained_on() const {
  return fitted(state_, type_name).trained_on;
}
const FitReport& ApproximateNeighbors::report() const { return fitted(state_, type_name).report; }

}  // namespace grove
