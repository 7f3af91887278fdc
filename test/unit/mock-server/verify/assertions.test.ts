import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRandom } from '../../../../base/random.ts'
import { counted, finding, type Told } from './scene.ts'

const refused = { takes: 1, code: 'rate_limit_exceeded' }
const ok = { takes: 10 }

test('a retry that came before its retry-after was over fails with who, when and how long', () => {
  const told = [
    { at: 0, key: 'a', ...counted(1), ...refused, retryAfterMs: 100 },
    { at: 0, key: 'b', ...counted(1), ...refused, retryAfterMs: 100 },
    { at: 98, key: 'a', ...counted(2), ...ok },
    { at: 97, key: 'b', ...counted(2), ...ok },
  ]
  expect(finding({ waitedRetryAfter: true }, told)).toEqual({
    verdict: 'failed',
    says: '1 of 2 retries came before the wait that was told was over',
    evidence: [
      'request 4 (attempt 2) came 96 ms after request 2 had ended (429 rate_limit_exceeded), which told it to wait 100 ms',
    ],
  })
  expect(finding({ waitedRetryAfter: { tolerance: '4ms' } }, told)).toEqual({
    verdict: 'passed',
    says: 'all 2 retries waited as long as told',
    evidence: [],
  })
  expect(finding({ waitedRetryAfter: true }, told.slice(0, 2))).toMatchObject({
    verdict: 'inconclusive',
    says: 'nobody came again after being told to wait',
  })
})

test('a caller that sends during a told wait fails; others, and what was on its way, do not', () => {
  const told = [
    { at: 0, ...refused, retryAfterMs: 200 },
    { at: 15, ...ok },
    { at: 100, caller: 'bob', ...ok },
    { at: 201, ...ok },
  ]
  expect(finding({ pausedAllCallers: true }, told)).toMatchObject({ verdict: 'passed' })
  const last = (at: number) =>
    finding({ pausedAllCallers: true }, [told[0]!, { at, ...ok }]).verdict
  expect([197, 198].map(last)).toEqual(['failed', 'passed'])
  expect(finding({ pausedAllCallers: { grace: '10ms' } }, told)).toEqual({
    verdict: 'failed',
    says: '1 request came while the caller had been told to wait',
    evidence: [
      'request 2 came 14 ms after request 1 had been refused (429 rate_limit_exceeded) and told to wait 200 ms',
    ],
  })
})

/** So many calls, refused once each without a retry-after, then tried again after these waits. */
function retriedAfter(waitsMs: readonly number[], retryAfterMs?: number): Told[] {
  const told = waitsMs.flatMap((waitMs, index): Told[] => {
    const key = `call ${index}`
    const first = { at: index * 1000, key, ...counted(1), ...refused }
    return [
      retryAfterMs === undefined ? first : { ...first, retryAfterMs },
      { at: index * 1000 + 1 + waitMs, key, ...counted(2), ...ok },
    ]
  })
  return told.sort((a, b) => a.at - b.at)
}

test('waits that are all alike are not jittered; with a tenth of chance they are', () => {
  const random = createRandom(1)
  const alike = Array.from({ length: 20 }, (_, index) => 500 + (index % 3))
  const spread = alike.map(waitMs => Math.round(waitMs * (1 + 0.1 * random.next())))
  expect(finding({ jittered: true }, retriedAfter(alike))).toEqual({
    verdict: 'failed',
    says: 'the middle half of 20 waits spans 0.4 % of their median of 501 ms, which is 2 ms; 2 % and 3 ms are needed',
    evidence: ['20 waits before attempt 2: from 500 ms to 502 ms, the median is 501 ms'],
  })
  for (const told of [retriedAfter(spread), retriedAfter(spread, 500)]) {
    expect(finding({ jittered: true }, told)).toMatchObject({
      verdict: 'passed',
      says: expect.stringMatching(
        /^the middle half of 20 waits spans [3-7]\.\d % of their median of 5[12]\d ms/,
      ),
    })
  }
})

test('what a server told differently is no jitter', () => {
  const told = Array.from({ length: 12 }, (_, index): Told[] => {
    const toldMs = 100 * (index + 1)
    return retriedAfter([toldMs + 1], toldMs).map(one => ({
      ...one,
      at: one.at + index * 5000,
      key: `${index}`,
    }))
  }).flat()
  expect(finding({ jittered: true }, told)).toMatchObject({ verdict: 'failed' })
})

test('of fewer waits than the floor jitter cannot be told', () => {
  expect(finding({ jittered: true }, retriedAfter([1, 50, 99, 200]))).toEqual({
    verdict: 'inconclusive',
    says: '4 waits can be compared, and fewer than 10 say nothing of chance',
    evidence: [],
  })
  expect(finding({ jittered: { samples: 4 } }, retriedAfter([1, 50, 99, 200]))).toMatchObject({
    verdict: 'passed',
  })
})

/** One call whose waits are these. */
function waiting(key: string, ...waitsMs: number[]): Told[] {
  let at = 0
  return [0, ...waitsMs].map((waitMs, index) => {
    at += waitMs + 1
    return { at, key, ...counted(index + 1), takes: 1, code: 'server_error' }
  })
}

test('back-off grows from the first wait of a call to its last', () => {
  expect(finding({ backoffGrows: true }, waiting('a', 100, 200, 400))).toMatchObject({
    verdict: 'passed',
    says: 'the last wait is 4.00 times the first, by the median of 1 call',
  })
  expect(finding({ backoffGrows: true }, waiting('a', 100, 100, 101))).toEqual({
    verdict: 'failed',
    says: 'the last wait is 1.01 times the first, by the median of 1 call; 1.2 is needed',
    evidence: ['request 4 (attempt 4) came after 101 ms, request 2 (attempt 2) after 100 ms'],
  })
  const mixed = [...waiting('a', 100, 300), ...waiting('b', 200, 150)]
  expect(finding({ backoffGrows: true }, mixed).verdict).toBe('inconclusive')
  const many = [...mixed, ...['c', 'd', 'e'].flatMap(key => waiting(key, 100, 200))]
  expect(finding({ backoffGrows: true }, many)).toMatchObject({ verdict: 'passed' })
  expect(finding({ backoffGrows: true }, waiting('a', 100))).toMatchObject({
    verdict: 'inconclusive',
  })
})

test('a refusal that waiting does not help is not to be tried again', () => {
  const told = [
    { at: 0, key: 'a', ...counted(1), takes: 1, code: 'insufficient_quota' },
    { at: 9, key: 'a', ...counted(2), takes: 1, code: 'insufficient_quota' },
    { at: 20, key: 'b', ...counted(1), takes: 1, code: 'rate_limit_exceeded' },
    { at: 29, key: 'b', ...counted(2), ...ok },
  ]
  expect(finding({ noRetryOf: 'insufficient_quota' }, told)).toEqual({
    verdict: 'failed',
    says: '1 of 2 refusals with insufficient_quota was tried again',
    evidence: [
      'request 1 was refused (429 insufficient_quota), and request 2 (attempt 2) tried it again',
    ],
  })
  expect(finding({ noRetryOf: [400, '5xx', 'invalid_*'] }, told)).toMatchObject({
    verdict: 'inconclusive',
    says: 'nothing was refused with 400, 5xx or invalid_*',
  })
  expect(finding({ noRetryOf: ['4xx'] }, told).says).toBe(
    '2 of 3 refusals with 4xx were tried again',
  )
})

test('attempts are counted by requests, and by what the client says of those that never came', () => {
  const told = [
    { at: 0, key: 'a', ...counted(1), ...refused },
    { at: 9, key: 'a', ...counted(4), ...ok },
    { at: 20, key: 'b', ...refused },
    { at: 30, key: 'b', ...refused },
  ]
  expect(finding({ maxAttempts: 4 }, told)).toMatchObject({
    verdict: 'passed',
    says: 'no call took more than 4 attempts',
  })
  expect(finding({ maxAttempts: 3 }, told)).toEqual({
    verdict: 'failed',
    says: '1 of 2 calls took more than 3 attempts, the worst 4',
    evidence: ['request 1 was sent 4 times: 429 rate_limit_exceeded, 200'],
  })
  expect(finding({ allSucceeded: true }, told)).toEqual({
    verdict: 'failed',
    says: '1 of 2 calls did not end well',
    evidence: ['request 4 was the last of 2 attempts and ended badly (429 rate_limit_exceeded)'],
  })
})

test('a key that was answered well twice was paid for twice', () => {
  const told = [
    { at: 0, key: 'a', ...ok },
    { at: 20, key: 'a', caller: 'bob', ...ok },
    { at: 40, key: 'b', ...ok },
  ]
  expect(finding({ neverAgain: true }, told)).toMatchObject({ verdict: 'passed' })
  const spoilt = { at: 60, key: 'b', fault: 'malformed-json', ...ok }
  expect(finding({ neverAgain: true }, [...told, spoilt])).toMatchObject({ verdict: 'passed' })
  expect(finding({ neverAgain: true }, [...told, { at: 90, key: 'b', ...ok }])).toEqual({
    verdict: 'failed',
    says: '1 key was answered well more than once',
    evidence: ['key b was answered well 2 times, by request 3 and request 4'],
  })
})

test('requests that follow each other within a millisecond were not in flight at once', () => {
  const chain = [
    { at: 0, takes: 5.9 },
    { at: 5, takes: 5.9 },
    { at: 11, takes: 0.2 },
    { at: 11, takes: 0.2 },
  ]
  expect(finding({ maxInFlight: 1 }, chain)).toMatchObject({
    verdict: 'passed',
    says: 'at most 1 of 4 requests were in flight at once',
  })
  expect(finding({ maxInFlight: 1 }, [...chain, { at: 12 }, { at: 13, takes: 9 }])).toEqual({
    verdict: 'failed',
    says: '2 requests were in flight at once, 1 more than 1',
    evidence: ['at 00:00:00.013 there were 2'],
  })
  const overlapping = [
    { at: 0, takes: 14 },
    { at: 10, takes: 5 },
  ]
  expect(finding({ maxInFlight: 1 }, overlapping).verdict).toBe('failed')
  const tolerant = { maxInFlight: { atMost: 1, tolerance: '4ms' } }
  expect(finding(tolerant, overlapping).verdict).toBe('passed')
})

test('the most in flight is what counting at every arrival finds', () => {
  const span = fc.record({ at: fc.nat(200), takes: fc.integer({ min: 1, max: 60 }) })
  fc.assert(
    fc.property(fc.array(span, { minLength: 1, maxLength: 40 }), spans => {
      const told = spans.sort((a, b) => a.at - b.at)
      // One that lasts no longer than the slack is there at its own arrival only.
      const foundBy = (atMs: number, leastMs: number) =>
        told.filter(({ at, takes }) => at <= atMs && at + Math.max(leastMs, takes - 1) > atMs)
          .length
      const most = (leastMs: number) => Math.max(1, ...told.map(({ at }) => foundBy(at, leastMs)))
      const { says } = finding({ maxInFlight: 1000 }, told)
      const found = Number(/^at most (\d+) /.exec(says)![1])
      expect(found).toBeGreaterThanOrEqual(most(0))
      expect(found).toBeLessThanOrEqual(most(0.5))
    }),
    { numRuns: 200 },
  )
})

test('what is open is in flight, and said to be open', () => {
  const told = [{ at: 0 }, { at: 50, ...ok }]
  expect(finding({ maxInFlight: 1 }, told)).toMatchObject({ verdict: 'failed' })
  expect(finding({ noneOpen: true }, told, { nowMs: 1200 })).toEqual({
    verdict: 'failed',
    says: '1 of 2 requests is still open',
    evidence: ['request 1 has been open for 1.2 s'],
  })
  expect(finding({ noneOpen: true }, told.slice(1))).toMatchObject({ verdict: 'passed' })
})

test('a rate is that of the busiest minute, wherever it begins', () => {
  const told = [0, 1000, 59_999, 60_000, 60_500, 130_000].map(at => ({ at, ...ok }))
  expect(finding({ rate: 4 }, told)).toMatchObject({
    verdict: 'passed',
    says: 'at most 4 requests came within 1 m',
  })
  const minuteApart = [0, 60_000].map(at => ({ at, ...ok }))
  expect(finding({ rate: 1 }, minuteApart).verdict).toBe('passed')
  expect(finding({ rate: { atMost: 2, per: '1s' } }, told)).toEqual({
    verdict: 'failed',
    says: '3 requests came within 1 s, 1 more than 2',
    evidence: ['3 came from 00:00:59.999 to 00:01:00.500, request 3 to request 5'],
  })
})

test('after a 429 fewer are to be in flight than before it', () => {
  const before = [0, 1, 2, 3].map(at => ({ at, takes: 300 }))
  const refusal = { at: 4, ...refused, retryAfterMs: 500 }
  const after = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ at: 600 + index, takes: 300 }))
  expect(finding({ concurrencyAfter429: true }, [...before, refusal, ...after(4)])).toMatchObject({
    verdict: 'passed',
    says: 'fewer were in flight after 1 429 than before',
  })
  expect(finding({ concurrencyAfter429: true }, [...before, refusal, ...after(5)])).toMatchObject({
    verdict: 'failed',
    evidence: ['5 were in flight before request 5 was refused, and 5 when request 10 came'],
  })
  expect(finding({ concurrencyAfter429: true }, [...before, refusal])).toMatchObject({
    verdict: 'inconclusive',
  })
})

test('idempotency keys are one for a call and others for others', () => {
  const keyed = (at: number, key: string, attempt: number, idempotency?: string): Told => ({
    at,
    key,
    attempt,
    takes: 1,
    code: 'server_error',
    headers: {
      'x-stainless-retry-count': String(attempt - 1),
      ...(idempotency === undefined ? {} : { 'idempotency-key': idempotency }),
    },
  })
  const good = [keyed(0, 'a', 1, 'k1'), keyed(9, 'a', 2, 'k1'), keyed(20, 'b', 1, 'k2')]
  expect(finding({ sentIdempotencyKey: true }, good)).toMatchObject({
    verdict: 'passed',
    says: '2 calls, each with an idempotency key of its own in all of its attempts',
  })
  const bad = [
    ...good,
    keyed(30, 'b', 2, 'k3'),
    keyed(40, 'c', 1, 'k1'),
    keyed(50, 'd', 1),
    { at: 60, method: 'GET', ...ok },
  ]
  expect(finding({ sentIdempotencyKey: true }, bad)).toEqual({
    verdict: 'failed',
    says: 'the idempotency keys of 4 calls are not as they must be',
    evidence: [
      'request 4 (attempt 2) tried request 3 again under another key: k3 instead of k2',
      'request 6 had no idempotency key',
      'request 1 and request 5 are two calls under one key, k1',
    ],
  })
})

test('streams ask for their usage', () => {
  const stream = (at: number, body?: unknown) => ({ at, ...ok, stream: true, body })
  const asking = { stream: true, stream_options: { include_usage: true } }
  const told = [stream(0, asking), { at: 9, ...ok, body: {} }]
  expect(finding({ sentIncludeUsage: true }, told)).toMatchObject({
    verdict: 'passed',
    says: '1 stream, all with include_usage',
  })
  expect(finding({ sentIncludeUsage: true }, [...told, stream(20, { stream: true })])).toEqual({
    verdict: 'failed',
    says: '1 of 2 streams did not ask for usage',
    evidence: ['request 3 streamed and did not ask for its usage'],
  })
  expect(finding({ sentIncludeUsage: true }, [stream(0)])).toMatchObject({
    verdict: 'inconclusive',
    says: 'the bodies of 1 request were too large for the journal',
  })
})

test('headers are there, and say what they must', () => {
  const told = [
    { at: 0, ...ok, headers: { 'user-agent': 'OpenAI/JS 6.1.0' } },
    { at: 9, ...ok, headers: { 'user-agent': 'curl/8' } },
    { at: 20, ...ok },
  ]
  expect(finding({ userAgent: ['OpenAI/JS *', 'curl/*'] }, told.slice(0, 2))).toMatchObject({
    verdict: 'passed',
    says: '2 requests, all with the user-agent "OpenAI/JS *" or "curl/*"',
  })
  expect(finding({ userAgent: 'OpenAI/JS *' }, told)).toEqual({
    verdict: 'failed',
    says: '2 of 3 requests came without the user-agent "OpenAI/JS *"',
    evidence: ['the user-agent of request 2 was "curl/8"', 'request 3 had no user-agent'],
  })
  expect(finding({ sentHeader: 'x-stainless-timeout' }, told.slice(0, 1))).toMatchObject({
    verdict: 'failed',
    says: '1 of 1 request came without the header x-stainless-timeout',
  })
})

test('a stream is given up in time after a mark', () => {
  const gone = (hungUpMs: number, done: Told['done'] = {}): Told => ({
    at: 0,
    takes: hungUpMs,
    done: { outcome: 'hung-up', status: 200, hungUpMs, firstTokenMs: 100, ...done },
  })
  const eventMs = [100, 150, 200]
  const told = [gone(130), gone(145, { eventMs })]
  expect(finding({ cancelledWithin: '50ms' }, told)).toEqual({
    verdict: 'passed',
    says: '2 requests, all given up within 50 ms, the slowest after 45 ms',
    evidence: [],
  })
  expect(finding({ cancelledWithin: '40ms' }, told)).toMatchObject({
    verdict: 'failed',
    says: '1 of 2 requests was not given up within 40 ms',
    evidence: ['request 2 was given up 45 ms after its first token'],
  })
  const third = { within: '40ms', token: 3 }
  expect(finding({ cancelledWithin: third }, [gone(230, { eventMs })]).verdict).toBe('passed')
  expect(finding({ cancelledWithin: third }, told).evidence).toEqual([
    'request 1 had no token 3 when it was given up',
    'request 2 was given up −55 ms after its token 3',
  ])
})

test('silence is measured from the last token, or from the request where there was none', () => {
  const stalled: Told = {
    at: 0,
    takes: 700,
    done: { outcome: 'hung-up', firstTokenMs: 100, lastTokenMs: 190, hungUpMs: 700 },
  }
  const within = { within: '520ms', after: 'silence', notBefore: '500ms' } as const
  expect(finding({ cancelledWithin: within }, [stalled]).verdict).toBe('passed')
  const silent: Told = { at: 0, takes: 480, done: { outcome: 'hung-up', hungUpMs: 480 } }
  expect(
    finding({ cancelledWithin: within }, [silent, { at: 0, ...ok }, { at: 0 }], { nowMs: 5000 }),
  ).toEqual({
    verdict: 'failed',
    says: '3 of 3 requests were not given up within 500 ms to 520 ms',
    evidence: [
      'request 1 was given up 480 ms after it came',
      'request 2 was not given up (200)',
      'request 3 is still open 5 s after it came',
    ],
  })
})

test('an answer that was given up was not read to its end', () => {
  const told = [
    { at: 0, ...ok },
    { at: 0, takes: 80, done: { outcome: 'hung-up', hungUpMs: 80, chunks: 3 } as const },
  ]
  expect(finding({ readWholeStream: true }, told)).toEqual({
    verdict: 'failed',
    says: '1 of 2 answers was given up',
    evidence: ['request 2 was given up after 80 ms and 3 chunks'],
  })
  expect(finding({ readWholeStream: true }, told.slice(0, 1)).verdict).toBe('passed')
})

test.each([
  [3, 'passed'],
  [2, 'failed'],
  [{ atLeast: 3 }, 'passed'],
  [{ atLeast: 4 }, 'failed'],
  [{ atMost: 3 }, 'passed'],
  [{ atMost: 2 }, 'failed'],
  [{ atLeast: 1, atMost: 5 }, 'passed'],
  [{ exactly: 0 }, 'failed'],
])('of three requests the count %j has %s', (count, verdict) => {
  const told = [0, 1, 2].map(at => ({ at, ...ok }))
  expect(finding({ count }, told).verdict).toBe(verdict)
})

test('requests come in an order, others in between', () => {
  const told = [
    { at: 0, path: '/v1/embeddings', ...ok },
    { at: 1, ...refused },
    { at: 2, ...ok },
  ]
  const order = [{ path: '/v1/embeddings' }, { status: 200 }]
  expect(finding({ order }, told)).toEqual({
    verdict: 'passed',
    says: 'in this order came request 1, then request 3',
    evidence: [],
  })
  expect(finding({ order: [...order, { status: 429 }] }, told)).toMatchObject({
    verdict: 'failed',
    says: 'no request that matches {"status":429} came after request 1, then request 3',
  })
})
