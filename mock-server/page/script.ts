/** The live page's life: it asks for the state each second while it is looked at, and makes rates of totals. */
export const pageScript = `
const EVERY_MS = 1000
let token = sessionStorage.getItem('tokadence-token') ?? ''
let isPaused = false
let isLooking = false
let last
let history = []

/** Never throws: ok is false and json undefined where the server gave no answer. */
async function call(method, path, body) {
  const headers = token === '' ? {} : { authorization: 'Bearer ' + token }
  if (body !== undefined) headers['content-type'] = 'application/json'
  try {
    const response = await fetch('/_tokadence/' + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: 'no-store' })
    const json = await response.json()
    find('token-form').hidden = response.status !== 401
    return { ok: response.ok, status: response.status, json }
  } catch {
    return { ok: false, status: 0, json: undefined }
  }
}

const charts = [
  createChart('streams', { keys: ['streams'], format: formatCount, least: 10, isArea: true,
    words: ({ streams, inFlight }) => [formatCount(streams), formatCount(inFlight) + ' requests in flight'] }),
  createChart('tokens', { keys: ['tokensPerS'], format: formatCount, least: 100, isArea: true,
    words: ({ tokensPerS, requestsPerS }) => [formatCount(tokensPerS), (requestsPerS === undefined ? '–' : requestsPerS.toFixed(requestsPerS < 10 ? 1 : 0)) + ' requests a second'] }),
  createChart('ttft', { keys: ['ttftP50', 'ttftP95'], format: formatMs, least: 10,
    words: ({ ttftP50, ttftP95 }) => [formatMs(ttftP50), 'p95 ' + formatMs(ttftP95)] }),
  createChart('late', { keys: ['lateP50', 'lateP99'], format: formatMs, least: 1,
    words: ({ lateP50, lateP99 }) => [formatMs(lateP50), 'p99 ' + formatMs(lateP99)] }),
]

/** What happened between two states. */
function sampleOf(state, before) {
  const sample = { streams: state.streams, inFlight: state.inFlight }
  if (!before) return sample
  const seconds = (state.sampledAtMs - before.sampledAtMs) / 1000
  const since = key => state[key].counts.map((count, i) => count - before[key].counts[i])
  const [ttft, late] = [since('ttft'), since('pacingError')]
  return {
    ...sample,
    tokensPerS: (state.totals.outputTokens - before.totals.outputTokens) / seconds,
    requestsPerS: (state.totals.requests - before.totals.requests) / seconds,
    ttftP50: quantile(state.ttft.edges, ttft, 0.5),
    ttftP95: quantile(state.ttft.edges, ttft, 0.95),
    lateP50: quantile(state.pacingError.edges, late, 0.5),
    lateP99: quantile(state.pacingError.edges, late, 0.99),
  }
}

function showState(state) {
  // A server that was started anew counts from the start.
  if (!last || last.startedAtMs !== state.startedAtMs || last.sampledAtMs > state.sampledAtMs) {
    history = []
    last = undefined
  }
  if (last?.revision !== state.revision || fields.size === 0) showConfig()
  history = [...history, sampleOf(state, last)].slice(-SAMPLES)
  last = state
  for (const show of charts) show(history)
  showRequests(state.latest)
  showBounds(state)
  const { totals, clock, version, startedAtMs } = state
  find('sum').textContent = formatCount(totals.requests) + ' answered, ' + formatCount(totals.inputTokens) + ' tokens in, ' + formatCount(totals.outputTokens) + ' out' + (totals.internalErrors > 0 ? ', ' + totals.internalErrors + ' INTERNAL ERRORS' : '')
  find('about').textContent = 'Version ' + version + ', since ' + new Date(startedAtMs).toLocaleString('en-GB') + (clock.kind === 'manual' ? '. The clock is manual: ' + new Date(clock.wallMs).toISOString().replace('T', ' ').replace('Z', ' UTC') : '')
  find('advance').hidden = clock.kind !== 'manual'
}

async function showConfig() {
  const { ok, json } = await call('GET', 'config')
  if (ok) showSettings(json)
}

function pulse(text, kind) {
  if (find('pulse').textContent !== text) find('pulse').textContent = text
  find('pulse').className = kind
}

async function look() {
  const { ok, status, json } = await call('GET', 'state')
  if (isPaused) return
  if (ok) {
    showState(json)
    pulse('live', 'live')
  } else pulse(status === 0 ? 'no answer, trying again' : (json?.error?.message ?? 'refused: ' + status), 'lost')
}

/** One question at a time, and none while nobody looks. */
async function live() {
  if (isLooking || isPaused || document.hidden) return
  isLooking = true
  await look()
  isLooking = false
}

find('pause').addEventListener('click', () => {
  isPaused = !isPaused
  find('pause').setAttribute('aria-pressed', String(isPaused))
  find('pause').textContent = isPaused ? 'Go on' : 'Pause'
  if (isPaused) pulse('paused', '')
})
find('reset').addEventListener('click', async () => {
  await call('POST', 'reset')
  look()
})
find('advance').addEventListener('submit', async event => {
  event.preventDefault()
  const by = find('advance-by')
  const { ok, json } = await call('POST', 'clock/advance', { by: by.value.trim() })
  by.setCustomValidity(ok ? '' : (json?.error?.message ?? 'The server gave no answer.'))
  by.reportValidity()
  look()
})
find('advance-by').addEventListener('input', event => event.target.setCustomValidity(''))
find('token-form').addEventListener('submit', event => {
  event.preventDefault()
  token = find('token').value
  sessionStorage.setItem('tokadence-token', token)
  look()
})
find('base-url').textContent = location.origin + '/v1'
live()
setInterval(live, EVERY_MS)
`
