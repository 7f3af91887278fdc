/** Two sides that take turns, whatever it is that says whose turn it is. */
import type { Driver } from '../drivers/driver.ts'

export interface Match {
  /** Base's, then head's. */
  readonly drivers: readonly Driver[]
  /** Resolves when the last request has ended; rejects with the signal's reason when it is aborted. */
  play(signal: AbortSignal): Promise<void>
  /** Sends no more; what is in flight goes on. */
  halt(): void
}
