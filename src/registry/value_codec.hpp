#pragma once

#include <string>
#include <string_view>

#include "grove/params/value.hpp"

// Values as bytes (CBOR, RFC 8949) and as text (JSON). Arrays of numbers are CBOR byte strings: one
// byte for the element type (the number of its RFC 8746 tag), then the elements, little-endian, in
// the narrowest type that keeps every bit. Both readers are safe on any input.

namespace grove {

/// Deeper values are neither written nor read.
inline constexpr int max_value_depth = 256;

/// Throws Unsupported if the value is nested too deeply.
std::string to_cbor(const Value& value);
/// Throws ModelFormatError. Time and memory are proportional to bytes.size().
Value from_cbor(std::string_view bytes);

/// Readable JSON that `from_json_text` turns into an equal value; NaN and infinities are written as
/// {"$real": "nan"} and {"$reals": [1.0, "nan"]}. Throws InvalidData on text that is not UTF-8.
std::string to_json_text(const Value& value);
Value from_json_text(std::string_view text);

}  // namespace grove
