/** What no provider says: fixtures, recordings, an upstream. */
import { ApiError } from './api-error.ts'

/** Ours: only fixtures answer here, and none does. Not worth another try, so a 404. `why`: a whole text. */
export function noFixture(why: string): ApiError {
  return new ApiError(404, why, { code: 'no_fixture_match' })
}

/** Ours: a fixture's own code has failed. `x-should-retry` keeps clients from trying again. `why`: a whole text. */
export function fixtureFailed(why: string): ApiError {
  return new ApiError(500, why, {
    type: 'server_error',
    code: 'fixture_failed',
    headers: { 'x-should-retry': 'false' },
  })
}

/** What stood in for the provider failed, before its answer had begun; `why` in words. */
export function upstreamFailed(origin: string, why: string): ApiError {
  return new ApiError(502, `The upstream at ${origin} gave no answer: ${why}.`, {
    type: 'server_error',
    code: 'upstream_failed',
  })
}

/** `header`: the one that asks for it; `why`: the end of a sentence. */
export function wrongFault(header: string, why: string): ApiError {
  return new ApiError(400, `Invalid header ${header}: ${why}.`, {
    param: header,
    code: 'invalid_fault',
  })
}

export function wrongLength(header: string, max: number): ApiError {
  return new ApiError(400, `Invalid header ${header}: write a whole number from 1 to ${max}.`, {
    param: header,
    code: 'invalid_length',
  })
}

/** `message`: what was looked for and what comes nearest. */
export function noRecording(message: string): ApiError {
  return new ApiError(404, message, { code: 'recording_not_found' })
}

export function unreadableRecording(name: string, why: string): ApiError {
  return new ApiError(500, `The recording ${name} cannot be played: ${why}`, {
    type: 'server_error',
    code: 'recording_unreadable',
  })
}

export function noWebSocket(): ApiError {
  return new ApiError(501, 'WebSocket connections are neither passed on nor recorded.', {
    code: 'websocket_not_supported',
  })
}

/** A key stands for one request. */
export function keyReused(idempotencyKey: string): ApiError {
  const shown = idempotencyKey.slice(0, 100)
  return new ApiError(
    400,
    `The Idempotency-Key '${shown}' has been sent with another request. Send the same request under it, or take another key.`,
    { param: 'Idempotency-Key', code: 'idempotency_key_reused' },
  )
}
