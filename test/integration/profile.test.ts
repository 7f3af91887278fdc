import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfigFile } from '../../base/config-file.ts'
import { parseDistribution } from '../../base/distribution.ts'
import { resolveOptions } from '../../base/option-table.ts'
import { createRandom } from '../../base/random.ts'
import { command } from '../../cli/profile.ts'
import { serverOptions } from '../../mock-server/options.ts'
import { printRecording } from '../../mock-server/record/recording.ts'
import { runMain } from '../helpers/run-main.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokadence-profile-'))
  await writeRecordings(join(folder, 'a'))
})
afterAll(() => rm(folder, { recursive: true }))

/** 150 streams of a provider whose pace is known, every tenth by another model. */
async function writeRecordings(prefix: string): Promise<void> {
  const random = createRandom('profile')
  const ttft = parseDistribution('lognormal(p50=300ms,p95=700ms)', 'ms')!
  const itl = parseDistribution('gamma(mean=20ms,cv=1.5)', 'ms')!
  for (let i = 0; i < 150; i++) {
    const model = i % 10 === 0 ? 'gpt-4o-2024-08-06' : 'gpt-4o-mini-2024-07-18'
    const chunks: { atMs: number; bytes: Buffer }[] = []
    let atMs = ttft.sample(random)
    for (let token = 0; token < 40; token++) {
      const data = { model, choices: [{ index: 0, delta: { content: 'word ' } }] }
      chunks.push({ atMs, bytes: Buffer.from(`data: ${JSON.stringify(data)}\n\n`) })
      atMs += itl.sample(random)
    }
    const recording = {
      request: { method: 'POST', path: '/chat/completions', headers: {}, body: undefined },
      response: { atMs: 1, status: 200, headers: { 'content-type': 'text/event-stream' } },
      chunks,
      endMs: atMs,
    }
    await writeFile(`${prefix}-${i}.jsonl`, printRecording(recording))
  }
}

/** Runs the command in this process. */
async function profile(given: object) {
  const written = { stdout: '', stderr: '' }
  const stream = (name: 'stdout' | 'stderr') =>
    ({ write: (text: string) => (written[name] += text) }) as unknown as NodeJS.WriteStream
  const entries = Object.entries(given).map(([key, value]) => ({ key, value, origin: `--${key}` }))
  const { values, origins } = resolveOptions(command.options, entries)
  const code = await command.run({
    options: values,
    origins,
    words: [],
    signal: new AbortController().signal,
    stdin: process.stdin,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
  })
  return { code, ...written }
}

test('recordings become a section of tokadence.yaml that serve reads, at the pace they have', async () => {
  const out = join(folder, 'tokadence.yaml')
  const { code, stdout, stderr } = await runMain([
    'profile',
    ...['--from', folder, '--model', 'gpt-4o-mini', '--out', out],
  ])
  expect([code, stdout]).toEqual([0, ''])
  const { own } = await readConfigFile(out, 'serve', ['serve'])
  const { values, origins } = resolveOptions(serverOptions, own)
  expect(values.ttft.text).toMatch(
    /^lognormal\(p50=(2[7-9]\d|3[0-2]\d)(\.\d)?ms,p95=(5[7-9]|6\d|7\d|8[0-2])\d(\.\d)?ms\)$/,
  )
  expect(values.itl.text).toMatch(/^quantiles\(p0=0(\.\d+)?ms,p5=.*,p50=.*,p100=\d+(\.\d)?ms\)$/)
  expect(values.itl.mean).toBeGreaterThan(18)
  expect(values.itl.mean).toBeLessThan(22)
  expect(values.tokens.text).toBe('40')
  expect(origins.ttft).toBe(`${out}:4:3`)
  expect(await readFile(out, 'utf8')).toContain(
    '# Fitted by tokadence profile to 135 recorded streams of gpt-4o-mini-2024-07-18.\nserve:\n  # 135 values, largest quantile error',
  )
  expect(stderr).toMatch(
    /^ttft +135 values {2}p50 \d+ ms .* → {2}lognormal\(.*\), largest quantile error \d+\.\d %/m,
  )
  expect(stderr).toContain('warning: answers left out: 15 by other models\n')
  expect(stderr).not.toContain('too few')
})

test('as JSON it has every fit with its error and its number of values', async () => {
  const { code, stdout, stderr } = await profile({ from: folder, model: 'gpt-4o-2024', json: true })
  expect(code).toBe(0)
  const { source, ttft, itl, tokens, warnings } = JSON.parse(stdout)
  expect(source).toBe('15 recorded streams of gpt-4o-2024-08-06')
  expect(ttft).toMatchObject({ family: 'lognormal', count: 15 })
  expect(itl.count).toBe(15 * 39)
  expect(itl.maxError).toBeGreaterThan(0)
  expect(tokens).toEqual({ family: 'constant', text: '40', maxError: 0, worstAt: 50, count: 15 })
  expect(warnings).toEqual([
    'answers left out: 135 by other models',
    '15 first tokens are too few: a p95 takes 130',
  ])
  expect(stderr).toContain('warning: 15 first tokens are too few: a p95 takes 130\n')
})

test('a load run becomes one too, from its histograms', async () => {
  const path = join(folder, 'run.json')
  const run = {
    schema: 'tokadence-bench/1',
    target: { model: 'gpt-4o-mini' },
    load: { connections: 8 },
    counts: { ok: 200 },
    tokens: { output: 12_800, contentChunks: 6400, source: 'usage' },
    histograms: {
      ttftMs: [
        [100, 100],
        [101, 100],
      ],
      itlMs: [
        [40, 5000],
        [41, 1200],
      ],
    },
  }
  await writeFile(path, JSON.stringify(run))
  const { stdout, stderr } = await profile({ from: path })
  expect(stdout).toBe(`# Fitted by tokadence profile to a load run of 200 streams of gpt-4o-mini.
serve:
  # 200 values, largest quantile error 0.5 % (p5)
  ttft: 100.5ms
  # 6200 values, largest quantile error 2.4 % (p90)
  itl: 20ms
  # 200 values, largest quantile error 0.0 % (p50)
  tokens: 64
`)
  expect(stderr).toContain('an event says 2.00 tokens')
  expect(stderr).toContain('measured under 8 connections')
})

test.each([
  [{}, 'from: name a folder of recordings, or a file of bench --json'],
  [{ from: '/nowhere' }, '--from: "/nowhere" is not allowed; it cannot be read (ENOENT)'],
  [
    { from: import.meta.filename },
    'name a folder of recordings, or a file that bench --json wrote',
  ],
])('%j is refused', async (given, words) => {
  await expect(profile(given)).rejects.toThrow(words)
})

test('where nothing was streamed there is nothing to fit', async () => {
  const empty = await mkdtemp(join(folder, 'empty-'))
  const { code, stdout, stderr } = await profile({ from: empty })
  expect([code, stdout]).toEqual([4, ''])
  expect(stderr).toContain('holds no stream with content; there is nothing to fit')
})
