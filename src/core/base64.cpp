#include "core/base64.hpp"

#include <openssl/evp.h>

namespace grove {

namespace {

// OpenSSL counts in int: long inputs go in pieces of whole groups.
constexpr std::size_t piece_bytes = 3UL << 20;
constexpr std::size_t piece_letters = 4UL << 20;

}  // namespace

std::string to_base64(std::span<const unsigned char> bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL writes a final zero
  std::size_t at = 0;
  for (std::size_t begin = 0; begin < bytes.size(); begin += piece_bytes) {
    const auto piece = bytes.subspan(begin, std::min(piece_bytes, bytes.size() - begin));
    at +=
        static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data() + at),
                                                 piece.data(), static_cast<int>(piece.size())));
  }
  text.resize(at);
  return text;
}

std::optional<std::vector<unsigned char>> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  // OpenSSL skips blanks at the ends and takes "=" for zeros anywhere.
  if (text.substr(0, text.size() - padding).find_first_of("= \t\r\n-") != std::string_view::npos)
    return std::nullopt;
  std::vector<unsigned char> bytes(text.size() / 4 * 3);
  std::size_t at = 0;
  for (std::size_t begin = 0; begin < text.size(); begin += piece_letters) {
    const std::string_view piece = text.substr(begin, piece_letters);
    const int n =
        EVP_DecodeBlock(bytes.data() + at, reinterpret_cast<const unsigned char*>(piece.data()),
                        static_cast<int>(piece.size()));
    if (n != static_cast<int>(piece.size() / 4 * 3)) return std::nullopt;
    at += static_cast<std::size_t>(n);
  }
  bytes.resize(at - padding);
  return bytes;
}

}  // namespace grove
