/** Refusals for too much: rates, sizes, money. */
import { formatGoDuration } from '../go-duration.ts'
import { ApiError, organization } from './api-error.ts'

/** What a refused request ran into; `limit` and the rest in units a minute, or slots. */
export interface Refusal {
  readonly kind: 'requests' | 'tokens' | 'concurrent'
  readonly model: string
  readonly limit: number
  readonly used: number
  readonly requested: number
  /** Ms until the same request would be let in. */
  readonly waitMs: number
}

const LIMIT_NAMES = {
  requests: 'requests per min (RPM)',
  tokens: 'tokens per min (TPM)',
  concurrent: 'concurrent requests',
} as const
const LIMITS_PAGE = 'Visit https://platform.openai.com/account/rate-limits to learn more.'

/** `headers`: the limits' state and the wait, which agree with the message. */
export function rateLimited(
  { kind, model, limit, used, requested, waitMs }: Refusal,
  headers: Readonly<Record<string, string>>,
): ApiError {
  return new ApiError(
    429,
    `Rate limit reached for ${model} in organization ${organization} on ${LIMIT_NAMES[kind]}: Limit ${limit}, Used ${used}, Requested ${requested}. Please try again in ${formatGoDuration(Math.ceil(waitMs))}. ${LIMITS_PAGE}`,
    { type: kind === 'tokens' ? 'tokens' : 'requests', code: 'rate_limit_exceeded', headers },
  )
}

/** More than the whole limit at once: waiting does not help, so no wait is named. */
export function requestTooLarge(
  { model, limit, requested }: Pick<Refusal, 'model' | 'limit' | 'requested'>,
  headers: Readonly<Record<string, string>>,
): ApiError {
  return new ApiError(
    429,
    `Request too large for ${model} in organization ${organization} on ${LIMIT_NAMES.tokens}: Limit ${limit}, Requested ${requested}. The input or output tokens must be reduced in order to run successfully. ${LIMITS_PAGE}`,
    { type: 'tokens', code: 'rate_limit_exceeded', headers },
  )
}

/** Out of money: waiting does not help, so no wait is named. */
export function noQuota(): ApiError {
  return new ApiError(
    429,
    'You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.',
    { type: 'insufficient_quota', code: 'insufficient_quota' },
  )
}

/** `headers`: the wait. The wording is ours. */
export function slowDown(headers: Readonly<Record<string, string>>): ApiError {
  return new ApiError(
    429,
    'Your requests are rising too fast. Please slow down, keep a steady rate, and raise it gradually.',
    { type: 'rate_limit_error', code: 'slow_down', headers },
  )
}
