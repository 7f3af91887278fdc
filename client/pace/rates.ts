/**
 * Requests and tokens a minute: the caller's own caps, and what the server tells of its limits.
 *
 * A request reserves its prompt and what answers usually take, and settles to what it used; with the server, what it
 * may take at most, as servers do. What the server said
 * was left is what was left as it got that request; all that was taken since is not in it.
 */
import type { Gate, Need } from '../limiter.ts'
import { type Bucket, type BucketSize, createBucket } from './bucket.ts'
import type { PaceChange } from './history.ts'
import { readRate, type ToldRate } from './rate-headers.ts'
import { type MessageRate, readRateMessage } from './rate-message.ts'

/** A request that has its slot. */
export interface Sent {
  readonly sentAtMs: number
  /** What it reserved. */
  readonly tokens: number
  /** Of all requests the how-many-th it is, and how many tokens had been taken with it. */
  readonly number: number
  readonly takenTokens: number
}

export interface Rates extends Gate {
  /** Whether tokens matter, so that it is worth counting a prompt. */
  readonly countsTokens: boolean
  /** The last request that took its share. */
  sent(need: Need, nowMs: number): Sent
  /** The head of its answer, and a refusal's message. */
  told(sent: Sent, headers: Readonly<Record<string, string>>, nowMs: number, message?: string): void
  /** It is over, and took so many tokens: own caps settle to it. What the server gives back it tells itself. */
  settle(sent: Sent, tokens: number): void
}

export interface OwnCaps {
  readonly rpm?: number | undefined
  readonly tpm?: number | undefined
}

type Kind = 'requests' | 'tokens'
const KINDS: readonly Kind[] = ['requests', 'tokens']

const MINUTE_MS = 60_000
/** An own cap lets as much go at once as comes back in ten seconds. */
const BURST_SHARE = 1 / 6
const DOUBT = 0.1

export interface RatesParts {
  readonly nowMs: () => number
  /** The longest that an hour's or a day's limit holds anybody up. */
  readonly maxWaitMs: number
  readonly changed: (change: PaceChange) => void
}

export function createRates(
  { rpm, tpm }: OwnCaps,
  { nowMs, maxWaitMs, changed }: RatesParts,
): Rates {
  const own: Record<Kind, Bucket | undefined> = {
    requests: ownBucket(rpm, nowMs()),
    tokens: ownBucket(tpm, nowMs()),
  }
  const server: Record<Kind, Bucket | undefined> = { requests: undefined, tokens: undefined }
  const lastTold: Record<Kind, number> = { requests: 0, tokens: 0 }
  const suspected: Record<Kind, ToldRate | undefined> = { requests: undefined, tokens: undefined }
  let requests = 0
  let tokens = 0

  function hold(kind: Kind, units: number, serverUnits = units): number {
    const now = nowMs()
    const ownMs = own[kind]?.waitMs(units, now) ?? 0
    const bucket = server[kind]
    if (!bucket) return ownMs
    const serverMs = bucket.waitMs(serverUnits, now)
    // Of a day's limit the server itself shall say that it is used up: nobody waits in line until tomorrow.
    const isTooLong = bucket.size.windowMs > MINUTE_MS && serverMs > maxWaitMs
    return isTooLong ? ownMs : Math.max(ownMs, serverMs)
  }

  /** Learns the limit; says so once. */
  function bucketOf(kind: Kind, told: ToldRate | MessageRate): Bucket {
    const { limit } = told
    const bucket = server[kind]
    const known = 'windowMs' in told ? told.windowMs : longWindow(kind, told)
    const windowMs = known ?? bucket?.size.windowMs ?? MINUTE_MS
    const size = { limit, windowMs, burst: limit }
    const now = nowMs()
    if (bucket && isSame(bucket.size, size)) return bucket
    const per = windowWords[windowMs] ?? 'minute'
    const why = `the server allows ${limit} ${kind} a ${per}`
    changed({ atMs: now, what: kind, from: bucket?.size.limit, to: limit, why })
    if (bucket) bucket.resize(size, now)
    else server[kind] = createBucket(size, now)
    return server[kind]!
  }

  /** Told by two answers with different rests. */
  function longWindow(kind: Kind, told: ToldRate): number | undefined {
    const before = suspected[kind]
    if (told.longWindowMs === undefined || told.remaining === before?.remaining) return undefined
    suspected[kind] = told
    return before?.longWindowMs === told.longWindowMs ? told.longWindowMs : undefined
  }

  return {
    get countsTokens() {
      return own.tokens !== undefined || server.tokens !== undefined
    },
    waitMs: ({ tokens, serverTokens }) =>
      Math.max(hold('requests', 1), hold('tokens', tokens, serverTokens)),
    take(need) {
      const now = nowMs()
      requests++
      const { serverTokens = need.tokens } = need
      tokens += serverTokens
      own.requests?.take(1, now)
      server.requests?.take(1, now)
      own.tokens?.take(need.tokens, now)
      server.tokens?.take(serverTokens, now)
    },
    sent: (need, sentAtMs) => ({
      sentAtMs,
      tokens: need.tokens,
      number: requests,
      takenTokens: tokens,
    }),
    told(sent, headers, now, message = '') {
      const inWords = readRateMessage(message)
      for (const kind of KINDS) {
        const rate = readRate(headers, kind) ?? (inWords?.kind === kind ? inWords : undefined)
        // Answers overtake one another: the request that was sent last knows best.
        if (!rate || sent.number < lastTold[kind]) continue
        lastTold[kind] = sent.number
        const bucket = bucketOf(kind, rate)
        const { limit, windowMs } = bucket.size
        const backSince = ((now - sent.sentAtMs) * limit) / windowMs
        const takenSince = kind === 'requests' ? requests - sent.number : tokens - sent.takenTokens
        // Who was refused where there seemed to be enough is counted for more by the server than here.
        const doubt = message === '' || kind === 'requests' ? 0 : 1 + sent.tokens * DOUBT
        bucket.correct(Math.min(limit, rate.remaining + backSince) - takenSince - doubt, now)
      }
    },
    settle(sent, used) {
      own.tokens?.giveBack(sent.tokens - used)
    },
  }
}

function ownBucket(limit: number | undefined, nowMs: number): Bucket | undefined {
  if (limit === undefined) return undefined
  const burst = Math.max(1, limit * BURST_SHARE)
  return createBucket({ limit, windowMs: MINUTE_MS, burst }, nowMs)
}

function isSame(a: BucketSize, b: BucketSize): boolean {
  return a.limit === b.limit && a.windowMs === b.windowMs
}

const windowWords: Readonly<Record<number, string>> = {
  60000: 'minute',
  3600000: 'hour',
  86400000: 'day',
}
