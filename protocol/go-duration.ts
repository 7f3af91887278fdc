/** Durations as Go prints them, which is how `x-ratelimit-reset-*` and 429 messages say them. */

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}

/** `0s`, `174ms`, `3.89s`, `1m0s`, `2h3m4.5s`: to the millisecond. */
export function formatGoDuration(ms: number): string {
  const whole = Math.round(ms)
  if (whole === 0) return '0s'
  if (whole < 1000) return `${whole}ms`
  const hours = Math.floor(whole / 3_600_000)
  const minutes = Math.floor((whole % 3_600_000) / 60_000)
  const seconds = `${(whole % 60_000) / 1000}s`
  if (hours > 0) return `${hours}h${minutes}m${seconds}`
  return minutes > 0 ? `${minutes}m${seconds}` : seconds
}

/** Milliseconds of `6m0s`, `1.5s`, `20ms`; undefined for anything else, `-1` and `0` included. */
export function parseGoDuration(text: string): number | undefined {
  const part = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/y
  let totalMs = 0
  let end = 0
  for (let match = part.exec(text); match; match = part.exec(text)) {
    totalMs += Number(match[1]) * UNIT_MS[match[2]!]!
    end = part.lastIndex
  }
  return end > 0 && end === text.length ? totalMs : undefined
}
