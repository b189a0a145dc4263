// Times read_csv. read_csv_pandas.py writes the files, runs this program and pandas side by side,
// and prints both: python3 benchmarks/read_csv_pandas.py PROGRAM
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <string>

#include "grove/core/error.hpp"
#include "grove/data/csv.hpp"

namespace {

using namespace grove;

/// The process's own peak: getrusage would count what its parent used before it began.
double peak_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kilobytes = 0;
    if (word == "VmHWM:" && status >> kilobytes) return 1024 * kilobytes;
  }
  throw InvalidData("/proc/self/status does not say VmHWM");
}

/// Prints the best of 5 times in seconds, the peak memory of the first, and the bytes of x.
void run(const char* path, int threads) {
  Context context;
  context.threads = threads;
  const double before = peak_bytes();
  double peak = 0;
  double held = 0;
  double best = std::numeric_limits<double>::infinity();
  for (int turn = 0; turn < 5; ++turn) {
    const auto start = std::chrono::steady_clock::now();
    const Dataset data = read_csv(path, {}, context);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count());
    if (turn == 0) peak = peak_bytes() - before;
    held = 8.0 * static_cast<double>(data.x().size());
  }
  std::printf("%.9f %.0f %.0f\n", best, peak, held);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: read_csv_pandas FILE THREADS (see read_csv_pandas.py)\n");
    return 2;
  }
  try {
    run(argv[1], std::atoi(argv[2]));
  } catch (const std::exception& e) {
    std::fprintf(stderr, "read_csv_pandas: error: %s\n", e.what());
    return 1;
  }
}
