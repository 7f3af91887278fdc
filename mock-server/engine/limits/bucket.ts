/**
 * A bucket: units are taken at once and given back continuously, `limit` of them in a window.
 *
 *   reset = (limit − remaining) / (limit / window)          until it is full again
 *   wait  = (used + requested − limit) / (limit / window)
 *
 * What is used is seen in whole units, rounded up, before a wait is named: message and headers agree to the
 * millisecond, and a client that waits as told is let in. With a quantum, all but the quantum's share is in use
 * from the start, so that the same formulas hold.
 *
 * What a request reserved and did not need is given back, but only as far as time has not given it back already:
 * what is used is a line of portions, of which time takes from the front. So over any time, and not only from the
 * start, what was used is no more than the burst and what was refilled.
 */
import type { LimitState } from '../../../protocol/rate-limit-headers.ts'
import type { Rule } from './rules.ts'

export interface Bucket {
  rule: Rule
  /** Units in use, as of `asOfMs`, beyond those that a quantum keeps away. */
  used: number
  asOfMs: number
  /** Its reserved portions, in order. */
  first: Portion | undefined
  last: Portion | undefined
}

/** What one request reserved, or several that are over; in line while some of it is in use. */
export interface Portion {
  readonly bucket: Bucket
  /** Units taken. */
  reserved: number
  /** Units of it in use still. */
  left: number
  /** Units in use for one taken: limits that are changed keep the share that is used. */
  scale: number
  isOpen: boolean
  isInLine: boolean
  before: Portion | undefined
  after: Portion | undefined
}

export interface Shortage {
  readonly limit: number
  readonly used: number
  readonly requested: number
  readonly waitMs: number
}

/** What floating point may leave over: some of a unit, and what time gives back in a nanosecond. */
function slackOf({ limit, windowMs }: Rule): number {
  return 1e-6 + (1e-6 * limit) / windowMs
}

export function createBucket(rule: Rule, nowMs: number): Bucket {
  return { rule, used: 0, asOfMs: nowMs, first: undefined, last: undefined }
}

/** Whether time gives back what is taken. */
export function isRefilled({ windowMs }: Rule): boolean {
  return windowMs < Number.POSITIVE_INFINITY
}

/** Gives back what time has; to be called before anything else is asked of it. */
export function refill(bucket: Bucket, nowMs: number): void {
  const { limit, windowMs } = bucket.rule
  let back = Math.min(bucket.used, ((nowMs - bucket.asOfMs) * limit) / windowMs)
  bucket.asOfMs = nowMs
  bucket.used -= back
  for (let portion = bucket.first; portion && back > 0; portion = bucket.first) {
    const part = Math.min(portion.left, back)
    portion.left -= part
    back -= part
    if (portion.left > 0) return
    leaveLine(portion)
  }
}

/** Whole units in use. Half of the slack: the other half is for waits, which are told in whole ms. */
function inUse({ rule, used }: Bucket): number {
  return Math.ceil(used - slackOf(rule) / 2)
}

export function isFull(bucket: Bucket): boolean {
  return inUse(bucket) <= 0
}

export function stateOf(bucket: Bucket): LimitState {
  const { limit, windowMs, burst } = bucket.rule
  const units = Math.max(0, inUse(bucket))
  const resetMs = units === 0 ? 0 : (units * windowMs) / limit
  return { limit, remaining: Math.max(0, burst - units), resetMs }
}

/** What stands in the way of `requested` units; undefined when nothing does. */
export function shortageOf(bucket: Bucket, requested: number): Shortage | undefined {
  const { rule, used } = bucket
  const { limit, windowMs, burst } = rule
  // More than a quantum's share is let in when nothing else is in use, and paid for afterwards; and while there is
  // money at all, it is spent.
  const needed = isRefilled(rule) ? Math.min(requested, burst) : 1
  if (used + needed <= burst + slackOf(rule)) return undefined
  const units = inUse(bucket)
  const waitMs = ((units + needed - burst) * windowMs) / limit
  return { limit, used: limit - burst + units, requested, waitMs }
}

/** Takes units that stay taken. A bucket has portions, or it has none. */
export function take(bucket: Bucket, units: number): void {
  bucket.used += units
}

/** As much of `units` as is left. */
export function takeLeft(bucket: Bucket, units: number): void {
  bucket.used = Math.max(bucket.used, Math.min(bucket.rule.burst, bucket.used + units))
}

/** Takes units of which some may come back. */
export function reserve(bucket: Bucket, units: number): Portion {
  const portion: Portion = {
    bucket,
    reserved: 0,
    left: 0,
    scale: 1,
    isOpen: true,
    isInLine: false,
    before: undefined,
    after: undefined,
  }
  grow(portion, units)
  return portion
}

/** Takes more for a portion that reserved less than `units`. */
export function grow(portion: Portion, units: number): void {
  const more = units - portion.reserved
  if (more <= 0) return
  portion.reserved = units
  portion.left += more * portion.scale
  portion.bucket.used += more * portion.scale
  if (!portion.isInLine) joinLine(portion)
}

/** Ends a portion of which `units` were needed, at a time for which the bucket was refilled. */
export function settle(portion: Portion, units: number): void {
  if (!portion.isOpen) return
  grow(portion, units)
  const { bucket, reserved, scale } = portion
  const back = Math.min(portion.left, (reserved - units) * scale)
  portion.left -= back
  bucket.used = Math.max(0, bucket.used - back)
  portion.isOpen = false
  if (!portion.isInLine) return
  if (portion.left <= 0) leaveLine(portion)
  else joinNeighbours(portion)
}

/** Those that are over stand as one: a line is no longer than twice the requests in flight. */
function joinNeighbours(portion: Portion): void {
  const { before } = portion
  const kept = before && !before.isOpen ? before : portion
  if (kept !== portion) joinInto(portion, kept)
  const { after } = kept
  if (after && !after.isOpen) joinInto(after, kept)
}

/** Another limit for the same bucket: the share that is used stays, or of a quota what is spent. */
export function refit(bucket: Bucket, rule: Rule): void {
  const ratio = isRefilled(rule) ? rule.burst / bucket.rule.burst : 1
  bucket.rule = rule
  bucket.used *= ratio
  for (let portion = bucket.first; portion; portion = portion.after) {
    portion.left *= ratio
    portion.scale *= ratio
  }
}

function joinLine(portion: Portion): void {
  const { bucket } = portion
  const { last } = bucket
  portion.isInLine = true
  portion.before = last
  if (last) last.after = portion
  else bucket.first = portion
  bucket.last = portion
}

function leaveLine(portion: Portion): void {
  const { bucket, before, after } = portion
  portion.isInLine = false
  if (before) before.after = after
  else bucket.first = after
  if (after) after.before = before
  else bucket.last = before
  portion.before = portion.after = undefined
}

function joinInto(portion: Portion, other: Portion): void {
  other.left += portion.left
  leaveLine(portion)
}
