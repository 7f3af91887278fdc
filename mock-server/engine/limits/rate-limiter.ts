/**
 * Limits of callers and projects: whether a request is let in, what its answer tells of them, and how long who is
 * refused must wait. The arithmetic is OpenAI's, as its recorded headers and messages show it: see the bucket.
 *
 * A request reserves its input and the most it may answer, and is settled to what it took when it is over.
 */
import type { Refusal } from '../../../protocol/errors/limit.ts'
import type { LimitState, LimitStates } from '../../../protocol/rate-limit-headers.ts'
import { type Account, type Accounts, createAccounts, type Label } from './accounts.ts'
import { type Portion, reserve, stateOf, take, takeLeft } from './bucket.ts'
import { createLease, createTicket, type Lease, type Ticket } from './lease.ts'
import { reached, statesOf, type Units } from './refusal.ts'
import { type Limits, type Rules, rulesOf } from './rules.ts'

export type { Lease } from './lease.ts'
export type { Limits } from './rules.ts'

export interface Claim {
  /** Who asks: a hash of the API key. */
  readonly caller: string
  readonly model: string
  readonly project: string
  readonly inputTokens: number
  /** The most that it may answer. */
  readonly outputTokens: number
}

export type Decision =
  | { readonly admitted: true; readonly limits: LimitStates; readonly lease: Lease }
  | {
      readonly admitted: false
      readonly limits: LimitStates
      readonly refusal: Refusal
      /** The request alone is more than the whole limit. */
      readonly tooLarge: boolean
    }

/** One caller or project and its limits, to be shown. */
export interface AccountState extends Label {
  readonly inFlight: number
  readonly limits: readonly (LimitState & Pick<Refusal, 'kind'>)[]
}

export interface RateLimiter {
  /** No limit is set: whatever is asked is let in. */
  readonly isUnlimited: boolean
  decide(claim: Claim, nowMs: number): Decision
  /** Those who asked last, newest first, at most `most` callers and as many projects. */
  state(nowMs: number, most?: number): readonly AccountState[]
  /** The same callers under other limits: each has used the share that it had; a new limit is unused. */
  withLimits(limits: Limits): RateLimiter
}

/**
 * What is told where no limit is set: an account of the highest tier that is hardly used. Nothing is refused,
 * and clients that steer by these headers find them.
 */
export const UNMETERED: LimitStates = {
  requests: { limit: 30_000, remaining: 29_999, resetMs: 2 },
  tokens: { limit: 150_000_000, remaining: 149_997_500, resetMs: 1 },
}
const UNLIMITED_DECISION: Decision = {
  admitted: true,
  limits: UNMETERED,
  lease: { plan() {}, release() {} },
}
const UNLIMITED: RateLimiter = {
  isUnlimited: true,
  decide: () => UNLIMITED_DECISION,
  state: () => [],
  withLimits: createRateLimiter,
}

export function createRateLimiter(limits: Limits): RateLimiter {
  const rules = rulesOf(limits)
  if (isNothing(limits, rules)) return UNLIMITED
  return limiterOf(limits, {
    callers: createAccounts<Ticket>(rules.caller),
    projects: createAccounts<Ticket>(rules.project),
  })
}

function isNothing({ maxConcurrent }: Limits, { caller, project }: Rules): boolean {
  return caller.length + project.length === 0 && maxConcurrent === undefined
}

interface Stores {
  readonly callers: Accounts<Ticket>
  readonly projects: Accounts<Ticket>
}

function limiterOf(limits: Limits, stores: Stores): RateLimiter {
  const { callers, projects } = stores
  const { scope = 'key-and-model', countRefused = false } = limits
  const { maxConcurrent = Number.POSITIVE_INFINITY } = limits
  const hasProjects = rulesOf(limits).project.length > 0

  function callerOf({ caller, model }: Claim, nowMs: number): Account<Ticket> {
    if (scope === 'key') return callers.of(caller, { caller }, nowMs)
    if (scope === 'model') return callers.of(model, { model }, nowMs)
    if (scope === 'server') return callers.of('', {}, nowMs)
    return callers.of(`${caller} ${model}`, { caller, model }, nowMs)
  }

  return {
    isUnlimited: false,
    decide(claim, nowMs) {
      const { inFlight, buckets: own } = callerOf(claim, nowMs)
      const { project } = claim
      const shared = hasProjects ? projects.of(project, { project }, nowMs).buckets : []
      const buckets = shared.length > 0 ? [...own, ...shared] : own
      const units = unitsOf(claim)
      const slots = { inFlight, max: maxConcurrent }
      let limit = reached(buckets, units, slots, nowMs)
      if (limit && countRefused) {
        for (const bucket of buckets) if (bucket.rule.kind === 'requests') takeLeft(bucket, 1)
        limit = reached(buckets, units, slots, nowMs)
      }
      if (limit) {
        const { reason, bucket, tooLarge } = limit
        const whose = reason.kind === 'project_tokens' ? { project } : {}
        const refusal = { model: claim.model, ...whose, ...reason }
        return { admitted: false, limits: statesOf(buckets, bucket), refusal, tooLarge }
      }

      const ticket = createTicket(nowMs)
      inFlight.add(ticket)
      const portions: Portion[] = []
      for (const bucket of buckets) {
        const { unit } = bucket.rule
        if (unit === 'tokens') portions.push(reserve(bucket, units.tokens))
        else take(bucket, units[unit])
      }
      const { inputTokens } = claim
      const lease = createLease(ticket, { inFlight, portions, inputTokens })
      return { admitted: true, limits: statesOf(buckets), lease }
    },
    state: (nowMs, most = 20) => [
      ...callers.newest(most, nowMs).map(account => shown(account, maxConcurrent)),
      ...projects.newest(most, nowMs).map(account => shown(account, Number.POSITIVE_INFINITY)),
    ],
    withLimits(next) {
      const rules = rulesOf(next)
      if (isNothing(next, rules)) return UNLIMITED
      callers.setRules(rules.caller)
      projects.setRules(rules.project)
      return limiterOf(next, stores)
    },
  }
}

function unitsOf({ inputTokens, outputTokens }: Claim): Units {
  return { requests: 1, tokens: inputTokens + outputTokens, inputTokens }
}

/** `slots`: Infinity for any number. */
function shown({ label, buckets, inFlight }: Account<Ticket>, slots: number): AccountState {
  const limits: AccountState['limits'][number][] = buckets.map(bucket => ({
    kind: bucket.rule.kind,
    ...stateOf(bucket),
  }))
  if (slots < Number.POSITIVE_INFINITY) {
    const remaining = Math.max(0, slots - inFlight.size)
    limits.push({ kind: 'concurrent', limit: slots, remaining, resetMs: 0 })
  }
  return { ...label, inFlight: inFlight.size, limits }
}
