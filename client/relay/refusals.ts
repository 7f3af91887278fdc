/** What the relay refuses with, in the shape of the API's errors; and what an upstream's failure becomes. */
import { ApiError, type ErrorType } from '../../protocol/errors/api-error.ts'
import type { Failure } from '../index.ts'

export function noRun(): ApiError {
  return new ApiError(404, 'There is no such run, or not any more.', { code: 'run_not_found' })
}

/** The events that were asked for are older than what is kept. */
export function eventsLost(after: number, firstId: number): ApiError {
  return new ApiError(
    410,
    `The events after ${after} are lost: the oldest that is kept is ${firstId}.`,
    { code: 'events_lost' },
  )
}

export function wrongPlace(param: string, lastId: number): ApiError {
  return new ApiError(400, `${param} must be an event's id: a whole number from 0 to ${lastId}.`, {
    param,
    code: 'invalid_event_id',
  })
}

export function relayIsFull(maxRuns: number): ApiError {
  return new ApiError(
    503,
    `All ${maxRuns} runs of the relay are at work. Please try again later.`,
    {
      type: 'service_unavailable_error',
      code: 'relay_full',
      headers: { 'retry-after': '2' },
    },
  )
}

export function tooManyReaders(most: number): ApiError {
  return new ApiError(429, `A run has at most ${most} readers.`, {
    type: 'requests',
    code: 'too_many_readers',
    headers: { 'retry-after': '2' },
  })
}

/** The upstream's limits are used up, or all that it takes at once is under way. `waitMs`: as far as it is known. */
export function noTurn(waitMs: number): ApiError {
  return new ApiError(429, 'The model takes no more requests just now. Please try again later.', {
    type: 'requests',
    code: 'no_turn',
    headers: waitHeaders(Math.max(waitMs, 1000)),
  })
}

/** `limit` in words, `waitMs` until it is worth another try. */
export function callerLimited(limit: string, waitMs: number): ApiError {
  return new ApiError(429, `Limit reached: ${limit} for each caller.`, {
    type: 'requests',
    code: 'caller_limit',
    headers: waitHeaders(waitMs),
  })
}

export function foreignOrigin(origin: string): ApiError {
  return new ApiError(403, `Pages of ${origin.slice(0, 100)} may not use this relay.`, {
    code: 'origin_not_allowed',
  })
}

export function foreignHost(host: string): ApiError {
  return new ApiError(421, `This relay is not ${host.slice(0, 100)}.`, {
    code: 'host_not_allowed',
    headers: { connection: 'close' },
  })
}

export function badAsk(param: string | null, why: string): ApiError {
  return new ApiError(400, why, { param, code: 'invalid_request' })
}

/** The answer that a failure upstream becomes, before anything was answered. `clean` takes the key out of it. */
export function upstreamRefusal(failure: Failure, clean: (text: string) => string): ApiError {
  const retryAfterMs = 'retryAfterMs' in failure ? failure.retryAfterMs : undefined
  return new ApiError(statusOf(failure), clean(failure.message), {
    type: typeOf(failure),
    code: ('code' in failure ? failure.code : undefined) ?? failure.kind,
    param: ('param' in failure ? failure.param : undefined) ?? null,
    headers: retryAfterMs === undefined ? {} : waitHeaders(retryAfterMs),
  })
}

/** A refusal keeps its status; what went wrong with the upstream itself is the gateway's 502, 503 or 504. */
function statusOf(failure: Failure): number {
  switch (failure.kind) {
    case 'timeout':
      return 504
    case 'rate-limited':
    case 'quota':
    case 'budget':
      return 429
    case 'auth':
      return failure.status ?? 401
    case 'bad-request':
      return failure.status ?? 400
    case 'not-found':
      return 404
    case 'server':
      return failure.status === 503 || failure.status === 504 ? failure.status : 502
    default:
      return 502
  }
}

function typeOf(failure: Failure): ErrorType {
  if (failure.kind === 'quota' || failure.kind === 'budget') return 'insufficient_quota'
  if (failure.kind === 'rate-limited') {
    return failure.type === 'tokens' || failure.type === 'requests'
      ? failure.type
      : 'rate_limit_error'
  }
  return ['auth', 'bad-request', 'not-found'].includes(failure.kind)
    ? 'invalid_request_error'
    : 'server_error'
}

/** Whole seconds as every client reads them, and the exact wait. */
function waitHeaders(waitMs: number): Record<string, string> {
  const ms = Math.ceil(waitMs)
  return { 'retry-after': String(Math.ceil(ms / 1000)), 'retry-after-ms': String(ms) }
}

/** Takes a key, and what looks like one, out of a text. */
export function createCleaner(apiKey: string): (text: string) => string {
  return text => text.replaceAll(apiKey, '…').replace(/\bsk-[\w*-]+/g, 'sk-…')
}
