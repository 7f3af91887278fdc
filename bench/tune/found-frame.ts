/** What is said of a search over anything. */
import type { Environment } from '../environment.ts'
import type { PolicyName } from './policy.ts'

/** Changes when a key changes its meaning or goes; new keys do not change it. */
export const tuneSchema = 'tokadence-tune/1'

export interface FoundCommon {
  readonly schema: typeof tuneSchema
  readonly tool: { readonly name: 'tokadence'; readonly version: string }
  readonly run: {
    readonly id: string
    readonly label: string | null
    /** ISO 8601. */
    readonly startedAt: string
    readonly seconds: number
    readonly interrupted: boolean
  }
  readonly target: { readonly url: string; readonly model: string }
  readonly settings: {
    readonly objectives: readonly string[]
    readonly repeats: number
    readonly maxConcurrency: number
    readonly seed: string
  }
  /** found; inconclusive: there is nothing to name; invalid: the generator was measured. */
  readonly verdict: 'found' | 'inconclusive' | 'invalid'
  /** The policy of the answer. */
  readonly policy: PolicyName
  /** One line. */
  readonly answer: string
  /** What a reader must know before trusting it, in sentences. */
  readonly warnings: readonly string[]
  readonly definitions: Readonly<Record<string, string>>
  readonly environment: Environment
}

/** `0 %`, `0.4 %`, `12 %`. */
export function percentText(ratio: number): string {
  const percent = ratio * 100
  return `${Number(percent.toFixed(percent > 0 && percent < 10 ? 1 : 0))} %`
}
