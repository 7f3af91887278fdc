/** Whether requests pile up at a rate, by how their response from due rises: pure. */
import { type Sample, waitsOf } from '../sample.ts'

/** One request: when it was due, ms of any clock, and its response from then; of an open one as long as it had lasted. */
export interface Wait {
  readonly dueAtMs: number
  readonly responseMs: number
}

/** Those that ended ok or not yet. */
export function waitsIn(samples: readonly Sample[]): readonly Wait[] {
  return samples.flatMap(sample => {
    const { dueAtMs, outcome, censoredMs } = sample
    if (dueAtMs === undefined || (outcome !== 'ok' && outcome !== 'open')) return []
    const { responseMs, lagMs = 0 } = waitsOf(sample)
    const lasted = responseMs ?? (censoredMs === undefined ? undefined : lagMs + censoredMs)
    return lasted === undefined ? [] : [{ dueAtMs, responseMs: lasted }]
  })
}

/**
 * By how many ms the response rises for each ms that passes, by least squares: the share by which more is sent than
 * the server brings, for what comes last waits for all that is left over.
 */
export function excessOf(waits: readonly Wait[]): number {
  const count = Math.max(1, waits.length)
  const middle = waits.reduce((sum, { dueAtMs }) => sum + dueAtMs, 0) / count
  const usual = waits.reduce((sum, { responseMs }) => sum + responseMs, 0) / count
  let [together, alone] = [0, 0]
  for (const { dueAtMs, responseMs } of waits) {
    together += (dueAtMs - middle) * (responseMs - usual)
    alone += (dueAtMs - middle) ** 2
  }
  return alone > 0 ? together / alone : 0
}

/** A rise by less than this share of the time may be chance: a queue near its limit goes up and down for long. */
const leastExcess = 0.02
/** Nor is a rise by less than this share of a reply one. */
const leastReplies = 0.5
/** Nor one that a moment's pause of this machine makes. */
const leastRiseMs = 50
/** So far below what the server brings elsewhere, a rise is a queue that goes up and down, if it is no larger than… */
const wellBelow = 0.97
/** …so many times what else would be one. */
const doubtful = 4

export interface Load {
  readonly excess: number
  /** How long was looked at. */
  readonly windowMs: number
  /** What a request takes alone. */
  readonly aloneMs: number
  /** Requests a second that are sent, and the most that the server has brought when more were sent. */
  readonly rate: number
  readonly ceilingRps: number | undefined
}

export function isPilingUp({ excess, windowMs, aloneMs, rate, ceilingRps }: Load): boolean {
  const leastMs = Math.max(leastRiseMs, aloneMs * leastReplies, windowMs * leastExcess)
  const riseMs = excess * windowMs
  if (ceilingRps === undefined) return riseMs > leastMs
  if (rate <= ceilingRps * wellBelow) return riseMs > leastMs * doubtful
  // Above what it brings elsewhere a smaller rise is enough: half of what is then to be expected.
  const expected = rate / ceilingRps - 1
  return riseMs > leastMs || (expected > 0 && excess > expected / 2)
}
