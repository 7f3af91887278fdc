/** Which limits there are, from what was asked for: of whom, of what, how much in which time. */
import type { LimitKind } from '../../../protocol/errors/limit.ts'
import type { LimitStates } from '../../../protocol/rate-limit-headers.ts'

/** Who shares one bucket. */
export const limitScopes = ['key-and-model', 'key', 'model', 'server'] as const
export type LimitScope = (typeof limitScopes)[number]

/** Undefined: no such limit. */
export interface Limits {
  readonly requestsPerMinute?: number | undefined
  readonly tokensPerMinute?: number | undefined
  readonly inputTokensPerMinute?: number | undefined
  readonly requestsPerDay?: number | undefined
  readonly tokensPerDay?: number | undefined
  /** Of a project, whatever its keys and models. */
  readonly projectTokensPerMinute?: number | undefined
  readonly maxConcurrent?: number | undefined
  /** Tokens in all, which time does not refill. */
  readonly quotaTokens?: number | undefined
  /** Whose the others are; default `key-and-model`. */
  readonly scope?: LimitScope | undefined
  /** A minute's limit is enforced over so many ms; default: a minute. */
  readonly quantumMs?: number | undefined
  /** Whether a refused request counts toward the requests a minute; default false. */
  readonly countRefused?: boolean | undefined
}

/** One limit that is refilled continuously. */
export interface Rule {
  readonly kind: LimitKind
  /** What of a request is counted. */
  readonly unit: 'requests' | 'tokens' | 'inputTokens'
  /** Which headers tell of it; undefined: none does. */
  readonly header: keyof LimitStates | undefined
  /** Units in a window. */
  readonly limit: number
  /** Infinity: for ever. */
  readonly windowMs: number
  /** Units that may be taken at once: the limit, or a quantum's share of it. */
  readonly burst: number
}

export interface Rules {
  /** Those of a caller, and those of a project. */
  readonly caller: readonly Rule[]
  readonly project: readonly Rule[]
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

export function rulesOf(limits: Limits): Rules {
  const { quantumMs = MINUTE_MS } = limits

  function rules(
    kind: LimitKind,
    limit: number | undefined,
    rest: Pick<Rule, 'unit' | 'header' | 'windowMs'>,
  ): Rule[] {
    if (limit === undefined) return []
    const isMinute = rest.windowMs === MINUTE_MS
    const share = Math.floor((limit * Math.min(quantumMs, MINUTE_MS)) / MINUTE_MS)
    return [{ kind, limit, ...rest, burst: isMinute ? Math.max(1, share) : limit }]
  }

  const requests = { unit: 'requests', header: 'requests' } as const
  const tokens = { unit: 'tokens', header: 'tokens' } as const
  const input = { unit: 'inputTokens', header: 'inputTokens' } as const
  const project = { unit: 'tokens', header: 'projectTokens' } as const
  const quota = { unit: 'tokens', header: undefined, windowMs: Number.POSITIVE_INFINITY } as const
  return {
    caller: [
      ...rules('requests', limits.requestsPerMinute, { ...requests, windowMs: MINUTE_MS }),
      ...rules('requests_per_day', limits.requestsPerDay, { ...requests, windowMs: DAY_MS }),
      ...rules('tokens', limits.tokensPerMinute, { ...tokens, windowMs: MINUTE_MS }),
      ...rules('tokens_per_day', limits.tokensPerDay, { ...tokens, windowMs: DAY_MS }),
      ...rules('quota', limits.quotaTokens, quota),
      ...rules('input_tokens', limits.inputTokensPerMinute, { ...input, windowMs: MINUTE_MS }),
    ],
    project: rules('project_tokens', limits.projectTokensPerMinute, {
      ...project,
      windowMs: MINUTE_MS,
    }),
  }
}
