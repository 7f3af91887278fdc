/** What a run will come to in requests, tokens and money, before the first request is sent. */
import type { PriceBook } from '../../protocol/prices.ts'
import { formatDollars } from '../../protocol/prices.ts'
import type { Work } from '../work/work.ts'
import type { ExpectedRequests } from './expected-requests.ts'
import { type RequestSize, unlimitedOutput } from './request-size.ts'
import { type Tariff, tariffOf } from './tariff.ts'

export interface Estimate {
  readonly requests: ExpectedRequests
  /** Of a mean request. */
  readonly inputTokens: number
  readonly outputTokens: number
  readonly nanoDollarsEach: number
  /** Models of which no price is known; their requests are in no sum. */
  readonly unpriced: readonly string[]
  /** By scenario. */
  readonly tariffs: ReadonlyMap<string | undefined, Tariff>
  readonly priceSource: string | undefined
}

/** `countRequests`: by the mean output tokens of an answer. */
export function estimate(
  sizes: readonly RequestSize[],
  { scenarios }: Pick<Work, 'scenarios'>,
  { book, wallMs }: { readonly book: PriceBook; readonly wallMs: number },
  countRequests: (outputTokens: number) => ExpectedRequests,
): Estimate {
  const tariffs = new Map<string | undefined, Tariff>()
  const unpriced = new Set<string>()
  for (const { name, model } of scenarios) {
    const tariff = tariffOf(book, model, wallMs)
    if (tariff) tariffs.set(name, tariff)
    else unpriced.add(model)
  }
  const meanOf = (of: (size: RequestSize) => number) =>
    sizes.reduce((sum, size) => sum + of(size), 0) / Math.max(1, sizes.length)
  const outputTokens = meanOf(size => size.outputTokens)
  return {
    requests: countRequests(outputTokens),
    inputTokens: meanOf(size => size.inputTokens),
    outputTokens,
    nanoDollarsEach: meanOf(({ scenario, inputTokens, outputTokens: output }) => {
      const { input = 0, output: each = 0 } = tariffs.get(scenario) ?? {}
      return inputTokens * input + output * each
    }),
    unpriced: [...unpriced],
    tariffs,
    priceSource: [...tariffs.values()][0]?.source,
  }
}

/** One sentence after the other. */
export function estimateWords(
  { requests, inputTokens, outputTokens, nanoDollarsEach, unpriced, priceSource }: Estimate,
  hosts: readonly string[],
): string {
  const count = requests.count.toLocaleString('en-US')
  const size = `${Math.round(inputTokens)} input tokens and up to ${Math.round(outputTokens)} output tokens each`
  const money =
    unpriced.length > 0
      ? `No price is known for ${unpriced.join(', ')}; --prices FILE tells one.`
      : `That is about ${formatDollars(nanoDollarsEach * requests.count)} (${priceSource}).`
  const pace =
    requests.answerMs === undefined
      ? ''
      : ` The number rests on answers of ${(requests.answerMs / 1000).toFixed(1)} s; faster ones make more of it.`
  const limit =
    outputTokens >= unlimitedOutput
      ? ` No limit of the answers is told, so ${unlimitedOutput} tokens were taken; --max-tokens sets one.`
      : ''
  return `estimate: about ${count} requests to ${hosts.join(' and ')}, ${size}. ${money}${pace}${limit}`
}
