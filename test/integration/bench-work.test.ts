/** What a load run sends, against the mock: every endpoint, lengths to the token, scenarios, scripts, talks. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OptionError } from '../../base/option-error.ts'
import { type BenchOptions, runBench, type Sample, type Summary } from '../../bench/index.ts'
import { createMockServer, type MockServer } from '../../mock-server/index.ts'
import { startBenchServer, stream } from '../helpers/bench-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'tokadence-bench-work-'))
let mock: MockServer
beforeAll(async () => {
  mock = await createMockServer({ ttft: 5, itl: 0.5, tokens: 6, logLevel: 'silent' })
})
afterAll(async () => {
  await mock[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

async function run(options: BenchOptions): Promise<Summary & { samples: readonly Sample[] }> {
  const samples: Sample[] = []
  const summary = await runBench(
    { url: mock.url, warmup: 0, connections: 2, requests: 6, ...options },
    { onSample: sample => samples.push(sample) },
  )
  return { ...summary, samples }
}

describe('every endpoint', () => {
  it.each([
    ['chat', true],
    ['chat', false],
    ['completions', true],
    ['completions', false],
    ['responses', true],
    ['responses', false],
    ['messages', true],
    ['messages', false],
  ] as const)('%s, streaming %s, in and out to the token', async (endpoint, stream) => {
    const lengths = { inputTokens: 64, outputTokens: 23 }
    const { counts, samples, work } = await run({ endpoint, stream, ...lengths })
    expect(counts).toMatchObject({ sent: 6, ok: 6 })
    expect(work).toMatchObject([{ endpoint, stream, inputTokens: '64', outputTokens: '23' }])
    for (const sample of samples) {
      expect(sample).toMatchObject({ inputTokens: 64, outputTokens: 23, tokensFrom: 'usage' })
      expect(sample.contentChunks).toBe(stream ? 23 : 0)
      expect(sample.ttftMs === undefined).toBe(!stream)
    }
  })

  it.each([
    ['embeddings', undefined, 40, 0],
    ['moderations', undefined, undefined, 0],
    ['images', false, 40, 4160],
    ['images', true, 40, 4360],
    ['speech', false, undefined, 1],
    ['speech', true, 40, undefined],
  ] as const)('%s, streaming %s', async (endpoint, stream, input, output) => {
    const { counts, samples } = await run({ endpoint, stream, inputTokens: 40, requests: 2 })
    expect(counts).toMatchObject({ sent: 2, ok: 2 })
    for (const sample of samples) {
      expect(sample.inputTokens).toBe(input)
      if (output !== undefined) expect(sample.outputTokens).toBe(output)
    }
  })

  it('the server saw prompts of the lengths that were drawn', async () => {
    mock.reset()
    await run({ inputTokens: 'uniform(20,400)', outputTokens: 'uniform(1,9)', requests: 40 })
    const seen = mock.requests().map(({ intended }) => intended)
    expect(seen.every(plan => plan!.promptTokens >= 20 && plan!.promptTokens <= 400)).toBe(true)
    expect(new Set(seen.map(plan => plan!.promptTokens)).size).toBeGreaterThan(25)
    expect(new Set(seen.map(plan => plan!.outputTokens)).size).toBeGreaterThan(5)
  })
})

it('several scenarios are told apart, in counts, times and thresholds', async () => {
  const scenarios = file(
    'mix.yaml',
    `
- {name: chat, weight: 2, outputTokens: 9}
- {name: vectors, endpoint: embeddings, prompt: [one two]}
- {name: wrong, weight: 0.5, model: gpt-4o-mini, body: {temperature: 9}}
`,
  )
  const summary = await run({
    scenarios,
    requests: 60,
    threshold: ['ttft{scenario:chat}: p(50)<30s', 'errors{scenario:wrong}: rate<50%'],
  })
  const { samples, counts } = summary
  const of = (name: string) => summary.scenarios!.find(scenario => scenario.name === name)!
  expect(summary.scenarios!.map(({ name }) => name)).toEqual(['chat', 'vectors', 'wrong'])
  for (const name of ['chat', 'vectors', 'wrong']) {
    expect(of(name).counts.sent).toBe(samples.filter(({ scenario }) => scenario === name).length)
    expect(of(name).counts.sent).toBeGreaterThan(0)
  }
  const sent = summary.scenarios!.reduce((sum, scenario) => sum + scenario.counts.sent, 0)
  expect(sent).toBe(counts.sent)
  expect(of('chat').tokens.output).toBe(9 * of('chat').counts.ok)
  expect(of('chat').ttftMs.count).toBe(of('chat').counts.ok)
  expect(of('vectors').ttftMs.count).toBe(0)
  expect(of('vectors').e2eMs.count).toBe(of('vectors').counts.ok)
  expect(of('wrong').counts).toMatchObject({ ok: 0, failed: of('wrong').counts.sent })
  expect(summary.thresholds.map(({ ok }) => ok)).toEqual([true, false])
  expect(summary.target.model).toBe('gpt-4o-mini, text-embedding-3-small')
})

it('a script says what is sent and judges what came', async () => {
  const script = file(
    'script.mjs',
    `export const next = ({ index }) => 'Reply with exactly this text and nothing else: answer ' + (index % 2)
     export const check = (sample, text) => text === 'answer 0' || 'it said ' + text`,
  )
  const { counts, examples, samples } = await run({ script, requests: 8 })
  expect(counts).toMatchObject({ sent: 8, ok: 4, failed: 4 })
  expect(examples.malformed).toBe('200: check: it said answer 1')
  expect(samples.every(({ status }) => status === 200)).toBe(true)
})

it('a script that fails in the middle ends the run with its own words', async () => {
  const script = file(
    'fails.mjs',
    `export const next = ({ index }) => { if (index === 3) throw new Error('no more'); return 'a' }`,
  )
  const failed = await run({ script, requests: 1000 }).catch(error => error)
  expect(failed).toBeInstanceOf(OptionError)
  expect(failed.message).toMatch(/script: next\(\) of the script, request 3: no more/)
})

it('a data set’s talks are held turn by turn', async () => {
  mock.reset()
  const talk = (name: string) => ({
    conversations: [
      { from: 'human', value: `My name is ${name}.` },
      { from: 'gpt', value: 'Hello.' },
      { from: 'human', value: 'What is my name?' },
    ],
  })
  const dataset = file(
    'talks.jsonl',
    ['Ada', 'Bob'].map(name => JSON.stringify(talk(name))).join('\n'),
  )
  const { counts } = await run({ dataset: [dataset], users: 2, requests: 8 })
  expect(counts).toMatchObject({ sent: 8, ok: 8 })
  const lengths = mock.requests().map(({ intended }) => intended!.promptTokens)
  // The second turn says the first, and what was answered to it.
  expect(Math.max(...lengths)).toBeGreaterThan(Math.min(...lengths) + 10)
})

it('the key, headers and query go where they are told to go', async () => {
  const seen: { url: string | undefined; headers: IncomingHttpHeaders }[] = []
  await using server = await startBenchServer((request, response) => {
    seen.push({ url: request.url, headers: request.headers })
    return stream(response, { ttftMs: 1, tokens: 1, gapMs: 0 })
  })
  const { counts } = await run({
    url: `${server.url}/?api-version=2024-10-21`,
    auth: 'api-key',
    apiKey: 'secret',
    header: ['X-Team: a', 'User-Agent: mine'],
    requests: 2,
  })
  expect(counts.ok).toBe(2)
  expect(seen[0]!.url).toBe('/v1/chat/completions?api-version=2024-10-21')
  expect(seen[0]!.headers).toMatchObject({
    'api-key': 'secret',
    'x-team': 'a',
    'user-agent': 'mine',
    'content-type': 'application/json',
  })
  expect(seen[0]!.headers).not.toHaveProperty('authorization')
})
