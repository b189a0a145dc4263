// How often do tests claim a difference between two models that are equally good?
// Two copies of a learner each see half of the columns, and the halves are drawn alike, so that
// over draws of the data neither is better. Every run draws new data, gives both the same folds of
// 10x10 cross-validation and asks each test at level 5 %. Also 5x2 folds for Alpaydin's F.
//   comparison_type_i_error [runs=1500] [rows=200] [threads=0]
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "grove/grove.hpp"

using namespace grove;

namespace {

constexpr Index columns_each = 5;

template <class Model>
struct OnColumns {
  Model model;
  Index begin = 0;
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

template <class Model>
Vector differences(const Model& model, const Dataset& data, const Splitter& cv) {
  const CrossValidateOptions options{.cv = cv, .metrics = {"accuracy"}};
  const Context one_thread{.threads = 1};
  return cross_validate(OnColumns<Model>{model, 0}, data, options, one_thread).scores("accuracy") -
         cross_validate(OnColumns<Model>{model, columns_each}, data, options, one_thread)
             .scores("accuracy");
}

struct Counts {
  std::array<Index, 5> rejected{};
  double difference = 0;
};

template <class Model>
Counts one_run(const Model& model, Index run, Index n_rows) {
  const auto seed = static_cast<std::uint64_t>(run);
  const Dataset data = draw(Rng(2026).split(seed), n_rows);
  const Vector d = differences(
      model, data, RepeatedStratifiedKFold{.n_splits = 10, .n_repeats = 10, .seed = seed});
  const Vector halves = differences(
      model, data, RepeatedStratifiedKFold{.n_splits = 2, .n_repeats = 5, .seed = seed});
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

template <class Model>
void simulate(const char* name, const Model& model, Index n_runs, Index n_rows,
              const Context& context) {
  const Counts total = parallel_reduce(
      context, n_runs, 1, Counts{}, [&](Index run, Index) { return one_run(model, run, n_rows); },
      [](Counts& sum, const Counts& part) {
        for (std::size_t i = 0; i < sum.rejected.size(); ++i) sum.rejected[i] += part.rejected[i];
        sum.difference += part.difference;
      });
  const auto runs = static_cast<double>(n_runs);
  std::printf("%-22s", name);
  for (const Index count : total.rejected)
    std::printf("%12.2f", 100 * static_cast<double>(count) / runs);
  std::printf("%14.5f\n", total.difference / runs);
}

}  // namespace

int main(int argc, char** argv) {
  const Index n_runs = argc > 1 ? std::atol(argv[1]) : 1500;
  const Index n_rows = argc > 2 ? std::atol(argv[2]) : 200;
  const Context context{.threads = argc > 3 ? std::atoi(argv[3]) : 0};
  std::printf("%ld runs, %ld rows; percent rejected at level 5 %%\n", n_runs, n_rows);
  std::printf("%-22s%12s%12s%12s%12s%12s%14s\n", "learner", "t 10x10", "Wilc. 10x10", "t 10",
              "corrected t", "5x2cv F", "mean of a-b");
  simulate("Gaussian naive Bayes", GaussianNB(), n_runs, n_rows, context);
  simulate("15 neighbours", KNeighborsClassifier({.n_neighbors = 15}), n_runs, n_rows, context);
  simulate("1 neighbour", KNeighborsClassifier({.n_neighbors = 1}), n_runs, n_rows, context);
  return 0;
}
