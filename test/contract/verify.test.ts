/** Assertions on what real clients did, judged by the journal of a real server. */
import OpenAI, { type ClientOptions } from 'openai'
import { expect, test, vi } from 'vitest'
import { createClient } from '../../client/index.ts'
import { createMockServer, type Expectation, type MockServer } from '../../mock-server/index.ts'

const quick = { ttft: 0, itl: 0, tokens: 3, logLevel: 'error' } as const
const model = 'gpt-4o-mini'
const asking = (content: string) => ({ model, messages: [{ role: 'user' as const, content }] })

function sdkOf({ url }: MockServer, options: ClientOptions = {}): OpenAI {
  return new OpenAI({ baseURL: url, apiKey: 'sk-test', maxRetries: 0, ...options })
}

function oursOf({ url }: MockServer, options: Parameters<typeof createClient>[0] = {}) {
  return createClient({ url, apiKey: 'sk-test', model, ...options })
}

/** `passed`, or each verdict that is not, with its sentence. */
function verdictsOf(mock: MockServer, expectations: Expectation): string[] {
  return mock
    .verify(expectations)
    .results.map(({ assertion, verdict, says }) =>
      verdict === 'passed' ? `${assertion} passed` : `${assertion} ${verdict}: ${says}`,
    )
}

test('the SDK waits as a limit tells it, comes again and succeeds', async () => {
  // One request each 60 ms.
  await using mock = await createMockServer({ ...quick, rpm: 1000, limitQuantum: '60ms' })
  const openai = sdkOf(mock, { maxRetries: 20 })
  await Promise.all(['a', 'b', 'c'].map(word => openai.chat.completions.create(asking(word))))
  const { passed, results } = mock.verify({
    waitedRetryAfter: true,
    allSucceeded: true,
    maxInFlight: 3,
    neverAgain: true,
    noneOpen: true,
    readWholeStream: true,
    userAgent: 'OpenAI/JS *',
  })
  expect(results.filter(({ verdict }) => verdict !== 'passed')).toEqual([])
  expect(passed).toBe(true)
  const retries = mock.requests().filter(({ attempt }) => attempt > 1).length
  expect(retries).toBeGreaterThan(0)
  expect(results[0]).toMatchObject({ assertion: 'waitedRetryAfter', judged: retries })
})

test('a client that does not wait is found out, with its requests and by how much', async () => {
  await using mock = await createMockServer(quick)
  mock.when({ nth: 1 }).reply({ error: { name: 'slow_down', retryAfter: '20s' } })
  const ask = () => sdkOf(mock).chat.completions.create(asking('Hello'))
  await expect(ask()).rejects.toThrow('slow down')
  // Another attempt by hand, as the SDK would count it.
  const headers = { 'x-stainless-retry-count': '1' }
  await sdkOf(mock).chat.completions.create(asking('Hello'), { headers })

  const [first, second] = mock.requests()
  const [result] = mock.verify({ waitedRetryAfter: true }).results
  expect(result).toMatchObject({
    verdict: 'failed',
    says: '1 of 1 retry came before the wait that was told was over',
    evidence: [
      {
        says: expect.stringMatching(
          /^request 2 \(attempt 2\) came .+ after request 1 had ended \(429 slow_down\), which told it to wait 20 s$/,
        ),
        requests: [{ requestId: first!.requestId }, { requestId: second!.requestId }],
      },
    ],
  })
  expect(verdictsOf(mock, { pausedAllCallers: { grace: 0 } })).toEqual([
    'pausedAllCallers failed: 1 request came while the caller had been told to wait',
  ])
})

test('the SDK tries insufficient_quota again; ours does not', async () => {
  await using mock = await createMockServer(quick)
  const headers = { 'retry-after-ms': '5' }
  mock.when().reply({ error: { name: 'insufficient_quota', headers } })
  const never = { noRetryOf: ['insufficient_quota'], maxAttempts: 1 }

  const openai = sdkOf(mock, { maxRetries: 1 })
  await expect(openai.chat.completions.create(asking('Hello'))).rejects.toThrow('quota')
  expect(verdictsOf(mock, never)).toEqual([
    'noRetryOf failed: 1 of 2 refusals with insufficient_quota was tried again',
    'maxAttempts failed: 1 of 1 call took more than 1 attempt, the worst 2',
  ])
  expect(() => mock.verify(never).orThrow()).toThrow(
    'request 1 was refused (429 insufficient_quota), and request 2 (attempt 2) tried it again',
  )

  mock.reset()
  mock.when().reply({ error: { name: 'insufficient_quota', headers } })
  await using ours = oursOf(mock)
  await expect(ours.complete(asking('Hello'))).rejects.toThrow('quota')
  mock.verify(never).orThrow()
})

test('ours waits as told with a little chance on top, and keeps to its concurrency', async () => {
  await using mock = await createMockServer(quick)
  mock.when({ attempt: 1 }).reply({ error: { name: 'slow_down', retryAfter: '300ms' } })
  await using ours = oursOf(mock, { concurrency: 24, pace: 'fixed' })
  const words = Array.from({ length: 24 }, (_, index) => `word ${index}`)
  await Promise.all(words.map(word => ours.complete(asking(word))))
  mock
    .verify({
      waitedRetryAfter: true,
      jittered: true,
      allSucceeded: true,
      maxInFlight: 24,
      sentIncludeUsage: true,
      count: 48,
      order: [{ attempt: 1 }, { attempt: 2, status: 200 }],
    })
    .orThrow()
  // They all come at once: that is what the limit was about.
  expect(verdictsOf(mock, { maxInFlight: 1 })[0]).toMatch(/^maxInFlight failed: \d+ requests were/)
})

test('a stream that its reader leaves is given up in time, and not read to its end', async () => {
  await using mock = await createMockServer({ ...quick, itl: '20ms', tokens: 10_000 })
  const stream = await sdkOf(mock).chat.completions.create({ ...asking('Hello'), stream: true })
  let chunks = 0
  for await (const _ of stream) if (++chunks === 3) break
  const inTime = { cancelledWithin: { within: '20s', token: 2 } }
  await vi.waitFor(() => mock.verify(inTime).orThrow(), 10_000)
  expect(verdictsOf(mock, { readWholeStream: true, sentIncludeUsage: true })).toEqual([
    'readWholeStream failed: 1 of 1 answer was given up',
    'sentIncludeUsage failed: 1 of 1 stream did not ask for usage',
  ])
  const tooLate = { cancelledWithin: { within: 0, after: 'request' as const } }
  expect(mock.verify(tooLate).results[0]!.evidence[0]!.says).toMatch(
    /^request 1 was given up .+ after it came$/,
  )
})

test('a stalled stream is given up when its reader has waited long enough', async () => {
  const fault = ['stall@token=3;first=1']
  await using mock = await createMockServer({ ...quick, tokens: 20, fault })
  await using ours = oursOf(mock, { idleTimeout: '150ms' })
  await ours.complete(asking('Hello')).catch(() => {})
  const given = { within: '10s', notBefore: '100ms', after: 'silence' as const }
  const stalled = { where: { fault: 'stall' }, cancelledWithin: given }
  await vi.waitFor(() => mock.verify(stalled).orThrow(), 10_000)
  expect(mock.verify({ readWholeStream: true }).results[0]!.evidence[0]!.says).toMatch(
    /^request 1 was given up after .+ and [234] chunks$/,
  )
})

test('idempotency keys are seen, one for each call and for all of its attempts', async () => {
  await using mock = await createMockServer(quick)
  const headers = { 'retry-after-ms': '5' }
  mock.when({ attempt: 1 }).reply({ error: { name: 'server_error', headers } })
  const openai = sdkOf(mock, { maxRetries: 1 })
  for (const word of ['a', 'b']) {
    const keyed = { headers: { 'Idempotency-Key': `key of ${word}` } }
    await openai.chat.completions.create(asking(word), keyed)
  }
  mock.verify({ sentIdempotencyKey: true, count: 4, sentHeader: 'idempotency-key' }).orThrow()

  const reused = { headers: { 'Idempotency-Key': 'key of a' } }
  await expect(openai.chat.completions.create(asking('c'), reused)).rejects.toMatchObject({
    code: 'idempotency_key_reused',
  })
  expect(mock.verify({ sentIdempotencyKey: true }).results[0]!.evidence).toMatchObject([
    { says: 'request 1 and request 5 are two calls under one key, key of a' },
  ])
})

test('over HTTP it is the same, and a wrong assertion is a 400 that names the nearest', async () => {
  await using mock = await createMockServer(quick)
  await sdkOf(mock).chat.completions.create(asking('Hello'))
  const post = (body: unknown) =>
    fetch(`${mock.origin}/_tokadence/verify`, { method: 'POST', body: JSON.stringify(body) })
  const expectations = [
    { name: 'one', maxInFlight: 1 },
    { where: { model }, count: 2 },
  ]
  const { passed, results } = mock.verify(expectations)
  const answer = await post(expectations)
  expect([answer.status, await answer.json()]).toEqual([200, { passed, results }])
  expect(results.map(({ verdict }) => verdict)).toEqual(['passed', 'failed'])

  const refused = await post([{ maxInFlight: 1 }, { maxInFligth: 1 }])
  expect([refused.status, await refused.json()]).toEqual([
    400,
    {
      error: {
        message:
          'verify([1].maxInFligth): there is no assertion maxInFligth: did you mean maxInFlight?',
        type: 'invalid_request_error',
        param: '[1].maxInFligth',
        code: 'invalid_option',
      },
    },
  ])
  expect((await fetch(`${mock.origin}/_tokadence/verify`)).status).toBe(405)
})

test('a journal that was too small proves nothing, until it is reset', async () => {
  await using mock = await createMockServer({ ...quick, journal: 2 })
  const ask = (word: string) => sdkOf(mock).chat.completions.create(asking(word))
  for (const word of ['a', 'b', 'c']) await ask(word)
  expect(verdictsOf(mock, { maxInFlight: 1 })).toEqual([
    'maxInFlight inconclusive: at most 1 of 2 requests were in flight at once; but the journal has forgotten 1 request: make it larger, or reset it more often',
  ])
  mock.reset()
  await ask('d')
  mock.verify({ maxInFlight: 1, count: 1 }).orThrow()
})
