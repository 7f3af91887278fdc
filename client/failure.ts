/** What went wrong with one attempt, as data: a field of a record in a load run, an error for a user. */
import type { WireError } from '../protocol/read-chunk.ts'

export type Failure = Refusal | Timeout | Broken | OverBudget

/** The server said no: by a status, or by an error in the stream (then there is no status). */
export interface Refusal {
  readonly kind: 'rate-limited' | 'quota' | 'server' | 'bad-request' | 'auth' | 'not-found'
  readonly message: string
  readonly status?: number | undefined
  /** The API's code, e.g. `rate_limit_exceeded`. */
  readonly code?: string | undefined
  /** The API's type, e.g. `tokens` or `requests`: which limit it was. */
  readonly type?: string | undefined
  readonly param?: string | undefined
  /** The wait that the server asked for. */
  readonly retryAfterMs?: number | undefined
  /** The server's own word on trying again, from `x-should-retry`. */
  readonly shouldRetry?: boolean | undefined
}

export interface Timeout {
  readonly kind: 'timeout'
  readonly which: 'connect' | 'first-token' | 'idle' | 'total'
  readonly message: string
  readonly code?: string | undefined
}

export interface Broken {
  /**
   * connection: it could not be made, or was lost; truncated: the stream ended before the answer did;
   * bad-stream: what came is no event stream; aborted: the caller stopped it.
   */
  readonly kind: 'connection' | 'truncated' | 'bad-stream' | 'aborted'
  readonly message: string
  /** The system's code, e.g. `ECONNREFUSED`. */
  readonly code?: string | undefined
}

/** It would cost more, or has cost more, than may be spent: not sent, or stopped. */
export interface OverBudget {
  readonly kind: 'budget'
  /** call: the call's own `maxCost`; client: that of all calls together. */
  readonly which: 'call' | 'client'
  readonly message: string
  readonly code?: string | undefined
}

/** The failure that an answer with `status` is; `error` is what its body said, if it was readable. */
export function refusalOf(
  status: number,
  error: WireError | undefined,
  body: string,
  server: { retryAfterMs?: number | undefined; shouldRetry?: boolean | undefined } = {},
): Refusal {
  return {
    kind: isQuota(error) ? 'quota' : kindOfStatus(status),
    status,
    message: error?.message ?? (body.trim().slice(0, 200) || `status ${status} without a body`),
    code: error?.code,
    type: error?.type,
    param: error?.param,
    ...server,
  }
}

/** The failure that an error inside a stream is; a numeric code (OpenRouter, vLLM) is a status. */
export function streamRefusalOf(error: WireError): Refusal {
  const { message, code, type, param } = error
  const status = /^[45]\d\d$/.test(code ?? '') ? Number(code) : undefined
  const kind = isQuota(error)
    ? 'quota'
    : status !== undefined
      ? kindOfStatus(status)
      : (kindsByWord.find(([word]) => word.test(`${code} ${type}`))?.[1] ?? 'server')
  return { kind, message, code, type, param }
}

const kindsByWord: readonly (readonly [RegExp, Refusal['kind']])[] = [
  [/rate_limit|too_many_requests/, 'rate-limited'],
  [/invalid_api_key|authentication|permission/, 'auth'],
  [/not_found/, 'not-found'],
  [/invalid|context_length|content_policy|unsupported/, 'bad-request'],
]

function isQuota(error: WireError | undefined): boolean {
  return error?.code === 'insufficient_quota' || error?.type === 'insufficient_quota'
}

function kindOfStatus(status: number): Refusal['kind'] {
  if (status === 429) return 'rate-limited'
  if (status === 401 || status === 403) return 'auth'
  if (status === 404) return 'not-found'
  if (status === 408 || status === 409 || status >= 500) return 'server'
  return 'bad-request'
}
