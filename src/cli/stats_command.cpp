#include <algorithm>
#include <sstream>

#include "cli/app.hpp"
#include "cli/output.hpp"
#include "core/text.hpp"
#include "grove/compare/critical_difference.hpp"
#include "grove/compare/score_comparison.hpp"
#include "grove/core/error.hpp"
#include "registry/suggest.hpp"

namespace grove::cli {

namespace {

struct StatsArguments {
  std::string file, test, adjust, control, json, html, svg;
  std::string alpha, rope;
  std::int64_t folds = 0;
  bool higher = false;
  bool lower = false;
};

/// The enumerator that a word of an option names; '-' and '_' are the same.
template <class E>
E chosen(const std::string& option, std::string word) {
  std::replace(word.begin(), word.end(), '-', '_');
  std::vector<std::string> names;
  for (const auto& entry : enum_names(E{})) {
    if (entry.name == word) return entry.value;
    names.emplace_back(entry.name);
  }
  throw InvalidParameter(
      concat(option, ": there is no '", printable(word), "'", suggestion(word, names)),
      concat("write ", join(names)));
}

ScoreOptions options_of(const StatsArguments& arguments, const Session& session) {
  if (arguments.higher && arguments.lower)
    throw InvalidParameter("--higher-is-better and --lower-is-better exclude each other",
                           "give one of them; higher is the default");
  ScoreOptions options;
  options.higher_is_better = !arguments.lower;
  if (!arguments.test.empty()) options.test = chosen<PairTest>("--test", arguments.test);
  if (arguments.adjust == "bh") {
    options.adjustment = statistics::Adjustment::benjamini_hochberg;
  } else if (!arguments.adjust.empty()) {
    options.adjustment = chosen<statistics::Adjustment>("--adjust", arguments.adjust);
  }
  if (!arguments.alpha.empty()) options.alpha = real_argument("--alpha", arguments.alpha);
  if (!arguments.rope.empty()) options.rope = real_argument("--rope", arguments.rope);
  if (!arguments.control.empty()) options.control = arguments.control;
  options.n_folds = static_cast<Index>(arguments.folds);
  options.seed = session.split_seed();
  return options;
}

void stats(const StatsArguments& arguments, const Session& session) {
  check_outputs({arguments.json, arguments.html, arguments.svg});
  const ScoreOptions options = options_of(arguments, session);
  const ScoreComparison comparison =
      compare_scores(read_scores(arguments.file), options, session.context());
  std::string drawing;  // before anything is printed: there may be none
  if (!arguments.svg.empty()) drawing = to_svg(critical_difference(comparison));
  if (arguments.json != "-" && arguments.html != "-" && arguments.svg != "-") {
    std::ostringstream text;
    text << comparison;
    print(text.str());
  }
  if (!arguments.svg.empty()) write_text(arguments.svg, drawing);
  if (!arguments.html.empty()) write_text(arguments.html, to_html(comparison, session.context()));
  if (!arguments.json.empty()) write_text(arguments.json, to_json(comparison));
}

}  // namespace

void add_stats_command(CLI::App& app, Session& session) {
  CLI::App* command =
      app.add_subcommand("stats", "which of several methods is better, from a table of scores");
  const auto arguments = std::make_shared<StatsArguments>();
  command
      ->add_option("SCORES", arguments->file,
                   "CSV with a header: a row per data set (or fold), a column per contender; a "
                   "first column of words names the rows")
      ->required();
  command->add_option("--test", arguments->test,
                      "of two contenders: wilcoxon (default), sign, paired_t, or corrected_t for "
                      "the folds of a cross-validation");
  command->add_option("--adjust", arguments->adjust,
                      "p-values for many pairs: holm (default), hochberg, shaffer, bonferroni, "
                      "benjamini_hochberg (bh) or none");
  add_integer(*command, "--folds", arguments->folds, 2,
              "the rows are the folds of N-fold cross-validation on one data set, maybe repeated");
  command->add_option("--alpha", arguments->alpha, "level of the tests (default 0.05)");
  command->add_option("--control", arguments->control,
                      "compare the others with this contender only");
  command->add_option("--rope", arguments->rope,
                      "a difference up to this does not matter; adds the Bayesian tests");
  command->add_flag("--higher-is-better", arguments->higher, "as accuracy is (default)");
  command->add_flag("--lower-is-better", arguments->lower, "as an error or a time is");
  command->add_option("--html", arguments->html, "one page with everything, for a browser");
  command->add_option("--svg", arguments->svg, "the critical-difference diagram (data sets only)");
  command->add_option("--json", arguments->json, "everything as JSON; - for stdout");
  command->callback([arguments, &session] { stats(*arguments, session); });
}

}  // namespace grove::cli
