import { expect, test } from 'vitest'
import { OptionError } from '../../../../base/option-error.ts'
import type { Expectation } from '../../../../mock-server/verify/expectation.ts'
import { assertionLines, assertionList } from '../../../../mock-server/verify/list.ts'
import { VerificationError, verify } from '../../../../mock-server/verify/verify.ts'
import { globbed } from '../../../../mock-server/verify/where.ts'
import { counted, entriesOf, finding, startMs, type Told, verified } from './scene.ts'

const ok = { takes: 10 }
const told: Told[] = [
  { at: 0, key: 'a', model: 'gpt-4o', ...ok },
  { at: 5, key: 'b', model: 'gpt-4o-mini', takes: 1, code: 'rate_limit_exceeded' },
  { at: 9, key: 'b', model: 'gpt-4o-mini', ...ok },
]

test('all must pass; what does not is told with its evidence when a test ends with it', () => {
  const good = verified([{ maxInFlight: 3 }, { where: { model: 'gpt-4o' }, count: 1 }], told)
  expect(good).toMatchObject({ passed: true, results: [{ judged: 3 }, { judged: 1 }] })
  good.orThrow()

  const bad = verified({ name: 'polite', maxInFlight: 1, noneOpen: true }, told)
  expect(bad.passed).toBe(false)
  expect(() => bad.orThrow()).toThrow(VerificationError)
  expect(() => bad.orThrow()).toThrow(
    `✗ polite: maxInFlight 1: 2 requests were in flight at once, 1 more than 1.
    at 00:00:00.005 there were 2 (req_1, req_2)
0 passed, 1 failed`,
  )
})

test('evidence names its requests, and says nothing of what they asked', () => {
  const [result] = verified({ noRetryOf: 429 }, told).results
  expect(result).toEqual({
    assertion: 'noRetryOf',
    expected: 429,
    verdict: 'failed',
    says: '1 of 1 refusal with 429 was tried again',
    judged: 1,
    evidence: [
      {
        says: 'request 2 was refused (429 rate_limit_exceeded), and request 3 tried it again',
        requests: [
          {
            number: 2,
            requestId: 'req_2',
            key: 'b',
            attempt: 1,
            receivedAtMs: startMs + 5,
            status: 429,
            outcome: 'refused',
            durationMs: 1,
          },
          {
            number: 3,
            requestId: 'req_3',
            key: 'b',
            attempt: 1,
            receivedAtMs: startMs + 9,
            status: 200,
            outcome: 'ok',
            durationMs: 10,
          },
        ],
      },
    ],
    moreEvidence: 0,
  })
})

test('evidence is bounded', () => {
  const many = Array.from({ length: 500 }, (_, index) => ({ at: index }))
  const [open, inFlight] = verified({ noneOpen: true, maxInFlight: 1 }, many).results
  expect([open!.evidence.length, open!.moreEvidence]).toEqual([20, 480])
  expect(inFlight!.evidence[0]!.requests.length).toBe(20)
})

test('a filter scopes what is judged; a call is in it when one of its attempts is', () => {
  expect(finding({ where: { key: 'a' }, maxInFlight: 1 }, told).verdict).toBe('passed')
  expect(finding({ where: { status: 429 }, allSucceeded: true }, told)).toMatchObject({
    verdict: 'passed',
    says: '1 call, all ended well',
  })
  expect(finding({ where: { status: [404, '5xx'] }, allSucceeded: true }, told)).toMatchObject({
    verdict: 'inconclusive',
    says: 'there was no request',
  })
})

test('what nobody put to the test is inconclusive, unless it is a rule that always holds', () => {
  expect(finding({ waitedRetryAfter: true }, told)).toMatchObject({ verdict: 'inconclusive' })
  expect(finding({ waitedRetryAfter: true, allowNone: true }, told)).toMatchObject({
    verdict: 'passed',
    says: 'nobody came again after being told to wait',
  })
})

test('a journal that has forgotten requests proves a breach, and nothing else', () => {
  const seen = { forgotten: 7 }
  expect(finding({ maxInFlight: 1 }, told, seen).verdict).toBe('failed')
  expect(finding({ maxInFlight: 2 }, told, seen)).toEqual({
    verdict: 'inconclusive',
    says: 'at most 2 of 3 requests were in flight at once; but the journal has forgotten 7 requests: make it larger, or reset it more often',
    evidence: [],
  })
  expect(finding({ count: { atMost: 2 } }, told, seen).verdict).toBe('failed')
  expect(finding({ count: { atLeast: 3 } }, told, seen).verdict).toBe('passed')
  for (const count of [3, 5, { atLeast: 1, atMost: 5 }]) {
    expect(finding({ count }, told, seen).verdict).toBe('inconclusive')
  }
  expect(finding({ order: [{ status: 500 }] }, told, seen).verdict).toBe('inconclusive')
  expect(finding({ noneOpen: true, allowNone: true }, [], seen).verdict).toBe('inconclusive')
})

test.each<[unknown, string]>([
  [{ maxInFligth: 8 }, 'maxInFligth: there is no assertion maxInFligth: did you mean maxInFlight?'],
  [{ maxInFlight: 0 }, 'maxInFlight: 0 is not allowed; write a whole number from 1 to 1000000'],
  [{ maxInFlight: {} }, 'maxInFlight.atMost: write a whole number from 1 to 1000000'],
  [{ rate: { atMost: 3, pre: '1s' } }, 'rate.pre: there is no setting pre: did you mean per?'],
  [{ rate: { atMost: 3, per: 0 } }, 'rate: per: write a duration above 0'],
  [{ count: {} }, 'count: write exactly, atLeast or atMost'],
  [{ noneOpen: false }, 'noneOpen: write true; leave it out where it need not hold'],
  [{ noneOpen: { soon: 1 } }, 'noneOpen.soon: it has no settings'],
  [
    { sentHeader: 'cookie' },
    'sentHeader: "cookie" is not allowed; choose one of user-agent, idempotency-key, x-stainless-retry-count, x-stainless-timeout',
  ],
  [
    { where: { status: 'many' }, count: 1 },
    'where.status: "many" is not allowed; write a status, e.g. 429, or a hundred, e.g. 4xx',
  ],
  [{ where: 3, count: 1 }, 'where: write a mapping such as { path: /v1/*, status: 429 }'],
  [{ order: [{}, 7] }, 'order[1]: write a mapping such as { path: /v1/*, status: 429 }'],
  [{ noRetryOf: [] }, 'noRetryOf: [] is not allowed; write a text or a number, or a list of them'],
  [
    [{ count: 1 }, 'x'],
    '[1]: write a mapping of assertions such as { maxInFlight: 8 }, or a list of them',
  ],
  [{ name: 7, count: 1 }, 'name: write a text that is not empty'],
  [{ allowNone: 1, count: 1 }, 'allowNone: write true or false'],
])('%j is refused with its place', (given, message) => {
  const [, place = '', why] = /^(.*?): (.*)$/.exec(message)!
  const refused = () => verified(given as never, told)
  expect(refused).toThrow(OptionError)
  expect(refused).toThrow(`verify(${place}): ${why}`)
})

test('types refuse what the reader would', () => {
  const never: Expectation[] = [
    // @ts-expect-error: no such assertion
    { maxInFligth: 1 },
    // @ts-expect-error: a number is needed
    { maxInFlight: 'many' },
    // @ts-expect-error: there is nothing to say but true
    { noneOpen: 3 },
    // @ts-expect-error: no such setting
    { rate: { atMost: 3, pre: '1s' } },
    // @ts-expect-error: the journal does not keep it
    { sentHeader: 'cookie' },
    // @ts-expect-error: no such filter
    { where: { statos: 200 }, count: 1 },
  ]
  for (const one of never) expect(() => verified(one, told)).toThrow(OptionError)
  const good: Expectation = {
    waitedRetryAfter: { tolerance: '5ms' },
    noRetryOf: ['insufficient_quota', 401],
    rate: 60,
    cancelledWithin: { within: 50, after: 'silence' },
    order: [{ status: [429, '5xx'] }, { outcome: 'ok' }],
    where: { since: new Date(startMs) },
  }
  expect(verified(good, told).results.length).toBe(5)
})

test('an expectation of nothing is refused, and so are too many', () => {
  expect(() => verified([], told)).toThrow(/^verify\(\): name an assertion: waitedRetryAfter, /)
  const many = Array.from({ length: 1001 }, () => ({ noneOpen: true as const }))
  expect(() => verified(many, told)).toThrow('write at most 1000 assertions')
})

test('a * stands for any characters', () => {
  const all = ['', 'a', 'ab', 'aba', 'abcab', 'xaby']
  const holds = (pattern: string) => all.filter(globbed(pattern))
  expect(holds('*')).toEqual(all)
  expect(holds('a*')).toEqual(['a', 'ab', 'aba', 'abcab'])
  expect(holds('ab*ab')).toEqual(['abcab'])
  expect(holds('a*b*a')).toEqual(['aba'])
  expect(holds('*ab*')).toEqual(['ab', 'aba', 'abcab', 'xaby'])
  expect(holds('ab')).toEqual(['ab'])
})

test('every assertion is listed with its settings', () => {
  const listed = assertionList()
  expect(listed.length).toBe(20)
  expect(listed.find(({ assertion }) => assertion === 'rate')).toEqual({
    assertion: 'rate',
    help: 'Never more than so many requests came within any minute.',
    short: 'atMost',
    settings: [
      { name: 'atMost', label: 'N', help: 'Requests.', isNeeded: true },
      { name: 'per', label: 'DURATION', help: 'Within how long.', isNeeded: false, fallback: '1m' },
    ],
  })
  expect(assertionLines()).toContain(`rate: N
  Never more than so many requests came within any minute.
    atMost: N  Requests.
    per: DURATION  Within how long. (1m)
`)
})

test('20,000 requests of one key are judged in no time worth naming', () => {
  const sent = (more: (index: number) => Partial<Told>) =>
    entriesOf(
      Array.from({ length: 20_000 }, (_, at) => ({ at, takes: 5, key: 'same', ...more(at) })),
    )
  const everySecondFails = sent(at => (at % 2 === 0 ? { code: 'server_error' } : {}))
  const allFailTwice = sent(at => ({ code: 'server_error', ...counted(at < 10_000 ? 1 : 2) }))
  const startedMs = performance.now()
  const judged = [everySecondFails, allFailTwice].map(entries => {
    const expectation = {
      maxInFlight: 100,
      maxAttempts: 9,
      rate: 9,
      neverAgain: true,
      concurrencyAfter429: true,
    } as const
    const { results } = verify(expectation, { entries, nowMs: startMs, forgotten: 0 })
    return results.map(result => result.judged)
  })
  expect(judged).toEqual([
    [20_000, 10_002, 20_000, 10_000, expect.any(Number)],
    [20_000, 10_000, 20_000, 0, expect.any(Number)],
  ])
  expect(performance.now() - startedMs).toBeLessThan(8000)
})
