import { expect, test } from 'vitest'
import { ApiError } from '../../../protocol/errors/api-error.ts'
import {
  bodyTooLarge,
  brokenJson,
  internalError,
  shuttingDown,
} from '../../../protocol/errors/http.ts'
import { noKey, wrongKey } from '../../../protocol/errors/key.ts'
import { noQuota, rateLimited } from '../../../protocol/errors/limit.ts'
import { unknownModel } from '../../../protocol/errors/model.ts'
import { messagesErrors, messagesHeaders } from '../../../protocol/messages-error.ts'

const wallMs = Date.parse('2025-03-01T12:00:00.400Z')
const refuse = messagesErrors(() => wallMs)

function limited(kind: 'requests' | 'tokens' | 'concurrent'): ApiError {
  const limit = kind === 'requests' ? 50 : 50_000
  const limits = { model: 'm', limit, used: limit, requested: 10, waitMs: 1500 }
  return rateLimited(
    { kind, ...limits },
    {
      'x-ratelimit-limit-tokens': '50000',
      'x-ratelimit-limit-requests': '50',
      'retry-after': '2',
      'retry-after-ms': '1500',
    },
  )
}

test.each([
  [noKey(), 401, 'authentication_error', 'x-api-key header is required'],
  [wrongKey('sk'), 401, 'authentication_error', 'invalid x-api-key'],
  [unknownModel('claude-x'), 404, 'not_found_error', 'model: claude-x'],
  [brokenJson(), 400, 'invalid_request_error', 'The request body is not valid JSON'],
  [bodyTooLarge(9), 413, 'request_too_large', 'Request exceeds the maximum size'],
  [internalError(), 500, 'api_error', 'Internal server error'],
  [shuttingDown(), 529, 'overloaded_error', 'Overloaded'],
  [
    new ApiError(400, 'max_tokens: Field required'),
    400,
    'invalid_request_error',
    'max_tokens: Field required',
  ],
  [new ApiError(504, 'Late.'), 504, 'timeout_error', 'Late.'],
])('%s is %s %s', (error, status, type, message) => {
  const answer = refuse(error, 'req_1')
  expect(answer.status).toBe(status)
  expect(JSON.parse(answer.json)).toEqual({
    type: 'error',
    error: { type, message },
    request_id: 'req_1',
  })
  expect(answer.headers['request-id']).toBe('req_1')
  expect(answer.headers['x-should-retry']).toBe(String(status >= 500))
})

test('an account without credit is a bad request', () => {
  const { status, json } = refuse(noQuota(), 'req_1')
  expect(status).toBe(400)
  expect(JSON.parse(json).error.message).toMatch(/^Your credit balance is too low/)
})

test('a limit that is reached says which, and when to come back', () => {
  const { status, json, headers } = refuse(limited('tokens'), 'req_1')
  expect([status, headers['retry-after'], headers['x-should-retry']]).toEqual([429, '2', 'true'])
  const { type, message } = JSON.parse(json).error
  expect(type).toBe('rate_limit_error')
  expect(message).toMatch(/ of 50,000 tokens per minute\. /)
  expect(JSON.parse(refuse(limited('requests'), 'r').json).error.message).toMatch(
    / of 50 requests per minute/,
  )
  expect(JSON.parse(refuse(limited('concurrent'), 'r').json).error.message).toMatch(
    /^Number of concurrent connections has exceeded your rate limit\./,
  )
  expect(Object.keys(headers).filter(name => name.startsWith('x-ratelimit'))).toEqual([])
})

test('limits are told under names of their own, and their resets as times of day', () => {
  const headers = {
    'x-ratelimit-limit-requests': '50',
    'x-ratelimit-remaining-requests': '49',
    'x-ratelimit-reset-requests': '1m0s',
    'x-ratelimit-reset-tokens': '600ms',
  }
  expect(messagesHeaders(headers, wallMs)).toEqual({
    'anthropic-ratelimit-requests-limit': '50',
    'anthropic-ratelimit-requests-remaining': '49',
    'anthropic-ratelimit-requests-reset': '2025-03-01T12:01:01Z',
    'anthropic-ratelimit-tokens-reset': '2025-03-01T12:00:01Z',
  })
})
