// How often do tests claim a difference between two models that are equally good?
// Two nearest-neighbour classifiers each see half of the columns, and the halves are drawn alike,
// so that over draws of the data neither is better. Every run draws new data, gives both the same
// folds of 10x10 cross-validation and asks each test at level 5 %. Also 5x2 folds for Alpaydin's F.
//   comparison_type_i_error [runs=1500] [rows=200] [threads=0]
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "grove/grove.hpp"

using namespace grove;

namespace {

constexpr Index columns_each = 5;

struct OnColumns {
  Index begin = 0;
  KNeighborsClassifier model{KNeighborsParams{.n_neighbors = 1}};
  void fit(const Dataset& data) {
    model.fit(data.x().middleCols(begin, columns_each), data.labels(), {.threads = 1});
  }
  Labels predict(MatrixView x) const {
    return model.predict(x.middleCols(begin, columns_each), {.threads = 1});
  }
};

Dataset draw(Rng rng, Index n_rows) {
  Labels y(n_rows);
  Matrix x(n_rows, 2 * columns_each);
  for (Index i = 0; i < n_rows; ++i) {
    y(i) = static_cast<int>(i % 2);
    for (Index j = 0; j < x.cols(); ++j) x(i, j) = rng.normal() + 0.4 * y(i);
  }
  return Dataset(x, y);
}

Vector differences(const Dataset& data, const Splitter& cv) {
  const CrossValidateOptions options{.cv = cv, .metrics = {"accuracy"}};
  const Context one_thread{.threads = 1};
  return cross_validate(OnColumns{0}, data, options, one_thread).scores("accuracy") -
         cross_validate(OnColumns{columns_each}, data, options, one_thread).scores("accuracy");
}

struct Counts {
  std::array<Index, 5> rejected{};
  double difference = 0;
};

Counts one_run(Index run, Index n_rows) {
  const auto seed = static_cast<std::uint64_t>(run);
  const Dataset data = draw(Rng(2026).split(seed), n_rows);
  const Vector d =
      differences(data, RepeatedStratifiedKFold{.n_splits = 10, .n_repeats = 10, .seed = seed});
  const Vector halves =
      differences(data, RepeatedStratifiedKFold{.n_splits = 2, .n_repeats = 5, .seed = seed});
  const Matrix five_by_two = halves.reshaped<Eigen::RowMajor>(5, 2);
  const std::array<double, 5> p{
      statistics::paired_t(d).p_value, statistics::wilcoxon_signed_rank(d).p_value,
      statistics::paired_t(d.head(10)).p_value, statistics::corrected_cv_t(d, 10).p_value,
      statistics::five_by_two_cv_f(five_by_two).p_value};
  Counts counts;
  for (std::size_t i = 0; i < p.size(); ++i) counts.rejected[i] = p[i] <= 0.05 ? 1 : 0;
  counts.difference = d.mean();
  return counts;
}

}  // namespace

int main(int argc, char** argv) {
  const Index n_runs = argc > 1 ? std::atol(argv[1]) : 1500;
  const Index n_rows = argc > 2 ? std::atol(argv[2]) : 200;
  const Context context{.threads = argc > 3 ? std::atoi(argv[3]) : 0};
  const Counts total = parallel_reduce(
      context, n_runs, 1, Counts{}, [&](Index run, Index) { return one_run(run, n_rows); },
      [](Counts& sum, const Counts& part) {
        for (std::size_t i = 0; i < sum.rejected.size(); ++i) sum.rejected[i] += part.rejected[i];
        sum.difference += part.difference;
      });
  const std::array<const char*, 5> names{"plain paired t, 10x10 folds", "Wilcoxon, 10x10 folds",
                                         "plain paired t, 10 folds",
                                         "corrected resampled t, 10x10 folds", "5x2cv F"};
  std::printf("%ld runs, %ld rows; mean difference %.5f\nrejected at 5 %%:\n", n_runs, n_rows,
              total.difference / static_cast<double>(n_runs));
  for (std::size_t i = 0; i < names.size(); ++i)
    std::printf("  %-36s %6.2f %%\n", names[i],
                100.0 * static_cast<double>(total.rejected[i]) / static_cast<double>(n_runs));
  return 0;
}
