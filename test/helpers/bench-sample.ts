/** A sample of an ordinary reply, with what a test wants different. */
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
