/**
 * What tokens cost: a user's own prices first, then those of `@pydantic/genai-prices`.
 *
 * Money is whole nano-dollars (10⁻⁹ USD), so that sums are exact; a double holds nine million dollars of them.
 * Reasoning tokens are among the output tokens, cached ones among the input tokens: neither is added twice.
 */

export interface Cost {
  readonly nanoDollars: number
  readonly inputNanoDollars: number
  readonly outputNanoDollars: number
  /** Where the price is from: a file, or `@pydantic/genai-prices` with its version. */
  readonly source: string
  /** The day whose prices were used: YYYY-MM-DD, UTC. */
  readonly pricedOn: string
}

/** USD per million tokens. */
export interface Rate {
  readonly input: number
  readonly output: number
  /** Input read from the cache; as `input` when not given. */
  readonly cachedInput?: number | undefined
}

export interface PricedUsage {
  readonly inputTokens: number
  readonly cachedInputTokens: number
  readonly outputTokens: number
}

export interface PriceBook {
  /** The cost of `usage` at `wallMs` by the first of `models` with a price; undefined: none has one. */
  costOf(models: readonly string[], usage: PricedUsage, wallMs: number): Cost | undefined
}

export interface PriceBookOptions {
  /** Prices that come first, and the name of where they are from. */
  readonly own?: { readonly rates: ReadonlyMap<string, Rate>; readonly source: string } | undefined
  /** The API's URL: a provider that the package knows by it is asked for its own prices. */
  readonly url: string
  /** The package's version, for the report. */
  readonly version: string
}

export async function createPriceBook({ own, url, version }: PriceBookOptions): Promise<PriceBook> {
  const { calcPrice, findProvider } = await import('@pydantic/genai-prices')
  // One provider's list and no other: a model of the same name run elsewhere has another price.
  const providerId = findProvider({ providerApiUrl: url })?.id ?? 'openai'
  const source = `@pydantic/genai-prices ${version}`

  return {
    costOf(models, usage, wallMs) {
      const timestamp = new Date(wallMs)
      const pricedOn = timestamp.toISOString().slice(0, 10)
      for (const model of models) {
        const rate = own?.rates.get(model)
        if (own && rate) return { ...costAt(rate, usage), source: own.source, pricedOn }
      }
      const { inputTokens, outputTokens } = usage
      const priced = {
        input_tokens: inputTokens,
        // More cached than there was cannot be; the package throws on it.
        cache_read_tokens: Math.min(usage.cachedInputTokens, inputTokens),
        output_tokens: outputTokens,
      }
      for (const model of models) {
        const price = calcPrice(priced, model, { providerId, timestamp })
        if (!price) continue
        const { input_price, output_price } = price
        return { ...costOfParts(input_price * 1e9, output_price * 1e9), source, pricedOn }
      }
      return undefined
    },
  }
}

/** Exact for rates of up to three decimals: 1 USD a million is 1000 nano-dollars a token. */
function costAt({ input, output, cachedInput = input }: Rate, usage: PricedUsage) {
  const cached = Math.min(usage.cachedInputTokens, usage.inputTokens)
  const fresh = usage.inputTokens - cached
  return costOfParts(
    fresh * input * 1000 + cached * cachedInput * 1000,
    usage.outputTokens * output * 1000,
  )
}

function costOfParts(input: number, output: number) {
  const inputNanoDollars = Math.round(input)
  const outputNanoDollars = Math.round(output)
  const nanoDollars = inputNanoDollars + outputNanoDollars
  return { nanoDollars, inputNanoDollars, outputNanoDollars }
}

/** What a price file may look like, as the end of a sentence. */
export const priceFileSyntax =
  'write {"models":{"my-model":{"input":0.1,"cachedInput":0.01,"output":0.4}}} in USD per million tokens, or LiteLLM\'s model_prices_and_context_window.json'

/** Reads a price file of ours or LiteLLM's; undefined when it is neither. */
export function readRates(json: unknown): Map<string, Rate> | undefined {
  if (!isObject(json)) return undefined
  const ours = json.models
  const entries = Object.entries(isObject(ours) ? ours : json)
  const rates = new Map<string, Rate>()
  for (const [model, value] of entries) {
    const rate = isObject(ours) ? readRate(value) : readLiteLlmRate(value)
    if (rate) rates.set(model, rate)
    else if (isObject(ours)) return undefined
  }
  return rates.size > 0 ? rates : undefined
}

function readRate(value: unknown): Rate | undefined {
  if (!isObject(value)) return undefined
  const { input, output, cachedInput } = value
  if (!isPrice(input) || !isPrice(output)) return undefined
  if (cachedInput !== undefined && !isPrice(cachedInput)) return undefined
  return { input, output, cachedInput }
}

/** USD per token there; entries of other kinds (images, a sample) have no such fields. */
function readLiteLlmRate(value: unknown): Rate | undefined {
  if (!isObject(value)) return undefined
  const input = value.input_cost_per_token
  const output = value.output_cost_per_token
  const cached = value.cache_read_input_token_cost
  if (!isPrice(input) || !isPrice(output)) return undefined
  return {
    input: perMillion(input),
    output: perMillion(output),
    cachedInput: isPrice(cached) ? perMillion(cached) : undefined,
  }
}

/** 1.5e-7 × 10⁶ is 0.15 and not 0.15000000000000002. */
function perMillion(perToken: number): number {
  return Number((perToken * 1e6).toPrecision(12))
}

function isPrice(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `$0.000123`: as many digits as a small sum needs to be more than zero. */
export function formatDollars(nanoDollars: number): string {
  const dollars = nanoDollars / 1e9
  if (dollars === 0) return '$0'
  const digits = dollars >= 1 ? 2 : Math.min(9, 2 - Math.floor(Math.log10(dollars)))
  return `$${dollars.toFixed(digits)}`
}
