/** How the live page's charts look. */
export const chartStyle = `
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr));gap:16px}
figure{margin:0;padding:14px 18px 8px;min-width:0}
figcaption{display:flex;justify-content:space-between;gap:10px;color:var(--soft);font-size:14px}
.legend span{margin-left:14px}
.legend span::before{content:"";display:inline-block;width:14px;height:3px;border-radius:2px;margin-right:6px;vertical-align:middle;background:var(--a)}
.legend .key-1::before{background:var(--b)}
.figure{display:flex;align-items:baseline;gap:10px;font-variant-numeric:tabular-nums}
.figure strong{font-size:30px;line-height:1.25;font-weight:650;letter-spacing:-.02em}
.figure span{color:var(--soft);font-size:14px}
svg{display:block;width:100%;height:auto;overflow:visible;touch-action:pan-y}
svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;fill:var(--soft);font-variant-numeric:tabular-nums}
.grid{stroke:var(--rule);stroke-width:1}
.area{fill:var(--a-soft)}
.line{fill:none;stroke:var(--a);stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.line.dot{stroke-width:5}
.line.key-1{stroke:var(--b)}
.cursor{stroke:var(--soft);stroke-dasharray:3 3}
@media (max-width:560px){svg text{font-size:17px}figure{padding-inline:12px}}
`
