#pragma once

namespace grove {

/// Everything up to the body's content: colours follow the reader's light or dark setting.
inline constexpr const char* page_head = R"page(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>grove: comparison</title><style>
:root{color-scheme:light dark;--page:#fcfcfa;--ink:#1d2420;--soft:#5c665f;--line:#d9ddd8;--card:#fff;--accent:#1f6f4a;--dot:#7b98b8;--bad:#a3341f}
@media(prefers-color-scheme:dark){:root{--page:#141816;--ink:#e6ebe7;--soft:#9aa59e;--line:#333b36;--card:#1b211e;--accent:#6fcf9b;--dot:#6f93bd;--bad:#f08a74}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 4rem}h1{font-size:1.6rem;line-height:1.2}h2{margin:0 0 .25rem;font-size:1.25rem}h3{margin:1.25rem 0 0;font-size:1rem}
p{margin:.25rem 0 .75rem;color:var(--soft)}section{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1rem;margin:1rem 0}
figure{margin:0 0 1rem}svg{width:100%;height:auto;display:block}svg text{font:11px system-ui,sans-serif;fill:var(--soft)}svg .name{fill:var(--ink)}
.grid{stroke:var(--line)}.fold{fill:var(--dot);opacity:.65}.spread{stroke:var(--ink);stroke-width:1.5}.mean{fill:var(--ink)}.mean.best{fill:var(--accent)}
svg .failed,.failed{fill:var(--bad);color:var(--bad)}.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.875rem;font-variant-numeric:tabular-nums}
th,td{padding:.35rem .6rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap;vertical-align:top}th:first-child{text-align:left}
td.failed{text-align:left;white-space:normal;min-width:18rem}td.work{white-space:normal;min-width:12rem;color:var(--soft)}
small{color:var(--soft);font-weight:400}th small{display:block;max-width:20rem;white-space:normal;overflow-wrap:anywhere}tr.best th,tr.best td{color:var(--accent);font-weight:600}
.bars,.ranks{list-style:none;padding:0;margin:.5rem 0}.bars li{display:grid;grid-template-columns:minmax(6rem,14rem) 1fr 5rem;gap:.6rem;align-items:center;margin:.25rem 0;font-size:.875rem}
.who{overflow-wrap:anywhere}.track{background:var(--line);border-radius:.3rem;height:.6rem}.bar{display:block;background:var(--dot);border-radius:.3rem;height:100%}.what{text-align:right;font-variant-numeric:tabular-nums}
.ranks li{display:flex;justify-content:space-between;border-bottom:1px solid var(--line);padding:.3rem 0}dl{display:grid;grid-template-columns:minmax(6rem,auto) 1fr;gap:.3rem 1rem;font-size:.875rem}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}@media print{section{break-inside:avoid}}
</style></head><body>)page";

}  // namespace grove
