/** A few requests to look at one by one: the slowest, typical ones, and one for each way of failing. */
import type { Random } from '../base/random.ts'
import { accountOf, type GivenUp, type Outcome, type Sample } from './sample.ts'

export interface Pick {
  readonly why: 'slowest' | 'typical' | 'failed'
  readonly index: number
  readonly requestId: string | null
  readonly outcome: Outcome
  readonly status: number | null
  /** When it was first sent, seconds into the window. */
  readonly atSeconds: number
  /** From due to first send; null in a closed loop. */
  readonly lagMs: number | null
  readonly givenUp: readonly GivenUp[]
  /** From the last try's send; null: none came. */
  readonly ttfbMs: number | null
  readonly ttftMs: number | null
  /** The gaps between content chunks, in order of arrival; at most the first 400. */
  readonly gapsMs: readonly number[]
  /** From the first send to its end, or as far as it came. */
  readonly lastedMs: number
  readonly detail: string | null
}

export interface Picker {
  add(sample: Sample): void
  /** Slowest first, then typical ones by index, then failed ones in the order of their coming. */
  picks(fromMs: number): readonly Pick[]
}

const slowest = 3
const typical = 3
const failed = 4
/** Of so many drawn at random, the typical are those nearest to their median. */
const drawn = 101
const maxGaps = 400

export function createPicker(random: Random): Picker {
  const slow: Sample[] = []
  const fair: Sample[] = []
  const bad = new Map<Outcome, Sample>()
  let seen = 0

  return {
    add(sample) {
      const { outcome } = sample
      if (outcome !== 'ok') {
        if (accountOf(outcome) !== 'open' && bad.size < failed && !bad.has(outcome)) {
          bad.set(outcome, sample)
        }
        return
      }
      const last = slow.at(-1)
      if (slow.length < slowest || !last || lastedMs(sample) > lastedMs(last)) {
        slow.push(sample)
        slow.sort((a, b) => lastedMs(b) - lastedMs(a))
        if (slow.length > slowest) slow.pop()
      }
      const place = seen < drawn ? seen : random.integer(seen + 1)
      if (place < drawn) fair[place] = sample
      seen++
    },
    picks(fromMs) {
      const bySpeed = fair.toSorted((a, b) => lastedMs(a) - lastedMs(b))
      const middle = Math.max(0, Math.floor((bySpeed.length - typical) / 2))
      const ordinary = bySpeed
        .filter(sample => !slow.includes(sample))
        .slice(middle, middle + typical)
        .sort((a, b) => a.index - b.index)
      return [
        ...slow.map(sample => pickOf('slowest', sample, fromMs)),
        ...ordinary.map(sample => pickOf('typical', sample, fromMs)),
        ...[...bad.values()].map(sample => pickOf('failed', sample, fromMs)),
      ]
    },
  }
}

function lastedMs({ e2eMs, censoredMs }: Sample): number {
  return e2eMs ?? censoredMs ?? 0
}

function pickOf(why: Pick['why'], sample: Sample, fromMs: number): Pick {
  const { index, requestId, outcome, status, sentAtMs, dueAtMs, givenUp, detail } = sample
  return {
    why,
    index,
    requestId: requestId ?? null,
    outcome,
    status: status ?? null,
    atSeconds: Math.round((sentAtMs - fromMs) * 1000) / 1e6,
    lagMs: dueAtMs === undefined ? null : Math.round((sentAtMs - dueAtMs) * 1000) / 1000,
    givenUp,
    ttfbMs: sample.ttfbMs ?? null,
    ttftMs: sample.ttftMs ?? null,
    gapsMs: sample.gapsMs.slice(0, maxGaps),
    lastedMs: lastedMs(sample),
    detail: detail ?? null,
  }
}
