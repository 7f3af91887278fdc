/**
 * Keeps an attempt within its budgets: refuses it before it is sent, stops it while it streams, and settles what
 * it came to.
 *
 * An attempt whose longest answer is known is sent only if all of it can be paid. Another is sent if its prompt
 * and a token can be, and takes from the budget as it goes on: its stream is stopped where there is nothing left.
 */
import { OptionError } from '../base/option-error.ts'
import { readDollars } from '../base/option-table.ts'
import { formatDollars, type PriceBook } from '../protocol/prices.ts'
import { countChatTokensInSlices } from '../protocol/tokens/chat-tokens.ts'
import type { Tokenizer } from '../protocol/tokens/tokenizer.ts'
import { type Budget, createBudget, type Reservation } from './budget.ts'
import type { OverBudget } from './failure.ts'
import type { ChatRequest } from './request.ts'
import type { WireRequest } from './transport.ts'

/** Why an attempt was not sent, or was stopped. */
export class BudgetReached extends Error {
  override readonly name = 'BudgetReached'
  readonly which: OverBudget['which']
  constructor(which: OverBudget['which'], message: string) {
    super(message)
    this.which = which
  }
}

/** One of the budgets that hold for a call. */
export interface HeldBudget {
  readonly which: OverBudget['which']
  readonly budget: Budget
}

export interface BudgetGuard {
  /** Throws BudgetReached once more was said than can be paid. */
  check(outputTokens: number): void
  /** Gives back what was not spent. */
  settle(nanoDollars: number): void
}

export interface GuardedAttempt {
  readonly budgets: readonly HeldBudget[]
  readonly request: ChatRequest
  readonly wire: WireRequest
  readonly model: string
  readonly tokenizer: Tokenizer
  readonly prices: PriceBook
  /** The day of the prices. */
  readonly wallMs: number
  readonly signal: AbortSignal
}

/** Output tokens that an answer of unknown length reserves at a time. */
const STEP_TOKENS = 256
/** More is reserved when so many are left, before they are said. */
const AHEAD_TOKENS = 64

/** The budgets of a call; `maxCost` is USD. Throws OptionError for what is no sum. */
export function budgetsOf(shared: Budget | undefined, maxCost: number | undefined): HeldBudget[] {
  const budgets: HeldBudget[] = shared ? [{ which: 'client', budget: shared }] : []
  if (maxCost === undefined) return budgets
  const nanoDollars = readDollars(maxCost)
  if (nanoDollars === undefined) {
    throw new OptionError('maxCost', maxCost, 'write dollars from 0 to 1 million')
  }
  return [...budgets, { which: 'call', budget: createBudget(nanoDollars) }]
}

/** Throws BudgetReached for an attempt that must not be sent; waits while others hold what it needs. */
export async function guardAttempt(attempt: GuardedAttempt): Promise<BudgetGuard> {
  const { budgets, wire, model, prices, wallMs, signal } = attempt
  const { which } = budgets[0]!
  const inputTokens = await promptTokens(attempt)
  const choices = Number(wire.body.n ?? 1)
  const { max_output_tokens, max_completion_tokens, max_tokens } = wire.body
  const limit = max_output_tokens ?? max_completion_tokens ?? max_tokens
  const maxTokens = typeof limit === 'number' ? limit * choices : undefined
  if (maxTokens === undefined && wire.body.stream !== true) {
    const advice = 'An answer in one piece cannot be stopped: with maxCost, give maxTokens too.'
    throw new BudgetReached(which, advice)
  }

  function costOf(outputTokens: number): number {
    const usage = { inputTokens, cachedInputTokens: 0, outputTokens }
    const cost = prices.costOf([model], usage, wallMs)
    if (cost) return cost.nanoDollars
    const advice = `The price of ${model} is not known, so maxCost cannot be kept: name it in a file of prices.`
    throw new BudgetReached(which, advice)
  }

  const isOpen = maxTokens === undefined
  const wanted = costOf(isOpen ? choices : maxTokens)
  const held: (HeldBudget & { reservation: Reservation })[] = []
  const settle = (cost: number) => {
    for (const { reservation } of held) reservation.settle(cost)
  }
  try {
    for (const { which, budget } of budgets) {
      const reservation = await budget.reserve(wanted, signal)
      if (!reservation) throw new BudgetReached(which, refusal(which, budget, wanted, isOpen))
      held.push({ which, budget, reservation })
    }
  } catch (error) {
    settle(0)
    throw error
  }
  let paidTokens = isOpen ? choices : maxTokens
  const ahead = isOpen ? AHEAD_TOKENS : 0

  /** Tokens that can be paid are raised by a step, or by as many as there is money for. */
  function raise(outputTokens: number): void {
    const target = costOf(Math.max(outputTokens, paidTokens + STEP_TOKENS))
    for (const { reservation } of held) reservation.grow(target - reservation.nanoDollars)
    const nanoDollars = Math.min(...held.map(({ reservation }) => reservation.nanoDollars))
    paidTokens = affordable(nanoDollars, costOf, paidTokens + STEP_TOKENS + outputTokens)
  }

  return {
    check(outputTokens) {
      if (outputTokens + ahead <= paidTokens) return
      raise(outputTokens)
      // Of a length that is known all is paid; of another the next token would not be.
      if (isOpen ? outputTokens < paidTokens : outputTokens <= paidTokens) return
      const least = held.reduce((a, b) =>
        a.reservation.nanoDollars <= b.reservation.nanoDollars ? a : b,
      )
      const limit = formatDollars(least.budget.limitNanoDollars)
      const message = `Stopped after ${outputTokens} tokens: the ${words[least.which]} of ${limit} is used up.`
      throw new BudgetReached(least.which, message)
    },
    settle,
  }
}

const words = { call: "call's budget", client: 'budget of all calls' } as const

function refusal(
  which: OverBudget['which'],
  { limitNanoDollars, spentNanoDollars }: Budget,
  wanted: number,
  isOpen: boolean,
): string {
  const left = formatDollars(Math.max(0, limitNanoDollars - spentNanoDollars))
  const cost = `${isOpen ? 'costs at least' : 'may cost'} ${formatDollars(wanted)}`
  return `Not sent: it ${cost}, and of the ${words[which]} of ${formatDollars(limitNanoDollars)} there is ${left} left.`
}

/** Tools and instructions are no messages, but are read and paid as text. */
async function promptTokens({ request, wire, tokenizer }: GuardedAttempt): Promise<number> {
  const { tools, instructions } = wire.body
  let tokens = await countChatTokensInSlices(tokenizer, request.messages)
  for (const more of [tools, instructions]) {
    if (more !== undefined) tokens += tokenizer.count(JSON.stringify(more))
  }
  return tokens
}

/** The most tokens below `ceiling` whose cost is at most `nanoDollars`. */
function affordable(
  nanoDollars: number,
  costOf: (tokens: number) => number,
  ceiling: number,
): number {
  let [low, high] = [0, ceiling]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (costOf(middle) <= nanoDollars) low = middle
    else high = middle - 1
  }
  return low
}
