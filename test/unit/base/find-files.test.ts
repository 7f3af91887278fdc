import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { findFiles } from '../../../base/find-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'tokadence-'))
afterAll(() => rmSync(folder, { recursive: true }))
for (const name of ['a', 'a/deep', '.hidden']) mkdirSync(join(folder, name))
const names = [
  '1.md',
  '2.md',
  '10.txt',
  'a/3.md',
  'a/deep/4.md',
  '.5.md',
  '.hidden/6.md',
  'x[1].md',
]
for (const name of names) writeFileSync(join(folder, name), name)
symlinkSync(folder, join(folder, 'a', 'loop'))

const found = (...words: string[]) =>
  findFiles(words.map(word => join(folder, word))).map(path => path.slice(folder.length + 1))

test.each([
  // pattern, what it finds
  ['*.md', ['1.md', '2.md', 'x[1].md']],
  ['**/*.md', ['1.md', '2.md', 'a/3.md', 'a/deep/4.md', 'x[1].md']],
  ['?.{md,txt}', ['1.md', '2.md']],
  ['{1,1?}.*', ['1.md', '10.txt']],
  ['[!1]*.md', ['2.md', 'x[1].md']],
  ['a/**/*.md', ['a/3.md', 'a/deep/4.md']],
  ['.*.md', ['.5.md']],
])('%s finds its files, sorted', (pattern, files) => {
  expect(found(pattern)).toEqual(files)
})

test('what is there, and what no pattern could mean, is taken as it is; nothing comes twice', () => {
  expect(found('x[1].md', '*.md', 'missing.md')).toEqual(['x[1].md', '1.md', '2.md', 'missing.md'])
  expect(findFiles(['-'])).toEqual(['-'])
})

test('a pattern without a file, and one that is none, are wrong usage', () => {
  expect(() => found('*.pdf')).toThrow('no file is named so')
  expect(() => found('[z-a].md')).toThrow('its brackets are no set of characters')
  expect(() => found('{1,2}'.repeat(12))).toThrow('at most 1000 alternatives')
})
