/** What the calls of a point came to, whatever the search is over. */
import { samplesNeeded } from '../percentile.ts'
import { recordTimes, type Sample, triesOf } from '../sample.ts'
import { createTallies, type Stats } from '../tally.ts'
import { judge, type Measured, type Threshold, type Verdict } from '../threshold.ts'
import { mean } from './steady.ts'

export interface Calls {
  readonly calls: number
  readonly ok: number
  readonly ttftMs: Stats
  /** First tokens from when they were due, every wait in it; in a closed loop from the call. */
  readonly ttftDueMs: Stats
  readonly e2eMs: Stats
  /** The same from when they were due. */
  readonly responseMs: Stats
  readonly tpotMs: Stats
  /** How late the generator itself sent; without samples where it has no schedule to be late for. */
  readonly lagMs: Stats
  /** What a call took of its limits on average: input and output. */
  readonly tokensPerCall: number
  /** One failed call's words; null: none failed. */
  readonly failure: string | null
  readonly tries: number
  /** Share of tries that were answered with 429. */
  readonly throttledShare: number
  readonly objectives: readonly Verdict[]
  readonly meetsObjectives: boolean
  /** Whether there are samples enough for every percentile that is asked for. */
  readonly isSure: boolean
  /** Calls that are missing to that. */
  readonly missing: number
}

/** `seconds`: in which so many calls come to an end. */
export function callsOf(
  samples: readonly Sample[],
  { seconds, dropped = 0 }: { readonly seconds: number; readonly dropped?: number },
  objectives: readonly Threshold[],
): Calls {
  const ok = samples.filter(({ outcome }) => outcome === 'ok')
  const tries = samples.reduce((sum, sample) => sum + triesOf(sample), 0)
  const throttled = throttledOf(samples)
  const measured = measuredOf(samples, { seconds, dropped, tries, throttled })
  const { times } = measured
  const verdicts = objectives.map(objective => judge(objective, measured))
  const needed = objectives.map(({ of }) => (typeof of === 'number' ? samplesNeeded(of) : 0))
  const missing = Math.max(0, ...needed.map((count, i) => count - (verdicts[i]?.samples ?? 0)))
  return {
    calls: samples.length,
    ok: ok.length,
    ttftMs: times.ttft.stats(),
    ttftDueMs: times.ttftDue.stats(),
    e2eMs: times.e2e.stats(),
    responseMs: times.response.stats(),
    tpotMs: times.tpot.stats(),
    lagMs: times.lag.stats(),
    tokensPerCall:
      ok.length === 0
        ? 0
        : mean(ok.map(({ inputTokens = 0, outputTokens }) => inputTokens + outputTokens)),
    failure: failureOf(samples),
    tries,
    throttledShare: throttled / Math.max(1, tries),
    objectives: verdicts,
    meetsObjectives: ok.length > 0 && verdicts.every(verdict => verdict.ok),
    isSure: missing === 0,
    missing,
  }
}

function failureOf(samples: readonly Sample[]): string | null {
  const failed = samples.find(({ outcome }) => outcome !== 'ok' && outcome !== 'open')
  if (!failed) return null
  return `${failed.status ?? failed.outcome}: ${failed.detail ?? failed.outcome}`
}

function throttledOf(samples: readonly Sample[]): number {
  return samples.reduce((sum, { givenUp, status }) => {
    const before = givenUp.filter(one => one.status === 429).length
    return sum + before + (status === 429 ? 1 : 0)
  }, 0)
}

interface Around {
  readonly seconds: number
  readonly dropped: number
  readonly tries: number
  readonly throttled: number
}

/** In the form that thresholds look at. */
function measuredOf(
  samples: readonly Sample[],
  { seconds, dropped, tries, throttled }: Around,
): Measured {
  const times = createTallies()
  const counts = { sent: samples.length, ok: 0, failed: 0, cut: 0 }
  let outputTokens = 0
  for (const sample of samples) {
    const { outcome } = sample
    if (outcome === 'open') continue
    if (outcome !== 'ok') {
      if (outcome === 'stream_cut') counts.cut++
      else counts.failed++
      continue
    }
    counts.ok++
    outputTokens += sample.outputTokens
    recordTimes(sample, times)
  }
  return {
    times,
    counts: { ...counts, dropped, attempts: tries, throttled },
    outputTokens,
    requestsPerSecond: counts.ok / seconds || 0,
    outputTokensPerSecond: outputTokens / seconds || 0,
  }
}
