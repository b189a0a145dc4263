#include "core/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <system_error>
#include <utility>

#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove {

namespace {

std::string reason(int code) { return std::generic_category().message(code); }

[[noreturn]] void cannot(std::string_view verb, const std::string& path, const std::string& why,
                         std::string hint = {}) {
  throw Error(concat("cannot ", verb, " '", printable(path, 300), "': ", why), std::move(hint));
}

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }
  bool ok() const { return value_ >= 0; }
  /// 0, or what went wrong: some file systems report a full disk only here.
  int close() {
    const int result = value_ >= 0 && ::close(value_) != 0 ? errno : 0;
    value_ = -1;
    return result;
  }

 private:
  int value_;
};

/// 0 or an errno.
int write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

std::string link_target(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> resolved(::realpath(path.c_str(), nullptr),
                                                             &std::free);
  return resolved ? std::string(resolved.get()) : path;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

void write_plainly(const std::string& path, std::string_view bytes, int flags) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, 0666));
  if (!file.ok()) cannot("write", path, reason(errno));
  int failure = write_all(file.get(), bytes);
  const int closing = file.close();
  if (failure == 0) failure = closing;
  if (failure != 0) cannot("write", path, reason(failure));
}

/// A new file of a name that is free, next to `target`; the name goes to `beside`.
int open_beside(const std::string& target, std::string& beside) {
  for (int i = 0;; ++i) {
    beside = concat(target, ".part-", ::getpid(), "-", i);
    const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file >= 0 || errno != EEXIST || i == 1000) return file;
  }
}

/// What a path stands for as the place of a new file.
struct Place {
  std::string target;  // links followed
  bool exists = false;
  bool is_device = false;
  mode_t mode = 0;
};

Place place_of(const std::string& path) {
  struct stat status {};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode))
    cannot("write", path, "it is a directory", "give the name of a file in it");
  return {exists ? link_target(path) : path, exists, exists && !S_ISREG(status.st_mode),
          status.st_mode & 07777};
}

/// An empty file next to the place; its name goes to `beside`.
Descriptor start_beside(const std::string& path, const Place& place, std::string& beside) {
  Descriptor file(open_beside(place.target, beside));
  if (file.ok()) return file;
  const int code = errno;
  cannot("write", path, reason(code),
         code == ENOENT || code == ENOTDIR
             ? concat("make the directory '", printable(folder_of(place.target)), "' first")
             : std::string());
}

}  // namespace

void check_writable(const std::string& path) {
  const Place place = place_of(path);
  if (place.is_device) return;
  std::string beside;
  const Descriptor file = start_beside(path, place, beside);
  ::unlink(beside.c_str());
}

void write_file_atomically(const std::string& path, std::string_view bytes) {
  const Place place = place_of(path);
  if (place.is_device) return write_plainly(path, bytes, 0);
  std::string beside;
  Descriptor file = start_beside(path, place, beside);
  int failure = write_all(file.get(), bytes);
  if (failure == 0 && place.exists && ::fchmod(file.get(), place.mode) != 0) failure = errno;
  if (failure == 0 && ::fsync(file.get()) != 0) failure = errno;
  const int closing = file.close();
  if (failure == 0) failure = closing;
  if (failure == 0 && ::rename(beside.c_str(), place.target.c_str()) != 0) failure = errno;
  if (failure != 0) {
    ::unlink(beside.c_str());
    cannot("write", path, reason(failure));
  }
  // The new name itself survives a power cut only when its directory is on disk; not all can be
  // synced.
  const std::string folder = folder_of(place.target);
  const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.ok()) ::fsync(directory.get());
}

void write_new_file(const std::string& path, std::string_view bytes) {
  write_plainly(path, bytes, O_CREAT | O_EXCL);
}

std::string read_whole_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.ok()) cannot("read", path, reason(errno), "check the path and its permissions");
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) cannot("read", path, reason(errno));
  if (S_ISDIR(status.st_mode))
    cannot("read", path, "it is a directory", "give the name of a file in it");
  if (!S_ISREG(status.st_mode)) cannot("read", path, "it is not a regular file");
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t size = 0;
  while (true) {
    if (size == bytes.size()) bytes.resize(bytes.size() + 4096);
    const ssize_t got = ::read(file.get(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) cannot("read", path, reason(errno));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace grove
