#include "outlier/neighborhood.hpp"

#include "core/quantile.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove {

namespace {

Neighborhood with_k(TrainedOn trained_on, PointIndex index, int n_neighbors) {
  const Index k = std::min<Index>(n_neighbors, index.n_points() - 1);
  FitReport report = index.report();
  if (k < n_neighbors)
    report.warnings.push_back(concat("n_neighbors = ", n_neighbors, " is more than the ", k,
                                     " other points; all of them are taken"));
  return {std::move(trained_on), std::move(index), k, std::move(report)};
}

}  // namespace

Neighborhood neighborhood_of(std::string_view who, const Dataset& data, int n_neighbors,
                             const PointIndex::Settings& settings, const Context& context) {
  if (data.n_rows() < 2)
    throw InvalidData(
        concat(who, " compares points with each other and needs at least 2, got ", data.n_rows()));
  return with_k(TrainedOn(data), PointIndex(who, data.x(), data.columns(), settings, context),
                n_neighbors);
}

Value::Map save_neighborhood(std::string_view who, const Neighborhood& hood,
                             const Distance& metric) {
  Value::Map map = save_index(who, hood.index, metric);
  map["trained_on"] = hood.trained_on.to_value();
  return map;
}

Neighborhood load_neighborhood(std::string_view who, int n_neighbors,
                               const PointIndex::Settings& settings, const StateReader& reader) {
  TrainedOn trained_on = TrainedOn::from_value(reader.at("trained_on"));
  PointIndex index = load_index(who, settings, trained_on.columns, reader);
  if (index.n_points() < 2) reader.fail("holds fewer than 2 points");
  return with_k(std::move(trained_on), std::move(index), n_neighbors);
}

double threshold_at(const Vector& training_scores, double contamination) {
  std::vector<Weighted> values;
  for (const double score : training_scores) values.push_back({score, 1});
  return quantile(values, contamination);
}

Labels labels_of(const Vector& scores, double threshold) {
  Labels labels(scores.size());
  for (Index i = 0; i < scores.size(); ++i) labels(i) = scores(i) < threshold ? -1 : 1;
  return labels;
}

}  // namespace grove
