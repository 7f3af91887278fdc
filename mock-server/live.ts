/** What is made of the settings that may change while the server runs, replaced as one. */
import type { Cadence } from './engine/plan.ts'
import { createRateLimiter, type RateLimiter } from './engine/rate-limiter.ts'
import { limitOptions } from './options/limits.ts'
import type { LiveOptions } from './options.ts'

export interface Live {
  readonly cadence: Cadence
  readonly limiter: RateLimiter
}

/** What a change does not touch keeps its state: buckets stay as full as they are when the pace is changed. */
export function createLive(
  options: LiveOptions,
  before?: { live: Live; options: LiveOptions },
): Live {
  const isSame = (table: object) =>
    before !== undefined &&
    Object.keys(table).every(
      key => options[key as keyof LiveOptions] === before.options[key as keyof LiveOptions],
    )
  const { ttft, itl, tokens, reasoning } = options
  return {
    cadence: { ttft, itl, tokens, reasoning },
    limiter: before && isSame(limitOptions) ? before.live.limiter : limiterOf(options),
  }
}

function limiterOf({ rpm, tpm, maxConcurrent }: LiveOptions): RateLimiter {
  return createRateLimiter({ requestsPerMinute: rpm, tokensPerMinute: tpm, maxConcurrent })
}
