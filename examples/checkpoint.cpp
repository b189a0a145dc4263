#include <grove/grove.hpp>
#include <iostream>

// A long comparison that survives an interruption, and whose plan is known before its results.

using namespace grove;

int main() {
  const std::vector<Contender> contenders{
      {"5-NN", KNeighborsClassifier()},
      {"scaled 5-NN", Pipeline(StandardScaler{}, KNeighborsClassifier())},
      {"forest", RandomForestClassifier({.n_estimators = 20})}};
  const std::vector<Dataset> data{datasets::load_iris(), datasets::load_wine()};
  CompareOptions options{.n_repeats = 2, .seed = 1};

  const Plan plan = plan_of(contenders, data, options);
  std::cout << "plan " << plan_sha256(plan).substr(0, 12) << "\n";

  // Publish the hash, then run. Whatever ends the program, the next run goes on from here.
  const Checkpoint checkpoint("comparison.checkpoint", plan);
  checkpoint.attach(options);
  std::cout << checkpoint.n_found() << " of " << checkpoint.n_folds() << " folds are there\n";
  const Comparison first = compare(contenders, data, options);
  checkpoint.remove();

  // Again, from nothing: every score is the same bit for bit.
  const Comparison second = compare(contenders, data, {.n_repeats = 2, .seed = 1});
  const ReportComparison same = compare_reports(to_json(first), to_json(second));
  std::cout << same.n_scores << " scores of " << same.n_folds << " folds, "
            << same.differences.size() << " differences\n";

  // What a change of mind would look like.
  const Plan other = plan_of(contenders, data, {.n_repeats = 2, .seed = 1, .metrics = {"mcc"}});
  for (const std::string& difference : plan_differences(plan, other))
    std::cout << difference << "\n";
  return same.equal() ? 0 : 1;
}
