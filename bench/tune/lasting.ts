/**
 * What can be kept up. A minute's limit is a bucket that begins full: it lends what it holds, and a short
 * measurement sees more than will ever last. So goodput is bounded by the limits that the server tells.
 */
import type { Level } from './level.ts'
import type { LimitKind, ToldLimits } from './told-limits.ts'

/** A told limit as requests a second. */
export interface RateBound {
  readonly kind: LimitKind
  readonly perMinute: number
  readonly requestsPerSecond: number
}

/** The lower of the bounds that limits a minute set; undefined: none was told. */
export function rateBound(limits: ToldLimits, tokensPerCall: number): RateBound | undefined {
  const bounds: RateBound[] = []
  const { requests, tokens } = limits
  if (requests) {
    const { perMinute } = requests
    bounds.push({ kind: 'requests', perMinute, requestsPerSecond: perMinute / 60 })
  }
  if (tokens && tokensPerCall > 0) {
    const { perMinute } = tokens
    bounds.push({ kind: 'tokens', perMinute, requestsPerSecond: perMinute / 60 / tokensPerCall })
  }
  return bounds.sort((a, b) => a.requestsPerSecond - b.requestsPerSecond)[0]
}

/** Goodput of a level as far as it lasts. */
export function lastingRps(
  { goodputRps, requestsPerSecond }: Pick<Level, 'goodputRps' | 'requestsPerSecond'>,
  bound: RateBound | undefined,
): number {
  if (!bound || requestsPerSecond <= bound.requestsPerSecond) return goodputRps
  return goodputRps * (bound.requestsPerSecond / requestsPerSecond)
}
