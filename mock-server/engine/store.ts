/** What clients create and ask for again: files, batches, stored responses. Bounded: the oldest go first. */

export interface Stored {
  readonly id: string
}

export interface Store<T extends Stored> {
  /** Adds or replaces. */
  put(item: T): T
  get(id: string): T | undefined
  /** Whether there was one. */
  delete(id: string): boolean
  /** Oldest first. */
  all(): T[]
  clear(): void
}

export interface SizeBound<T> {
  /** Of all items together, in what `lengthOf` counts. */
  readonly maxLength: number
  lengthOf(item: T): number
}

/**
 * Keeps the last `capacity` items that were put, fewer where they are large; `forget` is told of each that goes,
 * for want of room, deleted or cleared. An item that is too large by itself is kept alone.
 */
export function createStore<T extends Stored>(
  capacity: number,
  forget: (item: T) => void = () => {},
  size?: SizeBound<T>,
): Store<T> {
  const items = new Map<string, T>()
  const lengths = new Map<string, number>()
  let length = 0

  function remove(id: string): boolean {
    const item = items.get(id)
    if (!item) return false
    length -= lengths.get(id) ?? 0
    lengths.delete(id)
    items.delete(id)
    forget(item)
    return true
  }

  function isFull(): boolean {
    return items.size > capacity || (size !== undefined && length > size.maxLength)
  }

  return {
    put(item) {
      if (size) {
        const own = size.lengthOf(item)
        length += own - (lengths.get(item.id) ?? 0)
        lengths.set(item.id, own)
      }
      items.set(item.id, item)
      for (const id of items.keys()) {
        if (!isFull() || id === item.id) break
        remove(id)
      }
      return item
    },
    get: id => items.get(id),
    delete: remove,
    all: () => [...items.values()],
    clear() {
      for (const id of items.keys()) remove(id)
    },
  }
}

export interface PageQuery {
  /** The most items of the page. */
  readonly limit: number
  readonly order: 'asc' | 'desc'
  /** The id before the page's first, and the one behind its last. */
  readonly after: string | undefined
  readonly before: string | undefined
}

/** A page of a list as the wire has it. `items`: oldest first. */
export function pageOf<T extends Stored>(
  items: readonly T[],
  { limit, order, after, before }: PageQuery,
) {
  const ordered = order === 'asc' ? [...items] : [...items].reverse()
  const start = after === undefined ? 0 : ordered.findIndex(({ id }) => id === after) + 1
  const found = before === undefined ? -1 : ordered.findIndex(({ id }) => id === before)
  const rest = ordered.slice(start, found < 0 ? undefined : found)
  const data = rest.slice(0, limit)
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: rest.length > data.length,
  }
}
