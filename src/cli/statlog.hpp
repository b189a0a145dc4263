#pragma once

#include <string>
#include <vector>

#include "grove/core/types.hpp"

// The published error rates that `grove reproduce statlog` sets beside its own.

namespace grove::cli {

struct PublishedError {
  std::string method;  // as the source calls it
  double percent = 0;
  /// Whether the figure was read in the source named by its study; else it is quoted from memory.
  bool checked = false;
};

/// A method that grove has, as an expression; alternatives are chosen by cross-validation inside
/// the training rows. `published` may hold no figure.
struct StudyMethod {
  std::string name;
  std::string model;
  std::vector<PublishedError> published;
};

enum class Protocol { hold_out, cross_validation, leave_one_out };

struct Study {
  std::string dataset;
  Protocol protocol = Protocol::hold_out;
  Index n_train = 0;  // hold_out: the first rows, the rest are the test rows
  int n_folds = 0;    // cross_validation
  int n_repeats = 1;
  std::string source;
  std::vector<StudyMethod> methods;
  std::vector<PublishedError> others;  // of methods that grove does not have
  std::string remark;
};

const std::vector<Study>& statlog_studies();

}  // namespace grove::cli
