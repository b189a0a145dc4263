#pragma once

#include <string_view>

namespace grove {

/// Without it the page is the same but for the sorting.
inline constexpr std::string_view page_script = R"js(
(() => {
  const key = (row, i) => {
    const cell = row.cells[i], v = cell.dataset.v ?? cell.textContent.trim();
    return v === "" ? null : isNaN(v) ? v.toLowerCase() : Number(v);
  };
  const order = (a, b) => typeof a === "number" && typeof b === "number" ? a - b
    : String(a).localeCompare(String(b), undefined, {numeric: true});
  for (const table of document.querySelectorAll("table.sort")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, i) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach(h => h.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const body = table.tBodies[0];
        const rows = [...body.rows].map(row => [key(row, i), row]);
        // What has no value stays last in both directions.
        rows.sort(([a], [b]) => a === null || b === null ? (a === null) - (b === null)
          : down ? order(b, a) : order(a, b));
        body.append(...rows.map(([, row]) => row));
      });
    });
  }
  const reveal = () => {
    const at = location.hash && document.getElementById(location.hash.slice(1));
    const fold = at && at.querySelector("details.fold");
    if (fold) { fold.open = true; at.scrollIntoView(); }
  };
  addEventListener("hashchange", reveal);
  reveal();
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details.fold:not([open])")];
    closed.forEach(d => { d.open = true; });
  });
  addEventListener("afterprint", () => closed.forEach(d => { d.open = false; }));
})();
)js";

}  // namespace grove
