/** Counts and times of each scenario by itself, from its samples alone. */
import { type TimeName, timeNames } from './measure.ts'
import { type Account, accountOf, recordTimes, type Sample, triesOf } from './sample.ts'
import { createTallies, type Stats, type Tally } from './tally.ts'
import type { Measured } from './threshold.ts'
import type { ScenarioFacts } from './work/scenario.ts'

/** What is sent, as it stands in a report; null: as the prompts, or the server, have it. */
export interface WorkFacts {
  /** Null where the run has but one scenario. */
  readonly name: string | null
  /** Its share of the requests is this among all weights. */
  readonly weight: number
  readonly endpoint: string
  readonly model: string
  readonly stream: boolean
  readonly prompts: 'synthetic' | number
  /** As they were written: a number, a distribution, a trace. */
  readonly inputTokens: string | null
  readonly outputTokens: string | null
}

export interface ScenarioCounts {
  /** Those that were settled. */
  readonly sent: number
  readonly ok: number
  readonly failed: number
  readonly cut: number
  readonly open: number
  readonly attempts: number
  readonly throttled: number
}

export type ScenarioSummary = {
  readonly name: string
  readonly counts: ScenarioCounts
  readonly tokens: { readonly input: number; readonly output: number }
} & { readonly [Key in `${TimeName}Ms`]: Stats }

export interface Scenarios {
  /** A request that was measured; `isTimed`: its times count. */
  settled(sample: Sample, isTimed: boolean): void
  /** So many requests ended ok, and so many tokens came, inside the window. */
  happened(name: string | undefined, ok: number, tokens: number): void
  /** In the form that thresholds look at; rates are per second of `windowMs`. */
  measured(windowMs: number): ReadonlyMap<string, Measured>
  /** In the order of their names; null where samples name none. */
  summary(): readonly ScenarioSummary[] | null
}

/** Of one scenario. */
interface Known {
  readonly times: Readonly<Record<TimeName, Tally>>
  readonly accounts: Record<Account, number>
  readonly tokens: { input: number; output: number }
  readonly inWindow: { ok: number; tokens: number }
  attempts: number
  throttled: number
}

/** No run has more; names beyond these, of a file that somebody else wrote, are left out. */
const maxNames = 64

export function createScenarios(): Scenarios {
  const known = new Map<string, Known>()

  function of(name: string | undefined): Known | undefined {
    if (name === undefined) return undefined
    const tallies = known.get(name)
    if (tallies || known.size >= maxNames) return tallies
    const fresh: Known = {
      times: createTallies(),
      accounts: { ok: 0, failed: 0, cut: 0, open: 0 },
      tokens: { input: 0, output: 0 },
      inWindow: { ok: 0, tokens: 0 },
      attempts: 0,
      throttled: 0,
    }
    known.set(name, fresh)
    return fresh
  }

  return {
    settled(sample, isTimed) {
      const tallies = of(sample.scenario)
      if (!tallies) return
      const { outcome, givenUp, inputTokens, outputTokens } = sample
      tallies.accounts[accountOf(outcome)]++
      tallies.attempts += triesOf(sample)
      if (outcome === 'http_429') tallies.throttled++
      for (const tried of givenUp) if (tried.outcome === 'http_429') tallies.throttled++
      if (isTimed) recordTimes(sample, tallies.times)
      if (outcome !== 'ok') return
      tallies.tokens.input += inputTokens ?? 0
      tallies.tokens.output += outputTokens
    },
    happened(name, ok, tokens) {
      const tallies = of(name)
      if (!tallies) return
      tallies.inWindow.ok += ok
      tallies.inWindow.tokens += tokens
    },
    measured(windowMs) {
      const perSecond = (count: number) => (windowMs > 0 ? (count / windowMs) * 1000 : 0)
      const entries = [...known].map(([name, tallies]): [string, Measured] => [
        name,
        {
          times: tallies.times,
          counts: countsOf(tallies),
          outputTokens: tallies.tokens.output,
          requestsPerSecond: perSecond(tallies.inWindow.ok),
          outputTokensPerSecond: perSecond(tallies.inWindow.tokens),
        },
      ])
      return new Map(entries)
    },
    summary() {
      if (known.size === 0) return null
      const names = [...known.keys()].sort()
      return names.map(name => summaryOf(name, known.get(name)!))
    },
  }
}

function countsOf({ accounts, attempts, throttled }: Known): ScenarioCounts {
  const { ok, failed, cut, open } = accounts
  return { sent: ok + failed + cut + open, ok, failed, cut, open, attempts, throttled }
}

function summaryOf(name: string, tallies: Known): ScenarioSummary {
  const stats = Object.fromEntries(
    timeNames.map(time => [`${time}Ms`, tallies.times[time].stats()]),
  ) as Record<`${TimeName}Ms`, Stats>
  return { name, counts: countsOf(tallies), tokens: { ...tallies.tokens }, ...stats }
}

export function workFacts(scenarios: readonly ScenarioFacts[]): readonly WorkFacts[] {
  return scenarios.map(({ name, inputTokens, outputTokens, ...facts }) => ({
    name: name ?? null,
    ...facts,
    inputTokens: inputTokens ?? null,
    outputTokens: outputTokens ?? null,
  }))
}

/** Each once: scenarios may ask for several. */
export function modelsOf(scenarios: readonly Pick<ScenarioFacts, 'model'>[]): string {
  return [...new Set(scenarios.map(({ model }) => model))].join(', ')
}
