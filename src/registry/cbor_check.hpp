#pragma once

#include <string_view>

namespace grove {

/// Throws ModelFormatError unless `bytes` are one CBOR item of the kinds that model files use:
/// definite lengths, each within the bytes present, text as map keys, no tags, at most `max_depth`
/// levels, nothing after it. Needed because nlohmann's reader recurses once per level. O(n).
void check_cbor(std::string_view bytes, int max_depth);

}  // namespace grove
