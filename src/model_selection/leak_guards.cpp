#include "grove/model_selection/leak_guards.hpp"

#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove {

std::span<const LeakGuard> leak_guards() {
  static constexpr LeakGuard table[] = {
      {"G-LEAK-01", "preprocessing fitted before the split",
       "A transformer saw rows on which the model is tested, so the test is not of new data.",
       "Put the transformer into the pipeline: 'StandardScaler() | MODEL'."},
      {"G-LEAK-02", "features selected before the split",
       "Columns were chosen or made with the targets of rows on which the model is tested. On pure "
       "noise this alone turns 50 % right into more than 80 %.",
       "Put the selection into the pipeline: 'SelectKBest(k=20) | MODEL'."},
      {"G-LEAK-03", "early stopping on the test fold",
       "The rows that say when to stop are rows on which the model is tested. The fit is refused.",
       "Leave the validation set out: early_stopping=true holds out training rows by itself."},
      {"G-LEAK-04", "different folds",
       "The contenders were not tested on the same rows of the same data, so their scores do not "
       "pair. The comparison is refused.",
       "Run them in one `compare`, or on the same folds: --cv file:FOLDS.csv."},
      {"G-LEAK-05", "tuned against untuned",
       "Some contenders were tuned and others, which have something to tune, were not, or with "
       "another budget. What is measured is the tuning.",
       "Give all the same budget, as in --tune random:20, and leave a parameter of each to the "
       "search."},
      {"G-LEAK-06", "duplicate rows across folds",
       "Test rows have an equal row with the same target among the training rows: a model that "
       "remembers is right about them without having learnt anything.",
       "Drop the duplicates, or give the copies one group: --groups COL --cv group:5."},
      {"G-LEAK-07", "groups on both sides of a fold",
       "Rows that belong together (one patient, one customer) are trained and tested on, so a "
       "model can recognise the group instead of the class.",
       "Keep them together: --cv group:5, GroupKFold or StratifiedGroupKFold."},
      {"G-LEAK-08", "trained on the future",
       "Rows are tested with a model that was trained on later ones, which nobody has when it "
       "counts.",
       "Sort the rows by time and test on what follows: --cv time:5, TimeSeriesSplit."},
      {"G-LEAK-09", "failures left out",
       "Scores are missing: of folds, or of contenders on some of the data sets. What remains is a "
       "selection. The comparison is refused.",
       "Give every fold of every contender; a failed one counts, and comes last."},
      {"G-LEAK-10", "seeds as contenders",
       "Contenders differ in the seed alone. The best of several draws is better than the method.",
       "Enter the method once; for the spread of its seeds repeat the folds: --repeats 5."},
      {"G-LEAK-11", "another metric, another winner",
       "The metric that decides was chosen, and another one would have another winner; or it is "
       "not the one that was planned.",
       "Fix the metric before the first run, and show the others beside it."},
      {"G-LEAK-12", "tuned on the test rows",
       "The parameters were chosen by a search that saw the rows on which the model is tested.",
       "Tune inside the folds: --tune random:20, TunedModel; or search on other rows."},
      {"G-LEAK-13", "fitted on the test fold",
       "A fit inside a fold was given rows on which the fold tests. It is refused.",
       "An estimator may use the training rows that its fit is given, and no others."},
  };
  return table;
}

const LeakGuard& leak_guard(std::string_view code) {
  std::vector<std::string> codes;
  for (const LeakGuard& guard : leak_guards()) {
    if (guard.code == code) return guard;
    codes.emplace_back(guard.code);
  }
  throw InvalidParameter(
      concat("there is no leak guard '", printable(code), "'", did_you_mean(code, codes)),
      concat("there are ", join(codes)));
}

std::string to_text(const Finding& finding) {
  for (const LeakGuard& guard : leak_guards())
    if (guard.code == finding.code) return concat(guard.code, " ", guard.title, ": ", finding.text);
  return concat(finding.code, ": ", finding.text);
}

}  // namespace grove
