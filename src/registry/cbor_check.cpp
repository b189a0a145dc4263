#include "registry/cbor_check.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove {

namespace {

enum Major : unsigned {
  unsigned_integer,
  negative_integer,
  bytes_item,
  text_item,
  array,
  map,
  tag,
  simple
};

class Walker {
 public:
  Walker(std::string_view bytes, int max_depth)
      : bytes_(bytes), max_depth_(static_cast<std::size_t>(max_depth)) {}

  void run() {
    open_.push_back({1, false});
    while (!open_.empty()) {
      if (open_.back().left == 0) {
        open_.pop_back();
        continue;
      }
      const bool key = open_.back().is_map && open_.back().left % 2 == 0;
      --open_.back().left;
      item(key);
    }
    if (at_ != bytes_.size()) fail(concat(bytes_.size() - at_, " bytes follow its end"));
  }

 private:
  struct Open {
    std::uint64_t left;
    bool is_map;
  };

  void item(bool key) {
    const unsigned first = byte();
    const unsigned major = first >> 5;
    const unsigned info = first & 31u;
    if (key && major != text_item) fail("a name is expected");
    if (major == simple) return simple_item(info);
    const std::uint64_t count = length(info);
    switch (major) {
      case unsigned_integer:
      case negative_integer:
        if (count > INT64_MAX) fail("an integer is out of range");
        return;
      case bytes_item:
      case text_item:
        return skip(count);
      case array:
        return open(count, false);
      case map:
        if (count > UINT64_MAX / 2) fail("a count is larger than the file");
        return open(2 * count, true);
      default:
        fail("an unknown kind of value");
    }
  }

  void simple_item(unsigned info) {
    if (info >= 20 && info <= 22) return;
    if (info < 25 || info > 27) fail("an unknown kind of value");
    skip(std::uint64_t{1} << (info - 24));
  }

  void open(std::uint64_t count, bool is_map) {
    if (count > bytes_.size() - at_) fail("a count is larger than the file");
    if (open_.size() > max_depth_) fail(concat("it is nested deeper than ", max_depth_, " levels"));
    open_.push_back({count, is_map});
  }

  unsigned byte() {
    if (at_ == bytes_.size()) fail("it ends too early");
    return static_cast<unsigned char>(bytes_[at_++]);
  }

  std::uint64_t length(unsigned info) {
    if (info < 24) return info;
    if (info > 27) fail("an unknown kind of length");
    std::uint64_t value = 0;
    for (unsigned i = 0; i < (1u << (info - 24)); ++i) value = value << 8 | byte();
    return value;
  }

  void skip(std::uint64_t count) {
    if (count > bytes_.size() - at_) fail("it ends too early");
    at_ += static_cast<std::size_t>(count);
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw ModelFormatError(concat("the model is not readable: at byte ", at_, ": ", what),
                           "the model file is damaged or was not written by grove");
  }

  std::string_view bytes_;
  std::size_t max_depth_;
  std::size_t at_ = 0;
  std::vector<Open> open_;
};

}  // namespace

void check_cbor(std::string_view bytes, int max_depth) { Walker(bytes, max_depth).run(); }

}  // namespace grove
