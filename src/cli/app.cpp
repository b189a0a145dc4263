#include "cli/app.hpp"

#include <cstdio>
#include <exception>
#include <new>

#include "cli/output.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/params/value.hpp"
#include "registry/suggest.hpp"

namespace grove::cli {

std::int64_t integer_argument(const std::string& name, const std::string& text, std::int64_t low) {
  Value value;
  try {
    value = parse_value(text);
  } catch (const InvalidParameter&) {
    value = Value();
  }
  const auto* number = value.get_if<std::int64_t>();
  if (number == nullptr || *number < low || *number > std::numeric_limits<std::int32_t>::max())
    throw InvalidParameter(concat(name.substr(0, name.find(',')), " must be an integer >= ", low,
                                  ", got '", printable(text), "'"),
                           concat("give a whole number of at least ", low));
  return *number;
}

double real_argument(const std::string& name, const std::string& text) {
  Value value;
  try {
    value = parse_value(text);
  } catch (const InvalidParameter&) {
    value = Value();
  }
  const auto number = ParamType<double>::from(value);
  if (!number)
    throw InvalidParameter(concat(name, " must be a number, got '", printable(text), "'"),
                           "give a number, as in 0.5");
  return *number;
}

namespace {

enum ExitCode { done = 0, other_error = 1, usage_error = 2, data_error = 3, model_file_error = 4 };

int report(ExitCode code, std::string_view message, std::string_view hint) {
  clear_progress();
  std::string text = concat("grove: error: ", message, "\n");
  if (!hint.empty()) text += concat("  hint: ", hint, "\n");
  std::fputs(text.c_str(), stderr);
  return code;
}

ExitCode code_of(const Error& error) {
  if (dynamic_cast<const InvalidParameter*>(&error) != nullptr) return usage_error;
  if (dynamic_cast<const Unsupported*>(&error) != nullptr) return usage_error;
  if (dynamic_cast<const InvalidData*>(&error) != nullptr) return data_error;
  if (dynamic_cast<const ParseError*>(&error) != nullptr) return data_error;
  if (dynamic_cast<const ModelFormatError*>(&error) != nullptr) return model_file_error;
  return other_error;
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

/// Typing errors in the names of commands and options get a better answer than CLI11's.
void check_names(const CLI::App& app, int argc, char** argv) {
  if (argc < 2)
    throw InvalidParameter("a command is needed, as in grove cv iris -m 'GaussianNB()'",
                           concat("commands are ", join(command_names(app), 99)));
  if (argv[1][0] == '-') return;
  const CLI::App* command = nullptr;
  for (const CLI::App* candidate : app.get_subcommands({}))
    if (candidate->get_name() == argv[1]) command = candidate;
  if (command == nullptr)
    throw InvalidParameter(concat("there is no command '", printable(argv[1]), "'",
                                  suggestion(argv[1], command_names(app))),
                           concat("commands are ", join(command_names(app), 99)));
  std::vector<std::string> names;
  for (const CLI::App* where : {command, &app})
    for (const CLI::Option* option : where->get_options({}))
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  for (int i = 2; i < argc; ++i) {
    std::string word = argv[i];
    if (word == "--") return;
    if (word.size() < 3 || word.substr(0, 2) != "--") continue;
    word = word.substr(0, word.find('='));
    if (std::find(names.begin(), names.end(), word) == names.end())
      throw InvalidParameter(
          concat("grove ", argv[1], " has no option ", printable(word), suggestion(word, names)),
          concat("grove ", argv[1], " --help lists its options"));
  }
}

std::string help_hint(int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return "grove --help lists the commands";
  return concat("grove ", printable(argv[1]), " --help shows its use");
}

std::string one_line(std::string text) {
  for (char& c : text)
    if (c == '\n') c = ' ';
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

int parse_and_run(CLI::App& app, int argc, char** argv) {
  try {
    check_names(app, argc, argv);
    app.parse(argc, argv);
    clear_progress();
    return done;
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    print(chosen.empty() ? app.help() : chosen.front()->help());
    return done;
  } catch (const CLI::CallForVersion& version) {
    print(concat(version.what(), "\n"));
    return done;
  } catch (const CLI::ParseError& error) {
    return report(usage_error, one_line(error.what()), help_hint(argc, argv));
  }
}

void add_common_options(CLI::App& command, Session& session) {
  add_integer(command, "--threads", session.threads, 0,
              "threads to use at most; 0 = all that there are (the results are the same)");
  add_integer(command, "--seed", session.seed, 0,
              "seed of the splits, and of the models whose own seed is not given");
  command.add_flag("--quiet", session.quiet, "no progress and no notes");
}

}  // namespace

int run(int argc, char** argv) {
  try {
    catch_interrupts();
    Session session;
    CLI::App app(
        "Classical machine learning from the command line: cross-validate, compare, train.",
        "grove");
    app.set_version_flag("--version", "grove " GROVE_VERSION);
    app.require_subcommand(1);
    add_dataset_commands(app, session);
    add_evaluation_commands(app, session);
    add_tune_command(app, session);
    add_model_commands(app, session);
    add_export_command(app, session);
    add_score_command(app, session);
    add_explain_command(app, session);
    add_stats_command(app, session);
    add_cluster_command(app, session);
    add_neighbors_command(app, session);
    add_reproduce_command(app, session);
    add_help_command(app, session);
    for (CLI::App* command : app.get_subcommands({})) add_common_options(*command, session);
    try {
      return parse_and_run(app, argc, argv);
    } catch (const Cancelled& error) {
      return report(other_error, "interrupted",
                    error.hint().empty() ? "nothing was written" : error.hint());
    } catch (const Error& error) {
      return report(code_of(error), one_line(error.what()), error.hint());
    }
  } catch (const std::bad_alloc&) {
    return report(other_error, "there is not enough memory", "");
  } catch (const std::exception& error) {
    return report(other_error, one_line(error.what()), "");
  }
}

}  // namespace grove::cli
