/**
 * What to send: the prompts given, or synthetic ones. Every request draws for itself, so connections
 * do not walk one list in step, which would feed a server's prefix cache as no real users do.
 */
import type { Random } from '../base/random.ts'
import { chatBody } from './wire.ts'

export interface Workload {
  /** `synthetic`, or how many prompts were given. */
  readonly prompts: 'synthetic' | number
  /** The body of the next request. */
  nextBody(): string
}

export interface WorkloadOptions {
  readonly model: string
  readonly maxTokens: number | undefined
  /** Given prompts are sent as they are; none: synthetic ones, no two alike. */
  readonly prompts: readonly string[]
  readonly random: Random
}

export function createWorkload({ model, maxTokens, prompts, random }: WorkloadOptions): Workload {
  const nextPrompt = prompts.length > 0 ? () => random.pick(prompts) : syntheticPrompts(random)
  return {
    prompts: prompts.length > 0 ? prompts.length : 'synthetic',
    nextBody: () => chatBody(model, nextPrompt(), maxTokens),
  }
}

/** Of so many endings the prompts are made; their beginnings are drawn anew each time. */
const endings = 64

/** Prompts of 24 to 120 plain words, no two alike from the beginning on, at a microsecond or two each. */
function syntheticPrompts(random: Random): () => string {
  const draw = (count: number) => Array.from({ length: count }, () => random.pick(words)).join(' ')
  const tails = Array.from({ length: endings }, () => draw(18 + random.integer(97)))
  return () => `${draw(6)} ${random.pick(tails)}.`
}

const words = `river mountain engine letter garden signal window market harbour candle bridge
paper winter orchard compass valley lantern archive station meadow copper voyage ledger
painter quarry harvest violin glacier beacon cotton tunnel granite cinder festival monsoon
anchor basket canyon desert ember forest gallery hammer island jacket kettle ladder magnet
needle ocean pepper quilt ribbon saddle timber umbrella vessel wagon yarn zephyr changes
carries follows answers gathers measures crosses divides repairs remembers returns borrows
explains protects reaches settles signals travels watches weighs opens closes slowly often
rarely early twice together apart quietly quickly after before beside beneath between beyond
during within without because while until where when small large bright narrow ancient modern
hidden common distant gentle heavy hollow patient silver simple steady sudden`.split(/\s+/)
