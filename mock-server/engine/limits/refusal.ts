/** What an answer tells of limits: the state of each, and of a refusal which one it was and how long to wait. */
import type { Refusal } from '../../../protocol/errors/limit.ts'
import type { LimitStates } from '../../../protocol/rate-limit-headers.ts'
import { type Bucket, isRefilled, shortageOf, stateOf } from './bucket.ts'
import type { Ticket } from './lease.ts'
import type { Rule } from './rules.ts'

/** What a request takes, by what is counted. */
export type Units = Readonly<Record<Rule['unit'], number>>

/** Without whose request it was. */
type Reason = Omit<Refusal, 'model' | 'project'>

export interface Reached {
  readonly reason: Reason
  /** Undefined: no slot is free. */
  readonly bucket: Bucket | undefined
  /** The request alone is more than the whole limit. */
  readonly tooLarge: boolean
}

export interface Slots {
  readonly inFlight: ReadonlySet<Ticket>
  /** Infinity: any number. */
  readonly max: number
}

/** The limit that stands in the way; undefined when none does. */
export function reached(
  buckets: readonly Bucket[],
  units: Units,
  slots: Slots,
  nowMs: number,
): Reached | undefined {
  for (const bucket of buckets) {
    const { rule } = bucket
    const { kind, unit, limit } = rule
    const requested = units[unit]
    if (requested <= limit || !isRefilled(rule)) continue
    return { reason: { kind, limit, used: 0, requested, waitMs: 0 }, bucket, tooLarge: true }
  }
  // The one that takes longest to clear is named: waiting for another would not be enough.
  let worst: Reached | undefined
  for (const bucket of buckets) {
    const { kind, unit } = bucket.rule
    const found = shortageOf(bucket, units[unit])
    if (!found || (worst && found.waitMs <= worst.reason.waitMs)) continue
    worst = { reason: { kind, ...found }, bucket, tooLarge: false }
  }
  if (slots.inFlight.size < slots.max) return worst
  const waitMs = waitForSlot(slots, nowMs)
  if (worst && waitMs <= worst.reason.waitMs) return worst
  const used = slots.inFlight.size
  const reason = { kind: 'concurrent', limit: slots.max, used, requested: 1, waitMs } as const
  return { reason, bucket: undefined, tooLarge: false }
}

/** A slot is free again a little after its reply is due. */
const SLOT_SLACK_MS = 10
/** How long a reply is taken to last that is overdue, or of which nobody knows when it will be over. */
const OVERDUE_MS = 100

function waitForSlot({ inFlight }: Slots, nowMs: number): number {
  let earliestMs = Number.POSITIVE_INFINITY
  for (const { endsAtMs } of inFlight) earliestMs = Math.min(earliestMs, endsAtMs)
  const isKnown = earliestMs > nowMs && earliestMs < Number.POSITIVE_INFINITY
  return isKnown ? earliestMs - nowMs + SLOT_SLACK_MS : OVERDUE_MS
}

/**
 * The state of each limit. Where a minute's and a day's share their headers, those tell of `refusing`, else of the
 * one that takes longest to be full again.
 */
export function statesOf(buckets: readonly Bucket[], refusing?: Bucket): LimitStates {
  const states: { -readonly [K in keyof LimitStates]: LimitStates[K] } = {}
  for (const bucket of buckets) {
    const { header } = bucket.rule
    if (header === undefined) continue
    const told = states[header]
    const state = stateOf(bucket)
    const isRefusers = refusing?.rule.header === header
    const isTold = isRefusers ? bucket === refusing : !told || state.resetMs > told.resetMs
    if (isTold) states[header] = state
  }
  return states
}
