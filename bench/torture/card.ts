/** The score card: plain data, from which every form of it is made. */
import type { Verdict } from './judge.ts'
import { type Group, rights, ruleText, type Trial } from './trials.ts'
import type { Seen, Told } from './witness.ts'

export interface Card {
  readonly tool: { readonly version: string }
  readonly environment: { readonly node: string; readonly system: string }
  /** UTC, ISO 8601. */
  readonly startedAt: string
  readonly tookMs: number
  /** Whether it was broken off: what is missing was not tried. */
  readonly interrupted: boolean
  readonly clients: readonly ClientScore[]
  readonly skipped: readonly { readonly name: string; readonly why: string }[]
  readonly rows: readonly Row[]
}

export interface ClientScore {
  readonly name: string
  readonly version: string
  readonly right: number
  readonly of: number
  /** 0 to 100, rounded down: 100 is all of them. */
  readonly percent: number
}

export interface Row {
  readonly name: string
  readonly group: Group
  readonly does: string
  readonly right: string
  /** The fault rule, for `--fault` and `x-tokadence-fault`. */
  readonly rule: string
  /** By the client's name. */
  readonly results: Readonly<Record<string, Result>>
}

export interface Result extends Verdict, Told, Seen {}

/** Without what was not tried. */
export function rowOf(trial: Trial, results: ReadonlyMap<string, Result>): Row {
  const { name, group, does, expects } = trial
  const rule = ruleText(trial)
  const right = rights[expects.kind]
  return { name, group, does, right, rule, results: Object.fromEntries(results) }
}

export function scoreOf(
  { name, version }: { name: string; version: string },
  rows: readonly Row[],
): ClientScore {
  const results = rows.flatMap(row => row.results[name] ?? [])
  const right = results.filter(({ isRight }) => isRight).length
  const of = results.length
  return { name, version, right, of, percent: of === 0 ? 0 : Math.floor((right / of) * 100) }
}
