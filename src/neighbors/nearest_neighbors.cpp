#include "grove/neighbors/nearest_neighbors.hpp"

#include <array>
#include <cmath>

#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/fit_scope.hpp"
#include "neighbors/point_index.hpp"

namespace grove {

std::span<const EnumName<Algorithm>> enum_names(Algorithm) {
  static constexpr std::array<EnumName<Algorithm>, 4> names{{{Algorithm::automatic, "auto"},
                                                             {Algorithm::brute, "brute"},
                                                             {Algorithm::kd_tree, "kd_tree"},
                                                             {Algorithm::nanoflann, "nanoflann"}}};
  return names;
}

const Schema<NearestNeighborsParams>& NearestNeighborsParams::schema() {
  using P = NearestNeighborsParams;
  static const Schema<P> table =
      Schema<P>()
          .add("n_neighbors", &P::n_neighbors, at_least(1),
               "Neighbours to find if a call names no number.")
          .add("radius", &P::radius, at_least(0), "Largest distance if a call names none.")
          .add("algorithm", &P::algorithm, "How to search; never changes the answer.")
          .add("metric", &P::metric, metric_constraint(), "Distance between points.")
          .add("p", &P::p, at_least(1), "Power of the minkowski metric.")
          .add("leaf_size", &P::leaf_size, at_least(1), "Points in a leaf of the tree.");
  return table;
}

struct NearestNeighbors::State {
  TrainedOn trained_on;
  PointIndex index;
  FitReport report;
};

NearestNeighbors& NearestNeighbors::fit(const Dataset& data, const Context& context) {
  params_.schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::none, capabilities);
  const FitScope scope(context);
  auto state = std::make_shared<State>(
      State{TrainedOn(data),
            PointIndex(type_name, data.x(),
                       {params_.algorithm, params_.metric, params_.p, params_.leaf_size}, context),
            {}});
  state->report = scope.finish();
  state_ = std::move(state);
  return *this;
}

NearestNeighbors& NearestNeighbors::fit(const MatrixView& x, const Context& context) {
  return fit(Dataset::borrow(x), context);
}

namespace {

void check_k(std::string_view who, Index k, Index n) {
  if (k < 1)
    throw InvalidParameter(concat(who, ": the number of neighbours must be >= 1, got ", k));
  if (k > n)
    throw InvalidParameter(concat(who, ": ", k, " neighbours were asked for, but there are only ",
                                  n, " points to find"),
                           "ask for fewer, or fit more points");
}

void check_radius(std::string_view who, double radius) {
  if (!(radius >= 0))
    throw InvalidParameter(concat(who, ": the radius must be >= 0, got ", radius));
}

}  // namespace

Neighbors NearestNeighbors::kneighbors(const MatrixView& x, std::optional<Index> k,
                                       const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  const Index wanted = k.value_or(params_.n_neighbors);
  check_k(type_name, wanted, state.index.n_points());
  return state.index.nearest(type_name, &x, wanted, context);
}

Neighbors NearestNeighbors::kneighbors(std::optional<Index> k, const Context& context) const {
  const State& state = fitted(state_, type_name);
  const Index wanted = k.value_or(params_.n_neighbors);
  check_k(type_name, wanted, state.index.n_points() - 1);
  return state.index.nearest(type_name, nullptr, wanted, context);
}

RadiusNeighbors NearestNeighbors::radius_neighbors(const MatrixView& x,
                                                   std::optional<double> radius,
                                                   const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  check_radius(type_name, radius.value_or(params_.radius));
  return state.index.within(type_name, &x, radius.value_or(params_.radius), context);
}

RadiusNeighbors NearestNeighbors::radius_neighbors(std::optional<double> radius,
                                                   const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_radius(type_name, radius.value_or(params_.radius));
  return state.index.within(type_name, nullptr, radius.value_or(params_.radius), context);
}

Algorithm NearestNeighbors::algorithm_used() const {
  return fitted(state_, type_name).index.algorithm();
}
const TrainedOn& NearestNeighbors::trained_on() const {
  return fitted(state_, type_name).trained_on;
}
const FitReport& NearestNeighbors::report() const { return fitted(state_, type_name).report; }

}  // namespace grove
