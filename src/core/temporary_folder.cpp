#include "core/temporary_folder.hpp"

#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove {

TemporaryFolder::TemporaryFolder(const std::string& prefix) {
  const char* chosen = ::getenv("TMPDIR");
  const std::string place = chosen != nullptr && *chosen != '\0' ? chosen : "/tmp";
  std::string name = concat(std::filesystem::absolute(place).string(), "/", prefix, "-XXXXXX");
  if (::mkdtemp(name.data()) == nullptr)
    throw Error(concat("cannot make a temporary directory in '", printable(place, 300),
                       "': ", std::generic_category().message(errno)),
                "set TMPDIR to a directory with room");
  path_ = std::move(name);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace grove
