/** Fault rules: how they are written, what is refused, and when they strike. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { faultCatalogue, faultNames } from '../../../../../mock-server/engine/faults/catalogue.ts'
import { type FaultRule, readFaultRule } from '../../../../../mock-server/engine/faults/rule.ts'
import {
  createAttempts,
  createFaultSchedule,
  type FaultSubject,
} from '../../../../../mock-server/engine/faults/schedule.ts'

function rule(text: string): FaultRule {
  const read = readFaultRule(text)
  if (!read.rule) throw new Error(read.why)
  return read.rule
}

test('a rule says which fault, how and when', () => {
  const { name, parameters, when, text } = rule('stall@token=5;for=1.5s;p=0.25;model=gpt-4o*')
  expect([name, text]).toEqual(['stall', 'stall@token=5;for=1.5s;p=0.25;model=gpt-4o*'])
  expect(parameters).toEqual({ token: 5, forMs: 1500 })
  expect(when).toEqual({ p: 0.25, model: 'gpt-4o*' })
})

test('spaces do not matter, and the place may stand among the rest', () => {
  expect(rule(' reset-mid-stream ; token = 5 ; stream = true ')).toMatchObject({
    name: 'reset-mid-stream',
    parameters: { token: 5 },
    when: { stream: true },
  })
})

test('any error status is a fault', () => {
  expect(rule('http-418').kind.wire).toBe("Status 418 with the API's JSON error.")
  expect(readFaultRule('http-200').why).toContain('there is no fault "http-200"')
  expect(readFaultRule('http-600').why).toContain('there is no fault "http-600"')
})

test.each([
  ['rest-mid-stream', 'there is no fault "rest-mid-stream": did you mean reset-mid-stream?'],
  ['slow-down;ever=7', 'there is no key of slow-down "ever": did you mean every?'],
  ['truncate;for=1s', 'there is no key of truncate "for": did you mean from?'],
  ['truncate;p=0', 'p=0 is not allowed; write a share above 0 and at most 1'],
  ['truncate;p=1.5', 'p=1.5 is not allowed; write a share above 0 and at most 1'],
  ['truncate;first=0', 'first=0 is not allowed; write a whole number from 1'],
  ['truncate@5', '"5" is no KEY=VALUE'],
  ['truncate;', '"" is no KEY=VALUE'],
  ['truncate;p=0.1;p=0.2', 'p is given twice'],
  ['truncate;p=0.1;every=2', 'p and every are two ways to say one thing: write one of them'],
  ['overloaded;from=20s;to=10s', 'to must be later than from'],
  ['overloaded;from=soon', 'from=soon is not allowed; write a duration such as'],
  ['truncate;stream=false', 'truncate is a fault of streams: write stream=true, or leave it out'],
  ['length-too-long;stream=true', 'length-too-long is a fault of answers that are not streamed'],
  ['choices-null;endpoint=embeddings', 'choices-null is a fault of chat.completions, completions'],
  ['http-500;endpoint=chat', 'endpoint=chat is not allowed; choose one of chat.completions,'],
  [
    'http-500;retry-after=later',
    'write a duration, date:DURATION, none, past, negative or garbage',
  ],
  ['', 'there is no fault "": choose one of http-400,'],
])('%s is refused', (text, why) => {
  expect(readFaultRule(text).why).toContain(why)
})

test('any text is a rule or is refused in words', () => {
  const value = fc.oneof(fc.string(), fc.constantFrom('1', '0.5', '10s', 'true', 'none', 'html'))
  const key = fc.oneof(
    fc.string(),
    fc.constantFrom('p', 'every', 'first', 'from', 'to', 'token', 'for', 'stream', 'model', 'size'),
  )
  const part = fc.tuple(key, value).map(pair => pair.join('='))
  const name = fc.oneof(fc.constantFrom(...faultNames), fc.string())
  const text = fc
    .tuple(name, fc.array(fc.oneof(part, fc.string()), { maxLength: 5 }))
    .map(([first, parts]) => [first, ...parts].join(';'))
  fc.assert(
    fc.property(text, written => {
      const { rule: read, why } = readFaultRule(written)
      expect(read === undefined).toBe(why !== undefined)
      if (read) expect(readFaultRule(read.text).rule).toEqual(read)
      else expect(why!.length).toBeGreaterThan(10)
    }),
    { numRuns: 200 },
  )
})

const subject: FaultSubject = {
  seed: 1,
  key: 'k',
  attempt: 1,
  model: 'gpt-4o-mini',
  endpoint: 'chat.completions',
  stream: true,
  sinceStartMs: 15_000,
}

function drawn(rules: readonly string[], more: Partial<FaultSubject> = {}): string | undefined {
  return createFaultSchedule(rules.map(rule)).draw({ ...subject, ...more })?.name
}

test.each<[string, Partial<FaultSubject>, boolean]>([
  ['http-500', {}, true],
  ['http-500;first=2', { attempt: 2 }, true],
  ['http-500;first=2', { attempt: 3 }, false],
  ['http-500;from=10s;to=20s', { sinceStartMs: 9_999 }, false],
  ['http-500;from=10s;to=20s', { sinceStartMs: 10_000 }, true],
  ['http-500;from=10s;to=20s', { sinceStartMs: 20_000 }, false],
  ['http-500;model=gpt-4o*', {}, true],
  ['http-500;model=*mini', {}, true],
  ['http-500;model=g*o*i', {}, true],
  ['http-500;model=gpt-4o', {}, false],
  ['http-500;model=gpt-4o-mini*mini', {}, false],
  ['http-500;endpoint=embeddings', {}, false],
  ['http-500;stream=true', {}, true],
  ['http-500;stream=false', {}, false],
  ['truncate', {}, true],
  ['truncate', { stream: false }, false],
  ['length-too-long', {}, false],
  ['response-failed', {}, false],
  ['response-failed', { endpoint: 'responses' }, true],
])('%s at %j strikes: %j', (text, more, strikes) => {
  expect(drawn([text], more)).toBe(strikes ? text.split(';')[0] : undefined)
})

test('the first rule that matches wins', () => {
  const rules = ['http-500;first=1', 'slow-down;first=2', 'overloaded;stream=false']
  expect(drawn(rules)).toBe('http-500')
  expect(drawn(rules, { attempt: 2 })).toBe('slow-down')
  expect(drawn(rules, { attempt: 3 })).toBe(undefined)
  expect(drawn(rules, { attempt: 3, stream: false })).toBe('overloaded')
})

test('a share of requests is struck, the same ones in any order', () => {
  const keys = Array.from({ length: 1000 }, (_, i) => `key ${i}`)
  for (const [text, share] of [
    ['http-500;p=0.1', 0.1],
    ['http-500;every=7', 1 / 7],
  ] as const) {
    const struck = (all: readonly string[]) => all.filter(key => drawn([text], { key }))
    const inOrder = struck(keys)
    // Four standard deviations of 1,000 draws.
    expect(Math.abs(inOrder.length / 1000 - share)).toBeLessThan(0.045)
    expect(struck(keys.toReversed()).toReversed()).toEqual(inOrder)
    expect(drawn([text], { key: inOrder[0]! })).toBe('http-500')
  }
})

test('another attempt, another seed, another rule: another draw', () => {
  const keys = Array.from({ length: 200 }, (_, i) => `key ${i}`)
  const struck = (text: string, more: Partial<FaultSubject>) =>
    keys.filter(key => drawn([text], { key, ...more })).join()
  const usual = struck('http-500;p=0.5', {})
  expect(struck('http-500;p=0.5', { attempt: 2 })).not.toBe(usual)
  expect(struck('http-500;p=0.5', { seed: 2 })).not.toBe(usual)
  expect(struck('overloaded;p=0.5', {})).not.toBe(usual)
})

test('attempts are counted by key, and old keys are forgotten', () => {
  const attempts = createAttempts()
  expect([attempts.next('a'), attempts.next('b'), attempts.next('a')]).toEqual([1, 1, 2])
  for (let i = 0; i < 10_000; i++) attempts.next(`other ${i}`)
  expect(attempts.next('a')).toBe(1)
  attempts.clear('a')
  expect(attempts.next('a')).toBe(1)
  const long = 'long '.repeat(1000)
  expect([attempts.next(long), attempts.next(`${long}!`), attempts.next(long)]).toEqual([1, 1, 2])
  attempts.clear()
  expect(attempts.next('other 9999')).toBe(1)
})

test('a catalogue of at least thirty faults, each with its parameters', () => {
  expect(faultNames.length).toBeGreaterThan(30)
  const texts: Readonly<Record<string, string>> = {
    token: '2',
    for: '10ms',
    'retry-after': 'date:10s',
    body: 'html',
    size: '100',
  }
  for (const name of faultNames) {
    const parts = faultCatalogue[name]!.parameters.map(key => `${key}=${texts[key]}`)
    expect(rule([name, ...parts].join(';')).name).toBe(name)
  }
})
