import { expect, it } from 'vitest'
import { createRandom } from '../../../base/random.ts'
import { createRecorder } from '../../../bench/recorder.ts'
import { plain } from '../../../bench/reporters/paint.ts'
import { scenarioLines } from '../../../bench/reporters/scenario-table.ts'
import { createScenarios, workFacts } from '../../../bench/scenarios.ts'
import { sampleOf } from '../../helpers/bench-sample.ts'
import { summaryOf } from '../../helpers/bench-summary.ts'

const ok = (scenario: string, index: number) =>
  sampleOf({
    scenario,
    index,
    sentAtMs: index,
    ttftMs: 100 + index,
    inputTokens: 7,
    outputTokens: 3,
  })
const bad = (scenario: string, index: number) =>
  sampleOf({
    ...{ scenario, index, sentAtMs: index, outcome: 'http_429', status: 429, detail: 'slow down' },
    ...{ ttftMs: undefined, tpotMs: undefined, gapsMs: [], contentChunks: 0, outputTokens: 0 },
    givenUp: [{ outcome: 'http_429', status: 429, lastedMs: 1, waitedMs: 1 }],
  })

it('each scenario has counts and times of its own, by the measured requests alone', () => {
  const recorder = createRecorder(createRandom('scenarios'))
  recorder.settled(sampleOf({ scenario: 'b', sentAtMs: -50 }))
  recorder.begin(0)
  for (const sample of [ok('b', 1), ok('a', 2), ok('b', 3), bad('b', 4)]) {
    recorder.sent(sample.sentAtMs)
    recorder.settled(sample)
  }
  recorder.finish(10_000)
  const [a, b] = recorder.scenarios.summary()!
  expect(a).toMatchObject({
    name: 'a',
    counts: { sent: 1, ok: 1, failed: 0, cut: 0, open: 0, attempts: 1, throttled: 0 },
    tokens: { input: 7, output: 3 },
  })
  expect(b).toMatchObject({
    name: 'b',
    counts: { sent: 3, ok: 2, failed: 1, cut: 0, open: 0, attempts: 4, throttled: 2 },
    tokens: { input: 14, output: 6 },
    ttftMs: { count: 2, min: 101, max: 103 },
    e2eMs: { count: 2 },
  })
  const measured = recorder.scenarios.measured(2000)
  expect(measured.get('b')).toMatchObject({
    counts: { sent: 3, ok: 2, failed: 1 },
    requestsPerSecond: 1,
    outputTokensPerSecond: 3,
  })
})

it('an answer that came whole has its tokens at its end', () => {
  const recorder = createRecorder(createRandom('whole'))
  recorder.begin(0)
  const whole = { ttftMs: undefined, gapsMs: [], tpotMs: undefined, contentChunks: 0 }
  recorder.settled(sampleOf({ ...whole, scenario: 'a', outputTokens: 9, e2eMs: 500 }))
  recorder.settled(
    sampleOf({ ...whole, scenario: 'a', outputTokens: 9, sentAtMs: 900, e2eMs: 500 }),
  )
  recorder.finish(1000)
  recorder.settled(
    sampleOf({ ...whole, scenario: 'a', outputTokens: 9, sentAtMs: 950, e2eMs: 500 }),
  )
  expect(recorder.scenarios.measured(1000).get('a')!.outputTokensPerSecond).toBe(18)
  expect(recorder.timeline.totals.tokens).toBe(18)
})

it('a run with one scenario has none by itself', () => {
  const scenarios = createScenarios()
  scenarios.settled(sampleOf({}), true)
  scenarios.happened(undefined, 1, 1)
  expect(scenarios.summary()).toBeNull()
  expect(scenarioLines(summaryOf([sampleOf({})]), plain)).toEqual([])
})

it('names without end are left out', () => {
  const scenarios = createScenarios()
  for (let i = 0; i < 100; i++) scenarios.settled(sampleOf({ scenario: `s${i}` }), false)
  expect(scenarios.summary()).toHaveLength(64)
})

it('are printed a line each', () => {
  const summary = summaryOf([ok('chat', 1), ok('chat', 2), bad('vectors', 3)])
  const [, head, chat, vectors] = scenarioLines(summary, plain).map(line =>
    line.replace(/ +/g, ' '),
  )
  expect(head).toBe('scenario sent ok failed cut open TTFT p50 p95 E2E p50 p95 tokens in out')
  expect(chat).toBe('chat 2 2 0 0 0 101.0 102.0 150.0 150.0 14 6')
  expect(vectors).toBe('vectors 1 0 1 0 0 – – – – 0 0')
})

it('what is sent is told with null where nothing was said', () => {
  const facts = { weight: 1, endpoint: 'chat', model: 'm', stream: true, prompts: 3 } as const
  expect(
    workFacts([{ ...facts, name: undefined, inputTokens: '5', outputTokens: undefined }]),
  ).toEqual([{ ...facts, name: null, inputTokens: '5', outputTokens: null }])
})
