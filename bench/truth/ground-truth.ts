/** A run's times held against the server's own, request by request: where the difference comes in. Pure. */
import { nearestRank } from '../percentile.ts'
import type { Sample } from '../sample.ts'
import { rounded } from '../tally.ts'
import type { Served } from './served.ts'

/** A difference in ms: measured − served, so what lies between the two ends, both ways. */
export interface Difference {
  readonly count: number
  readonly p50: number | null
  readonly p99: number | null
  /** Of the two distributions: measured p50 − served p50, and so for p99. */
  readonly shiftP50: number | null
  readonly shiftP99: number | null
}

export interface GroundTruth {
  /** Requests that were found in the server's journal, of so many. */
  readonly joined: number
  readonly of: number
  readonly ttft: Difference
  /** Gap by gap, where both ends saw as many. */
  readonly itl: Difference
  readonly e2e: Difference
  /** The server's own lateness: written − due, of each content chunk. */
  readonly pacing: Difference
}

/** What of a sample is held against the truth. */
export interface Measured extends Pick<Sample, 'requestId' | 'outcome' | 'ttftMs' | 'e2eMs'> {
  readonly gapsMs: ArrayLike<number>
}

/** Only requests that ended ok count. */
export function groundTruthOf(
  samples: Iterable<Measured>,
  served: ReadonlyMap<string, Served>,
): GroundTruth {
  const ttft = pairs()
  const itl = pairs()
  const e2e = pairs()
  const pacing = pairs()
  let joined = 0
  let of = 0
  for (const { requestId, outcome, ttftMs, gapsMs, e2eMs } of samples) {
    if (outcome !== 'ok') continue
    of++
    const truth = requestId === undefined ? undefined : served.get(requestId)
    const { eventMs, dueMs } = truth ?? { eventMs: [], dueMs: [] }
    if (!truth || eventMs[0] === undefined) continue
    joined++
    if (ttftMs !== undefined) ttft.add(ttftMs, eventMs[0])
    if (e2eMs !== undefined && truth.durationMs !== undefined) e2e.add(e2eMs, truth.durationMs)
    if (gapsMs.length === eventMs.length - 1) {
      for (let k = 0; k < gapsMs.length; k++) itl.add(gapsMs[k]!, eventMs[k + 1]! - eventMs[k]!)
    }
    for (const [k, atMs] of eventMs.entries()) {
      if (dueMs[k] !== undefined) pacing.add(atMs, dueMs[k])
    }
  }
  return {
    joined,
    of,
    ttft: ttft.difference(),
    itl: itl.difference(),
    e2e: e2e.difference(),
    pacing: pacing.difference(),
  }
}

function pairs() {
  const measuredMs: number[] = []
  const servedMs: number[] = []
  return {
    add(measured: number, served: number): void {
      measuredMs.push(measured)
      servedMs.push(served)
    },
    difference(): Difference {
      const apart = ascending(measuredMs.map((ms, i) => ms - servedMs[i]!))
      const [measured, served] = [ascending(measuredMs), ascending(servedMs)]
      const shift = (p: number) => {
        const [a, b] = [nearestRank(measured, p), nearestRank(served, p)]
        return a === undefined || b === undefined ? null : rounded(a - b)
      }
      return {
        count: apart.length,
        p50: rounded(nearestRank(apart, 50)),
        p99: rounded(nearestRank(apart, 99)),
        shiftP50: shift(50),
        shiftP99: shift(99),
      }
    },
  }
}

function ascending(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort()
}
