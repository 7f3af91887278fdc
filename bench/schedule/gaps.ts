/** Gaps between two requests, as multiples of their mean: how even or how bursty the arrivals are. */
import { gammaDeviate } from '../../base/gamma.ts'
import type { Random } from '../../base/random.ts'

export const patterns = ['constant', 'poisson', 'gamma'] as const
export type Pattern = (typeof patterns)[number]

export interface Gaps {
  /** Where the first request stands: an even beat begins at once, chance begins with a gap. */
  readonly first: () => number
  /** One draw; its mean is 1. */
  readonly next: () => number
}

/** `shape` is the gamma distribution's: below 1 in bursts, 1 as Poisson, above 1 ever more even. */
export function gapsOf(pattern: Pattern, shape: number, random: Random): Gaps {
  if (pattern === 'constant') return { first: () => 0, next: () => 1 }
  const next =
    pattern === 'poisson'
      ? () => -Math.log(1 - random.next())
      : () => gammaDeviate(shape, random) / shape
  return { first: next, next }
}
