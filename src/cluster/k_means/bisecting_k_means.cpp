#include "grove/cluster/bisecting_k_means.hpp"

#include <array>
#include <limits>
#include <numeric>

#include "cluster/k_means/center_filter.hpp"
#include "cluster/k_means/fitted_centers.hpp"
#include "cluster/k_means/k_means_init.hpp"
#include "cluster/k_means/k_means_run.hpp"
#include "cluster/magnitude.hpp"
#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "data/fit_report_value.hpp"
#include "grove/core/error.hpp"
#include "grove/core/fit_scope.hpp"

namespace grove {

std::span<const EnumName<BisectingStrategy>> enum_names(BisectingStrategy) {
  static constexpr std::array<EnumName<BisectingStrategy>, 2> names{
      {{BisectingStrategy::biggest_inertia, "biggest_inertia"},
       {BisectingStrategy::largest_cluster, "largest_cluster"}}};
  return names;
}

const Schema<BisectingKMeansParams>& BisectingKMeansParams::schema() {
  using P = BisectingKMeansParams;
  static const Schema<P> table =
      Schema<P>()
          .add("n_clusters", &P::n_clusters, at_least(1), "Clusters to find.")
          .add("init", &P::init, "How the first two centres of a cut are drawn.")
          .add("n_init", &P::n_init, at_least(1), "Starts of a cut, of which the best is kept.")
          .add("max_iter", &P::max_iter, at_least(1), "Iterations of one start at most.")
          .add("tol", &P::tol, at_least(0),
               "Shift of the centres that counts as none, in mean variances of a column.")
          .add("bisecting_strategy", &P::bisecting_strategy, "Which cluster is cut next.")
          .add("seed", &P::seed, at_least(0), "Seed of the first centres.")
          .search("n_clusters", integers(2, 20));
  return table;
}

namespace {

constexpr std::string_view who = BisectingKMeans::type_name;

/// The tree of cuts: node 0 is all points; children follow their parent.
struct Cuts {
  std::vector<int> left;  // the right child follows it; 0: none
  Matrix centers;         // of the nodes

  Index size() const { return static_cast<Index>(left.size()); }
  bool is_leaf(Index node) const { return left[static_cast<std::size_t>(node)] == 0; }
  /// Leaves from left to right.
  std::vector<Index> leaves() const {
    std::vector<Index> found;
    std::vector<Index> open{0};
    while (!open.empty()) {
      const Index node = open.back();
      open.pop_back();
      if (is_leaf(node)) {
        found.push_back(node);
      } else {
        open.push_back(left[static_cast<std::size_t>(node)] + 1);
        open.push_back(left[static_cast<std::size_t>(node)]);
      }
    }
    return found;
  }
  std::vector<int> labels_of_nodes() const {
    std::vector<int> labels(left.size(), -1);
    int next = 0;
    for (const Index leaf : leaves()) labels[static_cast<std::size_t>(leaf)] = next++;
    return labels;
  }
};

/// Each point goes down by the nearer centre.
Labels descend(const MatrixView& x, const Cuts& cuts, double largest, const Context& context) {
  Labels labels(x.rows());
  const std::vector<int> names = cuts.labels_of_nodes();
  std::vector<std::vector<Index>> rows(static_cast<std::size_t>(cuts.size()));
  rows[0].resize(static_cast<std::size_t>(x.rows()));
  std::iota(rows[0].begin(), rows[0].end(), Index{0});
  for (Index node = 0; node < cuts.size(); ++node) {
    const std::vector<Index> own = std::move(rows[static_cast<std::size_t>(node)]);
    if (cuts.is_leaf(node)) {
      for (const Index i : own) labels(i) = names[static_cast<std::size_t>(node)];
      continue;
    }
    const auto child = static_cast<std::size_t>(cuts.left[static_cast<std::size_t>(node)]);
    std::vector<int> sides(own.size());
    cluster::nearest_centers(who, {x, nullptr, &own},
                             cuts.centers.middleRows(static_cast<Index>(child), 2), largest,
                             sides.data(), nullptr, context);
    for (std::size_t i = 0; i < own.size(); ++i)
      rows[child + static_cast<std::size_t>(sides[i])].push_back(own[i]);
  }
  return labels;
}

/// A cluster while the tree grows.
struct Leaf {
  std::vector<Index> rows;
  double inertia = 0;
  double weight = 0;
  bool all_same = false;
};

class Bisection {
 public:
  Bisection(const BisectingKMeansParams& params, const Dataset& data, const Context& context)
      : params_(params), x_(data.x()), weights_(data.weights()), context_(context) {
    cuts.left = {0};
    cuts.centers.resize(2 * Index{params.n_clusters} - 1, x_.cols());
    leaves_.resize(1);
    if (auto rows = cluster::rows_with_weight(data)) {
      leaves_[0].rows = std::move(*rows);
    } else {
      leaves_[0].rows.resize(static_cast<std::size_t>(x_.rows()));
      std::iota(leaves_[0].rows.begin(), leaves_[0].rows.end(), Index{0});
    }
    const cluster::Points all = points(0);
    const cluster::PointSurvey survey = cluster::survey(all, context);
    const cluster::KMeansResult one = cluster::run_k_means(
        {who, KMeansAlgorithm::lloyd, params.max_iter, 0}, all, survey, survey.mean, context);
    cuts.centers.row(0) = one.centers;
    measure(0, one.inertia);
  }

  void run() {
    while (static_cast<Index>(cuts.left.size()) < cuts.centers.rows()) {
      context_.check_stop(who);
      cut(next());
      report.loss_curve.push_back(inertia());
      if (context_.progress)
        context_.progress({"cuts", (cuts.size() - 1) / 2, Index{params_.n_clusters} - 1});
    }
  }

  double inertia() const {
    double sum = 0;
    for (const Index leaf : cuts.leaves()) sum += leaves_[static_cast<std::size_t>(leaf)].inertia;
    return sum;
  }
  /// The rows of a leaf.
  const std::vector<Index>& rows(Index node) const {
    return leaves_[static_cast<std::size_t>(node)].rows;
  }

  Cuts cuts;
  FitReport report;

 private:
  cluster::Points points(std::size_t node) const { return {x_, weights_, &leaves_[node].rows}; }

  void measure(std::size_t node, double inertia) {
    Leaf& leaf = leaves_[node];
    const cluster::Points own = points(node);
    leaf.inertia = inertia;
    leaf.weight = 0;
    leaf.all_same = true;
    for (Index i = 0; i < own.size(); ++i) {
      leaf.weight += own.weight(i);
      leaf.all_same = leaf.all_same && std::equal(own.row(i), own.row(i) + x_.cols(), own.row(0));
    }
  }

  std::size_t next() const {
    const bool by_inertia = params_.bisecting_strategy == BisectingStrategy::biggest_inertia;
    std::size_t best = leaves_.size();
    double most = 0;
    for (const Index node : cuts.leaves()) {
      const auto at = static_cast<std::size_t>(node);
      const Leaf& leaf = leaves_[at];
      const double size = by_inertia ? leaf.inertia : leaf.weight;
      if (leaf.all_same || (best < leaves_.size() && !(size > most))) continue;
      best = at;
      most = size;
    }
    if (best == leaves_.size()) throw_too_few();
    return best;
  }

  [[noreturn]] void throw_too_few() const {
    std::vector<Index> rows;
    for (const Index leaf : cuts.leaves())
      rows.insert(rows.end(), this->rows(leaf).begin(), this->rows(leaf).end());
    cluster::throw_too_few(who, {x_, weights_, &rows}, params_.n_clusters);
  }

  cluster::KMeansResult best_cut(const cluster::Points& own) {
    const cluster::PointSurvey survey = cluster::survey(own, context_);
    const cluster::KMeansRun options{who, KMeansAlgorithm::automatic, params_.max_iter,
                                     params_.tol * survey.mean_variance};
    const Rng rng = Rng(params_.seed).split(static_cast<std::uint64_t>(cuts.size()));
    cluster::KMeansResult best;
    for (int run = 0; run < params_.n_init; ++run) {
      Matrix start = cluster::draw_centers(who, own, 2, params_.init, survey.largest_value,
                                           rng.split(static_cast<std::uint64_t>(run)), context_);
      cluster::KMeansResult result =
          cluster::run_k_means(options, own, survey, std::move(start), context_);
      if (run == 0 || result.inertia < best.inertia) best = std::move(result);
    }
    return best;
  }

  void cut(std::size_t node) {
    const cluster::Points own = points(node);
    const cluster::KMeansResult result = best_cut(own);
    report.iterations += static_cast<Index>(result.loss_curve.size());
    if (!result.converged) {
      report.converged = false;
      report.warnings.push_back(concat("BisectingKMeans: cut ", (cuts.size() + 1) / 2,
                                       " did not converge in ", params_.max_iter,
                                       " iterations; raise max_iter"));
    }
    const auto child = leaves_.size();
    std::array<Leaf, 2> parts;
    std::array<double, 2> inertia{};
    for (Index i = 0; i < own.size(); ++i) {
      const auto side = static_cast<std::size_t>(result.labels[static_cast<std::size_t>(i)]);
      parts[side].rows.push_back(own.source(i));
      inertia[side] +=
          own.weight(i) *
          cluster::squared_distance(own.row(i), result.centers.row(static_cast<Index>(side)).data(),
                                    own.dimension());
    }
    leaves_[node] = Leaf();
    cuts.left[node] = static_cast<int>(child);
    for (std::size_t side = 0; side < 2; ++side) {
      cuts.left.push_back(0);
      cuts.centers.row(cuts.size() - 1) = result.centers.row(static_cast<Index>(side));
      leaves_.push_back(std::move(parts[side]));
      measure(child + side, inertia[side]);
    }
  }

  const BisectingKMeansParams& params_;
  MatrixMap x_;
  const Vector* weights_;
  const Context& context_;
  std::vector<Leaf> leaves_;  // one per node; only leaves hold rows
};

Matrix leaf_centers(const Cuts& cuts) {
  const std::vector<Index> leaves = cuts.leaves();
  Matrix centers(static_cast<Index>(leaves.size()), cuts.centers.cols());
  for (std::size_t i = 0; i < leaves.size(); ++i)
    centers.row(static_cast<Index>(i)) = cuts.centers.row(leaves[i]);
  return centers;
}

}  // namespace

struct BisectingKMeans::State {
  TrainedOn trained_on;
  FitReport report;
  Cuts cuts;
  Matrix centers;  // of the leaves
  Labels labels;
  double inertia = 0;
};

BisectingKMeans& BisectingKMeans::fit(const Dataset& data, const Context& context) {
  BisectingKMeansParams::schema().check(params_, who);
  check_fit_data(who, data, TargetKind::none, capabilities);
  const FitScope scope(context);
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn(data);
  const double largest =
      cluster::check_magnitude(who, data.x(), state->trained_on.columns, scope.context());
  Bisection bisection(params_, data, scope.context());
  bisection.run();
  state->inertia = bisection.inertia();
  state->labels = Labels::Constant(data.n_rows(), -1);
  const std::vector<Index> leaves = bisection.cuts.leaves();
  for (std::size_t label = 0; label < leaves.size(); ++label)
    for (const Index row : bisection.rows(leaves[label]))
      state->labels(row) = static_cast<int>(label);
  state->cuts = std::move(bisection.cuts);
  state->centers = leaf_centers(state->cuts);
  if (state->labels.minCoeff() < 0)  // rows of weight 0
    state->labels = descend(data.x(), state->cuts, largest, scope.context());
  state->report = scope.finish(std::move(bisection.report));
  state_ = std::move(state);
  return *this;
}

BisectingKMeans& BisectingKMeans::fit(const MatrixView& x, const Context& context) {
  return fit(Dataset::borrow(x), context);
}

Labels BisectingKMeans::predict(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  const double largest = cluster::check_magnitude(who, x, state.trained_on.columns, context);
  return descend(x, state.cuts, largest, context);
}

Matrix BisectingKMeans::transform(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  return cluster::FittedCenters{type_name, state.trained_on, state.centers}.transform(x, context);
}

const Labels& BisectingKMeans::labels() const { return fitted(state_, type_name).labels; }
const Matrix& BisectingKMeans::cluster_centers() const { return fitted(state_, type_name).centers; }
double BisectingKMeans::inertia() const { return fitted(state_, type_name).inertia; }
const TrainedOn& BisectingKMeans::trained_on() const {
  return fitted(state_, type_name).trained_on;
}
const FitReport& BisectingKMeans::report() const { return fitted(state_, type_name).report; }

Value BisectingKMeans::save_state() const {
  const State& state = fitted(state_, type_name);
  return Value::Map{{"trained_on", state.trained_on.to_value()},
                    {"report", report_to_value(state.report)},
                    {"left", Value::Integers(state.cuts.left.begin(), state.cuts.left.end())},
                    {"node_centers", Value(state.cuts.centers)},
                    {"n_rows", state.labels.size()},
                    {"labels", Value(state.labels)},
                    {"inertia", state.inertia}};
}

BisectingKMeans BisectingKMeans::load_state(const BisectingKMeansParams& params,
                                            const StateReader& reader) {
  BisectingKMeansParams::schema().check(params, type_name);
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn::from_value(reader.at("trained_on"));
  state->report = report_from_value(reader.at("report"));
  const Index n_nodes = 2 * Index{params.n_clusters} - 1;
  const std::vector<std::int64_t> left = reader.integers("left", n_nodes, 0, n_nodes - 1);
  // Nodes were made in pairs, each below a node that was there before: every pair has one parent.
  std::vector<char> taken(left.size(), 0);
  for (std::size_t node = 0; node < left.size(); ++node) {
    const auto child = static_cast<std::size_t>(left[node]);
    state->cuts.left.push_back(static_cast<int>(child));
    if (child == 0) continue;
    if (child <= node || child % 2 == 0 || taken[child] != 0) reader.fail("has no tree of cuts");
    taken[child] = 1;
  }
  for (std::size_t node = 1; node < left.size(); node += 2)
    if (taken[node] == 0) reader.fail("has no tree of cuts");
  state->cuts.centers = reader.matrix("node_centers", n_nodes, state->trained_on.n_columns());
  if (!(state->cuts.centers.cwiseAbs().maxCoeff() <= cluster::largest_value))
    reader.fail("has a centre beyond 1e140");
  state->centers = leaf_centers(state->cuts);
  const Index n = reader.integer("n_rows", 1, std::numeric_limits<std::int32_t>::max());
  state->labels = reader.labels("labels", n, 0, params.n_clusters - 1);
  state->inertia = reader.real("inertia");
  if (state->inertia < 0) reader.fail("has a negative inertia");
  BisectingKMeans model(params);
  model.state_ = std::move(state);
  return model;
}

}  // namespace grove
