#include "cli/rerun.hpp"

#include <algorithm>
#include <map>

#include "cli/cv_spec.hpp"
#include "cli/data_source.hpp"
#include "cli/output.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/data/standard_datasets.hpp"
#include "grove/estimator/external_model.hpp"
#include "grove/metrics/table.hpp"
#include "grove/registry/registry.hpp"

namespace grove::cli {

namespace {

std::string quoted(const std::string& text) { return concat("'", printable(text, 200), "'"); }

Estimator model_again(const PlannedContender& planned) {
  Estimator model = parse_model(planned.expression);
  std::map<std::string, std::string> now;
  for (const auto& [name, value] : model.param_values()) now[name] = to_text(value);
  for (const auto& [name, value] : planned.params) {
    const auto found = now.find(name);
    if (found == now.end() || found->second != to_text(value)) model.set_param(name, value);
  }
  return model;
}

std::string source_of(const PlannedDataset& data) {
  if (!data.source.empty()) return data.source;
  const std::vector<std::string> bundled = datasets::names();
  if (std::find(bundled.begin(), bundled.end(), data.name) != bundled.end()) return data.name;
  throw Unsupported(
      concat("the report does not say where data set ", quoted(data.name), " came from"),
      "a program wrote it: run that program again; grove compare names its files");
}

std::string shortened(const std::string& hash) { return printable(hash.substr(0, 12)); }

}  // namespace

bool by_the_clock(const Plan& plan) {
  const std::string& tuning = plan.tuning;
  return tuning.size() > 1 && tuning.find('s', tuning.find(':')) != std::string::npos;
}

void check_repeatable(const Plan& plan) {
  const auto refuse = [](const std::string& what) {
    throw Unsupported(concat("the report was made with ", what, ", which grove rerun cannot name"),
                      "a program wrote it: run that program again");
  };
  try {
    parse_cv(plan.cv);
  } catch (const InvalidParameter&) {
    refuse(concat("the folds ", printable(plan.cv, 200)));
  }
  for (const std::string& metric : plan.metrics) {
    try {
      static_cast<void>(metrics::find_metric(metric));
    } catch (const InvalidParameter&) {
      refuse(concat("the metric ", quoted(metric)));
    }
  }
  if (!plan.tuning.empty() && plan.tuning_seed != plan.seed)
    refuse("tuning with a seed of its own");
  if (!plan.tuning_cv.empty()) refuse(concat("tuning on the folds ", printable(plan.tuning_cv)));
  if (!plan.tuning_metric.empty())
    refuse(concat("tuning by the metric ", quoted(plan.tuning_metric)));
}

std::vector<Contender> contenders_again(const Plan& plan, bool run_programs) {
  std::vector<Contender> contenders;
  for (const PlannedContender& planned : plan.contenders) {
    try {
      Contender contender{planned.name, model_again(planned)};
      if (external_part(contender.estimator) != nullptr && !run_programs)
        throw Unsupported(
            concat("the report would run a program: ", printable(planned.expression, 300)),
            "if you trust it, add --run-programs");
      if (!plan.tuning.empty()) contender.space = planned.space;
      if (!planned.tuned_on.empty()) contender.tuned_on = TunedOn{.fingerprint = planned.tuned_on};
      contenders.push_back(std::move(contender));
    } catch (const InvalidParameter& error) {
      throw Unsupported(concat("contender ", quoted(planned.name), " cannot be made again from ",
                               quoted(planned.expression), ": ", error.what()),
                        "models of a program's own run only in that program");
    }
  }
  return contenders;
}

std::vector<Dataset> datasets_again(const Plan& plan) {
  std::vector<Dataset> result;
  for (const PlannedDataset& data : plan.datasets) {
    DataOptions options = options_of(data.reading);
    result.push_back(
        load_data(source_of(data), options, DefaultTarget::last_column).with_name(data.name));
  }
  return result;
}

void check_same_data(const Plan& before, const Plan& now) {
  for (std::size_t i = 0; i < before.datasets.size(); ++i) {
    const PlannedDataset& then = before.datasets[i];
    const PlannedDataset& here = now.datasets[i];
    const std::vector<std::string> changed = data_differences(then, here);
    if (!changed.empty())
      throw InvalidData(concat("data set ", quoted(then.name), " is not the one of the report: ",
                               join(changed, 8), "; fingerprint ", shortened(then.fingerprint),
                               "... was expected, got ", shortened(here.fingerprint), "..."),
                        "run it on the data that the report was made with, or compare anew");
    if (then.splits_sha256 != here.splits_sha256)
      throw InvalidData(
          concat("the folds of data set ", quoted(then.name),
                 " are not those of the report: ", printable(then.splitter, 200), " with SHA-256 ",
                 shortened(then.splits_sha256), "... was expected, got ",
                 printable(here.splitter, 200), " with ", shortened(here.splits_sha256), "..."),
          "a file of folds may have changed, or a program's own splitter made them");
  }
}

std::string verdict(const std::string& report, const ReportComparison& result, const Plan& plan) {
  std::string text = concat(printable(report, 300), ": ", result.n_scores, " scores of ",
                            result.n_folds, " folds: ");
  if (result.equal() && result.n_close == 0)
    text += "all equal bit for bit\n";
  else if (result.equal())
    text += concat("all equal, ", result.n_close, " numbers of the report to ",
                   short_text(result.largest_relative), " instead of bit for bit\n");
  else
    text += concat(result.differences.size() + result.plan.size(), " differences\n");
  for (const std::string& what : result.environment) text += concat("  ", what, "\n");
  if (!result.same_build) text += "  the build is another: numbers may differ by up to 1e-12\n";
  for (const std::string& what : result.plan) text += concat("  plan: ", what, "\n");
  constexpr std::size_t most = 10;
  for (std::size_t i = 0; i < std::min(most, result.differences.size()); ++i) {
    const ReportDifference& difference = result.differences[i];
    text +=
        concat("  ", difference.place, ": was ", difference.before, ", is ", difference.now, "\n");
  }
  if (result.differences.size() > most)
    text += concat("  ... ", result.differences.size() - most, " more\n");
  if (by_the_clock(plan))
    text += "  the tuning budget has a limit in seconds: another run may try other candidates\n";
  return text;
}

}  // namespace grove::cli
