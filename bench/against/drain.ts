/** After an interruption: what is in flight is waited for, but not for long. */
import { type Clock, sleep } from '../../base/clock.ts'

export interface Draining {
  readonly clock: Clock
  inFlight(): number
  onNotice(text: string): void
}

const drainMs = 2000
const checkMs = 5

/** Nobody sends any more. */
export async function drain({ clock, inFlight, onNotice }: Draining): Promise<void> {
  if (inFlight() === 0) return
  const seconds = drainMs / 1000
  onNotice(
    `stopping: what is in flight is waited for, ${seconds} s at most; a second Ctrl-C ends it at once`,
  )
  const untilMs = clock.nowMs() + drainMs
  while (inFlight() > 0 && clock.nowMs() < untilMs) await sleep(clock, checkMs)
}
