#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <limits>
#include <string>

#include "cli/session.hpp"

namespace grove::cli {

/// The whole program: parses, runs one command, reports errors. Returns the exit code: 0 done,
/// 2 wrong usage or parameter, 3 bad data, 4 bad model file, 1 anything else.
int run(int argc, char** argv);

/// An integer option with its range; text that is none is refused with what was expected.
template <class T>
void add_integer(CLI::App& app, const std::string& name, T& target, std::int64_t low,
                 const std::string& doc);
std::int64_t integer_argument(const std::string& name, const std::string& text, std::int64_t low);
double real_argument(const std::string& name, const std::string& text);

template <class T>
void add_integer(CLI::App& app, const std::string& name, T& target, std::int64_t low,
                 const std::string& doc) {
  app.add_option_function<std::string>(
         name,
         [name, &target, low](const std::string& text) {
           target = integer_argument(name, text, low);
         },
         doc)
      ->type_name("N");
}

// One function per group of commands: adds them to `app`. The work runs in the command's callback.
void add_dataset_commands(CLI::App& app, Session& session);     // datasets, describe
void add_evaluation_commands(CLI::App& app, Session& session);  // cv, compare, rerun
void add_tune_command(CLI::App& app, Session& session);
void add_model_commands(CLI::App& app, Session& session);  // train, predict
void add_export_command(CLI::App& app, Session& session);
void add_score_command(CLI::App& app, Session& session);
void add_explain_command(CLI::App& app, Session& session);
void add_stats_command(CLI::App& app, Session& session);
void add_cluster_command(CLI::App& app, Session& session);
void add_neighbors_command(CLI::App& app, Session& session);
void add_reproduce_command(CLI::App& app, Session& session);
void add_help_command(CLI::App& app, Session& session);  // models

}  // namespace grove::cli
