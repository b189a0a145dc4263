#pragma once

#include <string_view>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/data/dataset.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/neighbors/k_neighbors.hpp"
#include "neighbors/point_index.hpp"

// What the classifiers and regressors by neighbours share: the points that vote, the weight of
// their votes, and how both are saved.

namespace grove {

/// The points with positive weight and the search over them: rows of weight 0 are as good as
/// removed.
struct Voters {
  TrainedOn trained_on;
  std::vector<Index> rows;  // of the training data, for each point
  Vector weights;           // empty = all ones
  PointIndex index;

  double weight(Index point) const { return weights.size() > 0 ? weights(point) : 1.0; }
  double total_weight() const;
};

Voters voters_of(std::string_view who, const PointIndex::Settings& settings, const Dataset& data,
                 const Context& context);

/// The entries of the points that vote.
template <class V>
V of_voters(const Voters& voters, const V& all) {
  V kept(voters.index.n_points());
  for (Index i = 0; i < kept.size(); ++i) kept(i) = all(voters.rows[static_cast<std::size_t>(i)]);
  return kept;
}

/// One vote: a point and how much it counts.
struct Vote {
  Index point = 0;
  double weight = 0;
};

/// The votes of the first hits, of which `shares` count. Throws InvalidData naming `who` for
/// weights of the user's that are no weights.
void weigh(std::string_view who, const VoteWeights& weights, const std::vector<Hit>& hits,
           const std::vector<double>& shares, std::vector<Vote>& votes);

/// Adds the votes up in a row of probabilities, which are 0 before.
void count_votes(const std::vector<Vote>& votes, const Labels& labels,
                 Eigen::Ref<Eigen::RowVectorXd> proba);
/// The weighted mean of the targets' rows.
void mean_of_votes(const std::vector<Vote>& votes, const Matrix& targets,
                   Eigen::Ref<Eigen::RowVectorXd> mean);

/// The first of the largest in each row.
Labels winners(const Matrix& proba);

/// The constraint of a parameter that names vote weights.
Constraint vote_weights_constraint();

/// Throws Unsupported for vote weights that no file can hold.
void check_savable(std::string_view who, const VoteWeights& weights);
Value::Map save_voters(std::string_view who, const Voters& voters,
                       const PointIndex::Settings& settings);
Voters load_voters(std::string_view who, const PointIndex::Settings& settings,
                   const StateReader& reader);

}  // namespace grove
