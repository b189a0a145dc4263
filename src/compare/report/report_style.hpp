#pragma once

#include <string_view>

namespace grove {

/// Colours k0 ... k7 of the contenders: each has a contrast of 4.5 or more with the ground, and any
/// two stay apart for readers who do not tell red, green or blue. kb: a baseline.
inline constexpr std::string_view diagram_style = R"css(
svg{--ink:#1c2126;--soft:#59626b;--paper:#fff;--bar:#1c2126}
@media (prefers-color-scheme:dark){svg{--ink:#e6e8ea;--soft:#a2abb3;--paper:#1c2024;--bar:#e6e8ea}}
svg text{font:12px system-ui,-apple-system,"Segoe UI",sans-serif;fill:var(--soft);font-variant-numeric:tabular-nums}
svg text.label{font-size:13px;fill:var(--ink)}
svg .rank{fill:var(--soft);font-size:12px}
svg .axis{stroke:var(--soft);stroke-width:1.2}
svg .lead{fill:none;stroke:var(--soft);stroke-width:1;stroke-opacity:.65}
svg .at{fill:var(--ink)}
svg .bar{stroke:var(--bar);stroke-width:5;stroke-linecap:round}
svg .halo{paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}
svg rect.paper{fill:var(--paper)}
)css";

inline constexpr std::string_view report_style = R"css(
:root{--k0:#3842eb;--k1:#d9340f;--k2:#0f6b50;--k3:#6b2a9e;--k4:#ac428b;--k5:#4a3a08;--k6:#122754;--k7:#3d7a1c;--kb:#5f676e;--right:11,122,75;--wrong:190,45,30;--depth:1}
@media (prefers-color-scheme:dark){:root{--k0:#84cdff;--k1:#e0952e;--k2:#31fb85;--k3:#9d87f5;--k4:#e56bb0;--k5:#ab9871;--k6:#dcffeb;--k7:#eaf321;--kb:#a2abb3;--right:72,190,135;--wrong:240,105,90;--depth:.62}}
.k0{--k:var(--k0)}.k1{--k:var(--k1)}.k2{--k:var(--k2)}.k3{--k:var(--k3)}.k4{--k:var(--k4)}.k5{--k:var(--k5)}.k6{--k:var(--k6)}.k7{--k:var(--k7)}.kb{--k:var(--kb)}
.opening{background:none;border:0;padding:0;font-size:1.075rem;max-width:46rem}
.opening,.failures,dt,figcaption{overflow-wrap:anywhere}
.opening p{margin:.75rem 0}
.opening h2{font-size:1.075rem;margin:1.25rem 0 .3rem}
ul{padding-left:1.2rem;margin:.4rem 0}
li{margin:.25rem 0}
.opening li{font-size:1rem}
.findings li{font-size:.9rem}
.who{overflow-wrap:anywhere}th .who,td .who{display:inline-flex;align-items:baseline;overflow-wrap:break-word}th .who svg,td .who svg{flex:none}
table.sort tbody th{min-width:8rem;max-width:18rem;overflow-wrap:break-word;padding-right:.7rem}
table.sort thead th{white-space:normal}
svg.swatch{display:inline-block;width:.85em;height:.85em;vertical-align:-.06em;margin-right:.4em}
svg .mark{fill:var(--k);stroke:var(--card);stroke-width:1}
svg.dots .dot{fill:var(--k);fill-opacity:.5}
svg .curve{fill:none;stroke:var(--k);stroke-width:2;stroke-linejoin:round;stroke-opacity:1}
svg .kb .curve{stroke-dasharray:2 4}
svg .band{fill:var(--k);fill-opacity:.12;stroke:none}
svg .cloud{fill:none;stroke:var(--k);stroke-width:4;stroke-linecap:round;stroke-opacity:.4}
svg .bin{fill:var(--k);fill-opacity:.3}
svg .whisker{stroke:var(--k);stroke-width:1.3;stroke-opacity:.6}
svg .front{fill:none;stroke:var(--soft);stroke-width:1.4;stroke-dasharray:5 4;stroke-opacity:.9}
svg .diagonal{stroke:var(--soft);stroke-width:1.2;stroke-dasharray:3 4}
svg .leader{stroke:var(--soft);stroke-width:.8;stroke-opacity:.7}
svg text.label{font-size:12px}
.cd text.label{font-size:13px}
svg{--paper:var(--card)}
.figures svg,.diagram svg{background:none;border:0;border-radius:0}
.figures{grid-template-columns:repeat(auto-fill,minmax(min(15.5rem,100%),1fr));gap:1.25rem 1.5rem;align-items:start}
.figures.wide{grid-template-columns:repeat(auto-fit,minmax(min(21rem,100%),1fr))}
.figures figure{max-width:34rem}
.figures.roc figure:first-child{grid-column:span 2;grid-row:span 2}
figure.diagram{max-width:56rem;margin:.75rem auto}
.cd.narrow{display:none}
.dots{height:24px}.ticks{height:18px}
table.sort{font-size:.875rem}table.sort th,table.sort td{padding:.35rem .5rem}
table.sort th:first-child{padding-left:0}
table.sort td.text{text-align:left}
td.hash{font-size:.8em}td.hash code{overflow-wrap:normal}
td.top,tr.first th{font-weight:600}
td small{color:var(--soft);font-weight:400}
thead th{vertical-align:bottom}
th button{font:inherit;color:inherit;background:none;border:0;padding:0;margin:0;cursor:pointer;text-align:inherit}
th button::after{content:"\2195";opacity:.35;margin-left:.3em;font-weight:400}
th[aria-sort=ascending] button::after{content:"\2191";opacity:1}
th[aria-sort=descending] button::after{content:"\2193";opacity:1}
a{color:var(--dot)}
:focus-visible{outline:2px solid var(--dot);outline-offset:2px;border-radius:2px}
.contents{list-style:none;padding:0;columns:23rem;column-gap:2rem;font-size:.95rem}
.contents li{break-inside:avoid;padding:.15rem 0;margin:0}
.contents a{font-weight:600;margin-right:.5rem}
section{scroll-margin-top:.5rem}
.fold>summary{margin:0;list-style-position:inside}
.fold>summary h2{display:inline;margin-right:.6rem}
details:not(.fold)>summary{color:var(--soft);font-size:.9rem}
.who-is-who{grid-template-columns:minmax(9rem,max-content) 1fr}
.who-is-who dt{color:var(--ink)}
@media (max-width:40rem){.who-is-who{grid-template-columns:1fr}.cd.wide{display:none}.cd.narrow{display:block}.figures.roc figure:first-child{grid-column:auto;grid-row:auto}}
.links{display:flex;flex-wrap:wrap;gap:.5rem}
a.csv{display:inline-block;border:1px solid var(--line);border-radius:.4rem;padding:.3rem .7rem;text-decoration:none;font-size:.9rem;color:var(--ink)}
a.csv:hover{border-color:var(--dot)}
a.csv::before{content:"\2193\a0";color:var(--soft)}
.matrices{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(20rem,100%),1fr));gap:1rem 1.5rem;align-items:start}
table.confusion{min-width:0;border-collapse:separate;border-spacing:2px;font-size:.85rem;margin:.5rem 0}
.confusion caption{text-align:left;font-size:.9rem;padding-bottom:.3rem;white-space:normal}
.confusion th,.confusion td{border:0;padding:.25rem .45rem;text-align:center;min-width:0;color:var(--ink)}
.confusion thead th{font-weight:400;color:var(--soft);max-width:7rem;white-space:normal;overflow-wrap:anywhere;line-height:1.15}
.confusion tbody th{text-align:right;min-width:0;max-width:8rem;color:var(--soft);padding-left:0}
.confusion tbody td{background:var(--track);border-radius:3px;min-width:2.6rem}
.confusion td.corner{color:var(--soft);font-size:.7rem;text-align:left;white-space:normal;max-width:5rem;line-height:1.2;padding-left:0}
.confusion td small{display:block;font-size:.75em;line-height:1.1;color:inherit}
.confusion.many{font-size:.7rem;border-spacing:1px}
.confusion.many th,.confusion.many td{padding:.1rem .2rem}
.confusion.many tbody td{min-width:1.9em}
.confusion td.r1{background:rgba(var(--right),calc(.1*var(--depth)))}.confusion td.w1{background:rgba(var(--wrong),calc(.09*var(--depth)))}.confusion td.r2{background:rgba(var(--right),calc(.17*var(--depth)))}.confusion td.w2{background:rgba(var(--wrong),calc(.14*var(--depth)))}.confusion td.r3{background:rgba(var(--right),calc(.25*var(--depth)))}.confusion td.w3{background:rgba(var(--wrong),calc(.21*var(--depth)))}
.confusion td.r4{background:rgba(var(--right),calc(.32*var(--depth)))}.confusion td.w4{background:rgba(var(--wrong),calc(.27*var(--depth)))}.confusion td.r5{background:rgba(var(--right),calc(.4*var(--depth)))}.confusion td.w5{background:rgba(var(--wrong),calc(.34*var(--depth)))}.confusion td.r6{background:rgba(var(--right),calc(.47*var(--depth)))}.confusion td.w6{background:rgba(var(--wrong),calc(.4*var(--depth)))}
.confusion td.r7{background:rgba(var(--right),calc(.55*var(--depth)))}.confusion td.w7{background:rgba(var(--wrong),calc(.47*var(--depth)))}.confusion td.r8{background:rgba(var(--right),calc(.62*var(--depth)))}.confusion td.w8{background:rgba(var(--wrong),calc(.53*var(--depth)))}.confusion td.r9{background:rgba(var(--right),calc(.7*var(--depth)))}.confusion td.w9{background:rgba(var(--wrong),calc(.59*var(--depth)))}
@media print{a.csv,th button::after,.contents{display:none}.opening{font-size:.95rem}section{break-inside:auto;border:0;padding:0}
.row,svg,figure,.matrices>div,tr{break-inside:avoid}.row,h3+p{break-after:avoid}main{max-width:none}body{font-size:13px}.figures{grid-template-columns:repeat(3,1fr)}.figures.wide{grid-template-columns:repeat(2,1fr)}
.matrices{grid-template-columns:repeat(3,1fr)}.confusion.many{font-size:.42rem}.confusion.many th,.confusion.many td{padding:.05rem .1rem}details:not([open]){display:none}#downloads{display:none}td.hash{font-size:.55rem}
.cd.wide{display:block}.cd.narrow{display:none}}
)css";

}  // namespace grove
