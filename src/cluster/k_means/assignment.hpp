#pragma once

#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "cluster/k_means/center_filter.hpp"
#include "cluster/k_means/exact_sums.hpp"
#include "grove/cluster/k_means.hpp"
#include "grove/core/context.hpp"

// Points and the centres they belong to, while the centres move. Every method gives every point the
// centre that is nearest by the distances computed in double, the lowest of equally near ones; they
// differ in what they can leave out. `hamerly` keeps one lower bound a point, on the distance to
// all centres but its own (Hamerly 2010); `elkan` one for each centre (Elkan 2003); `yinyang` one
// for each group of like centres, and hamerly's (Ding et al. 2015).

namespace grove::cluster {

class Assignment {
 public:
  Assignment(std::string_view who, const Points& points, const PointSurvey& survey,
             const Matrix& start, KMeansAlgorithm algorithm, const Context& context);
  Assignment(const Assignment&) = delete;
  Assignment& operator=(const Assignment&) = delete;
  ~Assignment();

  /// Gives every point its nearest centre; returns how many changed theirs.
  Index assign(const Matrix& centers);
  const ExactSums& sums() const { return sums_; }
  const std::vector<int>& labels() const { return labels_; }

 private:
  struct Slot;
  class AnyChunk;
  class Chunk;
  class GroupChunk;
  /// Bounds are kept as they were when they were taken, plus or minus how far the centres had gone
  /// by then, so that a point that can stay where it is need not be written to.
  struct Drift {
    std::vector<double> own;     // of each centre, all its moves added up
    std::vector<double> others;  // the largest move of any other centre, added up
    std::vector<float> own_up;   // rounded up
    std::vector<double> apart;   // half the distance to the nearest other centre, at most
    std::vector<float> halves;   // elkan: k x k, half the distance between two centres, at most
    std::vector<double> groups;  // yinyang: the largest move of a group, added up
    std::vector<float> groups_up;
  };
  /// yinyang: centres that are near each other, a multiple of 16 in each group.
  struct Groups {
    std::vector<int> order;  // the centres, group by group
    std::vector<int> of;     // the group of each centre
    Index n_places = 0;      // in a group
    Index n_groups = 0;
    std::vector<float> none;  // zeros, one for each group
  };
  void make_groups(const Matrix& start);
  void follow_groups(const std::vector<double>& moves);
  void follow(const Matrix& centers);
  void measure_centers(const Matrix& centers);
  Slot& take_slot();
  void give_slot(Slot& slot);

  std::string_view who_;
  const Points& points_;
  const Context& context_;
  KMeansAlgorithm algorithm_;
  Index k_;
  Frame frame_;
  Margin margin_;
  SumFrame sum_frame_;
  ExactSums sums_;
  std::vector<int> labels_;         // -1: none yet
  std::vector<float> upper_;        // on the distance to the own centre, less its drift
  std::vector<float> lower_;        // hamerly: n; elkan: n x k; plus drift
  std::vector<float> group_lower_;  // yinyang: n x n_groups; plus drift
  Matrix previous_;
  Drift drift_;
  Groups groups_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<Slot*> free_;
};

/// What `automatic` stands for.
KMeansAlgorithm choose_algorithm(KMeansAlgorithm wanted, Index n, Index d, Index k);

}  // namespace grove::cluster
