/**
 * What to send: the prompts given, or synthetic ones. Every request draws for itself, so connections
 * do not walk one list in step, which would feed a server's prefix cache as no real users do.
 */
import type { Random } from '../../base/random.ts'
import { chatReader } from '../read/chat.ts'
import type { Request } from './request.ts'

export interface Work {
  /** `synthetic`, or how many prompts were given. */
  readonly prompts: 'synthetic' | number
  next(): Request
}

export interface WorkOptions {
  readonly model: string
  readonly maxTokens: number | undefined
  /** Given prompts are sent as they are; none: synthetic ones, no two alike. */
  readonly prompts: readonly string[]
  readonly random: Random
}

export function createWork({ model, maxTokens, prompts, random }: WorkOptions): Work {
  const nextPrompt = prompts.length > 0 ? () => random.pick(prompts) : syntheticPrompts(random)
  return {
    prompts: prompts.length > 0 ? prompts.length : 'synthetic',
    next: () => ({
      path: '/chat/completions',
      headers: noHeaders,
      body: chatBody(model, nextPrompt(), maxTokens),
      reader: chatReader,
      scenario: undefined,
    }),
  }
}

const noHeaders = {}

/** A streaming chat completion with usage asked for; `maxTokens` is left out when undefined. */
function chatBody(model: string, prompt: string, maxTokens: number | undefined): string {
  return JSON.stringify({
    model,
    messages: [{ role: 'user', content: prompt }],
    stream: true,
    stream_options: { include_usage: true },
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
  })
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
