/** What is to be done when: soonest first, and what was entered first where the instant is the same. */

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

/** A binary heap: thousands of sessions think at the same time. */
export function createAgenda<T extends { readonly dueAtMs: number }>(): Agenda<T> {
  let heap: Entry<T>[] = []
  let added = 0

  function isBefore(a: Entry<T>, b: Entry<T>): boolean {
    const byTime = a.item.dueAtMs - b.item.dueAtMs
    return byTime === 0 ? a.order < b.order : byTime < 0
  }

  return {
    add(item) {
      const entry = { item, order: added++ }
      let place = heap.length
      while (place > 0) {
        const parent = (place - 1) >> 1
        if (!isBefore(entry, heap[parent]!)) break
        heap[place] = heap[parent]!
        place = parent
      }
      heap[place] = entry
    },
    get first() {
      return heap[0]?.item
    },
    take() {
      const first = heap[0]
      const last = heap.pop()
      if (!first || !last || heap.length === 0) return first?.item
      let place = 0
      for (let child = 1; child < heap.length; child = 2 * place + 1) {
        const right = heap[child + 1]
        if (right && isBefore(right, heap[child]!)) child++
        if (!isBefore(heap[child]!, last)) break
        heap[place] = heap[child]!
        place = child
      }
      heap[place] = last
      return first.item
    },
    clear() {
      heap = []
    },
  }
}
