import { expect, test } from 'vitest'
import {
  bodyTooLarge,
  brokenJson,
  shuttingDown,
  unknownUrl,
  wrongMethod,
} from '../../../protocol/errors/http.ts'
import { noKey, wrongKey } from '../../../protocol/errors/key.ts'
import { rateLimited, requestTooLarge } from '../../../protocol/errors/limit.ts'
import { noSuchModel, unknownModel } from '../../../protocol/errors/model.ts'

const LEARN = 'Visit https://platform.openai.com/account/rate-limits to learn more.'

test.each([
  // error, status, type, param, code, message
  [unknownUrl('POST', '/v1/xyz'), 404, null, null, 'Invalid URL (POST /v1/xyz)'],
  [wrongMethod(['POST']), 405, null, 'method_not_supported', 'Only POST requests are accepted.'],
  [
    unknownModel('gpt-x'),
    404,
    null,
    'model_not_found',
    'The model `gpt-x` does not exist or you do not have access to it.',
  ],
  [noSuchModel('fake_id'), 404, 'model', 'model_not_found', "The model 'fake_id' does not exist"],
  [
    bodyTooLarge(100),
    413,
    null,
    'request_too_large',
    'Request body is too large: the maximum is 100 bytes. Please reduce the size of your request.',
  ],
])('%s', (error, status, param, code, message) => {
  const body = { error: { message, type: 'invalid_request_error', param, code } }
  expect([error.status, error.toBody()]).toEqual([status, `${JSON.stringify(body, null, 2)}\n`])
})

test.each([
  // long keys keep their first 8 and last 4 characters
  ['not-a-real-key-unauthorized', 'not-a-re***************ized'],
  ['sk-short', 'sk-short'],
  ['123456789012', '123456789012'],
  ['1234567890123', '12345678*0123'],
])('the wrong key %s is shown as %s', (key, shown) => {
  const { status, code, message, headers } = wrongKey(key)
  expect([status, code]).toEqual([401, 'invalid_api_key'])
  expect(message).toBe(
    `Incorrect API key provided: ${shown}. You can find your API key at https://platform.openai.com/account/api-keys.`,
  )
  expect(headers).toEqual({ 'www-authenticate': 'Bearer realm="OpenAI API"' })
})

test('no key and broken JSON are told at length', () => {
  expect(noKey().message).toMatch(/^You didn't provide an API key\. You need to provide your API/)
  expect([noKey().status, noKey().code]).toEqual([401, null])
  expect(brokenJson().message).toMatch(
    /^We could not parse the JSON body of your request\. \(HINT:/,
  )
})

test.each([
  // recorded: limit, used, requested, wait
  ['gpt-4.1', 30_000, 18_928, 11_159, 174, '174ms'],
  ['gpt-4o', 30_000, 28_039, 3906, 3890, '3.89s'],
  ['gpt-4o', 30_000, 14_567, 24_754, 18_642, '18.642s'],
  ['gpt-4', 10_000, 8782, 8172, 41_724, '41.724s'],
])('TPM of %s: %d, used %d, requested %d', (model, limit, used, requested, waitMs, wait) => {
  const error = rateLimited({ kind: 'tokens', model, limit, used, requested, waitMs }, {})
  expect([error.status, error.type, error.param, error.code]).toEqual([
    ...[429, 'tokens', null, 'rate_limit_exceeded'],
  ])
  expect(error.message).toBe(
    `Rate limit reached for ${model} in organization org-tokadence on tokens per min (TPM): Limit ${limit}, Used ${used}, Requested ${requested}. Please try again in ${wait}. ${LEARN}`,
  )
})

test('RPM and concurrency are told as requests', () => {
  const refusal = { model: 'gpt-4', limit: 3, used: 3, requested: 1, waitMs: 20_000 }
  const rpm = rateLimited({ ...refusal, kind: 'requests' }, {})
  expect(rpm.type).toBe('requests')
  expect(rpm.message).toBe(
    `Rate limit reached for gpt-4 in organization org-tokadence on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s. ${LEARN}`,
  )
  const slots = rateLimited({ ...refusal, kind: 'concurrent', waitMs: 99.2 }, {})
  expect(slots.type).toBe('requests')
  expect(slots.message).toMatch(/on concurrent requests: .* Please try again in 100ms\./)
})

test('a request that is larger than the limit is told to shrink, and no wait is named', () => {
  const error = requestTooLarge({ model: 'gpt-4o', limit: 30_000, requested: 30_601 }, {})
  expect([error.status, error.type, error.code]).toEqual([429, 'tokens', 'rate_limit_exceeded'])
  expect(error.message).toBe(
    `Request too large for gpt-4o in organization org-tokadence on tokens per min (TPM): Limit 30000, Requested 30601. The input or output tokens must be reduced in order to run successfully. ${LEARN}`,
  )
})

test('a server that drains asks to come back in a second, on another connection', () => {
  const { status, type, code, headers } = shuttingDown()
  expect([status, type, code]).toEqual([
    ...[503, 'service_unavailable_error', 'server_is_overloaded'],
  ])
  expect(headers).toEqual({ 'retry-after': '1', connection: 'close' })
})
