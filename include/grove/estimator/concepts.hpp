#pragma once

#include <concepts>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/dataset.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/params/schema.hpp"

// What a type must have to be used as an estimator or a transformer. Nothing is inherited. Required
// of an estimator: copyable, `fit(const Dataset&)` and one of `Labels predict(MatrixView) const`,
// `Vector predict(MatrixView) const`, `Labels labels() const`, `Vector score_samples(MatrixView)
// const`. All else is optional and found by name.

namespace grove {

namespace detail {

template <class E>
concept FitsWithContext = requires(E e, const Dataset& d, const Context& c) {
  e.fit(d, c);
};
template <class E>
concept FitsPlain = requires(E e, const Dataset& d) {
  e.fit(d);
};
template <class E>
concept Fits = FitsWithContext<E> || FitsPlain<E>;

template <class E>
concept PredictsWithContext = requires(const E e, const MatrixView& x, const Context& c) {
  e.predict(x, c);
};
template <class E>
concept Predicts = PredictsWithContext<E> || requires(const E e, const MatrixView& x) {
  e.predict(x);
};

template <class E>
concept PredictsLabels = requires(const E e, const MatrixView& x) {
  { e.predict(x) } -> std::convertible_to<Labels>;
}
&&!requires(const E e, const MatrixView& x) {
  { e.predict(x) } -> std::same_as<Vector>;
};
template <class E>
concept PredictsValues = requires(const E e, const MatrixView& x) {
  { e.predict(x) } -> std::same_as<Vector>;
};
template <class E>
concept PredictsProba = requires(const E e, const MatrixView& x) {
  { e.predict_proba(x) } -> std::convertible_to<Matrix>;
};
template <class E>
concept HasLabels = requires(const E e) {
  { e.labels() } -> std::convertible_to<Labels>;
};
template <class E>
concept ScoresSamples = requires(const E e, const MatrixView& x) {
  { e.score_samples(x) } -> std::convertible_to<Vector>;
};
template <class E>
concept TransformsWithContext = requires(const E e, const MatrixView& x, const Context& c) {
  { e.transform(x, c) } -> std::convertible_to<Matrix>;
};
template <class E>
concept Transforms = TransformsWithContext<E> || requires(const E e, const MatrixView& x) {
  { e.transform(x) } -> std::convertible_to<Matrix>;
};

template <class E>
concept HasSchema = requires(const E e) {
  { E::Params::schema() } -> std::convertible_to<const ParamTable&>;
  { e.params() } -> std::convertible_to<const typename E::Params&>;
  E(e.params());
};
template <class E>
concept HasTrainedOn = requires(const E e) {
  { e.trained_on() } -> std::convertible_to<const TrainedOn&>;
};
template <class E>
concept HasReport = requires(const E e) {
  { e.report() } -> std::convertible_to<const FitReport&>;
};
template <class E>
concept Savable = requires(const E e) {
  { e.save_state() } -> std::convertible_to<Value>;
};
template <class E>
concept HasOutputColumns = requires(const E e) {
  { e.output_columns() } -> std::convertible_to<const std::vector<Column>&>;
};

/// Types whose kind and parameters are known at run time only (Pipeline, Estimator itself).
template <class E>
concept Dynamic = requires(const E e, E m, const Value& v) {
  e.kind();
  e.param_values();
  m.set_param(std::string_view(), v);
  e.unfitted();
};

}  // namespace detail
}  // namespace grove
