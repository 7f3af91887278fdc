/** Who has used how much: the buckets of each caller or project, as many as may be kept. */
import { createHash } from 'node:crypto'
import { type Bucket, createBucket, isFull, refill, refit } from './bucket.ts'
import type { Rule } from './rules.ts'

export interface Account<Held> {
  /** In its own words, to be shown: cut where it is long. */
  readonly label: Label
  buckets: readonly Bucket[]
  /** What its buckets were made by. */
  rules: readonly Rule[]
  /** Its requests in flight. */
  readonly inFlight: Set<Held>
}

export interface Label {
  /** A short hash of the API key. */
  readonly caller?: string | undefined
  readonly model?: string | undefined
  readonly project?: string | undefined
}

export interface Accounts<Held> {
  /** The account of `name`, refilled up to now; made where there is none. */
  of(name: string, label: Label, nowMs: number): Account<Held>
  /** The `most` that were asked for last, newest first, refilled up to now. */
  newest(most: number, nowMs: number): readonly Account<Held>[]
  /** The same accounts from now on by other rules. */
  setRules(rules: readonly Rule[]): void
}

/** Accounts kept; beyond it those whose buckets are full and idle are forgotten, which loses nothing. */
const MAX_ACCOUNTS = 10_000
/** Beyond so many the one that was asked for longest ago is forgotten, busy or not. */
const MAX_BUSY_ACCOUNTS = 100_000
/** Characters of a name that are kept as they are. */
const MAX_NAME_LENGTH = 128

export function createAccounts<Held>(first: readonly Rule[]): Accounts<Held> {
  /** The one that was asked for last is last. */
  const accounts = new Map<string, Account<Held>>()
  let rules = first
  /** So many newcomers until the idle ones are looked for: as many as are looked at then. */
  let untilLook = MAX_ACCOUNTS

  function fresh(label: Label, nowMs: number): Account<Held> {
    const buckets = rules.map(rule => createBucket(rule, nowMs))
    return { label: shortened(label), rules, buckets, inFlight: new Set() }
  }

  function makeRoom(nowMs: number): void {
    if (--untilLook < 0) {
      for (const [name, account] of accounts) {
        refillAll(account, nowMs)
        if (account.inFlight.size === 0 && account.buckets.every(isFull)) accounts.delete(name)
      }
      untilLook = Math.max(MAX_ACCOUNTS, accounts.size)
    }
    if (accounts.size >= MAX_BUSY_ACCOUNTS) accounts.delete(accounts.keys().next().value!)
  }

  /** What is refilled until now is so by the old rules. */
  function bringUp(account: Account<Held>, nowMs: number): Account<Held> {
    refillAll(account, nowMs)
    if (account.rules !== rules) {
      account.buckets = rules.map(rule => refitted(account, rule) ?? createBucket(rule, nowMs))
      account.rules = rules
    }
    return account
  }

  return {
    of(name, label, nowMs) {
      const key = name.length > MAX_NAME_LENGTH ? hashOf(name) : name
      let account = accounts.get(key)
      if (account) {
        accounts.delete(key)
        bringUp(account, nowMs)
      } else {
        makeRoom(nowMs)
        account = fresh(label, nowMs)
      }
      accounts.set(key, account)
      return account
    },
    newest(most, nowMs) {
      const skipped = accounts.size - most
      let place = 0
      const found: Account<Held>[] = []
      for (const account of accounts.values()) {
        if (place++ >= skipped) found.push(bringUp(account, nowMs))
      }
      return found.reverse()
    },
    setRules(next) {
      rules = next
    },
  }
}

function refillAll({ buckets }: { buckets: readonly Bucket[] }, nowMs: number): void {
  for (const bucket of buckets) refill(bucket, nowMs)
}

function refitted({ buckets }: { buckets: readonly Bucket[] }, rule: Rule): Bucket | undefined {
  const bucket = buckets.find(({ rule: { kind } }) => kind === rule.kind)
  if (bucket) refit(bucket, rule)
  return bucket
}

function shortened({ caller, model, project }: Label): Label {
  return { caller: cut(caller), model: cut(model), project: cut(project) }
}

/** A copy: a slice would keep the whole text alive. */
function cut(text: string | undefined): string | undefined {
  if (text === undefined || text.length <= MAX_NAME_LENGTH) return text
  return `${Buffer.from(text.slice(0, MAX_NAME_LENGTH)).toString()}…`
}

function hashOf(name: string): string {
  return createHash('sha256').update(name).digest('base64')
}
