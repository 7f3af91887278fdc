/** A rate as text: `50`, `50/s`, `300/m`, and `10..100` for one that changes evenly. */

export const rateSyntax = 'write requests a second such as 50, 0.5/s or 300/m'
export const rateRangeSyntax = `${rateSyntax}, or 10..100 to go evenly from one to the other`

/** Requests a second at the beginning and at the end. */
export interface RateRange {
  readonly fromPerSecond: number
  readonly toPerSecond: number
}

const perSecondOf: Readonly<Record<string, number>> = { s: 1, m: 1 / 60, h: 1 / 3600 }
/** Above this no timer is exact, nor one process enough. */
const maxPerSecond = 100_000

/** Requests a second; undefined: it is no rate. */
export function parseRate(text: string): number | undefined {
  const [, number, unit = 's'] =
    /^(\d+(?:\.\d*)?|\.\d+)\s*(?:\/\s*([smh]))?$/.exec(text.trim()) ?? []
  const perSecond = Number(number) * perSecondOf[unit]!
  return perSecond <= maxPerSecond ? perSecond : undefined
}

/** Undefined: it is none, or one that sends nothing. */
export function parseRateRange(text: string): RateRange | undefined {
  const [from, to, ...more] = text.split('..')
  const fromPerSecond = parseRate(from ?? '')
  const toPerSecond = to === undefined ? fromPerSecond : parseRate(to)
  if (fromPerSecond === undefined || toPerSecond === undefined || more.length > 0) return undefined
  return fromPerSecond + toPerSecond > 0 ? { fromPerSecond, toPerSecond } : undefined
}

/** `50/s`, `0.5/s` */
export function rateWords(perSecond: number): string {
  return `${Number(perSecond.toPrecision(4))}/s`
}
