#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace grove::testing {

/// A file of one test's own, removed when the test ends.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& name, const std::string& bytes = {})
      : path_(std::filesystem::temp_directory_path() /
              ("grove_" + std::to_string(::getpid()) + "_" + name)) {
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace grove::testing
