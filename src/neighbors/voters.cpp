#include "neighbors/voters.hpp"

#include <array>
#include <cmath>

#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove {

std::span<const EnumName<Weights>> enum_names(Weights) {
  static constexpr std::array<EnumName<Weights>, 3> names{
      {{Weights::uniform, "uniform"}, {Weights::distance, "distance"}, {Weights::user, "user"}}};
  return names;
}

std::string VoteWeights::name() const {
  for (const auto& entry : enum_names(Weights{}))
    if (entry.value == weights_) return std::string(entry.name);
  return {};
}

std::optional<VoteWeights> ParamType<VoteWeights>::from(const Value& value) {
  const auto* word = value.get_if<std::string>();
  if (word == nullptr) return std::nullopt;
  for (const auto& entry : enum_names(Weights{}))
    if (entry.value != Weights::user && entry.name == *word) return VoteWeights(entry.value);
  return std::nullopt;
}

Constraint vote_weights_constraint() {
  Constraint constraint = one_of({"user", "uniform", "distance"});
  constraint.text = "one of uniform, distance, or a function of yours from C++";
  return constraint;
}

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
          PointIndex(who, kept.x(), kept.columns(), settings, context)};
}

namespace {

void weigh_by_user(std::string_view who, const VoteWeights& weights, const std::vector<Hit>& hits,
                   std::vector<Vote>& votes) {
  std::vector<double> distances;
  for (std::size_t i = 0; i < votes.size(); ++i) distances.push_back(hits[i].distance);
  std::vector<double> factors(votes.size());
  weights.apply(distances, factors.data());
  double total = 0;
  for (std::size_t i = 0; i < votes.size(); ++i) {
    if (!(factors[i] >= 0) || std::isinf(factors[i]))
      throw InvalidData(
          concat(who, ": the user's vote weight for distance ", distances[i], " is ", factors[i]),
          "a weight is a finite number >= 0");
    votes[i].weight *= factors[i];
    total += votes[i].weight;
  }
  if (!(total > 0))
    throw InvalidData(concat(who, ": the user's vote weights are 0 for all ", votes.size(),
                             " neighbours, up to distance ", distances.back()),
                      "give at least one neighbour a weight");
}

}  // namespace

void weigh(std::string_view who, const VoteWeights& weights, const std::vector<Hit>& hits,
           const std::vector<double>& shares, std::vector<Vote>& votes) {
  votes.clear();
  for (std::size_t i = 0; i < shares.size(); ++i) votes.push_back({hits[i].row, shares[i]});
  if (weights.weights() == Weights::user) return weigh_by_user(who, weights, hits, votes);
  if (weights.weights() == Weights::uniform) return;
  bool exact = false;  // a neighbour so near that its vote outweighs everything
  for (std::size_t i = 0; i < shares.size(); ++i) exact = exact || std::isinf(1 / hits[i].distance);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const double closeness = 1 / hits[i].distance;
    votes[i].weight *= exact ? (std::isinf(closeness) ? 1.0 : 0.0) : closeness;
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

void mean_of_votes(const std::vector<Vote>& votes, const Matrix& targets,
                   Eigen::Ref<Eigen::RowVectorXd> mean) {
  double total = 0;
  for (const Vote& vote : votes) total += vote.weight;
  mean.setZero();
  for (const Vote& vote : votes) mean += targets.row(vote.point) * (vote.weight / total);
}

Labels winners(const Matrix& proba) {
  Labels labels(proba.rows());
  for (Index i = 0; i < proba.rows(); ++i) proba.row(i).maxCoeff(&labels(i));
  return labels;
}

void check_savable(std::string_view who, const VoteWeights& weights) {
  if (weights.weights() == Weights::user)
    throw Unsupported(concat(who, " with vote weights of the user's cannot be saved"),
                      "use weights with a name");
}

Value::Map save_voters(std::string_view who, const Voters& voters,
                       const PointIndex::Settings& settings) {
  Value::Map map = save_index(who, voters.index, settings.metric);
  map["trained_on"] = voters.trained_on.to_value();
  map["rows"] = Value::Integers(voters.rows.begin(), voters.rows.end());
  map["weights"] = Value(voters.weights);
  return map;
}

Voters load_voters(std::string_view who, const PointIndex::Settings& settings,
                   const StateReader& reader) {
  TrainedOn trained_on = TrainedOn::from_value(reader.at("trained_on"));
  PointIndex index = load_index(who, settings, trained_on.columns, reader);
  const Index n = index.n_points();
  const std::vector<std::int64_t> stored =
      reader.integers("rows", n, 0, std::numeric_limits<std::int64_t>::max() / 16);
  for (std::size_t i = 1; i < stored.size(); ++i)
    if (stored[i] <= stored[i - 1]) reader.fail("holds rows that do not ascend");
  Vector weights = reader.vector("weights", -1);
  if (weights.size() != 0 && weights.size() != n)
    reader.fail("holds weights that are not one per point");
  if (weights.size() > 0 && weights.minCoeff() <= 0)
    reader.fail("holds weights that are not positive");
  return {std::move(trained_on), std::vector<Index>(stored.begin(), stored.end()),
          std::move(weights), std::move(index)};
}

}  // namespace grove
