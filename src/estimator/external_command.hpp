#pragma once

#include <string>
#include <string_view>

namespace grove {

/// A command as it stands in external(COMMAND, parameter=value).
struct CommandText {
  std::string command;
  std::size_t end = 0;     // place of the , or ) after it, or of what is wrong
  std::string error = {};  // "" if all is well
  std::string hint = {};
};

/// Reads the command that begins at `at`: quoted as a whole, or as a shell reads words, up to the
/// ) that matches no ( of its own or to ", name=". In "..." stand \" \\ \n \t and \x1b; in '...'
/// all is as it is.
CommandText read_command(std::string_view text, std::size_t at);

/// The inverse: as it is where that reads back to the same, else in "...".
std::string command_text(const std::string& command);

}  // namespace grove
