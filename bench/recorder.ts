/** Samples as they settle, into counts, tallies and the timeline; only the measured window counts. */
import type { Random } from '../base/random.ts'
import { type TimeName, timeNames } from './measure.ts'
import {
  type Account,
  accountOf,
  lastSentAtMs,
  type Outcome,
  outcomes,
  type Sample,
  waitsOf,
} from './sample.ts'
import { createTally, type Tally } from './tally.ts'
import { createTimeline, type Timeline } from './timeline.ts'

export interface Counts {
  readonly sent: number
  readonly ok: number
  readonly failed: number
  readonly cut: number
  readonly open: number
  /** Due and not sent, since too many were in flight; in none of the others. */
  readonly dropped: number
  /** Tries of all requests that were settled; without retries as many as those. */
  readonly attempts: number
  /** Tries that ended with a 429, those given up and those that were the last. */
  readonly throttled: number
  readonly byOutcome: Readonly<Record<Outcome, number>>
  /** Requests of the warm-up, in none of the others. */
  readonly warmup: number
}

/** One request's dot in a plot: seconds into the window, TTFT and E2E in ms. */
export type Dot = readonly [atSeconds: number, ttftMs: number, e2eMs: number | null]

export interface Recorder {
  /** From now on requests are measured. */
  begin(atMs: number): void
  /** Nothing that comes later is measured. */
  finish(atMs: number): void
  readonly startedAtMs: number | undefined
  /** Counts a request in, and says whether it is measured. */
  sent(dueAtMs: number): boolean
  dropped(dueAtMs: number): void
  content(atMs: number, count: number): void
  /** Says whether the sample was measured. */
  settled(sample: Sample, atMs: number): boolean
  windowMs(nowMs: number): number
  counts(): Counts
  readonly times: Readonly<Record<TimeName, Tally>>
  readonly timeline: Timeline
  readonly tokens: Tokens
  /** The longest of the streams that were open at the end, ms; undefined: none. */
  readonly longestOpenMs: number | undefined
  /** One request's words for each way of failing. */
  readonly examples: ReadonlyMap<Outcome, string>
  /** A fair draw of the measured requests that had a first token. */
  readonly dots: readonly Dot[]
}

export interface Tokens {
  readonly input: number
  readonly output: number
  readonly contentChunks: number
  readonly fromUsage: number
  readonly fromChunks: number
}

const maxDots = 1500

/** An empty tally for each time. */
export function createTallies(): Readonly<Record<TimeName, Tally>> {
  const entries = timeNames.map(name => [name, createTally()] as const)
  return Object.fromEntries(entries) as Record<TimeName, Tally>
}

export function createRecorder(random: Random): Recorder {
  const times = createTallies()
  const byOutcome = Object.fromEntries(outcomes.map(name => [name, 0])) as Record<Outcome, number>
  const accounts: Record<Account, number> = { ok: 0, failed: 0, cut: 0, open: 0 }
  const tokens = { input: 0, output: 0, contentChunks: 0, fromUsage: 0, fromChunks: 0 }
  const examples = new Map<Outcome, string>()
  const timeline = createTimeline()
  const dots: Dot[] = []
  let dotted = 0
  let sent = 0
  let dropped = 0
  let attempts = 0
  let throttled = 0
  let warmup = 0
  let fromMs: number | undefined
  let untilMs = Number.POSITIVE_INFINITY
  let longestOpenMs: number | undefined

  const inWindow = (atMs: number) => fromMs !== undefined && atMs >= fromMs && atMs <= untilMs

  function time(sample: Sample): void {
    const { ttfbMs, ttftMs, gapsMs, tpotMs, e2eMs, preludeMs } = sample
    const { lagMs, ttftDueMs, responseMs } = waitsOf(sample)
    if (lagMs !== undefined) times.lag.record(lagMs)
    if (ttftDueMs !== undefined) times.ttftDue.record(ttftDueMs)
    if (responseMs !== undefined) times.response.record(responseMs)
    if (preludeMs !== undefined) times.prelude.record(preludeMs)
    if (ttfbMs !== undefined) times.ttfb.record(ttfbMs)
    if (ttftMs !== undefined) times.ttft.record(ttftMs)
    for (const gapMs of gapsMs) times.itl.record(gapMs)
    if (tpotMs !== undefined) times.tpot.record(tpotMs)
    if (e2eMs !== undefined) times.e2e.record(e2eMs)
  }

  /** Reservoir sampling: each dot has the same chance to stay. */
  function dot({ sentAtMs, ttftMs, e2eMs }: Sample): void {
    if (ttftMs === undefined || fromMs === undefined) return
    const one: Dot = [(sentAtMs - fromMs) / 1000, ttftMs, e2eMs ?? null]
    const place = dotted < maxDots ? dotted : random.integer(dotted + 1)
    if (place < maxDots) dots[place] = one
    dotted++
  }

  function count({ outcome, detail, status, givenUp }: Sample): void {
    byOutcome[outcome]++
    attempts += givenUp.length + 1
    if (outcome === 'http_429') throttled++
    for (const tried of givenUp) if (tried.outcome === 'http_429') throttled++
    accounts[accountOf(outcome)]++
    if (detail !== undefined && !examples.has(outcome)) {
      examples.set(outcome, status === undefined ? detail : `${status}: ${detail}`)
    }
  }

  return {
    times,
    timeline,
    tokens,
    examples,
    dots,
    get startedAtMs() {
      return fromMs
    },
    get longestOpenMs() {
      return longestOpenMs
    },
    begin(atMs) {
      fromMs = atMs
    },
    finish(atMs) {
      untilMs = atMs
    },
    windowMs: nowMs => (fromMs === undefined ? 0 : Math.min(nowMs, untilMs) - fromMs),
    dropped(dueAtMs) {
      if (inWindow(dueAtMs)) dropped++
    },
    sent(dueAtMs) {
      if (inWindow(dueAtMs)) {
        sent++
        return true
      }
      warmup++
      return false
    },
    content(atMs, chunks) {
      if (inWindow(atMs) && fromMs !== undefined) timeline.token(atMs - fromMs, chunks)
    },
    settled(sample, atMs) {
      const { outcome, ttftMs } = sample
      const isOpen = accountOf(outcome) === 'open'
      if (fromMs !== undefined && inWindow(atMs) && !isOpen) {
        timeline.settled(atMs - fromMs, outcome === 'ok')
      }
      if (fromMs === undefined || !inWindow(sample.dueAtMs ?? sample.sentAtMs)) return false
      count(sample)
      if (isOpen) longestOpenMs = Math.max(longestOpenMs ?? 0, sample.censoredMs ?? 0)
      if (outcome !== 'ok' && !isOpen) return true
      time(sample)
      dot(sample)
      if (ttftMs !== undefined) {
        timeline.firstToken(lastSentAtMs(sample) + ttftMs - fromMs, ttftMs)
      }
      if (outcome === 'ok') {
        tokens.input += sample.inputTokens ?? 0
        tokens.output += sample.outputTokens
        tokens.contentChunks += sample.contentChunks
        if (sample.tokensFrom === 'usage') tokens.fromUsage++
        else tokens.fromChunks++
      }
      return true
    },
    counts: () => ({
      sent,
      ...accounts,
      dropped,
      attempts,
      throttled,
      byOutcome: { ...byOutcome },
      warmup,
    }),
  }
}
