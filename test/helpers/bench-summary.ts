/** A summary of made-up samples, for what prints one. */
import { createRecorder } from '../../bench/recorder.ts'
import type { Sample } from '../../bench/sample.ts'
import type { Setting } from '../../bench/samples/event.ts'
import { recorderRandom, summed } from '../../bench/samples/replay.ts'
import type { Summary } from '../../bench/summary.ts'

/** Ten seconds of the closed loop on a machine that does not exist. */
export function settingOf(limits: readonly string[]): Setting {
  return {
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
    generator: {
      eventLoopLagMs: { p50: 0.1, p99: 0.8, max: 3 },
      arrivalLagMs: { p50: null, p99: null },
      cpuRatio: 0.12,
      busyRatio: 0.1,
      starvedRatio: 0,
    },
    environment: { node: 'v20.19.0', system: 'linux', cpu: 'a CPU', cores: 2, memoryGiB: 4 },
    limits,
    strictSamples: false,
    slo: [],
    warnings: [],
  }
}

export function summaryOf(
  samples: readonly Sample[],
  thresholds: readonly string[] = [],
  given: Partial<Setting> = {},
  droppedAtMs: readonly number[] = [],
): Summary {
  const setting = { ...settingOf(thresholds), ...given }
  const recorder = createRecorder(recorderRandom('summary'))
  recorder.begin(0)
  for (const sample of samples) {
    recorder.sent(sample.dueAtMs ?? sample.sentAtMs)
    recorder.settled(sample)
  }
  for (const dueAtMs of droppedAtMs) recorder.dropped(dueAtMs)
  recorder.finish(10_000)
  return summed(recorder, 10_000, setting)
}
