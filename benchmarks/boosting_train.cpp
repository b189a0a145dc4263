// Fits one model and prints as JSON: seconds of the fit (and of all its threads), peak memory above
// the data, scores on rows held out, and a hash of the model. boosting_peers.py runs it beside the
// peers.
#include <chrono>
#include <ctime>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "core/memory_meter.hpp"
#include "core/sha256.hpp"
#include "grove/core/error.hpp"
#include "grove/data/read_data.hpp"
#include "grove/data/standard_datasets.hpp"
#include "grove/model_selection/scorer.hpp"
#include "grove/registry/archive.hpp"
#include "grove/registry/registry.hpp"

namespace {

using namespace grove;
using Clock = std::chrono::steady_clock;

constexpr const char* usage =
    "usage: boosting_train TRAIN.npy TEST.npy MODEL THREADS [CATEGORICAL]\n"
    "       boosting_train DATASET - MODEL THREADS\n"
    "The last column of the files is the target; CATEGORICAL names columns as in c0,c3. Of a\n"
    "bundled set the rows 0, 5, 10, ... are held out.\n";

struct Parts {
  Dataset train;
  Dataset test;
};

Parts read_parts(const std::string& train, const std::string& test, EstimatorKind kind,
                 const std::string& categorical) {
  if (test == "-") {
    const Dataset all = datasets::load(train);
    std::vector<Index> kept, held_out;
    for (Index i = 0; i < all.n_rows(); ++i) (i % 5 == 0 ? held_out : kept).push_back(i);
    return {all.take(kept), all.take(held_out)};
  }
  ReadOptions options{
      .last_column_is_target = true,
      .task = kind == EstimatorKind::classifier ? Task::classification : Task::regression};
  std::istringstream names(categorical);
  for (std::string name; std::getline(names, name, ',');) options.categorical.push_back(name);
  return {read_data(train, options), read_data(test, options)};
}

std::vector<Scorer> scorers_for(const Dataset& data) {
  if (data.has_target()) return {"rmse"};
  return {"log_loss", "accuracy", "roc_auc"};
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

nlohmann::ordered_json run(Estimator model, const Parts& parts, const Context& context) {
  nlohmann::ordered_json out{{"model", model.expression()}, {"threads", context.threads}};
  {
    const MemoryMeter memory;
    const std::clock_t cpu = std::clock();
    const Clock::time_point start = Clock::now();
    model.fit(parts.train, context);
    out["fit_seconds"] = seconds_since(start);
    out["cpu_seconds"] = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
    out["peak_bytes"] = memory.peak_bytes();
  }
  const std::vector<Scorer> scorers = scorers_for(parts.train);
  const Clock::time_point start = Clock::now();
  const PredictionSet predictions = predictions_for(model, parts.test, scorers, context);
  out["predict_seconds"] = seconds_since(start);
  const std::vector<double> scores = scores_of(predictions, parts.test, scorers, context);
  for (std::size_t i = 0; i < scores.size(); ++i) out["scores"][scorers[i].name()] = scores[i];
  out["model_sha256"] = sha256_hex(to_bytes(model));
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5 && argc != 6) {
    std::cerr << usage;
    return 2;
  }
  try {
    const Estimator model = parse_model(argv[3]);
    const Parts parts = read_parts(argv[1], argv[2], model.kind(), argc == 6 ? argv[5] : "");
    std::cout << run(model, parts, {.threads = std::stoi(argv[4])}).dump() << "\n";
  } catch (const std::exception& error) {
    std::cerr << "boosting_train: error: " << error.what() << "\n";
    return 1;
  }
}
