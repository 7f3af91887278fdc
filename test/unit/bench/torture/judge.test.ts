import { expect, test } from 'vitest'
import { judge } from '../../../../bench/torture/judge.ts'
import type { Expectation } from '../../../../bench/torture/trials.ts'
import type { Seen, Told } from '../../../../bench/torture/witness.ts'

const text = 'one two three four'
const part = 'one two'

/** What is written of a trial: `✓ whole`, `✗ silent`. */
function verdict(expects: Expectation, told: Partial<Told>, seen: Partial<Seen> = {}): string {
  const { isRight, mark } = judge(
    { expects, text },
    { text: '', ended: 'ok', ms: 5, ...told },
    { sends: 1, gapsMs: [], hungUp: true, ...seen },
  )
  return `${isRight ? '✓' : '✗'} ${mark}`
}

const whole: Partial<Told> = { text }
const cut: Partial<Told> = { text: part }
const failed: Partial<Told> = { text: part, ended: 'error', error: 'Error: cut' }
const hung: Partial<Told> = { text: part, ended: 'hung', ms: 3500 }
const crashed: Partial<Told> = { ended: 'crashed', error: 'TypeError: x' }

test.each([
  ['whole', { kind: 'whole' }, '✓ whole', '✗ silent', '✗ error', '✗ hangs'],
  ['an error', { kind: 'error' }, '✗ made up', '✗ silent', '✓ error', '✗ hangs'],
  ['either', { kind: 'either' }, '✓ whole', '✗ silent', '✓ error', '✗ hangs'],
  ['an error at once', { kind: 'once' }, '✗ whole', '✗ silent', '✓ error', '✗ hangs'],
  ['another try', { kind: 'again', waitMs: 0 }, '✓ whole', '✗ silent', '✗ error', '✗ hangs'],
  ['patience', { kind: 'later' }, '✗ whole', '✗ silent', '✓ error', '✓ waits'],
  ['a stop', { kind: 'stop' }, '✓ stopped', '✓ stopped', '✓ stopped', '✗ hangs'],
] as const)('where %s is right: whole, a part, an error, a hang', (_, expects, ...marks) => {
  expect([whole, cut, failed, hung].map(told => verdict(expects, told))).toEqual(marks)
  expect(verdict(expects, crashed)).toBe('✗ crash')
})

test('an empty answer without an error is silent too, and says so', () => {
  expect(verdict({ kind: 'error' }, { text: '' })).toBe('✗ silent, empty')
})

test('what was never sent is garbled, with an error behind it or without', () => {
  expect(verdict({ kind: 'whole' }, { text: 'one twoone two three four' })).toBe('✗ garbled')
  expect(verdict({ kind: 'error' }, { ...failed, text: 'one twoone' })).toBe('✗ garbled')
})

test('a program may print a line end behind its text, and only one', () => {
  expect(verdict({ kind: 'whole' }, { text: `${text}\n` })).toBe('✓ whole')
  expect(verdict({ kind: 'whole' }, { text: `${text}\n\n` })).toBe('✗ garbled')
  expect(verdict({ kind: 'error' }, { ...failed, text: `${part}\n` })).toBe('✓ error')
})

test('what cannot succeed is sent once', () => {
  expect(verdict({ kind: 'once' }, failed, { sends: 3, gapsMs: [500, 900] })).toBe('✗ 3 sends')
})

test('the waits before another try count together', () => {
  const again = { kind: 'again', waitMs: 300 } as const
  expect(verdict(again, whole, { sends: 3, gapsMs: [10, 20] })).toBe('✗ too soon')
  expect(verdict(again, whole, { sends: 3, gapsMs: [100, 200] })).toBe('✓ whole')
})

test('a second send before its time is too soon, whatever comes of it', () => {
  expect(verdict({ kind: 'later' }, failed, { sends: 2, gapsMs: [390] })).toBe('✗ too soon')
  expect(verdict({ kind: 'later' }, hung, { sends: 2, gapsMs: [390] })).toBe('✗ too soon')
})

test('who stops hangs up, and does not send again', () => {
  expect(verdict({ kind: 'stop' }, failed, { hungUp: false })).toBe('✗ stays')
  expect(verdict({ kind: 'stop' }, failed, { sends: 2 })).toBe('✗ 2 sends')
})

test('a client that sent nothing was not tried', () => {
  expect(verdict({ kind: 'error' }, { ...failed, text: '' }, { sends: 0 })).toBe('✗ no send')
})

test('the verdict says why in a sentence', () => {
  const seen = { sends: 1, gapsMs: [], hungUp: true }
  const why = (told: Told) => judge({ expects: { kind: 'whole' }, text }, told, seen).why
  expect(why({ text: part, ended: 'ok', ms: 1 })).toBe('It took "one two" for the whole answer.')
  expect(why({ text: part, ended: 'error', error: 'SyntaxError: x', ms: 1 })).toBe(
    'An error where the whole text could be had: SyntaxError: x. It had given out "one two".',
  )
  expect(why({ text: part, ended: 'hung', ms: 3500.4 })).toBe('It was still at it after 3500 ms.')
})
