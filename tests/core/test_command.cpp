#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

#include "core/command.hpp"
#include "core/stopwatch.hpp"
#include "core/temporary_folder.hpp"
#include "support/temporary_file.hpp"

using namespace grove;
using End = CommandResult::End;

TEST_CASE("A command's end, output and environment are told") {
  const CommandResult good =
      run_command("echo \"$GROVE_X $PATH\"; echo oops >&2", {.environment = {{"GROVE_X", "a b"}}});
  CHECK(good.end == End::exited);
  CHECK(good.code == 0);
  CHECK(good.out == "a b " + std::string(::getenv("PATH")) + "\n");
  CHECK(good.err == "oops\n");
  CHECK(good.seconds > 0);
  CHECK(run_command("exit 3", {}).code == 3);
  CHECK(run_command("no_such_program_of_grove", {}).code == 127);
  CHECK(run_command("/dev/null", {}).code == 126);
  CHECK(run_command("-no-option", {}).code == 127);
  const CommandResult killed = run_command("kill -SEGV $$", {});
  CHECK(killed.end == End::signalled);
  CHECK(killed.code == SIGSEGV);
  // Replaced, not doubled.
  CHECK(run_command("env | grep -c '^PATH='", {.environment = {{"PATH", "/usr/bin:/bin"}}}).out ==
        "1\n");
}

TEST_CASE("A command starts clean: no input, no files, no blocked or ignored signals") {
  CHECK(run_command("wc -c", {}).out == "0\n");
  const int file = ::open("/dev/null", O_RDONLY);  // not closed on exec
  REQUIRE(file >= 3);
  CHECK(run_command("ls /proc/$$/fd; true", {}).out == "0\n1\n2\n");
  ::close(file);
  sigset_t term, before;
  ::sigemptyset(&term);
  ::sigaddset(&term, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &term, &before);
  const auto old = ::signal(SIGPIPE, SIG_IGN);
  CHECK(run_command("grep SigBlk /proc/$$/status | cut -f 2", {}).out == "0000000000000000\n");
  const CommandResult ignored = run_command("grep SigIgn /proc/$$/status | cut -f 2", {});
  CHECK((std::stoull(ignored.out, nullptr, 16) & 0x7fffffff) ==
        0);  // the C library keeps 32 and 33
  ::signal(SIGPIPE, old);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_CASE("Floods of output neither block nor fill memory") {
  const CommandResult result =
      run_command("yes 0123456789 | head -c 20000000 >&2; yes a | head -c 5000000; echo end", {});
  CHECK(result.code == 0);
  CHECK(result.err.size() <= 4096);
  CHECK(result.out.size() <= 4096);
  CHECK(result.out.substr(result.out.size() - 4) == "end\n");
}

TEST_CASE("A command that hangs is ended with all its group") {
  const TemporaryFolder folder("grove-test");
  const std::string file = folder / "pids";
  const Stopwatch stopwatch;
  const CommandResult result = run_command(
      "sleep 100 & echo $! > " + file + "; echo $$ >> " + file + "; wait", {.timeout = 1});
  CHECK(result.end == End::timed_out);
  CHECK(result.code == SIGTERM);
  CHECK(result.seconds >= 1);
  CHECK(stopwatch.seconds() < 30);
  std::ifstream pids(file);
  pid_t process = 0;
  int count = 0;
  while (pids >> process) {
    ++count;
    // Nobody may be left; the orphan is reaped by init in its own time.
    for (int i = 0; i < 200 && std::filesystem::exists("/proc/" + std::to_string(process)); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    CHECK(::kill(process, 0) != 0);
  }
  CHECK(count == 2);
}

TEST_CASE("A command that takes no SIGTERM gets SIGKILL") {
  const CommandResult result =
      run_command("trap '' TERM; while :; do sleep 0.1; done", {.timeout = 0.1});
  CHECK(result.end == End::timed_out);
  CHECK(result.code == SIGKILL);
  CHECK(result.seconds > 2);
  CHECK(result.seconds < 30);
}

TEST_CASE("A stop ends a command") {
  std::stop_source source;
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    source.request_stop();
  });
  const CommandResult result = run_command("exec sleep 100", {.stop = source.get_token()});
  later.join();
  CHECK(result.end == End::stopped);
  CHECK(result.seconds < 30);
}

TEST_CASE("What a command leaves behind does not hold the caller up") {
  const Stopwatch stopwatch;
  const CommandResult result = run_command("sleep 100 & echo done", {});
  CHECK(result.end == End::exited);
  CHECK(result.out == "done\n");
  CHECK(stopwatch.seconds() < 30);
}

TEST_CASE("Processor time and memory are the command's own") {
  const CommandResult busy = run_command("i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done", {});
  CHECK(busy.cpu_seconds > 0.02);
  CHECK(run_command("sleep 0.2", {}).cpu_seconds < 0.1);
  // The caller's memory is not: the kernel begins a child's high-water mark there.
  std::vector<char> large(std::size_t{200} << 20, 'x');
  const CommandResult small = run_command("sleep 0.1", {});
  CHECK(small.peak_bytes > 0);
  CHECK(small.peak_bytes < std::size_t{50} << 20);
  CHECK(large.back() == 'x');
  const std::string hold = "dd if=/dev/zero bs=64M count=40 of=/dev/null 2>/dev/null";
  CHECK(run_command(hold, {}).peak_bytes > std::size_t{60} << 20);
  // Processes that live at once add up.
  CHECK(run_command("(" + hold + ") & " + hold + "; wait", {}).peak_bytes > std::size_t{120} << 20);
}
