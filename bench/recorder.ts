/**
 * Samples as they settle, into counts, tallies and the timeline; only the measured window counts. All but
 * `contentSoFar` comes from the samples alone, so that the same samples in the same order give the same.
 */
import type { Random } from '../base/random.ts'
import type { TimeName } from './measure.ts'
import { endedAtMs, wholeUs } from './microseconds.ts'
import { isGood } from './objective.ts'
import { createPicker, type Pick } from './picks.ts'
import {
  type Account,
  accountOf,
  lastSentAtMs,
  type Outcome,
  outcomes,
  recordTimes,
  type Sample,
  triesOf,
} from './sample.ts'
import { createScenarios, type Scenarios } from './scenarios.ts'
import { createSessions, type SessionCounts } from './sessions.ts'
import { createTallies, type Tally } from './tally.ts'
import type { Threshold } from './threshold.ts'
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
  /** Ended ok and met every objective of a request; null: there is none. */
  readonly good: number | null
  readonly byOutcome: Readonly<Record<Outcome, number>>
  /** Requests of the warm-up, in none of the others. */
  readonly warmup: number
  /** Where requests belong to sessions. */
  readonly sessions?: SessionCounts
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
  /** Says whether it counts, as `sent` does. */
  dropped(dueAtMs: number): boolean
  /** Content came, of a request that is still in flight: only for those who watch. Says whether it was in the window. */
  content(atMs: number, count: number): boolean
  /** Content chunks that arrived inside the window until now. */
  readonly contentSoFar: number
  /** Takes a sample in whole µs; says whether it was measured. */
  settled(sample: Sample): boolean
  windowMs(nowMs: number): number
  counts(): Counts
  readonly times: Readonly<Record<TimeName, Tally>>
  readonly timeline: Timeline
  readonly scenarios: Scenarios
  readonly tokens: Tokens
  /** The longest of the streams that were open at the end, ms; undefined: none. */
  readonly longestOpenMs: number | undefined
  /** One request's words for each way of failing. */
  readonly examples: ReadonlyMap<Outcome, string>
  /** A fair draw of the measured requests that had a first token. */
  readonly dots: readonly Dot[]
  /** A few requests to look at one by one. */
  picks(): readonly Pick[]
}

export interface Tokens {
  readonly input: number
  readonly output: number
  readonly contentChunks: number
  readonly fromUsage: number
  readonly fromChunks: number
}

const maxDots = 1500

/** `objectives`: what a request must meet to be good. */
export function createRecorder(random: Random, objectives: readonly Threshold[] = []): Recorder {
  const times = createTallies()
  const byOutcome = Object.fromEntries(outcomes.map(name => [name, 0])) as Record<Outcome, number>
  const accounts: Record<Account, number> = { ok: 0, failed: 0, cut: 0, open: 0 }
  const tokens = { input: 0, output: 0, contentChunks: 0, fromUsage: 0, fromChunks: 0 }
  const examples = new Map<Outcome, string>()
  const timeline = createTimeline()
  const scenarios = createScenarios()
  const sessions = createSessions()
  const dots: Dot[] = []
  const picker = createPicker(random.fork('picks'))
  let dotted = 0
  let contentSoFar = 0
  let sent = 0
  let dropped = 0
  let attempts = 0
  let throttled = 0
  let good = 0
  let warmup = 0
  let fromMs: number | undefined
  let untilMs = Number.POSITIVE_INFINITY
  let longestOpenMs: number | undefined

  const inWindow = (atMs: number) => fromMs !== undefined && atMs >= fromMs && atMs <= untilMs

  /** Reservoir sampling: each dot has the same chance to stay. */
  function dot({ sentAtMs, ttftMs, e2eMs }: Sample): void {
    if (ttftMs === undefined || fromMs === undefined) return
    const one: Dot = [wholeUs(sentAtMs - fromMs) / 1000, ttftMs, e2eMs ?? null]
    const place = dotted < maxDots ? dotted : random.integer(dotted + 1)
    if (place < maxDots) dots[place] = one
    dotted++
  }

  /** Tells the timeline what content came inside the window; returns how many chunks. */
  function contentInWindow(sample: Sample, beginMs: number): number {
    const { ttftMs, contentChunks, gapsMs } = sample
    if (ttftMs === undefined || contentChunks === 0) return 0
    let chunks = 0
    let gapMs: number | undefined
    let atUs = Math.round((lastSentAtMs(sample) + ttftMs) * 1000)
    for (let i = 0; i <= gapsMs.length; i++) {
      if (inWindow(atUs / 1000)) {
        timeline.content(wholeUs(atUs / 1000 - beginMs), gapMs)
        chunks++
      }
      gapMs = gapsMs[i]
      if (gapMs !== undefined) atUs += Math.round(gapMs * 1000)
    }
    return chunks
  }

  /** What happened inside the window, whenever the request was sent. */
  function happened(sample: Sample, beginMs: number): void {
    let tokens = contentInWindow(sample, beginMs)
    const endedMs = endedAtMs(sample)
    // An answer that came whole has its tokens at its end.
    if (sample.contentChunks === 0 && sample.outputTokens > 0 && inWindow(endedMs)) {
      timeline.count('tokens', wholeUs(endedMs - beginMs), sample.outputTokens)
      tokens = sample.outputTokens
    }
    const account = accountOf(sample.outcome)
    if (account !== 'open' && inWindow(endedMs)) {
      timeline.count(account === 'ok' ? 'ok' : 'errors', wholeUs(endedMs - beginMs))
    }
    const isOk = account === 'ok' && inWindow(endedMs)
    scenarios.happened(sample.scenario, isOk ? 1 : 0, tokens)
  }

  function count(sample: Sample): void {
    const { outcome, detail, status, givenUp } = sample
    byOutcome[outcome]++
    if (isGood(sample, objectives)) good++
    attempts += triesOf(sample)
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
    scenarios,
    tokens,
    examples,
    dots,
    get startedAtMs() {
      return fromMs
    },
    get longestOpenMs() {
      return longestOpenMs
    },
    get contentSoFar() {
      return contentSoFar
    },
    picks: () => picker.picks(fromMs ?? 0),
    begin(atMs) {
      fromMs = wholeUs(atMs)
    },
    finish(atMs) {
      untilMs = wholeUs(atMs)
    },
    windowMs: nowMs => (fromMs === undefined ? 0 : wholeUs(Math.min(nowMs, untilMs) - fromMs)),
    dropped(dueAtMs) {
      const atMs = wholeUs(dueAtMs)
      if (fromMs === undefined || !inWindow(atMs)) return false
      dropped++
      timeline.count('due', wholeUs(atMs - fromMs))
      timeline.count('dropped', wholeUs(atMs - fromMs))
      return true
    },
    sent(dueAtMs) {
      const atMs = wholeUs(dueAtMs)
      if (inWindow(atMs)) {
        sent++
        return true
      }
      // What a worker sends before it has heard of the end is of neither.
      if (fromMs === undefined || atMs < fromMs) warmup++
      return false
    },
    content(atMs, chunks) {
      if (!inWindow(atMs)) return false
      contentSoFar += chunks
      return true
    },
    settled(sample) {
      const { outcome, dueAtMs, sentAtMs, ttftMs } = sample
      if (fromMs === undefined) return false
      happened(sample, fromMs)
      if (!inWindow(dueAtMs ?? sentAtMs)) return false
      timeline.count('due', wholeUs((dueAtMs ?? sentAtMs) - fromMs))
      if (inWindow(sentAtMs)) timeline.count('sent', wholeUs(sentAtMs - fromMs))
      count(sample)
      sessions.settled(sample)
      picker.add(sample)
      const isOpen = accountOf(outcome) === 'open'
      if (isOpen) longestOpenMs = Math.max(longestOpenMs ?? 0, sample.censoredMs ?? 0)
      const isTimed = outcome === 'ok' || isOpen
      scenarios.settled(sample, isTimed)
      if (!isTimed) return true
      recordTimes(sample, times)
      dot(sample)
      if (ttftMs !== undefined) {
        const atMs = wholeUs(lastSentAtMs(sample) + ttftMs)
        if (inWindow(atMs)) timeline.firstToken(wholeUs(atMs - fromMs), ttftMs)
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
    counts() {
      const ofSessions = sessions.counts()
      return {
        sent,
        ...accounts,
        dropped,
        attempts,
        throttled,
        good: objectives.length > 0 ? good : null,
        byOutcome: { ...byOutcome },
        warmup,
        ...(ofSessions && { sessions: ofSessions }),
      }
    },
  }
}
