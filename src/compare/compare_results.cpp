#include <algorithm>
#include <set>

#include "compare/standings.hpp"
#include "core/text.hpp"
#include "grove/compare/guards.hpp"
#include "grove/core/error.hpp"

namespace grove {

namespace {

std::string named(const std::string& dataset) {
  return dataset.empty() ? "the data" : concat("'", printable(dataset), "'");
}

/// A name of each kind, in order of mention.
template <class Get>
std::vector<std::string> names_of(const std::vector<SeparateResult>& results, const Get& get) {
  std::vector<std::string> names;
  for (const SeparateResult& result : results)
    if (std::find(names.begin(), names.end(), get(result)) == names.end())
      names.push_back(get(result));
  return names;
}

const CrossValidation& result_of(const std::vector<SeparateResult>& results,
                                 const std::string& contender, const std::string& dataset) {
  const CrossValidation* found = nullptr;
  for (const SeparateResult& result : results) {
    if (result.contender != contender || result.result.dataset != dataset) continue;
    if (found != nullptr)
      throw InvalidParameter(concat("compare_results: there are two results of '",
                                    printable(contender), "' on ", named(dataset)),
                             "give each its own name, or name the data sets");
    found = &result.result;
  }
  if (found == nullptr)
    throw InvalidData(concat("compare_results: G-LEAK-09: '", printable(contender),
                             "' has no result on ", named(dataset), ", and others have"),
                      "a contender that failed counts there too: give the result with its error");
  return *found;
}

[[noreturn]] void throw_different(const std::string& what, const std::string& a,
                                  const std::string& b, const std::string& dataset) {
  throw InvalidData(concat("compare_results: G-LEAK-04: '", printable(a), "' and '", printable(b),
                           "' were tested on ", what, " of ", named(dataset)),
                    "run them in one compare(), or by cross_validate_on with the same splits");
}

std::set<std::pair<int, int>> folds_of(const CrossValidation& result) {
  std::set<std::pair<int, int>> folds;
  for (const FoldResult& fold : result.folds) folds.emplace(fold.repeat, fold.fold);
  return folds;
}

/// All contenders on one data set must have been tested on the same rows, and on all folds.
void check_pairs(const std::vector<std::string>& contenders,
                 const std::vector<const CrossValidation*>& results) {
  const CrossValidation& first = *results.front();
  std::set<std::pair<int, int>> all;
  for (const CrossValidation* const result : results) all.merge(folds_of(*result));
  for (std::size_t i = 0; i < results.size(); ++i) {
    const CrossValidation& result = *results[i];
    if (result.fingerprint != first.fingerprint)
      throw_different("different versions", contenders.front(), contenders[i], first.dataset);
    if (result.splits_sha256 != first.splits_sha256)
      throw_different("different folds", contenders.front(), contenders[i], first.dataset);
    if (folds_of(result).size() != result.folds.size())
      throw InvalidData(concat("compare_results: '", printable(contenders[i]), "' has a fold of ",
                               named(first.dataset), " twice"));
    if (result.folds.size() < all.size())
      throw InvalidData(
          concat("compare_results: G-LEAK-09: '", printable(contenders[i]), "' has ",
                 result.folds.size(), " of ", all.size(), " folds of ", named(first.dataset)),
          "a fold that failed stays, with its error");
  }
}

/// The deciding metric first.
CrossValidation with_first(CrossValidation result, const std::string& metric) {
  (void)result.scores(metric);  // throws if it is not there
  const auto at =
      std::find(result.metrics.begin(), result.metrics.end(), metric) - result.metrics.begin();
  std::rotate(result.metrics.begin(), result.metrics.begin() + at, result.metrics.begin() + at + 1);
  for (FoldResult& fold : result.folds)
    if (fold.error.empty())
      std::rotate(fold.scores.begin(), fold.scores.begin() + at, fold.scores.begin() + at + 1);
  return result;
}

}  // namespace

Comparison compare_results(const std::vector<SeparateResult>& results,
                           const CompareOptions& options, const Context& context) {
  if (results.empty()) throw InvalidParameter("compare_results: there are no results");
  const Scorer scorer = options.metrics.empty() ? Scorer(results.front().result.metrics.front())
                                                : options.metrics.front();
  Comparison comparison;
  comparison.environment = environment(context);
  comparison.contenders =
      names_of(results, [](const SeparateResult& result) { return result.contender; });
  const auto n = static_cast<Index>(comparison.contenders.size());
  comparison.average_ranks = Vector::Zero(n);
  for (const std::string& dataset :
       names_of(results, [](const SeparateResult& result) { return result.result.dataset; })) {
    std::vector<const CrossValidation*> parts;
    for (const std::string& contender : comparison.contenders)
      parts.push_back(&result_of(results, contender, dataset));
    check_pairs(comparison.contenders, parts);
    DatasetComparison data;
    data.dataset = dataset;
    data.n_rows = parts.front()->n_rows;
    data.n_features = parts.front()->n_features;
    data.fingerprint = parts.front()->fingerprint;
    data.splitter = parts.front()->splitter;
    data.splits_sha256 = parts.front()->splits_sha256;
    data.metric = scorer.name();
    data.greater_is_better = scorer.greater_is_better();
    data.findings = parts.front()->findings;
    std::vector<std::string> models;
    for (const CrossValidation* const part : parts) models.push_back(part->model);
    for (Finding& finding : seed_findings(comparison.contenders, models))
      data.findings.push_back(std::move(finding));
    for (std::size_t i = 0; i < parts.size(); ++i) {
      Standing standing;
      standing.contender = comparison.contenders[i];
      standing.result = with_first(*parts[i], scorer.name());
      for (const FoldResult& fold : standing.result.folds)
        standing.tuned = standing.tuned || fold.search != nullptr;
      summarise(standing);
      data.standings.push_back(std::move(standing));
    }
    settle(data.standings, data.greater_is_better);
    for (Finding& finding : result_findings(data, options))
      data.findings.push_back(std::move(finding));
    for (std::size_t i = 0; i < parts.size(); ++i)
      comparison.average_ranks(static_cast<Index>(i)) += data.standings[i].rank;
    comparison.datasets.push_back(std::move(data));
  }
  comparison.average_ranks /= static_cast<double>(comparison.datasets.size());
  return comparison;
}

}  // namespace grove
