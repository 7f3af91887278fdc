/** A trace's requests at the times they had, or faster; times that were rounded are spread again. */
import type { Random } from '../../base/random.ts'
import type { Arrival, Schedule } from './arrival.ts'
import type { TraceRow } from './trace-columns.ts'
import type { Trace } from './trace-file.ts'

/** Times are rounded when all of them are whole multiples of this or more, ms. */
const leastRoundingMs = 1000

/** `speed` 2 replays in half the time. */
export function replaySchedule({ kind, rows }: Trace, speed: number, random: Random): Schedule {
  const startMs = rows[0]?.timeMs ?? 0
  const stepMs = kind.isRounded ? roundingOf(rows) : 0
  const offsets = rows.map(({ timeMs }) => timeMs - startMs)
  const times = (stepMs > 0 ? spread(offsets, stepMs, random) : offsets).map(ms => ms / speed)
  const spanMs = times.at(-1) ?? 0
  const rounding = stepMs > 0 ? `, spread over the ${stepMs / 1000} s they were rounded to` : ''
  const speedWords = speed === 1 ? '' : ` at ${speed} × speed`
  return {
    words: `as in a trace of ${rows.length} requests${speedWords}${rounding}`,
    firstPerSecond: spanMs > 0 ? (rows.length / spanMs) * 1000 : 1,
    spanMs,
    expected: ms => countUpTo(times, ms),
    *arrivals(): Generator<Arrival, undefined> {
      for (const [i, atMs] of times.entries()) yield { atMs, hint: rows[i] }
    },
  }
}

/** The step that all times are multiples of; 0: they are finer than a second, or one instant. */
function roundingOf(rows: readonly TraceRow[]): number {
  let stepMs = 0
  for (const { timeMs } of rows) {
    for (let rest = timeMs; rest > 0; ) [stepMs, rest] = [rest, stepMs % rest]
    if (stepMs % 1 !== 0 || (stepMs > 0 && stepMs < leastRoundingMs)) return 0
  }
  return stepMs
}

/** Evenly at random within each step, and in order. */
function spread(offsets: readonly number[], stepMs: number, random: Random): readonly number[] {
  return offsets.map(offsetMs => offsetMs + random.next() * stepMs).sort((a, b) => a - b)
}

/** How many of the ascending `times` are `ms` or less. */
function countUpTo(times: readonly number[], ms: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (times[middle]! <= ms) low = middle + 1
    else high = middle
  }
  return low
}
