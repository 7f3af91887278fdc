/** Past the limits of a key and model, or a 429 that says when to come back. */
import { rateLimited, requestTooLarge } from '../../protocol/errors/limit.ts'
import { rateLimitHeaders, retryAfterHeaders } from '../../protocol/rate-limit-headers.ts'
import { UNMETERED } from '../engine/rate-limiter.ts'
import { isDispatched } from './dispatch.ts'
import { type Exchange, flatHeaders } from './exchange.ts'

/**
 * Takes a request of so many tokens past the limits of its key and model; what it holds is given back when the
 * exchange is over. Returns the `x-ratelimit-*` headers of its answer. Throws ApiError 429.
 */
export function admitTokens(
  exchange: Exchange,
  claim: { apiKey: string; model: string; tokens: number },
): readonly string[] {
  const { provider, request } = exchange
  if (isDispatched(request)) return UNMETERED_HEADERS
  const decision = provider.limiter.decide(claim, provider.clock.nowMs())
  if (decision.admitted) {
    exchange.lease = decision.lease
    return decision.limits === UNMETERED
      ? UNMETERED_HEADERS
      : flatHeaders(rateLimitHeaders(decision.limits))
  }
  const { refusal, limits, tooLarge } = decision
  provider.metrics.rateLimited.add(1, refusal.kind)
  const headers = rateLimitHeaders(limits)
  if (tooLarge) throw requestTooLarge(refusal, headers)
  throw rateLimited(refusal, { ...headers, ...retryAfterHeaders(refusal.waitMs) })
}

const UNMETERED_HEADERS = flatHeaders(rateLimitHeaders(UNMETERED))
