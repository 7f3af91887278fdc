/** Waits for what comes about in its own time, with a bound that no healthy machine reaches, or by turns. */
import { setTimeout as sleep } from 'node:timers/promises'

/** Lets the event loop go round: what this process has sent to itself is read by then, however busy the machine is. */
export async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(resolve => setImmediate(resolve))
}

/** Resolves to the first value of `read` that is not undefined. Throws after `limitMs`. */
export async function eventually<T>(
  read: () => T | undefined | Promise<T | undefined>,
  limitMs = 10_000,
): Promise<T> {
  const untilMs = performance.now() + limitMs
  for (;;) {
    const value = await read()
    if (value !== undefined) return value
    if (performance.now() > untilMs) throw new Error(`It did not come about in ${limitMs} ms.`)
    await sleep(5)
  }
}
