#include "grove/compare/checkpoint.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <map>
#include <system_error>
#include <tuple>

#include "compare/report_format.hpp"
#include "core/atomic_file.hpp"
#include "core/text.hpp"
#include "grove/core/environment.hpp"
#include "grove/core/error.hpp"
#include "model_selection/fold_json.hpp"

namespace grove {

namespace {

using Json = nlohmann::ordered_json;
using Key = std::tuple<std::size_t, std::string, std::size_t>;

std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// What a build of grove is told apart by.
Json build_json() {
  const Environment here = environment();
  return {{"version", here.version},
          {"commit", here.commit},
          {"compiler", here.compiler},
          {"flags", here.flags}};
}

[[noreturn]] void cannot_write(const std::string& path) {
  throw Error(concat("cannot write the checkpoint '", printable(path, 300),
                     "': ", std::generic_category().message(errno)));
}

std::string remove_hint(const std::string& path) {
  return concat("remove ", printable(path, 300), " to begin anew, or name another file");
}

}  // namespace

struct Checkpoint::State {
  std::string path;
  Plan plan;
  int file = -1;
  std::size_t size = 0;  // of the lines that are whole
  std::map<Key, FinishedFold> found;
  std::atomic<std::size_t> n_new = 0;

  State(std::string where, Plan what) : path(std::move(where)), plan(std::move(what)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (file >= 0) ::close(file);
  }

  void open() {
    file = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file < 0) cannot_write(path);
    if (::flock(file, LOCK_EX | LOCK_NB) != 0)
      throw InvalidParameter(
          concat("the checkpoint '", printable(path, 300), "' is in use by a run that is not over"),
          "wait for it, or name another file");
    const std::string text = read_whole_file(path);
    std::size_t end = text.rfind('\n');
    end = end == std::string::npos ? 0 : end + 1;
    // A head that was cut off is a checkpoint without folds; anything else is somebody's file.
    const std::string head = line_of(head_json());
    if (end == 0 && head.compare(0, text.size(), text) != 0)
      throw ParseError(printable(path, 300), 1, 0, "this is no checkpoint of grove compare",
                       "name a new file, or a checkpoint");
    read(std::string_view(text).substr(0, end));
    if (end < text.size() && ::ftruncate(file, static_cast<off_t>(end)) != 0) cannot_write(path);
    size = end;
    if (end == 0) append(head);
  }

  Json head_json() const {
    Json head = format_json(checkpoint_format);
    head["build"] = build_json();
    head["plan_sha256"] = plan_sha256(plan);
    head["plan"] = plan_json(plan);
    return head;
  }

  void read(std::string_view text) {
    std::int64_t line = 1;
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      const std::string where = concat(printable(path, 300), ", line ", line);
      const Json json = parse_json(text.substr(0, end), path, line);
      const JsonReader reader(json, where);
      if (line == 1) {
        check_head(reader);
      } else {
        add(reader);
      }
      text.remove_prefix(end + 1);
      ++line;
    }
  }

  void check_head(const JsonReader& reader) {
    const Plan other = checked_plan(reader, checkpoint_format);
    std::string differences;
    for (const std::string& difference : plan_differences(other, plan))
      differences += concat(differences.empty() ? "" : "; ", difference);
    if (!differences.empty())
      throw InvalidParameter(concat("the checkpoint '", printable(path, 300),
                                    "' belongs to another comparison: ", differences),
                             remove_hint(path));
    const Json build = build_json();
    for (const auto& [what, value] : build.items()) {
      const std::string then = reader.at("build").at(what).text();
      if (then != value.get<std::string>())
        throw InvalidParameter(
            concat("the checkpoint '", printable(path, 300), "' was made by another build: its ",
                   what, " is ", printable(then, 300), ", this one's is ",
                   value.get<std::string>()),
            remove_hint(path));
    }
  }

  void add(const JsonReader& reader) {
    const std::int64_t dataset =
        reader.at("dataset").integer(0, static_cast<std::int64_t>(plan.datasets.size()) - 1);
    const std::string contender = reader.at("contender").text();
    const std::int64_t split = reader.at("split").integer(
        0, plan.datasets[static_cast<std::size_t>(dataset)].n_splits - 1);
    bool known = plan.baseline && contender == baseline_name;
    for (const PlannedContender& planned : plan.contenders)
      known = known || planned.name == contender;
    if (!known) reader.at("contender").fail(concat("names no contender of the plan: ", contender));
    found.insert_or_assign(
        Key(static_cast<std::size_t>(dataset), contender, static_cast<std::size_t>(split)),
        finished_fold_from(reader.at("result")));
  }

  /// A line that cannot be written whole is taken back, so that others may follow.
  void append(std::string_view line) {
    for (std::string_view rest = line; !rest.empty();) {
      const ssize_t written = ::write(file, rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        const int why = errno;
        if (::ftruncate(file, static_cast<off_t>(size)) == 0) errno = why;
        cannot_write(path);
      }
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    size += line.size();
  }

  void keep(const FoldKey& key, const FoldResult& fold, const PredictionSet& predictions) {
    append(line_of({{"dataset", key.dataset},
                    {"contender", key.contender},
                    {"split", key.split},
                    {"result", finished_fold_json(fold, predictions)}}));
    ++n_new;
  }
};

Checkpoint::Checkpoint(const std::string& path, const Plan& plan)
    : state_(std::make_shared<State>(path, plan)) {
  check_writable(path);
  state_->open();
}

void Checkpoint::attach(CompareOptions& options) const {
  options.finished = [state = state_](const FoldKey& key) -> const FinishedFold* {
    const auto at = state->found.find(Key(key.dataset, key.contender, key.split));
    return at == state->found.end() ? nullptr : &at->second;
  };
  options.on_fold = [state = state_](const FoldKey& key, const FoldResult& fold,
                                     const PredictionSet& predictions) {
    state->keep(key, fold, predictions);
  };
}

const std::string& Checkpoint::path() const { return state_->path; }

std::size_t Checkpoint::n_folds() const {
  const std::size_t n_contenders = state_->plan.contenders.size() + (state_->plan.baseline ? 1 : 0);
  std::size_t n = 0;
  for (const PlannedDataset& data : state_->plan.datasets)
    n += static_cast<std::size_t>(data.n_splits) * n_contenders;
  return n;
}

std::size_t Checkpoint::n_found() const { return state_->found.size(); }
std::size_t Checkpoint::n_done() const { return state_->found.size() + state_->n_new; }

void Checkpoint::remove() const { ::unlink(state_->path.c_str()); }

}  // namespace grove
