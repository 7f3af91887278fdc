/** The relay page's life: one POST begins a run; an EventSource reads it, through drops and reloads, until it is over. */
export const runScript = `
const KEPT = 'tokadence-run'
const MAX_TRIES = 30
/** The run that is shown: its id, when it was asked for, how far it was read. */
let run
let source
let pending
let ticking

const nowMs = () => Number(new Date) - run.askedAt
const keep = () => sessionStorage.setItem(KEPT, JSON.stringify(run))
const pause = ms => new Promise(resolve => setTimeout(resolve, ms))

function session() {
  let id = sessionStorage.getItem('tokadence-session')
  if (!id) {
    id = [...crypto.getRandomValues(new Uint8Array(12))].map(byte => byte.toString(16).padStart(2, '0')).join('')
    sessionStorage.setItem('tokadence-session', id)
  }
  return id
}

function tick() {
  if (run) showWaits({ ...run, nowMs: nowMs() })
}

function setBusy(isBusy) {
  find('send').disabled = isBusy
  find('stop').disabled = !isBusy
  find('stream').setAttribute('aria-busy', String(isBusy))
  texts.stream.classList.toggle('writing', isBusy && run?.firstMs !== undefined)
  texts.block.dataset.empty = isBusy ? 'Nothing to read yet.' : ''
  clearInterval(ticking)
  if (isBusy) ticking = setInterval(tick, 100)
  tick()
}

async function ask() {
  if (find('send').disabled || !find('ask').reportValidity()) return
  source?.close()
  clearText()
  clearFigures()
  setWrong(undefined)
  find('run').textContent = 'No run yet.'
  const mine = { askedAt: Number(new Date), prompt: find('prompt').value, lastId: 0 }
  run = mine
  pending = new AbortController()
  setState('Waiting for the first words', 'live')
  setBusy(true)
  const body = { prompt: mine.prompt, model: find('model')?.value }
  try {
    const response = await fetch('generate', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-session-id': session() },
      body: JSON.stringify(body),
      signal: pending.signal,
    })
    const json = await response.json().catch(() => ({}))
    if (response.status !== 202) {
      const wait = response.headers.get('retry-after')
      throw new Error((json.error?.message ?? 'The relay answered ' + response.status + '.') + (wait ? ' Try again in ' + wait + ' s.' : ''))
    }
    mine.id = json.id
    keep()
    follow(mine)
    waitForWhole(mine)
  } catch (error) {
    const isStopped = pending.signal.aborted
    over(mine, isStopped ? 'Stopped' : 'No answer', isStopped ? undefined : error.message)
  } finally {
    pending = undefined
  }
}

/** Reads on where it was left; what it has read is never asked for again. */
function follow(mine) {
  find('run').textContent = 'Run ' + mine.id + '. It goes on while this page reloads or its line drops.'
  source = new EventSource('runs/' + mine.id + '/events?after=' + mine.lastId)
  const on = (type, act) =>
    source.addEventListener(type, event => {
      if (event.target !== source || mine !== run) return
      if (event.lastEventId) mine.lastId = Number(event.lastEventId)
      act(event.data === undefined ? undefined : JSON.parse(event.data), event)
    })
  on('open', () => {
    mine.tries = 0
    setState('Answering', 'live')
  })
  on('token', ({ text, kind }) => {
    if (kind === 'reasoning') return
    if (mine.firstMs === undefined) {
      mine.firstMs = nowMs()
      keep()
      setBusy(true)
    }
    addText(texts.stream, text)
    speak(text)
  })
  on('retry', ({ given }) => {
    if (given === 'withdrawn') texts.stream.replaceChildren()
  })
  on('usage', showUsage)
  on('error', data => {
    if (data) setWrong(data.message)
    else if (source.readyState === EventSource.CLOSED) comeBack(mine)
    else setState('The line dropped, coming back', 'lost')
  })
  on('done', ({ how }) => {
    source.close()
    speak('', true)
    mine.endMs ??= nowMs()
    over(mine, { complete: 'Done', length: 'Done: as long as it may be', aborted: 'Stopped' }[how] ?? 'Ended: ' + how)
  })
}

/** The browser has given up, because a proxy answered for a relay that is away, or because the events are lost. */
async function comeBack(mine) {
  source.close()
  setState('The line dropped, coming back', 'lost')
  mine.tries = (mine.tries ?? 0) + 1
  await pause(Math.min(5000, 250 * 2 ** mine.tries))
  if (mine !== run) return
  const response = await fetch('runs/' + mine.id).catch(() => undefined)
  if (mine !== run) return
  if (response?.status === 404) return over(mine, 'Gone', texts.stream.firstChild ? 'The run is gone; this is what was read of it.' : undefined)
  if (mine.tries > MAX_TRIES) return over(mine, 'Lost', 'The relay cannot be reached.')
  if (!response?.ok) return comeBack(mine)
  const { firstEventId } = await response.json()
  // What was dropped meanwhile cannot be streamed again; the whole answer will tell it.
  if (mine.lastId < firstEventId - 1) return setState('Waiting for the whole answer', 'live')
  follow(mine)
}

/** The same answer as a plain request gets it: when it is whole. */
async function waitForWhole(mine) {
  for (let tries = 0; mine === run && tries < MAX_TRIES; tries++) {
    const response = await fetch('runs/' + mine.id + '/answer').catch(() => undefined)
    if (mine !== run || response?.status === 404) return
    const json = response?.ok ? await response.json().catch(() => undefined) : undefined
    if (mine !== run) return
    if (json) {
      mine.wholeMs ??= nowMs()
      keep()
      texts.block.replaceChildren(json.text)
      if (source.readyState === EventSource.CLOSED && mine.endMs === undefined) {
        texts.stream.replaceChildren(json.text)
        showUsage(json.usage)
        mine.endMs = nowMs()
        over(mine, 'Done')
      }
      tick()
      return
    }
    await pause(Math.min(5000, 250 * 2 ** tries))
  }
}

function over(mine, state, wrong) {
  mine.isOver = true
  if (mine.id) keep()
  setState(state)
  if (wrong !== undefined) setWrong(wrong)
  setBusy(false)
  // A button that is switched off loses the focus, and with it the keyboard's place.
  if (document.activeElement === document.body) find('prompt').focus({ preventScroll: true })
}

async function stop() {
  if (find('stop').disabled) return
  if (pending) pending.abort()
  else await fetch('runs/' + run.id, { method: 'DELETE' }).catch(() => setWrong('The relay cannot be reached.'))
}

find('ask').addEventListener('submit', event => {
  event.preventDefault()
  ask()
})
find('stop').addEventListener('click', stop)
document.addEventListener('keydown', event => {
  if (event.key === 'Escape') stop()
  else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) ask()
})

const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? 'null')
if (kept) {
  run = { ...kept, lastId: 0, isOver: false }
  find('prompt').value = kept.prompt
  setState('Finding the run again', 'live')
  setBusy(true)
  follow(run)
  waitForWhole(run)
}
`
