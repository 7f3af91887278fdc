/** What is to be done when: soonest first, and what was entered first where the instant is the same. */
import { push, takeFirst } from '../../base/heap.ts'

export interface Agenda<T extends { readonly dueAtMs: number }> {
  add(item: T): void
  readonly first: T | undefined
  /** The first, which is then no longer in it. */
  take(): T | undefined
  clear(): void
}

interface Entry<T> {
  readonly item: T
  readonly order: number
}

/** A heap: thousands of sessions think at the same time. */
export function createAgenda<T extends { readonly dueAtMs: number }>(): Agenda<T> {
  let heap: Entry<T>[] = []
  let added = 0

  function isBefore(a: Entry<T>, b: Entry<T>): boolean {
    const byTime = a.item.dueAtMs - b.item.dueAtMs
    return byTime === 0 ? a.order < b.order : byTime < 0
  }

  return {
    add(item) {
      push(heap, { item, order: added++ }, isBefore)
    },
    get first() {
      return heap[0]?.item
    },
    take: () => takeFirst(heap, isBefore)?.item,
    clear() {
      heap = []
    },
  }
}
