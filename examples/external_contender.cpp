// Any program can enter a comparison: it gets the very same folds through files. Here the nearest
// neighbour, written in awk. See docs/external_contenders.md for what is exchanged.

#include <grove/grove.hpp>
#include <iostream>

int main() {
  const std::string awk = R"(awk -F, '
    NR == FNR { if (FNR > 1) { for (j = 1; j < NF; ++j) x[n, j] = $j; class[n++] = $NF }; next }
    FNR == 1 { print "prediction"; next }
    { nearest = -1
      for (i = 0; i < n; ++i) {
        sum = 0
        for (j = 1; j <= NF; ++j) sum += (x[i, j] - $j) ^ 2
        if (nearest < 0 || sum < nearest) { nearest = sum; found = class[i] }
      }
      print found }' "$GROVE_TRAIN" "$GROVE_TEST" > "$GROVE_PREDICTIONS")";
  const grove::ExternalModel external({.command = awk, .timeout = 60});

  const grove::Comparison comparison = grove::compare(
      {{"grove 1-NN", grove::KNeighborsClassifier({.n_neighbors = 1})}, {"awk 1-NN", external}},
      {grove::datasets::load("wine"), grove::datasets::load("glass")}, {.n_repeats = 2});
  std::cout << comparison;

  // The same neighbours, so the same predictions on every row of every fold.
  bool same = true;
  for (const grove::DatasetComparison& data : comparison.datasets)
    for (std::size_t repeat = 0; repeat < 2; ++repeat)
      same = same && data.standings[0].result.out_of_fold[repeat].labels ==
                         data.standings[1].result.out_of_fold[repeat].labels;
  std::cout << (same ? "All predictions are equal.\n" : "Some predictions differ.\n");
  return same ? 0 : 1;
}
