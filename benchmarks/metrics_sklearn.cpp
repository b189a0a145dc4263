// Times metrics on one thread. metrics_sklearn.py writes the data, runs this program and
// scikit-learn side by side, and prints both: python3 benchmarks/metrics_sklearn.py PROGRAM
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "grove/core/error.hpp"
#include "grove/metrics/classification.hpp"
#include "grove/metrics/clustering.hpp"
#include "grove/metrics/probability.hpp"
#include "grove/metrics/ranking.hpp"
#include "grove/metrics/regression.hpp"

namespace {

using namespace grove;

template <class V>
V read(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) throw InvalidData("cannot read " + path);
  const auto bytes = static_cast<std::size_t>(file.tellg());
  V values(static_cast<Index>(bytes / sizeof(typename V::Scalar)));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(bytes));
  return values;
}

/// Prints "name best-of-7-seconds value".
void time(const char* name, const std::function<double()>& metric) {
  double best = std::numeric_limits<double>::infinity();
  double value = 0;
  for (int run = 0; run < 7; ++run) {
    const auto start = std::chrono::steady_clock::now();
    value = metric();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count());
  }
  std::printf("%s %.9f %.17g\n", name, best, value);
}

void run(const std::string& folder) {
  using namespace grove::metrics;
  const auto y = read<Labels>(folder + "/y");
  const auto predicted = read<Labels>(folder + "/predicted");
  const auto p = read<Vector>(folder + "/p");
  const auto rounded = read<Vector>(folder + "/rounded");
  const auto w = read<Vector>(folder + "/weights");
  const auto groups = read<Labels>(folder + "/groups");
  const auto found = read<Labels>(folder + "/found");
  const auto flat = read<Vector>(folder + "/proba");
  const auto x_flat = read<Vector>(folder + "/x");
  const Matrix proba = Eigen::Map<const Matrix>(flat.data(), flat.size() / 4, 4);
  const Matrix x = Eigen::Map<const Matrix>(x_flat.data(), x_flat.size() / 8, 8);
  const Labels few = groups.head(x.rows());
  time("accuracy", [&] { return accuracy(y, predicted); });
  time("accuracy_weighted", [&] { return accuracy(y, predicted, w); });
  time("f1_macro", [&] { return f1(groups, found, {.average = Average::macro}); });
  time("mcc", [&] { return matthews_corrcoef(groups, found); });
  time("log_loss", [&] { return log_loss(y, p); });
  time("log_loss_4_classes", [&] { return log_loss(groups, proba); });
  time("brier", [&] { return brier_score(y, p); });
  time("roc_auc", [&] { return roc_auc(y, p); });
  time("roc_auc_ties", [&] { return roc_auc(y, rounded); });
  time("roc_auc_weighted", [&] { return roc_auc(y, p, {}, w); });
  time("roc_auc_ovr_4_classes", [&] { return roc_auc(groups, proba); });
  time("average_precision", [&] { return average_precision(y, p); });
  time("mse", [&] { return mean_squared_error(p, rounded); });
  time("r2", [&] { return r2(p, rounded); });
  time("median_ae", [&] { return median_absolute_error(p, rounded); });
  time("adjusted_rand", [&] { return adjusted_rand(groups, found); });
  time("silhouette_5000", [&] { return silhouette(x, few, {.threads = 1}); });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: metrics_sklearn FOLDER (see metrics_sklearn.py)\n");
    return 2;
  }
  try {
    run(argv[1]);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "metrics_sklearn: error: %s\n", e.what());
    return 1;
  }
}
