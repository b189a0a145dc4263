#include "grove/neighbors/prototype_classifier.hpp"

#include "core/not_fitted.hpp"
#include "grove/core/error.hpp"
#include "grove/core/fit_scope.hpp"
#include "neighbors/cells.hpp"
#include "neighbors/point_index.hpp"

namespace grove {

const Schema<PrototypeClassifierParams>& PrototypeClassifierParams::schema() {
  using P = PrototypeClassifierParams;
  static const Schema<P> table =
      Schema<P>()
          .add("n_prototypes", &P::n_prototypes, at_least(1), "Prototypes of each class.")
          .add("seed", &P::seed, at_least(0), "Of the rows where k-means starts.")
          .search("n_prototypes", log_integers(1, 30));
  return table;
}

struct PrototypeClassifier::State {
  TrainedOn trained_on;
  Matrix prototypes;
  Labels labels;  // of the prototypes
  PointIndex index;
  FitReport report = {};
};

namespace {

std::vector<Index> rows_of_class(const Labels& labels, int code) {
  std::vector<Index> rows;
  for (Index i = 0; i < labels.size(); ++i)
    if (labels(i) == code) rows.push_back(i);
  return rows;
}

PointIndex index_of(const Matrix& prototypes, const Context& context = {}) {
  return PointIndex(PrototypeClassifier::type_name, prototypes, {}, {}, context);
}

}  // namespace

PrototypeClassifier& PrototypeClassifier::fit(const Dataset& data, const Context& context) {
  params_.schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::labels, capabilities);
  const FitScope scope(context);
  // Refuses what would overflow.
  const MetricSpace space(type_name, Metric::euclidean, 2, data.x(), {}, scope.context());
  std::vector<Matrix> parts;
  std::vector<int> codes;
  for (int code = 0; code < static_cast<int>(data.n_classes()); ++code) {
    const std::vector<Index> rows = rows_of_class(data.labels(), code);
    if (rows.empty()) continue;
    const Dataset own = data.take(rows);
    parts.push_back(k_means_centers(own.x(), params_.n_prototypes, params_.seed, scope.context()));
    codes.insert(codes.end(), static_cast<std::size_t>(parts.back().rows()), code);
  }
  Matrix prototypes(static_cast<Index>(codes.size()), data.n_columns());
  Index next = 0;
  for (const Matrix& part : parts) {
    prototypes.middleRows(next, part.rows()) = part;
    next += part.rows();
  }
  PointIndex index = index_of(prototypes, scope.context());
  auto state = std::make_shared<State>(State{
      TrainedOn(data), std::move(prototypes),
      Eigen::Map<const Labels>(codes.data(), static_cast<Index>(codes.size())), std::move(index)});
  state->report = scope.finish();
  state_ = std::move(state);
  return *this;
}

PrototypeClassifier& PrototypeClassifier::fit(const MatrixView& x, const Labels& y,
                                              const Context& context) {
  return fit(dataset_from(type_name, x, y), context);
}

Labels PrototypeClassifier::predict(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  const Neighbors nearest = state.index.nearest(type_name, &x, 1, context);
  Labels labels(x.rows());
  for (Index i = 0; i < x.rows(); ++i) labels(i) = state.labels(nearest.rows(i, 0));
  return labels;
}

const Matrix& PrototypeClassifier::prototypes() const {
  return fitted(state_, type_name).prototypes;
}
const Labels& PrototypeClassifier::prototype_labels() const {
  return fitted(state_, type_name).labels;
}
const TrainedOn& PrototypeClassifier::trained_on() const {
  return fitted(state_, type_name).trained_on;
}
const FitReport& PrototypeClassifier::report() const { return fitted(state_, type_name).report; }

Value PrototypeClassifier::save_state() const {
  const State& state = fitted(state_, type_name);
  return Value::Map{{"trained_on", state.trained_on.to_value()},
                    {"prototypes", Value(state.prototypes)},
                    {"labels", Value(state.labels)}};
}

PrototypeClassifier PrototypeClassifier::load_state(const PrototypeClassifierParams& params,
                                                    const StateReader& reader) {
  params.schema().check(params, type_name);
  TrainedOn trained_on = TrainedOn::from_value(reader.at("trained_on"));
  const int n_classes = static_cast<int>(trained_on.n_classes());
  if (n_classes == 0) reader.fail("has no classes");
  Labels labels = reader.labels("labels", -1, 0, n_classes - 1);
  if (labels.size() == 0) reader.fail("has no prototypes");
  Matrix prototypes = reader.matrix("prototypes", labels.size(), trained_on.n_columns());
  PrototypeClassifier model(params);
  try {
    PointIndex index = index_of(prototypes);
    model.state_ = std::make_shared<State>(
        State{std::move(trained_on), std::move(prototypes), std::move(labels), std::move(index)});
  } catch (const InvalidData& error) {
    reader.fail(error.what());
  }
  return model;
}

}  // namespace grove
