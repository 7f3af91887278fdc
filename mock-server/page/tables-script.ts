/** The live page's tables: the last requests, limits, capacity. */
export const tablesScript = String.raw`
const clockTime = ms => new Date(ms).toTimeString().slice(0, 8)

/** What a request came to, in one or two words. */
function resultOf({ outcome, status, firstTokenMs }) {
  if (outcome === 'open') return firstTokenMs === undefined ? 'waiting' : 'streaming'
  if (outcome === 'hung-up') return 'hung up'
  return status === 200 ? outcome : String(status || outcome)
}

function rowOf(request) {
  const { path, model, outcome, fault, code, attempt, promptTokens, outputTokens } = request
  const { firstTokenMs, dueMs, durationMs, pacingErrorMs, retryAfterMs, queueMs } = request
  const tokens = promptTokens === undefined ? '' : formatCount(promptTokens) + ' → ' + formatCount(outputTokens)
  const number = text => make('td', { class: 'number' }, text)
  const result = make('td', {}, make('span', { class: 'tag ' + outcome }, resultOf(request)))
  if (fault) result.append(make('span', { class: 'tag fault' }, fault))
  if (code && !fault) result.append(make('small', {}, code))
  if (retryAfterMs !== undefined) result.append(make('small', {}, 'retry in ' + formatMs(retryAfterMs)))
  const ttft = number(firstTokenMs === undefined ? '' : formatMs(firstTokenMs))
  if (dueMs !== undefined) ttft.title = 'intended: ' + formatMs(dueMs) + (queueMs > 0 ? ', of it in the queue: ' + formatMs(queueMs) : '')
  return make('tr', {},
    make('th', { scope: 'row', title: request.requestId }, clockTime(request.atMs)),
    make('td', { class: 'request' }, path.replace(/^\/v1/, ''), model ? make('small', {}, model) : ''),
    result,
    number(attempt > 1 ? String(attempt) : ''),
    number(tokens),
    ttft,
    number(firstTokenMs === undefined || outcome === 'open' ? '' : formatMs(pacingErrorMs)),
    number(durationMs === undefined ? '' : formatMs(durationMs)))
}

function showRequests(latest) {
  find('requests').tBodies[0].replaceChildren(...latest.map(rowOf))
}

const limitNames = {
  requests: 'Requests a minute', tokens: 'Tokens a minute', 'input-tokens': 'Input tokens a minute',
  'requests-per-day': 'Requests a day', 'tokens-per-day': 'Tokens a day', concurrent: 'At once',
}

/** A bar of what is used. */
function meter(name, used, all, more) {
  const bar = make('b')
  const share = all > 0 ? Math.min(1, used / all) : 0
  bar.style.width = (share * 100).toFixed(1) + '%'
  return make('div', { class: share >= 0.995 ? 'meter full' : 'meter' },
    make('span', {}, name),
    make('span', {}, formatCount(used) + ' of ' + formatCount(all) + (more ?? '')),
    make('i', {}, bar))
}

function limitCard({ model, caller, project, inFlight, limits = [] }) {
  const name = [model, project && 'project ' + project, caller && 'key ' + caller].filter(Boolean).join(' · ')
  const meters = limits.map(({ kind, limit, remaining, resetMs }) =>
    meter(limitNames[kind] ?? kind, limit - remaining, limit, resetMs > 0 ? ' · full again in ' + formatMs(resetMs) : ''))
  return make('div', { class: 'card' }, make('h3', {}, 'Limits of ' + (name || 'all')),
    make('p', { class: 'soft' }, formatCount(inFlight) + ' in flight'), ...meters)
}

function capacityCard({ slots, running, queue, waiting, kvTokens, kvUsed }) {
  const meters = [meter('Slots', running, slots), meter('Queue', waiting, queue)]
  if (kvTokens) meters.push(meter('Memory, tokens', kvUsed, kvTokens))
  return make('div', { class: 'card' }, make('h3', {}, 'Capacity'), ...meters)
}

function showBounds({ limits, capacity }) {
  const cards = capacity ? [capacityCard(capacity)] : []
  if (Array.isArray(limits)) cards.push(...limits.slice(0, 5).map(limitCard))
  find('bounds').hidden = cards.length === 0
  find('bounds').replaceChildren(...cards)
}
`
