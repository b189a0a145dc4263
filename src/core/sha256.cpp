#include "core/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstdint>

#include "grove/core/error.hpp"

namespace grove {

struct Sha256::Implementation {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~Implementation() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : implementation_(std::make_unique<Implementation>()) {
  if (implementation_->context == nullptr ||
      EVP_DigestInit_ex(implementation_->context, EVP_sha256(), nullptr) != 1)
    throw Error("libcrypto offers no SHA-256");
}

Sha256::~Sha256() = default;

void Sha256::add(const void* bytes, std::size_t size) {
  if (EVP_DigestUpdate(implementation_->context, bytes, size) != 1)
    throw Error("libcrypto failed to update a SHA-256");
}

void Sha256::add_text(std::string_view text) {
  const auto size = static_cast<std::uint64_t>(text.size());
  add(&size, sizeof size);
  add(text.data(), text.size());
}

std::string Sha256::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(implementation_->context, digest.data(), &size) != 1)
    throw Error("libcrypto failed to finish a SHA-256");
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    text += digits[digest[i] >> 4];
    text += digits[digest[i] & 15];
  }
  return text;
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes.data(), bytes.size());
  return hash.hex();
}

}  // namespace grove
