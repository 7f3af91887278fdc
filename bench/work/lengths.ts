/** How long prompts and answers are to be: a number, a distribution, or a published trace by name. */
import { type Distribution, parseDistribution } from '../../base/distribution.ts'
import type { Random } from '../../base/random.ts'

/** No model reads or says more at once. */
export const maxTokens = 10_000_000

/**
 * Reads what stands for a length. A trace's name means its prompts for the input and its answers for the output:
 * `azure-code`, `azure-conversation`, `mooncake-conversation`, `mooncake-synthetic`.
 */
export function readLengths(side: 'input' | 'output', value: unknown): Distribution | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const text = String(value).trim()
  const short = text.replace(/^(azure|mooncake)-conversation$/, '$1-conv')
  const isTrace = /^(azure|mooncake)-(code|conv|synthetic)$/.test(short)
  const read = parseDistribution(isTrace && side === 'input' ? `${short}-prompt` : short, 'count')
  return read && { ...read, text }
}

/** One length, at least 1. */
export function drawLength(lengths: Distribution, random: Random): number {
  return Math.min(maxTokens, Math.max(1, Math.round(lengths.sample(random))))
}
