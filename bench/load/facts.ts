/** What a report says of a load: who sent it, by which law, and whether it kept to it. */

import type { ClientPolicy } from '../drivers/client-for.ts'
import { rounded } from '../tally.ts'
import type { LoadPlan, OpenPlan } from './plan.ts'

/** Of an open loop. */
export interface OpenLoad {
  /** How requests, or sessions, arrive, in words: `Poisson, 50/s`. */
  readonly arrivals: string
  /** Arrivals a second that the schedule has on average over what was measured; null: it was nothing. */
  readonly targetPerSecond: number | null
  /** Those that were sent; of sessions those that were begun. */
  readonly sentPerSecond: number | null
  readonly maxInFlight: number
  readonly graceMs: number | null
  /** Where each arrival begins a session. */
  readonly sessions?: SessionsLoad
}

/** Of sessions that arrive at a rate. */
export interface SessionsLoad {
  /** From an answer to the next turn, as it was written; null: that is due at once. */
  readonly think: string | null
}

/** Of users. */
export interface UsersLoad {
  readonly users: number
  /** As it was written; null: they do not think. */
  readonly think: string | null
}

/** Of requests that hang up. */
export interface CancelLoad {
  readonly share: number
  /** As it was written. */
  readonly after: string
}

/** Of requests that are sent again. */
export interface RetriesLoad {
  readonly by: 'reference client'
  /** Sends of one request. */
  readonly maxAttempts: number
  readonly pace: 'fixed' | 'adaptive'
}

export interface LoadFacts {
  readonly driver: string
  readonly loop: 'closed' | 'open'
  readonly connections: number
  readonly durationMs: number | null
  readonly requests: number | null
  readonly connectionsFrom?: number
  readonly open?: OpenLoad
  readonly users?: UsersLoad
  readonly cancel?: CancelLoad
  readonly retries?: RetriesLoad
  /** Threads that share it; undefined: there is one. */
  readonly workers?: number
}

/** The load as a reader of a report wants it told: `open loop: Poisson, 50/s`. */
export function loadWords(load: LoadFacts): string {
  const { driver, connections, connectionsFrom, open, users, retries, workers } = load
  const shared = workers === undefined ? '' : `, ${workers} workers`
  const by = `${retries ? `, by the ${retries.by}` : ''}${shared}`
  if (open) return `${openWords(open)}${by}`
  if (users) return `${users.users} users${thinking(users.think)}${by}`
  const from = connectionsFrom === undefined ? '' : `${connectionsFrom} to `
  return `${from}${connections} connections, ${driver}${shared}`
}

function openWords({ arrivals, sessions }: OpenLoad): string {
  return sessions
    ? `open loop: sessions, ${arrivals}${thinking(sessions.think)}`
    : `open loop: ${arrivals}`
}

function thinking(think: string | null): string {
  return think === null ? '' : `, thinking ${think}`
}

/** What of the counts the facts are made of. */
interface Sent {
  readonly sent: number
  readonly sessions?: { readonly started: number } | undefined
  readonly windowMs: number
}

/** Requests were sent, and sessions begun, in a window of `windowMs`. */
export function loadFacts(plan: LoadPlan, counted: Sent): LoadFacts {
  const { cancelling, requests, durationMs, policy } = plan
  return {
    ...loopOf(plan, counted),
    durationMs: requests === undefined ? durationMs : null,
    requests: requests ?? null,
    ...(cancelling && { cancel: { share: cancelling.share, after: cancelling.after.text } }),
    ...(policy && { retries: retriesOf(policy) }),
  }
}

function retriesOf({ maxAttempts, pace }: ClientPolicy): RetriesLoad {
  return { by: 'reference client', maxAttempts, pace }
}

function loopOf(plan: LoadPlan, counted: Sent) {
  const by = plan.policy ? 'reference client, ' : ''
  switch (plan.loop) {
    case 'open':
      return {
        driver: `${by}open loop`,
        loop: 'open',
        connections: plan.maxInFlight,
        open: openLoad(plan, counted),
      } as const
    case 'users':
      return {
        driver: `${by}users, closed loop`,
        loop: 'closed',
        connections: plan.users,
        users: { users: plan.users, think: plan.think?.text ?? null },
      } as const
    case 'client':
      return {
        driver: `${by}closed loop`,
        loop: 'closed',
        connections: plan.connections,
      } as const
    case 'connections':
      return {
        driver: 'autocannon closed loop',
        loop: 'closed',
        connections: Math.max(plan.connections, plan.from ?? 0),
        ...(plan.from !== undefined && { connectionsFrom: plan.from }),
      } as const
  }
}

function openLoad(plan: OpenPlan, { sent, sessions, windowMs }: Sent): OpenLoad {
  const { schedule, maxInFlight, graceMs, durationMs, requests } = plan
  // Nothing is due after the last of a trace, however long its answer takes, nor while the end's timer is late.
  const lastMs = requests === undefined ? durationMs : (schedule.spanMs ?? windowMs)
  const dueMs = Math.min(windowMs, lastMs)
  const perSecond = (count: number) => (dueMs > 0 ? rounded((count / dueMs) * 1000) : null)
  return {
    arrivals: schedule.words,
    targetPerSecond: perSecond(schedule.expected(dueMs)),
    sentPerSecond: perSecond(plan.sessions ? (sessions?.started ?? 0) : sent),
    maxInFlight,
    graceMs: graceMs ?? null,
    ...(plan.sessions && { sessions: { think: plan.sessions.think?.text ?? null } }),
  }
}
