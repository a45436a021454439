#include "scenarios/report_html_parts.h"

namespace roomle_sim {
namespace {

constexpr std::string_view kStyle = R"css(:root {
  color-scheme: light dark;
  --back: #fff; --raised: #f6f7f9; --text: #1c2330; --faint: #5b6472; --line: #d9dee5;
  --good: #1a7f4b; --bad: #c02b33; --unsure: #b25e00; --mail: #5b4bc4; --wait: #8a94a3;
  --on: #fff; --differs: #fff1f0; --link: #0b5cad;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #14181f; --raised: #1d232c; --text: #e3e8ef; --faint: #9aa5b4; --line: #343c48;
    --good: #4cc38a; --bad: #ff7b7f; --unsure: #f0a04b; --mail: #a79bff; --wait: #77828f;
    --on: #10141a; --differs: #3a2226; --link: #7ab8ff;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.5rem; max-width: 62rem; background: var(--back); color: var(--text);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
}
h1 { margin: 0; font-size: 1.5rem; }
h4 { margin: 1.2rem 0 0; font-size: 1rem; overflow-wrap: anywhere; }
h5 { margin: .8rem 0 .3rem; font-size: .85rem; color: var(--faint); font-weight: 600; }
p { margin: .3rem 0; }
a { color: var(--link); }
pre, .url, .headers td, .difference td {
  font: 13px/1.45 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
}
pre {
  margin: .4rem 0; padding: .6rem .8rem; max-height: 24rem; overflow: auto; white-space: pre-wrap;
  overflow-wrap: anywhere; background: var(--raised); border: 1px solid var(--line);
  border-radius: 6px;
}
.facts, .note { color: var(--faint); font-size: .87rem; overflow-wrap: anywhere; }
.counts { display: flex; flex-wrap: wrap; gap: .5rem; margin: .7rem 0; }
.count, .state, .outcome {
  display: inline-block; padding: .1rem .55rem; border-radius: 1rem; font-size: .82rem;
  font-weight: 600; color: var(--on); background: var(--wait); white-space: nowrap;
}
.passed, .delivered { background: var(--good); }
.failed, .error.state, .error.count, .mail_failed { background: var(--bad); }
.mailed { background: var(--mail); }
p.error { color: var(--bad); overflow-wrap: anywhere; }
table { border-collapse: collapse; }
.contents { width: 100%; margin: 1rem 0 2rem; font-size: .92rem; }
.contents td {
  padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere;
}
.contents td.state {
  display: table-cell; width: 1%; background: none; border-radius: 0; padding-left: 0;
  color: var(--faint);
}
.contents td.state.passed { color: var(--good); }
.contents td.state.failed, .contents td.state.error { color: var(--bad); }
.number { text-align: right; white-space: nowrap; }
section { margin: 0 0 1rem; border: 1px solid var(--line); border-radius: 8px; }
section > details { padding: .7rem 1rem; }
summary { cursor: pointer; overflow-wrap: anywhere; }
article { margin: 1rem 0; padding: 0 0 0 1rem; border-left: 3px solid var(--line); }
article > h4 { margin-top: 0; }
article > details, .mail details { margin: .4rem 0; }
.unsure { color: var(--unsure); font-size: .87rem; }
.exchange { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1.2rem; }
.exchange > div { min-width: 0; }
.url { overflow-wrap: anywhere; }
.headers { width: 100%; font-size: .87rem; }
.headers th {
  width: 1%; padding: .1rem .8rem .1rem 0; color: var(--faint); font-weight: 400; text-align: left;
  vertical-align: top; white-space: nowrap;
}
.headers td { padding: .1rem 0; vertical-align: top; word-break: break-all; }
.wide { overflow-x: auto; }
.difference { width: 100%; table-layout: fixed; margin: .4rem 0; border: 1px solid var(--line); }
.difference th { padding: .2rem .6rem; text-align: left; font-size: .82rem; color: var(--faint); }
.difference td {
  padding: .15rem .6rem; vertical-align: top; white-space: pre-wrap; overflow-wrap: anywhere;
  border-top: 1px solid var(--line);
}
.difference th + th, .difference td + td { border-left: 1px solid var(--line); }
.difference .differs td { background: var(--differs); }
.difference .skipped td { color: var(--faint); }
iframe {
  display: block; width: 100%; height: 19rem; margin: .5rem 0; border: 1px solid var(--line);
  border-radius: 6px; background: #fff; color-scheme: light; resize: vertical;
}
.timeline { overflow-x: auto; margin: .3rem 0; }
.timeline svg { display: block; }
.timeline text { font: 12px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
.timeline .in { text-anchor: middle; fill: var(--on); font-weight: 600; }
.timeline .below { text-anchor: middle; fill: var(--faint); }
.timeline .start { fill: var(--faint); }
.timeline rect.good { fill: var(--good); }
.timeline rect.bad { fill: var(--bad); }
.timeline rect.unsure { fill: var(--unsure); }
.timeline rect.mail { fill: var(--mail); }
.timeline rect.open { fill: var(--wait); }
.timeline path.wait { stroke: var(--wait); stroke-width: 2; stroke-dasharray: 2 4; fill: none; }
@media (max-width: 44rem) {
  body { padding: .8rem; }
  .exchange { grid-template-columns: 1fr; }
  .contents td:nth-child(3) { display: none; }
}
@media print { body { max-width: none; } pre { max-height: none; } }
)css";

}  // namespace

std::string_view html_style() {
  return kStyle;
}

}  // namespace roomle_sim
