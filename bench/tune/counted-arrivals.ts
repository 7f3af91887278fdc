/**
 * Arrivals of which a window has exactly as many as its rate says; chance decides when. Of a Poisson process with
 * 200 requests in a window one third has 7 % more or fewer by luck, and a search for the highest rate would find the luck.
 *
 * Given how many there are, the moments of a Poisson process are those of its partial sums of gaps, stretched to
 * the window (Devroye, "Non-Uniform Random Variate Generation", 1986, V.2.2). Other patterns are stretched in the same way.
 */
import type { Random } from '../../base/random.ts'
import type { Arrival, Schedule } from '../schedule/arrival.ts'
import { gapsOf, type Pattern } from '../schedule/gaps.ts'

/** How requests arrive. */
export interface Arrivals {
  readonly pattern: Pattern
  /** Of gamma gaps. */
  readonly shape: number
}

/** The standard deviation of a gap as a share of its mean: 0 is a beat, 1 is as of many users. */
export function scatterOf({ pattern, shape }: Arrivals): number {
  if (pattern === 'constant') return 0
  return pattern === 'poisson' ? 1 : 1 / Math.sqrt(shape)
}

export interface CountedArrivals extends Arrivals {
  /** Requests a second. */
  readonly rate: number
  /** Windows one after the other, ms; the last is repeated for as long as anyone asks. */
  readonly windowsMs: readonly number[]
  readonly random: Random
}

export function countedArrivals(given: CountedArrivals): Schedule {
  const { rate, windowsMs, pattern, shape, random } = given
  return {
    words: `${pattern}, ${rate}/s`,
    firstPerSecond: rate,
    spanMs: undefined,
    expected: ms => (rate * ms) / 1000,
    *arrivals(): Generator<Arrival, undefined> {
      let [startMs, owed] = [0, 0]
      for (let i = 0; ; i++) {
        const windowMs = windowsMs[Math.min(i, windowsMs.length - 1)]!
        // What rounding leaves over is the next window's.
        owed += (rate * windowMs) / 1000
        const count = Math.round(owed)
        owed -= count
        const gaps = gapsOf(pattern, shape, random.fork(`window${i}`))
        let place = gaps.first()
        const places = [place]
        while (places.length <= count) {
          place += gaps.next()
          places.push(place)
        }
        for (const one of places.slice(0, count)) {
          yield { atMs: startMs + (one / place) * windowMs, hint: undefined }
        }
        startMs += windowMs
      }
    },
  }
}
