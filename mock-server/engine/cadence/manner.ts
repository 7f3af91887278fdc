/** What makes a stream uneven: stalls, several tokens a chunk, bursts, and how its events are written. */
import type { Distribution } from '../../../base/distribution.ts'
import type { Random } from '../../../base/random.ts'
import type { Reply } from '../reply.ts'
import { inChunks, itemBounds } from './chunk-tokens.ts'
import { drawGroups, dueOfGroups, heldInGroups } from './groups.ts'
import { type Stalls, withStalls } from './stalls.ts'
import { planWire, type Wire, type WirePlan } from './wire-plan.ts'

export interface Manner {
  readonly stalls?: Stalls | undefined
  /** Tokens of a chunk. */
  readonly chunkTokens?: Distribution | undefined
  /** Chunks that come at once. */
  readonly bursts?: Distribution | undefined
  readonly wire?: Wire | undefined
}

type MannerSettings = Omit<Manner, 'wire'> &
  Omit<Wire, 'keepAliveMs'> & { keepAlive?: number | undefined }

/** Undefined: every token is an event of its own, when it is due, as soon as the server can. */
export function mannerOf(settings: MannerSettings): Manner | undefined {
  const { stalls, chunkTokens, bursts } = settings
  const wire = wireOf(settings)
  return stalls || chunkTokens || bursts || wire ? { stalls, chunkTokens, bursts, wire } : undefined
}

function wireOf(settings: MannerSettings): Wire | undefined {
  const { headersAfter, eventsAWrite, splitWrites, keepAlive: keepAliveMs } = settings
  const isAsked = headersAfter || eventsAWrite || splitWrites || keepAliveMs !== undefined
  return isAsked ? { headersAfter, eventsAWrite, splitWrites, keepAliveMs } : undefined
}

export interface Told {
  readonly choices: readonly Reply[]
  /** As in `Plan`. */
  readonly dueMs: readonly number[]
  readonly wire?: WirePlan | undefined
}

/**
 * What is said and when, in this manner. Each part of it has a random stream of its own: the tokens are due when they
 * would be without the others.
 */
export function inManner(told: Told, manner: Manner, random: Random): Told {
  const { stalls, chunkTokens, bursts, wire } = manner
  let { choices, dueMs } = told
  if (stalls) dueMs = withStalls(dueMs, stalls, random.fork('stalls'))
  if (chunkTokens) {
    const bounds = itemBounds(choices)
    const groups = drawGroups(dueMs.length, chunkTokens, random.fork('chunk tokens'), bounds)
    choices = choices.map(reply => inChunks(reply, groups))
    dueMs = dueOfGroups(dueMs, groups)
  }
  if (bursts) {
    dueMs = heldInGroups(dueMs, drawGroups(dueMs.length, bursts, random.fork('bursts')))
  }
  return wire ? { choices, ...planWire(dueMs, wire, random) } : { choices, dueMs }
}
