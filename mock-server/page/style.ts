/** The live page's looks: quiet paper or slate, one accent, figures that line up. */
export const pageStyle = `
:root{--paper:#fbfaf7;--card:#fff;--ink:#1d2330;--soft:#5b6474;--rule:#e4e1d9;--field:#f4f2ec;--a:#3457d5;--a-soft:#3457d522;--a-tag:#e8edfb;--on-a:#fff;--b:#0b7a69;--bad:#c2362b;--bad-soft:#faebea;--warn:#8a5200;--warn-soft:#fdf1dc;--good:#0f7a4f;--good-soft:#e9f4ef}
@media (prefers-color-scheme:dark){:root{--paper:#12151c;--card:#1a1f29;--ink:#e8eaf0;--soft:#a0a9ba;--rule:#2b3240;--field:#141922;--a:#8ea6ff;--a-soft:#8ea6ff26;--a-tag:#262e45;--on-a:#12151c;--b:#4fd1b8;--bad:#ff8a7e;--bad-soft:#33282f;--warn:#f1b24a;--warn-soft:#322d29;--good:#56d39b;--good-soft:#1f3135}}
*{box-sizing:border-box}
[hidden]{display:none!important}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
header,main,footer{max-width:1240px;margin:0 auto;padding:0 28px}
header{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:flex-end;gap:14px 28px;padding-top:30px;padding-bottom:22px}
.brand{margin:0;color:var(--a);font-weight:650;letter-spacing:.02em}
h1{margin:0;font-size:28px;line-height:1.25;letter-spacing:-.015em;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
h2{margin:0;font-size:19px;letter-spacing:-.005em}
p{margin:0}
.soft{color:var(--soft);font-size:14px;font-variant-numeric:tabular-nums}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.tools{display:flex;flex-wrap:wrap;align-items:center;gap:10px}
.tools form{display:flex;align-items:center;gap:8px;padding-left:12px;border-left:1px solid var(--rule)}
#pulse{display:flex;align-items:center;gap:8px;padding-right:6px;font-size:14px;font-weight:600;color:var(--soft)}
#pulse::before{content:"";width:9px;height:9px;border-radius:50%;background:currentColor}
#pulse.live{color:var(--good)}#pulse.lost{color:var(--bad)}
#pulse.live::before{animation:pulse 2s ease-in-out infinite}
@keyframes pulse{50%{opacity:.35}}
@media (prefers-reduced-motion:reduce){#pulse.live::before{animation:none}}
button{font:inherit;font-size:14px;font-weight:600;color:var(--ink);background:var(--card);border:1px solid var(--rule);border-radius:8px;padding:6px 14px;cursor:pointer}
button:hover:not(:disabled){border-color:var(--soft)}
button:disabled{color:var(--soft);cursor:default}
button.primary:not(:disabled){background:var(--a);border-color:var(--a);color:var(--on-a)}
input,select,textarea{font:inherit;font-size:14px;color:var(--ink);background:var(--field);border:1px solid var(--rule);border-radius:8px;padding:6px 10px;min-width:0}
textarea{resize:vertical;min-height:76px}
:is(input,textarea)::placeholder{color:var(--soft);opacity:1}
:focus-visible{outline:2px solid var(--a);outline-offset:2px}
.card{background:var(--card);border:1px solid var(--rule);border-radius:12px}
.notice{display:flex;flex-wrap:wrap;gap:10px;align-items:center;padding:14px 18px;margin-bottom:18px;background:var(--warn-soft);border-color:var(--warn)}
section{margin-bottom:30px}
.headline{display:flex;flex-wrap:wrap;align-items:baseline;gap:4px 16px;margin-bottom:10px}
.bounds{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,380px),1fr));gap:16px;align-items:start}
.bounds .card{padding:14px 18px 16px}
.bounds h3{margin:0 0 8px;font-size:15px}
.meter{display:grid;grid-template-columns:1fr auto;gap:2px 14px;font-size:14px;margin-top:9px;font-variant-numeric:tabular-nums}
.meter span:nth-child(2){color:var(--soft)}
.meter i{grid-column:1/-1;height:6px;border-radius:3px;background:var(--rule);overflow:hidden}
.meter b{display:block;height:100%;background:var(--a);border-radius:3px}
.meter.full b{background:var(--bad)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th,td{padding:6px 18px 6px 0;text-align:left;border-bottom:1px solid var(--rule);white-space:nowrap}
th:first-child,td:first-child{padding-left:18px}
tbody tr:last-child td,tbody tr:last-child th{border-bottom:0}
thead th{color:var(--soft);font-weight:500;font-size:13px}
tbody th{font-weight:400}
.number{text-align:right}
td.request{white-space:normal;overflow-wrap:anywhere;min-width:190px}
td.request small{margin-left:8px}
small{font-size:13px;color:var(--soft)}
.none{padding:20px 18px;color:var(--soft)}
table:has(tbody tr)+.none,table:not(:has(tbody tr)){display:none}
.tag{display:inline-block;padding:0 8px;border-radius:6px;font-size:13px;font-weight:600;background:var(--field);color:var(--soft)}
.tag.ok{background:var(--good-soft);color:var(--good)}
.tag.open{background:var(--a-tag);color:var(--a)}
.tag.refused,.tag.hung-up,.tag.fault{background:var(--warn-soft);color:var(--warn)}
.tag.failed{background:var(--bad-soft);color:var(--bad)}
.tag+.tag,.tag+small{margin-left:6px}
code{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
details{margin-bottom:12px}
summary{padding:10px 18px;font-weight:600;cursor:pointer;border-radius:12px}
summary small{margin-left:8px;font-weight:400}
.fields{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,260px),1fr));gap:14px 22px;padding:4px 18px 18px}
.field{display:flex;flex-direction:column;gap:4px;min-width:0}
.field label{display:flex;justify-content:space-between;gap:10px;font-weight:600;font-size:14px}
.field label small{font-weight:400;text-align:right;min-width:0;overflow-wrap:anywhere}
.field .help{font-size:13px;line-height:1.4;color:var(--soft);overflow-wrap:anywhere}
.field .wrong{font-size:13px;line-height:1.4;color:var(--bad);font-weight:500;overflow-wrap:anywhere}
.field.bad .help{display:none}
.field.changed :is(input,select,textarea){border-color:var(--a);box-shadow:inset 3px 0 0 var(--a)}
.field.bad :is(input,select,textarea){border-color:var(--bad);box-shadow:inset 3px 0 0 var(--bad)}
.actions{display:flex;flex-wrap:wrap;gap:10px;align-items:center;padding:4px 0 12px}
.dirty .actions{position:sticky;bottom:0;padding-top:12px;background:var(--paper);border-top:1px solid var(--rule)}
#told{font-size:14px;font-weight:600}
#told.good{color:var(--good)}#told.bad{color:var(--bad)}
footer{padding-bottom:36px;font-size:14px}
footer a{color:var(--a);margin-right:18px}
@media (max-width:560px){header,main,footer{padding-inline:16px}h1{font-size:23px}.tools form{padding-left:0;border-left:0}}
`
