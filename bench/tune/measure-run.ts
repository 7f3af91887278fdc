/** One point of a search: so many users of the reference client for a while, and their turns once all is steady. */
import type { Random } from '../../base/random.ts'
import { buildClientDriver, type ClientPolicy, type EndedCall } from '../drivers/client-driver.ts'
import { monitorGenerator } from '../generator.ts'
import { asksForGaps, isGood } from '../objective.ts'
import type { Cycle } from './cycle.ts'
import { healthOf } from './health.ts'
import type { Run } from './level.ts'
import type { PointParts } from './point.ts'
import { transientLength } from './steady.ts'
import { type LimitWitness, refusedFor } from './told-limits.ts'

export interface RunPlan {
  readonly concurrency: number
  /** First calls are spread over this time. */
  readonly rampMs: number
  /** How long to measure, once as many calls have ended ok as there are users. */
  readonly windowMs: number
}

export interface RunParts extends PointParts {
  readonly policy: ClientPolicy
  readonly witness: LimitWitness
  readonly random: Random
}

/** So many turns are enough for any figure, and bound what is kept. */
const maxCycles = 20_000
/** Fewer turns say nothing: where replies are slow, or held back, it is waited for them. */
const minCycles = 3
/** But not longer than this many windows. */
const patience = 5

/** Resolves early, with what there is, when the signal aborts. */
export async function measureRun(plan: RunPlan, parts: RunParts): Promise<Run> {
  const { concurrency, rampMs, windowMs } = plan
  const { clock, signal, objectives, witness } = parts
  const keepsGaps = asksForGaps(objectives)
  const generator = monitorGenerator(clock)
  const lastEndAtMs = new Map<number, number>()
  const refused = { requests: 0, tokens: 0, place: 0 }
  const cycles: Cycle[] = []
  let warmed = 0
  let index = 0
  let fromMs: number | undefined
  let cancelTimer: () => void = () => {}
  let finish: () => void = () => {}
  const finished = new Promise<void>(resolve => {
    finish = resolve
  })

  function beginWindow(): void {
    cancelTimer()
    fromMs = clock.nowMs()
    generator.reset()
    cancelTimer = clock.after(windowMs, endWindow)
  }

  function endWindow(): void {
    cancelTimer = clock.after(windowMs * (patience - 1), finish)
    if (cycles.length >= Math.max(minCycles, concurrency)) finish()
  }

  function ended({ user, sample, result, heldMs, endedAtMs }: EndedCall): void {
    for (const attempt of result.attempts) witness.saw(attempt)
    const beganAtMs = lastEndAtMs.get(user) ?? sample.dueAtMs ?? sample.sentAtMs
    lastEndAtMs.set(user, endedAtMs)
    if (fromMs === undefined) {
      if (sample.outcome === 'ok') warmed++
      if (warmed >= concurrency) beginWindow()
      return
    }
    for (const attempt of result.attempts) {
      const what = refusedFor(attempt)
      if (what) refused[what]++
    }
    if (sample.outcome === 'open') return
    cycles.push({
      endedAtMs,
      lastedMs: endedAtMs - beganAtMs,
      heldMs,
      isGood: isGood(sample, objectives),
      sample: keepsGaps ? sample : { ...sample, gapsMs: [] },
    })
    const isOver = endedAtMs - fromMs >= windowMs
    if (cycles.length >= maxCycles || (isOver && cycles.length >= Math.max(minCycles, concurrency)))
      finish()
  }

  const { policy, random, url, headers, work, idleTimeoutMs } = parts
  const driver = await buildClientDriver(
    { connections: concurrency, rampMs, policy, random, onCall: ended },
    {
      ...{ url, headers, work, idleTimeoutMs, clock },
      onSent: () => index++,
      onContent() {},
      onSettled() {},
      onDropped() {},
    },
  )
  signal.addEventListener('abort', finish, { once: true })
  try {
    if (signal.aborted) finish()
    cancelTimer = clock.after(rampMs + windowMs, beginWindow)
    driver.begin()
    await finished
    const health = healthOf(generator.read())
    const cut = Math.max(
      transientLength(cycles.map(({ lastedMs }) => lastedMs)),
      transientLength(cycles.map(({ sample }) => sample.ttftMs ?? 0)),
    )
    const steady = cycles.slice(cut)
    const sinceMs = cut > 0 ? (cycles[cut - 1]?.endedAtMs ?? 0) : (fromMs ?? clock.nowMs())
    return {
      concurrency,
      cycles: steady,
      seconds: (clock.nowMs() - sinceMs) / 1000,
      transient: cut,
      refused,
      generator: health,
    }
  } finally {
    signal.removeEventListener('abort', finish)
    cancelTimer()
    await driver.stop()
    generator.stop()
  }
}
