#include "cli/tune_journal.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>

#include "core/atomic_file.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "model_selection/search_json.hpp"

namespace grove::cli {

namespace {

[[noreturn]] void cannot_use(const std::string& path) {
  throw Error(concat("cannot use the journal ", printable(path), ": ", std::strerror(errno)),
              "check the path and its permissions");
}

double number_or_nan(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

/// The inverse of trial_json; throws what the JSON library throws.
Trial trial_from(const Json& json, const std::string& path, const ParamValues& own) {
  Trial trial;
  for (const auto& [name, value] : json.at("params").items()) {
    trial.params.emplace_back(name, JsonReader(value, path).value());
    // JSON does not tell a list of values from an array of numbers.
    for (const auto& [parameter, is] : own)
      if (value.is_array() && parameter == name && value_json(is) == value)
        trial.params.back().second = is;
  }
  trial.resource = json.at("resource").get<double>();
  trial.score = number_or_nan(json.at("score"));
  trial.std = number_or_nan(json.at("std"));
  trial.seconds = json.at("seconds").get<double>();
  for (const auto& [name, count] : json.at("work").items())
    trial.work[name] = count.get<std::uint64_t>();
  if (!json.at("error").is_null()) trial.error = json.at("error").get<std::string>();
  return trial;
}

void check_header(const std::string& path, const Json& found, const Json& header) {
  if (!found.is_object() || !found.contains("journal"))
    throw ParseError(path, 1, 0, "this is no journal of grove tune",
                     "give the name of a new file, or of a journal");
  for (const auto& [key, wanted] : header.items()) {
    const Json is = found.value(key, Json(nullptr));
    if (is == wanted) continue;
    throw InvalidParameter(
        concat("the journal ", printable(path), " belongs to another search: its ", key, " is ",
               printable(is.dump(), 200), ", here it is ", printable(wanted.dump(), 200)),
        "give another file, or search as it was begun");
  }
}

}  // namespace

TuneJournal::TuneJournal(std::string path, const Json& header, const SearchSpace& space,
                         const ParamValues& own)
    : path_(std::move(path)), space_(space) {
  file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (file_ < 0) cannot_use(path_);
  try {
    if (::flock(file_, LOCK_EX | LOCK_NB) != 0)
      throw Error(concat("the journal ", printable(path_), " is in use by another program"),
                  "wait for it, or give another file");
    const std::string text = read_whole_file(path_);
    const std::size_t whole = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
    if (whole == 0 && !text.empty() && text.rfind("{\"journal\"", 0) != 0)
      check_header(path_, Json(), header);
    read(text.substr(0, whole), header, own);
    if (whole < text.size() && ::ftruncate(file_, static_cast<off_t>(whole)) != 0)
      cannot_use(path_);
    if (whole == 0) write(header.dump());
  } catch (...) {
    ::close(file_);
    throw;
  }
}

TuneJournal::~TuneJournal() { ::close(file_); }

void TuneJournal::read(const std::string& text, const Json& header, const ParamValues& own) {
  std::int64_t line = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    ++line;
    const Json json = Json::parse(text.substr(begin, end - begin), nullptr, false);
    begin = end + 1;
    if (line == 1) {
      check_header(path_, json, header);
      continue;
    }
    try {
      trials_.push_back(trial_from(json, path_, own));
    } catch (const Json::exception&) {
      throw ParseError(path_, line, 0, "this is no trial of a search",
                       "the journal is damaged: delete the lines from here on");
    }
  }
}

void TuneJournal::write(const std::string& line) {
  const std::string text = line + "\n";
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t wrote = ::write(file_, text.data() + done, text.size() - done);
    if (wrote < 0 && errno != EINTR) cannot_use(path_);
    if (wrote > 0) done += static_cast<std::size_t>(wrote);
  }
}

void TuneJournal::append(const Trial& trial) {
  write(trial_json(trial, space_).dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace grove::cli
