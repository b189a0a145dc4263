#pragma once

#include <string_view>

namespace grove {

/// The style sheet of the comparisons' pages. Colours follow the reader's light or dark setting.
inline constexpr std::string_view page_style = R"css(
:root{color-scheme:light dark;--paper:#fbfbf8;--card:#fff;--ink:#1c2126;--soft:#59626b;--line:#d9dcd6;
--dot:#2f6f9f;--best:#0b7a4b;--mean:#1c2126;--fit:#2f6f9f;--predict:#c9822b;--bad:#a8281e;--track:#eceeea;
--c0:#2f6fb0;--c1:#d9731a;--c2:#2b8f4d;--c3:#c23b3b;--c4:#8257b8;--c5:#8a5a44;--c6:#d159a0;--c7:#5f7f1e;--c8:#0f94a3;--c9:#b48a00}
@media (prefers-color-scheme:dark){:root{--paper:#14171a;--card:#1c2024;--ink:#e6e8ea;--soft:#a2abb3;
--line:#343b42;--dot:#79b4e0;--best:#55cf95;--mean:#fff;--fit:#79b4e0;--predict:#e7a552;--bad:#ff9388;--track:#2a3036;
--c0:#6fa8e8;--c1:#f2994a;--c2:#5cc984;--c3:#f07a7a;--c4:#b592ea;--c5:#c39a82;--c6:#f08bc6;--c7:#a9c95a;--c8:#4fcfde;--c9:#e3c04a}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:68rem;margin:0 auto;padding:1.25rem 1rem 3rem}
h1{font-size:1.6rem;line-height:1.2;margin:.5rem 0}
h2{font-size:1.25rem;margin:0;overflow-wrap:anywhere}
h3{font-size:1rem;margin:1.5rem 0 .25rem}
p{margin:.4rem 0}
.soft{color:var(--soft);font-size:.9rem}
section{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1rem;margin:1.25rem 0}
svg{display:block;width:100%;overflow:visible}
svg text{font:12px system-ui,sans-serif;fill:var(--soft);font-variant-numeric:tabular-nums}
svg .grid{stroke:var(--line)}
svg .track{stroke:var(--track);stroke-width:18}
svg .dot{fill:var(--dot);fill-opacity:.5}
svg .mean{stroke:var(--mean);stroke-width:3}
svg.best .dot{fill:var(--best)}
svg .fit{fill:var(--fit)}
svg .predict{fill:var(--predict)}
.row{display:flex;justify-content:space-between;gap:1rem;align-items:end;margin-top:.5rem;font-size:.875rem;line-height:1.35;padding:0 1%}
.row .name{overflow-wrap:anywhere}
.row .name+span{white-space:nowrap;font-variant-numeric:tabular-nums}
.row.best .name{font-weight:600}
.key{display:inline-block;width:.75em;height:.75em;border-radius:.15em;margin:0 .3em 0 .8em}
.key:first-child{margin-left:0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;min-width:100%}
th,td{padding:.35rem .6rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
thead th{color:var(--soft);font-weight:600}
th:first-child,td:first-child{text-align:left;padding-left:0}
tbody th{font-weight:400;white-space:normal;min-width:11rem;overflow-wrap:anywhere}
summary{margin-top:.75rem;cursor:pointer}
tr.best th,tr.best td{font-weight:600}
td.score{background:linear-gradient(to right,var(--dot) var(--part),var(--track) 0) .3rem 100%/calc(100% - .6rem) 3px no-repeat}
td.score.top{font-weight:600;background-image:linear-gradient(to right,var(--best) var(--part),var(--track) 0)}
.pinned table{font-size:.85rem}
.pinned tbody th{min-width:9.5rem}
.pinned thead th{white-space:normal;vertical-align:bottom;line-height:1.25}
.pinned th,.pinned td{padding:.35rem .4rem}
.pinned th:first-child{padding-left:0;overflow-wrap:break-word;position:sticky;left:0;background:var(--card)}
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:1rem;margin-top:.75rem}
figure{margin:0;break-inside:avoid}
figure svg{background:var(--paper);border:1px solid var(--line);border-radius:.4rem}
figcaption{font-size:.875rem;line-height:1.35;margin-top:.35rem;overflow-wrap:anywhere}
.drawing img{display:block;width:100%;min-width:36rem;max-width:46rem;height:auto;border-radius:.4rem}
figure path{fill:none;stroke-linecap:round;stroke-width:4.2;stroke-opacity:.75}
path.noise{stroke:var(--soft);stroke-width:2.8;stroke-opacity:.55}
.c0{stroke:var(--c0)}.c1{stroke:var(--c1)}.c2{stroke:var(--c2)}.c3{stroke:var(--c3)}.c4{stroke:var(--c4)}
.c5{stroke:var(--c5)}.c6{stroke:var(--c6)}.c7{stroke:var(--c7)}.c8{stroke:var(--c8)}.c9{stroke:var(--c9)}
.bad{color:var(--bad)}
.failures{border-left:3px solid var(--bad);padding-left:.75rem;margin:.75rem 0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;font-size:.9rem;margin:.5rem 0}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
code{font:.9em ui-monospace,monospace;overflow-wrap:anywhere}
@media (min-width:56rem){tbody th{overflow-wrap:normal;min-width:17rem}.pinned tbody th{min-width:9.5rem}}
@media print{body{background:none;print-color-adjust:exact;-webkit-print-color-adjust:exact}.scroll{overflow:visible}
h2,h3{break-after:avoid}.drawing{break-inside:avoid}table{font-size:.7rem}th,td{padding:.2rem .35rem}
.pinned table{font-size:.6rem}.pinned th,.pinned td{padding:.2rem .25rem}.pinned tbody th{min-width:7rem}.figures{grid-template-columns:repeat(3,1fr)}}
@media (max-width:34rem){.pinned tbody th{font-size:.8rem;min-width:8rem;max-width:10.5rem}dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}section{padding:.8rem}}
)css";

}  // namespace grove
