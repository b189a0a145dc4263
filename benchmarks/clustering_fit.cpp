// Fits one clusterer and prints as JSON: seconds of the fit (and of all its threads), peak memory
// above the data, clusters, noise and counted work; writes the labels. clustering_peers.py runs it
// beside the peers.
#include <chrono>
#include <ctime>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "core/memory_meter.hpp"
#include "core/sha256.hpp"
#include "grove/cluster/k_means.hpp"
#include "grove/core/error.hpp"
#include "grove/data/read_data.hpp"
#include "grove/registry/archive.hpp"
#include "grove/registry/registry.hpp"

namespace {

using namespace grove;

constexpr const char* usage =
    "usage: clustering_fit DATA.npy MODEL THREADS LABELS [CENTERS.npy]\n"
    "All columns of the file are features. LABELS takes the labels as 32-bit integers. A KMeans "
    "starts from CENTERS, if given.\n";

void fit(Estimator& model, const Dataset& data, const Matrix& centers, const Context& context) {
  if (centers.size() == 0) {
    model.fit(data, context);
    return;
  }
  const auto* held = model.get_if<KMeans>();
  if (held == nullptr) throw InvalidParameter("only KMeans starts from given centres");
  KMeans k_means = *held;
  model = k_means.fit_from(data, centers, context);
}

nlohmann::ordered_json run(Estimator model, const Dataset& data, const Matrix& centers,
                           const std::string& labels_file, const Context& context) {
  nlohmann::ordered_json out{{"model", model.expression()}, {"threads", context.threads}};
  {
    const MemoryMeter memory;
    const std::clock_t cpu = std::clock();
    const auto start = std::chrono::steady_clock::now();
    fit(model, data, centers, context);
    out["fit_seconds"] =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    out["cpu_seconds"] = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
    out["peak_bytes"] = memory.peak_bytes();
  }
  const Labels labels = model.labels();
  out["n_clusters"] = labels.maxCoeff() + 1;
  out["n_noise"] = (labels.array() < 0).count();
  if (const auto inertia = model.inertia()) out["inertia"] = *inertia;
  if (const FitReport* report = model.report()) {
    out["work"] = report->work;
    if (report->iterations > 0) out["iterations"] = report->iterations;
  }
  out["labels_sha256"] = sha256_hex({reinterpret_cast<const char*>(labels.data()),
                                     static_cast<std::size_t>(labels.size()) * sizeof(int)});
  std::ofstream(labels_file, std::ios::binary)
      .write(reinterpret_cast<const char*>(labels.data()),
             static_cast<std::streamsize>(labels.size() * sizeof(int)));
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5 && argc != 6) {
    std::cerr << usage;
    return 2;
  }
  try {
    const Context context{.threads = std::stoi(argv[3])};
    Matrix centers;
    if (argc == 6) centers = read_data(argv[5], {}).x();
    std::cout << run(parse_model(argv[2]), read_data(argv[1], {}).without_target(), centers,
                     argv[4], context)
              << '\n';
  } catch (const std::exception& error) {
    std::cerr << "clustering_fit: " << error.what() << '\n';
    return 1;
  }
}
