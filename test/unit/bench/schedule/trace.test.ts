import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { createRandom } from '../../../../base/random.ts'
import { replaySchedule } from '../../../../bench/schedule/replay.ts'
import { readTrace } from '../../../../bench/schedule/trace-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'trace-'))
let files = 0
afterAll(() => rmSync(folder, { recursive: true }))

function fileOf(...lines: readonly string[]): string {
  const path = join(folder, `${files++}.txt`)
  writeFileSync(path, lines.join('\n'))
  return path
}

async function replayed(path: string, speed = 1, withinMs?: number) {
  const schedule = replaySchedule(await readTrace(path, withinMs), speed, createRandom('trace'))
  const arrivals = []
  const given = schedule.arrivals()
  for (let next = given.next(); !next.done; next = given.next()) arrivals.push(next.value)
  return { schedule, arrivals, times: arrivals.map(({ atMs }) => atMs) }
}

const azure = [
  'TIMESTAMP,ContextTokens,GeneratedTokens',
  '2023-11-16 18:17:03.9799600,4808,10',
  '2023-11-16 18:17:04.0319600,3180,8',
  '2024-05-10 00:00:00.009930+00:00,110,27',
]

it('Azure’s columns: times to the digit they have, lengths with the arrival', async () => {
  const { arrivals, times } = await replayed(fileOf(...azure.slice(0, 3), ''))
  expect(times[0]).toBe(0)
  expect(times[1]).toBeCloseTo(52, 6)
  expect(arrivals[0]?.hint).toMatchObject({ inputTokens: 4808, outputTokens: 10 })
  const later = await readTrace(fileOf(azure[0]!, azure[3]!))
  expect(later.rows[0]?.timeMs).toBeCloseTo(Date.parse('2024-05-10T00:00:00Z') + 9.93, 3)
})

it('Mooncake’s keys: what was rounded to 3 s is spread over them, by the seed', async () => {
  const line = (timestamp: number) =>
    JSON.stringify({ timestamp, input_length: 6955, output_length: 52, hash_ids: [46, 47] })
  const path = fileOf(...[0, 0, 0, 3000, 3000, 9000].map(line))
  const { arrivals, times, schedule } = await replayed(path)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  expect(times.map(atMs => Math.floor(atMs / 3000))).toEqual([0, 0, 0, 1, 1, 3])
  expect(new Set(times).size).toBe(6)
  expect((await replayed(path)).times).toEqual(times)
  expect(arrivals[5]?.hint).toMatchObject({ inputTokens: 6955, outputTokens: 52 })
  expect(schedule.words).toBe(
    'as in a trace of 6 requests, spread over the 3 s they were rounded to',
  )
  const exact = await replayed(fileOf(line(0), line(27), line(1000)))
  expect(exact.times).toEqual([0, 27, 1000])
})

it('BurstGPT’s columns: seconds, and 0 tokens of what had failed are 1', async () => {
  const header = 'Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type'
  const rows = ['5,ChatGPT,472,18,490,Conversation log', '45.5,GPT-4,1087,0,1087,API log']
  const { arrivals, times } = await replayed(fileOf(header, ...rows))
  expect(times).toEqual([0, 40_500])
  expect(arrivals[1]?.hint).toMatchObject({ inputTokens: 1087, outputTokens: 1 })
})

it('columns of one’s own: times alone will do', async () => {
  const { times, arrivals } = await replayed(fileOf('\uFEFFatMs', '100', '', '350.5'))
  expect(times).toEqual([0, 250.5])
  expect(arrivals[0]?.hint?.inputTokens).toBe(undefined)
})

it('speed makes it shorter, and what is later than asked for is not read', async () => {
  const path = fileOf('atMs', '0', '1000', '4000', 'rubbish')
  await expect(readTrace(path)).rejects.toThrow(`${path}:5: atMs is "rubbish", which is no time`)
  const { times, schedule } = await replayed(path, 10, 3000)
  expect(times).toEqual([0, 100])
  expect([schedule.spanMs, schedule.expected(100), schedule.expected(99)]).toEqual([100, 2, 1])
})

it.each([
  ['nobody’s columns', ['a,b', '1,2'], ':1: its columns or keys must be those of Azure'],
  [
    'a cell that is missing',
    [azure[0]!, '2023-11-16 18:17:03,1'],
    ':2: 2 columns where the header has 3',
  ],
  [
    'a length that is none',
    [azure[0]!, azure[1]!, '2023-11-16 18:17:05,1.5,2'],
    ':3: ContextTokens is "1.5"',
  ],
  ['a line that is no JSON', ['{"atMs":1}', '{"atMs":'], ':2: not a JSON object'],
  ['a key that is missing', ['{"atMs":1}', '{}'], ':2: atMs is missing, which is no time'],
  ['a date that is none', [azure[0]!, '2023-13-45 18:17:03,1,2'], ':2: TIMESTAMP is'],
  ['a row out of order', ['atMs', '5', '4'], ':3: its time is before that of the row above'],
  ['a file without rows', ['atMs'], 'the file has no rows'],
])('%s is refused, with its place', async (_, lines, words) => {
  await expect(readTrace(fileOf(...lines))).rejects.toThrow(words)
})

it('a file that is not there is refused', async () => {
  await expect(readTrace(join(folder, 'none'))).rejects.toThrow('cannot be read (ENOENT)')
})
