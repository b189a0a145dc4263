#pragma once

#include <string>
#include <vector>

#include "cli/output.hpp"
#include "grove/model_selection/search_result.hpp"

namespace grove::cli {

/// A search's trials in a file: a line of JSON that says what is searched, then one for each trial.
/// It is appended to alone, so that it is valid whenever the program ends; a last line that was cut
/// off is dropped. No two programs write to it at once.
class TuneJournal {
 public:
  /// Makes the file, or reads it. Throws InvalidParameter for the journal of another search, naming
  /// what differs from `header`; ParseError for a file that is no journal; Error if it cannot be
  /// used.
  /// `own`: the model's parameters.
  TuneJournal(std::string path, const Json& header, const SearchSpace& space,
              const ParamValues& own);
  ~TuneJournal();
  TuneJournal(const TuneJournal&) = delete;
  TuneJournal& operator=(const TuneJournal&) = delete;

  /// What it held when it was opened.
  const std::vector<Trial>& trials() const { return trials_; }
  void append(const Trial& trial);
  const std::string& path() const { return path_; }

 private:
  void read(const std::string& text, const Json& header, const ParamValues& own);
  void write(const std::string& line);

  std::string path_;
  SearchSpace space_;
  std::vector<Trial> trials_;
  int file_ = -1;
};

}  // namespace grove::cli
