/** What an engine has, and what it takes of everyone. */
import type { PrefillSettings } from './prefill.ts'

export interface CapacitySettings extends PrefillSettings {
  /** Requests that run at once, and that wait for one of them to end. */
  readonly slots: number
  readonly queue: number
  /** Tokens of prompts and replies that are held at once; Infinity: any number. */
  readonly kvTokens: number
  /** So much longer is the gap between two tokens for each other request that runs. */
  readonly stepGrowthMs: number
  /** A usual gap between two tokens, which is left to streams between two chunks of prompts. */
  readonly stepMs: number
}

/** As if there were no engine: for requests that are still in one when there shall be none. */
export const UNBOUNDED: CapacitySettings = {
  slots: Number.POSITIVE_INFINITY,
  queue: Number.POSITIVE_INFINITY,
  kvTokens: Number.POSITIVE_INFINITY,
  prefillMsPerToken: 0,
  prefillChunk: Number.POSITIVE_INFINITY,
  stepGrowthMs: 0,
  stepMs: 0,
}
