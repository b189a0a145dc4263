#include "neighbors/voters.hpp"

#include <cmath>

#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove {

double Voters::total_weight() const {
  return weights.size() > 0 ? weights.sum() : static_cast<double>(rows.size());
}

Voters voters_of(std::string_view who, const PointIndex::Settings& settings, const Dataset& data,
                 const Context& context) {
  std::vector<Index> rows;
  for (Index i = 0; i < data.n_rows(); ++i)
    if (data.weights() == nullptr || (*data.weights())(i) > 0) rows.push_back(i);
  const bool whole = static_cast<Index>(rows.size()) == data.n_rows();
  const Dataset kept = whole ? data : data.take(rows);
  Vector weights;
  if (kept.weights() != nullptr) weights = *kept.weights();
  return {TrainedOn(data), std::move(rows), std::move(weights),
          PointIndex(who, kept.x(), settings, context)};
}

void weigh(Weights weights, const std::vector<Hit>& hits, const std::vector<double>& shares,
           std::vector<Vote>& votes) {
  bool exact = false;  // a neighbour so near that its vote outweighs everything
  for (std::size_t i = 0; i < shares.size(); ++i) exact = exact || std::isinf(1 / hits[i].distance);
  votes.clear();
  for (std::size_t i = 0; i < shares.size(); ++i) {
    double weight = shares[i];
    if (weights == Weights::distance) {
      const double closeness = 1 / hits[i].distance;
      weight *= exact ? (std::isinf(closeness) ? 1.0 : 0.0) : closeness;
    }
    votes.push_back({hits[i].row, weight});
  }
}

void count_votes(const std::vector<Vote>& votes, const Labels& labels,
                 Eigen::Ref<Eigen::RowVectorXd> proba) {
  double total = 0;
  for (const Vote& vote : votes) {
    proba(labels(vote.point)) += vote.weight;
    total += vote.weight;
  }
  proba /= total;
}

double mean_of_votes(const std::vector<Vote>& votes, const Vector& targets) {
  double total = 0;
  for (const Vote& vote : votes) total += vote.weight;
  double mean = 0;
  for (const Vote& vote : votes) mean += targets(vote.point) * (vote.weight / total);
  return mean;
}

Labels winners(const Matrix& proba) {
  Labels labels(proba.rows());
  for (Index i = 0; i < proba.rows(); ++i) proba.row(i).maxCoeff(&labels(i));
  return labels;
}

Value::Map save_voters(std::string_view who, const Voters& voters,
                       const PointIndex::Settings& settings) {
  if (settings.metric.metric() == Metric::user)
    throw Unsupported(concat(who, " with a distance of the user's cannot be saved"),
                      "use a metric with a name");
  Value::Integers rows(voters.rows.begin(), voters.rows.end());
  return {{"trained_on", voters.trained_on.to_value()},
          {"n_points", voters.index.n_points()},
          {"rows", std::move(rows)},
          {"weights", Value(voters.weights)},
          {"points", Value(voters.index.points())}};
}

Voters load_voters(std::string_view who, const PointIndex::Settings& settings,
                   const StateReader& reader) {
  TrainedOn trained_on = TrainedOn::from_value(reader.at("trained_on"));
  const std::int64_t most = std::numeric_limits<std::int64_t>::max() / 16;
  const Index n = reader.integer("n_points", 1, most / trained_on.n_columns());
  const std::vector<std::int64_t> stored = reader.integers("rows", n, 0, most);
  for (std::size_t i = 1; i < stored.size(); ++i)
    if (stored[i] <= stored[i - 1]) reader.fail("holds rows that do not ascend");
  Vector weights = reader.vector("weights", -1);
  if (weights.size() != 0 && weights.size() != n)
    reader.fail("holds weights that are not one per point");
  if (weights.size() > 0 && weights.minCoeff() <= 0)
    reader.fail("holds weights that are not positive");
  const Matrix points = reader.matrix("points", n, trained_on.n_columns());
  try {
    return {std::move(trained_on), std::vector<Index>(stored.begin(), stored.end()),
            std::move(weights), PointIndex(who, points, settings)};
  } catch (const InvalidData& error) {
    reader.fail(error.what());
  }
}

}  // namespace grove
