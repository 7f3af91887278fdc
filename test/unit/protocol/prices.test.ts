import { expect, test } from 'vitest'
import { createPriceBook, formatDollars, type Rate, readRates } from '../../../protocol/prices.ts'

const url = 'http://127.0.0.1:4010/v1'
const wallMs = Date.UTC(2026, 10, 22)
const version = '0.1.8'

function tokens(inputTokens: number, cachedInputTokens: number, outputTokens: number) {
  return { inputTokens, cachedInputTokens, outputTokens }
}

async function costOf(model: string, usage: ReturnType<typeof tokens>, rates?: Map<string, Rate>) {
  const own = rates && { rates, source: 'prices.json' }
  return (await createPriceBook({ own, url, version })).costOf([model], usage, wallMs)
}

test.each([
  // model, usage, nano-dollars by hand
  // 0.15 USD in, 0.60 out per million: 1000 × 150 + 500 × 600
  ['gpt-4o-mini', tokens(1000, 0, 500), 450_000],
  // 400 × 150 + 600 cached × 75 + 500 × 600
  ['gpt-4o-mini', tokens(1000, 600, 500), 405_000],
  ['gpt-4o-mini-2024-07-18', tokens(1000, 600, 500), 405_000],
  // 1.25, 0.125 cached, 10: 0.005575 USD
  ['gpt-5.1', tokens(1000, 600, 500), 5_575_000],
  ['gpt-4o-mini', tokens(0, 0, 0), 0],
  // more cached than there was is all of it cached
  ['gpt-4o-mini', tokens(100, 999, 0), 7500],
])('%s costs by hand what it costs here: %o', async (model, usage, nanoDollars) => {
  expect(await costOf(model, usage)).toMatchObject({
    nanoDollars,
    source: '@pydantic/genai-prices 0.1.8',
    pricedOn: '2026-11-22',
  })
})

test('input and output are told apart and add up', async () => {
  expect(await costOf('gpt-5.1', tokens(1000, 600, 500))).toMatchObject({
    inputNanoDollars: 575_000,
    outputNanoDollars: 5_000_000,
  })
})

test.each(['my-own-model', 'llama3', 'ft:gpt-4o-mini:org::id', 'constructor'])(
  'the price of %s is unknown, which is not 0',
  async model => {
    expect(await costOf(model, tokens(1000, 0, 500))).toBeUndefined()
  },
)

test("a user's own prices come first, cached input at its own rate", async () => {
  const rates = readRates({
    models: {
      'gpt-4o-mini': { input: 0.1, cachedInput: 0.01, output: 0.4 },
      plain: { input: 1, output: 2 },
    },
  })
  expect(await costOf('gpt-4o-mini', tokens(1000, 600, 500), rates)).toEqual({
    inputNanoDollars: 400 * 100 + 600 * 10,
    outputNanoDollars: 500 * 400,
    nanoDollars: 246_000,
    source: 'prices.json',
    pricedOn: '2026-11-22',
  })
  expect(await costOf('plain', tokens(1000, 600, 500), rates)).toMatchObject({
    nanoDollars: 2_000_000,
  })
  expect(await costOf('gpt-5.1', tokens(1000, 600, 500), rates)).toMatchObject({
    nanoDollars: 5_575_000,
  })
})

test('the first model with a price is the one that is charged', async () => {
  const book = await createPriceBook({ url, version })
  const usage = tokens(1000, 0, 0)
  expect(book.costOf(['served-as', 'gpt-4o-mini'], usage, wallMs)?.nanoDollars).toBe(150_000)
})

test('reads prices in the format of LiteLLM, its sample and its other kinds left out', () => {
  const rates = readRates({
    sample_spec: { input_cost_per_token: 'USD per token', mode: 'one of …' },
    'dall-e-3': { output_cost_per_image: 0.04 },
    'gpt-4o-mini': {
      input_cost_per_token: 1.5e-7,
      output_cost_per_token: 6e-7,
      cache_read_input_token_cost: 7.5e-8,
    },
  })
  expect(rates).toEqual(
    new Map([['gpt-4o-mini', { input: 0.15, output: 0.6, cachedInput: 0.075 }]]),
  )
})

test.each([
  [undefined],
  [[]],
  [{}],
  [{ models: {} }],
  [{ models: { a: { input: '1', output: 2 } } }],
  [{ models: { a: { input: -1, output: 2 } } }],
  [{ models: { a: { input: 1, output: 2, cachedInput: null } } }],
])('%o is no price file', json => {
  expect(readRates(json)).toBeUndefined()
})

test.each([
  [0, '$0'],
  [1, '$0.000000001'],
  [2550, '$0.00000255'],
  [405_000, '$0.000405'],
  [5_575_000, '$0.00558'],
  [990_000_000, '$0.990'],
  [12_345_678_901, '$12.35'],
])('%i nano-dollars are written %s', (nanoDollars, text) => {
  expect(formatDollars(nanoDollars)).toBe(text)
})
