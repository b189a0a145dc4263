// Scores of 100 boosted trees of 31 leaves by every engine, on one thread. See boosting_predict.py.
#include <algorithm>
#include <cstdio>
#include <ctime>

#include "grove/boosting/gradient_boosting.hpp"
#include "grove/data/npy.hpp"
#include "tree/predictor.hpp"

namespace {

using namespace grove;

/// Of the processor, the best run.
template <class F>
double seconds(int runs, F&& f) {
  double best = 1e300;
  for (int run = 0; run < runs; ++run) {
    const std::clock_t start = std::clock();
    f();
    best = std::min(best, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  return best;
}

TreeEnsemble ensemble_of(const GradientBoostingClassifier& model) {
  const Value state = model.save_state();
  const StateReader reader(state);
  TreeEnsemble ensemble;
  ensemble.base = reader.vector("base", 1);
  for (const StateReader& tree : reader.list("trees"))
    ensemble.trees.push_back(tree_from_value(tree, model.trained_on().n_columns()));
  return ensemble;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: boosting_predict TRAIN.npy TEST.npy\n"), 2;
  const Dataset train = read_npy(argv[1], {.last_column_is_target = true});
  const Matrix x = read_npy(argv[2]).x();
  const auto n = static_cast<double>(x.rows());
  GradientBoostingClassifier model;
  model.fit(train);
  const TreeEnsemble ensemble = ensemble_of(model);
  const double compiling = seconds(3, [&] { const Predictor made(ensemble, x.cols()); });
  const Predictor predictor(ensemble, x.cols());
  std::printf("compile %.3g ms\n", 1e3 * compiling);

  const std::pair<const char*, PredictEngine> engines[] = {
      {"walk", PredictEngine::walk},
      {"baseline", PredictEngine::masks_baseline},
      {"avx2", PredictEngine::masks_avx2},
      {"avx512", PredictEngine::masks_avx512}};
  for (const auto& [name, engine] : engines) {
    if (!runs_here(engine)) continue;
    const double time =
        seconds(30, [&] { (void)predictor.scores(x, {.threads = 1}, Predictor::all, engine); });
    std::printf("%s %.0f rows/s\n", name, n / time);
  }
  double sum = 0;
  const double row = seconds(30, [&] {
    for (Index i = 0; i < 20000; ++i) {
      double score = 0;
      predictor.score_row(x.data() + i * x.cols(), &score);
      sum += score;
    }
  });
  std::printf("one_row %.3f us\n", row / 20000 * 1e6);
  std::printf("sum %.17g\n", sum);
}
