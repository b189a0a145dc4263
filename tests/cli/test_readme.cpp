#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <regex>

#include "cli/command.hpp"

using namespace grove::testing;

// The commands in README.md print what it shows.

namespace {

/// Standard output and error of a shell command that runs in `folder` with the built grove.
std::string output_of(const std::string& command, const std::string& folder) {
  const std::string bin = std::filesystem::path(GROVE_CLI).parent_path().string();
  const std::string line =
      "cd '" + folder + "' && PATH='" + bin + "':$PATH && { " + command + "; } 2>&1";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(line.c_str(), "r"), ::pclose);
  REQUIRE(pipe != nullptr);
  std::string text;
  for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get()))
    text += static_cast<char>(c);
  return text;
}

/// Seconds are printed with three decimals; nothing else is.
std::string without_seconds(const std::string& text) {
  static const std::regex seconds(R"( +\d+\.\d{3}(?!\d))");
  return std::regex_replace(text, seconds, " SECONDS");
}

}  // namespace

TEST_CASE("README shows what the grove command prints") {
  const std::string readme = read_file(GROVE_TEST_DIR "/../README.md");
  const std::size_t begin = readme.find("```\n$ grove ") + 4;
  REQUIRE(begin > 4);
  const std::string block = readme.substr(begin, readme.find("```", begin) - begin);
  const Folder folder;
  int n_commands = 0;
  for (std::size_t at = 0; at < block.size(); ++n_commands) {
    const std::size_t line_end = block.find('\n', at);
    const std::size_t next = std::min(block.find("\n$ ", line_end - 1), block.size() - 1) + 1;
    const std::string command = block.substr(at + 2, line_end - at - 2);
    const std::string shown = block.substr(line_end + 1, next - line_end - 1);
    INFO(command);
    CHECK(without_seconds(output_of(command, folder.path())) == without_seconds(shown));
    at = next;
  }
  CHECK(n_commands >= 4);
}
