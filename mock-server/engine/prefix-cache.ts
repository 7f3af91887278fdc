/** Which part of a prompt was seen before, as a provider's prompt cache tells it: in steps of 128 tokens. */
import type { Turn } from '../../protocol/ask.ts'
import { createTextHash } from './text-hash.ts'

export interface PrefixCache {
  /** How many of the prompt's tokens were cached; remembers the prompt. `scope`: who shares a cache. */
  look(scope: string, turns: readonly Turn[], promptTokens: number): number
  clear(): void
}

const STEP_TOKENS = 128
/** A prefix is known by its hash at every so many characters. */
const BLOCK_LENGTH = 256
/** Blocks of 64 MiB of prompts; the oldest are forgotten. */
const MAX_BLOCKS = 262_144

/** `minTokens`: the shortest prompt that is cached; OpenAI's is 1,024. */
export function createPrefixCache(minTokens: number): PrefixCache {
  const seen = new Set<string>()

  return {
    look(scope, turns, promptTokens) {
      if (promptTokens < minTokens) return 0
      const { blocks, length } = blocksOf(scope, turns)
      let known = 0
      while (known < blocks.length && seen.has(blocks[known]!)) known++
      for (const block of blocks) {
        seen.delete(block)
        seen.add(block)
      }
      for (const oldest of seen) {
        if (seen.size <= MAX_BLOCKS) break
        seen.delete(oldest)
      }
      const share = Math.min(1, (known * BLOCK_LENGTH) / length)
      const tokens = Math.floor((promptTokens * share) / STEP_TOKENS) * STEP_TOKENS
      return tokens < minTokens ? 0 : tokens
    },
    clear: () => seen.clear(),
  }
}

/** The hash of every prefix that ends at a block's end; what is left of the last block is none. */
function blocksOf(scope: string, turns: readonly Turn[]): { blocks: string[]; length: number } {
  const blocks: string[] = []
  const hash = createTextHash()
  hash.take(scope)
  let length = 0
  for (const { role, content } of turns) {
    for (const text of [role, content]) {
      for (let i = 0; i < text.length; ) {
        const part = text.slice(i, i + BLOCK_LENGTH - (length % BLOCK_LENGTH))
        hash.take(part)
        i += part.length
        length += part.length
        if (length % BLOCK_LENGTH === 0) blocks.push(hash.value)
      }
    }
  }
  return { blocks, length: Math.max(1, length) }
}
