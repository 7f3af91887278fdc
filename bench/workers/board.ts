/** What the workers of a run count together: memory that all of them see, changed by one of them at a time. */

export interface Board {
  readonly memory: SharedArrayBuffer
  /** The next of all requests, from 0. */
  takeNumber(): number
  /** One of the measured requests that may still be sent; false: there is none left. */
  takeTicket(): boolean
  readonly inFlight: number
  sent(): void
  settled(): void
  /** Batches of worker `number` that the main thread has taken. */
  takenOf(number: number): number
  taken(number: number): void
}

const cells = { numbers: 0, tickets: 1, inFlight: 2, taken: 3 } as const

/** `tickets`: how many measured requests may be sent in all; undefined: any number. */
export function createBoard(workers: number, tickets: number | undefined): Board {
  const board = boardOn(
    new SharedArrayBuffer((cells.taken + workers) * Int32Array.BYTES_PER_ELEMENT),
  )
  Atomics.store(new Int32Array(board.memory), cells.tickets, tickets ?? -1)
  return board
}

export function boardOn(memory: SharedArrayBuffer): Board {
  const counts = new Int32Array(memory)
  return {
    memory,
    takeNumber: () => Atomics.add(counts, cells.numbers, 1),
    takeTicket() {
      for (let left = Atomics.load(counts, cells.tickets); left !== 0; ) {
        if (left < 0) return true
        const found = Atomics.compareExchange(counts, cells.tickets, left, left - 1)
        if (found === left) return true
        left = found
      }
      return false
    },
    get inFlight() {
      return Atomics.load(counts, cells.inFlight)
    },
    sent() {
      Atomics.add(counts, cells.inFlight, 1)
    },
    settled() {
      Atomics.sub(counts, cells.inFlight, 1)
    },
    takenOf: number => Atomics.load(counts, cells.taken + number),
    taken(number) {
      Atomics.add(counts, cells.taken + number, 1)
    },
  }
}
