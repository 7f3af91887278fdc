/** The journal's truth: the times it tells of its own streams against those that the probe saw of them. */
import {
  type Probe,
  probe,
  type Spread,
  startMock,
  startServer,
  type Witnesses,
} from './processes.ts'
import { type Finding, finding } from './report.ts'

const PORT = 4861
const TOKENS = 64
const TTFT_MS = 200
const ITL_MS = 20
const CONNECTIONS = 500
const SECONDS = 8
const STAGGER_MS = 1400
/** How long after the probe began its figures do: as `probe` has it. */
const WARM_UP_MS = 1000 * (Math.ceil(STAGGER_MS / 1000) + 2)
const MOST_APART_MS = 2
const LOAD = {
  connections: CONNECTIONS,
  seconds: SECONDS,
  itlMs: ITL_MS,
  staggerMs: STAGGER_MS,
}

interface Told {
  readonly receivedAtMs: number
  readonly done: { readonly eventMs: readonly number[] }
}

type Spreads = Pick<Probe, 'ttftMs' | 'gapMs' | 'lateMs'>

/** Every event that was written while the probe measured, told as the probe tells it: see sse-probe.c. */
export async function* measureJournal(witnesses: Witnesses): AsyncGenerator<Finding> {
  const machine = await probeLimit(witnesses)
  const pace = ['--ttft', `${TTFT_MS}ms`, '--itl', `${ITL_MS}ms`, '--tokens', String(TOKENS)]
  await using _ = await startMock(PORT, ...pace, '--journal', '20000')
  const fromMs = Date.now() + WARM_UP_MS
  const seen = await probe(witnesses, PORT, LOAD)
  const told = spreadsOf(await journalOf(PORT), fromMs)
  for (const [what, of] of [
    ['TTFT', 'ttftMs'],
    ['gaps', 'gapMs'],
    ['lateness', 'lateMs'],
  ] as const) {
    const p50 = Math.abs(told[of].p50 - seen[of].p50)
    const p99 = Math.abs(told[of].p99 - seen[of].p99)
    yield finding(
      `the journal's ${what} at ${CONNECTIONS} streams`,
      `p50 ${told[of].p50.toFixed(2)} (probe ${seen[of].p50}), p99 ${told[of].p99.toFixed(2)} (probe ${seen[of].p99}), max ${told[of].max.toFixed(2)} (probe ${seen[of].max}), of ${told[of].n} (probe ${seen[of].n}); of a C server the probe sees p99 ${machine[of].p99}`,
      `p50 and p99 within ${MOST_APART_MS} ms`,
      p50 <= MOST_APART_MS && p99 <= MOST_APART_MS && seen.errors === 0,
    )
  }
}

/** What the machine itself adds: the same probe of a server that is hardly ever late by itself. */
async function probeLimit(witnesses: Witnesses): Promise<Probe> {
  const port = PORT + 1
  const args = [port, TOKENS, TTFT_MS, ITL_MS].map(String)
  await using _ = await startServer(port, witnesses.limit, args)
  return await probe(witnesses, port, LOAD)
}

async function journalOf(port: number): Promise<Told[]> {
  const url = `http://127.0.0.1:${port}/_tokadence/requests?format=ndjson&endpoint=chat.completions`
  const lines = (await (await fetch(url)).text()).trim().split('\n')
  return lines.map(line => JSON.parse(line))
}

/** Of what was written from `fromMs` (wall) on, for as long as the probe looked. */
function spreadsOf(entries: readonly Told[], fromMs: number): Spreads {
  const ttftMs: number[] = []
  const gapMs: number[] = []
  const lateMs: number[] = []
  for (const { receivedAtMs, done } of entries) {
    const [firstMs = Number.NaN] = done.eventMs
    for (const [k, atMs] of done.eventMs.entries()) {
      const sinceFromMs = receivedAtMs + atMs - fromMs
      if (sinceFromMs < 0 || sinceFromMs > SECONDS * 1000) continue
      if (k === 0) ttftMs.push(atMs)
      else {
        gapMs.push(atMs - done.eventMs[k - 1]!)
        lateMs.push(atMs - firstMs - k * ITL_MS)
      }
    }
  }
  return { ttftMs: spreadOf(ttftMs), gapMs: spreadOf(gapMs), lateMs: spreadOf(lateMs) }
}

function spreadOf(values: number[]): Spread {
  values.sort((a, b) => a - b)
  const at = (share: number) => values[Math.floor(values.length * share)] ?? Number.NaN
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return { n: values.length, mean, p50: at(0.5), p99: at(0.99), max: values.at(-1) ?? Number.NaN }
}
