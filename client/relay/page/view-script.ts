/** What the relay's page shows: two texts, two waits on one scale, figures, and what is read out. */
export const viewScript = String.raw`
const find = id => document.getElementById(id)
/** All text goes in as text: nothing that a model says is ever read as HTML. */
const texts = { stream: find('stream-text'), block: find('block-text') }
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

function formatMs(ms) {
  if (ms === undefined) return '–'
  if (ms >= 60000) return (ms / 60000).toFixed(1) + ' min'
  if (ms >= 1000) return (ms / 1000).toFixed(ms >= 9950 ? 1 : 2) + ' s'
  return ms.toFixed(0) + ' ms'
}

/** From 10⁻⁹ USD, to two digits that say something. */
function formatCost(nanoDollars) {
  if (nanoDollars === undefined) return 'unknown'
  const dollars = nanoDollars / 1e9
  if (dollars === 0) return '$0'
  return '$' + (dollars >= 1 ? dollars.toFixed(2) : dollars.toFixed(Math.min(9, 1 - Math.floor(Math.log10(dollars)))))
}

function setState(text, kind) {
  if (find('state').textContent !== text) find('state').textContent = text
  find('state').className = kind ?? ''
}

function setWrong(text) {
  find('wrong').hidden = text === undefined
  find('wrong').textContent = text ?? ''
}

/** Follows the end unless its reader has scrolled back. */
function addText(node, text) {
  const isAtEnd = node.scrollHeight - node.scrollTop - node.clientHeight < 40
  if (node.lastChild) node.lastChild.appendData(text)
  else node.append(text)
  if (isAtEnd) node.scrollTop = node.scrollHeight
}

let unspoken = ''
/** Sentences, not tokens, are what a voice can read. */
function speak(text, isEnd) {
  unspoken += text
  const end = isEnd ? unspoken.length : Math.max(unspoken.lastIndexOf('. '), unspoken.lastIndexOf('! '), unspoken.lastIndexOf('? '), unspoken.lastIndexOf('\n')) + 1
  if (end <= 0) return
  const line = document.createElement('p')
  line.textContent = unspoken.slice(0, end)
  find('spoken').append(line)
  unspoken = unspoken.slice(end)
}

function clearText() {
  for (const node of Object.values(texts)) node.replaceChildren()
  find('spoken').replaceChildren()
  unspoken = ''
}

function showUsage({ ttftMs, outputTokens, reasoningTokens, source, tpotMs, e2eMs, nanoDollars, attempts, model, inputTokens }) {
  find('ttft').textContent = formatMs(ttftMs)
  find('tokens').textContent = whole.format(outputTokens)
  find('tokens-more').textContent = whole.format(inputTokens) + ' in' + (reasoningTokens > 0 ? ', ' + whole.format(reasoningTokens) + ' reasoning' : '') + (source === 'estimate' ? ', counted here' : '')
  find('speed').textContent = tpotMs ? (1000 / tpotMs).toFixed(tpotMs > 100 ? 1 : 0) : '–'
  find('total').textContent = formatMs(e2eMs)
  find('cost').textContent = formatCost(nanoDollars)
  find('cost-more').textContent = attempts > 1 ? attempts + ' attempts' : 'one call to ' + model
}

function clearFigures() {
  for (const id of ['ttft', 'tokens', 'speed', 'total', 'cost']) find(id).textContent = '–'
  find('tokens-more').textContent = '\u00a0'
  find('cost-more').textContent = 'one call upstream'
}

/** firstMs, endMs, wholeMs: since the question; undefined: not yet. wholeMs: when the blocking answer was there. */
function showWaits({ nowMs, firstMs, endMs, wholeMs, isOver }) {
  const scaleMs = Math.max(wholeMs ?? nowMs, endMs ?? nowMs, 1000)
  const bar = (id, silenceMs, speechMs) => {
    const [silence, speech] = find(id).querySelectorAll('.bar i')
    silence.style.width = (silenceMs / scaleMs) * 100 + '%'
    speech.style.width = (speechMs / scaleMs) * 100 + '%'
  }
  if (isOver && firstMs === undefined && wholeMs === undefined) {
    bar('stream', 0, 0)
    bar('block', 0, 0)
    find('stream-wait').textContent = find('block-wait').textContent = '–'
    return
  }
  bar('stream', firstMs ?? endMs ?? nowMs, firstMs === undefined ? 0 : (endMs ?? nowMs) - firstMs)
  bar('block', (wholeMs ?? nowMs) - (wholeMs === undefined ? 0 : scaleMs * 0.015), wholeMs === undefined ? 0 : scaleMs * 0.015)
  const stillMs = isOver ? '–' : 'waiting, ' + (nowMs / 1000).toFixed(1) + ' s'
  find('stream-wait').textContent = firstMs === undefined ? stillMs : 'first words after ' + formatMs(firstMs)
  find('block-wait').textContent = wholeMs === undefined ? stillMs : 'first words after ' + formatMs(wholeMs)
}
`
