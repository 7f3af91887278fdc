import { expect, it } from 'vitest'
import type { LoadPlan } from '../../../../bench/load/plan.ts'
import { estimate, estimateWords } from '../../../../bench/safety/estimate.ts'
import { expectedRequests } from '../../../../bench/safety/expected-requests.ts'
import { burstSchedule } from '../../../../bench/schedule/burst.ts'
import type { ScenarioFacts } from '../../../../bench/work/scenario.ts'
import type { PriceBook } from '../../../../protocol/prices.ts'

/** A dollar a million tokens in, four out. */
const book: PriceBook = {
  costOf([model], { inputTokens, outputTokens }) {
    if (model !== 'm') return undefined
    const [input, output] = [inputTokens * 1000, outputTokens * 4000]
    return {
      nanoDollars: input + output,
      inputNanoDollars: input,
      outputNanoDollars: output,
      source: 'a test',
      pricedOn: '2026-11-22',
    }
  },
}

function work(...models: string[]) {
  const scenarios = models.map(model => ({ name: model, model }) as unknown as ScenarioFacts)
  return { scenarios }
}

it('is the mean of what was drawn, at the price of each', () => {
  const sizes = [
    { scenario: 'm', inputTokens: 100, outputTokens: 50 },
    { scenario: 'm', inputTokens: 300, outputTokens: 70 },
  ]
  const found = estimate(sizes, work('m'), { book, wallMs: 0 }, outputTokens => ({
    count: outputTokens * 20,
    answerMs: undefined,
  }))
  expect(found).toMatchObject({ inputTokens: 200, outputTokens: 60, nanoDollarsEach: 440_000 })
  expect(estimateWords(found, ['api.example'])).toBe(
    'estimate: about 1,200 requests to api.example, 200 input tokens and up to 60 output tokens each. That is about $0.528 (a test).',
  )
})

it('says which model has no price, and what it rests on', () => {
  const sizes = [{ scenario: 'x', inputTokens: 10, outputTokens: 500 }]
  const found = estimate(sizes, work('x', 'm'), { book, wallMs: 0 }, () => ({
    count: 7,
    answerMs: 5500,
  }))
  expect(found.unpriced).toEqual(['x'])
  expect(estimateWords(found, ['a', 'b'])).toBe(
    'estimate: about 7 requests to a and b, 10 input tokens and up to 500 output tokens each. No price is known for x; --prices FILE tells one. The number rests on answers of 5.5 s; faster ones make more of it. No limit of the answers is told, so 500 tokens were taken; --max-tokens sets one.',
  )
})

const common = {
  cancelling: undefined,
  requests: undefined,
  graceMs: undefined,
  durationMs: 10_000,
}

it('counts what a schedule has, and the warm-up before it', () => {
  const schedule = burstSchedule({ count: 20, everyMs: 5000 })
  const plan: LoadPlan = { ...common, loop: 'open', schedule, maxInFlight: 10 }
  const { firstPerSecond } = schedule
  expect(expectedRequests(plan, 2000, 100)).toEqual({
    count: Math.ceil(schedule.expected(10_000) + firstPerSecond * 2),
    answerMs: undefined,
  })
  expect(expectedRequests({ ...plan, requests: 33 }, 0, 100).count).toBe(33)
})

it('counts what connections can send while answers last as long as they are likely to', () => {
  const plan: LoadPlan = { ...common, loop: 'connections', connections: 10, from: undefined }
  // 0.5 s and 100 tokens of 10 ms: 1.5 s an answer.
  expect(expectedRequests(plan, 0, 100)).toEqual({ count: 67, answerMs: 1500 })
  expect(expectedRequests(plan, 2400, 100).count).toBe(77)
  expect(expectedRequests({ ...plan, requests: 5 }, 0, 100)).toEqual({
    count: 5,
    answerMs: undefined,
  })
})
