/** What is made of the settings that may change while the server runs, replaced as one. */
import type { Clock } from '../base/clock.ts'
import { mannerOf } from './engine/cadence/manner.ts'
import { type Capacity, createCapacity } from './engine/capacity/capacity.ts'
import { UNBOUNDED } from './engine/capacity/settings.ts'
import { createFaultSchedule, type FaultSchedule } from './engine/faults/schedule.ts'
import { createRateLimiter, type RateLimiter } from './engine/limits/rate-limiter.ts'
import type { Cadence } from './engine/plan.ts'
import { capacityOf } from './options/capacity.ts'
import { limitOptions } from './options/limits.ts'
import type { LiveOptions } from './options.ts'

export interface Live {
  readonly cadence: Cadence
  readonly limiter: RateLimiter
  /** Undefined: nothing goes wrong on purpose. */
  readonly faults: FaultSchedule | undefined
  /** Undefined: every request is answered as if it were alone. */
  readonly capacity: Capacity | undefined
}

/** What a change does not touch keeps its state: buckets stay as full as they are when the pace is changed. */
export function createLive(
  options: LiveOptions,
  clock: Clock,
  before?: { live: Live; options: LiveOptions },
): Live {
  const isSame = (table: object) =>
    before !== undefined &&
    Object.keys(table).every(
      key => options[key as keyof LiveOptions] === before.options[key as keyof LiveOptions],
    )
  const { ttft, itl, tokens, reasoning } = options
  return {
    cadence: { ttft, itl, tokens, reasoning, manner: mannerOf(options) },
    limiter:
      before && isSame(limitOptions) ? before.live.limiter : limiterOf(options, before?.live),
    faults: faultsFor(options),
    capacity: capacityFor(options, clock, before?.live.capacity),
  }
}

/** The same with no limit used up; the engine goes on, with the requests that are in it. */
export function resetLive(live: Live, options: LiveOptions): Live {
  return { ...live, limiter: limiterOf(options) }
}

function faultsFor({ fault }: LiveOptions): FaultSchedule | undefined {
  return fault.length === 0 ? undefined : createFaultSchedule(fault)
}

/** `before`: the engine that goes on, with the requests that are in it. */
function capacityFor(
  options: LiveOptions,
  clock: Clock,
  before: Capacity | undefined,
): Capacity | undefined {
  const settings = capacityOf(options)
  if (!before) return settings && createCapacity(clock, settings)
  before.configure(settings ?? UNBOUNDED)
  return settings && before
}

/** `before`: whose callers keep the share of each limit that they have used. */
function limiterOf(options: LiveOptions, before?: Live): RateLimiter {
  const limits = {
    requestsPerMinute: options.rpm,
    tokensPerMinute: options.tpm,
    inputTokensPerMinute: options.inputTpm,
    requestsPerDay: options.rpd,
    tokensPerDay: options.tpd,
    projectTokensPerMinute: options.projectTpm,
    maxConcurrent: options.maxConcurrent,
    quotaTokens: options.quota,
    scope: options.limitScope,
    quantumMs: options.limitQuantum,
    countRefused: options.countRefused,
  }
  return before ? before.limiter.withLimits(limits) : createRateLimiter(limits)
}
