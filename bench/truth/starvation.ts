/** How long this process was ready to run and had no core: what no clock inside of it can tell from work. */
import { readFileSync } from 'node:fs'

export interface Starvation {
  /** Time that the main thread has waited for a core since it began, ms; undefined: the system does not say. */
  waitedMs(): number | undefined
}

/** Linux: `run_delay` of the main thread's schedstat, in ns. */
export const systemStarvation: Starvation = {
  waitedMs() {
    try {
      const [, waitedNs] = readFileSync('/proc/self/schedstat', 'utf8').split(' ')
      return waitedNs === undefined ? undefined : Number(waitedNs) / 1e6
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error
      return undefined
    }
  },
}
