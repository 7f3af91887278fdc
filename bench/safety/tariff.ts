/** What a token of each scenario costs: looked up once, for a price book takes longer than a request may. */
import type { PriceBook } from '../../protocol/prices.ts'

export interface Tariff {
  /** Nano-dollars a token. */
  readonly input: number
  readonly output: number
  /** Where the price is from. */
  readonly source: string
}

/** Prices may have steps; this is where an ordinary request stands. */
const tokens = 1000

/** Undefined: the price of this model is not known. */
export function tariffOf(book: PriceBook, model: string, wallMs: number): Tariff | undefined {
  const usage = { inputTokens: tokens, cachedInputTokens: 0, outputTokens: tokens }
  const cost = book.costOf([model], usage, wallMs)
  return (
    cost && {
      input: cost.inputNanoDollars / tokens,
      output: cost.outputNanoDollars / tokens,
      source: cost.source,
    }
  )
}
