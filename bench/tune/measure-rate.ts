/** One point of a search over rates: an open loop at one rate for a while, and what became of what was due in it. */
import type { Random } from '../../base/random.ts'
import { buildDriver } from '../drivers/build.ts'
import { monitorGenerator } from '../generator.ts'
import type { OpenPlan } from '../load/plan.ts'
import { asksForGaps, isGood } from '../objective.ts'
import { type Sample, waitsOf } from '../sample.ts'
import type { Schedule } from '../schedule/arrival.ts'
import { oneRequest } from '../work/conversation.ts'
import { excessOf, isPilingUp, type Wait, waitsIn } from './backlog.ts'
import { type Arrivals, countedArrivals } from './counted-arrivals.ts'
import { healthOf } from './health.ts'
import type { PointParts } from './point.ts'
import type { RateRun } from './rate-level.ts'
import { transientLength } from './steady.ts'
import { type LimitWitness, refusalOf, refusedFor } from './told-limits.ts'

export interface RateRunPlan {
  readonly rate: number
  /** The load lasts so long before what is due is measured. */
  readonly warmupMs: number
  readonly windowMs: number
  /** What a request takes alone. */
  readonly aloneMs: number
}

export interface RateParts extends PointParts {
  readonly witness: LimitWitness
  readonly random: Random
  readonly arrivals: Arrivals
  /** The rest of a load: who sends, and how much may be in flight. */
  readonly load: OpenPlan
}

/** Resolves early, with what there is, when the signal aborts. */
export async function measureRate(plan: RateRunPlan, parts: RateParts): Promise<RateRun> {
  const { rate, warmupMs, windowMs, aloneMs } = plan
  const { clock, signal, objectives, witness, load, random } = parts
  const { url, headers, work, idleTimeoutMs, arrivals } = parts
  const keepsGaps = asksForGaps(objectives)
  const generator = monitorGenerator(clock)
  const samples: Sample[] = []
  const refused = { requests: 0, tokens: 0, place: 0 }
  const count = { dropped: 0, late: 0 }
  const ended = { ok: 0, good: 0 }
  // Slots end in step, a reply apart: over a window whose ends are as soft as that it does not matter where it begins.
  const softMs = Math.min(aloneMs, windowMs / 2)
  /** When those were due that are measured and have not ended, by their index. */
  const pending = new Map<number, number>()
  const schedule = countedArrivals({
    ...{ ...arrivals, rate },
    windowsMs: [warmupMs, windowMs],
    random: random.fork('arrivals'),
  })
  const startMs = clock.nowMs()
  const fromMs = startMs + warmupMs
  const toMs = fromMs + windowMs
  const isMeasured = (atMs: number) => atMs >= fromMs && atMs < toMs
  const due = countIn(schedule, warmupMs, warmupMs + windowMs)
  const inFlight = createMean(fromMs, toMs)
  let index = 0
  let isOver = false
  let cancelTimer: () => void = () => {}
  let finish: () => void = () => {}
  const finished = new Promise<void>(resolve => {
    finish = resolve
  })

  /** All that was due in the window was sent, and has ended. */
  function isComplete(): boolean {
    return pending.size === 0 && samples.length + count.dropped + count.late >= due
  }

  function settled(sample: Sample, atMs: number): void {
    inFlight.change(-1, atMs)
    const failure = refusalOf(sample.status, sample.detail)
    const attempt = { headers: {}, failure, status: sample.status }
    witness.saw(attempt)
    if (isMeasured(atMs) && sample.outcome === 'ok') {
      const weight = Math.min(1, (atMs - fromMs) / softMs, (toMs - atMs) / softMs)
      ended.ok += weight
      if (isGood(sample, objectives)) ended.good += weight
    }
    if (!pending.delete(sample.index)) return
    samples.push(keepsGaps ? sample : { ...sample, gapsMs: [] })
    const what = refusedFor(attempt)
    if (what) refused[what]++
    if (isOver && isComplete()) finish()
  }

  /** The load goes on until all that is measured has ended: where nothing follows, what is last has it easier. */
  function endWindow(): void {
    isOver = true
    generator.finish()
    const nowMs = clock.nowMs()
    const open: Wait[] = [...pending.values()].map(dueAtMs => ({
      dueAtMs,
      responseMs: nowMs - dueAtMs,
    }))
    const excess = excessOf([...waitsIn(samples), ...open])
    const isLost = isPilingUp({ excess, windowMs, aloneMs, rate, ceilingRps: undefined })
    if (isLost || isComplete()) finish()
    else cancelTimer = clock.after(windowMs, finish)
  }

  const driver = await buildDriver(
    { ...load, schedule, durationMs: Number.POSITIVE_INFINITY },
    { warmupMs: 0, rampMs: 0, random, converse: () => oneRequest(hint => work.next(hint)) },
    {
      ...{ url, headers, work, idleTimeoutMs, clock },
      onSent(dueAtMs) {
        inFlight.change(1, clock.nowMs())
        if (isMeasured(dueAtMs)) pending.set(index, dueAtMs)
        return index++
      },
      onContent() {},
      onSettled: settled,
      onDropped(dueAtMs, why) {
        if (isMeasured(dueAtMs)) count[why === 'late' ? 'late' : 'dropped']++
      },
    },
  )
  signal.addEventListener('abort', finish, { once: true })
  try {
    if (signal.aborted) finish()
    cancelTimer = clock.after(fromMs - clock.nowMs(), () => {
      generator.reset()
      cancelTimer = clock.after(toMs - clock.nowMs(), endWindow)
    })
    driver.begin(startMs)
    await finished
  } finally {
    signal.removeEventListener('abort', finish)
    cancelTimer()
    await driver.stop()
    generator.stop()
  }
  const lastMs = Math.min(windowMs, Math.max(1, clock.nowMs() - fromMs))
  samples.sort((a, b) => (a.dueAtMs ?? 0) - (b.dueAtMs ?? 0))
  const excess = excessOf(waitsIn(samples))
  const isLost = isPilingUp({ excess, windowMs, aloneMs, rate, ceilingRps: undefined })
  const transient = isLost
    ? 0
    : transientLength(samples.map(sample => waitsOf(sample).responseMs ?? 0))
  return {
    ...{ rate, windowMs: lastMs, transient, ...count, refused, excess },
    endedOkRps: (ended.ok / (windowMs - softMs)) * 1000,
    endedGoodRps: (ended.good / (windowMs - softMs)) * 1000,
    samples: samples.slice(transient),
    inFlight: inFlight.read(),
    generator: healthOf(generator.read()),
  }
}

/** How many are due from one moment of a schedule to another, ms from its start. */
function countIn(schedule: Schedule, fromMs: number, toMs: number): number {
  const arrivals = schedule.arrivals()
  let count = 0
  for (let next = arrivals.next(); !next.done && next.value.atMs < toMs; next = arrivals.next()) {
    if (next.value.atMs >= fromMs) count++
  }
  return count
}

/** The mean over time of a number that goes up and down, between two moments. */
function createMean(fromMs: number, toMs: number) {
  let value = 0
  let sinceMs = fromMs
  let area = 0
  return {
    change(by: number, atMs: number): void {
      const untilMs = Math.min(toMs, Math.max(sinceMs, atMs))
      area += value * (untilMs - sinceMs)
      sinceMs = untilMs
      value += by
    },
    read: () => (sinceMs > fromMs ? area / (sinceMs - fromMs) : 0),
  }
}
