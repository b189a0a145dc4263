#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace grove {

/// RFC 4648 with padding, by OpenSSL's libcrypto.
std::string to_base64(std::span<const unsigned char> bytes);
/// Nothing if `text` is not base64.
std::optional<std::vector<unsigned char>> from_base64(std::string_view text);

}  // namespace grove
