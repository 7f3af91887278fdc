/** A summary of made-up samples, for what prints one. */
import { createRandom } from '../../base/random.ts'
import { createRecorder } from '../../bench/recorder.ts'
import type { Sample } from '../../bench/sample.ts'
import { type Summary, summarise } from '../../bench/summary.ts'
import { judge, parseThreshold } from '../../bench/threshold.ts'

export function summaryOf(samples: readonly Sample[], thresholds: readonly string[] = []): Summary {
  const recorder = createRecorder(createRandom('summary'))
  recorder.begin(0)
  for (const sample of samples) {
    recorder.sent(sample.sentAtMs)
    recorder.content(sample.sentAtMs + 100, sample.contentChunks)
    recorder.settled(sample, sample.sentAtMs + 150)
  }
  recorder.finish(10_000)
  const measured = {
    times: recorder.times,
    counts: recorder.counts(),
    outputTokens: recorder.tokens.output,
    requestsPerSecond: recorder.timeline.totals.ok / 10,
    outputTokensPerSecond: recorder.timeline.totals.tokens / 10,
  }
  return summarise({
    tool: { name: 'tokadence', version: '0.1.0' },
    run: { id: 'abcd1234', label: null, startedAt: '2026-11-22T13:00:00.000Z', interrupted: false },
    target: { url: 'http://127.0.0.1:4010/v1', model: '<b>model</b>' },
    load: {
      driver: 'autocannon closed loop',
      loop: 'closed',
      connections: 10,
      durationMs: 10_000,
      requests: null,
      warmupMs: 2000,
      rampMs: 1500,
      timeoutMs: 60_000,
      maxTokens: null,
      prompts: 'synthetic',
      seed: 'tokadence',
      connectionsOpened: 10,
    },
    recorder,
    measured,
    windowMs: 10_000,
    generator: { eventLoopLagMs: { p50: 0.1, p99: 0.8, max: 3 }, cpuRatio: 0.12 },
    verdicts: thresholds.map(text => judge(parseThreshold(text)!, measured)),
    warnings: [],
  })
}
