/** The relay page's looks: quiet paper or slate, one accent, and waiting that can be seen. */
export const pageStyle = `
:root{--paper:#fbfaf7;--card:#fff;--ink:#1d2330;--soft:#5b6474;--rule:#e4e1d9;--field:#f4f2ec;--a:#3457d5;--on-a:#fff;--b:#0b7a69;--hatch:#cfcabd;--bad:#b52e24;--bad-soft:#faebea;--good:#0f7a4f}
@media (prefers-color-scheme:dark){:root{--paper:#12151c;--card:#1a1f29;--ink:#e8eaf0;--soft:#a0a9ba;--rule:#2b3240;--field:#141922;--a:#8ea6ff;--on-a:#12151c;--b:#4fd1b8;--hatch:#3c4557;--bad:#ff8a7e;--bad-soft:#33282f;--good:#56d39b}}
*{box-sizing:border-box}
[hidden]{display:none!important}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
header,main,footer{max-width:1180px;margin:0 auto;padding:0 28px}
header{padding-top:34px;padding-bottom:20px}
p,dl,dd{margin:0}
.brand{color:var(--a);font-weight:650;letter-spacing:.02em}
h1{margin:2px 0 6px;font-size:30px;line-height:1.2;letter-spacing:-.015em}
h2{margin:0;font-size:19px;letter-spacing:-.005em}
header .soft{max-width:70ch}
.soft{color:var(--soft);font-size:14px}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.card{background:var(--card);border:1px solid var(--rule);border-radius:12px}
form{padding:16px 18px}
form>label{display:block;font-weight:600;margin-bottom:6px}
textarea,select,button{font:inherit;color:var(--ink)}
textarea,select{background:var(--field);border:1px solid var(--rule);border-radius:8px;padding:9px 12px}
textarea{display:block;width:100%;resize:vertical;min-height:76px}
.actions{display:flex;flex-wrap:wrap;align-items:center;gap:10px;margin-top:12px}
.actions label{font-size:14px;font-weight:600;margin-left:8px}
select{padding:6px 10px;font-size:14px;max-width:100%}
button{font-size:15px;font-weight:600;background:var(--card);border:1px solid var(--rule);border-radius:8px;padding:7px 20px;cursor:pointer}
button:hover:not(:disabled){border-color:var(--soft)}
button:disabled{color:var(--soft);cursor:default}
button.primary:not(:disabled){background:var(--a);border-color:var(--a);color:var(--on-a)}
:focus-visible{outline:2px solid var(--a);outline-offset:2px}
#state{display:flex;align-items:center;gap:8px;margin-left:8px;font-size:14px;font-weight:600;color:var(--soft)}
#state::before{content:"";width:9px;height:9px;border-radius:50%;background:currentColor}
#state.live{color:var(--good)}#state.lost{color:var(--bad)}
#state.live::before{animation:pulse 1.6s ease-in-out infinite}
@keyframes pulse{50%{opacity:.3}}
.keys{margin-left:auto}
kbd{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;padding:1px 6px;border:1px solid var(--rule);border-bottom-width:2px;border-radius:5px;background:var(--field)}
.notice{margin-top:14px;padding:10px 16px;border-radius:10px;border:1px solid var(--bad);background:var(--bad-soft);color:var(--bad);font-weight:600;overflow-wrap:anywhere}
.panes{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,400px),1fr));gap:16px;margin:16px 0}
.pane{padding:16px 18px 18px;display:flex;flex-direction:column;min-width:0}
.headline{display:flex;flex-wrap:wrap;align-items:baseline;gap:2px 12px}
.wait{margin-left:auto;font-size:14px;font-weight:600;font-variant-numeric:tabular-nums}
.bar{display:flex;height:8px;margin:10px 0 14px;border-radius:4px;background:var(--field);overflow:hidden}
.bar i{flex:none;width:0}
.silence{background:repeating-linear-gradient(135deg,var(--hatch) 0 4px,transparent 4px 8px)}
#stream .speech{background:var(--a)}
#block .speech{background:var(--b)}
.text{height:236px;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere;border-radius:6px;scrollbar-width:thin}
.text:empty::before{content:attr(data-empty);color:var(--soft)}
.writing::after{content:"";display:inline-block;width:.5em;height:1.05em;margin-left:2px;vertical-align:-.15em;border-radius:2px;background:var(--a);animation:pulse 1s steps(2,jump-none) infinite}
@media (prefers-reduced-motion:reduce){#state::before,.writing::after{animation:none!important}}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(180px,1fr));gap:14px}
.tile{padding:12px 18px 14px}
.tile dt{color:var(--soft);font-size:14px}
.tile strong{display:block;font-size:27px;line-height:1.3;font-weight:650;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
.tile span{display:block;line-height:1.4;color:var(--soft);font-size:13px;font-variant-numeric:tabular-nums}
footer{padding-top:22px;padding-bottom:36px}
#run{font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
@media (max-width:560px){header,main,footer{padding-inline:16px}h1{font-size:24px}.text{height:210px}.tile:last-child{grid-column:1/-1}.keys{display:none}.tiles{grid-template-columns:1fr 1fr;gap:10px}.tile{padding:10px 14px}.tile strong{font-size:22px}}
`
