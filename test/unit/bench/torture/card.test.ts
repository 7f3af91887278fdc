import { expect, test } from 'vitest'
import { coloured } from '../../../../bench/reporters/paint.ts'
import { type Card, type Result, rowOf, scoreOf } from '../../../../bench/torture/card.ts'
import { formatHtml } from '../../../../bench/torture/reporters/html.ts'
import { formatMarkdown } from '../../../../bench/torture/reporters/markdown.ts'
import { formatTable } from '../../../../bench/torture/reporters/table.ts'
import { trials } from '../../../../bench/torture/trials.ts'

const told = { text: 'one', ended: 'ok', ms: 12, sends: 1, gapsMs: [], hungUp: true } as const
const good: Result = { ...told, isRight: true, mark: 'error', why: 'An error: cut' }
const bad: Result = { ...told, isRight: false, mark: 'silent', why: 'It took "<b>|x" for all.' }

const [truncate, stall] = ['truncate', 'stall'].map(
  name => trials.find(trial => trial.name === name)!,
)
const rows = [
  rowOf(
    truncate!,
    new Map([
      ['ours', good],
      ['theirs', bad],
    ]),
  ),
  rowOf(stall!, new Map([['ours', good]])),
]
const card: Card = {
  tool: { version: '1.2.3' },
  environment: { node: 'v20.19.0', system: 'linux x64' },
  startedAt: '2026-01-02T03:04:05.000Z',
  tookMs: 7000,
  interrupted: false,
  clients: [
    scoreOf({ name: 'ours', version: 'ours 1' }, rows),
    scoreOf({ name: 'theirs', version: 'theirs 2' }, rows),
  ],
  skipped: [{ name: 'other', why: 'not found; npm install other' }],
  rows,
}

test('a score is of what was tried, rounded down', () => {
  expect(card.clients).toEqual([
    { name: 'ours', version: 'ours 1', right: 2, of: 2, percent: 100 },
    { name: 'theirs', version: 'theirs 2', right: 0, of: 1, percent: 0 },
  ])
  const row = (result: Result) => rowOf(stall!, new Map([['ours', result]]))
  const nearly = [...Array.from({ length: 199 }, () => row(good)), row(bad)]
  expect(scoreOf({ name: 'ours', version: '' }, nearly)).toMatchObject({ right: 199, percent: 99 })
})

test('the terminal shows a column a client, a row a trial, and why of few faults', () => {
  expect(formatTable(card).split('\n')).toEqual([
    '',
    'torture',
    'tokadence 1.2.3 · Node 20.19.0 · 2 trials in 7 s · 2026-01-02 03:04 UTC',
    '',
    '              ours     theirs',
    'cut off',
    '  truncate    ✓ error  ✗ silent',
    'silent',
    '  stall       ✓ error  –',
    '',
    'What theirs did wrong',
    '  truncate: the server ends properly after three words: no finish reason, no [DONE]. It took "<b>|x" for all.',
    '',
    'ours    2 of 2, 100 %  ours 1',
    'theirs  0 of 1, 0 %  theirs 2',
    'other   skipped: not found; npm install other',
    '',
  ])
})

test('colour is no part of the words', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one.
  const bare = formatTable(card, coloured).replaceAll(/\u001b\[\d+m/g, '')
  expect(bare.replaceAll(/ +$/gm, '')).toBe(formatTable(card))
})

test('Markdown has the scores, the trials and the faults, and no markup of what servers said', () => {
  const text = formatMarkdown(card)
  expect(text).toContain('| ours | ours 1 | 2 of 2, 100 % |')
  expect(text).toContain('no \\[DONE\\] | an error | ✓ error | ✗ silent |')
  expect(text).toContain('## What theirs did wrong')
  expect(text).toContain('It took "\\<b\\>\\|x" for all.')
  expect(text).toContain('Skipped: other, not found; npm install other.')
})

test('the page has the scores, the trials and the faults, and no markup of what servers said', () => {
  const page = formatHtml(card)
  expect(page).toContain('<strong>100 %</strong><span>2 of 2 right · ours 1</span>')
  expect(page).toContain('<td class="right" title="An error: cut">✓ error</td>')
  expect(page).toContain('<td class="none">–</td>')
  expect(page).toContain('<dt>truncate</dt><dd>It took &quot;&lt;b&gt;|x&quot; for all.</dd>')
  expect(page).not.toContain('<b>|x')
  expect(page).not.toMatch(/<script|src=|@import/)
})
