/** Bursts: so many requests in the same instant, again and again. */
import { formatDuration, parseDuration } from '../../base/duration.ts'
import type { Arrival, Schedule } from './arrival.ts'

export const burstSyntax = 'write COUNT/DURATION such as 50/10s, for 50 at once every 10 s'

export interface Burst {
  readonly count: number
  readonly everyMs: number
}

const maxCount = 100_000

export function parseBurst(text: string): Burst | undefined {
  const [, digits, duration = ''] = /^(\d+)\/(.+)$/.exec(text.trim()) ?? []
  const count = Number(digits)
  // `50/s` is read as every 1 s.
  const everyMs = parseDuration(/^\d/.test(duration) ? duration : `1${duration}`)
  if (!(count >= 1 && count <= maxCount) || everyMs === undefined || everyMs < 1) return undefined
  return { count, everyMs }
}

export function burstSchedule({ count, everyMs }: Burst): Schedule {
  return {
    words: `bursts of ${count} every ${formatDuration(everyMs)}`,
    firstPerSecond: (count / everyMs) * 1000,
    spanMs: undefined,
    expected: ms => Math.ceil(ms / everyMs) * count,
    *arrivals(): Generator<Arrival, undefined> {
      for (let burst = 0; ; burst++) {
        const arrival = { atMs: burst * everyMs, hint: undefined }
        for (let i = 0; i < count; i++) yield arrival
      }
    },
  }
}
