/** How long this thread was ready to run and had no core: what no clock inside of it can tell from work. */
import { readFileSync } from 'node:fs'

/** Since the thread began. */
export interface ThreadTimes {
  readonly ranMs: number
  /** It had work, and waited for a core. */
  readonly waitedMs: number
}

/** Of the thread that asks; undefined: the system does not say. */
export const threadStarvation = {
  /** Linux: a thread's schedstat has both, in ns. */
  read(): ThreadTimes | undefined {
    try {
      const [ranNs, waitedNs] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')
      if (ranNs === undefined || waitedNs === undefined) return undefined
      return { ranMs: Number(ranNs) / 1e6, waitedMs: Number(waitedNs) / 1e6 }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error
      return undefined
    }
  },
}
