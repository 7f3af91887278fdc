import { expect, test } from 'vitest'
import { readOptions } from '../../../../base/option-table.ts'
import { capacityOf } from '../../../../mock-server/options/capacity.ts'
import { liveOptions } from '../../../../mock-server/options.ts'
import { readProfile } from '../../../../mock-server/profiles/read-profile.ts'

type Given = Parameters<typeof readOptions<typeof liveOptions>>[1]

const engineOf = (given: Given) => capacityOf(readOptions(liveOptions, given, 'test'))

test('without a word about it there is no engine', () => {
  expect(engineOf({ rpm: 5, ttft: 10 })).toBeUndefined()
})

test.each<Given>([
  { capacity: 'engine' },
  { slots: 256 },
  { queue: 10_000 },
  { overload: 503 },
  { stepGrowth: 0 },
])('any option of it makes an engine, all else at its default: %j', given => {
  expect(engineOf(given)).toEqual({
    ...{ slots: 256, queue: 10_000, kvTokens: Number.POSITIVE_INFINITY },
    ...{ prefillMsPerToken: 0, prefillChunk: Number.POSITIVE_INFINITY },
    ...{ stepGrowthMs: 0, stepMs: 18 },
  })
})

test('independent means no engine, whatever a profile says of one', () => {
  expect(engineOf({ capacity: 'independent', slots: 4, prefill: '8000/s' })).toBeUndefined()
})

test.each([
  ['8000/s', 0.125],
  ['8k/s', 0.125],
  ['480000/min', 0.125],
  [8000, 0.125],
  ['0.5/s', 2000],
])('a prompt read at %s takes %d ms a token', (prefill, ms) => {
  expect(engineOf({ prefill })!.prefillMsPerToken).toBe(ms)
})

test.each(['0/s', '-5/s', '8000 tokens', '8000/h', '', 'k/s', '1e9/s'])(
  '%j is no rate, and it is said what is',
  prefill => {
    expect(() => engineOf({ prefill })).toThrow(/prefill.*8000\/s, 8k\/s or 480000\/min/s)
  },
)

test('an overload is told with one of two statuses', () => {
  expect(() => engineOf({ overload: 500 as 503 })).toThrow(/overload.*choose one of 503, 429/s)
})

test.each([
  ['llama-3.1-8b-h100', { slots: 256, kvTokens: 404_000, stepGrowthMs: 0.085, stepMs: 6.8 }],
  ['llama-3.1-8b-a100', { slots: 256, kvTokens: 404_000, stepGrowthMs: 0.14, stepMs: 11.3 }],
  ['llama-3.1-8b-l40s', { slots: 256, kvTokens: 184_000, stepGrowthMs: 0.33, stepMs: 26.6 }],
  ['llama-3.1-70b-4xh100', { slots: 256, kvTokens: 411_000, stepGrowthMs: 0.06, stepMs: 17.6 }],
  ['llama-3.1-8b-ollama', { slots: 1, queue: 512, stepGrowthMs: 0, stepMs: 7.5 }],
])('the profile %s is an engine', async (name, facts) => {
  const entries = await readProfile(name)
  const given = Object.fromEntries(entries.map(({ key, value }) => [key, value]))
  const { stepMs, stepGrowthMs, ...rest } = engineOf(given)!
  const { stepMs: ofStep, stepGrowthMs: ofGrowth, ...others } = facts
  expect(rest).toMatchObject(others)
  expect(stepMs).toBeCloseTo(ofStep, 1)
  expect(stepGrowthMs).toBeCloseTo(ofGrowth, 9)
})
