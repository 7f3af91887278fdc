/**
 * Pauses in the middle of a stream: how likely, and how long.
 *
 *   2% 3s                              after one token in fifty, for 3 s
 *   0.1/s lognormal(p50=1s,p95=4s)     once in 10 s of streaming on average
 */
import { type Distribution, parseDistribution } from '../../../base/distribution.ts'
import type { Random } from '../../../base/random.ts'

export interface Stalls {
  /** The text that it was made from. */
  readonly text: string
  /** How likely the stream stalls in a gap of so many ms. */
  chanceIn(gapMs: number): number
  readonly lastsMs: Distribution
}

export const stallsSyntax =
  'write how likely and how long: 2% 3s (of the tokens), or 0.1/s lognormal(p50=1s,p95=4s) (so many a second, or /m a minute)'

const UNIT_MS = { s: 1000, m: 60_000 } as const

/** Undefined: it is neither, or more likely than certain. */
export function parseStalls(text: string): Stalls | undefined {
  const [, amount, unit, length] =
    /^\s*(\d+(?:\.\d*)?|\.\d+)\s*(%|\/s|\/m)\s+(\S.*)$/s.exec(text) ?? []
  const lastsMs = length === undefined ? undefined : parseDistribution(length, 'ms')
  if (!lastsMs) return undefined
  if (unit === '%') {
    const chance = Number(amount) / 100
    return chance > 1 ? undefined : { text, lastsMs, chanceIn: () => chance }
  }
  const perMs = Number(amount) / UNIT_MS[unit === '/s' ? 's' : 'm']
  return { text, lastsMs, chanceIn: gapMs => 1 - Math.exp(-perMs * gapMs) }
}

/** The same due times, with the stalls that fall between them. The first is as it was: what comes before it is the TTFT. */
export function withStalls(
  dueMs: readonly number[],
  { chanceIn, lastsMs }: Stalls,
  random: Random,
): readonly number[] {
  let stalledMs = 0
  return dueMs.map((atMs, i) => {
    if (i === 0) return atMs
    if (random.next() < chanceIn(atMs - dueMs[i - 1]!)) stalledMs += lastsMs.sample(random)
    return atMs + stalledMs
  })
}
