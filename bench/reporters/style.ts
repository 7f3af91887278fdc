/** The report's looks: one column of quiet paper or slate, one accent, figures that line up. */
export const reportStyle = `
:root{--paper:#fbfaf7;--card:#fff;--ink:#1d2330;--soft:#5b6474;--rule:#e4e1d9;--a:#3457d5;--a-soft:#3457d533;--b:#0f8a76;--bad:#c2362b;--warn:#955900;--warn-soft:#fff4dd;--good:#0f7a4f;--open:#9aa3b2}
@media screen and (prefers-color-scheme:dark){:root{--paper:#12151c;--card:#1a1f29;--ink:#e8eaf0;--soft:#98a2b5;--rule:#2b3240;--a:#8ea6ff;--a-soft:#8ea6ff33;--b:#4fd1b8;--bad:#ff7b6e;--warn:#f1b24a;--warn-soft:#2c2415;--good:#56d39b;--open:#6b7487}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
header,main,footer{max-width:1180px;margin:0 auto;padding:0 28px}
header{padding-top:44px}
.brand{margin:0;color:var(--a);font-weight:650;letter-spacing:.02em}
h1{margin:2px 0 6px;font-size:34px;line-height:1.2;letter-spacing:-.015em;overflow-wrap:anywhere}
h2{margin:40px 0 12px;font-size:20px;letter-spacing:-.005em}
h3{margin:24px 0 6px;font-size:16px;overflow-wrap:anywhere}
small{font-size:13px;font-weight:400;color:var(--soft)}
.lead{margin:0;color:var(--soft)}
.verdict{margin:22px 0 0;padding:11px 16px;border-radius:10px;font-weight:600;border:1px solid currentColor;background:var(--card)}
.verdict.good{color:var(--good)}.verdict.bad{color:var(--bad)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(196px,1fr));gap:14px;margin:0}
.tile,figure,.mind{background:var(--card);border:1px solid var(--rule);border-radius:12px}
.tile{padding:14px 18px}
.tile dt{color:var(--soft);font-size:14px}
.tile dd{margin:0}
.tile strong{display:block;font-size:29px;line-height:1.3;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
.tile span{color:var(--soft);font-size:13px;font-variant-numeric:tabular-nums}
.sum{margin:0 0 10px;font-variant-numeric:tabular-nums}
.key::before{content:"";display:inline-block;width:.7em;height:.7em;border-radius:3px;margin:0 .4em 0 .2em;background:var(--open)}
.key.ok::before,.bar .ok{background:var(--b)}.key.failed::before,.bar .failed{background:var(--bad)}
.key.cut::before,.bar .cut{background:var(--warn)}.bar .open{background:var(--open)}
.bar{display:flex;gap:2px;height:12px;border-radius:6px;overflow:hidden;background:var(--rule);margin-bottom:16px}
.bar span{min-width:3px}
.mind{margin-top:36px;padding:4px 22px 10px;background:var(--warn-soft);border-color:var(--warn)}
.mind h2{margin:14px 0 4px;font-size:16px;color:var(--warn)}
.mind ul{margin:0 0 6px;padding-left:20px}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,460px),1fr));gap:16px}
figure{margin:0;padding:16px 18px 10px;min-width:0}
figcaption{font-weight:600;margin-bottom:8px}
figcaption small{margin-left:.4em}
svg{display:block;width:100%;height:auto;overflow:visible}
svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;fill:var(--soft);font-variant-numeric:tabular-nums}
.grid{stroke:var(--rule)}.axis{stroke:var(--soft);stroke-opacity:.6}
.bar-a{fill:var(--a)}.bar-b{fill:var(--b)}.bar-bad{fill:var(--bad)}
.area{fill:var(--a-soft)}.edge{fill:none;stroke:var(--a);stroke-width:1.8}
.dots{fill:none;stroke:var(--a);stroke-opacity:.55;stroke-width:4.5;stroke-linecap:round}
.median{fill:none;stroke:var(--ink);stroke-width:1.8;stroke-linejoin:round}
.curve{fill:none;stroke-width:2;stroke-linejoin:round}.curve.a{stroke:var(--a)}.curve.b{stroke:var(--b)}.curve.dashed{stroke-dasharray:5 4}
.line{display:inline-block;width:1.6em;border-top:2px solid;vertical-align:middle;margin:0 .4em 0 .6em}.line.a{color:var(--a)}.line.b{color:var(--b)}.line.dashed{border-top-style:dashed}
.heat{fill:var(--a);stroke:none}.heat-1{fill-opacity:.12}.heat-2{fill-opacity:.28}.heat-3{fill-opacity:.48}.heat-4{fill-opacity:.72}.heat-5{fill-opacity:1}
.key-of{white-space:nowrap}
.swatch{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin:0 .35em 0 .7em;vertical-align:-.05em}
.wait{fill:var(--open);background:var(--open)}.tried{fill:var(--warn);background:var(--warn)}.head{fill:var(--a-soft);background:var(--a-soft)}
.think{fill:var(--a);background:var(--a)}.flow{fill:var(--b);background:var(--b)}.gone{fill:var(--bad);background:var(--bad)}
.chunks{stroke:var(--card);stroke-width:.8;stroke-opacity:.7;fill:none}
.waterfall{min-width:760px}svg .row{fill:var(--ink)}
.mark{stroke:var(--ink);stroke-opacity:.55;stroke-dasharray:3 3}
svg .mark-name{fill:var(--ink);font-weight:600;paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round}
.none{color:var(--soft);min-height:120px}
details{margin-top:6px;color:var(--soft);font-size:14px}
summary{cursor:pointer;width:max-content}
details .scroll{max-height:260px;overflow:auto;margin-top:6px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:15px;font-variant-numeric:tabular-nums}
details table{font-size:13px}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th,td{padding:7px 12px 7px 0;text-align:left;border-bottom:1px solid var(--rule);vertical-align:top}
thead th{color:var(--soft);font-weight:500;font-size:13px}
tbody th{font-weight:600}
.numeric td,.numeric thead th:not(:first-child){text-align:right}
.numeric td,.numeric th{white-space:nowrap}
.note{color:var(--soft);font-size:14px}
.terms{display:grid;grid-template-columns:max-content 1fr;gap:6px 22px;margin:0}
.terms dt{font-weight:600}.terms dd{margin:0;color:var(--soft)}
footer{margin-top:48px;padding-bottom:40px;color:var(--soft);font-size:14px}
:focus-visible{outline:2px solid var(--a);outline-offset:2px}
@media (max-width:560px){.terms{grid-template-columns:1fr}.terms dd{margin-bottom:8px}header,main,footer{padding-inline:16px}figure{padding-inline:12px}svg text{font-size:16px}}
@media print{body{background:#fff}.bar,.key::before{print-color-adjust:exact}.tile,figure,section{break-inside:avoid}details{display:none}}
`
