/** What an answer says about limits: `x-ratelimit-*`, `retry-after` and `retry-after-ms`, both ways. */
import { formatGoDuration } from './go-duration.ts'

/** One limit as the headers tell it. */
export interface LimitState {
  /** Units a minute, or a day. */
  readonly limit: number
  /** Whole units left now. */
  readonly remaining: number
  /** Ms until the limit is full again. */
  readonly resetMs: number
}

/** The limits that have headers; undefined for one that is not set. */
export interface LimitStates {
  readonly requests?: LimitState | undefined
  readonly tokens?: LimitState | undefined
  readonly inputTokens?: LimitState | undefined
  /** Shared by all keys and models of a project. */
  readonly projectTokens?: LimitState | undefined
}

const NAMES = {
  requests: 'requests',
  tokens: 'tokens',
  inputTokens: 'input-tokens',
  projectTokens: 'project-tokens',
} as const
const KINDS = Object.keys(NAMES) as (keyof LimitStates)[]
/** In the order in which they are told. */
const HEADERS = (['limit', 'remaining', 'reset'] as const).flatMap(part =>
  KINDS.map(kind => ({ part, kind, name: `x-ratelimit-${part}-${NAMES[kind]}` })),
)

/**
 * `live`: what is true. `absent`: none, as some answers of 200 have it. `minus-one`: -1 and no reset, as Azure has
 * sent them. `zero`: nothing is left, of nothing, and it is full again. `garbage`: no numbers.
 */
export const limitHeaderModes = ['live', 'absent', 'minus-one', 'zero', 'garbage'] as const
export type LimitHeaderMode = (typeof limitHeaderModes)[number]

const UNTRUE = {
  'minus-one': { limit: '-1', remaining: '-1', reset: '0' },
  zero: { limit: '0', remaining: '0', reset: '0s' },
  garbage: { limit: 'unlimited', remaining: '1O', reset: 'soon' },
} as const

/** The headers for each limit that exists; none for one that does not. */
export function rateLimitHeaders(
  limits: LimitStates,
  mode: LimitHeaderMode = 'live',
): Record<string, string> {
  const headers: Record<string, string> = {}
  if (mode === 'absent') return headers
  for (const { part, kind, name } of HEADERS) {
    const state = limits[kind]
    if (state) headers[name] = mode === 'live' ? liveText(state, part) : UNTRUE[mode][part]
  }
  return headers
}

function liveText(state: LimitState, part: 'limit' | 'remaining' | 'reset'): string {
  return part === 'reset' ? formatGoDuration(state.resetMs) : String(state[part])
}

/**
 * `both`: whole seconds and exact ms; `seconds`, `ms`: one of them. `date`: an HTTP date. `days`: seconds, three days
 * more than needed. `absent`: nothing. `garbage`: both, and neither is a number.
 */
export const retryAfterStyles = [
  'both',
  'seconds',
  'ms',
  'date',
  'days',
  'absent',
  'garbage',
] as const
export type RetryAfterStyle = (typeof retryAfterStyles)[number]

const DAYS_S = 3 * 86_400

/** A wait as headers, rounded up so that obeying is enough. `wallMs`: the time of day, for a date. */
export function retryAfterHeaders(
  waitMs: number,
  style: RetryAfterStyle = 'both',
  wallMs = 0,
): Record<string, string> {
  const wholeMs = wholeWaitMs(waitMs)
  const seconds = Math.max(1, Math.ceil(wholeMs / 1000))
  switch (style) {
    case 'both':
      return { 'retry-after': String(seconds), 'retry-after-ms': String(wholeMs) }
    case 'seconds':
      return { 'retry-after': String(seconds) }
    case 'ms':
      return { 'retry-after-ms': String(wholeMs) }
    case 'date': {
      const atS = Math.ceil((wallMs + wholeMs) / 1000)
      return { 'retry-after': new Date(atS * 1000).toUTCString() }
    }
    case 'days':
      return { 'retry-after': String(seconds + DAYS_S) }
    case 'absent':
      return {}
    case 'garbage':
      return { 'retry-after': 'in a moment', 'retry-after-ms': 'soon' }
  }
}

/** Whole ms that are enough; what floating point left above a whole one is not one more. */
export function wholeWaitMs(waitMs: number): number {
  return Math.max(1, Math.ceil(waitMs - 4e-7))
}

/** The same headers with the wait that they tell in another style; those that tell none as they are. */
export function restyleRetryAfter(
  headers: Readonly<Record<string, string>>,
  style: RetryAfterStyle,
  wallMs: number,
): Readonly<Record<string, string>> {
  const waitMs = readRetryAfter(name => headers[name], wallMs)
  if (waitMs === undefined || style === 'both') return headers
  const { 'retry-after': _, 'retry-after-ms': __, ...rest } = headers
  return { ...rest, ...retryAfterHeaders(waitMs, style, wallMs) }
}

/**
 * The wait that the server asked for, in ms: `retry-after-ms`, else `retry-after` in seconds or as an
 * HTTP date (RFC 9110 §10.2.3; a date in the past is 0). Undefined when absent or unreadable.
 */
export function readRetryAfter(
  header: (name: string) => string | null | undefined,
  wallMs: number,
): number | undefined {
  const exact = readNumber(header('retry-after-ms'))
  if (exact !== undefined) return exact
  const value = header('retry-after')
  const seconds = readNumber(value)
  if (seconds !== undefined) return seconds * 1000
  // Date.parse takes any word before a number for a date; an HTTP date has its time of day.
  if (!value || !/\d:\d\d:\d\d/.test(value)) return undefined
  const dateMs = Date.parse(value)
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - wallMs)
}

function readNumber(text: string | null | undefined): number | undefined {
  return text && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined
}
