/** What thresholds may ask of a run besides times: counts, and what each is a rate of. */
import type { TimeName } from './measure.ts'
import type { Tally } from './tally.ts'

/** What thresholds look at. */
export interface Measured {
  readonly times: Readonly<Record<TimeName, Tally>>
  readonly counts: {
    readonly sent: number
    readonly ok: number
    readonly failed: number
    readonly cut: number
    /** Finished ok within every objective; null: there is none. */
    readonly good?: number | null | undefined
    readonly dropped?: number
    readonly attempts?: number
    readonly throttled?: number
  }
  readonly outputTokens: number
  readonly requestsPerSecond: number
  readonly outputTokensPerSecond: number
  /** The same of each scenario by itself. */
  readonly scenarios?: ReadonlyMap<string, Measured>
}

/** Each with what its rate is of, and in which unit: a second, a share from 0 to 1, or a plain number. */
export const rates = {
  requests: { unit: '/s', of: 'Requests that finished ok.' },
  tokens: { unit: '/s', of: 'Output tokens.' },
  errors: { unit: 'share', of: 'Failed or cut requests, of those sent.' },
  ok: { unit: 'share', of: 'Requests that finished ok, of those sent.' },
  goodput: { unit: '/s', of: 'Requests that finished ok and met every objective (--slo).' },
  dropped: { unit: 'share', of: 'Requests not sent since too many were in flight, of those due.' },
  attempts: { unit: 'number', of: 'Tries, for each request that was sent.' },
  throttled: { unit: 'share', of: 'Tries answered with 429, of all tries.' },
} as const satisfies Readonly<Record<string, Rate>>

interface Rate {
  readonly unit: '/s' | 'share' | 'number'
  readonly of: string
}

/** The unit of a metric's rate; undefined: it is a time. */
export function rateUnit(name: string): Rate['unit'] | undefined {
  return rateNames.find(known => known === name) && rates[name as RateName].unit
}

export type RateName = keyof typeof rates

export const rateNames = Object.keys(rates) as readonly RateName[]

export interface Observed {
  readonly count: number | undefined
  readonly rate: number | undefined
  /** What it rests on. */
  readonly samples: number
}

/** A rate of nothing is no data: no request sent, or none that came to an end. */
export function observeRate(name: RateName, measured: Measured): Observed {
  const { sent, ok, failed, cut, good, dropped, attempts, throttled } = measured.counts
  const errors = failed + cut
  const settled = ok + errors
  if (name === 'dropped') {
    const due = sent + (dropped ?? 0)
    return { count: dropped, rate: share(dropped, due), samples: due }
  }
  if (sent === 0 || settled === 0) return { count: undefined, rate: undefined, samples: sent }
  switch (name) {
    case 'requests':
      return { count: ok, rate: measured.requestsPerSecond, samples: ok }
    case 'tokens':
      return { count: measured.outputTokens, rate: measured.outputTokensPerSecond, samples: ok }
    case 'errors':
      return { count: errors, rate: share(errors, sent), samples: sent }
    case 'ok':
      return { count: ok, rate: share(ok, sent), samples: sent }
    case 'goodput': {
      const goodShare = ok > 0 ? share(good, ok) : 0
      const rate = goodShare === undefined ? undefined : goodShare * measured.requestsPerSecond
      return { count: good ?? undefined, rate, samples: ok }
    }
    case 'attempts':
      return { count: attempts, rate: share(attempts, sent), samples: sent }
    case 'throttled':
      return { count: throttled, rate: share(throttled, attempts), samples: attempts ?? 0 }
  }
}

function share(part: number | null | undefined, whole: number | undefined): number | undefined {
  return part === undefined || part === null || !whole ? undefined : part / whole
}
