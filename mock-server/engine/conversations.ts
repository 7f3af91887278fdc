/** Conversations: items that responses and callers add to, bounded by number and by size. */
import type { Json } from '../../protocol/checks.ts'
import type { KeptItem } from '../../protocol/responses-input.ts'
import { textLength } from './responses/store.ts'
import { createStore } from './store.ts'

export interface Conversation {
  readonly id: string
  /** Seconds since the epoch. */
  readonly createdAt: number
  metadata: Json
  /** Oldest first. */
  readonly items: readonly KeptItem[]
}

export interface Conversations {
  create(id: string, createdAt: number, metadata: Json): Conversation
  get(id: string): Conversation | undefined
  delete(id: string): boolean
  /** Adds behind the last; does nothing to a conversation that is gone. */
  append(id: string, items: readonly KeptItem[]): void
  /** Whether there was such an item. */
  removeItem(id: string, itemId: string): boolean
  clear(): void
}

export interface ConversationBounds {
  readonly maxConversations: number
  /** Items of one conversation; its oldest go first. */
  readonly maxItems: number
  /** Characters of all conversations together; the oldest go first, then the oldest items of what is left. */
  readonly maxLength: number
}

const DEFAULT_BOUNDS: ConversationBounds = {
  maxConversations: 1000,
  maxItems: 10_000,
  maxLength: 2 ** 26,
}

interface Kept extends Conversation {
  readonly items: KeptItem[]
  length: number
}

export function createConversations(bounds = DEFAULT_BOUNDS): Conversations {
  const store = createStore<Kept>(bounds.maxConversations, forget)
  let length = 0

  function forget(kept: Kept): void {
    length -= kept.length
  }

  function grow(kept: Kept, by: number): void {
    kept.length += by
    length += by
  }

  /** Takes the first `count` items away. */
  function shorten(kept: Kept, count: number): void {
    for (const item of kept.items.splice(0, count)) grow(kept, -textLength(item))
  }

  function makeRoom(kept: Kept): void {
    if (length > bounds.maxLength) {
      for (const { id } of store.all()) {
        if (length <= bounds.maxLength) break
        if (id !== kept.id) store.delete(id)
      }
    }
    shorten(kept, Math.max(0, kept.items.length - bounds.maxItems))
    while (length > bounds.maxLength) shorten(kept, 1)
  }

  return {
    create(id, createdAt, metadata) {
      store.delete(id)
      return store.put({ id, createdAt, metadata, items: [], length: 0 })
    },
    get: store.get,
    delete: store.delete,
    append(id, items) {
      const kept = store.get(id)
      if (!kept) return
      for (const item of items) {
        kept.items.push(item)
        grow(kept, textLength(item))
      }
      makeRoom(kept)
    },
    removeItem(id, itemId) {
      const kept = store.get(id)
      const place = kept?.items.findIndex(item => item.id === itemId) ?? -1
      if (!kept || place < 0) return false
      const [item] = kept.items.splice(place, 1)
      grow(kept, -textLength(item))
      return true
    },
    clear: store.clear,
  }
}
