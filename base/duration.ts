/** Durations as people write them: `350ms`, `1.2s`, `6m`, `2h`; milliseconds inside. */

const UNIT_MS: Readonly<Record<string, number>> = {
  us: 0.001,
  µs: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
const PART = /(\d+(?:\.\d*)?|\.\d+)(us|µs|ms|s|m|h|d)/y

export const durationSyntax = 'write a duration such as 350ms, 1.2s, 6m or 1m30s'

/**
 * Milliseconds of `350ms`, `1.2s`, `6m`, `1m30s`; a bare number is milliseconds.
 * Returns undefined when `value` is no duration, or a negative one.
 */
export function parseDuration(value: string | number): number | undefined {
  if (typeof value === 'number') return value >= 0 && Number.isFinite(value) ? value : undefined
  const text = value.trim()
  if (/^(\d+(\.\d*)?|\.\d+)$/.test(text)) return Number(text)
  let totalMs = 0
  PART.lastIndex = 0
  let end = 0
  for (let part = PART.exec(text); part; part = PART.exec(text)) {
    totalMs += Number(part[1]) * (UNIT_MS[part[2] as string] as number)
    end = PART.lastIndex
  }
  return end > 0 && end === text.length ? totalMs : undefined
}

/** A short reading of `ms` for people: `0.4 ms`, `212 ms`, `1.25 s`, `3 m 20 s`. */
export function formatDuration(ms: number): string {
  if (ms < 10) return `${trim(ms, 2)} ms`
  if (ms < 1000) return `${trim(ms, ms < 100 ? 1 : 0)} ms`
  if (ms < 60_000) return `${trim(ms / 1000, 2)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return parts(Math.floor(seconds / 60), 'm', seconds % 60, 's')
  return parts(Math.floor(seconds / 3600), 'h', Math.floor((seconds % 3600) / 60), 'm')
}

/** `3 m 20 s`, and `3 m` when there is no more. */
function parts(large: number, unit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smallUnit}`
}

function trim(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)))
}
