/** A driver is a law of when requests leave, and what sends them. */
import type { Driver } from './driver.ts'
import type { Sender } from './sender.ts'

export interface Law {
  /** As of a driver. */
  begin(atMs?: number): void
  drain(): void
  /** Called right before all that is in flight is left. */
  beforeStop?(): void
}

export function driverOf(sender: Sender, law: Law): Driver {
  return {
    begin: law.begin,
    get inFlight() {
      return sender.inFlight
    },
    get connectionsOpened() {
      return sender.connectionsOpened
    },
    drain: law.drain,
    async stop() {
      law.beforeStop?.()
      law.drain()
      await sender.stop()
    },
  }
}
