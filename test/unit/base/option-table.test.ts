import { expect, test } from 'vitest'
import { OptionError } from '../../../base/option-error.ts'
import {
  choice,
  distribution,
  duration,
  environmentName,
  flag,
  flagName,
  integer,
  list,
  nearest,
  readOptions,
  resolveOptions,
  text,
} from '../../../base/option-table.ts'

const help = 'Says what it is.'
const table = {
  name: text({ help, fallback: 'anonymous' }),
  colour: choice(['red', 'green'], { help, fallback: 'red' }),
  count: integer(1, 10, { help, fallback: 3 }),
  timeout: duration({ help, fallback: '1s' }),
  ttft: distribution('ms', { help, fallback: '350ms' }),
  length: distribution('count', { help, fallback: 64 }),
  verbose: flag({ help }),
  apiKey: list({ help }),
  words: list({ help, split: false }),
  unset: integer(0, 5, { help }),
}

function give(key: string, value: unknown, origin = '--flag') {
  return resolveOptions(table, [{ key, value, origin }]).values as Record<string, unknown>
}

function refusal(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof OptionError) return error.message
    throw error
  }
  throw new Error('It was allowed.')
}

test.each([
  // key, as given, inside
  ['name', 'x', 'x'],
  ['colour', 'green', 'green'],
  ['count', '7', 7], // flags and environment are text
  ['count', 7, 7],
  ['timeout', '1m30s', 90_000],
  ['timeout', 250, 250],
  ['verbose', true, true],
  ['verbose', 'true', true],
  ['verbose', '1', true],
  ['verbose', 'false', false],
  ['verbose', '0', false],
  ['apiKey', 'a,b', ['a', 'b']],
  ['apiKey', ['a', 'b,c'], ['a', 'b', 'c']],
  ['words', 'a,b', ['a,b']],
  ['unset', 0, 0],
])('%s takes %j as %j', (key, value, inside) => {
  expect(give(key, value)[key]).toEqual(inside)
})

test.each([
  ['name', '', 'write a text that is not empty'],
  ['name', 5, 'write a text that is not empty'],
  ['colour', 'blue', 'choose one of red, green'],
  ['colour', 'RED', 'choose one of red, green'],
  ['count', '11', 'write a whole number from 1 to 10'],
  ['count', 0, 'write a whole number from 1 to 10'],
  ['count', 1.5, 'write a whole number from 1 to 10'],
  ['count', '', 'write a whole number from 1 to 10'],
  ['count', true, 'write a whole number from 1 to 10'],
  ['timeout', 'soon', 'write a duration such as 350ms, 1.2s, 6m or 1m30s'],
  ['timeout', -1, 'write a duration such as 350ms, 1.2s, 6m or 1m30s'],
  ['timeout', ['1s'], 'write a duration such as 350ms, 1.2s, 6m or 1m30s'],
  ['verbose', 'yes', 'write true or false'],
  ['apiKey', [1], 'write one text or more'],
  ['apiKey', '', 'write one text or more'],
  ['unset', null, 'write a whole number from 0 to 5'],
])('%s refuses %j: %s', (key, value, allowed) => {
  expect(refusal(() => give(key, value))).toBe(
    `--flag: ${JSON.stringify(value)} is not allowed; ${allowed}`,
  )
})

test('a distribution is refused with its syntax', () => {
  expect(refusal(() => give('ttft', 'normal(1,2)'))).toBe(
    '--flag: "normal(1,2)" is not allowed; write a constant (200ms), or uniform(a,b), normal(mean=…,sd=…), lognormal(p50=…,p95=…), gamma(mean=…,cv=…), exponential(mean=…), weibull(mean=…,shape=…), pareto(min=…,p99=…) or quantiles(p0=…,p50=…,p100=…); or the name of a trace: azure-code-gaps, azure-conv-gaps, mooncake-synthetic-gaps',
  )
})

test.each([
  // odd values that a programmatic caller may give
  [10n, '10n'],
  [{ a: 1 }, 'an object'],
  [() => 1, 'a function'],
  ['x'.repeat(100), `"${'x'.repeat(76)}…`],
])('a refusal shows the value in a few words', (value, shown) => {
  expect(refusal(() => give('count', value))).toBe(
    `--flag: ${shown} is not allowed; write a whole number from 1 to 10`,
  )
})

test('what nothing gives has its default, and unset where there is none', () => {
  const { values, origins } = resolveOptions(table, [])
  expect({ ...values, ttft: values.ttft.mean, length: values.length.mean }).toEqual({
    name: 'anonymous',
    colour: 'red',
    count: 3,
    timeout: 1000,
    ttft: 350,
    length: 64,
    verbose: false,
    apiKey: [],
    words: [],
    unset: undefined,
  })
  expect(new Set(Object.values(origins))).toEqual(new Set(['default']))
})

test('of several entries the last wins, and its origin is told', () => {
  const { values, origins } = resolveOptions(table, [
    { key: 'count', value: 4, origin: 'tokadence.yaml:1:1' },
    { key: 'name', value: 'file', origin: 'tokadence.yaml:2:1' },
    { key: 'count', value: '5', origin: 'TOKADENCE_COUNT' },
    { key: 'count', value: '6', origin: '--count' },
    { key: 'count', value: undefined, origin: '--count' }, // not given at all
  ])
  expect([values.count, origins.count]).toEqual([6, '--count'])
  expect([values.name, origins.name]).toEqual(['file', 'tokadence.yaml:2:1'])
})

test('a lower layer is checked even when a higher one wins', () => {
  const entries = [
    { key: 'count', value: 99, origin: 'tokadence.yaml:1:1' },
    { key: 'count', value: '5', origin: '--count' },
  ]
  expect(refusal(() => resolveOptions(table, entries))).toBe(
    'tokadence.yaml:1:1: 99 is not allowed; write a whole number from 1 to 10',
  )
})

test('an unknown key is refused with its place and the nearest known one, its value untold', () => {
  expect(refusal(() => give('timeuot', 'sk-secret', 'tokadence.yaml:3:1'))).toBe(
    'tokadence.yaml:3:1: there is no option timeuot: did you mean timeout?',
  )
  expect(refusal(() => give('zzzzzz', 1))).toBe(
    '--flag: there is no option zzzzzz: the options are name, colour, count, timeout, ttft, length, verbose, apiKey, words, unset',
  )
})

test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
  'what every object has is no option: %s',
  key => {
    expect(refusal(() => give(key, 1))).toMatch(/^--flag: there is no option /)
  },
)

test("a programmatic caller's mistake names the call", () => {
  // @ts-expect-error: what JavaScript callers may write
  expect(refusal(() => readOptions(table, { conut: 1 }, 'createThing'))).toBe(
    'createThing({ conut }): there is no option conut: did you mean count?',
  )
  expect(refusal(() => readOptions(table, { count: 11 }, 'createThing'))).toBe(
    'createThing({ count }): 11 is not allowed; write a whole number from 1 to 10',
  )
  expect(readOptions(table, { count: undefined }, 'createThing').count).toBe(3)
})

test.each([
  ['serv', ['serve', 'bench'], 'serve'],
  ['SERVE', ['serve'], 'serve'],
  ['tmeout', ['timeout', 'ttft'], 'timeout'],
  ['itl', ['ttft', 'itl'], 'itl'],
  ['maxConcurent', ['maxConcurrent', 'maxTokens'], 'maxConcurrent'],
  ['banana', ['serve', 'bench'], undefined],
])('nearest to %s of %j is %s', (name, known, expected) => {
  expect(nearest(name, known)).toBe(expected)
})

test('one name gives the flag and the variable', () => {
  expect([flagName('maxConcurrent'), environmentName('maxConcurrent')]).toEqual([
    '--max-concurrent',
    'TOKADENCE_MAX_CONCURRENT',
  ])
  expect([flagName('ttft'), environmentName('ttft')]).toEqual(['--ttft', 'TOKADENCE_TTFT'])
})
