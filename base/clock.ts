/** Time as an argument: a monotonic clock for intervals, the wall clock for headers, and timers. */

export interface Clock {
  /** Monotonic milliseconds with a fraction; only differences mean anything. */
  nowMs(): number
  /** Milliseconds since the Unix epoch, for what people and wires read. */
  wallMs(): number
  /**
   * Runs `callback` once, `delayMs` from now; returns a function that cancels it. The system's timers
   * fire up to 1 ms early, and none waits longer than 24 days.
   */
  after(delayMs: number, callback: () => void): () => void
}

/** `setTimeout` fires at once when asked for more. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(delayMs, MAX_TIMEOUT_MS))
    return () => clearTimeout(timer)
  },
}

/**
 * Waits `delayMs` milliseconds on `clock`, never less.
 * Rejects with the signal's reason as soon as `signal` aborts, and leaves no timer behind.
 */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const dueMs = clock.nowMs() + delayMs
    let cancel = clock.after(delayMs, onTimer)
    function onTimer(): void {
      const leftMs = dueMs - clock.nowMs()
      if (leftMs > 0) {
        cancel = clock.after(leftMs, onTimer)
        return
      }
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }
    function onAbort(): void {
      cancel()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
