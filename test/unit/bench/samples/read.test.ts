import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { lineOf, type RunEvent } from '../../../../bench/samples/event.ts'
import { readEvents } from '../../../../bench/samples/read.ts'
import { sampleOf } from '../../../helpers/bench-sample.ts'
import { settingOf } from '../../../helpers/bench-summary.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokadence-read-'))
})
afterAll(() => rm(folder, { recursive: true }))

const head = lineOf({ type: 'run', setting: settingOf([]) })
const sample = lineOf({ type: 'sample', isMeasured: true, sample: sampleOf({}) })

async function read(...lines: string[]): Promise<unknown[]> {
  const path = join(folder, 'run.ndjson')
  await writeFile(path, lines.join('\n'))
  const events: unknown[] = []
  for await (const event of readEvents(path)) events.push(event)
  return events
}

it('gives back what was written', async () => {
  const events: RunEvent[] = [
    { type: 'run', setting: settingOf(['ttft: p(95)<1s']) },
    { type: 'begin', atMs: 12.5, startedAt: '2026-11-22T13:00:00.000Z' },
    {
      type: 'sample',
      isMeasured: true,
      sample: sampleOf({ index: 3, detail: 'line\u2028"quoted"' }),
    },
    { type: 'dropped', dueAtMs: 14 },
    { type: 'finish', atMs: 99.001 },
  ]
  expect(await read(...events.map(lineOf), '')).toEqual(events)
})

it.each([
  [
    'another file',
    ['{"schema":"other/1"}'],
    1,
    /begins with a line of type run and schema tokadence-samples\/1/,
  ],
  ['what is no JSON', [head, 'oops', ''], 2, /the line is no JSON object/],
  ['half a line in the middle', [head, sample.slice(0, 40), sample], 2, /no JSON object/],
  [
    'a line of no known type',
    [head, '{"type":"smaple"}', ''],
    2,
    /type "smaple" is none of run, begin/,
  ],
  ['a second run', [head, sample, head], 3, /a second run begins/],
  [
    'a number that is a text',
    [head, sample.replace('"sentAtMs":0', '"sentAtMs":"0"')],
    2,
    /sentAtMs must be a number/,
  ],
  [
    'an outcome that is none',
    [head, sample.replace('"ok"', '"okay"')],
    2,
    /outcome "okay" is none of ok, http_4xx/,
  ],
  [
    'gaps that are none',
    [head, sample.replace('[20,20]', '[20,null]')],
    2,
    /gapsMs must be a list of numbers/,
  ],
])('refuses %s, with its place', async (_, lines, place, reason) => {
  await expect(read(...lines)).rejects.toThrow(reason)
  await expect(read(...lines)).rejects.toThrow(`run.ndjson:${place}: `)
})

it('takes a last line that is not whole for the mark of a run that was killed', async () => {
  expect(await read(head, sample, sample.slice(0, 50))).toMatchObject([
    { type: 'run' },
    { type: 'sample' },
    { type: 'torn' },
  ])
})

it('says when there is no such file', async () => {
  const events = readEvents(join(folder, 'nowhere'))
  await expect(events.next()).rejects.toThrow(/nowhere.*cannot be read \(ENOENT\)/)
})
