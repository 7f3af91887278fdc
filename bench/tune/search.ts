/**
 * Which number of requests in flight to try next, from what was measured so far: pure.
 *
 * Doubling from 1 until goodput no longer grows, the objectives are missed, or the highest is reached; then narrowing
 * between the largest number that is too small and the smallest that is enough; then both once more, until
 * each has its repeats. The cap is the smallest number that brings enough of the best goodput among
 * those that meet the objectives. The smallest and not the largest: beyond the knee requests only
 * wait, at the server or here, and the objectives may allow that for long.
 */

/** What the search looks at of a level. */
export interface Tried {
  readonly concurrency: number
  readonly runs: number
  /** What can be kept up: goodput, but no more than the server's limits a minute allow. */
  readonly lastingRps: number
  readonly meetsObjectives: boolean
}

export interface SearchRules {
  /** Where doubling begins; what is below is looked at where it is enough already. */
  readonly start: number
  readonly maxConcurrency: number
  /** Runs of the levels that the answer rests on. */
  readonly repeats: number
  /** The share of the best goodput that is enough, 0 to 1. */
  readonly enough: number
}

export interface Knee {
  /** Undefined: there is none, the objectives are missed even at the least. */
  readonly cap: number | undefined
  readonly bestRps: number
  /** The least that misses the objectives; undefined: none did. */
  readonly ceiling: number | undefined
  /** Goodput still grew at the highest that was tried and that met the objectives. */
  readonly isGrowing: boolean
}

/** disturbed: something else held the machine, so it is measured again. */
export type Why = 'doubling' | 'narrowing' | 'repeating' | 'disturbed'
export type Step =
  | { readonly next: number; readonly why: Why }
  | { readonly next: undefined; readonly knee: Knee }

/** Goodput that rises by less than this a doubling does not grow. */
const growthPerDoubling = 0.05
/** Levels within so much of the highest are one plateau, whose mean is the best: the highest alone is luck. */
const plateauShare = 0.03
/** Levels closer than this share of a level are as good as one. */
const resolution = 1 / 16
/** A level to see growth by is at most this share of another. */
const lowerShare = 0.72
/** An objective that was missed while so much of the goodput was left may have been missed by chance. */
const closeShare = 0.5
/** Throughput that grows in proportion grows on along its line. */
const isProportional = 0.9

/** `tried`: ascending, each concurrency once. */
export function nextStep(tried: readonly Tried[], rules: SearchRules): Step {
  const { start, maxConcurrency, repeats } = rules
  const [least] = tried
  if (!least) return { next: Math.min(start, maxConcurrency), why: 'doubling' }
  const knee = kneeOf(tried, rules)
  const { cap, ceiling, isGrowing } = knee
  const below = belowOf(tried, ceiling)
  const top = below.at(-1)
  if (!top) {
    // Not even one at a time: is that so?
    const isLeast = least.concurrency === 1
    if (!isLeast) return { next: Math.max(1, least.concurrency >> 1), why: 'narrowing' }
    return least.runs < repeats ? { next: 1, why: 'repeating' } : { next: undefined, knee }
  }
  if (isGrowing && ceiling === undefined && top.concurrency < maxConcurrency) {
    return { next: Math.min(maxConcurrency, top.concurrency * 2), why: 'doubling' }
  }
  const above = tried.find(({ concurrency }) => concurrency === ceiling)
  const isClose = above && above.lastingRps >= top.lastingRps * closeShare
  if (isClose && isGrowing && above.runs < repeats) {
    return { next: above.concurrency, why: 'repeating' }
  }
  // Where goodput grows slowly, a rough ceiling costs little of it.
  const rough = (1 - rules.enough) / Math.max(elasticityOf(below), 1e-9)
  if (isGrowing && ceiling !== undefined && isWide(top.concurrency, ceiling, rough)) {
    return { next: (top.concurrency + ceiling) >> 1, why: 'narrowing' }
  }
  const high = below.find(({ concurrency }) => concurrency === cap) ?? top
  const low = below.findLast(({ concurrency }) => concurrency < high.concurrency)
  const lowest = low?.concurrency ?? 0
  if (isWide(lowest, high.concurrency)) {
    const targetRps = knee.bestRps * rules.enough
    return { next: between(low, high, { least, targetRps, count: tried.length }), why: 'narrowing' }
  }
  for (const level of [high, low]) {
    if (level && level.runs < repeats) return { next: level.concurrency, why: 'repeating' }
  }
  return { next: undefined, knee }
}

/** The knee as far as it can be seen. */
export function kneeOf(tried: readonly Tried[], { enough }: Pick<SearchRules, 'enough'>): Knee {
  const ceiling = tried.find(({ meetsObjectives }) => !meetsObjectives)?.concurrency
  const below = belowOf(tried, ceiling)
  const bestRps = plateauOf(below)
  const cap = below.find(({ lastingRps }) => lastingRps >= bestRps * enough)?.concurrency
  return { cap, bestRps, ceiling, isGrowing: growsAt(below) }
}

function belowOf(tried: readonly Tried[], ceiling: number | undefined): readonly Tried[] {
  return tried.filter(({ concurrency }) => ceiling === undefined || concurrency < ceiling)
}

function plateauOf(levels: readonly Tried[]): number {
  const highest = Math.max(0, ...levels.map(({ lastingRps }) => lastingRps))
  const plateau = levels.filter(({ lastingRps }) => lastingRps >= highest * (1 - plateauShare))
  const runs = plateau.reduce((sum, level) => sum + level.runs, 0)
  return runs === 0
    ? 0
    : plateau.reduce((sum, level) => sum + level.lastingRps * level.runs, 0) / runs
}

/**
 * How goodput still rises at the last of `levels`, beside one well below it: 1 in proportion, 0 not at all. Where there
 * is nothing to see it by, 1; without levels 0.
 */
function elasticityOf(levels: readonly Tried[]): number {
  const top = levels.at(-1)
  if (!top) return 0
  const lower = levels.findLast(({ concurrency }) => concurrency <= top.concurrency * lowerShare)
  if (!lower || lower.lastingRps <= 0) return 1
  return Math.log(top.lastingRps / lower.lastingRps) / Math.log(top.concurrency / lower.concurrency)
}

function growsAt(levels: readonly Tried[]): boolean {
  return elasticityOf(levels) > Math.log2(1 + growthPerDoubling)
}

function isWide(low: number, high: number, rough = 0): boolean {
  return high - low > Math.max(1, Math.floor(high * Math.max(resolution, rough)))
}

/** Where throughput grows in proportion, aim where its line meets the target; by turns with the middle. */
function between(
  low: Tried | undefined,
  high: Tried,
  { least, targetRps, count }: { least: Tried; targetRps: number; count: number },
): number {
  const from = low?.concurrency ?? 0
  const middle = Math.max(1, (from + high.concurrency) >> 1)
  if (!low) return middle
  const perUser = low.lastingRps / low.concurrency
  const isLine = perUser >= (least.lastingRps / least.concurrency) * isProportional
  if (!isLine && count % 2 === 1) return middle
  const aimed = Math.ceil(targetRps / perUser - 1e-9)
  return Math.max(from + 1, Math.min(high.concurrency - 1, aimed))
}
