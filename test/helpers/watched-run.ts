/** A load run of a server with some manner, with all that it told, checked for what holds for every run. */
import { expect } from 'vitest'
import { type BenchContext, type BenchOptions, runBench, type Sample } from '../../bench/index.ts'
import { waitsOf } from '../../bench/sample.ts'
import type { RunEvent } from '../../bench/samples/event.ts'
import { replay } from '../../bench/samples/replay.ts'
import type { Summary } from '../../bench/summary.ts'
import { type Manner, startBenchServer } from './bench-server.ts'

export interface WatchedRun extends Summary {
  readonly samples: readonly Sample[]
  /** Of all requests that came, as objects. */
  // biome-ignore lint/suspicious/noExplicitAny: a body is whatever its endpoint takes; tests look into it.
  readonly bodies: readonly any[]
}

async function* inOrder(events: readonly RunEvent[]): AsyncGenerator<RunEvent> {
  yield* events
}

export async function watchedRun(
  manner: Manner,
  options: BenchOptions,
  context: Omit<BenchContext, 'onSample' | 'onEvent'> = {},
): Promise<WatchedRun> {
  await using server = await startBenchServer(manner)
  const samples: Sample[] = []
  const events: RunEvent[] = []
  const summary = await runBench(
    { url: server.url, warmup: 0, ...options },
    {
      ...context,
      onSample: sample => samples.push(sample),
      onEvent: event => events.push(event),
    },
  )
  const { sent, ok, failed, cut, open, sessions } = summary.counts
  expect(sent).toBe(ok + failed + cut + open)
  expect(samples).toHaveLength(sent)
  if (sessions) expect(sessions.started).toBe(sessions.finished + sessions.broken + sessions.open)
  for (const sample of samples) {
    const { lagMs = 0, responseMs, ttftDueMs } = waitsOf(sample)
    const heldMs = sample.heldMs ?? 0
    expect(lagMs).toBeGreaterThanOrEqual(0)
    if (responseMs === undefined) continue
    expect(responseMs).toBeCloseTo(lagMs + heldMs + sample.e2eMs!, 2)
    if (ttftDueMs !== undefined) expect(ttftDueMs).toBeLessThanOrEqual(responseMs)
  }
  // Whoever has the samples has all of it.
  expect(await replay(inOrder(events))).toEqual(summary)
  return { ...summary, samples, bodies: server.bodies.map(body => JSON.parse(body)) }
}
