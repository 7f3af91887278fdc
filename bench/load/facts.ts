/** What a report says of a load: who sent it, by which law, and whether it kept to it. */

import { rounded } from '../tally.ts'
import type { LoadPlan, OpenPlan } from './plan.ts'

/** Of an open loop. */
export interface OpenLoad {
  /** How requests arrive, in words: `Poisson, 50/s`. */
  readonly arrivals: string
  /** Requests a second that the schedule has on average over what was measured; null: it was nothing. */
  readonly targetPerSecond: number | null
  /** Those that were sent. */
  readonly sentPerSecond: number | null
  readonly maxInFlight: number
  readonly graceMs: number | null
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
}

/** The load as a reader of a report wants it told: `open loop: Poisson, 50/s`. */
export function loadWords({
  driver,
  connections,
  connectionsFrom,
  open,
  users,
}: LoadFacts): string {
  if (open) return `open loop: ${open.arrivals}`
  if (users) return `${users.users} users${users.think === null ? '' : `, thinking ${users.think}`}`
  const from = connectionsFrom === undefined ? '' : `${connectionsFrom} to `
  return `${from}${connections} connections, ${driver}`
}

/** `sent` requests were sent in a window of `windowMs`. */
export function loadFacts(
  plan: LoadPlan,
  { sent, windowMs }: { readonly sent: number; readonly windowMs: number },
): LoadFacts {
  const { cancelling, requests, durationMs } = plan
  return {
    ...loopOf(plan, sent, windowMs),
    durationMs: requests === undefined ? durationMs : null,
    requests: requests ?? null,
    ...(cancelling && { cancel: { share: cancelling.share, after: cancelling.after.text } }),
  }
}

function loopOf(plan: LoadPlan, sent: number, windowMs: number) {
  switch (plan.loop) {
    case 'open':
      return {
        driver: 'open loop',
        loop: 'open',
        connections: plan.maxInFlight,
        open: openLoad(plan, sent, windowMs),
      } as const
    case 'users':
      return {
        driver: 'users, closed loop',
        loop: 'closed',
        connections: plan.users,
        users: { users: plan.users, think: plan.think?.text ?? null },
      } as const
    case 'client':
      return {
        driver: 'reference client, closed loop',
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

function openLoad(
  { schedule, maxInFlight, graceMs, durationMs, requests }: OpenPlan,
  sent: number,
  windowMs: number,
): OpenLoad {
  // Nothing is due after the last of a trace, however long its answer takes, nor while the end's timer is late.
  const lastMs = requests === undefined ? durationMs : (schedule.spanMs ?? windowMs)
  const dueMs = Math.min(windowMs, lastMs)
  const perSecond = (count: number) => (dueMs > 0 ? rounded((count / dueMs) * 1000) : null)
  return {
    arrivals: schedule.words,
    targetPerSecond: perSecond(schedule.expected(dueMs)),
    sentPerSecond: perSecond(sent),
    maxInFlight,
    graceMs: graceMs ?? null,
  }
}
