#include "cli/session.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <thread>

#include "cli/tuned_file.hpp"
#include "core/text.hpp"

namespace grove::cli {

namespace {

std::stop_source& interrupts() {
  static std::stop_source source;
  return source;
}

bool bar_shown = false;

void show_bar(const Progress& progress) {
  using Clock = std::chrono::steady_clock;
  static Clock::time_point last;
  const auto now = Clock::now();
  if (progress.total <= 0 ||
      (progress.done < progress.total && now - last < std::chrono::milliseconds(80)))
    return;
  last = now;
  constexpr std::int64_t width = 30;
  const std::int64_t full = width * progress.done / progress.total;
  std::string bar(static_cast<std::size_t>(full), '#');
  bar.resize(width, '.');
  const std::string line =
      concat("\r\033[K[", bar, "] ", progress.what, " ", progress.done, "/", progress.total);
  std::fputs(line.c_str(), stderr);
  std::fflush(stderr);
  bar_shown = true;
}

bool is_seed(std::string_view name) {
  return name == "seed" || (name.size() > 6 && name.substr(name.size() - 6) == "__seed");
}

void pass_seed(Estimator& model, const std::optional<std::int64_t>& seed) {
  if (!seed) return;
  const ParamValues defaults = model.param_values();
  for (const auto& [name, value] : defaults) {
    if (!is_seed(name)) continue;
    const auto* number = value.get_if<std::int64_t>();
    if (value.is_null() || (number != nullptr && *number == 0)) model.set_param(name, *seed);
  }
}

}  // namespace

void catch_interrupts() {
  static_cast<void>(interrupts());
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGINT);
  ::sigaddset(&signals, SIGTERM);
  struct sigaction hangup {};
  if (::sigaction(SIGHUP, nullptr, &hangup) == 0 && hangup.sa_handler != SIG_IGN)
    ::sigaddset(&signals, SIGHUP);  // ignored under nohup
  // Blocked before any thread starts, so that the one below alone receives them.
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([signals] {
    int received = 0;
    ::sigwait(&signals, &received);
    interrupts().request_stop();
    ::sigwait(&signals, &received);
    ::_exit(1);
  }).detach();
}

std::stop_token interrupt_token() { return interrupts().get_token(); }

void clear_progress() {
  if (!bar_shown) return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
  bar_shown = false;
}

Context Session::context() const {
  Context context;
  context.threads = static_cast<int>(threads);
  context.stop = interrupt_token();
  if (!quiet && ::isatty(STDERR_FILENO) == 1) context.progress = show_bar;
  return context;
}

Estimator Session::model(const std::string& expression) const {
  Estimator model =
      parse_model(is_tuned_file(expression) ? read_tuned(expression).model : expression);
  pass_seed(model, seed);
  return model;
}

std::vector<Estimator> Session::models(const std::string& expression) const {
  std::vector<Estimator> models = parse_models(expression);
  for (Estimator& model : models) pass_seed(model, seed);
  return models;
}

SearchableModel Session::searchable_model(const std::string& expression) const {
  SearchableModel result = parse_searchable_model(expression);
  pass_seed(result.model, seed);
  return result;
}

void Session::note(const std::string& text) const {
  if (quiet) return;
  clear_progress();
  std::fputs((text + "\n").c_str(), stderr);
}

}  // namespace grove::cli
