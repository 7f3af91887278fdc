/** Time as an argument: a monotonic clock for intervals, the wall clock for headers, and timers. */

export interface Clock {
  /** Monotonic milliseconds with a fraction; only differences mean anything. */
  nowMs(): number
  /** Milliseconds since the Unix epoch, for what people and wires read. */
  wallMs(): number
  /** Runs `callback` once, `delayMs` from now or later; returns a function that cancels it. */
  after(delayMs: number, callback: () => void): () => void
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}

/**
 * Waits `delayMs` milliseconds on `clock`.
 * Rejects with the signal's reason as soon as `signal` aborts, and leaves no timer behind.
 */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const cancel = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    function onAbort(): void {
      cancel()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
