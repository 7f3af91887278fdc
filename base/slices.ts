/** Work that is made in steps, all at once or in slices between which the event loop turns. */

/** How long a slice of work may hold the event loop. */
const SLICE_MS = 5

export function finish<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** Gives way to the event loop every few milliseconds, as far as the steps are short. */
export async function finishInSlices<T>(steps: Generator<void, T>): Promise<T> {
  for (;;) {
    // Before the first slice too: whoever read what takes so long has held the event loop already.
    await new Promise<void>(resolve => setImmediate(resolve))
    const until = performance.now() + SLICE_MS
    do {
      const step = steps.next()
      if (step.done) return step.value
    } while (performance.now() < until)
  }
}
