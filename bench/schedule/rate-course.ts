/**
 * A rate that changes in straight lines over time, and the count of requests that it amounts to. Arrivals
 * are laid out on that count: where the rate doubles they stand twice as close, whatever their pattern.
 */

/** A part of the course; the rate goes evenly from one value to the other. */
export interface Stretch {
  readonly fromPerSecond: number
  readonly toPerSecond: number
  readonly ms: number
}

export interface RateCourse {
  readonly firstPerSecond: number
  /** Undefined: it goes on for ever. */
  readonly spanMs: number | undefined
  /** Requests due by `atMs`: the rate's integral. */
  countAt(atMs: number): number
  /** When the count comes to `count`, in ms; undefined: never. `count` must not be less than at the last call. */
  createReader(): (count: number) => number | undefined
}

interface Mark extends Stretch {
  readonly startMs: number
  readonly startCount: number
}

export function steadyRate(perSecond: number): RateCourse {
  return {
    firstPerSecond: perSecond,
    spanMs: undefined,
    countAt: atMs => (perSecond * atMs) / 1000,
    createReader: () => count => (count / perSecond) * 1000,
  }
}

/** Ends with the last stretch. */
export function rateCourse(stretches: readonly Stretch[]): RateCourse {
  const marks: Mark[] = []
  let spanMs = 0
  let total = 0
  for (const stretch of stretches) {
    marks.push({ ...stretch, startMs: spanMs, startCount: total })
    spanMs += stretch.ms
    total += countWithin(stretch, stretch.ms)
  }
  return {
    firstPerSecond: stretches[0]?.fromPerSecond ?? 0,
    spanMs,
    countAt(atMs) {
      const mark = marks.findLast(({ startMs }) => startMs <= atMs)
      return mark ? mark.startCount + countWithin(mark, Math.min(mark.ms, atMs - mark.startMs)) : 0
    },
    createReader() {
      let place = 0
      return count => {
        if (count >= total) return undefined
        while (place + 1 < marks.length && marks[place + 1]!.startCount <= count) place++
        const mark = marks[place]!
        return mark.startMs + timeWithin(mark, count - mark.startCount)
      }
    },
  }
}

/** Requests in the first `ms` of a stretch. */
function countWithin({ fromPerSecond, toPerSecond, ms: wholeMs }: Stretch, ms: number): number {
  if (wholeMs === 0) return 0
  const risePerMs = (toPerSecond - fromPerSecond) / wholeMs
  return ((fromPerSecond + (risePerMs * ms) / 2) * ms) / 1000
}

/** The ms in which a stretch comes to `count`: the root of `countWithin`, in the form that loses no digits. */
function timeWithin({ fromPerSecond, toPerSecond, ms }: Stretch, count: number): number {
  const risePerMs = ms === 0 ? 0 : (toPerSecond - fromPerSecond) / ms
  const root = Math.sqrt(Math.max(0, fromPerSecond ** 2 + 2 * risePerMs * count * 1000))
  return count === 0 ? 0 : Math.min(ms, (2 * count * 1000) / (fromPerSecond + root))
}
