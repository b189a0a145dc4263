// How often do tests claim a difference between two models that are equally good?
// Two copies of a learner each see half of the columns, and the halves are drawn alike, so that
// over draws of the data neither is better. Every run draws new data, gives both the same folds of
// 10x10 cross-validation and asks each test at level 5 %. Also 5x2 folds for Alpaydin's F.
// Two designs: in `halves` both halves tell of the class; in `coins` the labels are coin flips, so
// that whatever is learnt is right half of the time.
// `variance`: how much the mean difference really varies from run to run, over how much the
// corrected test supposes. It supposes that two folds are correlated by n_test / n and no more; a
// learner whose verdicts on different rows hang on the same few training rows has more than that.
// Independent verdicts would give 0.83, and 2.9 % rejected; at 1.2 it is 7 %.
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

enum class Design { halves, coins };

Dataset draw(Design design, Rng rng, Index n_rows) {
  const double shift = design == Design::halves ? 0.4 : 0.0;
  Labels y(n_rows);
  Matrix x(n_rows, 2 * columns_each);
  for (Index i = 0; i < n_rows; ++i) {
    y(i) = static_cast<int>(i % 2);
    for (Index j = 0; j < x.cols(); ++j) x(i, j) = rng.normal() + shift * y(i);
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
  double difference = 0, squared_difference = 0;
  double supposed_variance = 0;
};

template <class Model>
Counts one_run(Design design, const Model& model, Index run, Index n_rows) {
  const auto seed = static_cast<std::uint64_t>(run);
  const Dataset data = draw(design, Rng(2026).split(seed), n_rows);
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
  counts.squared_difference = d.mean() * d.mean();
  counts.supposed_variance = (d.array() - d.mean()).square().sum() / 99 * (1.0 / 100 + 1.0 / 9);
  return counts;
}

template <class Model>
void simulate(Design design, const char* name, const Model& model, Index n_runs, Index n_rows,
              const Context& context) {
  const Counts total = parallel_reduce(
      context, n_runs, 1, Counts{},
      [&](Index run, Index) { return one_run(design, model, run, n_rows); },
      [](Counts& sum, const Counts& part) {
        for (std::size_t i = 0; i < sum.rejected.size(); ++i) sum.rejected[i] += part.rejected[i];
        sum.difference += part.difference;
        sum.squared_difference += part.squared_difference;
        sum.supposed_variance += part.supposed_variance;
      });
  const auto runs = static_cast<double>(n_runs);
  std::printf("%-8s%-22s", design == Design::halves ? "halves" : "coins", name);
  for (const Index count : total.rejected)
    std::printf("%12.2f", 100 * static_cast<double>(count) / runs);
  std::printf("%14.5f%10.2f\n", total.difference / runs,
              total.squared_difference / total.supposed_variance);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const Index n_runs = argc > 1 ? std::atol(argv[1]) : 1500;
  const Index n_rows = argc > 2 ? std::atol(argv[2]) : 200;
  const Context context{.threads = argc > 3 ? std::atoi(argv[3]) : 0};
  std::printf("%ld runs, %ld rows; percent rejected at level 5 %%\n", n_runs, n_rows);
  std::printf("%-8s%-22s%12s%12s%12s%12s%12s%14s%10s\n", "design", "learner", "t 10x10",
              "Wilc. 10x10", "t 10", "corrected t", "5x2cv F", "mean of a-b", "variance");
  const auto both = [&](const char* name, const auto& model) {
    simulate(Design::halves, name, model, n_runs, n_rows, context);
    simulate(Design::coins, name, model, n_runs, n_rows, context);
  };
  both("linear discriminant", LinearDiscriminantAnalysis());
  both("Gaussian naive Bayes", GaussianNB());
  both("nearest centroid", NearestCentroid());
  both("15 neighbours", KNeighborsClassifier({.n_neighbors = 15}));
  both("1 neighbour", KNeighborsClassifier({.n_neighbors = 1}));
  both("tree", DecisionTreeClassifier());
  return 0;
}
