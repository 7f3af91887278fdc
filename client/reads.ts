/**
 * What a body gives, read by read; all that came since the last read is one. A Readable's own iterator makes six times
 * as many objects a read, and they live for as long as a slow stream is silent: with 10,000 of those it is felt.
 */
import { finished, type Readable } from 'node:stream'

type Read = IteratorResult<Uint8Array, undefined>

/** For one reader, which asks for the next read when it has the last. Takes the body's errors upon itself for good. */
export function readsOf(body: Readable): AsyncIterableIterator<Uint8Array, undefined> {
  let waiting: { resolve(read: Read): void; reject(error: unknown): void } | undefined
  let isOver = false
  let error: unknown

  body.on('readable', answer)
  finished(body, { writable: false }, reason => {
    isOver = true
    error = reason
    answer()
  })

  /** Nothing, if there is nothing to say yet. */
  function answer(): void {
    if (!waiting) return
    const { resolve, reject } = waiting
    const bytes: Uint8Array | null = body.destroyed ? null : body.read()
    if (bytes) resolve({ done: false, value: bytes })
    else if (error) reject(error)
    else if (isOver) resolve({ done: true, value: undefined })
    else return
    waiting = undefined
  }

  return {
    next: () =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject }
        answer()
      }),
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
