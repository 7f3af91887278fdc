/** What one caller may have: so many runs in flight, so many a minute. */
import { isIPv6 } from 'node:net'
import type { Clock } from '../../base/clock.ts'
import { type Bucket, createBucket } from '../pace/bucket.ts'
import { callerLimited } from './refusals.ts'

export interface Callers {
  /** Counts a request against the caller's minute. Throws ApiError (429) when there is no room in it. */
  arrive(caller: string): void
  /** Takes a place for a run; returns how to give it back. Throws ApiError (429) when there is none. */
  enter(caller: string): () => void
  readonly known: number
}

interface Account {
  /** Requests left; they come back evenly over the minute. */
  readonly minute: Bucket
  inFlight: number
}

const MINUTE_MS = 60_000
/** Callers that are remembered; beyond it those who have their whole minute go, then the oldest. */
const MAX_KNOWN = 10_000
/** So many stay then: making room for one at a time would look at all of them each time. */
const KEPT_KNOWN = 7500
/** How long who has too many in flight is told to wait: no one knows. */
const BUSY_WAIT_MS = 1000

export function createCallers(
  { perMinute, inFlight: most }: { perMinute: number; inFlight: number },
  clock: Clock,
): Callers {
  const accounts = new Map<string, Account>()
  const size = { limit: perMinute, windowMs: MINUTE_MS, burst: perMinute }

  function accountOf(caller: string): Account {
    const nowMs = clock.nowMs()
    let account = accounts.get(caller)
    if (!account) {
      if (accounts.size >= MAX_KNOWN) makeRoom(nowMs)
      account = { minute: createBucket(size, nowMs), inFlight: 0 }
      accounts.set(caller, account)
    }
    return account
  }

  function makeRoom(nowMs: number): void {
    for (const [caller, { minute, inFlight }] of accounts) {
      if (minute.level(nowMs) === perMinute && inFlight === 0) accounts.delete(caller)
    }
    for (const [caller, { inFlight }] of accounts) {
      if (accounts.size <= KEPT_KNOWN) return
      if (inFlight === 0) accounts.delete(caller)
    }
  }

  return {
    arrive(caller) {
      const { minute } = accountOf(caller)
      const nowMs = clock.nowMs()
      const waitMs = minute.waitMs(1, nowMs)
      if (waitMs > 0) throw callerLimited(`${perMinute} runs a minute`, waitMs)
      minute.take(1, nowMs)
    },
    enter(caller) {
      const account = accountOf(caller)
      if (account.inFlight >= most) throw callerLimited(`${most} runs at once`, BUSY_WAIT_MS)
      account.inFlight++
      let isHeld = true
      return () => {
        if (isHeld) account.inFlight--
        isHeld = false
      }
    },
    get known() {
      return accounts.size
    },
  }
}

/** Who asks, by address: of IPv6 the first half, which is one household's. */
export function callerOf(address: string, session?: string | undefined): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '')
  const place = isIPv6(plain) ? networkOf(plain) : plain
  return session !== undefined && /^[\w-]{8,64}$/.test(session) ? `${place} ${session}` : place
}

function networkOf(address: string): string {
  const [head = '', tail] = address.replace(/%.*$/, '').split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  const groups = [...before, ...Array<string>(zeros).fill('0'), ...after]
  return groups
    .slice(0, 4)
    .map(group => Number.parseInt(group, 16).toString(16))
    .join(':')
}
