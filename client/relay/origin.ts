/** Which pages may use the relay: its own, and those that were named. */
import { OptionError } from '../../base/option-error.ts'
import type { ApiError } from '../../protocol/errors/api-error.ts'
import { foreignHost, foreignOrigin } from './refusals.ts'

export interface OriginRules {
  /** Named by the operator, as browsers write them. */
  readonly allowed: ReadonlySet<string>
  /** Whether the relay can be reached from this machine only. */
  readonly isLoopback: boolean
}

export interface Asking {
  readonly origin: string | undefined
  readonly host: string | undefined
  /** `sec-fetch-site`, which no page can write itself. */
  readonly fetchSite: string | undefined
}

export interface Admission {
  /** The origin that the answer names, so that its page may read it. */
  readonly cors?: string
  readonly refusal?: ApiError
}

/** Throws OptionError for what is no origin. */
export function readOrigins(texts: readonly string[]): ReadonlySet<string> {
  return new Set(texts.map(readOrigin))
}

function readOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isBare = url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`
  if (isBare) return url.origin
  throw new OptionError(
    'origin',
    text,
    'write an origin such as https://app.example, without a path',
  )
}

/** Other programs send no origin; a page cannot leave it out where it matters. */
export function admit({ origin, host = '', fetchSite }: Asking, rules: OriginRules): Admission {
  // A foreign name that was made to point at this machine would be an origin of its own making.
  if (rules.isLoopback && !isOwnHost(host, rules.allowed)) return { refusal: foreignHost(host) }
  if (origin !== undefined && rules.allowed.has(origin)) return { cors: origin }
  const isOwn = origin === undefined || fetchSite === 'same-origin' || hostOf(origin) === host
  return isOwn ? {} : { refusal: foreignOrigin(origin) }
}

function isOwnHost(host: string, allowed: ReadonlySet<string>): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase()
  if (isLoopbackName(name)) return true
  return [...allowed].some(origin => hostOf(origin) === host || new URL(origin).hostname === name)
}

/** As it stands in a URL or as an address. */
export function isLoopbackName(name: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/.test(name)
}

/** With its port; `null` and what is no URL have none. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
