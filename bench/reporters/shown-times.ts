/** The times that a report shows: those that say something that the others do not. */
import { type TimeName, timeNames } from '../measure.ts'
import type { Summary } from '../summary.ts'

/** In a closed loop without retries a request is due when it is sent, and those times are twins. */
export function shownTimes({ load, counts }: Summary): readonly TimeName[] {
  const isHeldUp = load.loop === 'open' || counts.attempts > counts.sent
  return timeNames.filter(name => {
    if (name === 'prelude') return false
    if (name === 'lag') return load.loop === 'open'
    return isHeldUp || (name !== 'ttftDue' && name !== 'response')
  })
}
