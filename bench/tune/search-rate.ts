/**
 * Which arrival rate to try next, from what was measured so far: pure.
 *
 * Doubling until a rate is not kept up, or the highest is reached; one more doubling where that rate did not pile up, to
 * see what the server brings at most. Then straight to the highest that this leaves, and where that is not kept up either,
 * halving the ratio between the highest rate that is and the lowest that is not; then both again, until each has
 * its repeats.
 */

/** What the search looks at of a rate. */
export interface TriedRate {
  /** Requests a second. */
  readonly rate: number
  readonly runs: number
  /** Those of them that were long enough for an answer to rest on. */
  readonly repeats: number
  /** The server kept up, and within the objectives. */
  readonly isKept: boolean
  /** It is not, but by so few requests that it may be chance. */
  readonly isDoubtful: boolean
  /** The ceiling was seen at it. */
  readonly isOverloaded: boolean
}

export interface RateRules {
  /** Where doubling begins, requests a second. */
  readonly start: number
  readonly maxRate: number
  /** Runs of the rates that the answer rests on. */
  readonly repeats: number
  /** What a told limit allows to last, requests a second. */
  readonly boundRps: number | undefined
  /** The highest that can be kept up by what the server brings when more is sent than it can; undefined: never was. */
  readonly edgeRps: number | undefined
}

export interface RateKnee {
  /** Undefined: even the lowest is not kept up. */
  readonly rate: number | undefined
  /** The lowest that is not; undefined: all are. */
  readonly ceiling: number | undefined
  /** The highest that may be tried is kept up. */
  readonly isGrowing: boolean
}

/** disturbed: something else held the machine, so it is measured again. */
export type RateWhy = 'doubling' | 'overloading' | 'narrowing' | 'repeating' | 'disturbed'
export type RateStep =
  | { readonly next: number; readonly why: RateWhy }
  | { readonly next: undefined; readonly knee: RateKnee }

/** Rates closer than this share are as good as one. */
const resolution = 1 / 32
/** Where the first rate is not kept up, it is halved so often. */
const mostHalvings = 5
/** Runs of the rate at which the ceiling was seen. */
const overloadedRuns = 2

/** `tried`: ascending, each rate once. */
export function nextRate(tried: readonly TriedRate[], rules: RateRules): RateStep {
  const { start, repeats, boundRps = Infinity, edgeRps } = rules
  const most = Math.min(rules.maxRate, boundRps)
  const knee = rateKneeOf(tried, rules)
  const top = tried.at(-1)
  if (!top) return { next: round(Math.min(start, most)), why: 'doubling' }
  const high = tried.find(({ isKept }) => !isKept)
  const low = tried.findLast(({ rate, isKept }) => isKept && rate < (high?.rate ?? Infinity))
  if (high?.isDoubtful && high.repeats === 0) return { next: high.rate, why: 'repeating' }
  const again = [low, high].find(
    one => one && one.repeats < repeats && (one === low || !low || isClose(low.rate, one.rate)),
  )
  const end: RateStep = again ? { next: again.rate, why: 'repeating' } : { next: undefined, knee }
  if (!high) {
    if (isClose(top.rate, most)) return end
    return { next: round(Math.min(most, top.rate * 2)), why: 'doubling' }
  }
  if (!low) {
    const least = Math.min(start, most) / 2 ** mostHalvings
    return isClose(least, high.rate) ? end : { next: round(high.rate / 2), why: 'narrowing' }
  }
  const over = tried.find(({ isOverloaded }) => isOverloaded)
  if (over && over.runs < overloadedRuns) return { next: over.rate, why: 'overloading' }
  const isFar = top.rate >= high.rate * 1.5 || high.rate * 2 > most
  if (!over && !isFar) return { next: round(high.rate * 2), why: 'overloading' }
  const edge = Math.min(high.rate, most, edgeRps ?? Infinity)
  if (isClose(low.rate, edge)) return end
  const next = edge < high.rate ? edge : Math.sqrt(low.rate * edge)
  return { next: round(next), why: 'narrowing' }
}

/** The knee as far as it can be seen. */
export function rateKneeOf(
  tried: readonly Pick<TriedRate, 'rate' | 'isKept'>[],
  { maxRate }: Pick<RateRules, 'maxRate'>,
): RateKnee {
  const ceiling = tried.find(({ isKept }) => !isKept)?.rate
  const rate = tried.findLast(one => one.isKept && one.rate < (ceiling ?? Infinity))?.rate
  const isGrowing = ceiling === undefined && rate !== undefined && isClose(rate, maxRate)
  return { rate, ceiling, isGrowing }
}

function isClose(low: number, high: number): boolean {
  return high <= low * (1 + resolution)
}

/** To three digits, downwards: a limit is not to be passed by rounding. */
function round(rate: number): number {
  const step = 10 ** (Math.floor(Math.log10(rate)) - 2)
  return Number((Math.floor(rate / step + 1e-9) * step).toPrecision(3))
}
