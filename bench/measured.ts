/** What a recorder has measured so far, in the form that thresholds look at. */
import type { Recorder } from './recorder.ts'
import type { Measured } from './threshold.ts'

/** Rates are per second of a window of `windowMs`. */
export function measuredOf(recorder: Recorder, windowMs: number): Measured {
  const { ok, tokens } = recorder.timeline.totals
  const perSecond = (count: number) => (windowMs > 0 ? (count / windowMs) * 1000 : 0)
  return {
    times: recorder.times,
    counts: recorder.counts(),
    outputTokens: recorder.tokens.output,
    requestsPerSecond: perSecond(ok),
    outputTokensPerSecond: perSecond(tokens),
    scenarios: recorder.scenarios.measured(windowMs),
  }
}
