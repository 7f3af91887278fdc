/**
 * Requests that are one and the same because they say so: the first is answered, those that come again are given its
 * answer, and while it is still being made they wait for it.
 *
 * Only what is finished is kept. A first request that was refused, cut off or left by its client has done nothing, and
 * whoever comes next, or has waited longest, takes its place.
 */
import { createStore } from './store.ts'

/** An answer as it was sent. */
export interface KeptAnswer {
  /** Of the request that it was made for: its `x-request-id`, and what the journal tells of it. */
  readonly requestId: string
  readonly key: string | undefined
  readonly model: string | undefined
  readonly stream: boolean | undefined
  readonly status: number
  /** Names and values. */
  readonly headers: readonly string[]
  readonly body: Uint8Array
}

export type Claim =
  /** It is to be answered. `settle` is to be called once, with nothing where there is nothing to keep. */
  | { readonly is: 'first'; settle(answer: KeptAnswer | undefined): void }
  /** Another is being answered: the request is called back when it may claim again, unless it leaves. */
  | { readonly is: 'waiting'; leave(): void }
  | { readonly is: 'known'; readonly answer: KeptAnswer }
  /** What was asked under this name was something else. */
  | { readonly is: 'other' }

export interface Idempotency {
  /**
   * `id`: what requests that are the same have in common; `print`: what they must not differ in; `again`: called back
   * where the claim is to wait.
   */
  claim(id: string, print: string, nowMs: number, again: () => void): Claim
  /** Forgets the answers kept: all, or those to requests of this key. What is being answered lives on. */
  clear(key?: string): void
}

export interface IdempotencyBounds {
  readonly maxAnswers: number
  /** Of the bodies of all answers together; the oldest go first. */
  readonly maxBytes: number
  readonly maxAgeMs: number
}

interface Kept {
  readonly id: string
  readonly print: string
  readonly answer: KeptAnswer
  readonly atMs: number
}

interface Asked {
  readonly print: string
  readonly waiting: Set<() => void>
}

export function createIdempotency(bounds: IdempotencyBounds): Idempotency {
  const { maxAnswers, maxBytes, maxAgeMs } = bounds
  const kept = createStore<Kept>(maxAnswers, undefined, {
    maxLength: maxBytes,
    lengthOf: ({ answer }) => answer.body.length,
  })
  const asked = new Map<string, Asked>()

  function known(id: string, nowMs: number): Kept | undefined {
    const one = kept.get(id)
    if (!one || nowMs - one.atMs <= maxAgeMs) return one
    kept.delete(id)
    return undefined
  }

  function first(id: string, print: string, atMs: number): Claim {
    const waiting = new Set<() => void>()
    asked.set(id, { print, waiting })
    return {
      is: 'first',
      settle(answer) {
        asked.delete(id)
        if (answer && answer.body.length <= maxBytes) kept.put({ id, print, answer, atMs })
        for (const again of waiting) again()
      },
    }
  }

  return {
    claim(id, print, nowMs, again) {
      const one = known(id, nowMs) ?? asked.get(id)
      if (!one) return first(id, print, nowMs)
      if (one.print !== print) return { is: 'other' }
      if ('answer' in one) return { is: 'known', answer: one.answer }
      one.waiting.add(again)
      return { is: 'waiting', leave: () => void one.waiting.delete(again) }
    },
    clear(key) {
      if (key === undefined) kept.clear()
      else
        for (const { id, answer } of kept.all()) {
          if (answer.key === key) kept.delete(id)
        }
    },
  }
}
