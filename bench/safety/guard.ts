/** What watches over a run while it lasts: the money and the errors. It says when to stop, and why. */
import { formatDollars } from '../../protocol/prices.ts'
import { accountOf, type Sample } from '../sample.ts'
import { createErrorShare, errorWindow } from './error-share.ts'
import type { Meter } from './spending.ts'
import type { Spending, Stop } from './stop.ts'

export interface Guard {
  /** A request leaves, in the warm-up, too; what is returned is a reason to send no more. */
  sent(): Stop | undefined
  settled(sample: Sample): Stop | undefined
  /** Null: nobody asked. */
  spending(): Spending | null
  /** The first reason that was given. */
  readonly stop: Stop | null
}

export interface GuardOptions {
  /** Undefined: money is not looked at. */
  readonly meter: Meter | undefined
  /** Nano-dollars. */
  readonly budget: number | undefined
  readonly priceSource: string | undefined
  /** Stops above this share; undefined: never. */
  readonly stopOnErrors: number | undefined
}

export function createGuard({ meter, budget, priceSource, stopOnErrors }: GuardOptions): Guard {
  const errors = createErrorShare()
  let stop: Stop | null = null

  function first(found: Stop): Stop {
    stop ??= found
    return stop
  }
  function overBudget(): Stop | undefined {
    if (!meter || budget === undefined || meter.withNext <= budget) return undefined
    const says = `Another request might have passed the budget of ${formatDollars(budget)}: the run was stopped before its end.`
    return first({ why: 'budget', says })
  }
  function tooManyErrors(sample: Sample): Stop | undefined {
    const account = accountOf(sample.outcome)
    const share = errors.add(account === 'failed' || account === 'cut')
    if (stopOnErrors === undefined || share === undefined || share <= stopOnErrors) return undefined
    const says = `${percent(share)} of the last requests (${errorWindow} at most) failed, more than ${percent(stopOnErrors)}: the run was stopped before its end.`
    return first({ why: 'errors', says })
  }

  return {
    sent() {
      meter?.sent()
      return overBudget()
    },
    settled(sample) {
      meter?.settled(sample)
      return tooManyErrors(sample) ?? overBudget()
    },
    spending() {
      if (!meter) return null
      const { spent } = meter
      return {
        dollars: spent === undefined ? null : spent / 1e9,
        budgetDollars: budget === undefined ? null : budget / 1e9,
        source: priceSource ?? null,
      }
    },
    get stop() {
      return stop
    },
  }
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`
}
