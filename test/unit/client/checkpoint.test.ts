import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { openCheckpoint } from '../../../client/checkpoint.ts'

const folder = mkdtempSync(join(tmpdir(), 'tokadence-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'batch.jsonl')
beforeEach(() => {
  rmSync(file, { force: true })
  rmSync(`${file}.lock`, { force: true })
})

const settings = { model: 'gpt-4o-mini', maxTokens: 20 }
const open = (more = {}) => openCheckpoint({ file, settings, ...more })
const resume = (more = {}) => open({ resume: true, ...more })
const lines = () => readFileSync(file, 'utf8').trimEnd().split('\n')

test('what was saved is there in the next run, and a line each in the file', async () => {
  const first = open()
  await Promise.all(['a', 'b', 'c'].map(key => first.save(key, { text: `of ${key}: é👍` })))
  const { id } = first
  first[Symbol.dispose]()
  expect(lines()).toHaveLength(4)

  using second = resume()
  expect(second.id).toBe(id)
  expect(second.size).toBe(3)
  expect(second.get('b')).toEqual({ text: 'of b: é👍' })
  expect(second.get('d')).toBeUndefined()
  await second.save('d', 4)
  expect(second.get('d')).toBe(4)
  expect(
    lines()
      .slice(1)
      .map(line => JSON.parse(line).key),
  ).toEqual(['a', 'b', 'c', 'd'])
})

test('a line is in the file before save returns to its caller', () => {
  using checkpoint = open()
  void checkpoint.save('a', 1)
  expect(lines().at(-1)).toBe('{"key":"a","value":1}')
})

test.each([
  // bytes cut off the end of the last line; what is left of the answers
  [1, ['a', 'b']], // its end alone: the line is whole
  [2, ['a']],
  [15, ['a']],
  [21, ['a']],
])('a last line that lacks %i bytes is done without, and written over', async (cut, left) => {
  const first = open()
  await first.save('a', 1)
  await first.save('b', 2)
  first[Symbol.dispose]()
  truncateSync(file, readFileSync(file).length - cut)

  const second = resume()
  expect(['a', 'b'].filter(key => second.get(key) !== undefined)).toEqual(left)
  await second.save('c', 3)
  second[Symbol.dispose]()
  using third = resume()
  expect(['a', 'b', 'c'].filter(key => third.get(key) !== undefined)).toEqual([...left, 'c'])
})

test('nothing is left of half a line that was longer than what follows', async () => {
  const first = open()
  await first.save('a', 'long '.repeat(100))
  first[Symbol.dispose]()
  truncateSync(file, readFileSync(file).length - 9)
  const second = resume()
  await second.save('b', 2)
  second[Symbol.dispose]()
  expect(lines().slice(1)).toEqual(['{"key":"b","value":2}'])
})

test('half a head is begun anew', () => {
  writeFileSync(file, '{"tokadence":"checkp')
  using checkpoint = resume()
  expect(checkpoint.size).toBe(0)
  expect(JSON.parse(lines()[0]!)).toEqual({
    tokadence: 'checkpoint',
    version: 1,
    id: checkpoint.id,
    settings,
  })
})

test('losses are told to the next run and are no answers', async () => {
  const first = open()
  await first.saveLoss('a', { nanoDollars: 7 })
  await first.save('a', 'said')
  first[Symbol.dispose]()
  const earlier: unknown[] = []
  using second = resume({ onEarlier: (line: unknown) => earlier.push(line) })
  expect(earlier).toEqual([{ lost: { nanoDollars: 7 } }, { value: 'said' }])
  expect(second.size).toBe(1)
})

test('refuses a file that is there, other settings, a broken line and what is no checkpoint', async () => {
  const first = open()
  await first.save('a', 1)
  first[Symbol.dispose]()
  expect(() => open()).toThrow('the file is there: add --resume')
  expect(() => resume({ settings: { model: 'o3', maxTokens: 20 } })).toThrow(
    'it was written under other settings (model was gpt-4o-mini and is o3)',
  )
  appendFileSync(file, 'no json\n{"key":"b","value":2}\n')
  expect(() => resume()).toThrow('line 3 is no line of a checkpoint')
  writeFileSync(file, '# A document\n\nWith lines.\n')
  expect(() => resume()).toThrow('the file is no checkpoint')
  expect(readFileSync(file, 'utf8')).toBe('# A document\n\nWith lines.\n')
})

test('a second writer is refused; the lock of a dead one is taken over', () => {
  using _first = open()
  expect(() => resume()).toThrow('another batch is writing it')
  _first[Symbol.dispose]()

  const gone = spawnSync(process.execPath, ['-e', '']).pid
  writeFileSync(`${file}.lock`, JSON.stringify({ pid: gone, host: hostname() }))
  resume()[Symbol.dispose]()
  // Its id was given to another process since.
  const reused = { pid: process.ppid, host: hostname(), started: '1' }
  writeFileSync(`${file}.lock`, JSON.stringify(reused))
  resume()[Symbol.dispose]()
  writeFileSync(`${file}.lock`, JSON.stringify({ pid: process.ppid, host: hostname() }))
  expect(() => resume()).toThrow('another batch is writing it')
  writeFileSync(`${file}.lock`, JSON.stringify({ pid: gone, host: 'elsewhere' }))
  expect(() => resume()).toThrow('another batch is writing it')
})
