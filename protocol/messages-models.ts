/** What Claude models can, by the generation that their names tell. A name that tells none can do anything. */

export interface MessagesModel {
  /** Of prompt and answer together. */
  readonly contextTokens: number
  /** The most tokens of an answer. */
  readonly outputTokens: number
  /** An answer may go on from what the last message, the assistant's, begins. */
  readonly continues: boolean
  /** `temperature`, `top_p` and `top_k` may be set; `one`: either of the first two. */
  readonly samples: 'all' | 'one' | 'none'
  /** Whether it thinks with a budget, and as hard as it sees fit. */
  readonly budgets: boolean
  readonly adapts: boolean
}

const UNKNOWN: MessagesModel = {
  contextTokens: Number.POSITIVE_INFINITY,
  outputTokens: Number.POSITIVE_INFINITY,
  continues: true,
  samples: 'all',
  budgets: true,
  adapts: true,
}

export function messagesModel(name: string): MessagesModel {
  const generation = generationOf(name)
  if (generation === undefined) return UNKNOWN
  return {
    contextTokens: generation < 4.6 ? 200_000 : 1_000_000,
    outputTokens: outputTokensOf(generation, name.includes('opus')),
    continues: generation < 4.6,
    samples: generation < 4.1 ? 'all' : generation <= 4.6 ? 'one' : 'none',
    budgets: generation >= 3.7 && generation <= 4.6,
    adapts: generation >= 4.6,
  }
}

function outputTokensOf(generation: number, isOpus: boolean): number {
  if (generation < 3.5) return 4096
  if (generation < 3.7) return 8192
  if (generation < 4) return 128_000
  if (generation < 4.5 && isOpus) return 32_000
  return generation < 4.6 ? 64_000 : 128_000
}

/** `claude-3-5-haiku-20241022` is of 3.5, `claude-opus-4-1` of 4.1, `claude-sonnet-4-20250514` of 4. */
function generationOf(name: string): number | undefined {
  const [, major, minor = '0'] = /claude-(?:[a-z]+-)?(\d)(?:[-.](\d)(?!\d))?/.exec(name) ?? []
  return major === undefined ? undefined : Number(`${major}.${minor}`)
}

const snapshots: Readonly<Record<string, string>> = {
  'claude-haiku-4-5': 'claude-haiku-4-5-20251001',
  'claude-opus-4-5': 'claude-opus-4-5-20251101',
  'claude-sonnet-4-5': 'claude-sonnet-4-5-20250929',
  'claude-opus-4-1': 'claude-opus-4-1-20250805',
}

/** The name that an answer carries: the snapshot behind an alias, any other name as it is. */
export function messagesSnapshot(name: string): string {
  return Object.hasOwn(snapshots, name) ? snapshots[name]! : name
}
