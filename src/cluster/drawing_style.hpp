#pragma once

#include <string>
#include <string_view>

#include "core/text.hpp"

namespace grove::cluster {

/// Of drawings of clusters, light and dark. `line` and `bar` take the colour of their class: c0 to
/// c5 for clusters, else grey. Plain rules first: not every viewer knows the reader's colour
/// scheme.
inline constexpr std::string_view drawing_style =
    "<style>.paper{fill:#fbfbf8}.grid{stroke:#d9dcd6}.cut{stroke:#a8281e;stroke-dasharray:4 4}"
    ".line{fill:none;stroke:currentColor;color:#59626b}.bar{fill:currentColor;color:#b9c2c9}"
    "text{font:12px system-ui,sans-serif;fill:#1c2126}text.soft{font-size:11px;fill:#59626b}"
    ".c0{color:#2f6f9f}.c1{color:#c9822b}.c2{color:#0b7a4b}.c3{color:#a8281e}"
    ".c4{color:#7a4fa3}.c5{color:#5f6b1a}"
    "@media(prefers-color-scheme:dark){.paper{fill:#14171a}.line{color:#a2abb3}.bar{color:#5b656e}"
    ".grid{stroke:#343b42}.cut{stroke:#ff9388}text{fill:#e6e8ea}text.soft{fill:#a2abb3}"
    ".c0{color:#79b4e0}.c1{color:#e7a552}.c2{color:#55cf95}.c3{color:#ff9388}"
    ".c4{color:#c0a1e6}.c5{color:#c3cf6a}}</style>\n";
inline constexpr int n_colours = 6;

/// The class of a cluster's colour; "" for none.
inline std::string colour_of(int label) { return label < 0 ? "" : concat(" c", label % n_colours); }

}  // namespace grove::cluster
