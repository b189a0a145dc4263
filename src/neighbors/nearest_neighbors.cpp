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
  static constexpr std::array<EnumName<Algorithm>, 6> names{{{Algorithm::automatic, "auto"},
                                                             {Algorithm::brute, "brute"},
                                                             {Algorithm::kd_tree, "kd_tree"},
                                                             {Algorithm::ball_tree, "ball_tree"},
                                                             {Algorithm::cells, "cells"},
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
          .add("leaf_size", &P::leaf_size, at_least(1), "Points in a leaf of a tree.");
  return table;
}

struct NearestNeighbors::State {
  TrainedOn trained_on;
  PointIndex index;
  FitReport report;
};

namespace {

PointIndex::Settings settings_of(const NearestNeighborsParams& params) {
  return {params.algorithm, params.metric, params.p, params.leaf_size};
}

}  // namespace

NearestNeighbors& NearestNeighbors::fit(const Dataset& data, const Context& context) {
  params_.schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::none, with_metric(capabilities, params_.metric));
  const FitScope scope(context);
  auto state = std::make_shared<State>(
      State{TrainedOn(data),
            PointIndex(type_name, data.x(), data.columns(), settings_of(params_), scope.context()),
            {}});
  state->report = scope.finish(state->index.report());
  state_ = std::move(state);
  return *this;
}

NearestNeighbors& NearestNeighbors::fit(const MatrixView& x, const Context& context) {
  return fit(Dataset::borrow(x), context);
}

namespace {

void check_radius(std::string_view who, double radius) {
  if (!(radius >= 0))
    throw InvalidParameter(concat(who, ": the radius must be >= 0, got ", radius));
}

}  // namespace

Neighbors NearestNeighbors::kneighbors(const MatrixView& x, std::optional<Index> k,
                                       const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, with_metric(capabilities, params_.metric));
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

namespace {

void check_room(std::string_view who, Index n_queries, Index k, std::span<Index> rows,
                std::span<double> distances) {
  const auto wanted = static_cast<std::size_t>(n_queries * k);
  if (rows.size() != wanted || distances.size() != wanted)
    throw InvalidParameter(concat(who, ": ", n_queries, " queries for ", k, " neighbours fill ",
                                  wanted, " entries, but there is room for ", rows.size(),
                                  " rows and ", distances.size(), " distances"),
                           "give memory for one entry per query and neighbour");
}

}  // namespace

void NearestNeighbors::kneighbors(const MatrixView& x, Index k, std::span<Index> rows,
                                  std::span<double> distances, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, with_metric(capabilities, params_.metric));
  check_k(type_name, k, state.index.n_points());
  check_room(type_name, x.rows(), k, rows, distances);
  state.index.nearest(type_name, &x, k, rows.data(), distances.data(), context);
}

void NearestNeighbors::kneighbors(Index k, std::span<Index> rows, std::span<double> distances,
                                  const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_k(type_name, k, state.index.n_points() - 1);
  check_room(type_name, state.index.n_points(), k, rows, distances);
  state.index.nearest(type_name, nullptr, k, rows.data(), distances.data(), context);
}

RadiusNeighbors NearestNeighbors::kneighbors_with_ties(const MatrixView& x, std::optional<Index> k,
                                                       const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, with_metric(capabilities, params_.metric));
  const Index wanted = k.value_or(params_.n_neighbors);
  check_k(type_name, wanted, state.index.n_points());
  return state.index.nearest_with_ties(type_name, &x, wanted, context);
}

RadiusNeighbors NearestNeighbors::kneighbors_with_ties(std::optional<Index> k,
                                                       const Context& context) const {
  const State& state = fitted(state_, type_name);
  const Index wanted = k.value_or(params_.n_neighbors);
  check_k(type_name, wanted, state.index.n_points() - 1);
  return state.index.nearest_with_ties(type_name, nullptr, wanted, context);
}

RadiusNeighbors NearestNeighbors::radius_neighbors(const MatrixView& x,
                                                   std::optional<double> radius,
                                                   const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, with_metric(capabilities, params_.metric));
  check_radius(type_name, radius.value_or(params_.radius));
  return state.index.within(type_name, &x, radius.value_or(params_.radius), context);
}

RadiusNeighbors NearestNeighbors::radius_neighbors(std::optional<double> radius,
                                                   const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_radius(type_name, radius.value_or(params_.radius));
  return state.index.within(type_name, nullptr, radius.value_or(params_.radius), context);
}

Index NearestNeighbors::n_points() const { return fitted(state_, type_name).index.n_points(); }
Algorithm NearestNeighbors::algorithm_used() const {
  return fitted(state_, type_name).index.algorithm();
}
const TrainedOn& NearestNeighbors::trained_on() const {
  return fitted(state_, type_name).trained_on;
}
const FitReport& NearestNeighbors::report() const { return fitted(state_, type_name).report; }

Value NearestNeighbors::save_state() const {
  const State& state = fitted(state_, type_name);
  Value::Map map = save_index(type_name, state.index, params_.metric);
  map["trained_on"] = state.trained_on.to_value();
  return map;
}

NearestNeighbors NearestNeighbors::load_state(const NearestNeighborsParams& params,
                                              const StateReader& reader) {
  params.schema().check(params, type_name);
  TrainedOn trained_on = TrainedOn::from_value(reader.at("trained_on"));
  PointIndex index = load_index(type_name, settings_of(params), trained_on.columns, reader);
  NearestNeighbors model(params);
  model.state_ =
      std::make_shared<State>(State{std::move(trained_on), std::move(index), FitReport{}});
  return model;
}

}  // namespace grove
