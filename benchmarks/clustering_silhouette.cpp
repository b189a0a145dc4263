// Mean silhouette (or DBCV) of labelled points as JSON: value, seconds, seconds of all threads and
// peak memory above the points. clustering_silhouette.py runs it beside scikit-learn.
#include <chrono>
#include <ctime>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "core/memory_meter.hpp"
#include "grove/data/read_data.hpp"
#include "grove/metrics/table.hpp"

int main(int argc, char** argv) {
  using namespace grove;
  if (argc != 5) {
    std::cerr << "usage: clustering_silhouette METRIC POINTS.npy LABELS THREADS\n"
                 "LABELS: one 32-bit integer for each point.\n";
    return 2;
  }
  try {
    const Dataset data = read_data(argv[2], {}).without_target();
    Labels labels(data.n_rows());
    std::ifstream(argv[3], std::ios::binary)
        .read(reinterpret_cast<char*>(labels.data()),
              static_cast<std::streamsize>(labels.size() * sizeof(int)));
    const metrics::MetricInfo& metric = metrics::find_metric(argv[1]);
    const Context context{.threads = std::stoi(argv[4])};
    const MatrixView x = data.x();
    const MemoryMeter memory;
    const std::clock_t cpu = std::clock();
    const auto start = std::chrono::steady_clock::now();
    const double value = metric({.y_pred = &labels, .x = &x, .context = &context});
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    std::cout << nlohmann::ordered_json{{"value", value},
                                        {"seconds", seconds.count()},
                                        {"cpu_seconds",
                                         static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC},
                                        {"peak_bytes", memory.peak_bytes()}}
              << '\n';
  } catch (const std::exception& error) {
    std::cerr << "clustering_silhouette: " << error.what() << '\n';
    return 1;
  }
}
