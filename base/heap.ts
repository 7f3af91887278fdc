/** A binary heap in a plain list: none of the two at 2i + 1 and 2i + 2 is before the one at i, so the first is at 0. */

export type IsBefore<T> = (a: T, b: T) => boolean

/** Puts `item` onto the heap. */
export function push<T>(heap: T[], item: T, isBefore: IsBefore<T>): void {
  let place = heap.length
  while (place > 0) {
    const parent = (place - 1) >> 1
    if (!isBefore(item, heap[parent]!)) break
    heap[place] = heap[parent]!
    place = parent
  }
  heap[place] = item
}

/** Takes the first off the heap; undefined: there is none. */
export function takeFirst<T>(heap: T[], isBefore: IsBefore<T>): T | undefined {
  const first = heap[0]
  const last = heap.pop()
  if (last !== undefined && heap.length > 0) sink(heap, 0, last, isBefore)
  return first
}

/** Makes a heap of a list in any order. */
export function order<T>(list: T[], isBefore: IsBefore<T>): void {
  for (let i = (list.length >> 1) - 1; i >= 0; i--) sink(list, i, list[i]!, isBefore)
}

/** Puts `item` at `place` or below, where the heap is in order. */
function sink<T>(heap: T[], place: number, item: T, isBefore: IsBefore<T>): void {
  for (;;) {
    let child = 2 * place + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
    if (!isBefore(heap[child]!, item)) break
    heap[place] = heap[child]!
    place = child
  }
  heap[place] = item
}
