#include "core/command.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "core/process_memory.hpp"
#include "core/stopwatch.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"

extern char** environ;

namespace grove {

namespace {

constexpr double grace_seconds = 2;
constexpr std::size_t most_kept = 4096;

[[noreturn]] void cannot_start(int code) {
  throw Error(concat("cannot start a command: ", std::generic_category().message(code)));
}

class Descriptor {
 public:
  Descriptor() = default;
  ~Descriptor() { reset(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }
  void reset(int value = -1) {
    if (value_ >= 0) ::close(value_);
    value_ = value;
  }

 private:
  int value_ = -1;
};

/// The reading end of what the command writes; keeps the last few KB.
class Tail {
 public:
  Tail() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) cannot_start(errno);
    // Off the numbers 0 to 2, which the command gets anew.
    reading_.reset(::fcntl(ends[0], F_DUPFD_CLOEXEC, 3));
    writing_.reset(::fcntl(ends[1], F_DUPFD_CLOEXEC, 3));
    const int failure = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    if (reading_.get() < 0 || writing_.get() < 0) cannot_start(failure);
    ::fcntl(reading_.get(), F_SETFL, O_NONBLOCK);
  }
  int reading() const { return reading_.get(); }
  int writing() const { return writing_.get(); }
  void close_writing() { writing_.reset(); }

  /// Takes what is there, but not for ever.
  void drain() {
    std::array<char, 65536> buffer;
    for (int i = 0; i < 16 && reading_.get() >= 0; ++i) {
      const ssize_t got = ::read(reading_.get(), buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return;
      if (got == 0) return reading_.reset();
      text_.append(buffer.data(), static_cast<std::size_t>(got));
      if (text_.size() > most_kept) text_.erase(0, text_.size() - most_kept);
    }
  }
  std::string take() { return std::move(text_); }

 private:
  Descriptor reading_;
  Descriptor writing_;
  std::string text_;
};

class SpawnPlan {
 public:
  SpawnPlan(const Tail& out, const Tail& err) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, out.writing(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, err.writing(), STDERR_FILENO);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, 3);
#endif
    ::posix_spawnattr_init(&attributes_);
    sigset_t none, all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  pid_t start(const std::string& command, const std::vector<std::string>& environment) const {
    std::vector<std::string> words = {"sh", "-c", "--", command};
    std::vector<char*> arguments, variables;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    for (const std::string& variable : environment)
      variables.push_back(const_cast<char*>(variable.c_str()));
    variables.push_back(nullptr);
    pid_t child = 0;
    const int failure = ::posix_spawn(&child, "/bin/sh", &actions_, &attributes_, arguments.data(),
                                      variables.data());
    if (failure != 0) cannot_start(failure);
    return child;
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

std::vector<std::string> environment_with(
    const std::vector<std::pair<std::string, std::string>>& added) {
  std::vector<std::string> variables;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const std::string_view name = text.substr(0, text.find('='));
    if (std::none_of(added.begin(), added.end(),
                     [&](const auto& entry) { return entry.first == name; }))
      variables.emplace_back(text);
  }
  for (const auto& [name, value] : added) variables.push_back(concat(name, "=", value));
  return variables;
}

/// A command that runs; ended and waited for whatever happens.
class Running {
 public:
  explicit Running(pid_t process) : process_(process) {
#ifdef SYS_pidfd_open
    watch_.reset(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
#endif
  }
  ~Running() {
    if (process_ > 0) wait();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  pid_t process() const { return process_; }
  /// Readable when the process has ended; -1 where the kernel has no such thing.
  int watch() const { return watch_.get(); }
  bool has_ended() const {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
           info.si_pid == process_;
  }
  void signal(int number) const { ::kill(-process_, number); }
  /// Its status and usage; -1 if somebody else has taken them. What is left of its group is killed
  /// first, while the number of the group cannot be another's.
  int wait(rusage* usage = nullptr) {
    signal(SIGKILL);
    int status = 0;
    while (::wait4(process_, &status, 0, usage) < 0)
      if (errno != EINTR) {
        status = -1;
        break;
      }
    process_ = 0;
    return status;
  }

 private:
  pid_t process_;
  Descriptor watch_;
};

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

/// Drains, measures, and ends the command at its limit, until it has ended.
CommandResult watch_over(Running& running, Tail& out, Tail& err, const CommandOptions& options,
                         const Stopwatch& stopwatch) {
  using End = CommandResult::End;
  CommandResult result;
  double next_look = 0;
  double kill_at = 0;
  while (true) {
    const double now = stopwatch.seconds();
    if (now >= next_look) {
      const TreeMemory memory = tree_memory(running.process());
      result.peak_bytes = std::max(result.peak_bytes, memory.bytes);
      next_look = stopwatch.seconds() + (now < 0.1 ? 0.002 : memory.n_processes > 1 ? 0.05 : 0.02);
    }
    if (result.end == End::exited && (now > options.timeout || options.stop.stop_requested())) {
      result.end = options.stop.stop_requested() ? End::stopped : End::timed_out;
      running.signal(SIGTERM);
      running.signal(SIGCONT);
      kill_at = now + grace_seconds;
    } else if (result.end != End::exited && now > kill_at) {
      running.signal(SIGKILL);
    }
    std::array<pollfd, 3> files{
        {{running.watch(), POLLIN, 0}, {out.reading(), POLLIN, 0}, {err.reading(), POLLIN, 0}}};
    ::poll(files.data(), files.size(), now < 0.1 ? 2 : 20);
    out.drain();
    err.drain();
    if (running.has_ended()) break;
  }
  result.seconds = stopwatch.seconds();
  return result;
}

}  // namespace

CommandResult run_command(const std::string& command, const CommandOptions& options) {
  using End = CommandResult::End;
  Tail out, err;
  const SpawnPlan plan(out, err);
  const std::vector<std::string> environment = environment_with(options.environment);
  std::uint64_t own_peak = process_peak_bytes(::getpid());
  const Stopwatch stopwatch;
  Running running(plan.start(command, environment));
  own_peak = std::max(own_peak, process_peak_bytes(::getpid()));
  out.close_writing();
  err.close_writing();
  CommandResult result = watch_over(running, out, err, options, stopwatch);
  rusage usage{};
  const int status = running.wait(&usage);
  out.drain();
  err.drain();
  if (status == -1)
    throw Error("cannot learn how a command ended", "the program must not ignore SIGCHLD");
  result.cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  // The kernel starts a child's mark at its parent's, so below that it says nothing.
  const auto largest = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  if (largest > own_peak) result.peak_bytes = std::max(result.peak_bytes, largest);
  if (WIFSIGNALED(status)) {
    if (result.end == End::exited) result.end = End::signalled;
    result.code = WTERMSIG(status);
  } else {
    result.code = WEXITSTATUS(status);
  }
  result.out = out.take();
  result.err = err.take();
  return result;
}

}  // namespace grove
