/**
 * Which fault strikes a request: the first rule that matches. Chance is drawn from (seed, rule, key, attempt),
 * so that the same request fares the same in any order of arrival.
 */
import { createHash } from 'node:crypto'
import { createRandom } from '../../../base/random.ts'
import type { Surface } from './fault.ts'
import type { FaultRule } from './rule.ts'

/** A request as rules see it. */
export interface FaultSubject {
  readonly seed: number
  /** What names its chance. */
  readonly key: string
  /** 1 = the first try. */
  readonly attempt: number
  readonly model: string
  readonly endpoint: string
  readonly stream: boolean
  /** Since the server started. */
  readonly sinceStartMs: number
}

export interface FaultSchedule {
  readonly rules: readonly FaultRule[]
  /** Undefined: none, as nearly always. */
  draw(subject: FaultSubject): FaultRule | undefined
}

export function createFaultSchedule(rules: readonly FaultRule[]): FaultSchedule {
  return { rules, draw: subject => rules.find(rule => strikes(rule, subject)) }
}

function strikes(rule: FaultRule, subject: FaultSubject): boolean {
  const { seed, key, attempt, model, endpoint, stream, sinceStartMs } = subject
  const { kind, when, text } = rule
  if (kind.only === 'streams' && !stream) return false
  if (kind.only === 'whole' && stream) return false
  if (kind.endpoints && !kind.endpoints.includes(endpoint as Surface)) return false
  if (when.endpoint !== undefined && when.endpoint !== endpoint) return false
  if (when.stream !== undefined && when.stream !== stream) return false
  if (when.model !== undefined && !fits(when.model, model)) return false
  if (when.fromMs !== undefined && sinceStartMs < when.fromMs) return false
  if (when.toMs !== undefined && sinceStartMs >= when.toMs) return false
  if (when.first !== undefined && attempt > when.first) return false
  const share = when.every === undefined ? when.p : 1 / when.every
  return share === undefined || createRandom(seed, 'fault', text, key, attempt).next() < share
}

/** `*` in `pattern` stands for any text. */
function fits(pattern: string, name: string): boolean {
  const [start = '', ...parts] = pattern.split('*')
  if (!name.startsWith(start)) return false
  if (parts.length === 0) return name === pattern
  const end = parts.pop()!
  let place = start.length
  for (const part of parts) {
    const found = name.indexOf(part, place)
    if (found < 0) return false
    place = found + part.length
  }
  return name.length - end.length >= place && name.endsWith(end)
}

/** How often each request came, of clients that do not say so themselves. */
export interface Attempts {
  /** 1 for a key that was not seen, or not for long. */
  next(key: string): number
  /** Forgets one key, or all. */
  clear(key?: string): void
}

const MAX_KEYS = 10_000
const MAX_KEY = 64

/** Keeps the last 10,000 keys. */
export function createAttempts(): Attempts {
  const counts = new Map<string, number>()
  return {
    next(given) {
      const key = short(given)
      const count = (counts.get(key) ?? 0) + 1
      counts.delete(key)
      if (counts.size >= MAX_KEYS) counts.delete(counts.keys().next().value as string)
      counts.set(key, count)
      return count
    },
    clear(key) {
      if (key === undefined) counts.clear()
      else counts.delete(short(key))
    },
  }
}

/** Keys are kept; a caller's own may be long. */
function short(key: string): string {
  return key.length <= MAX_KEY ? key : createHash('sha1').update(key).digest('hex')
}
