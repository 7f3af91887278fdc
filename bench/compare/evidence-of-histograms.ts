/**
 * Evidence from a summary alone: all values, but not when each came. A percentile's rank is drawn anew as
 * if from fewer requests than there were: from as many as would tell as much if they were independent.
 */
import type { Random } from '../../base/random.ts'
import type { TimeName } from '../measure.ts'
import { nearestRank } from '../percentile.ts'
import type { Bins, Stats } from '../tally.ts'
import { type Evidence, redrawings } from './evidence.ts'

/** What is read of a summary. */
export interface Histograms {
  readonly bins: Readonly<Record<TimeName, Bins>>
  /** The percentiles as the summary states them. */
  readonly stats: (name: TimeName) => Stats
  /** Seconds into the window and TTFT of requests, in any order. */
  readonly dots: readonly (readonly [atSeconds: number, ttftMs: number, ...unknown[]])[]
  readonly requests: number
  readonly errors: number
}

/** Stretches of time that the dots are laid into, to see how alike neighbours are. */
const stretches = 20

export function evidenceOfHistograms(
  { bins, stats, dots, requests, errors }: Histograms,
  random: Random,
): Evidence {
  const countOf = (name: TimeName) => bins[name].reduce((sum, [, count]) => sum + count, 0)
  const alike = likenessOf(dots)

  /** The share below a value that stands at `share`, in each redrawing. */
  function sharesAround(share: number, independent: number, key: string): Float64Array {
    const draw = random.fork(key)
    const error = Math.sqrt((share * (1 - share)) / Math.max(1, independent))
    return Float64Array.from({ length: redrawings }, () => share + error * draw.normal())
  }

  return {
    blocks: stretches,
    requests,
    errors,
    count: countOf,
    percentile(name, p) {
      const stated = `p${String(p).replace('.', '')}` as keyof Stats
      return stats(name)[stated] ?? percentileOf(bins[name], p)
    },
    redrawn(name, p) {
      const own = bins[name]
      // The gaps of one request are alike: each request counts as one, however many it had.
      const independent = Math.min(countOf(name), countOf('ttft')) / alike(p)
      return sharesAround(p / 100, independent, `${name} ${p}`).map(
        share => percentileOf(own, Math.min(100, Math.max(0, share * 100))) ?? Number.NaN,
      )
    },
    redrawnErrors: () => sharesAround(requests > 0 ? errors / requests : 0, requests, 'errors'),
  }
}

/** Nearest rank over bins. */
function percentileOf(bins: Bins, p: number): number | undefined {
  const total = bins.reduce((sum, [, count]) => sum + count, 0)
  if (total === 0) return undefined
  const rank = Math.max(1, Math.ceil((p / 100) * total - 1e-9))
  let seen = 0
  for (const [ms, count] of bins) {
    seen += count
    if (seen >= rank) return ms
  }
  return bins.at(-1)?.[0]
}

/**
 * How many requests tell no more than one (the design effect), at a percentile: the share above it varies
 * from stretch to stretch by more than chance would have it. At least 1.
 */
function likenessOf(dots: Histograms['dots']): (p: number) => number {
  const sorted = dots.map(([, ttftMs]) => ttftMs).sort((a, b) => a - b)
  const ordered = [...dots].sort(([a], [b]) => a - b)
  return p => {
    const perStretch = Math.floor(ordered.length / stretches)
    const value = nearestRank(sorted, p)
    if (perStretch < 4 || value === undefined) return 1
    const share = sorted.filter(ms => ms > value).length / sorted.length
    const expected = (share * (1 - share)) / perStretch
    if (expected === 0) return 1
    let found = 0
    for (let i = 0; i < stretches; i++) {
      const stretch = ordered.slice(i * perStretch, (i + 1) * perStretch)
      const above = stretch.filter(([, ttftMs]) => ttftMs > value).length / perStretch
      found += (above - share) ** 2 / (stretches - 1)
    }
    return Math.max(1, found / expected)
  }
}
