/** A sample of an ordinary reply, with what a test wants different. */
import { wholeUs, wholeUsOrNone } from '../../bench/microseconds.ts'
import type { Sample } from '../../bench/sample.ts'

export function sampleOf(given: Partial<Sample>): Sample {
  return {
    index: 0,
    scenario: undefined,
    requestId: undefined,
    dueAtMs: undefined,
    sentAtMs: 0,
    givenUp: [],
    outcome: 'ok',
    status: 200,
    ttfbMs: 1,
    ttftMs: 100,
    preludeMs: 0,
    gapsMs: [20, 20],
    tpotMs: 20,
    e2eMs: 150,
    censoredMs: undefined,
    contentChunks: 3,
    outputTokens: 3,
    inputTokens: undefined,
    tokensFrom: 'chunks',
    detail: undefined,
    ...given,
  }
}

/** With every time in whole µs, as drivers tell of it, and its TPOT as its gaps have it. */
export function inMicroseconds(sample: Sample): Sample {
  const gapsMs = sample.gapsMs.map(wholeUs)
  const lastedMs = gapsMs.reduce((sum, gapMs) => sum + gapMs, 0)
  return {
    ...sample,
    dueAtMs: wholeUsOrNone(sample.dueAtMs),
    sentAtMs: wholeUs(sample.sentAtMs),
    givenUp: sample.givenUp.map(tried => ({
      ...tried,
      lastedMs: wholeUs(tried.lastedMs),
      waitedMs: wholeUs(tried.waitedMs),
    })),
    ttfbMs: wholeUsOrNone(sample.ttfbMs),
    ttftMs: wholeUsOrNone(sample.ttftMs),
    preludeMs: wholeUsOrNone(sample.preludeMs),
    gapsMs,
    tpotMs: sample.tpotMs === undefined ? undefined : wholeUs(lastedMs / (sample.outputTokens - 1)),
    e2eMs: wholeUsOrNone(sample.e2eMs),
    censoredMs: wholeUsOrNone(sample.censoredMs),
  }
}
