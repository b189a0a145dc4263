#include "tree/predictor.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"

namespace grove {

namespace {

constexpr Index rows_a_block = 16 * mask_rows;
/// Fewer rows are walked one by one, several trees at a time.
constexpr Index few_rows = 8;

PredictEngine fastest_here() {
  for (const PredictEngine engine : {PredictEngine::masks_avx512, PredictEngine::masks_avx2})
    if (runs_here(engine)) return engine;
  return PredictEngine::masks_baseline;
}

MaskEngine mask_engine_of(PredictEngine engine) {
#if defined(__x86_64__)
  if (engine == PredictEngine::masks_avx512) return avx512::mask_engine();
  if (engine == PredictEngine::masks_avx2) return avx2::mask_engine();
#endif
  return baseline::mask_engine();
}

MaskRows group_of(const MatrixView& x, Index begin, Index end) {
  return {x.data() + begin * x.outerStride(), x.outerStride(),
          static_cast<int>(std::min<Index>(mask_rows, end - begin))};
}

}  // namespace

bool runs_here(PredictEngine engine) {
#if defined(__x86_64__)
  if (engine == PredictEngine::masks_avx512)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw");
  if (engine == PredictEngine::masks_avx2) return __builtin_cpu_supports("avx2");
#endif
  return engine != PredictEngine::masks_avx512 && engine != PredictEngine::masks_avx2;
}

/// What a group of rows is worked on with.
struct Predictor::Room {
  std::vector<double> scores = {};      // [output][row]
  std::vector<double> prepared = {};    // [row][slot], for the walk; empty if not made yet
  std::vector<std::int8_t> codes = {};  // [column][row]
  std::int32_t coded = -1;              // the masks that the codes are for
};

Predictor::Predictor(const TreeEnsemble& ensemble, Index n_columns)
    : base_(ensemble.base),
      n_columns_(n_columns),
      trees_a_round_(ensemble.trees_a_round()),
      walk_(ensemble) {
  MaskCompiler compiler;
  for (Index t = 0; t < n_trees(); ++t) {
    const Tree& tree = ensemble.trees[static_cast<std::size_t>(t)];
    Part part{t, t + 1};
    if (fits_masks(tree)) {
      const auto output = static_cast<std::int32_t>(t % trees_a_round_);
      if (!compiler.add(tree, output)) {
        masks_.push_back(compiler.compile());
        compiler = {};
        compiler.add(tree, output);
      }
      part.masks = static_cast<std::int32_t>(masks_.size());
      part.first_in_masks = compiler.n_trees() - 1;
    }
    if (!parts_.empty() && parts_.back().masks == part.masks)
      ++parts_.back().end;
    else
      parts_.push_back(part);
  }
  if (compiler.n_trees() > 0) masks_.push_back(compiler.compile());
}

void Predictor::check(const MatrixView& x) const {
  if (x.cols() != n_columns_)
    throw InvalidData(concat("the trees expect ", n_columns_, " columns, got ", x.cols(), " in x"));
}

Matrix Predictor::scores(const MatrixView& x, const Context& context, Index n_rounds,
                         PredictEngine engine) const {
  Matrix scores = base_.transpose().replicate(x.rows(), 1);
  add_scores(x, scores, context, 0, std::min(n_rounds, this->n_rounds()) * trees_a_round_, engine);
  return scores;
}

void Predictor::add_scores(const MatrixView& x, Matrix& scores, const Context& context, Index first,
                           Index end, PredictEngine engine) const {
  check(x);
  if (x.rows() < few_rows && engine == PredictEngine::fastest) {
    for (Index i = 0; i < x.rows(); ++i)
      walk_.add_row(x.data() + i * x.outerStride(), first, end, &scores(i, 0));
  } else {
    if (engine == PredictEngine::fastest) engine = fastest_here();
    parallel_for(context, x.rows(), rows_a_block, [&](Index from, Index to) {
      Room room;
      for (Index i = from; i < to; i += mask_rows) {
        const MaskRows rows = group_of(x, i, to);
        auto here = scores.middleRows(i, rows.n);
        room.scores.assign(static_cast<std::size_t>(n_outputs() * mask_rows), 0);
        Eigen::Map<Eigen::MatrixXd> kept(room.scores.data(), mask_rows, n_outputs());
        kept.topRows(rows.n) = here;
        add_group(rows, first, end, engine, room);
        here = kept.topRows(rows.n);
      }
    });
  }
  context.count(work::row_tree_visits, static_cast<std::uint64_t>(x.rows() * (end - first)));
}

void Predictor::prepare(const MaskRows& rows, Room& room) const {
  room.prepared.resize(static_cast<std::size_t>(walk_.n_slots() * rows.n));
  if (walk_.n_slots() == 0) return;
  for (Index i = 0; i < rows.n; ++i)
    walk_.prepare(rows.x + i * rows.stride, room.prepared.data() + i * walk_.n_slots());
}

void Predictor::add_group(const MaskRows& rows, Index first, Index end, PredictEngine engine,
                          Room& room) const {
  const MaskEngine by_masks = mask_engine_of(engine);
  room.coded = -1;
  room.prepared.clear();
  for (const Part& part : parts_) {
    const Index from = std::max(part.first, first);
    const Index to = std::min(part.end, end);
    if (from >= to) continue;
    if (part.masks < 0 || engine == PredictEngine::walk) {
      if (room.prepared.empty()) prepare(rows, room);
      for (Index t = from; t < to; ++t)
        walk_.add_tree(t, rows.x, rows.stride, room.prepared.data(), rows.n, room.scores.data(),
                       mask_rows);
      continue;
    }
    const MaskTrees& masks = masks_[static_cast<std::size_t>(part.masks)];
    if (room.coded != part.masks) {
      room.codes.resize(static_cast<std::size_t>(masks.n_columns) * mask_rows);
      by_masks.encode(masks.view(), rows, room.codes.data());
      room.coded = part.masks;
    }
    const auto place = [&](Index t) {
      return static_cast<int>(part.first_in_masks + t - part.first);
    };
    by_masks.add(masks.view(), room.codes.data(), place(from), place(to), room.scores.data());
  }
}

void Predictor::score_row(const double* row, double* out) const noexcept {
  for (Index k = 0; k < n_outputs(); ++k) out[k] = base_(k);
  walk_.add_row(row, 0, n_trees(), out);
}

LeafMatrix Predictor::leaves(const MatrixView& x, const Context& context) const {
  check(x);
  LeafMatrix found(x.rows(), n_trees());
  parallel_for(context, x.rows(), rows_a_block, [&](Index from, Index to) {
    Room room;
    for (Index i = from; i < to; i += mask_rows) {
      const MaskRows rows = group_of(x, i, to);
      prepare(rows, room);
      for (Index t = 0; t < n_trees(); ++t)
        walk_.find_leaves(t, rows.x, rows.stride, room.prepared.data(), rows.n,
                          found.data() + i * n_trees() + t, n_trees());
    }
  });
  return found;
}

}  // namespace grove
