/** Recordings in a real folder: how they get there, and how they are found again. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { OptionError } from '../../../../base/option-error.ts'
import { openLibrary, readRecording } from '../../../../mock-server/record/library.ts'
import { requestKey } from '../../../../mock-server/record/match.ts'
import { describeMiss } from '../../../../mock-server/record/nearest.ts'
import { openRecorder } from '../../../../mock-server/record/recorder.ts'
import { printRecording, type Recording } from '../../../../mock-server/record/recording.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokadence-folder-'))
})
afterEach(() => rm(folder, { recursive: true }))

function recording(
  says: string,
  { path = '/chat/completions', body = {} as object } = {},
): Recording {
  return {
    request: { method: 'POST', path, headers: {}, body: { kind: 'json', value: body } },
    response: { atMs: 1, status: 200, headers: { 'content-type': 'text/plain' } },
    chunks: [{ atMs: 2, bytes: Buffer.from(says) }],
    endMs: 3,
  }
}

const textOf = ({ chunks }: Recording) => Buffer.concat(chunks.map(({ bytes }) => bytes)).toString()
const keyOf = ({ request }: Recording) => requestKey(request)

test('a recording is named after what was asked, and after which of its answers it is', async () => {
  const recorder = await openRecorder(folder)
  const paths = await Promise.all([
    recorder.save(recording('one')),
    recorder.save(recording('two')),
    recorder.save(recording('three', { path: '/files/../../etc/passwd?x=%2e%2e/' })),
    recorder.save(recording('four', { path: `/${'long/'.repeat(60)}` })),
  ])
  const names = await readdir(folder)
  expect(names.sort()).toEqual(paths.map(path => basename(path)).sort())
  const [one, two, three, four] = paths.map(path => basename(path))
  const key = keyOf(recording(''))
  expect([one, two]).toEqual([
    `post-chat-completions-${key}-0001.jsonl`,
    `post-chat-completions-${key}-0002.jsonl`,
  ])
  expect(three).toMatch(/^post-files-etc-passwd-[0-9a-f]{16}-0001\.jsonl$/)
  expect(four).toMatch(/^post-(long-)+lon-[0-9a-f]{16}-0001\.jsonl$/)
  expect(four?.length).toBeLessThan(80)
  expect(await readRecording(paths[0]!)).toEqual(recording('one'))
})

test('a later process goes on counting, and no recording takes the place of another', async () => {
  const first = await openRecorder(folder)
  await first.save(recording('one'))
  const second = await openRecorder(folder)
  // Both think that the next is the second: whoever is later finds it taken.
  const [a, b] = [await first.save(recording('two')), await second.save(recording('three'))]
  expect([a, b].map(path => path.slice(-10))).toEqual(['0002.jsonl', '0003.jsonl'])
  expect(textOf(await readRecording(a))).toBe('two')
  expect(textOf(await readRecording(b))).toBe('three')
})

test('what a process left unfinished is swept at the next start, and nothing else is touched', async () => {
  await writeFile(join(folder, '.recording-99999-7.tmp'), '{"recording":1,')
  await writeFile(join(folder, '.hidden.jsonl'), 'mine')
  await writeFile(join(folder, 'notes.txt'), 'mine')
  expect((await openLibrary(folder)).entries()).toEqual([]) // ignored before it is swept, too
  await openRecorder(folder)
  expect((await readdir(folder)).sort()).toEqual(['.hidden.jsonl', 'notes.txt'])
})

test('a folder is made when it is not there; where none can be made, the option is told', async () => {
  const deep = join(folder, 'a', 'b')
  await (await openRecorder(deep)).save(recording('one'))
  expect((await readdir(deep)).length).toBe(1)
  const file = join(folder, 'file')
  await writeFile(file, '')
  const error = await openRecorder(file).catch(thrown => thrown)
  expect(error).toBeInstanceOf(OptionError)
  expect(error.message).toBe(
    `record: "${file}" is not allowed; the folder cannot be written to (EEXIST)`,
  )
})

test('what cannot be written is told, and leaves nothing behind; the next is written again', async () => {
  const inner = join(folder, 'inner')
  const recorder = await openRecorder(inner)
  await rm(inner, { recursive: true })
  await expect(recorder.save(recording('one'))).rejects.toThrow('ENOENT')
  await mkdir(inner)
  await recorder.save(recording('two'))
  await recorder.settled()
  expect(await readdir(inner)).toEqual([`post-chat-completions-${keyOf(recording(''))}-0001.jsonl`])
})

test('recordings of one request are played in order, and the last of them again and again', async () => {
  const recorder = await openRecorder(folder)
  for (const says of ['one', 'two', 'three']) await recorder.save(recording(says))
  await recorder.save(recording('other', { body: { model: 'x' } }))
  const library = await openLibrary(folder)
  const key = keyOf(recording(''))
  const play = async () => textOf(await library.next(key)!.read())
  expect([await play(), await play(), await play(), await play()]).toEqual([
    'one',
    'two',
    'three',
    'three',
  ])
  library.rewind()
  expect(await play()).toBe('one')
  expect(library.next('0123456789abcdef')).toBe(undefined)
})

test('numbers in names go by their value', async () => {
  for (const name of ['take-10.jsonl', 'take-9.jsonl', 'take-1.jsonl']) {
    await writeFile(join(folder, name), printRecording(recording(name)))
  }
  const names = (await openLibrary(folder)).entries().map(({ name }) => name)
  expect(names).toEqual(['take-1.jsonl', 'take-9.jsonl', 'take-10.jsonl'])
})

test('an edited recording is found by what it says now, whatever its name', async () => {
  const other = recording('edited', { body: { model: 'y' } })
  await writeFile(
    join(folder, 'post-chat-completions-0000000000000000-0001.jsonl'),
    printRecording(other),
  )
  const library = await openLibrary(folder)
  expect(textOf(await library.next(keyOf(other))!.read())).toBe('edited')
})

test('a broken recording is refused with its place, at the start', async () => {
  const path = join(folder, 'a.jsonl')
  await writeFile(path, printRecording(recording('one')).replace('{"endMs":3}\n', ''))
  const error = await openLibrary(folder).catch(thrown => thrown)
  expect(error).toBeInstanceOf(OptionError)
  expect(error.message).toBe(`${path}:4:1: the file ends where {"endMs":…} must come`)
})

test('a folder that is not there is refused', async () => {
  const path = join(folder, 'nowhere')
  await expect(openLibrary(path)).rejects.toThrow(
    `replay: "${path}" is not allowed; the folder cannot be read (ENOENT)`,
  )
})

test('what is being saved can be played at once, and is forgotten when it cannot be saved', async () => {
  const library = await openLibrary(folder)
  const one = recording('one')
  const key = keyOf(one)
  let settle = (_: Error | string) => {}
  const saving = () =>
    new Promise<string>((resolve, reject) => {
      settle = outcome => (outcome instanceof Error ? reject(outcome) : resolve(outcome))
    })

  library.add(one, saving())
  expect(textOf(await library.next(key)!.read())).toBe('one')
  settle(new Error('disk full'))
  await new Promise(setImmediate)
  expect(library.next(key)).toBe(undefined)
  expect(library.entries()).toEqual([])

  library.add(one, saving())
  settle(join(folder, 'a.jsonl'))
  await new Promise(setImmediate)
  expect(library.entries()[0]?.name).toBe('a.jsonl')
  expect(textOf(await library.next(key)!.read())).toBe('one')
})

test('a miss names the nearest recording and the first difference', async () => {
  const chat = (content: string, model = 'gpt-4o') =>
    recording('x', { body: { model, messages: [{ role: 'user', content }] } })
  for (const [name, one] of Object.entries({
    far: chat('Something else', 'gpt-3'),
    near: chat('Say hello'),
    model: recording('x', { path: '/embeddings' }),
  })) {
    await writeFile(join(folder, `${name}.jsonl`), printRecording(one))
  }
  const entries = (await openLibrary(folder)).entries()
  const miss = (one: Recording) => describeMiss(one.request, entries)
  expect(await miss(chat('Say hullo'))).toBe(
    'No recording matches this POST /chat/completions. The nearest is near.jsonl: body.messages[0].content is "Say hello" there and "Say hullo" here.',
  )
  expect(await miss(chat('Nothing', 'gpt-3.5'))).toBe(
    'No recording matches this POST /chat/completions. The nearest is far.jsonl: body.model is "gpt-3" there and "gpt-3.5" here (and 1 more differs).',
  )
  expect(await miss(recording('x', { path: '/moderations' }))).toBe(
    'No recording is of POST /moderations; there are recordings of POST /chat/completions, POST /embeddings.',
  )
  expect(await describeMiss(chat('a').request, [])).toBe(
    'No recording is of POST /chat/completions; there are no recordings at all.',
  )
})

test('a long recording is written and read in turns, so that others are not held up', async () => {
  const chunks = Array.from({ length: 3000 }, (_, i) => ({
    atMs: i + 2,
    bytes: Buffer.alloc(2000, 97 + (i % 26)),
  }))
  const long = { ...recording(''), chunks, endMs: 5000 }
  let turns = 0
  const turn = () => {
    turns++
    handle = setImmediate(turn)
  }
  let handle = setImmediate(turn)
  const path = await (await openRecorder(folder)).save(long)
  expect(turns).toBeGreaterThan(4)
  turns = 0
  const read = await readRecording(path)
  clearImmediate(handle)
  expect(turns).toBeGreaterThan(4)
  expect(textOf(read) === textOf(long)).toBe(true)
  expect(read.chunks.length).toBe(3000)
  expect((await readFile(path)).length).toBeGreaterThan(5 * 2 ** 20)
})
