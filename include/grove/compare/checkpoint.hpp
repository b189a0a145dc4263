#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "grove/compare/comparison.hpp"

namespace grove {

/// A file in which a comparison keeps every fold that is done, so that the same comparison can go
/// on after an interruption of any kind and end with the same report, times apart. JSON lines: the
/// plan and the build, then one line per fold; a last line that was cut off is dropped.
///
///     Checkpoint checkpoint("run.checkpoint", plan_of(contenders, datasets, options));
///     checkpoint.attach(options);
///     compare(contenders, datasets, options);
///     checkpoint.remove();
class Checkpoint {
 public:
  /// Begins the file, or goes on from it. Throws InvalidParameter if it belongs to another plan
  /// (with the differences), to another build of grove, or to a run that is not over; ParseError if
  /// it is damaged; Error if it cannot be read or written.
  Checkpoint(const std::string& path, const Plan& plan);

  /// Makes compare() take the folds that are there and add those that it runs. Throws from there
  /// Error if the disk is full. The options share the file, and need it no longer than they live.
  void attach(CompareOptions& options) const;

  const std::string& path() const;
  /// Folds of the whole plan, those that are in the file, and those that were when it was opened.
  std::size_t n_folds() const;
  std::size_t n_done() const;
  std::size_t n_found() const;
  /// Deletes the file.
  void remove() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace grove
