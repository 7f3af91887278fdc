/** The relay page's frame; its script fills it in. */

/** `models`: a choice is offered when there is one. */
export function pageBody(models: readonly string[]): string {
  return `<header>
<p class="brand">tokadence</p>
<h1>One answer, two ways to wait for it</h1>
<p class="soft">The relay asks the model once. Streaming shows its words as they are written; Blocking shows the same
answer when it is whole.</p>
</header>
<main>
<form id="ask" class="card">
<label for="prompt">Prompt</label>
<textarea id="prompt" rows="3" required maxlength="100000" spellcheck="true" aria-describedby="keys">Explain to a curious child, in three short paragraphs, why a river bends.</textarea>
<div class="actions">
<button class="primary" id="send">Ask</button>
<button type="button" id="stop" disabled>Stop</button>
${models.length > 1 ? modelChoice(models) : ''}
<p id="state" role="status">Ready.</p>
<p class="soft keys" id="keys"><kbd>Ctrl</kbd> <kbd>Enter</kbd> asks, <kbd>Esc</kbd> stops</p>
</div>
</form>
<p id="wrong" class="notice" role="alert" hidden></p>
<div class="panes">
${pane('stream', 'Streaming', 'words as they come')}
${pane('block', 'Blocking', 'nothing, then everything')}
</div>
<section aria-labelledby="figures-title">
<h2 id="figures-title" class="unseen">What it took</h2>
<dl class="tiles">
${tiles.map(([id, name, help]) => `<div class="tile card"><dt>${name}</dt><dd><strong id="${id}">–</strong><span id="${id}-more">${help}</span></dd></div>`).join('\n')}
</dl>
</section>
<div id="spoken" class="unseen" role="log" aria-live="polite" aria-label="The answer, a sentence at a time"></div>
</main>
<footer><p class="soft" id="run">No run yet.</p></footer>`
}

/** Id, name and what stands below the figure. */
const tiles = [
  ['ttft', 'Time to first token', 'as the relay saw it'],
  ['tokens', 'Output tokens', '&nbsp;'],
  ['speed', 'Tokens a second', 'while it spoke'],
  ['total', 'Whole answer', 'first send to last byte'],
  ['cost', 'Cost', 'one call upstream'],
] as const

function pane(id: string, name: string, help: string): string {
  return `<section class="card pane" id="${id}" aria-labelledby="${id}-title">
<div class="headline"><h2 id="${id}-title">${name}</h2><p class="soft">${help}</p><p class="wait" id="${id}-wait">–</p></div>
<div class="bar" aria-hidden="true"><i class="silence"></i><i class="speech"></i></div>
<div class="text" id="${id}-text" tabindex="0" role="region" aria-label="${name}: the answer"></div>
</section>`
}

function modelChoice(models: readonly string[]): string {
  const options = models.map(name => `<option>${escaped(name)}</option>`).join('')
  return `<label for="model">Model</label><select id="model">${options}</select>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
