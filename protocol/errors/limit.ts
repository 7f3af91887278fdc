/** Refusals for too much: rates, sizes, money. */
import { formatGoDuration } from '../go-duration.ts'
import { wholeWaitMs } from '../rate-limit-headers.ts'
import { ApiError, organization } from './api-error.ts'

/** The limits that there are; metrics call them so. */
export const limitKinds = [
  'requests',
  'tokens',
  'input_tokens',
  'requests_per_day',
  'tokens_per_day',
  'project_tokens',
  'concurrent',
  'quota',
] as const
export type LimitKind = (typeof limitKinds)[number]

/** What a refused request ran into; `limit` and the rest in units a minute or a day, or slots. */
export interface Refusal {
  readonly kind: LimitKind
  readonly model: string
  /** Whose limit it is, where it is a project's. */
  readonly project?: string | undefined
  readonly limit: number
  readonly used: number
  readonly requested: number
  /** Ms until the same request would be let in. */
  readonly waitMs: number
}

const LIMIT_NAMES: Readonly<Record<LimitKind, string>> = {
  requests: 'requests per min (RPM)',
  tokens: 'tokens per min (TPM)',
  input_tokens: 'input tokens per min (ITPM)',
  requests_per_day: 'requests per day (RPD)',
  tokens_per_day: 'tokens per day (TPD)',
  project_tokens: 'tokens per min (TPM)',
  concurrent: 'concurrent requests',
  quota: 'tokens',
}
const LIMITS_PAGE = 'Visit https://platform.openai.com/account/rate-limits to learn more.'

type Place = Pick<Refusal, 'model' | 'project'>

function place({ model, project }: Place): string {
  const of = project === undefined ? '' : `project ${project} `
  return `${model} in ${of}organization ${organization}`
}

function typeOf(kind: LimitKind): 'requests' | 'tokens' {
  return kind.includes('tokens') ? 'tokens' : 'requests'
}

/** `headers`: the limits' state and the wait, which agree with the message. */
export function rateLimited(refusal: Refusal, headers: Readonly<Record<string, string>>): ApiError {
  const { kind, limit, used, requested, waitMs } = refusal
  const wait = formatGoDuration(wholeWaitMs(waitMs))
  return new ApiError(
    429,
    `Rate limit reached for ${place(refusal)} on ${LIMIT_NAMES[kind]}: Limit ${limit}, Used ${used}, Requested ${requested}. Please try again in ${wait}. ${LIMITS_PAGE}`,
    { type: typeOf(kind), code: 'rate_limit_exceeded', headers },
  )
}

/** More than the whole limit at once: waiting does not help, so no wait is named. */
export function requestTooLarge(
  refusal: Pick<Refusal, 'limit' | 'requested'> & Place & { readonly kind?: LimitKind },
  headers: Readonly<Record<string, string>>,
): ApiError {
  const { kind = 'tokens', limit, requested } = refusal
  return new ApiError(
    429,
    `Request too large for ${place(refusal)} on ${LIMIT_NAMES[kind]}: Limit ${limit}, Requested ${requested}. The input or output tokens must be reduced in order to run successfully. ${LIMITS_PAGE}`,
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
