/** The limit that a refusal's message tells, where headers do not: "… on requests per min (RPM): Limit 60, Used 60, …". */

export interface MessageRate {
  readonly kind: 'requests' | 'tokens'
  readonly limit: number
  readonly remaining: number
  readonly windowMs: number
}

const RATE =
  /\bon (?:\w+ )?(requests|tokens) per (min|minute|hour|day)\b.*?\bLimit:? (\d{1,15})(?:.*?\bUsed:? (\d{1,15}))?/i
const WINDOWS_MS: Readonly<Record<string, number>> = {
  min: 60_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
}

export function readRateMessage(message: string): MessageRate | undefined {
  const [, kind, per = '', limit, used = limit] = RATE.exec(message) ?? []
  if (kind === undefined || Number(limit) < 1) return undefined
  return {
    kind: kind.toLowerCase() as MessageRate['kind'],
    limit: Number(limit),
    remaining: Math.max(0, Number(limit) - Number(used)),
    windowMs: WINDOWS_MS[per.toLowerCase()]!,
  }
}
