import { expect, it } from 'vitest'
import { formatHtml } from '../../../../bench/reporters/html.ts'
import { scenarioSection } from '../../../../bench/reporters/scenario-section.ts'
import { sampleOf } from '../../../helpers/bench-sample.ts'
import { summaryOf } from '../../../helpers/bench-summary.ts'

const whole = { ttftMs: undefined, tpotMs: undefined, gapsMs: [], contentChunks: 0 }
const samples = [
  sampleOf({ index: 0, scenario: 'chat', ttftMs: 120, inputTokens: 40 }),
  sampleOf({ index: 1, scenario: 'chat', outcome: 'http_429', status: 429, ...whole }),
  sampleOf({ index: 2, scenario: 'search', e2eMs: 30, outputTokens: 0, ...whole }),
]
const facts = { endpoint: 'chat', model: 'm', stream: true, prompts: 'synthetic' } as const
const work = ['chat', 'search'].map((name, i) => ({
  ...{ ...facts, name, weight: 3 - 2 * i, inputTokens: null, outputTokens: null },
}))

it('has a part for each scenario, with its counts and its times', () => {
  const section = scenarioSection(summaryOf(samples, [], { work }))
  expect(section).toContain(
    '<th scope="row">chat</th><td>m, chat</td><td>75 %</td><td>2</td><td>1</td><td>1</td>',
  )
  expect(section).toMatch(/<h3 id="scenario-0">chat<\/h3>\s*<p class="sum"><b>2 sent<\/b>/)
  const [, search = ''] = section.split('<h3 id="scenario-1">search</h3>')
  expect(search).toContain('<th scope="row">E2E</th><td>1</td><td>30.00</td>')
  expect(search).not.toContain('TTFT')
})

it('is not there where a run has but one, nor are its facts where nobody told them', () => {
  expect(scenarioSection(summaryOf([sampleOf({})]))).toBe('')
  expect(scenarioSection(summaryOf(samples))).toContain(
    '<th scope="row">chat</th><td>–</td><td>–</td>',
  )
  expect(formatHtml(summaryOf(samples))).toContain('<h2 id="scenarios">Scenarios</h2>')
})
