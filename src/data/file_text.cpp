#include "data/file_text.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>

#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove {

namespace {

class Descriptor {
 public:
  explicit Descriptor(const std::string& path)
      : value_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (value_ < 0)
      throw ParseError(path, 0, 0, concat("cannot be opened: ", std::strerror(errno)),
                       "check the path; bundled data sets are loaded by name");
  }
  ~Descriptor() { ::close(value_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int value() const { return value_; }

 private:
  int value_;
};

std::string decompress(const std::string& path) {
  struct Close {
    void operator()(gzFile file) const { gzclose(file); }
  };
  const std::unique_ptr<gzFile_s, Close> file(gzopen(path.c_str(), "rbe"));
  if (!file) throw ParseError(path, 0, 0, "cannot be opened");
  std::string text;
  std::string buffer(std::size_t{1} << 20, '\0');
  while (true) {
    const int n = gzread(file.get(), buffer.data(), static_cast<unsigned>(buffer.size()));
    if (n < 0) {
      int code = 0;
      throw ParseError(path, 0, 0, concat("is damaged gzip data: ", gzerror(file.get(), &code)));
    }
    text.append(buffer.data(), static_cast<std::size_t>(n));
    if (static_cast<std::size_t>(n) < buffer.size()) break;
  }
  // zlib reports a file that ends too early only here.
  int code = Z_OK;
  gzerror(file.get(), &code);
  if (code != Z_OK) throw ParseError(path, 0, 0, "is gzip data that ends too early");
  return text;
}

}  // namespace

FileText::FileText(const std::string& path) {
  const Descriptor file(path);
  struct stat info = {};
  if (::fstat(file.value(), &info) != 0)
    throw ParseError(path, 0, 0, concat("cannot be read: ", std::strerror(errno)));
  if (S_ISDIR(info.st_mode))
    throw ParseError(path, 0, 0, "is a directory, not a file", "name a file inside it");
  if (!S_ISREG(info.st_mode)) throw ParseError(path, 0, 0, "is not a regular file");
  if (path.ends_with(".gz")) {
    decompressed_ = decompress(path);
    text_ = decompressed_;
    return;
  }
  mapped_size_ = static_cast<std::size_t>(info.st_size);
  if (mapped_size_ == 0) return;
  mapped_ = ::mmap(nullptr, mapped_size_, PROT_READ, MAP_PRIVATE, file.value(), 0);
  if (mapped_ == MAP_FAILED) {
    mapped_ = nullptr;
    throw ParseError(path, 0, 0, concat("cannot be read: ", std::strerror(errno)));
  }
  text_ = std::string_view(static_cast<const char*>(mapped_), mapped_size_);
}

FileText::~FileText() {
  if (mapped_ != nullptr) ::munmap(mapped_, mapped_size_);
}

std::string data_name(const std::string& path) {
  const std::string file = std::filesystem::path(path).filename().string();
  return file.substr(0, file.find('.', 1));
}

void forget_pages(std::string_view piece, bool mapped) {
  if (!mapped) return;
  constexpr std::uintptr_t page = 4096;
  const auto begin = (reinterpret_cast<std::uintptr_t>(piece.data()) + page - 1) / page * page;
  const auto end = reinterpret_cast<std::uintptr_t>(piece.data() + piece.size()) / page * page;
  if (end > begin) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace grove
