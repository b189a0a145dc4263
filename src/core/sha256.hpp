#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace grove {

/// SHA-256 of what is added, by OpenSSL's libcrypto.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(const void* bytes, std::size_t size);
  /// The text and its length, so that ("ab", "c") and ("a", "bc") differ.
  void add_text(std::string_view text);
  /// 64 hex digits; may be called once.
  std::string hex();

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

std::string sha256_hex(std::string_view bytes);

}  // namespace grove
