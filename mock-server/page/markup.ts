/** The live page's frame; what is in it is filled in by its script. */

/** `name`: the server's address, escaped. */
export function pageBody(name: string): string {
  return `<header>
<div>
<p class="brand">tokadence</p>
<h1>${name}</h1>
<p class="soft" id="about">&nbsp;</p>
</div>
<div class="tools">
<p id="pulse" role="status">connecting</p>
<form id="advance" hidden>
<label for="advance-by">Clock</label>
<input id="advance-by" value="1s" size="6" autocomplete="off" spellcheck="false">
<button>Advance</button>
</form>
<button id="pause" type="button" aria-pressed="false">Pause</button>
<button id="reset" type="button">Reset</button>
</div>
</header>
<main>
<form id="token-form" class="card notice" hidden>
<label for="token">This server wants its control token.</label>
<input id="token" type="password" autocomplete="off" required>
<button>Use it</button>
</form>
<section aria-labelledby="now">
<h2 id="now" class="unseen">Now</h2>
<div class="charts">
${charts.map(chart).join('\n')}
</div>
</section>
<section id="bounds" class="bounds" aria-label="Limits and capacity" hidden></section>
<section aria-labelledby="requests-title">
<div class="headline"><h2 id="requests-title">Requests</h2><p class="soft" id="sum"></p></div>
<div class="card scroll">
<table id="requests">
<caption class="unseen">Requests: in flight, then over, newest first</caption>
<thead><tr>
<th scope="col">Time</th><th scope="col">Request</th><th scope="col">Result</th>
<th scope="col" class="number">Try</th><th scope="col" class="number">Tokens</th>
<th scope="col" class="number">TTFT</th><th scope="col" class="number">Late</th>
<th scope="col" class="number">Duration</th>
</tr></thead>
<tbody></tbody>
</table>
<p class="none">No request yet. Point a client at <code id="base-url"></code></p>
</div>
</section>
<section aria-labelledby="settings-title">
<div class="headline"><h2 id="settings-title">Settings</h2>
<p class="soft">What comes after a change is answered by it. Streams in flight go on as they were.</p></div>
<form id="settings">
<div id="groups"></div>
<div class="actions">
<button class="primary" id="apply" disabled>Apply</button>
<button type="button" id="undo" disabled>Undo</button>
<button type="button" id="as-started">As at start</button>
<p id="told" role="status"></p>
</div>
</form>
</section>
</main>
<footer>
<p><a href="/metrics">Metrics</a> <a href="/_tokadence/requests">Journal</a> <a href="/_tokadence/config">Configuration</a></p>
</footer>`
}

const charts = [
  { id: 'streams', title: 'Streams in flight', keys: [] },
  { id: 'tokens', title: 'Tokens a second', keys: [] },
  { id: 'ttft', title: 'Time to first token', keys: ['p50', 'p95'] },
  { id: 'late', title: 'Pacing error', keys: ['p50', 'p99'] },
]

function chart({ id, title, keys }: (typeof charts)[number]): string {
  const legend = keys.map((key, i) => `<span class="key-${i}">${key}</span>`).join('')
  return `<figure class="card" id="${id}">
<figcaption><span>${title}</span><span class="legend">${legend}</span></figcaption>
<p class="figure"><strong>–</strong> <span></span></p>
<svg viewBox="0 0 560 150" role="img" aria-label="${title}"></svg>
</figure>`
}
