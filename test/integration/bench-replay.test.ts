/** Runs that are made up, written as samples, and read again: by our own code, and by a stranger. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeFromCompressedBase64 } from 'hdr-histogram-js'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createRandom } from '../../base/random.ts'
import { endedAtMs } from '../../bench/microseconds.ts'
import { createRecorder } from '../../bench/recorder.ts'
import { type Outcome, outcomes, type Sample } from '../../bench/sample.ts'
import { lineOf, type RunEvent } from '../../bench/samples/event.ts'
import { readEvents } from '../../bench/samples/read.ts'
import { recorderRandom, replay, summed } from '../../bench/samples/replay.ts'
import type { Summary } from '../../bench/summary.ts'
import { parseThreshold } from '../../bench/threshold.ts'
import { inMicroseconds, sampleOf } from '../helpers/bench-sample.ts'
import { settingOf } from '../helpers/bench-summary.ts'
import { recompute } from '../helpers/recompute.ts'

const made = { ...settingOf(['ttft: p(95)<1s']), slo: ['ttft: p(95)<400ms', 'itl: p(90)<=55ms'] }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokadence-samples-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** A run as it might be: due times, retries, drops, cuts, streams open at the end, times with many digits. */
function madeUp(seed: string, requests: number, gaps: number): RunEvent[] {
  const random = createRandom(seed)
  const between = (low: number, high: number) => low + random.next() * (high - low)
  const events: RunEvent[] = [{ type: 'run', setting: made }]
  const [fromMs, untilMs] = [1000.123456, 11_000.98765]
  const samples: Sample[] = Array.from({ length: requests }, (_, index) => {
    const dueAtMs = between(0, untilMs)
    const isOpen = random.next() < 0.05
    const outcome: Outcome = isOpen
      ? 'open'
      : random.next() < 0.8
        ? 'ok'
        : outcomes[random.integer(outcomes.length)]!
    const ttftMs = between(20, 700)
    const gapsMs = Array.from({ length: random.integer(gaps) }, () => between(0, 60))
    const restMs = gapsMs.reduce((sum, gap) => sum + gap, between(0, 5))
    const givenUp = Array.from({ length: random.next() < 0.1 ? 2 : 0 }, () => ({
      outcome: 'http_429' as const,
      status: 429,
      lastedMs: between(1, 9),
      waitedMs: between(1, 90),
    }))
    const heldMs = givenUp.reduce((sum, tried) => sum + tried.lastedMs + tried.waitedMs, 0)
    const lastedMs = heldMs + ttftMs + restMs
    const hasEnded = outcome !== 'open' && outcome !== 'cancelled'
    return sampleOf({
      index,
      scenario: ['chat', 'code', 'batch'][index % 3],
      dueAtMs,
      sentAtMs: dueAtMs + between(0, 2),
      givenUp,
      outcome,
      ttfbMs: between(1, 20),
      ttftMs,
      preludeMs: between(0, 10),
      gapsMs,
      tpotMs: hasEnded && gapsMs.length > 0 ? 1 : undefined,
      e2eMs: hasEnded ? lastedMs : undefined,
      censoredMs: hasEnded ? undefined : lastedMs,
      contentChunks: gapsMs.length + 1,
      outputTokens: gapsMs.length + 1,
      inputTokens: 7,
      tokensFrom: random.next() < 0.5 ? 'usage' : 'chunks',
    })
  }).map(inMicroseconds)
  const isMeasured = ({ dueAtMs = 0 }: Sample) => dueAtMs >= 1000.123 && dueAtMs <= 11_000.988
  const told = (sample: Sample): RunEvent => ({
    type: 'sample',
    isMeasured: isMeasured(sample),
    sample,
  })
  const settledIn = (low: number, high: number) =>
    samples.filter(sample => endedAtMs(sample) > low && endedAtMs(sample) <= high).map(told)
  events.push(...settledIn(0, 1000.123))
  events.push({ type: 'begin', atMs: fromMs, startedAt: '2026-11-22T13:00:00.000Z' })
  events.push(...settledIn(1000.123, 11_000.988))
  for (let i = 0; i < 30; i++) events.push({ type: 'dropped', dueAtMs: between(0, untilMs) })
  events.push({ type: 'finish', atMs: untilMs }, ...settledIn(11_000.988, Number.POSITIVE_INFINITY))
  return events
}

/** As a run does it: the recorder is told as things happen. */
function lived(events: readonly RunEvent[]): { summary: Summary; events: readonly RunEvent[] } {
  const setting = made
  const recorder = createRecorder(
    recorderRandom(setting.load.seed),
    setting.slo.flatMap(text => parseThreshold(text) ?? []),
  )
  for (const event of events) {
    if (event.type === 'begin') recorder.begin(event.atMs)
    if (event.type === 'dropped') recorder.dropped(event.dueAtMs)
    if (event.type === 'finish') recorder.finish(event.atMs)
    if (event.type === 'sample') {
      recorder.sent(event.sample.dueAtMs ?? event.sample.sentAtMs)
      recorder.settled(event.sample)
    }
  }
  const windowMs = recorder.windowMs(Number.POSITIVE_INFINITY)
  const end: RunEvent = { type: 'end', setting, windowMs, counts: recorder.counts(), lost: 0 }
  return { summary: summed(recorder, windowMs, setting), events: [...events, end] }
}

function samplesOf(events: readonly RunEvent[]): Sample[] {
  return events.flatMap(event => (event.type === 'sample' ? [event.sample] : []))
}

async function written(name: string, events: readonly RunEvent[]): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, events.map(event => `${lineOf(event)}\n`).join(''))
  return path
}

it.each([
  ['few', 400, 30],
  ['too many to be kept exactly', 2000, 110],
])(
  'with %s samples, the file gives the summary again, and a stranger the same numbers',
  async (name, requests, gaps) => {
    const { summary, events } = lived(madeUp(name, requests, gaps))
    const path = await written(`${requests}.ndjson`, events)
    expect(JSON.stringify(await replay(readEvents(path)))).toBe(JSON.stringify(summary))

    const anew = await recompute(path)
    const { run, ...rest } = anew
    expect(run.seconds).toBe(summary.run.seconds)
    for (const [key, value] of Object.entries(rest)) {
      expect(summary[key as keyof Summary], key).toEqual(value)
    }
    expect(anew.itlMs.count > 65_536).toBe(requests === 2000)
    expect(anew.counts.dropped).toBeGreaterThan(10)
    expect(anew.counts.good).toBeGreaterThan(50)
    expect(anew.scenarios?.map(({ name }) => name)).toEqual(['batch', 'chat', 'code'])
    // What is drawn by chance is at least somebody's.
    const seen = new Map(samplesOf(events).map(sample => [sample.index, sample]))
    const fromMs = 1000.123
    const dots = new Set(
      [...seen.values()].map(
        ({ sentAtMs, ttftMs }) => `${Math.round((sentAtMs - fromMs) * 1000)} ${ttftMs}`,
      ),
    )
    for (const [at, ttftMs] of summary.dots) {
      expect(dots.has(`${Math.round(at * 1e6)} ${ttftMs}`)).toBe(true)
    }
    const ends = samplesOf(events)
      .filter(
        ({ dueAtMs = 0, outcome }) =>
          outcome === 'ok' && dueAtMs >= fromMs && dueAtMs <= 11_000.988,
      )
      .map(({ e2eMs = 0 }) => e2eMs)
      .sort((a, b) => b - a)
    const slowest = summary.requests.filter(({ why }) => why === 'slowest')
    expect(slowest.map(({ lastedMs }) => lastedMs)).toEqual(ends.slice(0, 3))
    for (const { index, ttftMs, gapsMs, outcome } of summary.requests) {
      expect({ ttftMs, outcome }).toEqual({
        ttftMs: seen.get(index)?.ttftMs,
        outcome: seen.get(index)?.outcome,
      })
      expect(gapsMs).toEqual(seen.get(index)?.gapsMs.slice(0, 400))
    }
    expect(summary.thresholds[0]?.observed).toBeCloseTo(anew.ttftMs.p95!, 3)
  },
)

it('the histograms in HdrHistogram’s own form hold the same', async () => {
  const { summary } = lived(madeUp('hdr', 400, 30))
  const histogram = decodeFromCompressedBase64(summary.hdr.ttftUs)
  expect(histogram.totalCount).toBe(summary.ttftMs.count)
  const p95Us = histogram.getValueAtPercentile(95)
  expect(Math.abs(p95Us / 1000 / summary.ttftMs.p95! - 1)).toBeLessThan(0.0011)
})

it('of a run that was killed, what is there is a summary that says so', async () => {
  const { summary, events } = lived(madeUp('killed', 400, 30))
  const path = await written('killed.ndjson', events.slice(0, 150))
  const text = lineOf(events[150]!)
  await writeFile(path, text.slice(0, text.length / 2), { flag: 'a' })
  const killed = await replay(readEvents(path))
  expect(killed.run.interrupted).toBe(true)
  expect(killed.truth.invalid).toEqual([])
  expect(killed.warnings[killed.warnings.length - 1]).toMatch(/has no end: the run was killed/)
  expect(killed.counts.sent).toBeLessThan(summary.counts.sent)
  expect(killed.counts.sent).toBeGreaterThan(100)
})

it('of a file that is not whole, too', async () => {
  const { summary, events } = lived(madeUp('holes', 400, 30))
  const place = events.findIndex(event => event.type === 'sample' && event.isMeasured)
  const path = await written('holes.ndjson', events.toSpliced(place, 3))
  const { counts, warnings } = await replay(readEvents(path))
  expect(counts.sent).toBe(summary.counts.sent - 3)
  expect(warnings.join()).toContain(
    `${counts.sent} of ${summary.counts.sent} measured requests are in it`,
  )
})
