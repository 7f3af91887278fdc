/** What a run has cost so far, and what the requests in flight will add to it. */
import type { Sample } from '../sample.ts'
import type { Tariff } from './tariff.ts'

export interface SpendingOptions {
  /** By scenario; undefined: its price is not known. */
  tariffOf(scenario: string | undefined): Tariff | undefined
  /** Of one request, as it was estimated: what is foreseen leans on it until enough have settled. */
  readonly expected: { readonly inputTokens: number; readonly nanoDollars: number }
}

export interface Meter {
  sent(): void
  settled(sample: Sample): void
  /** Nano-dollars of what has settled; undefined: a price is not known. */
  readonly spent: number | undefined
  /** The same with what is in flight and one request more, as far as can be foreseen. */
  readonly withNext: number
}

/** The estimate counts for as much as so many requests that cost what it says. */
const weight = 2

export function createMeter({ tariffOf, expected }: SpendingOptions): Meter {
  let spent = 0
  let inFlight = 0
  let billed = 0
  let isKnown = true

  return {
    sent() {
      inFlight++
    },
    settled(sample) {
      inFlight--
      const [inputTokens, outputTokens] = tokensOf(sample, expected.inputTokens)
      if (inputTokens + outputTokens === 0) return
      billed++
      const tariff = tariffOf(sample.scenario)
      if (!tariff) isKnown = false
      else spent += inputTokens * tariff.input + outputTokens * tariff.output
    },
    get spent() {
      return isKnown ? Math.round(spent) : undefined
    },
    get withNext() {
      const each = (spent + weight * expected.nanoDollars) / (billed + weight)
      return spent + (inFlight + 1) * each
    },
  }
}

/** What was not told is taken to be as estimated, for whoever answers has read the prompt. */
function tokensOf(sample: Sample, expectedInput: number): readonly [number, number] {
  const { status, outcome, outputTokens, givenUp, inputTokens = expectedInput } = sample
  const isBilled = (answer: number | undefined, end: Sample['outcome']) =>
    end === 'timeout' || (answer !== undefined && answer < 300)
  const tries = givenUp.filter(tried => isBilled(tried.status, tried.outcome)).length
  const last = isBilled(status, outcome) ? inputTokens : 0
  return [tries * inputTokens + last, outputTokens]
}
