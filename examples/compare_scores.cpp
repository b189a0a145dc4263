// Scores that came from anywhere: which method is better, and how sure may one be?
#include <iostream>

#include "grove/grove.hpp"

using namespace grove;

int main() {
  // One row per data set, one column per method: error rates (made up), so lower is better.
  ScoreTable table;
  table.contenders = {"k-NN", "scaled k-NN", "boosting"};
  table.rows = {"iris", "wine", "glass", "sonar", "vehicle", "ionosphere", "zoo", "heart"};
  table.scores.resize(8, 3);
  table.scores << .040, .047, .053,  //
      .292, .045, .028,              //
      .327, .346, .229,              //
      .178, .163, .149,              //
      .352, .301, .240,              //
      .154, .160, .071,              //
      .059, .059, .040,              //
      .337, .174, .189;
  const ScoreComparison comparison =
      compare_scores(table, {.higher_is_better = false, .control = "k-NN", .rope = 0.01});
  std::cout << comparison << "\n";

  // The tests alone.
  const Vector differences = table.scores.col(1) - table.scores.col(2);
  const auto wilcoxon = statistics::wilcoxon_signed_rank(differences);
  std::cout << "scaled k-NN against boosting: R+ " << wilcoxon.r_plus << ", R- " << wilcoxon.r_minus
            << ", exact p " << wilcoxon.p_value << "\n";

  // The folds of one cross-validation are not independent: the corrected test, not the plain one.
  const Dataset data = datasets::load("vehicle");
  const CrossValidateOptions options{
      .cv = RepeatedStratifiedKFold{.n_splits = 5, .n_repeats = 2, .seed = 1}};
  const Pipeline scaled(StandardScaler{}, KNeighborsClassifier());
  const Vector fold_differences =
      cross_validate(scaled, data, options).scores("accuracy") -
      cross_validate(KNeighborsClassifier(), data, options).scores("accuracy");
  std::cout << "scaling on vehicle: p " << statistics::corrected_cv_t(fold_differences, 5).p_value
            << ", and the plain paired t would say "
            << statistics::paired_t(fold_differences).p_value << "\n";
  return 0;
}
