/** What calls came to together: requests, tokens, money. */
import type { ChatResult } from './result.ts'

export interface Spent {
  readonly inputTokens: number
  readonly outputTokens: number
  /** Undefined: the price of some of it is not known. */
  readonly nanoDollars: number | undefined
  /** Sends, retries included. */
  readonly requests: number
  readonly retries: number
  /** Answers with status 429. */
  readonly rateLimited: number
}

export const nothingSpent: Spent = {
  inputTokens: 0,
  outputTokens: 0,
  nanoDollars: 0,
  requests: 0,
  retries: 0,
  rateLimited: 0,
}

/** A call that used no tokens cost nothing; one that used some at an unknown price cost the unknown. */
export function spentBy({ usage, cost, attempts }: ChatResult): Spent {
  return {
    inputTokens: usage?.inputTokens ?? 0,
    outputTokens: usage?.outputTokens ?? 0,
    nanoDollars: usage ? cost?.nanoDollars : 0,
    requests: attempts.length,
    retries: Math.max(0, attempts.length - 1),
    rateLimited: attempts.filter(({ status }) => status === 429).length,
  }
}

export function addSpent(a: Spent, b: Spent): Spent {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    nanoDollars:
      a.nanoDollars === undefined || b.nanoDollars === undefined
        ? undefined
        : a.nanoDollars + b.nanoDollars,
    requests: a.requests + b.requests,
    retries: a.retries + b.retries,
    rateLimited: a.rateLimited + b.rateLimited,
  }
}
