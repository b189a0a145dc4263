#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/estimator/estimator.hpp"
#include "grove/registry/registry.hpp"

namespace grove::cli {

/// What every command takes: --threads, --seed, --quiet.
struct Session {
  std::int64_t threads = 0;
  std::optional<std::int64_t> seed;
  bool quiet = false;

  /// Threads, the stop token of Ctrl-C and, on a terminal, a progress bar on stderr.
  Context context() const;
  std::uint64_t split_seed() const { return static_cast<std::uint64_t>(seed.value_or(0)); }
  /// The model written as `expression`, or as @FILE (see tuned_file.hpp); --seed goes to every step whose seed is at its default.
  Estimator model(const std::string& expression) const;
  /// The same of a family of models, as in 'KMeans(n_clusters=2..10)'.
  std::vector<Estimator> models(const std::string& expression) const;
  /// The same with what a search may change, as in 'KNeighborsClassifier(n_neighbors=1..50)'.
  SearchableModel searchable_model(const std::string& expression) const;
  /// One line on stderr, unless --quiet.
  void note(const std::string& text) const;
};

/// From here on Ctrl-C and SIGTERM request a stop; a second one ends the program at once.
void catch_interrupts();
std::stop_token interrupt_token();

/// Takes the progress bar off the terminal.
void clear_progress();

}  // namespace grove::cli
