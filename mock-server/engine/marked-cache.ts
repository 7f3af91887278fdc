/**
 * A prompt cache as callers of Anthropic's API steer it: what is cached ends at a block that they marked,
 * and is read again by whoever sends the same blocks up to there, while it is kept.
 */
import type { KeptFor, PromptBlock } from '../../protocol/messages-prompt.ts'
import { createTextHash } from './text-hash.ts'

/** Of the prompt's tokens: those that were in the cache, and those put into it for so long. */
export interface CacheUse {
  readonly readTokens: number
  readonly written: Readonly<Record<KeptFor, number>>
  /** Nothing was marked, and prompts are cached all the same: what was read is told, and stays in the input. */
  readonly isUnasked?: boolean
}

export interface MarkedCache {
  /** Remembers what is marked. `scope`: who shares a cache. */
  look(scope: string, prompt: readonly PromptBlock[], size: PromptSize): CacheUse
  clear(): void
}

export interface PromptSize {
  readonly promptTokens: number
  readonly nowMs: number
}

const KEPT_MS: Readonly<Record<KeptFor, number>> = { '5m': 5 * 60_000, '1h': 60 * 60_000 }
/** Shorter prefixes are not cached. */
const MIN_TOKENS = 1024
/** How many blocks before a mark are looked at for what was cached earlier. */
const LOOK_BACK = 20
/** The oldest are forgotten. */
const MAX_PREFIXES = 20_000

export function createMarkedCache(minTokens = MIN_TOKENS): MarkedCache {
  const prefixes = new Map<string, Prefix>()

  /** Behind all others, the longer of its times. */
  function keep(hash: string, tokens: number, keptMs: number, nowMs: number): void {
    const known = prefixes.get(hash)
    prefixes.delete(hash)
    const endMs = Math.max(known?.endMs ?? 0, nowMs + keptMs)
    prefixes.set(hash, { tokens, endMs, keptMs: Math.max(known?.keptMs ?? 0, keptMs) })
    if (prefixes.size > MAX_PREFIXES) prefixes.delete(prefixes.keys().next().value!)
  }

  return {
    look(scope, prompt, { promptTokens, nowMs }) {
      const ends = endsOf(scope, prompt, promptTokens)
      const marked = ends.filter(({ mark, tokens }) => mark !== undefined && tokens >= minTokens)
      const known = ({ hash }: End) => {
        const prefix = prefixes.get(hash)
        return prefix && prefix.endMs > nowMs ? prefix : undefined
      }
      const hit = ends.findLast(
        end =>
          known(end) &&
          marked.some(({ place }) => end.place <= place && end.place > place - LOOK_BACK),
      )
      const cached = hit && known(hit)
      if (hit && cached) keep(hit.hash, cached.tokens, cached.keptMs, nowMs)

      const readTokens = Math.min(promptTokens, cached?.tokens ?? 0)
      const written = { '5m': 0, '1h': 0 }
      let last = readTokens
      for (const end of marked) {
        const tokens = known(end)?.tokens ?? end.tokens
        keep(end.hash, tokens, KEPT_MS[end.mark!], nowMs)
        if (tokens <= last || (hit && end.place < hit.place)) continue
        written[end.mark!] += tokens - last
        last = tokens
      }
      return { readTokens, written }
    },
    clear: () => prefixes.clear(),
  }
}

/** What is in the cache: as many tokens as when it was put there. */
interface Prefix {
  readonly tokens: number
  readonly endMs: number
  /** How long it is kept from when it is read. */
  readonly keptMs: number
}

interface End {
  readonly place: number
  readonly mark: KeptFor | undefined
  readonly hash: string
  /** Tokens up to here: the prompt's, by its share of characters. */
  readonly tokens: number
}

function endsOf(scope: string, prompt: readonly PromptBlock[], promptTokens: number): End[] {
  const whole = prompt.reduce((length, { json }) => length + json.length, 0)
  const hash = createTextHash()
  hash.take(scope)
  let length = 0
  return prompt.map(({ json, mark }, place) => {
    length += json.length
    hash.take(`\n${json}`)
    const tokens = Math.round((promptTokens * length) / whole)
    return { place, mark, hash: hash.value, tokens }
  })
}
