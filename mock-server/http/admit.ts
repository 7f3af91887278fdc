/** Past the limits of a caller and project, or a 429 that says when to come back. */
import type { IncomingMessage } from 'node:http'
import { noQuota, rateLimited, requestTooLarge } from '../../protocol/errors/limit.ts'
import {
  type LimitHeaderMode,
  limitHeaderModes,
  rateLimitHeaders,
  retryAfterHeaders,
} from '../../protocol/rate-limit-headers.ts'
import { UNMETERED } from '../engine/limits/rate-limiter.ts'
import { callerOf } from './caller.ts'
import { isDispatched } from './dispatch.ts'
import { type Exchange, flatHeaders } from './exchange.ts'

export interface TokenClaim {
  readonly apiKey: string
  readonly model: string
  readonly inputTokens: number
  /** The most that it may answer. */
  readonly outputTokens: number
}

/**
 * Takes a request of so many tokens past the limits of its caller and project; what it does not need of them is given
 * back when the exchange is over. Returns the `x-ratelimit-*` headers of its answer. Throws ApiError 429.
 */
export function admitTokens(exchange: Exchange, asked: TokenClaim): readonly string[] {
  const { provider, request } = exchange
  const { limiter, options } = provider
  if (limiter.isUnlimited || isDispatched(request)) return UNMETERED_HEADERS[options.limitHeaders]
  const { apiKey, model, inputTokens, outputTokens } = asked
  const caller = callerOf(apiKey) ?? ''
  const project = projectOf(request)
  const claim = { caller, model, project, inputTokens, outputTokens }
  const decision = limiter.decide(claim, provider.clock.nowMs())
  const headers = rateLimitHeaders(decision.limits, options.limitHeaders)
  if (decision.admitted) {
    exchange.lease = decision.lease
    return flatHeaders(headers)
  }
  const { refusal, tooLarge } = decision
  provider.metrics.rateLimited.add(1, refusal.kind)
  if (refusal.kind === 'quota') throw noQuota()
  if (tooLarge) throw requestTooLarge(refusal, headers)
  throw rateLimited(refusal, { ...headers, ...retryAfterHeaders(refusal.waitMs) })
}

/** All who name no project are of one. */
const DEFAULT_PROJECT = 'proj_default'

function projectOf({ headers }: IncomingMessage): string {
  const project = headers['openai-project']
  return typeof project === 'string' && project !== '' ? project : DEFAULT_PROJECT
}

const UNMETERED_HEADERS = Object.fromEntries(
  limitHeaderModes.map(mode => [mode, flatHeaders(rateLimitHeaders(UNMETERED, mode))]),
) as unknown as Readonly<Record<LimitHeaderMode, readonly string[]>>
